package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// ContactPage says who answers now, for whom, in which hours. It is public (9.1 to 9.3).
type ContactPage struct {
	web.Page
	Country    string
	Countries  []Option
	Deployment string
	Asked      []Answers // for the country asked about
	Own        []Answers // for the reader's own systems
	Groups     []GroupRow
	Unknown    bool
	Zone       string   // as it was asked for
	Zones      []string // that are offered
	NoZone     string   // what is wrong with the one asked for
	Told       string   // the zone of the page's times
}

// Answers is a centre as it can be reached now.
type Answers struct {
	For      string // country, or the cloud
	Centre   string
	Open     bool
	Next     web.When
	Hours    string // today's, in the reader's zone; "" when it stays closed
	Around   bool
	Outside  []Outside // which cases are worked on outside of these hours, and in which language
	Channels []Channel // the recommended one first
	Renewals *Renewals // on the page of contacts only
	Feed     string    // path of the calendar for the reader's own calendar program; "" around the clock
}

// Outside is a sentence about work outside of the hours, with the clause that it rests on.
type Outside struct{ Text, Clause string }

// Renewals is whom to ask about renewing, beside the portal (9.4).
type Renewals struct {
	Lead     string
	Clause   string // "" where the policy has none on it
	Channels []Channel
}

// Channel is one way to reach a centre.
type Channel struct {
	Icon, Name, Address, Href, Note string

	Best bool // the policy recommends it (3.2)
}

// GroupRow is an hours group in the table of all.
type GroupRow struct {
	Name, Centre, Zone, Hours string
	Open                      bool
	Next                      web.When
}

func (p *portal) contact(w http.ResponseWriter, r *http.Request) error {
	actor, q := web.CurrentActor(r), r.URL.Query()
	page := ContactPage{Page: p.Site.Page(r, "portal.contact.title", "contact"), Country: policy.Country(q.Get("country")), Deployment: policy.OnPrem}
	if q.Get("deployment") == policy.Cloud {
		page.Deployment = policy.Cloud
	}
	p.inZone(&page, q.Get("zone"))
	if !actor.IsNobody() && !actor.Role.IsStaff() {
		systems, err := p.Contract.Systems(r.Context(), actor, contract.Filter{})
		if err != nil {
			return err
		}
		page.Own = p.answering(page.Page, systems.Items, true)
	}
	if page.Country != "" || page.Deployment == policy.Cloud {
		if a, ok := p.answers(page.Page, page.Country, page.Deployment, nil, true); ok {
			page.Asked = []Answers{a}
		} else {
			page.Unknown = true
		}
	}
	for _, g := range p.Policy.Now().HoursGroups {
		row, err := p.groupRow(page.Page, g)
		if err != nil {
			return err
		}
		page.Groups = append(page.Groups, row)
		for _, country := range p.Policy.Now().Countries(g.Key) {
			page.Countries = append(page.Countries, Option{country, page.Format.Country(country), country == page.Country})
		}
	}
	slices.SortFunc(page.Countries, func(a, b Option) int { return strings.Compare(a.Text, b.Text) })
	return p.Site.Render(w, r, http.StatusOK, page)
}

// inZone lets the page tell times in the zone that is asked for.
func (p *portal) inZone(page *ContactPage, name string) {
	page.Zone, page.Zones = strings.TrimSpace(name), p.zones("")
	if page.Zone != "" {
		if zone, ok := calendar.ZoneNamed(page.Zone); ok {
			page.Format.Zone = zone
		} else {
			page.NoZone = page.T("field.zone", "example", "Asia/Tokyo")
		}
	}
	page.Told = page.ZoneName()
}

// answering is who answers for the systems, each country and way of running them once; all says it with fax numbers and
// whom to ask about renewals.
func (p *portal) answering(page web.Page, systems []contract.System, all bool) (list []Answers) {
	type place struct{ country, deployment string }
	plans := map[place][]string{}
	var places []place
	for _, s := range systems {
		at := place{s.Country, s.Deployment}
		if plans[at] == nil {
			places = append(places, at)
		}
		plans[at] = append(plans[at], s.Plan)
	}
	for _, at := range places {
		if a, ok := p.answers(page, at.country, at.deployment, plans[at], all); ok {
			list = append(list, a)
		}
	}
	return list
}

// answers is who answers now, told to those who have some plans; nil is everybody.
func (p *portal) answers(page web.Page, country, deployment string, plans []string, all bool) (a Answers, ok bool) {
	c, ok := p.Policy.Now().Contact(country, deployment, page.Format.Now)
	if !ok {
		return a, false
	}
	a = Answers{For: page.Format.Country(country), Centre: c.Centre.Names.In(string(page.Lang)), Open: c.OpenNow,
		Around: c.CalendarID == policy.AlwaysOpenID, Outside: outside(page, c, plans)}
	if deployment == policy.Cloud {
		a.For = page.T("portal.contact.cloud")
		if !a.Around {
			a.For += " · " + page.Format.Country(country)
		}
	}
	if c.NextOpening != nil {
		a.Next = page.When(*c.NextOpening)
	}
	if !a.Around {
		a.Hours = hoursToday(page, p.Policy.Now().Calendars[c.CalendarID])
		a.Feed = "/calendars/" + url.PathEscape(c.CalendarID) + ".ics?lang=" + string(page.Lang)
	}
	for i, ch := range c.Channels {
		a.Channels = append(a.Channels, p.channel(page, ch))
		if i == 0 && len(c.Channels) > 1 {
			a.Channels[0].Best = true
		}
		if ch.Fax != "" && all {
			a.Channels = append(a.Channels, fax(page, ch.Fax))
		}
	}
	if all {
		a.Renewals = renewals(page, c.Renewals)
	}
	return a, true
}

