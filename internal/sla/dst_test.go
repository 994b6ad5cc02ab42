package sla

import (
	"maps"
	"slices"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
	"liaison/policies"
)

// Reliability R4: around every change of summer time from 2025 to 2035 of every zone of every pack that ships, the due
// instant is the one at which the minutes of open time, counted one by one, are used up.
func TestEveryChangeOfSummerTimeOfEveryPack(t *testing.T) {
	t.Parallel()
	all := 0
	for _, name := range []string{"reference-2025-02", "example", "harbour-2026"} { // the last one has a zone without any

		pack, err := policy.Load(policies.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		zones, changes := map[string]*calendar.Calendar{}, 0
		for _, id := range slices.Sorted(maps.Keys(pack.Calendars)) { // one calendar of each zone
			cal := pack.Calendars[id]
			if zone := cal.Zone().String(); !cal.IsAlwaysOpen() && zones[zone] == nil {
				zones[zone] = cal
			}
		}
		if len(zones) == 0 {
			t.Errorf("%s has no zone", name)
		}
		for _, cal := range zones {
			for _, at := range summerTimes(cal.Zone()) {
				changes++
				for _, before := range []time.Duration{0, 90 * time.Minute, 40 * time.Hour, -30 * time.Minute} {
					countedOneByOne(t, pack, cal, at.Add(-before))
				}
			}
		}
		t.Logf("%s: %d zones, %d changes", name, len(zones), changes)
		all += changes
	}
	if all < 100 {
		t.Errorf("%d changes of summer time: has the zone data changed?", all)
	}
}

// countedOneByOne compares the due instants of a case received at an instant with stepping.
func countedOneByOne(t *testing.T, pack *policy.Pack, cal *calendar.Calendar, received time.Time) {
	t.Helper()
	for _, level := range []int{2, 4} {
		reg := Event{Kind: Registered, At: received.UnixMicro(), Priority: level, Plan: pack.Plans[0].Key, Production: false, Deployment: policy.OnPrem, Calendar: cal.ID()}
		r, err := Evaluate(pack, []Event{reg}, received)
		if err != nil {
			t.Fatal(err)
		}
		c := r.Clocks[0]
		if c.Clock != cal.ID() {
			continue // the plan is served around the clock
		}
		left, m := c.Target.Minutes, received
		for ; left > 0; m = m.Add(time.Minute) {
			if cal.IsOpen(m) {
				left--
			}
		}
		if !c.DueAt.Equal(m) {
			t.Fatalf("%s, P%d received %v: due %v, counted %v", cal.ID(), level, received, c.DueAt, m)
		}
	}
}

// summerTimes are the changes of a zone's offset from 2025 to 2035.
func summerTimes(zone *time.Location) (out []time.Time) {
	offset := func(at time.Time) int { _, o := at.In(zone).Zone(); return o }
	for day := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); day.Year() < 2036; day = day.AddDate(0, 0, 1) {
		if offset(day) == offset(day.AddDate(0, 0, 1)) {
			continue
		}
		at := day
		for offset(at.Add(time.Minute)) == offset(day) {
			at = at.Add(time.Minute)
		}
		out = append(out, at.Add(time.Minute))
	}
	return out
}

// A clock that was ahead has recorded what is not due yet: it is not recorded again, and changes no promise.
func TestWhatAClockAheadHasRecordedIsNotRecordedAgain(t *testing.T) {
	t.Parallel()
	case3 := p3(t)
	ahead, due := when(t, "2026-11-18T10:00:00-05:00"), when(t, "2026-11-16T14:00:00-05:00")
	for _, a := range case3.at("2026-11-18T10:00:00-05:00").Alarms {
		case3.events = append(case3.events, a.Event(ahead))
	}
	if len(case3.events) != 4 {
		t.Fatalf("two warnings and a breach, got %d facts", len(case3.events))
	}
	for _, at := range []string{"2026-11-16T10:30:00-05:00", "2026-11-16T13:59:00-05:00", "2026-11-16T14:01:00-05:00", "2026-11-17T10:00:00-05:00", "2026-11-19T10:00:00-05:00"} {
		r := case3.at(at)
		if len(r.Alarms) != 0 || r.NextDue != nil || !r.Clocks[0].DueAt.Equal(due) || (r.Clocks[0].State == Breached) != when(t, at).After(due) {
			t.Errorf("at %s: %+v", at, r)
		}
	}
}
