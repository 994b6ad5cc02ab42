package cooperation

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/text"
	"liaison/internal/web"
)

// People is whom the customer has assigned to a case, and when they can be reached.
type People struct {
	Reach     []web.ReachLine
	Team      []TeamRow
	TeamETag  string
	Times     []TimeRow
	TimesETag string
	Form      *PeopleForm // nil: nothing can be added
	Remove    bool        // what is there can be taken away
	Base      string
	Zone      string
}

// TeamRow is somebody of the team.
type TeamRow struct {
	Person, Name, Role string
	Left               bool
}

// TimeRow is one time at which somebody can be reached.
type TimeRow struct {
	Position, Name, Way, When string
	Left, Over                bool
}

// PeopleForm is the two forms that add to it; the fields of the one that was not sent have ids of their own.
type PeopleForm struct {
	Team, Times           web.Form
	TeamField, TimesField string
	Roles, Ways           []Option
	TeamPeople, People    []Option
	Zones                 []string
}

func (o Options) fillPeople(r *http.Request, page web.Page, c *cases.Case, b *Body, in typed) error {
	actor := web.CurrentActor(r)
	plan, err := o.Cases.CustomerPlan(r.Context(), actor, c.Number)
	if err != nil {
		return err
	}
	p := &b.People
	p.Reach, p.TeamETag, p.TimesETag = page.Reach(&plan), strings.Trim(plan.TeamETag, `"`), strings.Trim(plan.TimesETag, `"`)
	p.Base, p.Zone, p.Remove = b.Base, page.ZoneName(), access.Allows(actor, access.CaseReply)
	for i := range plan.Team {
		m := &plan.Team[i]
		p.Team = append(p.Team, TeamRow{m.Who.ID.String(), m.Who.Name, page.T("cooperation.role." + m.Role), m.Who.Left})
	}
	for i := range plan.Times {
		t := &plan.Times[i]
		p.Times = append(p.Times, TimeRow{strconv.Itoa(i), t.Who.Name, page.T("cooperation.way." + t.Way), whenOf(page, t), t.Who.Left, plan.Over[i]})
	}
	about := in.about == "team" || in.about == "times"
	d := entitlement.Cooperate(o.Policy.At(page.Format.Now), entitlement.CustomerTeam, c.Priority, active(c))
	if p.Remove && (d.Allowed || about) {
		p.Form = o.peopleForm(page, &plan, in)
	}
	return nil
}

// whenOf is a time in words: once in the reader's zone, on days in its own.
func whenOf(page web.Page, t *cases.ContactTime) string {
	if !t.From.IsZero() {
		return page.T("cooperation.when_once", "from", page.Instant(t.From), "to", page.Instant(t.To))
	}
	city := t.Zone
	if zone, err := time.LoadLocation(t.Zone); err == nil {
		city = text.Formatter{Lang: page.Lang, Zone: zone, Now: page.Format.Now}.City()
	}
	opens, closes, _ := strings.Cut(t.Hours.String(), "-")
	day := func(d calendar.Date) string { return page.Format.CivilDate(d.Year, d.Month, d.Day) }
	if t.First == t.Last {
		return page.T("cooperation.when_day", "day", day(t.First), "opens", opens, "closes", closes, "zone", city)
	}
	return page.T("cooperation.when_days", "first", day(t.First), "last", day(t.Last), "opens", opens, "closes", closes, "zone", city)
}

