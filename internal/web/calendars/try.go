package calendars

import (
	"fmt"
	"net/http"
	"time"

	"liaison/internal/almanac"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// TryBox computes what would be promised for a case by the list with its edits.
type TryBox struct {
	At         string // local time in the calendar's zone, as the entry takes it
	Priorities []Option
	Plans      []Option
	Bad        string // why the instant cannot be read
	Clock      string
	Filed      web.When
	Due        web.When
	Ledger     web.Ledger
}

const localTime = "2006-01-02T15:04"

// try answers the box: priority, plan and instant come from the address, else P2 of the base plan on the next Friday at
// half past five. The same rules as for a real case give the ledger.
func (o Options) try(r *http.Request, p web.Page, d almanac.Draft) (t TryBox, err error) {
	q := r.URL.Query()
	cal := d.Pack.Calendars[d.Calendar]
	there := p
	there.Format.Zone = cal.Zone()
	priority, plan := 2, d.Pack.Plans[0].Key
	for _, pr := range d.Pack.Priorities {
		if q.Get("priority") == pr.Key {
			priority = pr.Level
		}
	}
	if _, ok := d.Pack.Plan(q.Get("plan")); ok {
		plan = q.Get("plan")
	}
	for _, pr := range d.Pack.Priorities {
		t.Priorities = append(t.Priorities, Option{pr.Key, pr.Key, pr.Level == priority})
	}
	for _, pl := range d.Pack.Plans {
		t.Plans = append(t.Plans, Option{pl.Key, pl.Names.In(string(p.Lang)), pl.Key == plan})
	}
	t.At = q.Get("at")
	if t.At == "" {
		t.At = nextFriday(p.Format.Now.In(cal.Zone())).Format(localTime)
	}
	at, err := time.ParseInLocation(localTime, t.At, cal.Zone())
	if err != nil {
		t.Bad = p.T("calendars.field.instant")
		return t, nil //nolint:nilerr // Bad says on the page that the instant cannot be read
	}
	if at.Year() < firstYear || at.Year() > lastYear {
		t.Bad = p.T("calendars.field.years", "first", firstYear, "last", lastYear)
		return t, nil
	}
	clock, err := sla.InitialDue(d.Pack, sla.Event{At: at.UnixMicro(), Priority: priority, Plan: plan, Production: true,
		Deployment: policy.OnPrem, Calendar: d.Calendar})
	if err != nil {
		return t, err
	}
	t.Filed, t.Due = there.When(at), there.When(clock.DueAt)
	t.Clock = CalendarName(p, d.Pack, clock.Clock)
	var counted time.Duration
	for _, s := range clock.Ledger {
		row := web.LedgerRow{From: there.When(s.From), To: there.When(s.To), Reason: reason(p, d.Pack, s), Clause: s.Clause}
		if s.Counted > 0 {
			took := time.Duration(s.Counted) * time.Microsecond
			counted += took
			row.Counted = p.Duration(took)
		}
		t.Ledger.Rows = append(t.Ledger.Rows, row)
	}
	t.Ledger.Sum = p.Duration(counted)
	return t, nil
}

// nextFriday is the coming Friday at 17:30 of the wall clock.
func nextFriday(now time.Time) time.Time {
	days := (int(time.Friday) - int(now.Weekday()) + 7) % 7
	return time.Date(now.Year(), now.Month(), now.Day()+days, 17, 30, 0, 0, now.Location())
}

// reason says why a stretch counts or not; a filing alone knows three reasons.
func reason(p web.Page, pack *policy.Pack, s sla.Segment) string {
	switch s.Reason {
	case sla.Counted, sla.Closed:
		return p.T("calendars.reason." + string(s.Reason))
	case sla.Holiday:
		return p.T("calendars.reason.holiday", "name", pack.HolidayName(s.Detail, string(p.Lang)))
	default: // the others come of what happens to a case later
		panic(fmt.Sprintf("a filing has no %s", s.Reason))
	}
}

// problem is an error about a file as one about the entry in which it was given.
func problem(err error) error {
	e := errs.As(err)
	if errs.KindOf(err) != errs.Invalid || len(e.Fields) > 0 {
		return err
	}
	return errs.BadFields(errs.Field{Name: "file", Key: e.Key, Args: e.Args})
}
