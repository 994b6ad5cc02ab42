package cases

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
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
	p.TeamETag, p.TimesETag = teamTag(p.Team), timesTag(p.Times)
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
// customer, each once. Errors: Invalid, Stale, Conflict with the decision.
func (s *Service) SetTeam(ctx context.Context, a access.Actor, number, etag string, in []TeamMember) (p CustomerSidePlan, err error) {
	defer errs.Wrap(&err, "cases.SetTeam(%s)", number)
	return s.setPlan(ctx, a, number, entitlement.CustomerTeam, len(in) == 0, func(tx *db.Tx, c *Case, now *CustomerSidePlan) error {
		if !matches(etag, now.TeamETag) {
			return errs.New(errs.Stale, "error.stale")
		}
		if err := checkTeam(in, now.People, now.Team); err != nil {
			return err
		}
		if err := tx.Buffer(`DELETE FROM case_team WHERE tenant_id = $1 AND case_id = $2`, c.Tenant, c.ID); err != nil {
			return err
		}
		line := []map[string]any{}
		for i, m := range in {
			err := tx.Buffer(`INSERT INTO case_team (tenant_id, case_id, person_id, role, position) VALUES ($1, $2, $3, $4, $5)`, c.Tenant, c.ID, m.Who.ID, m.Role, i)
			if err != nil {
				return err
			}
			line = append(line, map[string]any{"person": m.Who.ID, "role": m.Role})
		}
		return s.record(tx, a, c, "case_team.changed", journal.Customer, tx.Now(), "3.3", map[string]any{"count": len(in), "team": line})
	})
}

// SetContactTimes says when the customer's people can be reached, in place of what etag names. Errors: as SetTeam.
func (s *Service) SetContactTimes(ctx context.Context, a access.Actor, number, etag string, in []ContactTime) (p CustomerSidePlan, err error) {
	defer errs.Wrap(&err, "cases.SetContactTimes(%s)", number)
	return s.setPlan(ctx, a, number, entitlement.ContactSchedule, len(in) == 0, func(tx *db.Tx, c *Case, now *CustomerSidePlan) error {
		if !matches(etag, now.TimesETag) {
			return errs.New(errs.Stale, "error.stale")
		}
		if err := checkTimes(in, now.People, now.Times); err != nil {
			return err
		}
		if err := tx.Buffer(`DELETE FROM contact_time WHERE tenant_id = $1 AND case_id = $2`, c.Tenant, c.ID); err != nil {
			return err
		}
		for i := range in {
			if err := insertTime(tx, c, i, &in[i]); err != nil {
				return err
			}
		}
		return s.record(tx, a, c, "contact_schedule.changed", journal.Customer, tx.Now(), "3.3", map[string]any{"count": len(in)})
	})
}

// setPlan changes a part of what the customer has agreed on. What is there may be taken away on any case; more is agreed on
// urgent cases that go on. A change by the customer is an act of theirs and ends a wait (Clocks 7).
func (s *Service) setPlan(ctx context.Context, a access.Actor, number string, part entitlement.Part, empties bool, change func(tx *db.Tx, c *Case, now *CustomerSidePlan) error) (p CustomerSidePlan, err error) {
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
		now, err := s.planOf(tx, c)
		if err != nil {
			return err
		}
		if now.People, err = peopleOf(tx, c.Tenant); err != nil {
			return err
		}
		if !empties {
			if err := s.cooperates(tx, c, part); err != nil {
				return err
			}
		}
		if err := change(tx, c, &now); err != nil {
			return err
		}
		if side(a) == CustomerSide && active(c.Status) {
			if err := s.customerActed(tx, a, c, tx.Now()); err != nil {
				return err
			}
			if err := s.store(tx, c); err != nil {
				return err
			}
		}
		p, err = s.planOf(tx, c)
		return err
	})
	return p, err
}

// entryField names the fields of one entry of a list.
func entryField(i int, name string) string { return "items[" + strconv.Itoa(i) + "]." + name }

// ofCustomer reports whether a person may be named: one of the customer, or one that is named already and has left.
func ofCustomer(who id.ID, people []Contact, named func(id.ID) bool) bool {
	return slices.ContainsFunc(people, func(c Contact) bool { return c.ID == who }) || named(who)
}

