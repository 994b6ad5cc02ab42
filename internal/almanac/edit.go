package almanac

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Kind says what a day is, or what an edit makes of it.
type Kind string

// The kinds.
const (
	Holiday Kind = "holiday" // closed, with a name and a certainty
	Hours   Kind = "hours"   // open in other hours than the week says: a half day, an extra day of work
	Usual   Kind = "usual"   // what the week says
)

// The bounds of a name, and how far ahead a day may be edited.
const (
	maxName    = 120 // runes
	yearsAhead = 10
)

// Edit is what is to become of one day of a country's list. Names stand in both languages; one that is missing is
// taken from the other.
type Edit struct {
	Date           calendar.Date
	Kind           Kind
	NameEn, NameZh string
	Certainty      policy.Certainty  // of a Holiday
	Windows        []calendar.Window // of Hours
}

// sound is the edit in its stored form. today is the day in the calendar's zone: what has passed is not edited.
// Errors: the fields of the form.
func (e Edit) sound(today calendar.Date) (Edit, error) {
	var bad []errs.Field
	if e.Date.IsZero() {
		bad = append(bad, errs.BadField("day", "calendars.field.day"))
	} else if e.Date.Compare(today) < 0 || e.Date.Year > today.Year+yearsAhead {
		bad = append(bad, errs.BadField("day", "calendars.field.passed", "year", today.Year+yearsAhead))
	}
	e.NameEn, e.NameZh = strings.TrimSpace(e.NameEn), strings.TrimSpace(e.NameZh)
	for _, n := range []struct{ field, name string }{{"name_en", e.NameEn}, {"name_zh", e.NameZh}} {
		if utf8.RuneCountInString(n.name) > maxName || strings.ContainsFunc(n.name, unicode.IsControl) {
			bad = append(bad, errs.BadField(n.field, "calendars.field.name_long", "most", maxName))
		}
	}
	e.NameEn, e.NameZh = cmp.Or(e.NameEn, e.NameZh), cmp.Or(e.NameZh, e.NameEn)
	switch e.Kind {
	case Holiday:
		e.Windows = nil
		if e.NameEn == "" {
			bad = append(bad, errs.BadField("name_en", "calendars.field.name"))
		}
		if !slices.Contains([]policy.Certainty{policy.Statutory, policy.Announced, policy.Estimated}, e.Certainty) {
			bad = append(bad, errs.BadField("certainty", "calendars.field.certainty"))
		}
	case Hours:
		e.Certainty = ""
		if len(e.Windows) == 0 {
			bad = append(bad, errs.BadField("hours", "calendars.field.hours"))
		} else if calendar.CheckWindows(e.Windows) != nil {
			bad = append(bad, errs.BadField("hours", "calendars.field.overlap"))
		}
	case Usual:
		e.NameEn, e.NameZh, e.Certainty, e.Windows = "", "", "", nil
	default:
		bad = append(bad, errs.BadField("kind", "calendars.field.kind"))
	}
	return e, errs.BadFields(bad...)
}

// Day is one day of a list as people see it.
type Day struct {
	Date      calendar.Date
	Kind      Kind
	NameEn    string
	NameZh    string
	Certainty policy.Certainty
	Windows   []calendar.Window // of Hours; none is closed by exception
}

// DayOf is a day of a country's list in a pack. An override wins over a holiday, whose name it keeps if it has none.
func DayOf(p *policy.Pack, country string, d calendar.Date) Day {
	day := Day{Date: d, Kind: Usual}
	list := p.Holidays[country]
	if i := slices.IndexFunc(list.Holidays, func(h policy.Holiday) bool { return h.Date == d }); i >= 0 {
		h := list.Holidays[i]
		day.Kind, day.Certainty = Holiday, h.Certainty
		day.NameEn, day.NameZh = p.HolidayName(h.Name, English), p.HolidayName(h.Name, Chinese)
	}
	if i := slices.IndexFunc(list.Overrides, func(o policy.Override) bool { return o.Date == d }); i >= 0 {
		o := list.Overrides[i]
		day.Kind, day.Certainty, day.Windows = Hours, "", o.Windows
		if o.Name != "" {
			day.NameEn, day.NameZh = p.HolidayName(o.Name, English), p.HolidayName(o.Name, Chinese)
		}
	}
	return day
}

// changes reports whether the edit makes anything else of a day than it is.
func (e Edit) changes(d Day) bool {
	return e.Kind != d.Kind || e.NameEn != d.NameEn || e.NameZh != d.NameZh || e.Certainty != d.Certainty || !slices.Equal(e.Windows, d.Windows)
}

// Edited is the list of a country with edits. A name that the pack has already keeps its key; another one becomes a
// name of the list's own.
func Edited(p *policy.Pack, country string, edits []Edit) policy.HolidayList {
	l := p.Holidays[country]
	l.Country = country
	l.Source = cmp.Or(l.Source, "Kept by the administrators of this installation")
	touched := map[calendar.Date]bool{}
	for _, e := range edits {
		touched[e.Date] = true
	}
	l.Holidays = slices.DeleteFunc(slices.Clone(l.Holidays), func(h policy.Holiday) bool { return touched[h.Date] })
	l.Overrides = slices.DeleteFunc(slices.Clone(l.Overrides), func(o policy.Override) bool { return touched[o.Date] })
	l.Names = maps.Clone(l.Names)
	for _, e := range edits {
		switch e.Kind {
		case Holiday:
			l.Holidays = append(l.Holidays, policy.Holiday{Date: e.Date, Name: nameKey(p, &l, e), Certainty: e.Certainty})
		case Hours:
			o := policy.Override{Date: e.Date, Windows: e.Windows}
			if e.NameEn != "" {
				o.Name = nameKey(p, &l, e)
			}
			l.Overrides = append(l.Overrides, o)
		default: // Usual: the day has nothing of its own any more
		}
	}
	slices.SortFunc(l.Holidays, func(a, b policy.Holiday) int { return a.Date.Compare(b.Date) })
	slices.SortFunc(l.Overrides, func(a, b policy.Override) int { return a.Date.Compare(b.Date) })
	return l
}

// nameKey is the key of an edit's name: the pack's where it has the name in both languages, else the list's own.
func nameKey(p *policy.Pack, l *policy.HolidayList, e Edit) string {
	want := policy.Text{English: e.NameEn, Chinese: e.NameZh}
	if key, ok := p.NameKey(want); ok {
		return key
	}
	for _, key := range slices.Sorted(maps.Keys(l.Names)) {
		if maps.Equal(l.Names[key], want) {
			return key
		}
	}
	key := "own_" + strings.ToLower(l.Country) + "_" + strings.ReplaceAll(e.Date.String(), "-", "_")
	for taken := p.HasName(key) || l.Names[key] != nil; taken; taken = p.HasName(key) || l.Names[key] != nil {
		key += "b" // the day was renamed after it had been published
	}
	if l.Names == nil {
		l.Names = map[string]policy.Text{}
	}
	l.Names[key] = want
	return key
}
