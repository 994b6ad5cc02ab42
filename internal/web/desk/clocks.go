package desk

import (
	"net/http"
	"time"

	"liaison/internal/sla"
	"liaison/internal/web"
)

// ClocksPage shows why the clocks of a case stand where they do.
type ClocksPage struct {
	web.Page
	Number, Subject string
	Clocks          []ClockLedger
	Missed          []MissedRow // of all periods, also of cases that were merged into this one
	Problem         *web.Notice // why a waiver was not kept
}

// ClockLedger is one clock with its account.
type ClockLedger struct {
	ClockBox
	Calendar, Clause string
	Edition          string // in which the clause stands
	Target           string
	Ledger           web.Ledger
}

func (d *desk) clocks(w http.ResponseWriter, r *http.Request) error {
	return d.showClocks(w, r, http.StatusOK, web.Form{}, nil)
}

// showClocks shows the page with what was typed for a waiver and why it was not kept.
func (d *desk) showClocks(w http.ResponseWriter, r *http.Request, status int, typed web.Form, problem error) error {
	actor, number := web.CurrentActor(r), r.PathValue("number")
	c, err := d.Cases.Get(r.Context(), actor, number)
	if err != nil {
		return err
	}
	clocks, err := d.Cases.Clocks(r.Context(), actor, number)
	if err != nil {
		return err
	}
	page := ClocksPage{Page: d.Site.Page(r, "desk.clocks.title", "queue"), Number: c.Number, Subject: c.Subject}
	for _, k := range clocks {
		page.Clocks = append(page.Clocks, d.clockLedger(page.Page, k, c.Suspended))
	}
	if problem != nil {
		if typed, page.Problem = d.explained(page.Page, typed, problem); page.Problem == nil && len(typed.Errors()) == 0 {
			return problem
		}
	}
	if page.Missed, err = d.missed(r, page.Page, number, typed); err != nil {
		return err
	}
	return d.Site.Render(w, r, status, page)
}

func (d *desk) clockLedger(p web.Page, k sla.Clock, suspended bool) ClockLedger {
	out := ClockLedger{ClockBox: clockBox(p, k, suspended), Calendar: d.calendarName(p, k.Clock), Clause: k.Clause, Edition: k.Edition}
	if k.Target.WorkingDays > 0 {
		out.Target = p.T("desk.target.days", "count", k.Target.WorkingDays)
	} else {
		out.Target = p.Duration(time.Duration(k.Target.Minutes) * time.Minute)
	}
	var sum time.Duration
	for _, s := range k.Ledger {
		row := web.LedgerRow{From: p.When(s.From), To: p.When(s.To), Reason: d.ledgerReason(p, s), Clause: s.Clause, Edition: d.Policy.Book().At(s.From).Edition}
		if s.Counted > 0 {
			counted := time.Duration(s.Counted) * time.Microsecond
			row.Counted = p.Duration(counted)
			sum += counted
		}
		out.Ledger.Rows = append(out.Ledger.Rows, row)
	}
	out.Ledger.Sum = p.Duration(sum)
	return out
}

func (d *desk) ledgerReason(p web.Page, s sla.Segment) string {
	words := p.T("desk.ledger."+string(s.Reason), "edition", s.Detail, "number", s.Detail)
	if s.Reason == sla.Holiday {
		words += ": " + d.Policy.Now().HolidayName(s.Detail, string(p.Lang))
	}
	return words
}
