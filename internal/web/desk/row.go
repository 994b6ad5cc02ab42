package desk

import (
	"slices"
	"strings"

	"liaison/internal/cases"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// CaseRow is a case in a list.
type CaseRow struct {
	Number, Subject, Customer string
	Href                      string
	Prio                      web.Prio
	Plan                      web.PlanChip
	Status                    web.StatusChip
	SLA                       web.SLAChip
	Owner                     web.Avatar
	Version                   string
	Centre, CentreShort       string
	Updated                   web.When // its text is how long ago
	Fresh                     bool     // nobody of support has answered yet
	Restricted                bool
	Departed                  bool // its liaison has left, and nobody follows
	Extended                  bool // nothing but extended lifecycle support covers its system (4.7)
	Current                   bool // the one that is open beside the list
	Ticked                    bool
}

func (d *desk) rows(p web.Page, list []cases.Case, query, current string) []CaseRow {
	rows := make([]CaseRow, len(list))
	for i := range list {
		rows[i] = d.row(p, &list[i], query, current)
	}
	return rows
}

func (d *desk) row(p web.Page, c *cases.Case, query, current string) CaseRow {
	row := CaseRow{
		Number: c.Number, Subject: c.Subject, Customer: c.CustomerName, Href: "/desk/" + c.Number + query,
		Prio: web.Prio{Level: c.Priority}, Plan: d.plan(p, c.Plan), Status: p.Status(string(c.Status), c.Suspended),
		SLA: p.SLA(promiseOf(c)), Version: c.Release, Centre: d.centre(p, c.Centre), CentreShort: strings.ToUpper(c.Centre), Updated: p.When(c.UpdatedAt),
		Restricted: c.Restricted, Departed: c.ForsakenAt != nil, Extended: c.Extended(), Current: c.Number == current,
	}
	row.Updated.Text = p.Duration(p.Format.Now.Sub(c.UpdatedAt))
	if c.Assignee != nil {
		row.Owner = web.AvatarOf(c.Assignee.Name, true)
	}
	row.Fresh = slices.ContainsFunc(c.Clocks, func(k sla.Clock) bool {
		return k.Deadline == sla.InitialResponse && k.MetAt.IsZero() && k.State != sla.Cancelled
	})
	return row
}

// promiseOf is the clock that a row shows: what is owed first, else how the last one stands.
func promiseOf(c *cases.Case) web.Promise {
	var out web.Promise
	owed := false
	for _, k := range c.Clocks {
		one := promise(k, c.Suspended)
		running := (k.State == sla.Running || k.State == sla.Breached) && !one.Done
		switch {
		case running && (!owed || one.Due.Before(out.Due)):
			out, owed = one, true
		case !owed:
			out = one
		}
	}
	return out
}

func promise(k sla.Clock, suspended bool) web.Promise {
	p := web.Promise{State: string(k.State), Due: k.DueAt, Stands: suspended, Done: k.State == sla.Breached && !k.MetAt.IsZero(), Waived: !k.WaivedAt.IsZero()}
	if p.Due.IsZero() {
		p.Due = k.BreachedAt
	}
	if k.Calendar != nil {
		p.Hours = k.Calendar
	}
	if !k.DueAt.IsZero() {
		p.Target = k.DueAt.Sub(k.StartedAt)
		if p.Hours != nil {
			p.Target = p.Hours.Between(k.StartedAt, k.DueAt)
		}
	}
	return p
}

func (d *desk) plan(p web.Page, key string) web.PlanChip {
	plan, ok := d.Policy.Now().Plan(key)
	if !ok {
		return web.PlanChip{Key: key, Name: key}
	}
	return web.PlanChip{Key: key, Name: plan.Names.In(string(p.Lang))}
}

func (d *desk) centre(p web.Page, key string) string {
	if c, ok := d.Policy.Now().Centre(key); ok {
		return c.Names.In(string(p.Lang))
	}
	return key
}
