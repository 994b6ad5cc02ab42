package almanac

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// reviewMonth is when the care of the next year begins: on its first day, in the vendor's zone.
const reviewMonth = time.October

// State says how far a year of a list can be trusted.
type State string

// The states.
const (
	Missing   State = "missing"   // no day at all
	Estimated State = "estimated" // some days may still move
	Stated    State = "stated"    // all days by law or announcement
	Reviewed  State = "reviewed"  // somebody has looked through it as it is and stands for it
)

// Year is one year of a country's list.
type Year struct {
	Year      int
	Days      int // with a name or hours of their own
	Estimated int // of them, those that may still move: they have not passed
	State     State
	Review    Review // zero when nobody has
	Due       bool   // somebody has to look through it now
}

// Entry is a country's list in the overview.
type Entry struct {
	Country  string
	Calendar string
	Source   string
	Years    []Year // this one and the next
	Edits    int    // that wait in the draft
}

// Overview lists the countries that keep a list, by country.
func (s *Service) Overview(ctx context.Context, a access.Actor) (all []Entry, err error) {
	defer errs.Wrap(&err, "almanac.Overview")
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return nil, err
	}
	base := s.last()
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		reviews, err := readReviews(tx)
		if err != nil {
			return err
		}
		withEdits, err := edited(tx)
		if err != nil {
			return err
		}
		countries := slices.Sorted(maps.Keys(base.Holidays))
		for _, c := range withEdits {
			if !slices.Contains(countries, c) && keeps(base, c) {
				countries = append(countries, c)
			}
		}
		slices.Sort(countries)
		for _, c := range countries {
			id, _, _ := base.CalendarFor(c)
			e := Entry{Country: c, Calendar: id, Source: base.Holidays[c].Source}
			this := calendar.DateOf(tx.Now(), base.Vendor.Zone).Year
			for year := this; year <= this+1; year++ {
				e.Years = append(e.Years, yearState(base, c, year, reviews[yearOf{c, year}], tx.Now()))
			}
			if slices.Contains(withEdits, c) {
				d, err := readDraft(tx, base, c)
				if err != nil {
					return err
				}
				if e.Edits = len(d.Changes); d.Week != nil {
					e.Edits++
				}
			}
			all = append(all, e)
		}
		return nil
	})
	return all, err
}

// yearState is the pure part: what is known of a year, and whether its review is due at an instant. From the first of
// October on, the next year is due while days of it are missing or estimated and nobody stands for it; this year stays
// due until then. A review stands for the days that were there: once another edition changes them, it is over.
func yearState(p *policy.Pack, country string, year int, r Review, now time.Time) Year {
	list, today := p.Holidays[country], calendar.DateOf(now, p.Vendor.Zone)
	if r.Days != "" && r.Days != daysOf(list, year) {
		r = Review{}
	}
	y := Year{Year: year, Review: r, State: Stated}
	named := map[calendar.Date]bool{}
	for _, h := range list.Holidays {
		if h.Date.Year == year {
			named[h.Date] = true
			if h.Certainty == policy.Estimated && h.Date.Compare(today) >= 0 {
				y.Estimated++
			}
		}
	}
	for _, o := range list.Overrides {
		if o.Date.Year == year {
			named[o.Date] = true
		}
	}
	y.Days = len(named)
	switch {
	case y.Days == 0:
		y.State = Missing
	case !r.At.IsZero():
		y.State = Reviewed
	case y.Estimated > 0:
		y.State = Estimated
	}
	open := y.State == Missing || y.State == Estimated
	y.Due = open && (year <= today.Year || year == today.Year+1 && today.Month >= reviewMonth)
	return y
}

// daysOf is the digest of a year of a list: its closed days with their names and how certain they are, and its days with
// hours of their own.
func daysOf(list policy.HolidayList, year int) string {
	var lines []string
	for _, h := range list.Holidays {
		if h.Date.Year == year {
			lines = append(lines, fmt.Sprint(h.Date, " closed ", h.Name, " ", h.Certainty))
		}
	}
	for _, o := range list.Overrides {
		if o.Date.Year == year {
			lines = append(lines, fmt.Sprint(o.Date, " hours ", o.Name, " ", HoursText(o.Windows)))
		}
	}
	slices.Sort(lines)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n")))
	return hex.EncodeToString(sum[:])
}

// Due counts the countries with a year whose review is due: the notice to administrators. Others get 0.
func (s *Service) Due(ctx context.Context, a access.Actor) (n int, err error) {
	defer errs.Wrap(&err, "almanac.Due")
	if !access.Allows(a, access.AdminCalendars) {
		return 0, nil
	}
	base := s.last()
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		reviews, err := readReviews(tx)
		if err != nil {
			return err
		}
		this := calendar.DateOf(tx.Now(), base.Vendor.Zone).Year
		for country := range base.Holidays {
			if yearState(base, country, this, reviews[yearOf{country, this}], tx.Now()).Due ||
				yearState(base, country, this+1, reviews[yearOf{country, this + 1}], tx.Now()).Due {
				n++
			}
		}
		return nil
	})
	return n, err
}

// YearOf is the state of one year of a country's list as published.
func (s *Service) YearOf(ctx context.Context, a access.Actor, country string, year int) (y Year, err error) {
	defer errs.Wrap(&err, "almanac.YearOf(%s, %d)", country, year)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return y, err
	}
	base := s.last()
	err = s.DB.View(ctx, scope(a), func(tx *db.Tx) error {
		reviews, err := readReviews(tx)
		y = yearState(base, country, year, reviews[yearOf{country, year}], tx.Now())
		return err
	})
	return y, err
}

// Confirm records that somebody has looked through a year of a list and stands for it. Errors: error.missing,
// calendars.year_missing for a year without any day.
func (s *Service) Confirm(ctx context.Context, a access.Actor, country string, year int) (err error) {
	defer errs.Wrap(&err, "almanac.Confirm(%s, %d)", country, year)
	if err := access.Check(a, access.AdminCalendars); err != nil {
		return err
	}
	base := s.last()
	if !keeps(base, country) {
		return errs.Missing()
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		y := yearState(base, country, year, Review{}, tx.Now())
		if y.State == Missing {
			return errs.New(errs.Conflict, "calendars.year_missing", "year", year)
		}
		if err := writeReview(tx, country, year, daysOf(base.Holidays[country], year), a.Person); err != nil {
			return err
		}
		return record(tx, a, "calendar.reviewed", base, map[string]any{"country": country, "year": year, "days": y.Days, "estimated": y.Estimated})
	})
}
