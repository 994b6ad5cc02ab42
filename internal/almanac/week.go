package almanac

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Week is the usual hours of a country by time.Weekday, in the calendar's own zone; a day without windows is closed.
type Week [7][]calendar.Window

// WeekChange is a week before and after.
type WeekChange struct {
	Before, After Week
}

// equal reports whether two weeks say the same.
func (w Week) equal(v Week) bool {
	return slices.EqualFunc(w[:], v[:], slices.Equal)
}

// text is the week in its stored form.
func (w Week) text() string {
	days := make([]string, len(w))
	for i, windows := range w {
		days[i] = HoursText(windows)
	}
	return strings.Join(days, "|")
}

func parseWeek(s string) (w Week, err error) {
	days := strings.Split(s, "|")
	if len(days) != len(w) {
		return w, fmt.Errorf("almanac: a stored week has %d days", len(days))
	}
	for i, day := range days {
		if w[i], err = ParseHours(day); err != nil {
			return w, err
		}
	}
	return w, nil
}

// sound refuses windows that overlap, also those of a day with the night before. Errors: the fields day_0 (Sunday) to
// day_6.
func (w Week) sound() error {
	var bad []errs.Field
	for i, windows := range w {
		field := fmt.Sprintf("day_%d", i)
		if calendar.CheckWindows(windows) != nil {
			bad = append(bad, errs.BadField(field, "calendars.field.overlap"))
		} else if overlaps(w[(i+6)%7], windows) {
			bad = append(bad, errs.BadField(field, "calendars.field.night"))
		}
	}
	return errs.BadFields(bad...)
}

// overlaps reports whether a window of the day before is still open when one of the day opens.
func overlaps(before, windows []calendar.Window) bool {
	const day = 24 * 60
	for _, w := range before {
		for _, v := range windows {
			if w.Close > day+v.Open {
				return true
			}
		}
	}
	return false
}

// weekOfPack is a country's usual hours in a pack: its own, else those of its group.
func weekOfPack(p *policy.Pack, country string) (w Week) {
	for day := range w {
		w[day] = weekOf(p, country, time.Weekday(day))
	}
	return w
}

// GroupWeek is the usual hours of the group that serves the country.
func (d Draft) GroupWeek() Week {
	group, _ := d.Pack.HoursGroup(d.Pack.GroupOf(d.Country))
	return Week(group.Week)
}

// withWeek lays a week over a list. The hours of the group need no week of the country's own.
func withWeek(l policy.HolidayList, w, group Week) policy.HolidayList {
	l.Week = nil
	if !w.equal(group) {
		own := [7][]calendar.Window(w)
		l.Week = &own
	}
	return l
}

// EditWeek keeps another week of a country in the draft. Errors: the fields day_0 to day_6; week when
// the centre would stay closed for more than 366 days.
func (s *Service) EditWeek(ctx context.Context, a access.Actor, country string, w Week) (err error) {
	defer errs.Wrap(&err, "almanac.EditWeek(%s)", country)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return err
	}
	base := s.last()
	if !keeps(base, country) {
		return errs.Missing()
	}
	if err := w.sound(); err != nil {
		return err
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		edits, err := readEdits(tx, country)
		if err != nil {
			return err
		}
		if _, err := draftOf(base, country, edits, &w); err != nil {
			if e := errs.As(err); errs.KindOf(err) == errs.Invalid && len(e.Fields) == 0 {
				return errs.BadFields(errs.Field{Name: "week", Key: e.Key, Args: e.Args})
			}
			return err
		}
		if err := tx.Buffer(`INSERT INTO calendar_week_edit (country, week, edited_by, edited_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (country) DO UPDATE SET week = excluded.week, edited_by = excluded.edited_by, edited_at = excluded.edited_at`,
			country, w.text(), a.Person, tx.Now()); err != nil {
			return err
		}
		return record(tx, a, "calendar.edited", base, map[string]any{"country": country, "week": w.text()})
	})
}

// DropWeek takes the week of a country out of the draft. What is not there is no error.
func (s *Service) DropWeek(ctx context.Context, a access.Actor, country string) (err error) {
	defer errs.Wrap(&err, "almanac.DropWeek(%s)", country)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return err
	}
	if !keeps(s.last(), country) {
		return errs.Missing()
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		w, err := readWeek(tx, country)
		if err != nil || w == nil {
			return err
		}
		if err := dropWeek(tx, country); err != nil {
			return err
		}
		return record(tx, a, "calendar.edit_dropped", s.last(), map[string]any{"country": country, "week": w.text()})
	})
}

// readWeek is the week of a country in the draft; nil when there is none.
func readWeek(tx *db.Tx, country string) (*Week, error) {
	var text string
	err := tx.Row(`SELECT week FROM calendar_week_edit WHERE country = $1`, []any{country}, &text)
	if errors.Is(err, db.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	w, err := parseWeek(text)
	return &w, err
}

func dropWeek(tx *db.Tx, country string) error {
	return tx.Buffer(`DELETE FROM calendar_week_edit WHERE country = $1`, country)
}
