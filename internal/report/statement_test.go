package report

import (
	"crypto/ed25519"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
	"liaison/policies"
)

// A case that was answered late and updated twice, once late.
func inputs(t *testing.T) Inputs {
	t.Helper()
	p, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	editions, err := editionsOf(policy.NewBook(p), time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC))
	if err != nil {
		t.Fatal(err)
	}
	at := func(s string) int64 {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMicro()
	}
	from := time.Date(2026, 11, 1, 0, 0, 0, 0, p.Vendor.Zone)
	return Inputs{Format: Format, Customer: "nordwind", Month: "2026-11", Zone: p.Vendor.Zone.String(), From: from, To: from.AddDate(0, 1, 0), Editions: editions,
		Cases: []Case{{Number: "1007", System: "=PRD", Facts: []sla.Event{
			{Kind: sla.Registered, At: at("2026-11-16T10:00:00-05:00"), Priority: 3, Plan: "standard", Production: true, Deployment: policy.OnPrem, Calendar: "na:US"},
			{Kind: sla.Answered, At: at("2026-11-16T15:00:00-05:00")},
			{Kind: sla.Answered, At: at("2026-11-18T10:00:00-05:00")},
			{Kind: sla.Answered, At: at("2026-11-25T10:00:00-05:00")},
			{Kind: sla.StatusChanged, At: at("2026-11-25T12:00:00-05:00"), Status: sla.StatusResolved},
		}}}}
}

func TestEveryPeriodOfAMonthIsInTheStatement(t *testing.T) {
	t.Parallel()
	s, err := Compute(inputs(t))
	if err != nil {
		t.Fatal(err)
	}
	want := []string{ // due, of New York
		"initial_response 2026-11-16T14:00:00-05:00 breached",
		"status_update 2026-11-19T15:00:00-05:00 met",
		"status_update 2026-11-23T10:00:00-05:00 breached",
	}
	for i, l := range s.Lines {
		if got := string(l.Kind) + " " + l.DueAt.Format(time.RFC3339) + " " + string(l.State); i >= len(want) || got != want[i] {
			t.Errorf("line %d: %s", i, got)
		}
	}
	if len(s.Lines) != len(want) || s.Totals[0].Breached != 1 || s.Totals[1].Due != 2 || s.Totals[1].Met != 1 {
		t.Errorf("%d lines, totals %+v", len(s.Lines), s.Totals)
	}
}

// An answer that is a question too, and two updates in one save, are one update: what begins and ends at one instant is no
// promise that was kept. Files of the form before are computed again as they were.
func TestAPeriodOfNoLengthIsNoPromise(t *testing.T) {
	t.Parallel()
	at := func(s string) int64 {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMicro()
	}
	asked, back := at("2026-11-16T12:00:00-05:00"), at("2026-11-27T12:00:00-05:00")
	in := inputs(t)
	in.Cases[0].Facts = []sla.Event{in.Cases[0].Facts[0],
		{Kind: sla.Answered, At: asked},
		{Kind: sla.StatusChanged, At: asked, Status: sla.StatusWaitingCustomer, Question: "q"},
		{Kind: sla.CustomerActed, At: back}, // an update is due on 2 December
		{Kind: sla.Answered, At: at("2026-12-01T12:00:00-05:00")},
	}
	month := func(format string, months int) Total {
		in.Format = format
		in.From = time.Date(2026, 11, 1, 0, 0, 0, 0, in.From.Location()).AddDate(0, months, 0)
		in.To = in.From.AddDate(0, 1, 0)
		s, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		return s.Totals[1]
	}
	if got := month(Format, 0); got.Due != 0 || got.Met != 0 {
		t.Errorf("November: %+v", got)
	}
	if got := month(Format, 1); got.Met != 1 {
		t.Errorf("December: %+v", got)
	}
	if got := month("liaison-statement/2", 0); got.Met != 1 {
		t.Errorf("November in the form before: %+v", got)
	}
}

// A case that its customer ends in the instant of an update owes none in the period that began there: it was neither due nor
// cancelled. Files of the form before tell it as they did.
func TestACancelledPeriodOfNoLengthWasNotDue(t *testing.T) {
	t.Parallel()
	answered, ended := time.Date(2026, 11, 16, 17, 0, 0, 0, time.UTC).UnixMicro(), time.Date(2026, 11, 17, 17, 0, 0, 0, time.UTC).UnixMicro()
	in := inputs(t)
	for _, c := range []struct {
		format      string
		end         int64
		due, cancel int
	}{
		{Format, answered, 0, 0},
		{"liaison-statement/3", answered, 1, 1},
		{"liaison-statement/2", answered, 1, 1},
		{Format, ended, 1, 1}, // a day later: something was owed, and the customer took it back
	} {
		in.Format, in.To = c.format, in.From.AddDate(0, 1, 0)
		in.Cases[0].Facts = []sla.Event{in.Cases[0].Facts[0], {Kind: sla.Answered, At: answered},
			{Kind: sla.StatusChanged, At: c.end, Status: sla.StatusClosed, ByCustomer: true}}
		s, err := Compute(in)
		if err != nil {
			t.Fatal(err)
		}
		if got := s.Totals[1]; got.Due != c.due || got.Cancelled != c.cancel {
			t.Errorf("%s, ended at %d: %+v", c.format, c.end, got)
		}
	}
}

