package statements

import (
	"fmt"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/report"
	"liaison/internal/sla"
	"liaison/internal/web"
)

// monthsBack is how many months the page offers; the address takes any.
const monthsBack = 24

// Page is the statement of one month. Its times are of the vendor's zone, as in the files.
type Page struct {
	web.Page
	View
}

// DeskPage is the same for staff.
type DeskPage struct {
	web.Page
	View
}

// View is what both pages show.
type View struct {
	Customer  string // key; "" when there is no statement
	Name      string // of the customer
	Vendor    string // name
	Base      string // path of the page
	Case      string // path of a case, before its number
	Month     string
	MonthName string
	Months    []Month
	Problem   *web.Notice
	Made      bool
	Totals    []Total
	Lines     []Line
	Editions  []string
	Key       string // with which the file is signed
	Empty     web.Empty
}

// Month is one to choose.
type Month struct {
	Value, Text string
	Selected    bool
}

// Total is how many promises of a kind were due and what became of them.
type Total struct {
	Kind                                  string
	Due, Met, Breached, Cancelled, Waived int
	Kept                                  string // share of those met among met and missed; "" when there are none
}

// Line is one promise that was due in the month.
type Line struct {
	Number, System, Kind, Clock, Clause, Edition, Target string

	Started, Due, Met web.When
	State             string
	Tone, Icon        string
	Told              string // of a correction: what an earlier statement said
}

func (o Options) own(w http.ResponseWriter, r *http.Request) error {
	if web.CurrentActor(r).Role.IsStaff() {
		http.Redirect(w, r, "/desk/customers", http.StatusSeeOther)
		return nil
	}
	page := Page{Page: o.Site.Page(r, "statement.page.title", "statements")}
	status, err := o.fill(r, &page.Page, &page.View, "", ownBase, "/cases/")
	if err != nil {
		return err
	}
	return o.Site.Render(w, r, status, page)
}

func (o Options) desk(w http.ResponseWriter, r *http.Request) error {
	key := r.PathValue("key")
	page := DeskPage{Page: o.Site.Page(r, "statement.page.title", "customers")}
	status, err := o.fill(r, &page.Page, &page.View, key, "/desk/customers/"+key+"/statements", "/desk/")
	if err != nil {
		return err
	}
	return o.Site.Render(w, r, status, page)
}

// fill makes the statement of the month that the address names, by default the last one that is over. A month that has
// none is said on the page.
func (o Options) fill(r *http.Request, page *web.Page, v *View, customer, base, cases string) (status int, err error) {
	zone := o.Policy.Now().Vendor.Zone
	page.Format.Zone = zone
	this := page.Format.Now.In(zone)
	last := time.Date(this.Year(), this.Month(), 1, 0, 0, 0, 0, zone).AddDate(0, -1, 0)
	v.Base, v.Case, v.Month = base, cases, r.URL.Query().Get("month")
	if v.Month == "" {
		v.Month = last.Format("2006-01")
	}
	for i := range monthsBack {
		m := last.AddDate(0, -i, 0)
		v.Months = append(v.Months, Month{Value: m.Format("2006-01"), Text: monthName(*page, m), Selected: m.Format("2006-01") == v.Month})
	}
	made, err := o.Reports.Make(r.Context(), web.CurrentActor(r), customer, v.Month)
	if kind := errs.KindOf(err); kind == errs.Invalid || kind == errs.Conflict {
		v.Problem = &web.Notice{Tone: "warn", Text: page.Say(err)}
		if fields := errs.As(err).Fields; len(fields) > 0 {
			v.Problem.Text = page.T(fields[0].Key, pairs(fields[0].Args)...)
		}
		return web.StatusOf(err), nil
	}
	if err != nil {
		return 0, err
	}
	o.show(*page, v, made)
	return http.StatusOK, nil
}

func pairs(args map[string]any) (kv []any) {
	for k, v := range args {
		kv = append(kv, k, v)
	}
	return kv
}

func monthName(p web.Page, m time.Time) string {
	return p.T("statement.page.month", "month", p.T(fmt.Sprintf("calendars.month.%d", m.Month())), "year", strconv.Itoa(m.Year()))
}

