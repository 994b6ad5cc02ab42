package api

import (
	"net/http"
	"reflect"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/lifecycle"
)

// The answer has the shape of version 1 of the interface of endoflife.date (its list of whole products), so that tools
// which watch dates there watch these as well.
const eolSchema = "1.2.0"

type lifecycleView struct {
	SchemaVersion string        `json:"schema_version"`
	Total         int           `json:"total"`
	Result        []productLife `json:"result"`
}

type productLife struct {
	Name     string        `json:"name"`
	Aliases  []string      `json:"aliases"`
	Label    string        `json:"label"`
	Category string        `json:"category"`
	Tags     []string      `json:"tags"`
	Releases []releaseLife `json:"releases"`
}

type releaseLife struct {
	Name         string         `json:"name"`
	Codename     *string        `json:"codename"`
	Label        string         `json:"label"`
	ReleaseDate  calendar.Date  `json:"releaseDate"`
	IsLTS        bool           `json:"isLts"`
	LTSFrom      *calendar.Date `json:"ltsFrom"`
	IsEOL        bool           `json:"isEol" doc:"the last supported day is over"`
	EOLFrom      calendar.Date  `json:"eolFrom" doc:"the last supported day, inclusive, in the vendor's zone (4.5)"`
	IsMaintained bool           `json:"isMaintained"`
	Latest       latestLife     `json:"latest"`
}

type latestLife struct {
	Name string        `json:"name"`
	Date calendar.Date `json:"date"`
	Link *string       `json:"link"`
}

func (a *API) lifecycleOperations() []operation {
	return []operation{{Route: access.Route{Method: "GET", Pattern: "/api/v1/lifecycle", Permission: access.PolicyRead, Tenant: access.TenantPublic,
		Restricted: access.RestrictedSame, Event: access.NoEvent}, id: "lifecycle", summary: "How long releases are supported, in the shape of endoflife.date v1",
		answer: reflect.TypeFor[lifecycleView](), status: http.StatusOK, serve: (*call).lifecycle}}
}

// lifecycle answers without anybody signed in.
func (c *call) lifecycle() error {
	all, err := c.api.Releases.Lifecycle(c.r.Context())
	if err != nil {
		return err
	}
	v := lifecycleView{SchemaVersion: eolSchema, Total: len(all), Result: []productLife{}}
	for _, life := range all {
		p := productLife{Name: life.ID, Aliases: []string{}, Label: life.Name, Category: "server-app", Tags: []string{}, Releases: []releaseLife{}}
		for _, k := range life.Cycles {
			latest := k.Latest()
			p.Releases = append(p.Releases, releaseLife{Name: k.Version, Label: k.Version, ReleaseDate: k.GA, IsEOL: k.Phase == lifecycle.Expired,
				EOLFrom: k.LastSupportedDay, IsMaintained: k.Phase == lifecycle.Supported, Latest: latestLife{Name: latest.Version, Date: latest.GA}})
		}
		v.Result = append(v.Result, p)
	}
	return c.reply(v)
}