// A waiver is told once: with the line while its month is not over, else in the month in which it was recorded.
func TestAWaiverIsToldAndTheBreachStays(t *testing.T) {
	t.Parallel()
	in := inputs(t)
	due, err := time.Parse(time.RFC3339, "2026-11-16T14:00:00-05:00")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		waived           string
		from             int // months after November
		lines, later     int
		waivers, breachs int
	}{
		{"2026-11-20T10:00:00-05:00", 0, 3, 0, 1, 0},
		{"2026-12-20T10:00:00-05:00", 0, 3, 0, 0, 1}, // not known yet
		{"2026-12-20T10:00:00-05:00", 1, 1, 1, 0, 0}, // and the update that was due in December
	} {
		at, err := time.Parse(time.RFC3339, c.waived)
		if err != nil {
			t.Fatal(err)
		}
		one := in
		one.From, one.To = in.From.AddDate(0, c.from, 0), in.To.AddDate(0, c.from, 0)
		one.Cases = []Case{in.Cases[0]}
		one.Cases[0].Facts = append(slices.Clone(in.Cases[0].Facts), sla.Event{Kind: sla.Waived, At: at.UnixMicro(), Deadline: sla.InitialResponse, Due: due.UnixMicro()})
		s, err := Compute(one)
		if err != nil {
			t.Fatal(err)
		}
		if len(s.Lines) != c.lines || len(s.Later) != c.later || s.Totals[0].Waived != c.waivers || s.Totals[0].Breached != c.breachs {
			t.Errorf("%+v: %d lines, %d later, totals %+v", c, len(s.Lines), len(s.Later), s.Totals)
		}
		for _, l := range append(s.Lines, s.Later...) {
			if l.WaivedAt != nil && (l.State != Waived || l.BreachedAt == nil || !l.BreachedAt.Equal(due)) {
				t.Errorf("%+v", l)
			}
		}
	}
}

