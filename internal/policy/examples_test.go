package policy_test

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

type policyCalendar = calendar.Calendar

// exampleCalendar is a calendar of testdata/examples/calendars.json.
type exampleCalendar struct {
	Zone       string                 `json:"tz"`
	AlwaysOpen bool                   `json:"always_open"`
	Week       map[string][][2]string `json:"week"`
	Closed     []string               `json:"closed_dates"`
}

func readExamples(t *testing.T, file string, into any) {
	t.Helper()
	text, err := os.ReadFile("../../testdata/examples/" + file)
	if err == nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// The reference pack is open exactly when the worked examples are, interval by interval.
func TestReferenceCalendarsAreThoseOfTheExamples(t *testing.T) {
	t.Parallel()
	var all struct{ Calendars map[string]exampleCalendar }
	readExamples(t, "calendars.json", &all)
	p := load(t, reference)
	compared := 0
	for id, want := range all.Calendars {
		if strings.Contains(id, "+") {
			continue // a variant with an operator's own overrides
		}
		got, ok := p.Calendars[id]
		if !ok {
			t.Errorf("the pack has no %s", id)
			continue
		}
		if want.AlwaysOpen {
			if !got.IsAlwaysOpen() {
				t.Errorf("%s closes", id)
			}
			continue
		}
		compared++
		g, w := openIntervals(got), want.intervals(t)
		if !slices.Equal(g, w) {
			t.Errorf("%s differs first at %s", id, firstDifference(g, w))
		}
	}
	if compared != 17 {
		t.Errorf("%d calendars compared, want 17", compared)
	}
}

type interval struct{ open, close int64 } // Unix seconds

func openIntervals(c *calendar.Calendar) []interval {
	var found []interval
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, c.Zone())
	to := time.Date(2028, 1, 1, 0, 0, 0, 0, c.Zone())
	c.Segments(from, to, func(s calendar.Segment) {
		if s.Open {
			found = append(found, interval{s.From.Unix(), s.To.Unix()})
		}
	})
	return found
}

// intervals rebuilds the open time from the file on its own: no opening of these calendars lies in a change of
// summer time, so time.Date is right here.
func (e exampleCalendar) intervals(t *testing.T) []interval {
	t.Helper()
	zone, err := time.LoadLocation(e.Zone)
	if err != nil {
		t.Fatal(err)
	}
	var found []interval
	for day := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC); day.Year() < 2028; day = day.AddDate(0, 0, 1) {
		if slices.Contains(e.Closed, day.Format(time.DateOnly)) {
			continue
		}
		for _, w := range e.Week[strings.ToLower(day.Format("Mon"))] {
			found = append(found, interval{at(t, day, w[0], zone), at(t, day, w[1], zone)})
		}
	}
	return found
}

func at(t *testing.T, day time.Time, clock string, zone *time.Location) int64 {
	t.Helper()
	c, err := time.Parse("15:04", clock)
	if err != nil {
		t.Fatal(err)
	}
	return time.Date(day.Year(), day.Month(), day.Day(), c.Hour(), c.Minute(), 0, 0, zone).Unix()
}

func firstDifference(a, b []interval) string {
	for i := range max(len(a), len(b)) {
		if i >= len(a) || i >= len(b) || a[i] != b[i] {
			s := append(slices.Clone(a), b...)
			return time.Unix(s[min(i, len(s)-1)].open, 0).UTC().String()
		}
	}
	return "nowhere"
}

func TestExamplesOfQueueOrder(t *testing.T) {
	t.Parallel()
	var all struct {
		Examples []struct {
			ID, Kind         string
			Inputs, Expected json.RawMessage
		}
	}
	readExamples(t, "public.json", &all)
	p := load(t, reference)
	ran := 0
	for _, e := range all.Examples {
		if e.Kind != "queue_order" {
			continue
		}
		ran++
		var expected struct{ Order []string }
		if err := json.Unmarshal(e.Expected, &expected); err != nil {
			t.Fatal(err)
		}
		if got := queueOrder(t, p, e.Inputs); !slices.Equal(got, expected.Order) {
			t.Errorf("%s: %v, want %v", e.ID, got, expected.Order)
		}
	}
	if ran == 0 {
		t.Error("no example of the kind")
	}
}

func queueOrder(t *testing.T, p *policy.Pack, inputs []byte) (order []string) {
	t.Helper()
	var in struct {
		Cases []struct {
			ID, Plan, Priority string
			Due                time.Time
		}
	}
	if err := json.Unmarshal(inputs, &in); err != nil {
		t.Fatal(err)
	}
	keys := map[string]policy.QueueKey{}
	for _, c := range in.Cases {
		keys[c.ID] = policy.QueueKey{Priority: int(c.Priority[1] - '0'), PlanOrder: p.PlanOrder(c.Plan), Due: c.Due}
		order = append(order, c.ID)
	}
	slices.SortStableFunc(order, func(a, b string) int { return keys[a].Compare(keys[b]) })
	return order
}

func TestTheQueuePutsCasesWithoutAPromiseLast(t *testing.T) {
	t.Parallel()
	due, filed := time.Unix(100, 0), time.Unix(50, 0)
	with, without := policy.QueueKey{Priority: 2, Due: due, Filed: filed}, policy.QueueKey{Priority: 2, Filed: filed}
	if with.Compare(without) >= 0 || without.Compare(with) <= 0 || without.Compare(without) != 0 { //nolint:gocritic // a key is in no order with itself
		t.Error("a case without a promise does not come last")
	}
	if earlier := (policy.QueueKey{Priority: 2, Due: due, Filed: filed.Add(-1)}); earlier.Compare(with) >= 0 {
		t.Error("at the same due the case filed first does not come first")
	}
}