// outside says which cases of the plans are worked on outside of the hours, and in which language, in one sentence for plans
// of which the same is true; plans of nil are all.
func outside(page web.Page, c policy.Contact, plans []string) (lines []Outside) {
	if c.CalendarID == policy.AlwaysOpenID {
		if c.Language24x7 != "" {
			lines = append(lines, Outside{page.T("portal.contact.cloud_language", "language", languageName(page, c.Language24x7)), c.Clause})
		}
		return lines
	}
	type said struct{ what, language, clause string }
	var all []said
	names := map[said][]string{}
	for _, o := range c.Outside {
		if plans != nil && !slices.Contains(plans, o.Plan.Key) {
			continue
		}
		for _, a := range o.Around {
			of := said{around(page, a), o.Language, a.Clause}
			if names[of] == nil {
				all = append(all, of)
			}
			names[of] = append(names[of], o.Plan.Names.In(string(page.Lang)))
		}
	}
	for _, of := range all {
		key, args := "portal.contact.outside_any", []any{"what", of.what, "plans", strings.Join(names[of], page.T("portal.contact.plans_and"))}
		if of.language != "" {
			key, args = "portal.contact.outside", append(args, "language", languageName(page, of.language))
		}
		lines = append(lines, Outside{page.T(key, args...), of.clause})
	}
	return lines
}

// around says which cases are meant.
func around(page web.Page, a policy.Around) string {
	key := "portal.contact.cases"
	switch {
	case !a.Other:
		key += "_production"
	case !a.Production:
		key += "_other"
	}
	what := page.T(key, "priorities", strings.Join(a.Priorities, page.T("portal.contact.plans_and")))
	if a.Extended {
		return page.T("portal.contact.cases_extended", "what", what)
	}
	return what
}

// languageName is a language as people call it; its code where the catalogue has no name of it.
func languageName(page web.Page, code string) string {
	if key := "portal.language." + code; page.Knows(key) {
		return page.T(key)
	}
	return code
}

func fax(page web.Page, number string) Channel {
	return Channel{Icon: "printer", Name: page.T("portal.channel.fax"), Address: number, Note: page.T("portal.channel.fax_note")}
}

func renewals(page web.Page, r policy.RenewalContact) *Renewals {
	v := &Renewals{Lead: page.T("portal.renewals.lead"), Clause: r.Clause}
	if r.Regular {
		v.Lead = page.T("portal.renewals.regular")
	}
	if r.Own.Phone != "" {
		ch := Channel{Icon: "phone", Name: page.T("portal.channel.phone"), Address: r.Own.Phone, Href: dial(r.Own.Phone)}
		if len(r.Own.Role) > 0 {
			ch.Note = r.Own.Role.In(string(page.Lang))
		}
		v.Channels = append(v.Channels, ch)
	}
	if r.Own.Fax != "" {
		v.Channels = append(v.Channels, Channel{Icon: "printer", Name: page.T("portal.channel.fax"), Address: r.Own.Fax})
	}
	if r.Email != "" {
		v.Channels = append(v.Channels, Channel{Icon: "mail", Name: page.T("portal.channel.email"), Address: r.Email, Href: "mailto:" + r.Email})
	}
	return v
}

// dial is the address of a link that calls a number.
func dial(number string) string {
	return "tel:" + strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(number)
}

func (p *portal) channel(page web.Page, ch policy.ContactChannel) Channel {
	out := Channel{Name: page.T("portal.channel." + ch.Kind), Address: ch.Address}
	switch ch.Kind {
	case policy.ChannelEmail:
		out.Icon, out.Href = "mail", "mailto:"+ch.Address
	case policy.ChannelPhone:
		out.Icon, out.Href = "phone", dial(ch.Address)
		if ch.Language != "" {
			out.Note = page.T("portal.channel.language", "language", languageName(page, ch.Language))
		}
	default: // this very portal: the reader stays in it
		out.Icon, out.Href, out.Address = "globe", "/cases/new", page.T("nav.file")
	}
	return out
}

// groupRow is a group by its usual hours: which days are holidays depends on the country of the contract.
func (p *portal) groupRow(page web.Page, g policy.HoursGroup) (row GroupRow, err error) {
	usual, err := calendar.New(calendar.Spec{ID: g.Key, Zone: g.Zone.String(), Week: g.Week})
	if err != nil {
		return row, err
	}
	centre, _ := p.Policy.Now().Centre(g.Centre)
	there := page.Format
	there.Zone = g.Zone
	row = GroupRow{Name: g.Names.In(string(page.Lang)), Centre: centre.Names.In(string(page.Lang)), Zone: there.ZoneName(),
		Hours: hoursToday(page, usual), Open: usual.IsOpen(page.Format.Now)}
	if next, ok := usual.NextOpening(page.Format.Now); ok && !row.Open {
		row.Next = page.When(next)
	}
	return row, nil
}

// hoursToday are the hours of a calendar on the reader's present day, in the reader's zone; "" when it is closed all
// day.
func hoursToday(page web.Page, cal *calendar.Calendar) string {
	zone := page.Format.Zone
	if zone == nil {
		zone = time.UTC
	}
	day := calendar.DateOf(page.Format.Now, zone)
	var parts []string
	cal.Segments(day.StartIn(zone), day.AddDays(1).StartIn(zone), func(s calendar.Segment) {
		if s.Open {
			parts = append(parts, page.Clock(s.From)+"–"+page.Clock(s.To))
		}
	})
	return strings.Join(parts, page.T("portal.contact.and"))
}