// What becomes known after a month changes nothing in its statement, and shows as a correction in that of the month in which
// it was recorded.
func TestWhatBecomesKnownLaterIsACorrection(t *testing.T) {
	t.Parallel()
	at := func(s string) int64 {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMicro()
	}
	in := inputs(t)
	facts := in.Cases[0].Facts // of three updates, that of the 23rd was missed
	month := func(months int, facts []sla.Event) Statement {
		one := in
		one.From, one.To = in.From.AddDate(0, months, 0), in.To.AddDate(0, months, 0)
		one.Cases = []Case{{Number: "1007", System: "PRD", Facts: facts}}
		s, err := Compute(one)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	alike := func(a, b Statement) bool {
		return reflect.DeepEqual(a.Lines, b.Lines) && reflect.DeepEqual(a.Totals, b.Totals) && len(b.Later) == 0
	}
	november, december := month(0, facts), month(1, facts)
	if len(november.Lines) != 3 || november.Lines[2].State != sla.Breached || len(december.Later) != 0 {
		t.Fatalf("as it was known: %+v, later %+v", november.Lines, december.Later)
	}
	for name, c := range map[string]struct {
		late sla.Event // recorded in December
		want string
	}{
		"a suspension that held":    {sla.Event{Kind: sla.Suspended, At: at("2026-11-20T00:00:00-05:00")}, "status_update met, told breached"},
		"a suspension that goes on": {sla.Event{Kind: sla.Suspended, At: at("2026-11-20T00:00:00-05:00")}, "status_update not_due, told breached"},
		"an answer by mail":         {sla.Event{Kind: sla.Answered, At: at("2026-11-20T10:00:00-05:00")}, "status_update met, told breached"},
	} {
		c.late.Recorded = at("2026-12-02T09:00:00-05:00")
		facts, november := facts, november
		if strings.HasSuffix(name, "goes on") { // nobody has answered since
			facts = facts[:3]
			november = month(0, facts)
		}
		now := append(slices.Clone(facts), c.late)
		if again := month(0, now); !alike(november, again) {
			t.Errorf("%s: the month that was delivered is another one: %+v, later %+v", name, again.Lines, again.Later)
		}
		var got []string
		for _, l := range month(1, now).Later {
			if l.Told == nil {
				continue
			}
			got = append(got, fmt.Sprintf("%s %s, told %s", l.Kind, l.State, l.Told.State))
		}
		if strings.Join(got, "; ") != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if january := month(2, now); len(january.Later) != 0 {
			t.Errorf("%s: told again in January: %+v", name, january.Later)
		}
	}
}

// Each obligation is told in one month: a breach in that of its instant, whatever the due became, and what a merge brought
// from an earlier month as a later fact.
func TestEachObligationIsToldOnce(t *testing.T) {
	t.Parallel()
	at := func(s string) int64 {
		v, err := time.Parse(time.RFC3339, s)
		if err != nil {
			t.Fatal(err)
		}
		return v.UnixMicro()
	}
	filed := func(when string, priority int) sla.Event {
		return sla.Event{Kind: sla.Registered, At: at(when), Priority: priority, Plan: "standard", Production: true, Deployment: policy.OnPrem, Calendar: "na:US"}
	}
	in := inputs(t)
	missed := filed("2026-10-30T14:00:00-04:00", 3) // due at 18:00
	b := filed("2026-11-02T09:00:00-05:00", 3)
	book, err := bookOf(in.Editions)
	if err != nil {
		t.Fatal(err)
	}
	owed, ok, err := sla.Owed(book, []sla.Event{missed}, time.UnixMicro(at("2026-11-02T10:00:00-05:00")))
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	owed.Question = "1"
	answer := sla.Event{Kind: sla.Answered, At: at("2026-11-02T11:00:00-05:00")}
	for name, c := range map[string]struct {
		facts []sla.Event
		want  [2]string // of October and November: lines, then later ones
	}{
		"lowered after the breach": {[]sla.Event{missed, {Kind: sla.PriorityChanged, At: at("2026-11-02T09:30:00-05:00"), Priority: 4}, answer}, [2]string{"1 0", "0 0"}},
		"merged after the breach":  {[]sla.Event{missed, {Kind: sla.Merged, At: owed.At, Question: "2"}, answer}, [2]string{"1 0", "0 0"}},
		"took over a breach":       {[]sla.Event{b, owed, answer}, [2]string{"0 0", "0 1"}},
	} {
		for i, months := range []int{-1, 0} {
			one := in
			one.From, one.To = in.From.AddDate(0, months, 0), in.To.AddDate(0, months, 0)
			known := slices.DeleteFunc(slices.Clone(c.facts), func(f sla.Event) bool { return !f.Time().Before(one.To) })
			if one.Cases = nil; len(known) > 0 {
				one.Cases = []Case{{Number: "2", System: "PRD", Facts: known}}
			}
			s, err := Compute(one)
			if err != nil {
				t.Fatal(err)
			}
			first := func(lines []Line) (n int) {
				for _, l := range lines {
					if l.Kind == sla.InitialResponse {
						n++
						if l.State != sla.Breached || l.BreachedAt.UnixMicro() != at("2026-10-30T18:00:00-04:00") {
							t.Errorf("%s: %+v", name, l)
						}
					}
				}
				return n
			}
			if got := fmt.Sprint(first(s.Lines), " ", first(s.Later)); got != c.want[i] {
				t.Errorf("%s, %d: %s, want %s", name, months, got, c.want[i])
			}
		}
	}
}

// Whoever has a key can sign, but not change what follows from the facts.
func TestASignedLieIsFound(t *testing.T) {
	t.Parallel()
	key := ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	s, err := Compute(inputs(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		lie  func(*Statement)
		key  string
	}{
		{"nothing", func(*Statement) {}, ""},
		{"a breach that is none", func(s *Statement) { s.Lines[0].State = sla.Met }, "statement.differs"},
		{"a line less", func(s *Statement) { s.Lines = s.Lines[1:] }, "statement.differs"},
		{"better totals", func(s *Statement) { s.Totals[0].Met, s.Totals[0].Breached = 1, 0 }, "statement.differs"},
		{"another digest", func(s *Statement) { s.Editions[0].SHA256 = "00" }, "statement.edition_differs"},
		{"no policy", func(s *Statement) { s.Editions = nil }, "statement.bad_file"},
		{"another form", func(s *Statement) { s.Format = "other" }, "statement.bad_file"},
	} {
		told, err := Compute(inputs(t))
		if err != nil {
			t.Fatal(err)
		}
		c.lie(&told)
		text, err := encode(told)
		if err != nil {
			t.Fatal(err)
		}
		file, err := seal(text, key)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if _, err = Verify(file); err != nil {
			got = errs.As(err).Key
		}
		if got != c.key {
			t.Errorf("%s: %v, want %q", c.name, err, c.key)
		}
	}
	if table, err := CSV(s); err != nil || string(table[:8]) != "customer" || !strings.Contains(string(table), "nordwind,2026-11,1007,'=PRD,") {
		t.Errorf("CSV: %v\n%s", err, table) // the name of a system is no formula
	}
}
