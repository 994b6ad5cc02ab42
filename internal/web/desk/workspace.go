package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// Workspace is one case with everything that is done to it. All its ids carry the case number, so that no text typed
// for one case can come to stand in another.
type Workspace struct {
	CaseRow
	CustomerHref string
	Query        string // of the list beside it
	ETag         string
	Seen         int64 // newest line of the timeline that is shown
	Clocks       []ClockBox
	Calendar     CalendarBox
	Events       []Event
	Cut          bool // older than what a page holds
	Quick        Quick
	Composer     Composer
	Rail         Rail
	Correct      *web.CorrectionForm // filed by mail: nobody has said yet what it is about
	Problem      *web.Notice         // why the last thing was not done
	CanTake      bool
	CanReopen    bool
	MayWork      bool
	MergeHref    string // "" where nothing can be merged or split
	SplitHref    string
}

// ClockBox is one clock of the strip.
type ClockBox struct {
	Label string
	Chip  web.SLAChip
	Used  int // percent of the time
	Due   web.When
}

// CalendarBox says by which calendar the clocks run.
type CalendarBox struct {
	Name, Note string
}

// Quick is the form of what changes most: status, priority, owner.
type Quick struct {
	Statuses, Priorities, People, Remedies []Option
	NoContact                              string // what lowering for want of contact stands on; "" while nothing was asked
	Form                                   web.Form
}

// Rail is what is known about the case besides what was said.
type Rail struct {
	Impact string
	Props  []Prop
	Files  []FileLink
	Remedy *Remedy

	Together *web.CooperationBox // what the customer does on an urgent case; nil: nothing
}

// Remedy is what solved the case.
type Remedy struct{ Kind, Text, Article, Release string }

// Prop is one property: its name, its value, and what explains it.
type Prop struct{ Name, Value, Note, Href string }

// asked is what a request wants shown beside the case itself: what was typed, and why it was not done.
type asked struct {
	quick    web.Form
	composer web.Form
	correct  web.Form
	problem  *web.Notice
}

// open is /desk/{number}: the case beside the list, or only the case when htmx puts it there.
func (d *desk) open(w http.ResponseWriter, r *http.Request) error {
	return d.show(w, r, http.StatusOK, asked{})
}

// show answers with the case of the address.
func (d *desk) show(w http.ResponseWriter, r *http.Request, status int, in asked) error {
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	if c.MergedNumber != "" && r.Method == http.MethodGet { // the address leads to the case that goes on
		http.Redirect(w, r, "/desk/"+c.MergedNumber+listQuery(r), http.StatusSeeOther) //nolint:gosec // the number of a case, from the database, and a query
		return nil
	}
	query := listQuery(r)
	partial := r.Header.Get("HX-Request-Type") == "partial"
	var page QueuePage
	if partial || !access.Allows(actor, access.QueueRead) {
		page = QueuePage{Page: d.Site.Page(r, "nav.queue", "queue"), Query: query}
	} else if page, err = d.queuePage(asList(r, query), number); err != nil {
		return err
	}
	page.Title = c.Number + " · " + c.Subject
	if page.Work, err = d.workspace(r, page.Page, c, in); err != nil {
		return err
	}
	page.Work.Query = query
	if partial {
		return d.Site.Fragment(w, status, "workspace-partial", page)
	}
	return d.Site.Render(w, r, status, page)
}

// listQuery is the list that a case was opened from; the forms of a case carry it in their addresses.
func listQuery(r *http.Request) string { return queryOf(r.URL.Query()) }

// asList is r as the page of the case, for one that answers a form: what leads back leads there.
func asList(r *http.Request, query string) *http.Request {
	if r.Method == http.MethodGet {
		return r
	}
	out := r.Clone(r.Context())
	out.URL = &url.URL{Path: "/desk/" + r.PathValue("number"), RawQuery: strings.TrimPrefix(query, "?")}
	return out
}

