package calendar

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// oracle is the second, slow implementation: it looks at the zone's wall clock minute by minute.
type oracle struct {
	start time.Time
	open  []bool // by minute from start
	date  []Date // of the window that opened last before the minute, where open
	zone  *time.Location
	all   map[Date][][2]int
}

// wallNumber counts wall minutes.
func wallNumber(t time.Time, loc *time.Location) int64 {
	_, offset := t.In(loc).Zone()
	return (t.Unix() + int64(offset)) / 60
}

// newOracle walks through every minute of [start, start+days).
func newOracle(spec Spec, loc *time.Location, start time.Time, days int) *oracle {
	o := &oracle{start: start, zone: loc, open: make([]bool, days*minutesPerDay), date: make([]Date, days*minutesPerDay), all: map[Date][][2]int{}}
	walls := make([]int64, len(o.open))
	for i := range walls {
		walls[i] = wallNumber(start.Add(time.Duration(i)*time.Minute), loc)
	}
	for d := DateOf(start, loc).AddDays(-2); d.Compare(DateOf(start, loc).AddDays(days+2)) < 0; d = d.AddDays(1) {
		windows, changed := spec.Overrides[d]
		if _, shut := spec.Closed[d]; !changed && !shut {
			windows = spec.Week[d.Weekday()]
		}
		for _, w := range ordered(windows) {
			o.enter(d, walls, d.number()*minutesPerDay+int64(w.Open), d.number()*minutesPerDay+int64(w.Close))
		}
	}
	return o
}

// enter opens a window from the first minute that shows its opening or later, to the last at which it is over.
func (o *oracle) enter(d Date, walls []int64, opens, closes int64) {
	first := slices.IndexFunc(walls, func(w int64) bool { return w >= opens })
	last := len(walls) - 1
	for last >= 0 && walls[last] > closes {
		last--
	}
	if last >= 0 && walls[last] == closes { // it closes at the last minute that shows the close
		last--
	}
	if first <= 0 || last < first || last == len(walls)-1 {
		return
	}
	o.all[d] = append(o.all[d], [2]int{first, last + 1})
	for i := first; i <= last; i++ {
		o.open[i], o.date[i] = true, d
	}
}

func (o *oracle) at(minute int) time.Time { return o.start.Add(time.Duration(minute) * time.Minute) }

// add steps until d minutes were open; -1 beyond the end.
func (o *oracle) add(minute, d int) int {
	for ; d > 0; minute++ {
		if minute >= len(o.open) {
			return -1
		}
		if o.open[minute] {
			d--
		}
	}
	return minute
}

// workingDays steps back to the close and from date to date; -1 where the walk leaves the span.
func (o *oracle) workingDays(minute, n int) int {
	at := minute
	var d Date
	if o.open[at] {
		d = o.date[at]
	} else {
		for at > 0 && !o.open[at-1] {
			at--
		}
		if at == 0 {
			return -1
		}
		d = o.date[at-1]
	}
	since := wallNumber(o.at(at), o.zone) - d.number()*minutesPerDay
	for ; n > 0; n-- {
		for d = d.AddDays(1); len(o.all[d]) == 0; d = d.AddDays(1) {
			if d.Compare(DateOf(o.at(len(o.open)), o.zone)) > 0 {
				return -1
			}
		}
	}
	target := 0
	for target < len(o.open) && wallNumber(o.at(target), o.zone) < d.number()*minutesPerDay+since {
		target++
	}
	due := o.all[d][0][0]
	for _, w := range o.all[d] {
		if target >= w[0] {
			due = min(target, w[1])
		}
	}
	return due
}

func randomSpec(r *rand.Rand, zone string, around Date) Spec {
	shapes := [][]Window{
		{{540, 1080}}, {{0, 1440}}, {{420, 720}, {780, 1080}}, {{1320, 1800}}, {{0, 150}, {180, 1440}}, {{90, 100}, {110, 200}}, {{1380, 2820}},
		{{30, 95}, {125, 185}, {1300, 1530}}, nil,
	}
	s := Spec{ID: "random", Zone: zone, Closed: map[Date]string{}, Overrides: map[Date][]Window{}}
	for day := range s.Week {
		s.Week[day] = shapes[r.IntN(len(shapes))]
	}
	s.Week[r.IntN(7)] = shapes[r.IntN(len(shapes)-1)]
	for range 4 {
		s.Closed[around.AddDays(r.IntN(30)-10)] = "holiday"
		s.Overrides[around.AddDays(r.IntN(30)-10)] = shapes[r.IntN(len(shapes))]
	}
	return s
}

