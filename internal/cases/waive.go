package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// Breach is a missed deadline of a case, of any of its periods.
type Breach struct {
	Number string    `json:"number"` // of the case: this one, or one that was merged into it
	Clock  sla.Clock `json:"clock"`
}

// Waiver says which missed deadline is not held against support, and why.
type Waiver struct {
	Deadline   sla.Deadline
	BreachedAt time.Time // the due instant that was missed: names the breach
	Reason     string

	// Within runs last in the transaction.
	Within func(tx *db.Tx, b Breach) error
}

// Breaches lists every missed deadline of a case and of those that were merged into it, by when they were due.
func (s *Service) Breaches(ctx context.Context, a access.Actor, number string) (out []Breach, err error) {
	defer errs.Wrap(&err, "cases.Breaches(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		out = []Breach{}
		c, err := loadFor(tx, a, number)
		if err != nil {
			return err
		}
		f, err := familyOf(tx, c.Tenant, c.ID)
		if err != nil {
			return err
		}
		f.merged[c.ID] = c
		for _, k := range f.ids {
			some, err := s.breachesOf(f.merged[k], tx.Now())
			if err != nil {
				return err
			}
			out = append(out, some...)
		}
		return nil
	})
	slices.SortStableFunc(out, func(x, y Breach) int { return x.Clock.BreachedAt.Compare(y.Clock.BreachedAt) })
	return out, err
}

func (s *Service) breachesOf(c *Case, now time.Time) (out []Breach, err error) {
	all, err := sla.History(s.Policy, c.Facts, now)
	for _, k := range all {
		if !k.BreachedAt.IsZero() {
			out = append(out, Breach{Number: c.Number, Clock: k})
		}
	}
	return out, err
}

// Waive keeps a separate record that a missed deadline is not held against support, with the reason and who said so
// (Clocks 11). The breach itself stays recorded as it is; reports show it as waived. It is told to the liaison, who reads
// the reason.
func (s *Service) Waive(ctx context.Context, a access.Actor, number string, in Waiver) (b Breach, err error) {
	defer errs.Wrap(&err, "cases.Waive(%s)", number)
	if err := s.Permit(a, access.CaseWaive); err != nil {
		return b, err
	}
	bad := needed("reason", in.Reason, maxText)
	if in.Deadline != sla.InitialResponse && in.Deadline != sla.StatusUpdate {
		bad = append(bad, errs.BadField("kind", "field.one_of", "allowed", "initial_response, status_update"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return b, err
	}
	err = s.DB.Update(ctx, scope(a, "waive a missed deadline").Snapshot(), func(tx *db.Tx) error {
		c, err := loadFor(tx, a, number)
		if err != nil {
			return err
		}
		if b, err = s.waive(tx, a, c, in); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, b)
		}
		return nil
	})
	return b, err
}

func (s *Service) waive(tx *db.Tx, a access.Actor, c *Case, in Waiver) (b Breach, err error) {
	all, err := s.breachesOf(c, tx.Now())
	if err != nil {
		return b, err
	}
	is := func(k Breach) bool { return k.Clock.Deadline == in.Deadline && k.Clock.BreachedAt.Equal(in.BreachedAt) }
	i := slices.IndexFunc(all, is)
	switch {
	case i < 0:
		return b, errs.BadFields(errs.BadField("breachedAt", "case.no_such_breach"))
	case !all[i].Clock.WaivedAt.IsZero():
		return b, errs.New(errs.Conflict, "case.already_waived")
	}
	note, err := s.reason(tx, a, c, strings.TrimSpace(in.Reason))
	if err != nil {
		return b, err
	}
	missed := micros(all[i].Clock.BreachedAt)
	c.add(sla.Event{Kind: sla.Waived, At: micros(tx.Now()), Deadline: in.Deadline, Due: missed})
	err = s.record(tx, a, c, "clock.waived", journal.Customer, tx.Now(), "3.3", map[string]any{"clock": string(in.Deadline), "due": missed, "message": note})
	if err != nil {
		return b, err
	}
	if err := s.store(tx, c); err != nil {
		return b, err
	}
	if all, err = s.breachesOf(c, tx.Now()); err != nil {
		return b, err
	}
	if i = slices.IndexFunc(all, is); i < 0 {
		return b, errs.New(errs.Internal, "error.internal")
	}
	return all[i], s.tellWaived(tx, c, note, in.Deadline, missed)
}

// tellWaived tells the liaison: what was promised to them is theirs to know about.
func (s *Service) tellWaived(tx *db.Tx, c *Case, note id.ID, kind sla.Deadline, missed int64) error {
	return s.Jobs.Enqueue(tx, MailJob, Mail{Template: "waived", Tenant: c.Tenant, Case: c.ID, Person: c.Liaison.ID, Event: note,
		At: micros(tx.Now()), Clock: string(kind), Due: missed})
}