func checkTeam(in []TeamMember, people []Contact, was []TeamMember) error {
	var bad []errs.Field
	if len(in) > maxTeam {
		bad = append(bad, errs.BadField("items", "case.too_many_people", "max", maxTeam))
	}
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

func checkTimes(in []ContactTime, people []Contact, was []ContactTime) error {
	var bad []errs.Field
	if len(in) > maxTimes {
		bad = append(bad, errs.BadField("items", "case.too_many_times", "max", maxTimes))
	}
	for i := range in {
		t := &in[i]
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
	}
	return errs.BadFields(bad...)
}

func insertTime(tx *db.Tx, c *Case, position int, t *ContactTime) error {
	var from, to *time.Time
	first, last := "", ""
	if t.From.IsZero() {
		first, last = t.First.String(), t.Last.String()
	} else {
		from, to = &t.From, &t.To
	}
	return tx.Buffer(`INSERT INTO contact_time (tenant_id, id, case_id, position, person_id, way, from_at, to_at, first_day, last_day, opens, closes, zone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.Tenant, id.New(), c.ID, position, t.Who.ID, t.Way, from, to, first, last, t.Hours.Open, t.Hours.Close, t.Zone)
}

// contactColumns are a person p as a Contact, with whether they are still of customer $1.
const contactColumns = `p.id, p.name, p.phone, p.email, p.zone, p.disabled_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM access_grant g
	WHERE g.tenant_id = $1 AND g.person_id = p.id AND g.ended_at IS NULL)`

func (c *Contact) columns() []any {
	return []any{&c.ID, &c.Name, &c.Phone, &c.Email, &c.Zone, &c.Left}
}

func teamOf(tx *db.Tx, c *Case) (out []TeamMember, err error) {
	err = tx.Query(`SELECT `+contactColumns+`, t.role FROM case_team t JOIN person p ON p.id = t.person_id
		WHERE t.tenant_id = $1 AND t.case_id = $2 ORDER BY t.position, p.name, p.id`, []any{c.Tenant, c.ID}, func(scan func(...any) error) error {
		var m TeamMember
		err := scan(append(m.Who.columns(), &m.Role)...)
		out = append(out, m)
		return err
	})
	return out, err
}

func timesOf(tx *db.Tx, c *Case) (out []ContactTime, err error) {
	err = tx.Query(`SELECT `+contactColumns+`, t.way, t.from_at, t.to_at, t.first_day, t.last_day, t.opens, t.closes, t.zone FROM contact_time t
		JOIN person p ON p.id = t.person_id WHERE t.tenant_id = $1 AND t.case_id = $2 ORDER BY t.position, t.id`, []any{c.Tenant, c.ID}, func(scan func(...any) error) error {
		var t ContactTime
		var first, last string
		err := scan(append(t.Who.columns(), &t.Way, db.Time(&t.From), db.Time(&t.To), &first, &last, &t.Hours.Open, &t.Hours.Close, &t.Zone)...)
		if err == nil && first != "" {
			if t.First, err = calendar.StoredDate(first); err == nil {
				t.Last, err = calendar.StoredDate(last)
			}
		}
		out = append(out, t)
		return err
	})
	return out, err
}

// maxNamed is how many people of a customer are offered.
const maxNamed = 500

// peopleOf are the people whom a customer may name.
func peopleOf(tx *db.Tx, tenant id.ID) (out []Contact, err error) {
	err = tx.Query(`SELECT `+contactColumns+` FROM access_grant a JOIN person p ON p.id = a.person_id AND p.disabled_at IS NULL
		WHERE a.tenant_id = $1 AND a.ended_at IS NULL ORDER BY p.name, p.id LIMIT $2`, []any{tenant, maxNamed}, func(scan func(...any) error) error {
		var c Contact
		err := scan(c.columns()...)
		out = append(out, c)
		return err
	})
	return out, err
}

// teamTag and timesTag are entity tags that follow from what is agreed on.
func teamTag(team []TeamMember) string {
	list := make([]any, 0, len(team))
	for _, m := range team {
		list = append(list, []string{m.Who.ID.String(), m.Role})
	}
	return tagOf(list)
}

func timesTag(times []ContactTime) string {
	list := make([]any, 0, len(times))
	for i := range times {
		t := &times[i]
		list = append(list, []any{t.Who.ID, t.Way, micros(t.From), micros(t.To), t.First, t.Last, t.Hours.Open, t.Hours.Close, t.Zone})
	}
	return tagOf(list)
}

func tagOf(list []any) string {
	sum := sha256.Sum256([]byte(mustJSON(list)))
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
