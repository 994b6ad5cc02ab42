package sla

import (
	"encoding/json"
	"math"
	"os"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// testRules are the reference policy's rules in a few lines, over the calendars of the worked examples.
type testRules struct {
	calendars map[string]*calendar.Calendar
	response  [5]time.Duration // by priority
	days      [5]int
	plans     []string                 // served first to last
	own       [5]policy.ExtendedTarget // of extended lifecycle support, by priority
}

// ClockOf and PriorityOf are the rules for a system that nothing but extended lifecycle support covers, too.
func (r *testRules) ClockOf(t policy.Terms) policy.ClockChoice {
	own := r.own[t.Priority].Clock
	switch {
	case t.Extended && own == "24x7":
		return policy.ClockChoice{ID: "24x7", Calendar: r.calendars["24x7"], Clause: "4.7"}
	case t.Extended && own == "regional":
		return policy.ClockChoice{ID: t.Calendar, Calendar: r.calendars[t.Calendar], Clause: "4.7"}
	}
	return r.ClockFor(t.Plan, t.Priority, t.Production, t.Deployment, t.Calendar)
}

func (r *testRules) PriorityOf(level int, extended bool) (policy.Priority, bool) {
	p, ok := r.Priority(level)
	if own := r.own[max(0, min(level, 4))]; ok && extended {
		if own.Response > 0 {
			p.Response = own.Response
		}
		if own.UpdateDays > 0 {
			p.UpdateDays = own.UpdateDays
		}
	}
	return p, ok
}

func (r *testRules) ClockFor(plan string, priority int, production bool, deployment, id string) policy.ClockChoice {
	around := priority <= 2 && production && plan != "standard"
	switch {
	case deployment == "cloud":
		return policy.ClockChoice{ID: "24x7", Calendar: r.calendars["24x7"], Clause: "9.3"}
	case around:
		return policy.ClockChoice{ID: "24x7", Calendar: r.calendars["24x7"], Clause: "9.2"}
	}
	return policy.ClockChoice{ID: id, Calendar: r.calendars[id], Clause: "9.2"}
}

func (r *testRules) Priority(level int) (policy.Priority, bool) {
	if level < 1 || level > 4 {
		return policy.Priority{}, false
	}
	reminders := []int{1, 2}
	if level > 2 {
		reminders = []int{3, 6}
	}
	return policy.Priority{Level: level, Response: r.response[level], UpdateDays: r.days[level], Reminders: reminders}, true
}

func (r *testRules) PlanOrder(key string) int {
	for i, p := range r.plans {
		if p == key {
			return i
		}
	}
	return len(r.plans)
}

// testSettings gives the rules with the default readings.
func testSettings(t testing.TB) settings {
	t.Helper()
	rules := &testRules{
		calendars: exampleCalendars(t),
		response:  [5]time.Duration{0, 2 * time.Hour, 2 * time.Hour, 4 * time.Hour, 6 * time.Hour},
		days:      [5]int{0, 1, 1, 3, 3},
		plans:     []string{"elite", "premier", "extended", "standard"},
	}
	return settings{rules: rules, raise: policy.RaiseMin, warnings: []int{50, 75}, confirmDays: 7}
}

// exampleCalendars reads calendars.json of the worked examples.
func exampleCalendars(t testing.TB) map[string]*calendar.Calendar {
	t.Helper()
	return made(t, exampleSpecs(t))
}

func made(t testing.TB, specs map[string]calendar.Spec) map[string]*calendar.Calendar {
	t.Helper()
	all := map[string]*calendar.Calendar{}
	for id, spec := range specs {
		c, err := calendar.New(spec)
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		all[id] = c
	}
	return all
}

func exampleSpecs(t testing.TB) map[string]calendar.Spec {
	t.Helper()
	var file struct {
		Calendars map[string]struct {
			TZ         string                        `json:"tz"`
			AlwaysOpen bool                          `json:"always_open"`
			Week       map[string][][2]string        `json:"week"`
			Closed     []calendar.Date               `json:"closed_dates"`
			Overrides  map[calendar.Date][][2]string `json:"date_overrides"`
		} `json:"calendars"`
	}
	readJSON(t, "../../testdata/examples/calendars.json", &file)
	all := map[string]calendar.Spec{}
	for id, c := range file.Calendars {
		spec := calendar.Spec{ID: id, Zone: c.TZ, AlwaysOpen: c.AlwaysOpen, Closed: map[calendar.Date]string{}, Overrides: map[calendar.Date][]calendar.Window{}}
		for i, day := range []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} {
			spec.Week[i] = windows(t, c.Week[day])
		}
		for _, d := range c.Closed {
			spec.Closed[d] = "holiday_" + d.String()
		}
		for d, w := range c.Overrides {
			spec.Overrides[d] = windows(t, w)
		}
		all[id] = spec
	}
	return all
}

func windows(t testing.TB, pairs [][2]string) []calendar.Window {
	t.Helper()
	var all []calendar.Window
	for _, p := range pairs {
		w, err := calendar.ParseWindow(p[0], p[1])
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, w)
	}
	return all
}

func readJSON(t testing.TB, name string, to any) {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, to); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

// when reads an instant.
func when(t testing.TB, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return at.UTC()
}

// always is a policy that never changes.
func always(set settings) []edition { return []edition{{settings: set, from: math.MinInt64}} }
