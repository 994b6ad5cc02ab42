package calendar

import (
	"errors"
	"testing"
	"time"

	"liaison/internal/errs"
)

func at(t testing.TB, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func date(t testing.TB, s string) Date {
	t.Helper()
	d, err := ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func must(t testing.TB, spec Spec) *Calendar {
	t.Helper()
	c, err := New(spec)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// window is ParseWindow of "09:00-18:00".
func window(t testing.TB, s string) Window {
	t.Helper()
	w, err := ParseWindow(s[:5], s[6:])
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// weekdays is a spec that opens from Monday to Friday.
func weekdays(t testing.TB, zone string, windows ...string) Spec {
	t.Helper()
	s := Spec{ID: "test", Zone: zone, Closed: map[Date]string{}, Overrides: map[Date][]Window{}}
	for day := time.Monday; day <= time.Friday; day++ {
		for _, w := range windows {
			s.Week[day] = append(s.Week[day], window(t, w))
		}
	}
	return s
}

// everyDay is a spec with the same windows on all days.
func everyDay(t testing.TB, zone string, windows ...string) Spec {
	t.Helper()
	s := weekdays(t, zone, windows...)
	s.Week[time.Sunday], s.Week[time.Saturday] = s.Week[time.Monday], s.Week[time.Monday]
	return s
}

func TestAddCountsOpenTimeOnly(t *testing.T) {
	t.Parallel()
	office := weekdays(t, "Europe/Berlin", "09:00-18:00")
	office.Closed[date(t, "2027-05-06")] = "ascension_day"
	office.Overrides[date(t, "2027-05-07")] = []Window{window(t, "10:00-12:00")}
	office.Closed[date(t, "2027-05-10")] = "day_off"
	office.Overrides[date(t, "2027-05-10")] = []Window{window(t, "08:00-09:00")}
	lunch := weekdays(t, "Asia/Singapore", "13:00-18:00", "07:00-12:00")
	night := weekdays(t, "Europe/London", "22:00-06:00")
	night.Closed[date(t, "2026-11-25")] = "holiday"
	late := weekdays(t, "UTC", "20:00-24:00")
	for _, c := range []struct {
		name, start string
		spec        Spec
		d           time.Duration
		want        string
	}{
		{"inside one window", "2026-09-16T11:00:00+02:00", office, 4 * time.Hour, "2026-09-16T15:00:00+02:00"},
		{"used up exactly at the close", "2026-09-16T16:00:00+02:00", office, 2 * time.Hour, "2026-09-16T18:00:00+02:00"},
		{"started exactly at the close", "2026-09-16T18:00:00+02:00", office, time.Hour, "2026-09-17T10:00:00+02:00"},
		{"over a weekend to the microsecond", "2026-09-18T17:59:59.999999+02:00", office, time.Second, "2026-09-21T09:00:00.999999+02:00"},
		{"holiday, then an override on an ordinary day", "2027-05-05T17:00:00+02:00", office, 2 * time.Hour, "2027-05-07T11:00:00+02:00"},
		{"an override opens a holiday", "2027-05-07T11:30:00+02:00", office, time.Hour, "2027-05-10T08:30:00+02:00"},
		{"nothing to count", "2026-09-19T11:00:00+02:00", office, 0, "2026-09-19T11:00:00+02:00"},
		{"two windows a day, given in any order", "2026-11-23T11:00:00+08:00", lunch, 2 * time.Hour, "2026-11-23T14:00:00+08:00"},
		{"overnight belongs to the opening date", "2026-11-20T23:00:00Z", night, 8 * time.Hour, "2026-11-23T23:00:00Z"},
		{"a holiday closes the night that opens on it", "2026-11-25T05:00:00Z", night, 2 * time.Hour, "2026-11-26T23:00:00Z"},
		{"24:00 is a legal close", "2026-11-23T23:00:00Z", late, time.Hour, "2026-11-24T00:00:00Z"},
		{"years before the tables", "1995-11-24T17:00:00Z", late, 5 * time.Hour, "1995-11-27T21:00:00Z"},
		{"out of the tables", "2039-12-30T23:00:00Z", late, 5 * time.Hour, "2040-01-03T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := must(t, c.spec).Add(at(t, c.start), c.d)
			if err != nil || !got.Equal(at(t, c.want)) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestSummerTimeMovesOpeningsToInstantsThatExist(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, zone, hours, day string
		opens, closes          string // first opening at or after 00:00 of the day and its close
	}{
		{"opens in the gap", "America/New_York", "02:30-05:00", "2026-03-08", "2026-03-08T07:00:00Z", "2026-03-08T09:00:00Z"},
		{"closes in the gap", "America/New_York", "01:00-02:30", "2026-03-08", "2026-03-08T06:00:00Z", "2026-03-08T07:00:00Z"},
		{"opens in the overlap: the first", "America/New_York", "01:30-03:00", "2026-11-01", "2026-11-01T05:30:00Z", "2026-11-01T08:00:00Z"},
		{"closes in the overlap: the last", "America/New_York", "00:00-01:30", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-01T06:30:00Z"},
		{"Europe, both in the overlap", "Europe/Berlin", "02:15-02:45", "2026-10-25", "2026-10-25T00:15:00Z", "2026-10-25T01:45:00Z"},
		{"half an hour", "Australia/Lord_Howe", "02:10-03:00", "2026-10-04", "2026-10-03T15:30:00Z", "2026-10-03T16:00:00Z"},
		{"gap at midnight", "America/Santiago", "00:00-02:00", "2026-09-06", "2026-09-06T04:00:00Z", "2026-09-06T05:00:00Z"},
		{"night into the gap", "America/New_York", "22:00-02:30", "2026-03-07", "2026-03-08T03:00:00Z", "2026-03-08T07:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cal := must(t, everyDay(t, c.zone, c.hours))
			day := date(t, c.day).StartIn(cal.Zone())
			if c.hours[:2] == "22" {
				day = day.Add(12 * time.Hour)
			}
			opens, _ := cal.NextOpening(day)
			closes, _ := cal.PrevClose(at(t, c.closes).Add(time.Minute))
			if !opens.Equal(at(t, c.opens)) || !closes.Equal(at(t, c.closes)) {
				t.Errorf("got %v to %v, want %v to %v", opens, closes, c.opens, c.closes)
			}
		})
	}
}

func TestAWindowInsideTheGapIsNone(t *testing.T) {
	t.Parallel()
	cal := must(t, everyDay(t, "America/New_York", "02:10-02:50"))
	if got := cal.Between(at(t, "2026-03-08T05:00:00Z"), at(t, "2026-03-09T04:00:00Z")); got != 0 {
		t.Errorf("open for %v", got)
	}
	got, err := cal.AddWorkingDays(at(t, "2026-03-07T02:20:00-05:00"), 1)
	if err != nil || !got.Equal(at(t, "2026-03-09T02:20:00-04:00")) {
		t.Errorf("got %v, %v: the day of the gap is no working day", got, err)
	}
}

func TestADateThatAZoneSkippedIsClosed(t *testing.T) {
	t.Parallel()
	cal := must(t, everyDay(t, "Pacific/Apia", "09:00-17:00"))
	got, err := cal.Add(at(t, "2011-12-29T16:00:00-10:00"), 2*time.Hour)
	if err != nil || !got.Equal(at(t, "2011-12-31T10:00:00+14:00")) {
		t.Errorf("got %v, %v", got, err)
	}
}

func TestAddWorkingDaysKeepsTheWallTime(t *testing.T) {
	t.Parallel()
	ny := weekdays(t, "America/New_York", "09:00-19:00")
	ny.Closed[date(t, "2026-11-26")] = "thanksgiving"
	ny.Overrides[date(t, "2026-12-24")] = []Window{window(t, "09:00-12:00")}
	ny.Overrides[date(t, "2026-12-29")] = []Window{window(t, "13:00-15:00"), window(t, "16:00-19:00")}
	night := weekdays(t, "America/New_York", "22:00-06:00")
	full := everyDay(t, "America/New_York", "00:00-24:00")
	for _, c := range []struct {
		name, anchor string
		spec         Spec
		n            int
		want         string
	}{
		{"over a holiday", "2026-11-24T15:00:00-05:00", ny, 3, "2026-11-30T15:00:00-05:00"},
		{"summer time ends between", "2026-10-30T11:00:00-04:00", ny, 1, "2026-11-02T11:00:00-05:00"},
		{"sent at night counts as the close before", "2026-11-20T20:00:00-05:00", ny, 1, "2026-11-23T19:00:00-05:00"},
		{"sent exactly at the close", "2026-11-20T19:00:00-05:00", ny, 1, "2026-11-23T19:00:00-05:00"},
		{"after the last close of a half day", "2026-12-23T15:00:00-05:00", ny, 1, "2026-12-24T12:00:00-05:00"},
		{"before the first opening", "2026-12-28T10:00:00-05:00", ny, 1, "2026-12-29T13:00:00-05:00"},
		{"between two windows: the close before", "2026-12-28T15:30:00-05:00", ny, 1, "2026-12-29T15:00:00-05:00"},
		{"exactly at the second opening", "2026-12-28T16:00:00-05:00", ny, 1, "2026-12-29T16:00:00-05:00"},
		{"microseconds stay", "2026-11-23T10:00:00.000001-05:00", ny, 1, "2026-11-24T10:00:00.000001-05:00"},
		{"after midnight belongs to the night before", "2026-11-24T02:00:00-05:00", night, 1, "2026-11-25T02:00:00-05:00"},
		{"Saturday morning is Friday's night", "2026-11-21T02:00:00-05:00", night, 1, "2026-11-24T02:00:00-05:00"},
		{"midnight opens the new date", "2026-11-24T00:00:00-05:00", full, 1, "2026-11-25T00:00:00-05:00"},
		{"into the gap: the next instant", "2026-03-07T02:30:00-05:00", full, 1, "2026-03-08T03:00:00-04:00"},
		{"into the overlap: the first", "2026-10-31T01:30:00-04:00", full, 1, "2026-11-01T01:30:00-04:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := must(t, c.spec).AddWorkingDays(at(t, c.anchor), c.n)
			if err != nil || !got.Equal(at(t, c.want)) {
				t.Errorf("got %v, %v; want %v", got, err, c.want)
			}
		})
	}
	got, _ := AlwaysOpen("24x7").AddWorkingDays(at(t, "2026-03-07T23:00:00-05:00"), 3)
	if !got.Equal(at(t, "2026-03-11T00:00:00-04:00")) {
		t.Errorf("24x7: got %v, want 72 h", got)
	}
}

func TestSegmentsNameTheHolidayThatTookTheDay(t *testing.T) {
	t.Parallel()
	spec := weekdays(t, "Europe/Paris", "09:00-18:00")
	spec.Closed[date(t, "2027-05-06")] = "ascension_day"
	spec.Closed[date(t, "2027-05-08")] = "on_a_saturday"
	cal := must(t, spec)
	var got []string
	cal.Segments(at(t, "2027-05-05T17:00:00+02:00"), at(t, "2027-05-10T10:00:00+02:00"), func(s Segment) {
		line := s.From.In(cal.Zone()).Format("02T15:04") + "-" + s.To.In(cal.Zone()).Format("02T15:04") + " " + string(s.Reason) + s.Holiday
		got = append(got, line)
	})
	want := []string{
		"05T17:00-05T18:00 ", "05T18:00-06T00:00 closed", "06T00:00-07T00:00 holidayascension_day", "07T00:00-07T09:00 closed",
		"07T09:00-07T18:00 ", "07T18:00-10T09:00 closed", "10T09:00-10T10:00 ",
	}
	if len(got) != len(want) {
		t.Fatalf("got %q", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("segment %d: got %q, want %q", i, got[i], want[i])
		}
	}
	if cal.Holiday(date(t, "2027-05-06")) != "ascension_day" || cal.Holiday(date(t, "2027-05-07")) != "" {
		t.Error("Holiday names the wrong day")
	}
}

func TestNewRefusesWhatIsNoCalendar(t *testing.T) {
	t.Parallel()
	ok := func() Spec { return weekdays(t, "Europe/Paris", "09:00-18:00") }
	for _, c := range []struct {
		name, key string
		change    func(*Spec)
	}{
		{"unknown zone", "calendar.unknown_zone", func(s *Spec) { s.Zone = "Europe/Nowhere" }},
		{"no zone", "calendar.unknown_zone", func(s *Spec) { s.Zone = "" }},
		{"the machine's zone", "calendar.unknown_zone", func(s *Spec) { s.Zone = "Local" }},
		{"never open", "calendar.no_opening", func(s *Spec) { s.Week = [7][]Window{} }},
		{"open on one day only", "calendar.no_opening", func(s *Spec) {
			s.Week = [7][]Window{}
			s.Overrides[date(t, "2026-12-24")] = []Window{{540, 720}}
		}},
		{"closes before it opens", "calendar.bad_day", func(s *Spec) { s.Week[1] = []Window{{600, 540}} }},
		{"opens on the next day", "calendar.bad_day", func(s *Spec) { s.Week[1] = []Window{{1440, 1500}} }},
		{"longer than a day", "calendar.bad_day", func(s *Spec) { s.Week[1] = []Window{{600, 2100}} }},
		{"windows overlap", "calendar.bad_day", func(s *Spec) { s.Week[1] = []Window{{540, 720}, {700, 800}} }},
		{"override overlaps", "calendar.bad_day", func(s *Spec) { s.Overrides[date(t, "2026-12-24")] = []Window{{-1, 720}} }},
		{"always open with hours", "calendar.always_open_with_hours", func(s *Spec) { s.AlwaysOpen = true }},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			spec := ok()
			c.change(&spec)
			_, err := New(spec)
			var e *errs.Error
			if !errors.As(err, &e) || e.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
		})
	}
}

func TestParseWindow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		opens, closes string
		want          Window
		ok            bool
	}{
		{"09:00", "18:00", Window{540, 1080}, true},
		{"00:00", "24:00", Window{0, 1440}, true},
		{"22:00", "06:00", Window{1320, 1800}, true},
		{"22:00", "00:00", Window{1320, 1440}, true},
		{"09:00", "09:00", Window{}, false},
		{"24:00", "06:00", Window{}, false},
		{"9:00", "18:00", Window{}, false},
		{"09:60", "18:00", Window{}, false},
		{"", "18:00", Window{}, false},
	} {
		got, err := ParseWindow(c.opens, c.closes)
		if got != c.want || (err == nil) != c.ok {
			t.Errorf("%s-%s: got %v, %v", c.opens, c.closes, got, err)
		}
	}
}

func TestDates(t *testing.T) {
	t.Parallel()
	d := date(t, "2024-02-29")
	if got := d.AddDays(366).String(); got != "2025-03-01" {
		t.Errorf("366 days later is %s", got)
	}
	if d.Weekday() != time.Thursday || d.Compare(date(t, "2024-03-01")) >= 0 || (Date{}) != (Date{}) || !(Date{}).IsZero() { //nolint:gocritic,staticcheck // two of the same value are equal: that is asked
		t.Error("weekday or order is wrong")
	}
	if _, err := ParseDate("2026-02-29"); err == nil {
		t.Error("29 February 2026 was read")
	}
	ny, _ := time.LoadLocation("America/New_York")
	if got := date(t, "2026-12-01").StartIn(ny); !got.Equal(at(t, "2026-12-01T00:00:00-05:00")) {
		t.Errorf("the day starts at %v", got)
	}
	if got := DateOf(at(t, "2026-12-01T03:00:00Z"), ny); got != date(t, "2026-11-30") {
		t.Errorf("the date is %v", got)
	}
	var back Date
	text, _ := d.MarshalText()
	if err := back.UnmarshalText(text); err != nil || back != d {
		t.Errorf("%s reads as %v, %v", text, back, err)
	}
}
