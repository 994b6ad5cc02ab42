package cases

import (
	"context"
	"slices"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// TeamRoles are what somebody of the customer does on an urgent case.
func TeamRoles() []string {
	return []string{"lead", "system_administrator", "database", "network", "application", "other"}
}

// ContactWays are how somebody is reached: by the telephone number, or at the address, of their account.
func ContactWays() []string { return []string{"phone", "email"} }

// Limits of what is agreed on one case.
const (
	maxTeam  = 20
	maxTimes = 50
)

// Contact is somebody of the customer as the case names them.
type Contact struct {
	Party
	Phone, Email string
	Zone         string // IANA name
	Left         bool   // no longer of this customer: nobody to reach
}

// Address is the number or the address of a way.
func (c *Contact) Address(way string) string {
	if way == "email" {
		return c.Email
	}
	return c.Phone
}

// TeamMember is somebody whom the customer has assigned to the case (R3.3-25). It gives no access.
type TeamMember struct {
	Who  Contact
	Role string // one of TeamRoles
}

// ContactTime is when somebody of the customer can be reached (R3.3-24): once, in [From, To), or in the same hours of every
// day from First to Last, both inclusive, in Zone.
type ContactTime struct {
	Who         Contact
	Way         string // one of ContactWays
	From, To    time.Time
	First, Last calendar.Date
	Hours       calendar.Window
	Zone        string // IANA name; "" for a time that is once
}

// presence is the time as the rule takes it; a zone that the machine does not know has no times.
func (t *ContactTime) presence() calendar.Presence {
	p := calendar.Presence{Person: t.Who.ID, From: t.From, To: t.To, First: t.First, Last: t.Last, Hours: t.Hours}
	if zone, err := time.LoadLocation(t.Zone); err == nil && t.Zone != "" && t.Zone != "Local" {
		p.Zone = zone
	}
	return p
}

// Reached is somebody who can be reached in [From, To).
type Reached struct {
	Who      Contact
	Way      string
	From, To time.Time
}

// CustomerSidePlan is what a customer has agreed on for an urgent case, as it stands now.
type CustomerSidePlan struct {
	Number      string // of the case
	Team        []TeamMember
	Times       []ContactTime
	Over        []bool // of each time: nothing of it is left
	Now         []Reached
	Next        *Reached // the next one who can be reached, after those of Now
	People      []Contact
	TeamETag    string
	TimesETag   string
	Cooperation errs.Decision // whether more can be agreed on
}

// CustomerPlan reads the team and the contact times of a case, who can be reached now and next, and whom the customer may
// name.
func (s *Service) CustomerPlan(ctx context.Context, a access.Actor, number string) (p CustomerSidePlan, err error) {
	defer errs.Wrap(&err, "cases.CustomerPlan(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return p, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err == nil {
			p, err = s.planOf(tx, c)
		}
		if err == nil {
			p.People, err = peopleOf(tx, c.Tenant)
		}
		return err
	})
	return p, err
}

// Cooperation is everything that a customer does on an urgent case. People is left out.
type Cooperation struct {
	Tasks []Task
	CustomerSidePlan
}

// Together reads the tasks of a case, and who of the customer can be reached.
func (s *Service) Together(ctx context.Context, a access.Actor, number string) (out Cooperation, err error) {
	defer errs.Wrap(&err, "cases.Together(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return out, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err != nil {
			return err
		}
		if out.CustomerSidePlan, err = s.planOf(tx, c); err == nil {
			out.Tasks, err = tasksOf(tx, c, id.ID{})
		}
		return err
	})
	return out, err
}

// planOf reads the team and the times of a case, and who can be reached.
func (s *Service) planOf(tx *db.Tx, c *Case) (p CustomerSidePlan, err error) {
	p = CustomerSidePlan{Number: c.Number, Cooperation: entitlement.Cooperate(s.Policy.At(tx.Now()), entitlement.ContactSchedule, c.Priority, active(c.Status))}
	if p.Team, err = teamOf(tx, c); err != nil {
		return p, err
	}
	if p.Times, err = timesOf(tx, c); err != nil {
		return p, err
	}
	p.TeamETag, p.TimesETag = tagOf(teamEntries(p.Team)), tagOf(timeEntries(p.Times))
	var list []calendar.Presence
	var at []int // of each presence, which time it is
	for i := range p.Times {
		t := &p.Times[i]
		one := t.presence()
		known := one.Fault() == ""
		p.Over = append(p.Over, !known || one.Ended(tx.Now()))
		if known && !t.Who.Left {
			list, at = append(list, one), append(at, i)
		}
	}
	reached := func(r calendar.Reach) Reached {
		t := &p.Times[at[r.Index]]
		return Reached{Who: t.Who, Way: t.Way, From: r.From, To: r.To}
	}
	now, next, ok := calendar.Reachable(list, tx.Now())
	for _, r := range now {
		p.Now = append(p.Now, reached(r))
	}
	if ok {
		r := reached(next)
		p.Next = &r
	}
	return p, nil
}

