package calendars

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"liaison/internal/almanac"
	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// The years that the page shows: those for which hours are tabulated.
const firstYear, lastYear = 2020, 2039

// CountryPage is a country's list: a year at a glance, what is edited, and a box to try a promise.
type CountryPage struct {
	web.Page
	web.Form
	Name, Country, Calendar, Source, Zone, Feed, Table string

	Now         NowLine
	Year        int
	Before      string // path of the year before; "" for none
	After       string
	State       YearCell
	Confirmed   web.When
	MayConfirm  bool
	Weekdays    []string
	Months      []Month
	Days        []DayRow // of the year, those with a name or hours of their own
	Changes     []ChangeRow
	Week        []WeekRow // Monday first
	OwnWeek     bool      // other hours than the group's
	WeekChanges []ChangeRow
	Waiting     int // changes of days and weekdays
	Kinds       []Option
	Certainties []Option
	Try         TryBox
}

// NowLine says what the centre does now, in its own zone.
type NowLine struct {
	Open bool
	Time string
	Next web.When // opening, while closed
}

// Month is one month of the glance: weeks from Monday on.
type Month struct {
	Name  string
	Weeks [][]Cell
}

// Cell is one day; Day is 0 before the first and after the last of the month.
type Cell struct {
	Day    int
	Kind   string // open, closed, holiday, hours
	Label  string
	Href   string // to edit it; "" once it has passed
	Edited bool
	Today  bool
}

// DayRow is a day with a name or hours of its own.
type DayRow struct {
	Date, ISO, Weekday, Kind, Text, Certainty, Tone, Icon, Href string

	Edited bool
}

// ChangeRow is a day of the draft before and after.
type ChangeRow struct {
	Date, ISO, Before, After string
}

func (o Options) country(w http.ResponseWriter, r *http.Request) error {
	page := CountryPage{Page: o.Site.Page(r, "calendars.title", "calendars")}
	day := r.URL.Query().Get("day")
	return o.show(w, r, http.StatusOK, page, func(d almanac.Draft) web.Form { return formOf(d, day) })
}

// formOf is the form that edits a day as it is in the draft.
func formOf(d almanac.Draft, day string) web.Form {
	date, err := calendar.ParseDate(day)
	if err != nil {
		return web.NewForm("kind", string(almanac.Holiday), "certainty", string(policy.Announced))
	}
	is := almanac.DayOf(d.Pack, d.Country, date)
	form := web.NewForm("day", day, "kind", string(is.Kind), "name_en", is.NameEn, "name_zh", is.NameZh, "certainty", string(is.Certainty), "hours", almanac.HoursText(is.Windows))
	if is.Certainty == "" {
		form = form.With("certainty", string(policy.Announced))
	}
	return form
}

// show draws the page of the country in the address.
func (o Options) show(w http.ResponseWriter, r *http.Request, status int, page CountryPage, form func(almanac.Draft) web.Form) error {
	actor, code := web.CurrentActor(r), r.PathValue("country")
	d, err := o.Almanac.Draft(r.Context(), actor, code)
	if err != nil {
		return err
	}
	now := page.Page.Format.Now
	cal := d.Pack.Calendars[d.Calendar]
	page.Country, page.Calendar, page.Name, page.Source = code, d.Calendar, page.Page.Format.Country(code), d.Base.Holidays[code].Source
	page.Title = page.T("calendars.of", "country", page.Name)
	page.Feed, page.Table = feedPath(d.Calendar, "ics"), feedPath(d.Calendar, "csv")
	there := page.Page
	there.Format.Zone = cal.Zone()
	page.Zone = there.ZoneName()
	held := o.inForce(d) // what is so now is what holds, not what a draft would make of it
	page.Now = NowLine{Open: held.IsOpen(now), Time: there.Format.Full(now)}
	if next, ok := held.NextOpening(now); ok && !page.Now.Open {
		page.Now.Next = there.When(next)
	}
	page.Form = form(d)
	page.Year = yearAsked(r, page.Value("day"), d.Today(now).Year)
	y, err := o.Almanac.YearOf(r.Context(), actor, code, page.Year)
	if err != nil {
		return err
	}
	page.State, page.Confirmed = yearCell(page.Page, code, y), page.When(y.Review.At)
	page.MayConfirm = y.State != almanac.Missing && y.State != almanac.Reviewed
	page.Before, page.After = yearPath(code, page.Year-1), yearPath(code, page.Year+1)
	page.glance(d, now)
	page.week(d)
	page.Waiting = len(page.Changes) + len(page.WeekChanges)
	page.choices()
	if page.Try, err = o.try(r, page.Page, d); err != nil {
		return err
	}
	return o.Site.Render(w, r, status, page)
}