func (d *desk) workspace(r *http.Request, p web.Page, c *cases.Case, in asked) (*Workspace, error) {
	ctx, actor := r.Context(), web.CurrentActor(r)
	work := access.Allows(actor, access.CaseWork)
	v := &Workspace{CaseRow: d.row(p, c, "", ""), CustomerHref: "/desk/customers/" + c.CustomerKey, ETag: strconv.FormatInt(c.Version, 10),
		Problem: in.problem, MayWork: work, Calendar: d.calendarBox(p, c)}
	v.CanTake = work && (c.Assignee == nil || c.Assignee.ID != actor.Person)
	_, reopens := cases.Transition(c.Status, cases.Open, cases.StaffSide)
	v.CanReopen = work && reopens && (c.Status == cases.Closed || c.Status == cases.Resolved)
	if work && c.Status != cases.Closed {
		v.MergeHref, v.SplitHref = "/desk/cases/"+c.Number+"/merge", "/desk/cases/"+c.Number+"/split"
	}
	for _, k := range c.Clocks {
		v.Clocks = append(v.Clocks, clockBox(p, k, c.Suspended))
	}
	line, cut, err := d.history(ctx, actor, c.Number)
	if err != nil {
		return nil, err
	}
	v.Cut = cut
	v.Events = d.told(p, c, line)
	if len(line) > 0 {
		v.Seen = line[len(line)-1].Seq
	}
	if work {
		if v.Quick, err = d.quick(r, p, c, in.quick); err != nil {
			return nil, err
		}
	}
	if v.Composer, err = d.composer(r, p, c, in.composer, v.Seen); err != nil {
		return nil, err
	}
	if v.Correct, err = d.correction(ctx, p, actor, c, in.correct); err != nil {
		return nil, err
	}
	v.Rail, err = d.rail(ctx, actor, p, c, line)
	return v, err
}

// maxParts bounds how much of a very long case one page shows.
const maxParts = 10

// history reads the timeline from its beginning; cut is true when the page does not hold all of it.
func (d *desk) history(ctx context.Context, a access.Actor, number string) (all []cases.Item, cut bool, err error) {
	cursor := ""
	for range maxParts {
		part, err := d.Cases.Timeline(ctx, a, number, cursor, cases.MaxPage)
		if err != nil {
			return nil, false, err
		}
		all = append(all, part.Items...)
		if cursor = part.Next; cursor == "" {
			return all, false, nil
		}
	}
	return all, true, nil
}

// clockBox is one clock for the strip: how it stands, and how much of its time is used.
func clockBox(p web.Page, k sla.Clock, suspended bool) ClockBox {
	one := promise(k, suspended)
	box := ClockBox{Label: p.T("clock." + string(k.Deadline)), Chip: p.SLA(one), Due: p.When(one.Due)}
	end := p.Format.Now
	if !k.MetAt.IsZero() {
		end = k.MetAt
	}
	switch {
	case k.State == sla.Breached:
		box.Used = 100
	case !one.Due.IsZero() && one.Due.After(k.StartedAt):
		box.Used = int(min(100, max(0, 100*end.Sub(k.StartedAt)/one.Due.Sub(k.StartedAt))))
	}
	if k.State == sla.Met && k.Deadline == sla.InitialResponse {
		box.Chip.Text = p.T("desk.met_in", "time", p.Duration(k.MetAt.Sub(k.StartedAt)))
	}
	if one.Done {
		box.Chip.Text = p.T("desk.late_by", "time", p.Duration(k.MetAt.Sub(one.Due)))
	}
	return box
}

func (d *desk) calendarBox(p web.Page, c *cases.Case) CalendarBox {
	choice := d.Policy.Now().ClockOf(c.Terms())
	box := CalendarBox{Name: d.calendarName(p, choice.ID)}
	if choice.Calendar == nil {
		return box
	}
	box.Note = p.T("desk.calendar.open")
	if !choice.Calendar.IsOpen(p.Format.Now) {
		box.Note = p.T("desk.calendar.closed")
		if next, ok := choice.Calendar.NextOpening(p.Format.Now); ok {
			box.Note = p.T("desk.calendar.opens", "at", p.Instant(next))
		}
	}
	return box
}

// calendarName is a calendar in words: its hours group and country, or around the clock.
func (d *desk) calendarName(p web.Page, key string) string {
	if key == "24x7" {
		return "24×7"
	}
	group, country := key, ""
	if i := slices.Index([]byte(key), ':'); i >= 0 {
		group, country = key[:i], " · "+p.Format.Country(key[i+1:])
	}
	if g, ok := d.Policy.Now().HoursGroup(group); ok {
		return g.Names.In(string(p.Lang)) + country
	}
	return key
}

// quick is the form of status, priority and owner, with what was typed into it.
func (d *desk) quick(r *http.Request, p web.Page, c *cases.Case, typed web.Form) (q Quick, err error) {
	q.Form = typed
	q.Statuses = statusOptions(p, c, typed.Value("status"))
	for _, v := range d.Policy.Now().Priorities {
		chosen := typed.Value("priority")
		q.Priorities = append(q.Priorities, Option{Value: v.Key, Text: v.Key, Selected: chosen == v.Key || chosen == "" && v.Level == c.Priority, Now: v.Level == c.Priority})
	}
	if reminders, waits := sla.Reminded(c.Facts); waits {
		q.NoContact = p.T("desk.no_contact", "count", reminders, "needed", d.Policy.Now().NoContactReminders)
	}
	q.Remedies = remedies(p, typed.Value("remedy"))
	owner := typed.Value("assignee")
	if owner == "" && c.Assignee != nil {
		owner = c.Assignee.ID.String()
	}
	people, err := d.workers(r, owner)
	q.People = append([]Option{{Value: "none", Text: p.T("desk.owner.none"), Selected: owner == "" || owner == "none"}}, people...)
	for i, o := range q.People {
		q.People[i].Now = c.Assignee == nil && o.Value == "none" || c.Assignee != nil && o.Value == c.Assignee.ID.String()
	}
	return q, err
}

