package calendars

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"liaison/internal/almanac"
	"liaison/internal/dayfile"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// ProposalsPage is what a file proposes, to be ticked.
type ProposalsPage struct {
	web.Page
	Name, Country, Back string

	Problem *web.Notice // why the days that were ticked could not be kept
	Rows    []ProposalRow
	Skipped []SkippedRow
	Wanted  int
}

// ProposalRow is a proposed day beside what the list says.
type ProposalRow struct {
	ID, Value, Row, Date, Weekday, Text, Certainty, Now, Standing, Tone, Icon string

	Line       int
	May, Ticks bool
}

// SkippedRow is something in the file that is no day.
type SkippedRow struct {
	Line       int
	Why, Found string
}

// propose reads a file, or text that was pasted, and shows the days in it. It keeps nothing.
func (o Options) propose(w http.ResponseWriter, r *http.Request) error {
	country := r.PathValue("country")
	d, err := o.Almanac.Draft(r.Context(), web.CurrentActor(r), country)
	if err != nil {
		return err
	}
	var text []byte
	form, err := web.ReadFiles(r, func(_ string, body io.Reader) (err error) {
		if text, err = io.ReadAll(io.LimitReader(body, dayfile.MaxBytes+1)); err != nil {
			return err
		}
		_, err = io.Copy(io.Discard, body) // to answer in words, the rest has to be heard out
		return err
	})
	if err != nil {
		return err
	}
	if len(text) == 0 {
		text = []byte(form.Value("text"))
	}
	page := ProposalsPage{Page: o.Site.Page(r, "calendars.proposals", "calendars"), Country: country, Back: base + "/" + country}
	today := d.Today(page.Format.Now)
	found, err := dayfile.Read(text, dayfile.Years{First: today.Year, Last: today.Year + 2})
	if err != nil {
		again := CountryPage{Page: o.Site.Page(r, "calendars.title", "calendars")}
		explained, ok := again.Explain(form.With("kind", string(almanac.Holiday)).With("certainty", string(policy.Announced)), problem(err))
		if !ok {
			return err
		}
		return o.show(w, r, web.StatusOf(problem(err)), again, func(almanac.Draft) web.Form { return explained })
	}
	page.Name = page.Format.Country(country)
	for i, q := range almanac.Propose(d.Pack, country, found.Entries, today) {
		page.add(proposalRow(page.Page, i, q, q.Wanted()))
	}
	for _, s := range found.Skipped {
		page.Skipped = append(page.Skipped, SkippedRow{s.Line, page.T(s.Key), s.Found})
	}
	return o.Site.Render(w, r, http.StatusOK, page)
}

func (p *ProposalsPage) add(row ProposalRow) {
	p.Rows = append(p.Rows, row)
	if row.Ticks {
		p.Wanted++
	}
}

func proposalRow(p web.Page, i int, q almanac.Proposal, ticks bool) ProposalRow {
	e := q.Edit
	day := almanac.Day(e)
	row := ProposalRow{ID: fmt.Sprintf("keep-%d", i), Date: civil(p, e.Date), Weekday: p.T(weekdayKey(e.Date)), Text: dayText(p, day), Now: dayText(p, q.Now),
		Line: q.Line, Standing: p.T("calendars.standing." + string(q.Standing)), May: q.May(), Ticks: ticks && q.May(), Value: packed(e), Row: fmt.Sprintf("%d %s", q.Line, packed(e))}
	if e.Certainty != "" {
		row.Certainty = p.T("calendars.certainty." + string(e.Certainty))
	}
	switch q.Standing {
	case almanac.New:
		row.Tone, row.Icon = "fix", "plus"
	case almanac.Changed, almanac.Repeated:
		row.Tone, row.Icon = "waiting", "triangle-alert"
	default:
		row.Tone, row.Icon = "closed", "circle-dashed"
	}
	return row
}

// packed is an edit as the value of a tick box; unpacked reads it.
func packed(e almanac.Edit) string {
	return url.Values{"day": {e.Date.String()}, "kind": {string(e.Kind)}, "name_en": {e.NameEn}, "name_zh": {e.NameZh},
		"certainty": {string(e.Certainty)}, "hours": {almanac.HoursText(e.Windows)}}.Encode()
}

func unpacked(s string) (almanac.Edit, error) {
	v, err := url.ParseQuery(s)
	if err != nil {
		return almanac.Edit{}, errs.New(errs.Malformed, "error.malformed")
	}
	return editOf(web.NewForm("day", v.Get("day"), "kind", v.Get("kind"), "name_en", v.Get("name_en"), "name_zh", v.Get("name_zh"),
		"certainty", v.Get("certainty"), "hours", v.Get("hours")))
}

// keep takes the ticked proposals into the draft, all or none. When they are refused, the page says why and has every row and
// tick as before.
func (o Options) keep(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	country := r.PathValue("country")
	ticked := form.Values("keep")
	if len(ticked) == 0 {
		return o.Site.Redirect(w, r, base+"/"+country, "calendar_none", "")
	}
	edits := make([]almanac.Edit, len(ticked))
	for i, s := range ticked {
		if edits[i], err = unpacked(s); err != nil {
			return err
		}
	}
	err = o.Almanac.Edit(r.Context(), web.CurrentActor(r), country, edits...)
	if kind := errs.KindOf(err); err != nil && (kind == errs.Invalid || kind == errs.Conflict) { // another choice of rows may be kept
		return o.refuse(w, r, form, edits, err)
	}
	if err != nil {
		return err
	}
	return o.Site.Redirect(w, r, base+"/"+country, "calendar_kept", "")
}

// refuse shows the proposals of a form again, with why they were not kept.
func (o Options) refuse(w http.ResponseWriter, r *http.Request, form web.Form, ticked []almanac.Edit, why error) error {
	country := r.PathValue("country")
	d, err := o.Almanac.Draft(r.Context(), web.CurrentActor(r), country)
	if err != nil {
		return err
	}
	page := ProposalsPage{Page: o.Site.Page(r, "calendars.proposals", "calendars"), Country: country, Back: base + "/" + country}
	page.Name = page.Format.Country(country)
	page.Problem = &web.Notice{Tone: "bad", Title: page.T("calendars.not_kept"), Text: page.Say(why)}
	if explained, ok := page.Explain(form, why); ok {
		page.Problem.Text = explained.Errors()[0].Text
	}
	rows := form.Values("row")
	if len(rows) == 0 { // a form without them: what was ticked is all there is
		for _, s := range form.Values("keep") {
			rows = append(rows, "0 "+s)
		}
	}
	var before []almanac.Proposal
	for _, s := range rows {
		q := almanac.Proposal{}
		number, value, _ := strings.Cut(s, " ")
		if q.Line, err = strconv.Atoi(number); err != nil {
			return errs.New(errs.Malformed, "error.malformed")
		}
		if q.Edit, err = unpacked(value); err != nil {
			return err
		}
		before = append(before, q)
	}
	ticks := map[string]bool{}
	for _, e := range ticked {
		ticks[packed(e)] = true
	}
	for i, q := range almanac.Again(d.Pack, country, before, d.Today(page.Format.Now)) {
		page.add(proposalRow(page.Page, i, q, ticks[packed(q.Edit)]))
	}
	return o.Site.Render(w, r, web.StatusOf(why), page)
}
