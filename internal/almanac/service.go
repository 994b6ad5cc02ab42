package almanac

import (
	"context"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Service holds the use cases. The exported fields are set once, before use.
type Service struct {
	DB     *db.DB
	Clock  clock.Clock
	Policy policy.Source

	Editions Editions
}

// Draft is what has been changed in a country's list and not yet published.
type Draft struct {
	Country  string
	Calendar string       // id of the calendar, "emea-cet:DE"
	Base     *policy.Pack // the edition that was published last
	Pack     *policy.Pack // the same with the edits
	Changes  []Change     // by day
	Week     *WeekChange  // nil: the usual hours stay
}

// Empty reports whether the draft changes nothing.
func (d Draft) Empty() bool { return len(d.Changes) == 0 && d.Week == nil }

// Change is one day before and after.
type Change struct {
	Before, After Day
}

// Today is the present day in the calendar's zone.
func (d Draft) Today(now time.Time) calendar.Date {
	return calendar.DateOf(now, d.Pack.Calendars[d.Calendar].Zone())
}

// WeekOf are the usual hours of a weekday.
func (d Draft) WeekOf(day time.Weekday) []calendar.Window { return weekOf(d.Pack, d.Country, day) }

// weekOf are a country's usual hours: its own, else those of its group.
func weekOf(p *policy.Pack, country string, day time.Weekday) []calendar.Window {
	if week := p.Holidays[country].Week; week != nil {
		return week[day]
	}
	group, _ := p.HoursGroup(p.GroupOf(country))
	return group.Week[day]
}

func scope(a access.Actor) db.Scope { return db.ForStaff(a.Person, "care of the calendars") }

// last is the edition on which edits are made: the one published last, which may not be in force yet.
func (s *Service) last() *policy.Pack { return s.Policy.Book().Last().Pack }

// keeps reports whether a country keeps a list of its own: one that is served by a list of another (Canada by that of
// the United States) has none to edit.
func keeps(p *policy.Pack, country string) bool {
	if len(country) != 2 || p.GroupOf(country) == "" {
		return false
	}
	id, _, ok := p.CalendarFor(country)
	_, of, own := strings.Cut(id, ":")
	return ok && (!own || of == country)
}

// Draft is a country's list with what has been edited. Errors: error.missing for a country that keeps no list.
func (s *Service) Draft(ctx context.Context, a access.Actor, country string) (d Draft, err error) {
	defer errs.Wrap(&err, "almanac.Draft(%s)", country)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return d, err
	}
	base := s.last()
	if !keeps(base, country) {
		return d, errs.Missing()
	}
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		d, err = readDraft(tx, base, country)
		return err
	})
	return d, err
}

func readDraft(tx *db.Tx, base *policy.Pack, country string) (d Draft, err error) {
	edits, err := readEdits(tx, country)
	if err != nil {
		return d, err
	}
	week, err := readWeek(tx, country)
	if err != nil {
		return d, err
	}
	return draftOf(base, country, edits, week)
}

// draftOf lays edits and a week over a list. What changes nothing (it was published meanwhile) is passed over.
func draftOf(base *policy.Pack, country string, edits []Edit, week *Week) (d Draft, err error) {
	d = Draft{Country: country, Base: base, Pack: base}
	var real []Edit
	for _, e := range edits {
		if before := DayOf(base, country, e.Date); e.changes(before) {
			real = append(real, e)
			d.Changes = append(d.Changes, Change{Before: before})
		}
	}
	if before := weekOfPack(base, country); week != nil && !week.equal(before) {
		d.Week = &WeekChange{Before: before, After: *week}
	}
	if !d.Empty() {
		list := Edited(base, country, real)
		if d.Week != nil {
			list = withWeek(list, d.Week.After, d.GroupWeek())
		}
		if d.Pack, err = base.WithHolidays(list); err != nil {
			return d, err
		}
	}
	for i := range d.Changes {
		d.Changes[i].After = DayOf(d.Pack, country, d.Changes[i].Before.Date)
	}
	d.Calendar, _, _ = d.Pack.CalendarFor(country)
	return d, nil
}

// Edit keeps edits of a country's list in the draft. All are kept, or none. Errors: the fields of the form;
// calendars.draft_full; calendar.no_opening when the list would leave the centre closed for more than 366 days.
func (s *Service) Edit(ctx context.Context, a access.Actor, country string, edits ...Edit) (err error) {
	defer errs.Wrap(&err, "almanac.Edit(%s)", country)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return err
	}
	base := s.last()
	if !keeps(base, country) {
		return errs.Missing()
	}
	id, _, _ := base.CalendarFor(country)
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		today := calendar.DateOf(tx.Now(), base.Calendars[id].Zone())
		sound := make([]Edit, len(edits))
		for i, e := range edits {
			if sound[i], err = e.sound(today); err != nil {
				return err
			}
		}
		kept, err := readEdits(tx, country)
		if err != nil {
			return err
		}
		all := merge(kept, sound)
		if len(all) > maxEdits {
			return errs.New(errs.Conflict, "calendars.draft_full", "most", maxEdits)
		}
		week, err := readWeek(tx, country)
		if err != nil {
			return err
		}
		if _, err := draftOf(base, country, all, week); err != nil {
			return err
		}
		days := make([]string, 0, len(sound))
		for _, e := range sound {
			days = append(days, e.Date.String())
			if err := writeEdit(tx, country, e, a.Person); err != nil {
				return err
			}
		}
		return record(tx, a, "calendar.edited", base, map[string]any{"country": country, "days": days})
	})
}

// maxEdits is how many days of a country wait in a draft.
const maxEdits = 500

// merge lays later edits over earlier ones of the same day.
func merge(old, later []Edit) []Edit {
	at := map[calendar.Date]int{}
	var all []Edit
	for _, list := range [][]Edit{old, later} {
		for _, e := range list {
			if i, ok := at[e.Date]; ok {
				all[i] = e
				continue
			}
			at[e.Date] = len(all)
			all = append(all, e)
		}
	}
	return all
}

// Drop takes an edit out of the draft; the zero date takes out all of the country. What is not there is no error.
func (s *Service) Drop(ctx context.Context, a access.Actor, country string, day calendar.Date) (err error) {
	defer errs.Wrap(&err, "almanac.Drop(%s)", country)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return err
	}
	if !keeps(s.last(), country) {
		return errs.Missing()
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		edits, err := readEdits(tx, country)
		if err != nil {
			return err
		}
		days := []string{}
		for _, e := range edits {
			if day.IsZero() || e.Date == day {
				days = append(days, e.Date.String())
			}
		}
		if len(days) == 0 {
			return nil
		}
		if err := dropEdits(tx, country, days); err != nil {
			return err
		}
		return record(tx, a, "calendar.edit_dropped", s.last(), map[string]any{"country": country, "days": days})
	})
}

func record(tx *db.Tx, a access.Actor, kind string, p *policy.Pack, data map[string]any) error {
	return journal.Record(tx, journal.Line{Actor: a.Person, ActorKind: "staff", SubjectKind: "installation", Kind: kind,
		Visibility: journal.Staff, Data: data, Clause: holidayClause, Edition: p.Edition})
}

// holidayClause is where the policy says that centres are closed on holidays.
const holidayClause = "9.2"