// inForce is the calendar of a draft's country in the edition in force; in the one published last where that one is the
// first to serve the country.
func (o Options) inForce(d almanac.Draft) *calendar.Calendar {
	p := o.Policy.Now()
	if id, _, ok := p.CalendarFor(d.Country); ok {
		return p.Calendars[id]
	}
	id, _, _ := d.Base.CalendarFor(d.Country)
	return d.Base.Calendars[id]
}

func yearPath(country string, year int) string {
	if year < firstYear || year > lastYear {
		return ""
	}
	return fmt.Sprintf("%s/%s?year=%d", base, country, year)
}

// yearAsked is the year of the address or of the day that is edited, else this one.
func yearAsked(r *http.Request, day string, this int) int {
	for _, s := range []string{r.URL.Query().Get("year"), day[:min(4, len(day))]} {
		if year, err := strconv.Atoi(s); err == nil && year >= firstYear && year <= lastYear {
			return year
		}
	}
	return this
}

func (page *CountryPage) choices() {
	for _, k := range []almanac.Kind{almanac.Holiday, almanac.Hours, almanac.Usual} {
		page.Kinds = append(page.Kinds, Option{string(k), page.T("calendars.kind." + string(k)), page.Has("kind", string(k))})
	}
	for _, c := range []policy.Certainty{policy.Statutory, policy.Announced, policy.Estimated} {
		page.Certainties = append(page.Certainties, Option{string(c), page.T("calendars.certainty." + string(c)), page.Has("certainty", string(c))})
	}
	for i := 1; i <= 7; i++ {
		page.Weekdays = append(page.Weekdays, page.T(fmt.Sprintf("calendars.weekday_short.%d", i)))
	}
}

// glance fills in the twelve months, the list of named days and the changes of the draft.
func (page *CountryPage) glance(d almanac.Draft, now time.Time) {
	edited := map[calendar.Date]bool{}
	for _, c := range d.Changes {
		edited[c.Before.Date] = true
		page.Changes = append(page.Changes, ChangeRow{Date: civil(page.Page, c.Before.Date), ISO: c.Before.Date.String(),
			Before: dayText(page.Page, c.Before), After: dayText(page.Page, c.After)})
	}
	today := d.Today(now)
	for month := time.January; month <= time.December; month++ {
		m := Month{Name: page.T(fmt.Sprintf("calendars.month.%d", month))}
		first := calendar.Date{Year: page.Year, Month: month, Day: 1}
		week := make([]Cell, (int(first.Weekday())+6)%7, 7)
		for at := first; at.Month == month; at = at.AddDays(1) {
			is := almanac.DayOf(d.Pack, d.Country, at)
			week = append(week, page.cell(d, is, edited[at], today))
			if row, ok := page.dayRow(is, edited[at], today); ok {
				page.Days = append(page.Days, row)
			}
			if len(week) == 7 {
				m.Weeks, week = append(m.Weeks, week), make([]Cell, 0, 7)
			}
		}
		if len(week) > 0 {
			m.Weeks = append(m.Weeks, append(week, make([]Cell, 7-len(week))...))
		}
		page.Months = append(page.Months, m)
	}
}

func (page *CountryPage) cell(d almanac.Draft, is almanac.Day, edited bool, today calendar.Date) Cell {
	c := Cell{Day: is.Date.Day, Kind: string(is.Kind), Edited: edited, Today: is.Date == today}
	text := dayText(page.Page, is)
	if is.Kind == almanac.Usual {
		c.Kind = "closed"
		if len(d.WeekOf(is.Date.Weekday())) > 0 {
			c.Kind = "open"
		}
		text = page.T("calendars.glance." + c.Kind)
	}
	c.Label = page.T("calendars.cell", "date", civil(page.Page, is.Date), "what", text)
	if is.Date.Compare(today) >= 0 {
		c.Href = page.editPath(is.Date)
	}
	return c
}

func (page *CountryPage) editPath(d calendar.Date) string {
	return fmt.Sprintf("%s/%s?year=%d&day=%s#edit", base, page.Country, d.Year, d)
}

func (page *CountryPage) dayRow(is almanac.Day, edited bool, today calendar.Date) (DayRow, bool) {
	if is.Kind == almanac.Usual && !edited {
		return DayRow{}, false
	}
	row := DayRow{Date: civil(page.Page, is.Date), ISO: is.Date.String(), Weekday: page.T(weekdayKey(is.Date)),
		Kind: string(is.Kind), Text: dayText(page.Page, is), Edited: edited}
	if is.Certainty != "" {
		row.Certainty = page.T("calendars.certainty." + string(is.Certainty))
		row.Tone, row.Icon = "fix", "circle-check"
		if is.Certainty == policy.Estimated {
			row.Tone, row.Icon = "waiting", "hourglass"
		}
	}
	if is.Date.Compare(today) >= 0 {
		row.Href = page.editPath(is.Date)
	}
	return row, true
}