func (o Options) peopleForm(page web.Page, plan *cases.CustomerSidePlan, in typed) *PeopleForm {
	today := calendar.DateOf(page.Format.Now, zoneOf(page))
	f := &PeopleForm{TeamField: "team-", TimesField: "times-", Times: web.NewForm("firstDay", today.String(), "lastDay", today.AddDays(6).String(),
		"opens", "09:00", "closes", "18:00", "zone", zoneOf(page).String())}
	switch in.about {
	case "team":
		f.Team, f.TeamField = in.form, ""
	case "times":
		f.Times, f.TimesField = in.form, ""
	}
	for _, v := range cases.TeamRoles() {
		f.Roles = append(f.Roles, Option{v, page.T("cooperation.role." + v), f.Team.Value("role") == v})
	}
	for _, v := range cases.ContactWays() {
		f.Ways = append(f.Ways, Option{v, page.T("cooperation.way." + v), f.Times.Value("way") == v})
	}
	f.Zones = []string{zoneOf(page).String()}
	for i := range plan.People {
		who := &plan.People[i]
		v := who.ID.String()
		f.TeamPeople = append(f.TeamPeople, Option{v, who.Name, f.Team.Value("person") == v})
		f.People = append(f.People, Option{v, who.Name, f.Times.Value("person") == v})
		if who.Zone != "" && !slices.Contains(f.Zones, who.Zone) {
			f.Zones = append(f.Zones, who.Zone)
		}
	}
	return f
}

// team adds somebody to the team, or takes somebody out.
func (o Options) team(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	actor, number := web.CurrentActor(r), r.PathValue("number")
	plan, err := o.Cases.CustomerPlan(r.Context(), actor, number)
	if err != nil {
		return err
	}
	list := plan.Team
	if gone := form.Value("remove"); gone != "" {
		list = slices.DeleteFunc(list, func(m cases.TeamMember) bool { return m.Who.ID.String() == gone })
	} else {
		list = append(list, cases.TeamMember{Who: contact(form), Role: form.Value("role")})
	}
	_, err = o.Cases.SetTeam(r.Context(), actor, number, form.Value("etag"), list)
	return o.done(w, r, "cooperation_people", typed{about: "team", form: form}, ofLast(err, len(list)-1))
}

// times adds a time at which somebody can be reached, or takes one out.
func (o Options) times(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	actor, number := web.CurrentActor(r), r.PathValue("number")
	plan, err := o.Cases.CustomerPlan(r.Context(), actor, number)
	if err != nil {
		return err
	}
	list := plan.Times
	if gone, err := strconv.Atoi(form.Value("remove")); err == nil && gone >= 0 && gone < len(list) {
		list = slices.Delete(list, gone, gone+1)
	} else {
		list = append(list, timeOf(form))
	}
	_, err = o.Cases.SetContactTimes(r.Context(), actor, number, form.Value("etag"), list)
	return o.done(w, r, "cooperation_people", typed{about: "times", form: form}, ofLast(err, len(list)-1))
}

func contact(form web.Form) (c cases.Contact) {
	if who, err := id.Parse(form.Value("person")); err == nil {
		c.ID = who
	}
	return c
}

// timeOf reads the form; what is no day, no hour or no zone stays empty, and the use case says what is missing.
func timeOf(form web.Form) cases.ContactTime {
	t := cases.ContactTime{Who: contact(form), Way: form.Value("way"), Zone: strings.TrimSpace(form.Value("zone"))}
	t.First, _ = calendar.ParseDate(form.Value("firstDay"))
	t.Last, _ = calendar.ParseDate(form.Value("lastDay"))
	if w, err := calendar.ParseWindow(form.Value("opens"), form.Value("closes")); err == nil {
		t.Hours = w
	} else if form.Value("closes") == "00:00" { // a field for times has no 24:00
		t.Hours, _ = calendar.ParseWindow(form.Value("opens"), "24:00")
	}
	return t
}

// ofLast names the fields of the last entry of a list as the form names them.
func ofLast(err error, last int) error {
	if errs.KindOf(err) != errs.Invalid {
		return err
	}
	var bad []errs.Field
	for _, f := range errs.As(err).Fields {
		f.Name = strings.TrimPrefix(f.Name, "items["+strconv.Itoa(last)+"].")
		bad = append(bad, f)
	}
	return errs.BadFields(bad...)
}