func (o Options) show(p web.Page, v *View, made report.Made) {
	s := made.Statement
	v.Name, v.Vendor = made.Name, o.Policy.Now().Vendor.Name.In(string(p.Lang))
	v.Made, v.Customer, v.MonthName, v.Key = true, s.Customer, monthName(p, s.From.In(p.Format.Zone)), o.Reports.PublicKey()
	for _, e := range s.Editions {
		v.Editions = append(v.Editions, e.Edition)
	}
	for _, t := range s.Totals {
		row := Total{Kind: p.T("clock." + string(t.Kind)), Due: t.Due, Met: t.Met, Breached: t.Breached, Cancelled: t.Cancelled, Waived: t.Waived}
		if n := t.Met + t.Breached; n > 0 {
			row.Kept = share(t.Met, n)
		}
		v.Totals = append(v.Totals, row)
	}
	for _, l := range slices.Concat(s.Lines, s.Later) { // what was waived later is told with the day on which it was due
		v.Lines = append(v.Lines, o.line(p, l))
	}
	v.Empty = web.Empty{Icon: "circle-check", Title: p.T("statement.page.none"), Text: p.T("statement.page.none_text")}
}

// share is a part of n in per cent, rounded to one digit; what is not all never reads as 100 %, and what is not none never as
// 0 %.
func share(part, n int) string {
	tenths := (2000*part + n) / (2 * n)
	if part < n {
		tenths = min(tenths, 999)
	}
	if part > 0 {
		tenths = max(tenths, 1)
	}
	return strings.TrimSuffix(fmt.Sprintf("%d.%d", tenths/10, tenths%10), ".0") + " %"
}

func (o Options) line(p web.Page, l report.Line) Line {
	row := Line{Number: l.Number, System: l.System, Kind: p.T("clock." + string(l.Kind)), Clock: o.clock(p, l.Edition, l.Clock), Clause: l.Clause, Edition: l.Edition,
		Started: stamp(p, l.StartedAt), Due: stamp(p, l.DueAt), State: p.T("statement.state." + string(l.State))}
	if l.MetAt != nil {
		row.Met = stamp(p, *l.MetAt)
	}
	if l.Told != nil {
		row.Told = p.T("statement.page.told", "state", p.T("statement.state."+string(l.Told.State)), "due", stamp(p, l.Told.DueAt).Text)
	}
	row.Target = p.T("statement.page.days", "count", l.Target.WorkingDays)
	if l.Target.WorkingDays == 0 {
		row.Target = p.Duration(time.Duration(l.Target.Minutes) * time.Minute)
	}
	switch l.State {
	case sla.Met:
		row.Tone, row.Icon = "met", "check"
	case sla.Breached:
		row.Tone, row.Icon = "breach", "octagon-alert"
	case sla.Cancelled, report.Waived, report.NotDue:
		row.Tone, row.Icon = "cancelled", "ban"
	default:
		row.Tone, row.Icon = "paused", "pause"
	}
	return row
}

// stamp is an instant for a table that is kept: no "today" and no "yesterday".
func stamp(p web.Page, t time.Time) web.When {
	w := p.When(t)
	w.Text = t.In(p.Format.Zone).Format("2006-01-02 15:04")
	return w
}

// clock names the hours by which a promise was counted, in the words of its edition.
func (o Options) clock(p web.Page, edition, id string) string {
	if id == policy.AlwaysOpenID {
		return p.T("calendars.always")
	}
	pack := o.Policy.Now()
	if e, ok := o.Policy.Book().Named(edition); ok {
		pack = e.Pack
	}
	key, country, own := strings.Cut(id, ":")
	group, _ := pack.HoursGroup(key)
	name := group.Names.In(string(p.Lang))
	if !own {
		return name
	}
	country, part, parted := strings.Cut(country, "-")
	if country = p.Format.Country(country); parted {
		country += " " + part
	}
	return p.T("calendars.name", "group", name, "country", country)
}

// made is the statement that the address of a file names. Staff name the customer.
func (o Options) made(r *http.Request) (report.Made, error) {
	actor, key := web.CurrentActor(r), r.PathValue("key")
	if key == "" && actor.Role.IsStaff() {
		return report.Made{}, errs.Missing()
	}
	m, err := o.Reports.Make(r.Context(), actor, key, r.PathValue("month"))
	if errs.KindOf(err) == errs.Invalid {
		return m, errs.Missing() // no such file
	}
	return m, err
}

// table hands out the lines for a spreadsheet.
func (o Options) table(w http.ResponseWriter, r *http.Request) error {
	m, err := o.made(r)
	if err != nil {
		return err
	}
	body, err := report.CSV(m.Statement)
	if err != nil {
		return err
	}
	return send(w, m, "csv", "text/csv; charset=utf-8", body)
}

// signed hands out the file that can be checked without the installation.
func (o Options) signed(w http.ResponseWriter, r *http.Request) error {
	m, err := o.made(r)
	if err != nil {
		return err
	}
	return send(w, m, "json", "application/json", m.File)
}

func send(w http.ResponseWriter, m report.Made, ending, kind string, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": "statement-" + m.Statement.Customer + "-" + m.Statement.Month + "." + ending}))
	_, _ = w.Write(body) // the reader has gone: nobody is left to tell
	return nil
}
