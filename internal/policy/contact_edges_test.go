package policy_test

import (
	"slices"
	"testing"
	"time"

	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Who answers now and when the clock of a case runs are told by the same calendars: open on the contact page is
// counted in the ledger, and the next opening is where the ledger begins to count. Around every change of summer time
// of every zone of the pack, 2025 to 2035, and around the turns of the years (B18).
func TestTheContactPageAgreesWithTheClockAtEveryChangeOfSummerTime(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	edges, asked := 0, 0
	for _, g := range p.HoursGroups {
		country := p.Countries(g.Key)[0]
		for _, c := range p.Countries(g.Key) {
			if _, has := p.Holidays[c]; has {
				country = c // one with holidays
				break
			}
		}
		for _, edge := range changesOf(g.Zone) {
			edges++
			for _, at := range around(edge) {
				asked++
				contact, ok := p.Contact(country, policy.OnPrem, at)
				if !ok {
					t.Fatalf("nobody answers for %s", country)
				}
				clock, err := sla.InitialDue(p, sla.Event{At: at.UnixMicro(), Priority: 3, Plan: "standard", Production: true,
					Deployment: policy.OnPrem, Calendar: contact.CalendarID})
				if err != nil {
					t.Fatal(err)
				}
				i := slices.IndexFunc(clock.Ledger, func(s sla.Segment) bool { return s.Counted > 0 })
				if i < 0 {
					t.Fatalf("%s at %s: nothing counts", contact.CalendarID, at)
				}
				starts := clock.Ledger[i].From
				if contact.OpenNow != starts.Equal(at) || !contact.OpenNow && !contact.NextOpening.Equal(starts) {
					t.Fatalf("%s at %s: open %v, next %v, but the clock runs from %s", contact.CalendarID, at, contact.OpenNow, contact.NextOpening, starts)
				}
			}
		}
	}
	if edges < 100 || asked < 4000 {
		t.Errorf("%d edges, %d instants: has the zone data changed?", edges, asked)
	}
}

// changesOf are the changes of summer time of a zone, or where it has none the turns of the years.
func changesOf(zone *time.Location) (found []time.Time) {
	end := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	for at := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, next := at.In(zone).ZoneBounds()
		if next.IsZero() || next.After(end) {
			break
		}
		found, at = append(found, next.UTC()), next
	}
	for year := 2025; year <= 2035; year++ {
		found = append(found, time.Date(year, 1, 1, 0, 0, 0, 0, zone).UTC())
	}
	return found
}

// around is every third hour of four days before and after, and the instants at the edge itself.
func around(edge time.Time) (found []time.Time) {
	for h := -96; h <= 96; h += 3 {
		found = append(found, edge.Add(time.Duration(h)*time.Hour))
	}
	return append(found, edge.Add(-time.Microsecond), edge.Add(time.Microsecond))
}