// weekdayKey names a weekday; Monday is 1.
func weekdayKey(d calendar.Date) string {
	return fmt.Sprintf("calendars.weekday.%d", (int(d.Weekday())+6)%7+1)
}

func civil(p web.Page, d calendar.Date) string { return p.Format.CivilDate(d.Year, d.Month, d.Day) }

// dayText says what a day is: "closed: Christmas Day", "09:00–12:00: Christmas Eve", "usual hours".
func dayText(p web.Page, d almanac.Day) string {
	name := d.NameEn
	if string(p.Lang) == almanac.Chinese {
		name = d.NameZh
	}
	what := p.T("calendars.usual")
	switch {
	case d.Kind == almanac.Holiday, d.Kind == almanac.Hours && len(d.Windows) == 0:
		what = p.T("calendars.closed")
	case d.Kind == almanac.Hours:
		what = Hours(p, d.Windows)
	}
	if name == "" {
		return what
	}
	return p.T("calendars.named", "what", what, "name", name)
}

// edit keeps one day in the draft. What was typed stays when it is refused.
func (o Options) edit(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	e, err := editOf(form)
	if err == nil {
		err = o.Almanac.Edit(r.Context(), web.CurrentActor(r), r.PathValue("country"), e)
	}
	page := CountryPage{Page: o.Site.Page(r, "calendars.title", "calendars")}
	if err != nil {
		form, ok := page.Explain(form, err)
		if !ok {
			return err
		}
		return o.show(w, r, web.StatusOf(err), page, func(almanac.Draft) web.Form { return form })
	}
	return o.Site.Redirect(w, r, yearPath(r.PathValue("country"), e.Date.Year), "calendar_edited", "")
}

// editOf reads a form. A name or certainty that stands beside usual hours is of no matter.
func editOf(form web.Form) (e almanac.Edit, err error) {
	var bad []errs.Field
	if e.Date, err = calendar.ParseDate(strings.TrimSpace(form.Value("day"))); err != nil {
		bad = append(bad, badDay("day", form.Value("day")))
	}
	e.Kind, e.NameEn, e.NameZh = almanac.Kind(form.Value("kind")), form.Value("name_en"), form.Value("name_zh")
	e.Certainty = policy.Certainty(form.Value("certainty"))
	if e.Kind == almanac.Hours {
		if e.Windows, err = almanac.ParseHours(form.Value("hours")); err != nil {
			bad = append(bad, badHours("hours", err))
		}
	}
	return e, errs.BadFields(bad...)
}

// badDay says what is wrong with a day as it was typed.
func badDay(field, typed string) errs.Field {
	if strings.TrimSpace(typed) == "" {
		return errs.BadField(field, "calendars.field.day")
	}
	return errs.BadField(field, "calendars.field.no_day", "found", typed)
}

// badHours names the hours that are none, by the error of almanac.ParseHours.
func badHours(field string, err error) errs.Field {
	args := errs.As(err).Args
	return errs.BadField(field, "calendars.field.window", "found", strings.TrimSuffix(fmt.Sprintf("%v-%v", args["opens"], args["closes"]), "-"))
}

// drop takes a day, the week, or with neither named all days of the country, out of the draft.
func (o Options) drop(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	var day calendar.Date
	if s := form.Value("day"); s != "" {
		if day, err = calendar.ParseDate(s); err != nil {
			return errs.New(errs.Malformed, "error.malformed")
		}
	}
	country := r.PathValue("country")
	if form.Value("week") != "" {
		err = o.Almanac.DropWeek(r.Context(), web.CurrentActor(r), country)
	} else {
		err = o.Almanac.Drop(r.Context(), web.CurrentActor(r), country, day)
	}
	if err != nil {
		return err
	}
	target := base + "/" + country
	switch {
	case form.Value("then") == "publish":
		target = base + "/publish"
	case !day.IsZero():
		target = yearPath(country, day.Year)
	}
	return o.Site.Redirect(w, r, target, "calendar_dropped", "")
}

// review records that the administrator stands for a year.
func (o Options) review(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	year, err := strconv.Atoi(form.Value("year"))
	if err != nil || year < firstYear || year > lastYear {
		return errs.New(errs.Malformed, "error.malformed")
	}
	country := r.PathValue("country")
	if err := o.Almanac.Confirm(r.Context(), web.CurrentActor(r), country, year); err != nil {
		return err
	}
	return o.Site.Redirect(w, r, yearPath(country, year), "calendar_reviewed", "")
}
