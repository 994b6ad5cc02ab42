package web

import (
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
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

func (o office) Segments(from, to time.Time, yield func(calendar.Segment)) {
	for from.Before(to) {
		open, until := o.IsOpen(from), from
		for until.Before(to) && o.IsOpen(until) == open {
			until = until.Truncate(time.Minute).Add(time.Minute)
		}
		yield(calendar.Segment{From: from, To: until, Open: open})
		from = until
	}
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
		{"closed: paused until the opening", day(20, 4, 4), Promise{State: "running", Due: day(20, 11, 0), Hours: office{}}, Paused, "Paused, resumes today 09:00", "2026-11-20T06:04:00Z"},
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

// The page knows when its centre closes: a countdown that is left open stands still by itself, and goes on by itself. What
// the script does with it is shown in the browser.
func TestACountdownKnowsItsNextClosings(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	day := func(d, h, m int) time.Time { return time.Date(2026, 11, d, h, m, 0, 0, time.UTC) }
	east := time.FixedZone("east", 3*60*60)
	for _, tt := range []struct {
		name     string
		now, due time.Time
		zone     *time.Location
		want     string
	}{
		{"nothing lies between", day(20, 10, 0), day(20, 12, 0), time.UTC, ""},
		{"due at the closing", day(20, 10, 0), day(20, 17, 0), time.UTC, ""},
		{"a night", day(20, 16, 30), day(21, 10, 30), time.UTC,
			`[[1795194000000,1795219200000,"Paused, resumes tomorrow 09:00"],[1795219200000,1795251600000,"Paused, resumes today 09:00"]]`},
		{"a night, for a reader whose midnight is another", day(20, 16, 30), day(21, 10, 30), east,
			`[[1795194000000,1795208400000,"Paused, resumes tomorrow 12:00"],[1795208400000,1795251600000,"Paused, resumes today 12:00"]]`},
		{"closed when it is made", day(21, 4, 4), day(21, 11, 0), time.UTC, `[[1795233840000,1795251600000,"Paused, resumes today 09:00"]]`},
	} {
		p := Page{Lang: text.English, words: words, Format: text.Formatter{Lang: text.English, Zone: tt.zone, Now: tt.now}}
		got := p.SLA(Promise{State: "running", Due: tt.due, Hours: office{}, Target: 8 * time.Hour}).When
		if got.Breaks != tt.want || got.Soon != (2*time.Hour).Milliseconds() || !got.Due {
			t.Errorf("%s: %s, soon %d", tt.name, got.Breaks, got.Soon)
		}
	}
	p := Page{Lang: text.English, words: words, Format: text.Formatter{Lang: text.English, Zone: time.UTC, Now: day(1, 10, 0)}}
	if got := strings.Count(p.SLA(Promise{State: "running", Due: day(28, 10, 0), Hours: office{}}).When.Breaks, "Paused"); got != maxBreaks {
		t.Errorf("%d breaks of a promise over four weeks", got)
	}
}
