package cases

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Moved is a clock of an open case that another edition of the policy moves.
type Moved struct {
	Number   string       `json:"number"`
	Customer string       `json:"customer"` // key
	Plan     string       `json:"plan"`
	Priority string       `json:"priority"` // "P1"
	Kind     sla.Deadline `json:"kind"`
	Before   time.Time    `json:"dueBefore,omitzero"` // zero: paused
	After    time.Time    `json:"dueAfter,omitzero"`
	Breaches bool         `json:"breaches"` // it would be missed when the edition takes effect, and is not missed now
}

// Later is by how much it moves; negative: it is due earlier.
func (m Moved) Later() time.Duration { return m.After.Sub(m.Before) }

// Preview is what another edition would do to the open cases.
type Preview struct {
	Open  int     // cases that were looked at
	Moved []Moved // those that would be missed first, then by how much earlier they would be due
}

// openCase is what the preview needs of a row.
type openCase struct {
	m     Moved
	facts string
}

// Preview compares the clocks of every open case under the policy as it is with those under another book, at the
// present instant. It changes nothing.
func (s *Service) Preview(ctx context.Context, a access.Actor, next *policy.Book) (p Preview, err error) {
	defer errs.Wrap(&err, "cases.Preview")
	if err := s.Permit(a, access.AdminPolicy); err != nil {
		return p, err
	}
	var open []openCase
	var now time.Time
	err = s.DB.View(ctx, policyScope(a, "preview a policy"), func(tx *db.Tx) error {
		now, open = tx.Now(), nil
		return tx.Query(`SELECT c.number, cu.key, c.plan, c.priority, c.facts FROM support_case c JOIN customer cu ON cu.id = c.tenant_id
			WHERE c.is_open`, nil, func(scan func(...any) error) error {
			var o openCase
			var level int
			err := scan(&o.m.Number, &o.m.Customer, &o.m.Plan, &level, &o.facts)
			o.m.Priority = PriorityName(level)
			open = append(open, o)
			return err
		})
	})
	if err != nil {
		return p, err
	}
	p.Open = len(open)
	p.Moved, err = compareAll(open, s.Policy.Book(), next, now)
	return p, err
}

// policyScope is the door for what concerns the open cases of all customers.
func policyScope(a access.Actor, reason string) db.Scope {
	if a.System {
		return db.ForSystem("cases.policy")
	}
	return db.ForStaff(a.Person, reason)
}

// compareAll evaluates every case twice, on every processor.
func compareAll(open []openCase, book, next *policy.Book, now time.Time) ([]Moved, error) {
	workers := runtime.GOMAXPROCS(0)
	found, failed := make([][]Moved, workers), make([]error, workers)
	var all sync.WaitGroup
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(open) && failed[w] == nil; i += workers {
				var moved []Moved
				if moved, failed[w] = compareCase(open[i], book, next, now); failed[w] != nil {
					failed[w] = fmt.Errorf("case %s: %w", open[i].m.Number, failed[w])
				}
				found[w] = append(found[w], moved...)
			}
		})
	}
	all.Wait()
	for _, err := range failed {
		if err != nil {
			return nil, err
		}
	}
	moved := slices.Concat(found...)
	slices.SortFunc(moved, func(a, b Moved) int {
		if a.Breaches != b.Breaches {
			return map[bool]int{true: -1, false: 1}[a.Breaches]
		}
		return cmp.Or(cmp.Compare(a.Later(), b.Later()), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Kind, b.Kind))
	})
	return moved, nil
}

func compareCase(o openCase, book, next *policy.Book, now time.Time) (moved []Moved, err error) {
	facts, err := sla.ParseFacts(o.facts)
	if err != nil {
		return nil, err
	}
	before, err := sla.Evaluate(book, facts, now)
	if err != nil {
		return nil, err
	}
	after, err := sla.Evaluate(next, facts, now)
	if err != nil {
		return nil, err
	}
	effect := next.Last().From
	if effect.Before(now) {
		effect = now
	}
	for i, k := range before.Clocks {
		to := after.Clocks[i]
		if k.DueAt.Equal(to.DueAt) || !k.MetAt.IsZero() {
			continue
		}
		m := o.m
		m.Kind, m.Before, m.After = k.Deadline, k.DueAt, to.DueAt
		m.Breaches = k.State == sla.Running && k.DueAt.After(effect) && !to.DueAt.After(effect)
		moved = append(moved, m)
	}
	return moved, nil
}
