package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// sweepBatch is how many cases one transaction of the sweep takes: enough to share an fsync, few enough that people
// who write in between wait for milliseconds only.
const sweepBatch = 100

// Sweep does what has fallen due: suspends and reinstates, records warnings and breaches and raises their alarms,
// reminds, finds tasks of customers that are late, and closes what was resolved long enough. It costs what is due, not what is open. It returns how many
// cases it touched; calling it again at once touches none.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "cases.Sweep")
	n, failed := s.sweepCoverage(ctx)
	if _, err := s.sweepLate(ctx); err != nil {
		return n, errors.Join(failed, err)
	}
	late, err := s.sweepTasks(ctx)
	if n += late; err != nil {
		failed = errors.Join(failed, err)
	}
	for {
		done, err := s.sweepDue(ctx)
		if err != nil && ctx.Err() == nil {
			done, err = s.sweepEach(ctx)
		}
		n += done
		if err != nil || done < sweepBatch {
			return n, errors.Join(failed, err)
		}
	}
}

func (s *Service) sweepDue(ctx context.Context) (n int, err error) {
	err = s.DB.Update(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) error {
		n = 0
		due, err := loadDue(tx, sweepBatch)
		if err != nil {
			return err
		}
		covered := s.coverageOf(tx)
		for _, c := range due {
			if err := s.sweepCase(tx, c, covered); err != nil {
				return fmt.Errorf("case %s: %w", c.Number, err)
			}
			n++
		}
		return nil
	})
	return n, err
}

// sweepEach does what is due case by case, after a batch has failed: one case that cannot be done must not keep the
// alarms of all others back. It returns what went wrong with those that could not.
func (s *Service) sweepEach(ctx context.Context) (n int, err error) {
	var due []caseKey
	failed := s.DB.View(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) (err error) {
		due, err = dueCases(tx, sweepBatch)
		return err
	})
	for _, d := range due {
		err := s.DB.Update(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) error {
			c, err := loadByID(tx, d.tenant, d.id)
			if err != nil {
				return err
			}
			return s.sweepCase(tx, c, s.coverageOf(tx))
		})
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("case %s: %w", d.id, err))
			continue
		}
		n++
	}
	return n, failed
}

type caseKey struct{ tenant, id id.ID }

func dueCases(tx *db.Tx, limit int) (out []caseKey, err error) {
	err = tx.Query(`SELECT tenant_id, id FROM support_case WHERE next_due IS NOT NULL AND next_due <= $1 ORDER BY next_due LIMIT $2`,
		[]any{tx.Now(), limit}, func(scan func(...any) error) error {
			var k caseKey
			err := scan(&k.tenant, &k.id)
			out = append(out, k)
			return err
		})
	return out, err
}

// coverageOf asks how systems stand at the transaction's instant, once for each system: many of a customer's cases fall
// due together.
func (s *Service) coverageOf(tx *db.Tx) func(*Case) (contract.Cover, error) {
	known := map[caseKey]contract.Cover{}
	return func(c *Case) (contract.Cover, error) {
		k := caseKey{c.Tenant, c.System}
		cover, ok := known[k]
		if ok {
			return cover, nil
		}
		cover, err := s.Contract.CoverAt(tx, c.Tenant, c.System, tx.Now())
		if err == nil {
			known[k] = cover
		}
		return cover, err
	}
}

// sweepCase does every alarm of one case that has come due, in order.
func (s *Service) sweepCase(tx *db.Tx, c *Case, covered func(*Case) (contract.Cover, error)) error {
	if !c.MergedInto.IsZero() {
		return s.sweepMerged(tx, c, covered)
	}
	r, err := s.evaluateCovered(tx, c, covered)
	if err != nil {
		return err
	}
	if len(r.Alarms) == 0 && c.Suspended && c.Status == Resolved {
		return s.lookAtCoverage(tx, c)
	}
	for _, al := range r.Alarms {
		c.add(al.Event(tx.Now()))
		switch al.Deadline {
		case sla.Reminder:
			err = s.remind(tx, c, al)
		case sla.Confirmation:
			err = s.move(tx, access.Actor{System: true}, c, Change{Status: Closed}, id.ID{})
		default:
			err = s.raise(tx, c, al)
		}
		if err != nil {
			return err
		}
	}
	return s.store(tx, c)
}