// SetTeam says whom the customer has assigned to an urgent case, in place of what etag names. Who is named must be of the
// customer, each once. What changes nothing leaves no trace. Errors: Invalid, Stale, Conflict with the decision.
func (s *Service) SetTeam(ctx context.Context, a access.Actor, number, etag string, in []TeamMember) (p CustomerSidePlan, err error) {
	defer errs.Wrap(&err, "cases.SetTeam(%s)", number)
	return s.setPlan(ctx, a, number, func(tx *db.Tx, c *Case, now *CustomerSidePlan) (changed bool, err error) {
		if changed, err = s.replaces(tx, c, entitlement.CustomerTeam, etag, teamEntries(now.Team), teamEntries(in)); err != nil || !changed {
			return false, err
		}
		if err := checkTeam(tx, c, in, now.Team); err != nil {
			return false, err
		}
		if err := tx.Buffer(`DELETE FROM case_team WHERE tenant_id = $1 AND case_id = $2`, c.Tenant, c.ID); err != nil {
			return false, err
		}
		line := []map[string]any{}
		for i, m := range in {
			err := tx.Buffer(`INSERT INTO case_team (tenant_id, case_id, person_id, role, position) VALUES ($1, $2, $3, $4, $5)`, c.Tenant, c.ID, m.Who.ID, m.Role, i)
			if err != nil {
				return false, err
			}
			line = append(line, map[string]any{"person": m.Who.ID, "role": m.Role})
		}
		return true, s.record(tx, a, c, "case_team.changed", journal.Customer, tx.Now(), "3.3", map[string]any{"count": len(in), "team": line})
	})
}

// SetContactTimes says when the customer's people can be reached, in place of what etag names. Errors: as SetTeam.
func (s *Service) SetContactTimes(ctx context.Context, a access.Actor, number, etag string, in []ContactTime) (p CustomerSidePlan, err error) {
	defer errs.Wrap(&err, "cases.SetContactTimes(%s)", number)
	return s.setPlan(ctx, a, number, func(tx *db.Tx, c *Case, now *CustomerSidePlan) (changed bool, err error) {
		if changed, err = s.replaces(tx, c, entitlement.ContactSchedule, etag, timeEntries(now.Times), timeEntries(in)); err != nil || !changed {
			return false, err
		}
		if err := checkTimes(tx, c, in, now.Times); err != nil {
			return false, err
		}
		if err := tx.Buffer(`DELETE FROM contact_time WHERE tenant_id = $1 AND case_id = $2`, c.Tenant, c.ID); err != nil {
			return false, err
		}
		for i := range in {
			if err := insertTime(tx, c, i, &in[i]); err != nil {
				return false, err
			}
		}
		return true, s.record(tx, a, c, "contact_schedule.changed", journal.Customer, tx.Now(), "3.3", map[string]any{"count": len(in)})
	})
}

// setPlan changes a part of what the customer has agreed on. A change by the customer is an act of theirs and ends a wait
// (Clocks 7); what changes nothing is none. Every change writes the case, also one by staff that moves no clock: two who
// fill the same list meet on its row, and the second is told that somebody was faster.
func (s *Service) setPlan(ctx context.Context, a access.Actor, number string, change func(tx *db.Tx, c *Case, now *CustomerSidePlan) (changed bool, err error)) (p CustomerSidePlan, err error) {
	if err := s.Permit(a, access.CaseRead); err != nil {
		return p, err
	}
	if err := s.Permit(a, access.CaseReply); err != nil {
		return p, err
	}
	err = s.DB.Update(ctx, scope(a, "agree on people of the customer").Snapshot(), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err != nil {
			return err
		}
		if p, err = s.planOf(tx, c); err != nil {
			return err
		}
		if changed, err := change(tx, c, &p); err != nil || !changed {
			return err
		}
		if side(a) == CustomerSide && active(c.Status) {
			if err := s.customerActed(tx, a, c, tx.Now()); err != nil {
				return err
			}
		}
		if err := s.store(tx, c); err != nil {
			return err
		}
		p, err = s.planOf(tx, c)
		return err
	})
	return p, err
}

