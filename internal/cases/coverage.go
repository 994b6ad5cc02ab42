package cases

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// strayEvery is how often the sweep compares all open cases with what covers their systems, by the injected clock, beside
// looking at the systems that are due: a net under it.
const strayEvery = time.Hour

// coverageOfResolved is how often it looks at the coverage of a resolved case that is suspended.
const coverageOfResolved = time.Hour

const (
	maxCoverage   = 500 // systems that one look takes; the others are found by the next one
	coverageBatch = 50  // systems in one transaction
)

// strayDue reports whether it is time to compare all open cases again.
func (s *Service) strayDue(now time.Time) bool {
	s.coverage.Lock()
	defer s.coverage.Unlock()
	if d := now.Sub(s.covered); d >= 0 && d < strayEvery {
		return false
	}
	s.covered = now
	return true
}

// sweepCoverage brings open cases up to what covers their systems: it lays suspension over them where coverage has ended,
// lifts it where it is back, and tells them of another plan. The clocks follow at the recorded instants, not at the
// sweep's. It looks at the systems that are due without holding anybody up, and writes where something has changed.
func (s *Service) sweepCoverage(ctx context.Context) (n int, err error) {
	all := s.strayDue(s.DB.Clock().Now())
	var places []contract.Place
	err = s.DB.View(ctx, db.ForSystem("cases.coverage"), func(tx *db.Tx) (err error) {
		if places, err = s.Contract.Due(tx, maxCoverage); err != nil || !all {
			return err
		}
		stray, err := s.Contract.Stray(tx, tx.Now(), maxCoverage)
		places = append(places, stray...)
		return err
	})
	for part := range slices.Chunk(places, coverageBatch) {
		done, failed := s.coverSystems(ctx, part)
		if failed != nil && ctx.Err() == nil && len(part) > 1 { // one that cannot be done must not keep the others back
			failed = nil
			for i := range part {
				one, e := s.coverSystems(ctx, part[i:i+1])
				done, failed = done+one, errors.Join(failed, e)
			}
		}
		n, err = n+done, errors.Join(err, failed)
	}
	return n, err
}

// coverSystems brings the open cases of some systems up to date, and sets when to look at them next. It gives how many
// cases it changed.
func (s *Service) coverSystems(ctx context.Context, places []contract.Place) (n int, err error) {
	err = s.DB.Update(ctx, db.ForSystem("cases.coverage"), func(tx *db.Tx) error {
		n = 0
		for _, p := range places {
			stands, err := s.Contract.CoverAt(tx, p.Customer, p.System, tx.Now())
			if err != nil {
				return err
			}
			behind, err := casesBehind(tx, p, stands)
			if err != nil {
				return err
			}
			for _, k := range behind {
				c, err := loadByID(tx, p.Customer, k)
				if err != nil {
					return err
				}
				if _, err := s.catchUp(tx, c, stands); err != nil {
					return fmt.Errorf("case %s: %w", c.Number, err)
				}
				n++
			}
			if err := s.Contract.LookAgain(tx, p, stands.Next); err != nil {
				return err
			}
		}
		return nil
	})
	return n, err
}

// casesBehind are the open cases of a system that say something else about its coverage or plan.
func casesBehind(tx *db.Tx, p contract.Place, stands contract.Cover) (out []id.ID, err error) {
	q, args := ``, []any{p.Customer, p.System, stands.Covered}
	if last := stands.Last(); last.Plan != "" {
		q, args = ` OR plan <> $4 OR extended <> $5`, append(args, last.Plan, last.Extended)
	}
	err = tx.Query(`SELECT id FROM support_case WHERE tenant_id = $1 AND system_id = $2 AND is_open AND (suspended = $3`+q+`) ORDER BY number`, args,
		func(scan func(...any) error) error {
			var k id.ID
			err := scan(&k)
			out = append(out, k)
			return err
		})
	return out, err
}

// catchUp tells a case of the plan and the coverage of its system, where it knows them otherwise, and stores it.
func (s *Service) catchUp(tx *db.Tx, c *Case, stands contract.Cover) (changed bool, err error) {
	if changed, err = s.followPlan(tx, c, stands.Plans); err != nil {
		return false, err
	}
	if c.Suspended == stands.Covered {
		return true, s.setSuspended(tx, c, stands.Coverage)
	}
	if !changed {
		return false, nil
	}
	return true, s.store(tx, c)
}

// followPlan tells a case of the plans that have come to hold for its system since the last one that it knows, each at its
// own instant: better terms count from then on, worse ones move no promise that runs (A, Clocks 10). The row has to be
// stored.
func (s *Service) followPlan(tx *db.Tx, c *Case, plans []contract.PlanFrom) (changed bool, err error) {
	if n := len(plans); n == 0 || c.knows(plans[n-1]) {
		return false, nil
	}
	for i, p := range plans {
		known := c.plannedAt()
		late := p.From.Before(known) // of before the case knew its plan: nothing goes back
		if last := i == len(plans)-1; c.knows(p) || late && !last {
			continue
		}
		if late {
			p.From = tx.Now()
		}
		if err := s.changePlan(tx, c, p); err != nil {
			return false, err
		}
		changed = true
	}
	return changed, nil
}

func (s *Service) changePlan(tx *db.Tx, c *Case, p contract.PlanFrom) error {
	clause, data := "A", map[string]any{"from": c.Plan, "to": p.Plan}
	if p.Extended != c.Extended() {
		data["extended"] = p.Extended
	}
	if p.Plan == c.Plan {
		clause = "4.7"
	}
	c.Plan = p.Plan
	c.add(sla.Event{Kind: sla.PlanChanged, At: micros(p.From), Plan: p.Plan, Extended: p.Extended})
	err := tx.Buffer(`UPDATE support_case SET plan = $3, plan_order = $4, extended = $5 WHERE tenant_id = $1 AND id = $2`,
		c.Tenant, c.ID, c.Plan, s.Policy.At(tx.Now()).PlanOrder(c.Plan), p.Extended)
	if err != nil {
		return err
	}
	return s.record(tx, access.Actor{System: true}, c, "plan.changed", journal.Customer, p.From, clause, data)
}

// knows reports whether the case goes by that plan already.
func (c *Case) knows(p contract.PlanFrom) bool { return c.Plan == p.Plan && c.Extended() == p.Extended }

// Extended reports whether the case goes by nothing but extended lifecycle support of its system (4.7).
func (c *Case) Extended() bool {
	for _, f := range slices.Backward(c.Facts) {
		if f.Kind == sla.PlanChanged || f.Kind == sla.Registered {
			return f.Extended
		}
	}
	return false
}

// markExtended tells the index of a new case, where that is so.
func markExtended(tx *db.Tx, c *Case) error {
	if !c.Extended() {
		return nil
	}
	return tx.Buffer(`UPDATE support_case SET extended = TRUE WHERE tenant_id = $1 AND id = $2`, c.Tenant, c.ID)
}

// Terms is what decides how the case is counted now.
func (c *Case) Terms() policy.Terms {
	return policy.Terms{Plan: c.Plan, Extended: c.Extended(), Priority: c.Priority, Production: c.Production, Deployment: c.Deployment, Calendar: c.Calendar}
}

// plannedAt is from when the case knows its plan: its registration, or the last change.
func (c *Case) plannedAt() time.Time {
	last := c.RegisteredAt
	for i := range c.Facts {
		if f := &c.Facts[i]; f.Kind == sla.PlanChanged && f.Time().After(last) {
			last = f.Time()
		}
	}
	return last
}
