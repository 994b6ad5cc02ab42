package api

import (
	"time"

	"liaison/internal/errs"
)

type contactView struct {
	Centre       centreView           `json:"centre"`
	Calendar     string               `json:"calendar" doc:"24x7 or the calendar id"`
	Zone         string               `json:"zone"`
	At           time.Time            `json:"at"`
	OpenNow      bool                 `json:"openNow"`
	NextOpening  *time.Time           `json:"nextOpening" doc:"null while open"`
	Channels     []contactChannelView `json:"channels"`
	Language24x7 string               `json:"language24x7" doc:"the only language of work outside regional hours"`
}

type centreView struct {
	Key  string `json:"key"`
	Name string `json:"name"`
}

type contactChannelView struct {
	Kind     string `json:"kind" enum:"portal,email,phone"`
	Address  string `json:"address"`
	Language string `json:"language,omitempty"`
}

// contactAt answers who is there for a country. Times are in the zone of the hours, since nobody need be signed in.
func (c *call) contactAt(country, deployment string, at time.Time) error {
	k, ok := c.api.Policy.Now().Contact(country, deployment, at)
	if !ok {
		return errs.BadFields(errs.BadField("country", "field.country"))
	}
	v := contactView{Centre: centreView{k.Centre.Key, k.Centre.Names.In(string(c.lang))}, Calendar: k.CalendarID, Zone: k.Zone.String(),
		At: at.In(k.Zone), OpenNow: k.OpenNow, Channels: []contactChannelView{}, Language24x7: k.Language24x7}
	if k.NextOpening != nil {
		t := k.NextOpening.In(k.Zone)
		v.NextOpening = &t
	}
	for _, ch := range k.Channels {
		v.Channels = append(v.Channels, contactChannelView{ch.Kind, ch.Address, ch.Language})
	}
	return c.reply(v)
}
