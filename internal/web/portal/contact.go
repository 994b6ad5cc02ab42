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
}

// Answers is a centre as it can be reached now.
type Answers struct {
	For      string // country, or the cloud
	Centre   string
	Open     bool
	Next     web.When
	Hours    string // today's, in the reader's zone; "" when it stays closed
	Around   bool
	Language string    // of work outside regional hours
	Channels []Channel // the recommended one first
	Feed     string    // path of the calendar for the reader's own calendar program; "" around the clock
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
	if !actor.IsNobody() && !actor.Role.IsStaff() {
		systems, err := p.Contract.Systems(r.Context(), actor, contract.Filter{})
		if err != nil {
			return err
		}
		page.Own = p.answering(page.Page, systems.Items)
	}
	if page.Country != "" || page.Deployment == policy.Cloud {
		if a, ok := p.answers(page.Page, page.Country, page.Deployment); ok {
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

// answering is who answers for the systems, each country and way of running them once.
func (p *portal) answering(page web.Page, systems []contract.System) (list []Answers) {
	seen := map[string]bool{}
	for _, s := range systems {
		key := s.Country + " " + s.Deployment
		if a, ok := p.answers(page, s.Country, s.Deployment); ok && !seen[key] {
			list = append(list, a)
		}
		seen[key] = true
	}
	return list
}

func (p *portal) answers(page web.Page, country, deployment string) (a Answers, ok bool) {
	c, ok := p.Policy.Now().Contact(country, deployment, page.Format.Now)
	if !ok {
		return a, false
	}
	a = Answers{For: page.Format.Country(country), Centre: c.Centre.Names.In(string(page.Lang)), Open: c.OpenNow,
		Around: c.CalendarID == policy.AlwaysOpenID}
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
		a.Language = page.T("portal.language." + c.Language24x7)
		a.Feed = "/calendars/" + url.PathEscape(c.CalendarID) + ".ics?lang=" + string(page.Lang)
	}
	for i, ch := range c.Channels {
		a.Channels = append(a.Channels, p.channel(page, ch))
		if i == 0 && len(c.Channels) > 1 {
			a.Channels[0].Best = true
		}
	}
	return a, true
}

func (p *portal) channel(page web.Page, ch policy.ContactChannel) Channel {
	out := Channel{Name: page.T("portal.channel." + ch.Kind), Address: ch.Address}
	switch ch.Kind {
	case policy.ChannelEmail:
		out.Icon, out.Href = "mail", "mailto:"+ch.Address
	case policy.ChannelPhone:
		out.Icon, out.Href = "phone", "tel:"+strings.NewReplacer(" ", "", "-", "", "(", "", ")", "").Replace(ch.Address)
		if ch.Language != "" {
			out.Note = page.T("portal.channel.language", "language", page.T("portal.language."+ch.Language))
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