// The zones of the policy and some with odd changes.
func zones() []string {
	return []string{
		"America/New_York", "Europe/Paris", "Europe/London", "Asia/Dubai", "Asia/Singapore", "Asia/Tokyo", "America/Sao_Paulo",
		"America/Argentina/Buenos_Aires", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Pacific/Chatham",
	}
}

// changes are the instants from 2025 to 2035 at which the offset of the zone changes; one ordinary day where there are none.
func changes(loc *time.Location) []time.Time {
	end := time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	var all []time.Time
	for t := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC); ; {
		_, next := t.In(loc).ZoneBounds()
		if next.IsZero() || next.After(end) {
			break
		}
		all, t = append(all, next), next
	}
	if len(all) == 0 {
		all = append(all, time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC))
	}
	return all
}

func TestAgreesWithSteppingAtEveryChangeOfSummerTime(t *testing.T) {
	t.Parallel()
	for _, zone := range zones() {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(1, uint64(len(zone))))
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, change := range changes(loc) {
				spec := randomSpec(r, zone, DateOf(change, loc))
				c := must(t, spec)
				o := newOracle(spec, loc, change.Add(-12*24*time.Hour).Truncate(time.Minute), 30)
				for range 20 {
					compare(t, c, o, r, fmt.Sprintf("%s at %v: %+v", zone, change, spec))
				}
			}
		})
	}
}

// Package time ends the stretches beyond its table after 365 days, which is before the last day of a leap year is over:
// looking for the end of a stretch there came back to the same instant for ever.
func TestAgreesWithSteppingAtTheEndOfFarLeapYears(t *testing.T) {
	t.Parallel()
	for _, zone := range zones() {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(2, uint64(len(zone))))
			loc, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			for _, year := range []int{2040, 2044, 2096, 10000} {
				around := time.Date(year, 12, 31, 12, 0, 0, 0, time.UTC)
				spec := randomSpec(r, zone, DateOf(around, loc))
				c := must(t, spec)
				o := newOracle(spec, loc, around.Add(-12*24*time.Hour), 30)
				for range 10 {
					compare(t, c, o, r, fmt.Sprintf("%s at the end of %d: %+v", zone, year, spec))
				}
			}
		})
	}
}

// compare asks both about one random start within the middle of the oracle's span.
func compare(t *testing.T, c *Calendar, o *oracle, r *rand.Rand, what string) {
	t.Helper()
	from := 5*minutesPerDay + r.IntN(12*minutesPerDay)
	d := 1 + r.IntN(3000)
	start := o.at(from)
	if want := o.add(from, d); want >= 0 {
		got, err := c.Add(start, time.Duration(d)*time.Minute)
		if err != nil || !got.Equal(o.at(want)) {
			t.Fatalf("%s: %v + %d min: got %v, %v; want %v", what, start, d, got, err, o.at(want).UTC())
		}
		if open := c.Between(start, got); open != time.Duration(d)*time.Minute {
			t.Fatalf("%s: between %v and %v: got %v, want %d min", what, start, got, open, d)
		}
	}
	if c.IsOpen(start) != o.open[from] {
		t.Fatalf("%s: open at %v: got %v", what, start, c.IsOpen(start))
	}
	n := 1 + r.IntN(3)
	if want := o.workingDays(from, n); want >= 0 {
		got, err := c.AddWorkingDays(start, n)
		if err != nil || !got.Equal(o.at(want)) {
			t.Fatalf("%s: %v + %d working days: got %v, %v; want %v", what, start.In(o.zone), n, got.In(o.zone), err, o.at(want).In(o.zone))
		}
	}
	checkSegments(t, c, start, start.Add(time.Duration(d)*time.Minute), what)
}

func checkSegments(t *testing.T, c *Calendar, from, to time.Time, what string) {
	t.Helper()
	end, open := from, time.Duration(0)
	c.Segments(from, to, func(s Segment) {
		if !s.From.Equal(end) || !s.From.Before(s.To) || s.Open != c.IsOpen(s.From) || s.Open == (s.Reason != "") {
			t.Fatalf("%s: segment %+v does not follow %v", what, s, end)
		}
		end = s.To
		if s.Open {
			open += s.To.Sub(s.From)
		}
	})
	if !end.Equal(to) || open != c.Between(from, to) {
		t.Fatalf("%s: segments end at %v with %v open, want %v with %v", what, end, open, to, c.Between(from, to))
	}
}

