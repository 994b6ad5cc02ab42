package portal

import (
	"net/http"
	"strings"
	"time"

	"liaison/internal/sla"
	"liaison/internal/web"
)

// ClocksPage is the answer to "why this time?": every clock of a case with its account.
type ClocksPage struct {
	web.Page
	Case   CaseHead
	Clocks []ClockView
}

// ClockView is one clock: what was promised, by which calendar and rule, and how the time was counted.
type ClockView struct {
	Name    string
	Target  string
	Hours   string
	Zone    string // of the calendar
	Clause  string
	Edition string // in which it stands
	Chip    web.SLAChip
	Start   web.When
	Due     web.When
	Met     web.When
	There   bool // the calendar's zone shows other hours than the reader's
	Rows    []ClockRow
	Sum     string
}

// ClockRow is one stretch of time, in the reader's zone and in the calendar's.
type ClockRow struct {
	web.LedgerRow
	ThereFrom, ThereTo string
}

func (p *portal) clocks(w http.ResponseWriter, r *http.Request) error {
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := p.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	all, err := p.Cases.Clocks(r.Context(), actor, number)
	if err != nil {
		return err
	}
	page := ClocksPage{Page: p.Site.Page(r, "portal.clocks.title", "cases")}
	page.Case = p.head(page.Page, c)
	for _, clock := range all {
		page.Clocks = append(page.Clocks, p.clockView(page.Page, clock, c.Suspended))
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}

func (p *portal) clockView(page web.Page, c sla.Clock, suspended bool) ClockView {
	v := ClockView{Name: page.T("clock." + string(c.Deadline)), Target: p.target(page, c.Target), Hours: p.hoursName(page, c.Clock), Clause: c.Clause, Edition: c.Edition,
		Chip: chip(page, c, suspended), Start: page.When(c.StartedAt), Due: page.When(c.DueAt), Met: page.When(c.MetAt)}
	there := page
	if c.Calendar != nil && !c.Calendar.IsAlwaysOpen() {
		there.Format.Zone = c.Calendar.Zone()
	}
	v.Zone = there.ZoneName()
	var counted time.Duration
	for _, s := range c.Ledger {
		row := ClockRow{LedgerRow: web.LedgerRow{From: page.When(s.From), To: page.When(s.To), Reason: p.reasonText(page, s), Clause: s.Clause, Edition: p.Policy.Book().At(s.From).Edition},
			ThereFrom: there.Instant(s.From), ThereTo: there.Instant(s.To)}
		if d := time.Duration(s.Counted) * time.Microsecond; d > 0 {
			counted += d
			row.Counted = page.Duration(d)
		}
		v.There = v.There || row.ThereFrom != page.Instant(s.From) || row.ThereTo != page.Instant(s.To) // two zones may show the same hours
		v.Rows = append(v.Rows, row)
	}
	v.Sum = page.Duration(counted)
	return v
}

// reasonText says why a stretch counts or not, with the name of a holiday.
func (p *portal) reasonText(page web.Page, s sla.Segment) string {
	if s.Reason == sla.Holiday {
		return page.T("portal.reason.holiday", "name", p.Policy.Now().HolidayName(s.Detail, string(page.Lang)))
	}
	return page.T("portal.reason."+string(s.Reason), "edition", s.Detail, "number", s.Detail)
}

// hoursName is a clock by name: around the clock, or the hours group with the country of its holidays.
func (p *portal) hoursName(page web.Page, clock string) string {
	key, country, found := strings.Cut(clock, ":")
	group, ok := p.Policy.Now().HoursGroup(key)
	switch {
	case !ok:
		return page.T("portal.hours.around")
	case found:
		return page.T("portal.hours.group_country", "group", group.Names.In(string(page.Lang)), "country", page.Format.Country(country))
	}
	return page.T("portal.hours.group", "group", group.Names.In(string(page.Lang)))
}