// replaces decides whether the entries of a list may take the place of those that etag names, and whether that changes
// anything. What is there may be taken away, all of it or a part, on any case; more is agreed on urgent cases that go on.
func (s *Service) replaces(tx *db.Tx, c *Case, part entitlement.Part, etag string, was, in []string) (changed bool, err error) {
	if !matches(etag, tagOf(was)) {
		return false, errs.New(errs.Stale, "error.stale")
	}
	if adds(was, in) {
		if err := s.cooperates(tx, c, part); err != nil {
			return false, err
		}
	}
	return !slices.Equal(was, in), nil
}

// adds reports whether a list has an entry that was not there, or one more often.
func adds(was, in []string) bool {
	left := map[string]int{}
	for _, entry := range was {
		left[entry]++
	}
	for _, entry := range in {
		if left[entry]--; left[entry] < 0 {
			return true
		}
	}
	return false
}

// entryField names the fields of one entry of a list.
func entryField(i int, name string) string { return "items[" + strconv.Itoa(i) + "]." + name }

// ofCustomer reports whether a person may be named: one of the customer, or one that is named already and has left.
func ofCustomer(who id.ID, people []Contact, named func(id.ID) bool) bool {
	return slices.ContainsFunc(people, func(c Contact) bool { return c.ID == who }) || named(who)
}

func checkTeam(tx *db.Tx, c *Case, in, was []TeamMember) error {
	if len(in) > max(maxTeam, len(was)) { // two merged lists may be longer
		return errs.BadFields(errs.BadField("items", "case.too_many_people", "max", maxTeam))
	}
	which := make([]id.ID, 0, len(in))
	for _, m := range in {
		which = append(which, m.Who.ID)
	}
	people, err := peopleNamed(tx, c.Tenant, which)
	if err != nil {
		return err
	}
	var bad []errs.Field
	seen := map[id.ID]bool{}
	for i, m := range in {
		named := func(who id.ID) bool {
			return slices.ContainsFunc(was, func(o TeamMember) bool { return o.Who.ID == who })
		}
		switch {
		case !ofCustomer(m.Who.ID, people, named):
			bad = append(bad, errs.BadField(entryField(i, "person"), "case.not_of_customer"))
		case seen[m.Who.ID]:
			bad = append(bad, errs.BadField(entryField(i, "person"), "case.named_twice"))
		}
		seen[m.Who.ID] = true
		bad = append(bad, needed(entryField(i, "role"), m.Role, maxSubject)...)
		bad = append(bad, oneOf(entryField(i, "role"), m.Role, TeamRoles())...)
	}
	return errs.BadFields(bad...)
}

// checkTimes finds fault with the times that are new. Those that were there stay as they are: the telephone number that one
// of them rests on may be gone since, and the others can still be taken out.
func checkTimes(tx *db.Tx, c *Case, in, was []ContactTime) error {
	if len(in) > max(maxTimes, len(was)) {
		return errs.BadFields(errs.BadField("items", "case.too_many_times", "max", maxTimes))
	}
	which := make([]id.ID, 0, len(in))
	for i := range in {
		which = append(which, in[i].Who.ID)
	}
	people, err := peopleNamed(tx, c.Tenant, which)
	if err != nil {
		return err
	}
	var bad []errs.Field
	entries, before := timeEntries(in), timeEntries(was)
	for i := range in {
		if !slices.Contains(before, entries[i]) {
			bad = append(bad, badTime(i, &in[i], people, was)...)
		}
	}
	return errs.BadFields(bad...)
}

func badTime(i int, t *ContactTime, people []Contact, was []ContactTime) (bad []errs.Field) {
	named := func(who id.ID) bool {
		return slices.ContainsFunc(was, func(o ContactTime) bool { return o.Who.ID == who })
	}
	if !ofCustomer(t.Who.ID, people, named) {
		bad = append(bad, errs.BadField(entryField(i, "person"), "case.not_of_customer"))
	}
	bad = append(bad, needed(entryField(i, "way"), t.Way, maxSubject)...)
	bad = append(bad, oneOf(entryField(i, "way"), t.Way, ContactWays())...)
	for _, who := range people {
		if who.ID == t.Who.ID && slices.Contains(ContactWays(), t.Way) && who.Address(t.Way) == "" {
			bad = append(bad, errs.BadField(entryField(i, "way"), "case.no_such_way"))
		}
	}
	if fault := t.presence().Fault(); fault != "" {
		name := map[string]string{"to": "to", "zone": "zone", "days": "lastDay", "hours": "closes"}[fault]
		bad = append(bad, errs.BadField(entryField(i, name), "case.contact_"+fault))
	}
	return bad
}
