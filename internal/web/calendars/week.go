package calendars

import (
	"fmt"
	"net/http"
	"time"

	"liaison/internal/almanac"
	"liaison/internal/errs"
	"liaison/internal/web"
)

// WeekRow is the usual hours of one weekday in the form.
type WeekRow struct {
	Field, Day string
}

// weekdayOrder is Monday to Sunday by time.Weekday.
func weekdayOrder() []int { return []int{1, 2, 3, 4, 5, 6, 0} }

func weekField(day int) string { return fmt.Sprintf("day_%d", day) }

// weekdayName is a weekday in words, by time.Weekday.
func weekdayName(p web.Page, day int) string {
	return p.T(fmt.Sprintf("calendars.weekday.%d", (day+6)%7+1))
}

// week fills in the form of the usual hours, as they are in the draft where nothing was typed, and what changes of them.
func (page *CountryPage) week(d almanac.Draft) {
	group := d.GroupWeek()
	for _, day := range weekdayOrder() {
		field, hours := weekField(day), d.WeekOf(time.Weekday(day))
		page.Week = append(page.Week, WeekRow{Field: field, Day: weekdayName(page.Page, day)})
		if page.Value("week_typed") == "" {
			page.Form = page.Form.With(field, almanac.HoursText(hours))
		}
		page.OwnWeek = page.OwnWeek || almanac.HoursText(hours) != almanac.HoursText(group[day])
	}
	page.WeekChanges = weekRows(page.Page, d)
}

// weekRows are the weekdays that the draft changes.
func weekRows(p web.Page, d almanac.Draft) (rows []ChangeRow) {
	if d.Week == nil {
		return nil
	}
	for _, day := range weekdayOrder() {
		before, after := d.Week.Before[day], d.Week.After[day]
		if almanac.HoursText(before) != almanac.HoursText(after) {
			rows = append(rows, ChangeRow{Date: p.T("calendars.week_every", "day", weekdayName(p, day)), Before: Hours(p, before), After: Hours(p, after)})
		}
	}
	return rows
}

// editWeek keeps another week in the draft: the one that was typed, or that of the group again. What was typed stays when
// it is refused.
func (o Options) editWeek(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	actor, country := web.CurrentActor(r), r.PathValue("country")
	week, err := weekOf(form)
	if form.Value("group") != "" {
		var d almanac.Draft
		if d, err = o.Almanac.Draft(r.Context(), actor, country); err == nil {
			week = d.GroupWeek()
		}
	}
	if err == nil {
		err = o.Almanac.EditWeek(r.Context(), actor, country, week)
	}
	if err == nil {
		return o.Site.Redirect(w, r, base+"/"+country+"#week", "calendar_week", "")
	}
	page := CountryPage{Page: o.Site.Page(r, "calendars.title", "calendars")}
	explained, ok := page.Explain(form.With("week_typed", "1"), err)
	if !ok {
		return err
	}
	return o.show(w, r, web.StatusOf(err), page, func(almanac.Draft) web.Form { return explained })
}

// weekOf reads the seven entries.
func weekOf(form web.Form) (w almanac.Week, err error) {
	var bad []errs.Field
	for day := range w {
		if w[day], err = almanac.ParseHours(form.Value(weekField(day))); err != nil {
			bad = append(bad, badHours(weekField(day), err))
		}
	}
	return w, errs.BadFields(bad...)
}
