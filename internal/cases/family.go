package cases

import (
	"slices"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// family is a case with those that were merged into it, and into them.
type family struct {
	ids    []id.ID         // the case first
	merged map[id.ID]*Case // the others
}

func familyOf(tx *db.Tx, tenant, of id.ID) (f family, err error) {
	f = family{ids: []id.ID{of}, merged: map[id.ID]*Case{}}
	for i := 0; i < len(f.ids); i++ {
		below, err := mergedInto(tx, tenant, f.ids[i], "")
		if err != nil {
			return f, err
		}
		for _, k := range below {
			if f.merged[k], err = loadByID(tx, tenant, k); err != nil {
				return f, err
			}
		}
		f.ids = append(f.ids, below...)
	}
	return f, nil
}

// mergedInto lists the cases that were merged into one, in the order of their numbers.
func mergedInto(tx *db.Tx, tenant, into id.ID, only string) (out []id.ID, err error) {
	err = tx.Query(`SELECT id FROM support_case WHERE tenant_id = $1 AND merged_into = $2`+only+` ORDER BY number`, []any{tenant, into}, func(scan func(...any) error) error {
		var k id.ID
		err := scan(&k)
		out = append(out, k)
		return err
	})
	return out, err
}

// loadSurvivor is loadFor that follows a merged case to the one that goes on.
func loadSurvivor(tx *db.Tx, a access.Actor, number string) (*Case, error) {
	c, err := loadFor(tx, a, number)
	for err == nil && !c.MergedInto.IsZero() {
		c, err = loadFor(tx, a, c.MergedNumber)
	}
	return c, err
}

// hasJoined reports whether cases that owed something were merged into c. One that owed nothing leaves no such fact.
func (c *Case) hasJoined() bool {
	return slices.ContainsFunc(c.Facts, func(f sla.Event) bool { return f.Kind == sla.Joined })
}

// isMirrored reports whether what a fact says about a case holds for those that were merged into it, too.
func isMirrored(f sla.Event) bool {
	switch f.Kind {
	case sla.Answered, sla.StatusChanged, sla.PriorityChanged, sla.Suspended, sla.Reinstated:
		return true
	default: // the others are of one case alone
		return false
	}
}

// mirror tells the cases that were merged into c, and still owe something, what has happened in c since: the answer that
// keeps c's promise keeps theirs.
func (s *Service) mirror(tx *db.Tx, c *Case) error {
	if !c.hasJoined() {
		return nil
	}
	open, err := mergedInto(tx, c.Tenant, c.ID, " AND closed_at IS NULL")
	if err != nil {
		return err
	}
	for _, k := range open {
		m, err := loadByID(tx, c.Tenant, k)
		if err != nil {
			return err
		}
		if !m.learn(c) {
			continue
		}
		if err := s.settleMerged(tx, m); err != nil {
			return err
		}
		if err := s.store(tx, m); err != nil {
			return err
		}
	}
	return nil
}

// learn appends what has happened in the case that c was merged into, from the merging on.
func (c *Case) learn(into *Case) (news bool) {
	joined := slices.IndexFunc(into.Facts, func(f sla.Event) bool { return f.Kind == sla.Joined && f.Question == c.Number })
	merging := slices.IndexFunc(c.Facts, func(f sla.Event) bool { return f.Kind == sla.Merged })
	if joined < 0 || merging < 0 {
		return false
	}
	known := 0
	for _, f := range c.Facts[merging:] {
		if isMirrored(f) {
			known++
		}
	}
	since := c.Facts[merging].At
	for _, f := range into.Facts[joined:] {
		if !isMirrored(f) {
			continue
		}
		if known--; known < 0 {
			f.At = max(f.At, since)
			c.add(f)
			news = true
		}
	}
	c.Suspended = into.Suspended
	return news
}

// settleMerged closes a merged case for good when nothing is owed for it any more.
func (s *Service) settleMerged(tx *db.Tx, m *Case) error {
	_, owes, err := sla.Owed(s.Policy, m.Facts, tx.Now())
	if err == nil && !owes {
		now := tx.Now()
		m.ClosedAt = &now
	}
	return err
}

// sweepMerged records what was missed of a merged case. Nobody is warned by it: the case that goes on warns.
func (s *Service) sweepMerged(tx *db.Tx, c *Case, covered func(*Case) (contract.Cover, error)) error {
	r, err := sla.Evaluate(s.Policy, c.Facts, tx.Now())
	if err != nil {
		return err
	}
	if len(r.Alarms) > 0 {
		cover, err := covered(c)
		if err != nil {
			return err
		}
		if c.Suspended == cover.Covered { // it has changed, and the case that goes on does not know yet
			if c, r, err = s.suspendFamily(tx, c, cover.Coverage); err != nil {
				return err
			}
		}
	}
	for _, al := range r.Alarms {
		c.add(al.Event(tx.Now()))
		err := s.record(tx, access.Actor{System: true}, c, "clock.breached", journal.Customer, al.At, "3.3", map[string]any{
			"clock": string(al.Deadline), "percent": al.Step, "due": micros(al.Due)})
		if err != nil {
			return err
		}
	}
	return s.store(tx, c)
}

// suspendFamily lays the overlay over the case that answers for c, and gives c as it is then.
func (s *Service) suspendFamily(tx *db.Tx, c *Case, cover contract.Coverage) (*Case, sla.Result, error) {
	top := c
	for !top.MergedInto.IsZero() {
		next, err := loadByID(tx, top.Tenant, top.MergedInto)
		if err != nil {
			return nil, sla.Result{}, err
		}
		top = next
	}
	if err := s.setSuspended(tx, top, cover); err != nil {
		return nil, sla.Result{}, err
	}
	now, err := loadByID(tx, c.Tenant, c.ID)
	if err != nil {
		return nil, sla.Result{}, err
	}
	r, err := sla.Evaluate(s.Policy, now.Facts, tx.Now())
	return now, r, err
}

// otherLiaisons are those of the cases that were merged into c, as far as they are liaisons of its system still.
func otherLiaisons(tx *db.Tx, c *Case) (out []id.ID, err error) {
	f, err := familyOf(tx, c.Tenant, c.ID)
	if err != nil {
		return nil, err
	}
	for _, m := range f.ids[1:] {
		who := f.merged[m].Liaison.ID
		if who == c.Liaison.ID || slices.Contains(out, who) {
			continue
		}
		still, err := isLiaison(tx, c.Tenant, c.System, who)
		if err != nil {
			return nil, err
		}
		if still {
			out = append(out, who)
		}
	}
	return out, nil
}

// isLiaison reports whether a person is a liaison of a system now (1.1).
func isLiaison(tx *db.Tx, tenant, system, person id.ID) (bool, error) {
	var n int64
	err := tx.Row(`SELECT count(*) FROM access_grant g JOIN designation d ON d.tenant_id = g.tenant_id AND d.person_id = g.person_id
		WHERE g.tenant_id = $1 AND d.system_id = $2 AND g.person_id = $3 AND g.role = 'liaison' AND g.ended_at IS NULL AND d.ended_at IS NULL`,
		[]any{tenant, system, person}, &n)
	return n > 0, err
}

// errMerged is the refusal of a change on a case that goes on in another one.
func errMerged(c *Case) error {
	d := errs.Decision{Code: "case_merged", Clause: "3.4", Requirement: "RD-03", Edition: c.Edition, Inputs: map[string]any{"number": c.MergedNumber}}
	return &errs.Error{Kind: errs.Conflict, Key: "refusal.case_merged", Args: d.Inputs, Decision: &d}
}
