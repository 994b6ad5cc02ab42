package almanac

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Editions is what publishes: edition.Service.
type Editions interface {
	Preview(ctx context.Context, a access.Actor, p *policy.Pack, effective time.Time, on calendar.Date) (edition.Preview, error)
	Publish(ctx context.Context, a access.Actor, p *policy.Pack, effective time.Time) (done bool, err error)
}

// Pending are the drafts that change days or weeks, by country.
func (s *Service) Pending(ctx context.Context, a access.Actor) (all []Draft, err error) {
	defer errs.Wrap(&err, "almanac.Pending")
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		all, err = s.pending(tx)
		return err
	})
	return all, err
}

func (s *Service) pending(tx *db.Tx) (all []Draft, err error) {
	base := s.last()
	countries, err := edited(tx)
	if err != nil {
		return nil, err
	}
	for _, c := range countries {
		if !keeps(base, c) {
			continue
		}
		d, err := readDraft(tx, base, c)
		if err != nil {
			return nil, err
		}
		if !d.Empty() {
			all = append(all, d)
		}
	}
	return all, nil
}

// compose is the edition that the drafts make of the one published last. Errors: calendars.nothing;
// calendars.field.effective_late for an instant after which a changed day is over.
func compose(all []Draft, effective time.Time, book *policy.Book) (*policy.Pack, error) {
	if len(all) == 0 {
		return nil, errs.New(errs.Conflict, "calendars.nothing")
	}
	base := all[0].Base
	lists := make([]policy.HolidayList, len(all))
	for i, d := range all {
		lists[i] = d.Pack.Holidays[d.Country]
		if len(d.Changes) == 0 {
			continue
		}
		first := d.Changes[0].Before.Date
		if d.late(first, effective) {
			return nil, errs.BadFields(errs.BadField("from", "calendars.field.effective_late", "day", first.String(), "country", d.Country))
		}
	}
	name := After(base.Edition)
	for book.Knows(name) { // it was withdrawn
		name = After(name)
	}
	return base.WithLists(name, lists...)
}

// After names the edition that follows: "2025-02" is followed by "2025-02.1", that by "2025-02.2".
func After(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		if n, err := strconv.Atoi(name[i+1:]); err == nil && n > 0 {
			return name[:i+1] + strconv.Itoa(n+1)
		}
	}
	return name + ".1"
}

// Preview says what publishing the drafts would do to the open cases. It changes nothing. Errors: those of Publish.
func (s *Service) Preview(ctx context.Context, a access.Actor, effective time.Time) (v edition.Preview, err error) {
	defer errs.Wrap(&err, "almanac.Preview")
	all, err := s.Pending(ctx, a)
	if err != nil {
		return v, err
	}
	p, err := compose(all, effective, s.Policy.Book())
	if err != nil {
		return v, err
	}
	return s.Editions.Preview(ctx, a, p, effective, calendar.Date{})
}

// PreviewRest is Preview without the changes of days that are over at the instant: they stand in the way of publishing until
// they are taken back, and the rest may be looked at before. It cannot be published like this: it has no digest. ok is
// false where nothing else is changed.
func (s *Service) PreviewRest(ctx context.Context, a access.Actor, effective time.Time) (v edition.Preview, ok bool, err error) {
	defer errs.Wrap(&err, "almanac.PreviewRest")
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return v, false, err
	}
	var rest []Draft
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		rest = nil
		all, err := s.pending(tx)
		for _, d := range all {
			edits, err := readEdits(tx, d.Country)
			if err != nil {
				return err
			}
			week, err := readWeek(tx, d.Country)
			if err != nil {
				return err
			}
			edits = slices.DeleteFunc(edits, func(e Edit) bool { return d.late(e.Date, effective) })
			kept, err := draftOf(d.Base, d.Country, edits, week)
			if err != nil {
				return err
			}
			if !kept.Empty() {
				rest = append(rest, kept)
			}
		}
		return err
	})
	if err != nil || len(rest) == 0 {
		return v, false, err
	}
	p, err := compose(rest, effective, s.Policy.Book())
	if err != nil {
		return v, false, err
	}
	v, err = s.Editions.Preview(ctx, a, p, effective, calendar.Date{})
	v.Digest = ""
	return v, true, err
}

// late reports whether a day of the calendar is over at an instant.
func (d Draft) late(day calendar.Date, effective time.Time) bool {
	return !day.AddDays(1).StartIn(d.Pack.Calendars[d.Calendar].Zone()).After(effective)
}

// Publish makes the drafts an edition that holds from an instant on, and empties them. Cases keep what was counted. seen is
// the digest of the preview: what somebody else has put into the drafts since was not looked at and is not published.
// Errors: those of compose and of edition.Publish; calendars.not_seen.
func (s *Service) Publish(ctx context.Context, a access.Actor, effective time.Time, seen string) (name string, err error) {
	defer errs.Wrap(&err, "almanac.Publish")
	all, err := s.Pending(ctx, a)
	if err != nil {
		return "", err
	}
	p, err := compose(all, effective, s.Policy.Book())
	if err != nil {
		return "", err
	}
	if p.Digest() != seen {
		return "", errs.New(errs.Conflict, "calendars.not_seen")
	}
	if _, err := s.Editions.Publish(ctx, a, p, effective); err != nil {
		return "", err
	}
	return p.Edition, s.sweep(ctx, a)
}

// sweep takes out of the drafts what the last edition says already. An edit that was made while the others were
// published stays. Nothing is lost should it not be reached: such edits change nothing and are passed over.
func (s *Service) sweep(ctx context.Context, a access.Actor) error {
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		base := s.last()
		countries, err := edited(tx)
		if err != nil {
			return err
		}
		days, weeks := map[string][]string{}, []string{}
		for _, c := range countries {
			edits, err := readEdits(tx, c)
			if err != nil {
				return err
			}
			for _, e := range edits {
				if !e.changes(DayOf(base, c, e.Date)) {
					days[c] = append(days[c], e.Date.String())
				}
			}
			if err := dropEdits(tx, c, days[c]); err != nil {
				return err
			}
			if w, err := readWeek(tx, c); err != nil || w == nil || !w.equal(weekOfPack(base, c)) {
				if err != nil {
					return err
				}
				continue
			}
			weeks = append(weeks, c)
			if err := dropWeek(tx, c); err != nil {
				return err
			}
		}
		return record(tx, a, "calendar.published", base, map[string]any{"days": days, "weeks": weeks})
	})
}