// evaluateCovered evaluates the clocks. Where something is due it looks at coverage and plan first, which may have changed
// since the last look: where support has ended nothing breaches.
func (s *Service) evaluateCovered(tx *db.Tx, c *Case, covered func(*Case) (contract.Cover, error)) (r sla.Result, err error) {
	r, err = sla.Evaluate(s.Policy, c.Facts, tx.Now())
	if err != nil || len(r.Alarms) == 0 || !active(c.Status) {
		return r, err
	}
	cover, err := covered(c)
	if err != nil {
		return r, err
	}
	changed, err := s.catchUp(tx, c, cover)
	if err != nil || !changed {
		return r, err
	}
	return sla.Evaluate(s.Policy, c.Facts, tx.Now())
}

// raise journals a warning or breach, and tells the owner and the centre.
func (s *Service) raise(tx *db.Tx, c *Case, al sla.Alarm) error {
	kind, vis, template := "clock.warning", journal.Staff, "warning"
	if al.Step >= sla.Breach {
		kind, vis, template = "clock.breached", journal.Customer, "breach"
	}
	event := id.New()
	err := s.record(tx, access.Actor{System: true}, c, kind, vis, al.At, "3.3", map[string]any{
		"clock": string(al.Deadline), "percent": al.Step, "due": micros(al.Due), "event": event,
	})
	if err != nil {
		return err
	}
	return s.alarm(tx, c, template, al, event)
}

// remind asks the customer again; it is no status update.
func (s *Service) remind(tx *db.Tx, c *Case, al sla.Alarm) error {
	event := id.New()
	err := s.record(tx, access.Actor{System: true}, c, "customer.reminded", journal.Customer, al.At, "3.4",
		map[string]any{"event": event, "step": al.Step})
	if err != nil {
		return err
	}
	return s.mail(tx, "reminder", c, c.Liaison.ID, event)
}

// lookAtCoverage lifts the overlay of a resolved case when coverage is back, or looks again later: sweepCoverage goes
// over open cases only, and a suspended case does not close by itself.
func (s *Service) lookAtCoverage(tx *db.Tx, c *Case) error {
	cover, err := s.Contract.Coverage(tx, c.Tenant, c.System, tx.Now())
	if err != nil {
		return err
	}
	if cover.Covered {
		return s.setSuspended(tx, c, cover)
	}
	return tx.Buffer(`UPDATE support_case SET next_due = $3 WHERE tenant_id = $1 AND id = $2`, c.Tenant, c.ID, tx.Now().Add(coverageOfResolved))
}

// lastCovered is the instant of the last change of coverage that the case knows, its registration before the first one.
// What becomes known late (a payment or an invoice entered afterwards) changes nothing before it: otherwise the end of
// a suspension would stand before its beginning, and the clocks would stand still for ever.
func (c *Case) lastCovered() time.Time {
	last := c.ReceivedAt
	for i := range c.Facts {
		f := &c.Facts[i]
		if (f.Kind == sla.Suspended || f.Kind == sla.Reinstated) && f.Time().After(last) {
			last = f.Time()
		}
	}
	return last
}

// setSuspended lays the overlay over a case or lifts it: at the instant of a payment or of the first day of a term, but
// where a correction of the books is the reason at the instant of the correction. What has elapsed stays (Clocks 12).
func (s *Service) setSuspended(tx *db.Tx, c *Case, cover contract.Coverage) error {
	if c.Suspended != cover.Covered {
		return nil
	}
	c.Suspended = !cover.Covered
	kind, fact, since := "case.reinstated", sla.Reinstated, cover.Since
	if c.Suspended {
		kind, fact = "case.suspended", sla.Suspended
	}
	switch known := c.lastCovered(); {
	case !c.Suspended && !since.After(known): // nothing has ended since: the books were corrected
		since = tx.Now()
	case !c.Suspended && cover.Known.After(since):
		since = cover.Known
	case since.Before(known):
		since = known
	}
	c.add(sla.Event{Kind: fact, At: micros(since)})
	err := s.record(tx, access.Actor{System: true}, c, kind, journal.Customer, since, "5.2", map[string]any{"reason": cover.Reason})
	if err != nil {
		return err
	}
	return s.store(tx, c)
}
