package policy

import (
	"slices"
	"time"

	"liaison/internal/calendar"
)

// The channels on which a case can be registered (3.2).
const (
	ChannelPortal = "portal"
	ChannelEmail  = "email"
	ChannelPhone  = "phone"
)

// CloudCentre is the key of the centre that serves cloud systems (9.3).
const CloudCentre = "cloud"

// Contact is how to reach support now.
type Contact struct {
	Centre       Centre
	CalendarID   string           // "24x7" for a cloud that is served around the clock
	Zone         *time.Location   // in which its hours are told; UTC for the cloud
	Channels     []ContactChannel // in the pack's order, the recommended one first
	OpenNow      bool
	NextOpening  *time.Time     // UTC; nil while open
	Outside      []PlanLanguage // plans that are worked on outside of these hours too; none where the hours never end
	Clause       string         // that says that the hours never end; "" where they do
	Language24x7 string         // the only language of work outside regional hours, "en" (A.2); "": any, none, or it differs by plan
	Renewals     RenewalContact
}

// RenewalContact is whom to ask about renewing, beside the portal (9.4).
type RenewalContact struct {
	Email   string // of the vendor as a whole; "" for none
	Own     Renewal
	Regular bool   // the region has no contact of its own for renewals: its regular ones answer
	Clause  string // that says so; "" for a pack that has none
}

// renewals are told by a clause that a pack may leave out.
const renewals = "9.4"

// ContactChannel is one way in, with its address: a URL, a mail address or a phone number.
type ContactChannel struct {
	Kind     string // "portal", "email", "phone"
	Address  string
	Language string // the line's only language, "" where nothing is said
	Fax      string // the fax beside a phone: for contact, it registers no case
}

// Contact gives the centre that serves a country and deployment, its channels and whether it is open at that
// instant (9.1 to 9.3). ok is false when country, in either case of letters, is none; a cloud system needs none where the
// pack's clocks serve every case of the cloud around the clock, and keeps the hours of its country elsewhere.
func (p *Pack) Contact(country, deployment string, at time.Time) (_ Contact, ok bool) {
	id, centre, country := AlwaysOpenID, CloudCentre, Country(country)
	if deployment != Cloud || !p.cloudAround() {
		var regional string
		if id, regional, ok = p.CalendarFor(country); !ok {
			return Contact{}, false
		}
		if deployment != Cloud {
			centre = regional
		}
	}
	ce, ok := p.Centre(centre)
	if !ok {
		return Contact{}, false
	}
	cal := p.Calendars[id]
	c := Contact{Centre: ce, CalendarID: id, Zone: cal.Zone(), Channels: p.channelsOf(ce, country),
		Renewals: RenewalContact{Email: p.Vendor.Renewal, Own: ce.Renewal, Regular: ce.Renewal.Phone == "" && ce.Renewal.Fax == ""}}
	if _, told := p.Clause(renewals); told {
		c.Renewals.Clause = renewals
	}
	if id == AlwaysOpenID {
		c.Language24x7 = p.CloudLanguage
		for _, plan := range p.Plans {
			c.Clause = p.ClockFor(plan.Key, p.Priorities[0].Level, true, Cloud, "").Clause
		}
	} else {
		c.Outside = p.outside(deployment)
		c.Language24x7 = oneLanguage(c.Outside)
	}
	c.OpenNow, c.NextOpening = opening(cal, at)
	return c, true
}

// oneLanguage is the language that all have; "" where they differ.
func oneLanguage(list []PlanLanguage) string {
	if len(list) == 0 || slices.ContainsFunc(list, func(l PlanLanguage) bool { return l.Language != list[0].Language }) {
		return ""
	}
	return list[0].Language
}

// cloudAround reports whether the clock of every case of the cloud never stops.
func (p *Pack) cloudAround() bool {
	for _, plan := range p.Plans {
		for _, priority := range p.Priorities {
			for _, production := range []bool{true, false} {
				if p.ClockFor(plan.Key, priority.Level, production, Cloud, "").ID != AlwaysOpenID {
					return false
				}
			}
		}
	}
	return true
}

func opening(c *calendar.Calendar, at time.Time) (open bool, next *time.Time) {
	if c.IsOpen(at) {
		return true, nil
	}
	if t, ok := c.NextOpening(at); ok {
		return false, &t
	}
	return false, nil
}

func (p *Pack) channelsOf(ce Centre, country string) []ContactChannel {
	var found []ContactChannel
	for _, kind := range p.Channels {
		ch := ContactChannel{Kind: kind}
		switch kind {
		case ChannelPortal:
			ch.Address = p.Vendor.PortalURL
		case ChannelEmail:
			ch.Address = ce.Email
		case ChannelPhone:
			phone := lineFor(ce.Phones, country)
			ch.Address, ch.Language, ch.Fax = phone.Number, phone.Language, lineFor(ce.Faxes, country).Number
		}
		if ch.Address != "" {
			found = append(found, ch)
		}
	}
	return found
}

// lineFor is the country's own line, else the one for all others.
func lineFor(lines []Line, country string) Line {
	var other Line
	for _, l := range lines {
		if slices.Contains(l.Countries, country) {
			return l
		}
		if len(l.Countries) == 0 {
			other = l
		}
	}
	return other
}