func TestDueNeverMovesForwardForLess(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "calendar"), 1))
		around := Date{2026, time.Month(rapid.IntRange(1, 12).Draw(rt, "month")), 10}
		spec := randomSpec(r, rapid.SampledFrom(zones()).Draw(rt, "zone"), around)
		c := must(t, spec)
		start := around.StartIn(time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(20*24*time.Hour)).Draw(rt, "start"))).Truncate(time.Microsecond)
		d := time.Duration(rapid.Int64Range(1, int64(50*time.Hour/time.Microsecond)).Draw(rt, "target")) * time.Microsecond
		more := time.Duration(rapid.Int64Range(0, int64(5*time.Hour/time.Microsecond)).Draw(rt, "more")) * time.Microsecond
		due := mustAdd(rt, c, start, d)
		if later := mustAdd(rt, c, start, d+more); later.Before(due) {
			rt.Fatalf("a longer target is due earlier: %v, %v", later, due)
		}
		if later := mustAdd(rt, c, start.Add(more), d); later.Before(due) {
			rt.Fatalf("a later start is due earlier: %v, %v", later, due)
		}
		if open := c.Between(start, due); open != d {
			rt.Fatalf("%v open until the due instant, want %v", open, d)
		}
		spec.Closed[DateOf(start, c.Zone()).AddDays(1)] = "one more"
		if shut, err := New(spec); err == nil && mustAdd(rt, shut, start, d).Before(due) {
			rt.Fatalf("a closed day makes it due earlier")
		}
	})
}

func mustAdd(t rapid.TB, c *Calendar, start time.Time, d time.Duration) time.Time {
	got, err := c.Add(start, d)
	if err != nil {
		t.Fatal(err)
	}
	return got
}

// FuzzCalendar looks for a calendar that New takes and whose answers contradict each other.
func FuzzCalendar(f *testing.F) {
	f.Add(uint8(0), 540, 1080, 0, 0, int64(1_795_000_000_000_000), int64(7_200_000_000))
	f.Add(uint8(1), 1320, 1800, 150, 200, int64(1_774_750_000_000_000), int64(86_400_000_000))
	f.Add(uint8(9), 0, 1440, 0, 0, int64(-1_774_750_000_000_000), int64(1))
	f.Fuzz(func(t *testing.T, zone uint8, open, closes, open2, closes2 int, start, used int64) {
		spec := Spec{ID: "fuzz", Zone: zones()[int(zone)%len(zones())]}
		for day := range spec.Week {
			spec.Week[day] = []Window{{open, closes}}
			if open2 != closes2 {
				spec.Week[day] = append(spec.Week[day], Window{open2, closes2})
			}
		}
		c, err := New(spec)
		if err != nil {
			return
		}
		from, d := instant(start%4_000_000_000_000_000), time.Duration(max(1, used%int64(1000*time.Hour/time.Microsecond)))*time.Microsecond
		due := mustAdd(t, c, from, d)
		if got := c.Between(from, due); got != d || c.Between(from, due.Add(-time.Microsecond)) != d-time.Microsecond {
			t.Fatalf("%+v: %v + %v is %v, where %v are used", spec, from, d, due, got)
		}
		days, err := c.AddWorkingDays(from, 1)
		if err != nil || !c.IsOpen(days) && !c.IsOpen(days.Add(-time.Microsecond)) {
			t.Fatalf("%+v: a working day after %v is %v, %v: neither open nor a close", spec, from, days, err)
		}
		checkSegments(t, c, from, due, spec.Zone)
	})
}

func BenchmarkAddOverAYear(b *testing.B) {
	spec := weekdays(b, "Europe/Paris", "09:00-18:00")
	for _, d := range []string{"2026-12-25", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-06", "2027-05-17", "2027-10-03"} {
		spec.Closed[date(b, d)] = "holiday"
	}
	c := must(b, spec)
	start := at(b, "2026-11-23T10:15:00+01:00")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Add(start, 2200*time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddFourHours(b *testing.B) {
	c, start := must(b, weekdays(b, "Europe/Paris", "09:00-18:00")), at(b, "2026-11-23T16:15:00+01:00")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.Add(start, 4*time.Hour); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAddWorkingDays(b *testing.B) {
	c, start := must(b, weekdays(b, "America/New_York", "09:00-19:00")), at(b, "2026-11-20T16:15:00-05:00")
	b.ReportAllocs()
	for b.Loop() {
		if _, err := c.AddWorkingDays(start, 3); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	spec := weekdays(b, "America/New_York", "09:00-19:00")
	b.ReportAllocs()
	for b.Loop() {
		must(b, spec)
	}
}
