package api

import (
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

type contactView struct {
	Centre       centreView           `json:"centre"`
	Calendar     string               `json:"calendar" doc:"24x7 or the calendar id"`
	Zone         string               `json:"zone" doc:"in which the hours are told; the times have the offset of the caller's zone"`
	At           time.Time            `json:"at"`
	OpenNow      bool                 `json:"openNow"`
	NextOpening  *time.Time           `json:"nextOpening" doc:"null while open"`
	Channels     []contactChannelView `json:"channels"`
	Outside      []outsideView        `json:"outside" doc:"plans with cases that are worked on outside of these hours too"`
	Language24x7 string               `json:"language24x7" doc:"the only language of that work; empty where there is none, where any is spoken, or where it differs by plan"`
	Clause       string               `json:"clause,omitempty" doc:"of the policy, by which the hours never end; absent where they do"`
	Renewals     renewalContactView   `json:"renewals" doc:"whom to ask about renewing, beside the portal"`
}

type centreView struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

type contactChannelView struct {
	Kind     string `json:"kind" enum:"portal,email,phone"`
	Address  string `json:"address"`
	Language string `json:"language,omitempty"`
	Fax      string `json:"fax,omitempty" doc:"beside the phone, for contact: a fax registers no case"`
}

type outsideView struct {
	Plan     string `json:"plan"`
	Name     string `json:"name"`
	Language string `json:"language,omitempty" doc:"the only one of work outside regional hours"`

	Cases []outsideCasesView `json:"cases" doc:"which cases of the plan these are"`
}

// outsideCasesView is the cases of a plan that are worked on outside of the hours by one clause.
type outsideCasesView struct {
	Priorities      []string `json:"priorities" doc:"the most urgent first"`
	Production      bool     `json:"production" doc:"those of production"`
	Other           bool     `json:"otherEnvironments" doc:"those of other environments"`
	ExtendedSupport bool     `json:"extendedSupport" doc:"those only that extended lifecycle support alone covers"`
	Clause          string   `json:"clause" doc:"of the policy, that says so"`
}

type renewalContactView struct {
	Email   string `json:"email,omitempty" doc:"general address"`
	Phone   string `json:"phone,omitempty"`
	Fax     string `json:"fax,omitempty"`
	Role    string `json:"role,omitempty" doc:"who answers"`
	Regular bool   `json:"regular" doc:"the region has no contact of its own for renewals: the channels above answer"`
	Clause  string `json:"clause,omitempty" doc:"of the policy, that says whom to ask; absent where it has none on it"`
}

// zoneAsked is the zone in which times are told: the one that the query names, the caller's own, or that of the hours when
// nobody is signed in. Error: the field.
func (c *call) zoneAsked() (zone *time.Location, bad []errs.Field) {
	if name := c.r.URL.Query().Get("zone"); name != "" {
		zone, ok := calendar.ZoneNamed(name)
		if !ok {
			bad = append(bad, errs.BadField("zone", "field.zone", "example", "Asia/Tokyo"))
		}
		return zone, bad
	}
	if c.actor.IsNobody() {
		return nil, nil
	}
	return c.zone(), nil
}

// contactAt answers who is there for a country, with times in a zone; nil is that of the hours.
func (c *call) contactAt(country, deployment string, at time.Time, zone *time.Location) error {
	k, ok := c.api.Policy.Now().Contact(country, deployment, at)
	if !ok {
		return errs.BadFields(errs.BadField("country", "field.country"))
	}
	if zone == nil {
		zone = k.Zone
	}
	lang := string(c.lang)
	v := contactView{Centre: centreView{k.Centre.Key, k.Centre.Names.In(lang)}, Calendar: k.CalendarID, Zone: k.Zone.String(),
		At: at.In(zone), OpenNow: k.OpenNow, Channels: []contactChannelView{}, Outside: []outsideView{}, Language24x7: k.Language24x7,
		Clause: k.Clause, Renewals: renewalsView(k.Renewals, lang)}
	if k.NextOpening != nil {
		t := k.NextOpening.In(zone)
		v.NextOpening = &t
	}
	for _, ch := range k.Channels {
		v.Channels = append(v.Channels, contactChannelView{ch.Kind, ch.Address, ch.Language, ch.Fax})
	}
	for _, o := range k.Outside {
		v.Outside = append(v.Outside, outsideOf(o, lang))
	}
	return c.reply(v)
}

func outsideOf(o policy.PlanLanguage, lang string) outsideView {
	v := outsideView{Plan: o.Plan.Key, Name: o.Plan.Names.In(lang), Language: o.Language, Cases: []outsideCasesView{}}
	for _, a := range o.Around {
		v.Cases = append(v.Cases, outsideCasesView{a.Priorities, a.Production, a.Other, a.Extended, a.Clause})
	}
	return v
}

func renewalsView(r policy.RenewalContact, lang string) renewalContactView {
	v := renewalContactView{Email: r.Email, Phone: r.Own.Phone, Fax: r.Own.Fax, Regular: r.Regular, Clause: r.Clause}
	if len(r.Own.Role) > 0 {
		v.Role = r.Own.Role.In(lang)
	}
	return v
}