// statusOptions are the present state and those that staff may move the case to.
func statusOptions(p web.Page, c *cases.Case, chosen string) []Option {
	var out []Option
	for _, s := range cases.Statuses() {
		if _, ok := cases.Transition(c.Status, s, cases.StaffSide); ok || s == c.Status {
			out = append(out, Option{Value: string(s), Text: p.T("status." + string(s)),
				Selected: chosen == string(s) || chosen == "" && s == c.Status, Now: s == c.Status})
		}
	}
	return out
}

func remedies(p web.Page, chosen string) []Option {
	var out []Option
	for _, k := range []string{"workaround", "configuration_change", "patch", "platform_release_update", "later_version", "other"} {
		out = append(out, Option{Value: k, Text: p.T("desk.remedy." + k), Selected: k == chosen})
	}
	return out
}

// rail is what stands beside the conversation.
func (d *desk) rail(ctx context.Context, a access.Actor, p web.Page, c *cases.Case, line []cases.Item) (rail Rail, err error) {
	rail.Impact = c.Impact
	if c.Remedy != nil {
		rail.Remedy = &Remedy{p.T("desk.remedy." + c.Remedy.Kind), c.Remedy.Text, c.Remedy.Article, c.Remedy.Release}
	}
	for _, it := range line {
		for _, f := range it.Files {
			rail.Files = append(rail.Files, fileLink(p, c.Number, f))
		}
	}
	together, err := d.Cases.Together(ctx, a, c.Number)
	if err != nil {
		return rail, err
	}
	rail.Together = p.Cooperation(&together, "/desk/cases/"+c.Number+"/cooperation")
	people, err := d.Accounts.PeopleOf(ctx, a, c.CustomerKey)
	if err != nil {
		return rail, err
	}
	system, err := d.Contract.System(ctx, a, c.System)
	if err != nil {
		return rail, err
	}
	liaison := Prop{Name: p.T("desk.prop.liaison"), Value: c.Liaison.Name}
	for _, who := range people {
		if zone, err := time.LoadLocation(who.Zone); who.ID == c.Liaison.ID && err == nil && who.Zone != "" {
			liaison.Note = p.T("desk.prop.local", "time", p.Format.Now.In(zone).Format("15:04"))
		}
	}
	version := Prop{Name: p.T("desk.prop.version"), Value: c.Product + " " + c.Release}
	if !system.SupportedUntil.IsZero() && system.Version == c.Release {
		version.Note = p.T("desk.prop.supported", "date", civil(p, system.SupportedUntil))
	}
	rail.Props = []Prop{liaison,
		{Name: p.T("desk.prop.system"), Value: c.SystemName, Note: p.Environment(c.Environment) + " · " + p.T("desk.deployment."+c.Deployment), Href: "/desk/customers/" + c.CustomerKey},
		version,
		{Name: p.T("desk.prop.centre"), Value: d.centre(p, c.Centre), Note: p.Format.Country(c.Country)},
		{Name: p.T("desk.prop.channel"), Value: p.T("desk.channel." + c.Channel), Note: p.Instant(c.ReceivedAt)},
		{Name: p.T("desk.prop.requested"), Value: cases.PriorityName(c.Requested)}}
	if c.Extended() {
		rail.Props = append(rail.Props, Prop{Name: p.T("desk.prop.coverage"), Value: p.T("desk.only_extended"), Note: p.T("desk.extended_text")})
	}
	rail.Props = append(rail.Props, Prop{Name: p.T("spent.support"), Value: p.Duration(c.Spent.Support)},
		Prop{Name: p.T("spent.customer"), Value: p.Duration(c.Spent.Customer), Note: p.T("spent.note")})
	if access.Allows(a, access.MailOriginal) && !c.Restricted {
		rail.Props = append(rail.Props, Prop{Name: p.T("desk.prop.originals"), Value: p.T("desk.prop.originals_show"), Href: "/desk/cases/" + c.Number + "/mails"})
	}
	return rail, nil
}

func civil(p web.Page, day calendar.Date) string {
	return p.Format.CivilDate(day.Year, day.Month, day.Day)
}
