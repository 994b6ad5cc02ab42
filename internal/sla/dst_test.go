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
// instant is the one at which the open minutes of the zone's own clock, read one by one, are used up. No shipped calendar is
// open at a change: these are, at night and on Sundays.
func TestEveryChangeOfSummerTimeOfEveryPack(t *testing.T) {
	t.Parallel()
	zones := map[string]*time.Location{}
	for _, name := range []string{"reference-2025-02", "example", "harbour-2026"} { // the last one has a zone without any
		pack, err := policy.Load(policies.FS, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, cal := range pack.Calendars {
			if !cal.IsAlwaysOpen() {
				zones[cal.Zone().String()] = cal.Zone()
			}
		}
	}
	changes, across := 0, 0
	for _, name := range slices.Sorted(maps.Keys(zones)) {
		zone := zones[name]
		at := summerTimes(zone)
		changes += len(at)
		for id, hours := range openAtChanges() {
			spec := calendar.Spec{ID: id, Zone: name}
			for day := range hours {
				spec.Week[day] = []calendar.Window{hours[day]}
			}
			cal, err := calendar.New(spec)
			if err != nil {
				t.Fatal(err)
			}
			set := testSettings(t)
			set.rules.(*testRules).calendars[id] = cal
			for _, change := range at {
				for _, before := range []time.Duration{0, time.Minute, 90 * time.Minute, 5 * time.Hour, 40 * time.Hour, -30 * time.Minute} {
					across += readOneByOne(t, set, zone, id, hours, change.Add(-before))
				}
			}
		}
	}
	t.Logf("%d zones, %d changes, %d promises across one", len(zones), changes, across)
	if changes < 60 || across < 4*changes {
		t.Errorf("%d changes of summer time, %d promises that run across one: has the zone data changed?", changes, across)
	}
}

// openAtChanges are weeks by day that are open while clocks are changed.
func openAtChanges() map[string]map[time.Weekday]calendar.Window {
	night, sunday := map[time.Weekday]calendar.Window{}, map[time.Weekday]calendar.Window{time.Sunday: {Open: 0, Close: 24 * 60}}
	for day := time.Sunday; day <= time.Saturday; day++ {
		night[day] = calendar.Window{Open: 22 * 60, Close: 30 * 60}
	}
	return map[string]map[time.Weekday]calendar.Window{"night": night, "sunday": sunday}
}

// readOneByOne compares the due instants of a case received at an instant with reading the zone's clock at each minute, and
// gives how many of them lie beyond a change.
func readOneByOne(t *testing.T, set settings, zone *time.Location, id string, hours map[time.Weekday]calendar.Window, received time.Time) (across int) {
	t.Helper()
	for level, left := range map[int]int{2: 120, 4: 360} {
		reg := Event{Kind: Registered, At: received.UnixMicro(), Priority: level, Plan: "standard", Deployment: policy.OnPrem, Calendar: id}
		c := mustEvaluate(t, set, received, reg).Clocks[0]
		m := received
		for ; left > 0; m = m.Add(time.Minute) {
			wall := m.In(zone)
			now, day := wall.Hour()*60+wall.Minute(), wall.Weekday()
			today, opens := hours[day]
			before, opened := hours[(day+6)%7]
			if opens && now >= today.Open && now < today.Close || opened && now+24*60 < before.Close {
				left--
			}
		}
		if !c.DueAt.Equal(m) {
			t.Fatalf("%s in %s, P%d received %v: due %v, read %v", id, zone, level, received.In(zone), c.DueAt.In(zone), m.In(zone))
		}
		_, from := received.In(zone).Zone()
		if _, to := m.In(zone).Zone(); from != to {
			across++
		}
	}
	return across
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
