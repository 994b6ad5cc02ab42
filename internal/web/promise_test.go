package web

import (
	"testing"
	"time"

	"liaison/internal/text"
)

// office is open from 9 to 17, UTC, on every day.
type office struct{}

func (office) IsOpen(t time.Time) bool { return t.Hour() >= 9 && t.Hour() < 17 }

func (o office) NextOpening(t time.Time) (time.Time, bool) {
	for !o.IsOpen(t) {
		t = t.Truncate(time.Minute).Add(time.Minute)
	}
	return t, true
}

func (o office) Between(a, b time.Time) (d time.Duration) {
	for ; a.Before(b); a = a.Add(time.Minute) {
		if o.IsOpen(a) {
			d += time.Minute
		}
	}
	return d
}

func TestACountdownCountsOpenTimeAndStandsWhileClosed(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, time.UTC) }
	for _, tt := range []struct {
		name    string
		now     time.Time
		promise Promise
		state   SLAState
		text    string
		counts  string
	}{
		{"closed: paused until the opening", day(20, 4, 4), Promise{State: "running", Due: day(20, 11, 0), Hours: office{}}, Paused, "Paused, resumes today 09:00", ""},
		{"a night lies between: only open time is left", day(20, 16, 30), Promise{State: "running", Due: day(21, 10, 30), Hours: office{}}, OnTrack, "2h", "2026-11-20T18:30:00Z"},
		{"little open time is soon, however far off", day(20, 16, 30), Promise{State: "running", Due: day(21, 9, 15), Hours: office{}}, DueSoon, "45m", "2026-11-20T17:15:00Z"},
		{"no night between", day(20, 10, 0), Promise{State: "running", Due: day(20, 12, 0), Hours: office{}}, OnTrack, "2h", ""},
		{"late is late, also by night", day(20, 20, 0), Promise{State: "breached", Due: day(20, 16, 0), Hours: office{}}, Late, "4h over", ""},
		{"suspended: nothing is owed", day(20, 10, 0), Promise{State: "breached", Due: day(6, 10, 0), Hours: office{}, Stands: true}, Paused, "Paused", ""},
		{"suspended, given late before", day(20, 10, 0), Promise{State: "breached", Due: day(6, 10, 0), Stands: true, Done: true}, Late, "Late", ""},
	} {
		p := Page{Lang: text.English, words: words, Format: text.Formatter{Lang: text.English, Zone: time.UTC, Now: tt.now}}
		if got := p.SLA(tt.promise); got.State != tt.state || got.Text != tt.text || got.When.Counts != tt.counts {
			t.Errorf("%s: %s %q %q", tt.name, got.State, got.Text, got.When.Counts)
		}
	}
}
