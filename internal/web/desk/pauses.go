package desk

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/sheet"
	"liaison/internal/web"
)

const pausesPath = "/desk/wrong-pauses"

// PausesPage lists the pauses that look wrong.
type PausesPage struct {
	web.Page
	Form  web.Form
	Rows  []PauseRow
	File  string
	More  string
	Empty web.Empty
}

// PauseRow is one of them.
type PauseRow struct {
	Number, Customer, Href, Centre, AskedBy string
	Asked, Until                            web.When
	Doubts                                  []string
	Wrong                                   string
}

// period reads the days of the address, of the reader's zone: both inclusive, the last 30 days without them.
func period(p web.Page, q url.Values) (form web.Form, from, to time.Time, err error) {
	zone := p.Format.Zone
	if zone == nil {
		zone = time.UTC
	}
	today := p.Format.Now.In(zone)
	first, last := q.Get("from"), q.Get("to")
	if first == "" {
		first = today.AddDate(0, 0, -30).Format(time.DateOnly)
	}
	if last == "" {
		last = today.Format(time.DateOnly)
	}
	form = web.NewForm("from", first, "to", last)
	var bad []errs.Field
	day := func(name, s string) time.Time {
		t, err := time.ParseInLocation(time.DateOnly, s, zone)
		if err != nil {
			bad = append(bad, errs.BadField(name, "pauses.field_day"))
		}
		return t
	}
	from, to = day("from", first), day("to", last).AddDate(0, 0, 1)
	return form, from, to, errs.BadFields(bad...)
}

func (d *desk) pauses(w http.ResponseWriter, r *http.Request) error {
	page := PausesPage{Page: d.Site.Page(r, "pauses.title", "pauses")}
	q := r.URL.Query()
	form, from, to, err := period(page.Page, q)
	page.Form = form
	page.Empty = web.Empty{Icon: "circle-check", Title: page.T("pauses.none"), Text: page.T("pauses.none_text")}
	if err != nil {
		page.Form, _ = page.Explain(form, err)
		return d.Site.Render(w, r, web.StatusOf(err), page)
	}
	found, err := d.Cases.WrongPauses(r.Context(), web.CurrentActor(r), from, to, q.Get("cursor"), 100)
	if err != nil && len(errs.As(err).Fields) > 0 {
		page.Form, _ = page.Explain(form, err)
		return d.Site.Render(w, r, web.StatusOf(err), page)
	}
	if err != nil {
		return err
	}
	days := url.Values{"from": {form.Value("from")}, "to": {form.Value("to")}}
	page.File = pausesPath + ".csv?" + days.Encode()
	if found.Next != "" {
		days.Set("cursor", found.Next)
		page.More = pausesPath + "?" + days.Encode()
	}
	for _, it := range found.Items {
		row := PauseRow{Number: it.Number, Customer: it.CustomerName, Href: "/desk/customers/" + it.CustomerKey, Centre: d.centre(page.Page, it.Centre),
			AskedBy: it.AskedBy.Name, Asked: page.When(it.From), Until: page.When(it.Until)}
		if it.Wrong > 0 {
			row.Wrong = page.Duration(it.Wrong)
		}
		for _, doubt := range it.Doubts {
			row.Doubts = append(row.Doubts, page.T("pauses.doubt."+string(doubt)))
		}
		page.Rows = append(page.Rows, row)
	}
	return d.Site.Render(w, r, http.StatusOK, page)
}

// pausesFile is the whole list of the period as a file.
func (d *desk) pausesFile(w http.ResponseWriter, r *http.Request) error {
	page := d.Site.Page(r, "pauses.title", "pauses")
	_, from, to, err := period(page, r.URL.Query())
	if err != nil {
		return err
	}
	out := sheet.NewWriter(w)
	for cursor, first := "", true; first || cursor != ""; first = false {
		found, err := d.Cases.WrongPauses(r.Context(), web.CurrentActor(r), from, to, cursor, cases.MaxPage)
		if err != nil {
			return err
		}
		if first {
			w.Header().Set("Content-Type", "text/csv; charset=utf-8")
			w.Header().Set("Content-Disposition", `attachment; filename="wrong-pauses.csv"`)
			_ = out.Write("number", "customer", "centre", "askedAt", "askedBy", "until", "knownAt", "doubts", "wrongMinutes")
		}
		for _, it := range found.Items {
			doubts := make([]string, len(it.Doubts))
			for i, doubt := range it.Doubts {
				doubts[i] = string(doubt)
			}
			_ = out.Write(it.Number, it.CustomerKey, it.Centre, stamp(it.From), it.AskedBy.Name, stamp(it.Until), stamp(it.Known), strings.Join(doubts, " "),
				strconv.Itoa(int(it.Wrong/time.Minute)))
		}
		cursor = found.Next
	}
	_ = out.Flush() // the reader has gone: nobody is left to be told
	return nil
}

func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
