// Package lifecycle says how long a release is supported (section 4): the order of versions, the last supported
// day and the phase on a day. It is pure. All days are days of the vendor's zone.
package lifecycle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// Phase is where a release stands in its life on a day.
type Phase string

// The phases.
const (
	Planned   Phase = "planned" // not yet generally available
	Supported Phase = "supported"
	Expired   Phase = "expired"
)

// Dates are the two dates of a release that are known. The zero PublishedEnd is none.
type Dates struct {
	GA           calendar.Date // general availability
	PublishedEnd calendar.Date // last supported day in the published lifecycle table; it governs (R4.5-03)
}

// ComputedLastDay is the anniversary of general availability after the pack's years; 29 February becomes the 28th
// in a year without one (R4.1-03). The day itself is supported.
func ComputedLastDay(p *policy.Pack, ga calendar.Date) calendar.Date {
	last := calendar.Date{Year: ga.Year + p.MaxLifecycleYears, Month: ga.Month, Day: ga.Day}
	if ga.Month == time.February && ga.Day == 29 && last != last.AddDays(0) { // no such day: it would be 1 March
		last.Day = 28
	}
	return last
}

// LastSupportedDay is the published end, else the computed one. The day itself is supported (4.5).
func LastSupportedDay(p *policy.Pack, d Dates) calendar.Date {
	if !d.PublishedEnd.IsZero() {
		return d.PublishedEnd
	}
	return ComputedLastDay(p, d.GA)
}

// PhaseOn is the phase of a release on a day.
func PhaseOn(p *policy.Pack, d Dates, today calendar.Date) Phase {
	switch {
	case today.Compare(d.GA) < 0:
		return Planned
	case today.Compare(LastSupportedDay(p, d)) > 0:
		return Expired
	}
	return Supported
}

// PhaseWithin is the phase of an update or patch that came out on released and ends with its platform release,
// whose last supported day is given (R4.5-02).
func PhaseWithin(platformLastDay, released, today calendar.Date) Phase {
	switch {
	case today.Compare(platformLastDay) > 0:
		return Expired
	case today.Compare(released) < 0:
		return Planned
	}
	return Supported
}

// CompareVersions orders versions as people read them: runs of digits by their value, everything else by its
// letters, and a version before what extends it: 2026.2 < 2026.10, 2023.12 < 2023.12-p1.
func CompareVersions(a, b string) int {
	return slices.CompareFunc(versionParts(a), versionParts(b), func(x, y string) int {
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		switch {
		case errX == nil && errY == nil:
			return cmp.Compare(m, n)
		case errX == nil || errY == nil: // a number is newer than a word at its place: 2026.1 > 2026.beta
			return cmp.Compare(boolInt(errX == nil), boolInt(errY == nil))
		}
		return cmp.Compare(x, y)
	})
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// versionParts splits "2023.12-p1" into 2023, 12, p, 1.
func versionParts(v string) []string {
	var parts []string
	for _, field := range strings.FieldsFunc(strings.ToLower(v), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		for field != "" {
			digit := unicode.IsDigit([]rune(field)[0])
			n := strings.IndexFunc(field, func(r rune) bool { return unicode.IsDigit(r) != digit })
			if n < 0 {
				n = len(field)
			}
			parts, field = append(parts, field[:n]), field[n:]
		}
	}
	return parts
}
