package sla

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// A Monday in New York, 10:00. The regional calendar is open from 09:00 to 19:00.
const filed = "2026-11-16T10:00:00-05:00"

// story is a case on the regional calendar, told in instants.
type story struct {
	t      testing.TB
	events []Event
}

func p3(t testing.TB) *story {
	return (&story{t: t}).then(filed, Event{Kind: Registered, Priority: 3, Plan: "standard", Production: true, Deployment: "on_prem", Calendar: "na:US"})
}

func (s *story) then(at string, ev Event) *story {
	ev.At = when(s.t, at).UnixMicro()
	s.events = append(s.events, ev)
	return s
}

func (s *story) status(at string, to Status) *story {
	return s.then(at, Event{Kind: StatusChanged, Status: to, Question: "q7"})
}

func (s *story) at(at string) Result {
	s.t.Helper()
	return mustEvaluate(s.t, testSettings(s.t), when(s.t, at), s.events...)
}

// short is the clock as "state due" in New York time.
func short(c Clock) string {
	if c.DueAt.IsZero() {
		return string(c.State)
	}
	return string(c.State) + " " + c.DueAt.In(time.FixedZone("", -5*3600)).Format("Mon 02 15:04")
}

func TestTableOfStates(t *testing.T) {
	t.Parallel()
	const asked, later = "2026-11-16T12:00:00-05:00", "2026-11-17T11:00:00-05:00"
	answered := func(t testing.TB) *story { return p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Answered}) }
	for _, c := range []struct {
		name     string
		story    func(testing.TB) *story
		response string
		update   string // "" while there is none
	}{
		{"open: the response runs", p3, "breached Mon 16 14:00", ""},
		{"open: the update runs after it", answered, "met Mon 16 14:00", "running Thu 19 11:00"},
		{"a logged call opened the case", func(t testing.TB) *story {
			s := p3(t)
			s.events[0].Answered = true
			return s
		}, "met Mon 16 14:00", "running Thu 19 10:00"},
		{"waiting: the question is the response, no update is due", func(t testing.TB) *story { return p3(t).status(asked, StatusWaitingCustomer) }, "met Mon 16 14:00", "paused"},
		{"waiting: an answer in the same save is decided first", func(t testing.TB) *story {
			return p3(t).status(asked, StatusWaitingCustomer).then(asked, Event{Kind: Answered})
		}, "met Mon 16 14:00", "paused"},
		{"a further message does not end the waiting", func(t testing.TB) *story {
			return answered(t).status(asked, StatusWaitingCustomer).then("2026-11-16T15:00:00-05:00", Event{Kind: Answered})
		}, "met Mon 16 14:00", "paused"},
		{"the customer's reply starts a full interval", func(t testing.TB) *story {
			return answered(t).status(asked, StatusWaitingCustomer).then("2026-11-17T10:30:00-05:00", Event{Kind: CustomerActed})
		}, "met Mon 16 14:00", "running Fri 20 10:30"},
		{"a reply that is processed late counts from when it was received", func(t testing.TB) *story {
			return answered(t).status(asked, StatusWaitingCustomer).then("2026-11-17T10:00:00-05:00", Event{Kind: Answered}).
				then("2026-11-16T16:00:00-05:00", Event{Kind: CustomerActed})
		}, "met Mon 16 14:00", "running Fri 20 10:00"},
		{"third party: the response runs", func(t testing.TB) *story { return p3(t).status(asked, StatusWaitingThirdParty) }, "breached Mon 16 14:00", ""},
		{"third party: the update runs, from the change", func(t testing.TB) *story { return answered(t).status(asked, StatusWaitingThirdParty) }, "met Mon 16 14:00", "running Thu 19 12:00"},
		{"development: the update runs", func(t testing.TB) *story { return answered(t).status(asked, StatusDevelopment) }, "met Mon 16 14:00", "running Thu 19 12:00"},
		{"resolved without a response", func(t testing.TB) *story { return p3(t).status(asked, StatusResolved) }, "cancelled Mon 16 14:00", ""},
		{"resolved: the last word was an update", func(t testing.TB) *story { return answered(t).status(asked, StatusResolved) }, "met Mon 16 14:00", "met Thu 19 11:00"},
		{"closed by the customer", func(t testing.TB) *story {
			return answered(t).then(asked, Event{Kind: StatusChanged, Status: StatusClosed, ByCustomer: true})
		}, "met Mon 16 14:00", "cancelled Thu 19 11:00"},
		{"resolved, then objected to", func(t testing.TB) *story {
			return p3(t).status(asked, StatusResolved).status("2026-11-17T09:00:00-05:00", StatusOpen)
		}, "cancelled Mon 16 14:00", "running Fri 20 09:00"},
		{"closed, then opened again at night", func(t testing.TB) *story {
			return answered(t).status(asked, StatusClosed).status("2026-11-17T06:00:00-05:00", StatusOpen)
		}, "met Mon 16 14:00", "running Thu 19 19:00"},
		{"suspended before the response was due", func(t testing.TB) *story { return p3(t).then(asked, Event{Kind: Suspended}) }, "paused", ""},
		{"suspended after it was due", func(t testing.TB) *story { return p3(t).then("2026-11-16T15:00:00-05:00", Event{Kind: Suspended}) }, "breached Mon 16 14:00", ""},
		{"used up exactly when the suspension begins", func(t testing.TB) *story {
			return p3(t).then("2026-11-16T14:00:00-05:00", Event{Kind: Suspended})
		}, "breached Mon 16 14:00", ""},
		{"resolved with an answer in the same save", func(t testing.TB) *story {
			return p3(t).status(asked, StatusResolved).then(asked, Event{Kind: Answered})
		}, "met Mon 16 14:00", "met Thu 19 12:00"},
		{"suspended after the response", func(t testing.TB) *story { return answered(t).then(asked, Event{Kind: Suspended}) }, "met Mon 16 14:00", "paused"},
		{"reinstated: what was left goes on", func(t testing.TB) *story {
			return answered(t).then("2026-11-16T17:00:00-05:00", Event{Kind: Suspended}).then("2026-11-17T10:00:00-05:00", Event{Kind: Reinstated})
		}, "met Mon 16 14:00", "running Thu 19 14:00"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.story(t).at(later)
			update := ""
			if len(r.Clocks) == 2 {
				update = short(r.Clocks[1])
			}
			if got := short(r.Clocks[0]); got != c.response || update != c.update {
				t.Errorf("got %q and %q, want %q and %q", got, update, c.response, c.update)
			}
		})
	}
}

func TestAlarmsComeAtPartsOfTheTargetAndAfterTheDueInstant(t *testing.T) {
	t.Parallel()
	s := p3(t)
	steps := func(r Result) (got []string) {
		for _, a := range r.Alarms {
			got = append(got, fmt.Sprintf("%s %d %s", a.Deadline, a.Step, a.Due.Format("02T15:04Z")))
		}
		return got
	}
	for _, c := range []struct {
		at   string
		want []string
		next string
	}{
		{"2026-11-16T11:59:59.999999-05:00", nil, "2026-11-16T12:00:00-05:00"},
		{"2026-11-16T12:00:00-05:00", []string{"initial_response 50 16T19:00Z"}, "2026-11-16T13:00:00-05:00"},
		{"2026-11-16T14:00:00-05:00", []string{"initial_response 75 16T19:00Z"}, "2026-11-16T14:00:00.000001-05:00"},
		{"2026-11-16T14:00:00.000001-05:00", []string{"initial_response 100 16T19:00Z"}, ""},
	} {
		r := s.at(c.at)
		if got := steps(r); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.at, got, c.want)
		}
		for _, a := range r.Alarms {
			s.events = append(s.events, a.Event(when(t, c.at)))
		}
		next := s.at(c.at).NextDue
		if c.next == "" && next != nil || c.next != "" && (next == nil || !next.Equal(when(t, c.next))) {
			t.Errorf("%s: next at %v, want %s", c.at, next, c.next)
		}
	}
}

func TestUpdateWarningsAreInOpenTime(t *testing.T) {
	t.Parallel()
	s := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Answered}) // due Thursday 11:00: 30 open hours
	r := s.at("2026-11-17T15:59:00-05:00")
	if len(r.Alarms) != 0 || !r.NextDue.Equal(when(t, "2026-11-17T16:00:00-05:00")) {
		t.Errorf("got %v, next %v", r.Alarms, r.NextDue)
	}
	if !r.NextPromise.Equal(when(t, "2026-11-19T11:00:00-05:00")) {
		t.Errorf("next promise %v", r.NextPromise)
	}
}

func TestWaitingRemindsAndAResolvedCaseCloses(t *testing.T) {
	t.Parallel()
	s := p3(t).status("2026-11-16T12:00:00-05:00", StatusWaitingCustomer)
	r := s.at("2026-11-19T12:00:00-05:00")
	if r.NextPromise != nil || len(r.Alarms) != 1 || r.Alarms[0].Deadline != Reminder || r.Alarms[0].Step != 1 {
		t.Errorf("after 3 working days: %+v, promise %v", r.Alarms, r.NextPromise)
	}
	s.events = append(s.events, r.Alarms[0].Event(when(t, "2026-11-19T12:00:01-05:00")))
	if next := s.at("2026-11-19T12:00:01-05:00").NextDue; !next.Equal(when(t, "2026-11-24T12:00:00-05:00")) {
		t.Errorf("second reminder at %v", next)
	}
	s.status("2026-11-20T09:30:00-05:00", StatusResolved)
	r = s.at("2026-11-20T10:00:00-05:00") // Thanksgiving lies between
	if !r.NextDue.Equal(when(t, "2026-12-02T09:30:00-05:00")) || r.NextPromise != nil {
		t.Errorf("closes at %v", r.NextDue)
	}
	s.then("2026-11-21T10:00:00-05:00", Event{Kind: Suspended})
	if r = s.at("2026-12-20T10:00:00-05:00"); r.NextDue != nil || len(r.Alarms) != 0 {
		t.Errorf("while suspended: %+v at %v", r.Alarms, r.NextDue)
	}
}

func TestARecordedBreachStays(t *testing.T) {
	t.Parallel()
	s := p3(t)
	at := "2026-11-16T14:00:01-05:00"
	r := s.at(at)
	s.events = append(s.events, r.Alarms[len(r.Alarms)-1].Event(when(t, at)))
	s.then("2026-11-16T13:00:00-05:00", Event{Kind: Answered}) // a call that is entered later
	c := s.at("2026-11-16T15:00:00-05:00").Clocks[0]
	if c.State != Breached || !c.BreachedAt.Equal(when(t, "2026-11-16T14:00:00-05:00")) || !c.MetAt.Equal(when(t, "2026-11-16T13:00:00-05:00")) {
		t.Errorf("got %+v", c)
	}
	s = p3(t).then("2026-11-16T15:00:00-05:00", Event{Kind: PriorityChanged, Priority: 4})
	c = s.at("2026-11-16T15:00:00-05:00").Clocks[0]
	for _, a := range s.at("2026-11-16T15:00:00-05:00").Alarms {
		if a.Step != Breach && a.At.Before(when(t, "2026-11-16T15:00:00-05:00")) {
			t.Errorf("a warning of the new promise is set before it was made: %+v", a)
		}
	}
	if short(c) != "breached Mon 16 16:00" || !c.BreachedAt.Equal(when(t, "2026-11-16T14:00:00-05:00")) {
		t.Errorf("lowered after the breach: got %+v", c)
	}
}

func TestRaiseStrategies(t *testing.T) {
	t.Parallel()
	twice := func(t testing.TB) *story { // P4 to P3 after 1 h, to P2 after 2.5 h
		s := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: PriorityChanged, Priority: 3}).
			then("2026-11-16T12:30:00-05:00", Event{Kind: PriorityChanged, Priority: 2})
		s.events[0].Priority = 4
		return s
	}
	soon := func(t testing.TB) *story {
		return p3(t).then("2026-11-16T10:30:00-05:00", Event{Kind: PriorityChanged, Priority: 1})
	}
	for _, c := range []struct {
		raise  policy.RaiseStrategy
		story  func(testing.TB) *story
		want   string
		ledger []string
	}{
		{policy.RaiseMin, soon, "running Mon 16 12:30", []string{"16T10:00-16T10:30 0s restarted 3.3", "16T10:30-16T12:30 2h0m0s counted 9.2"}},
		{policy.RaiseCarryElapsed, soon, "running Mon 16 12:00", []string{"16T10:00-16T10:30 30m0s counted 9.2", "16T10:30-16T12:00 1h30m0s counted 9.2"}},
		{policy.RaiseRetroactive, soon, "running Mon 16 12:00", []string{"16T10:00-16T12:00 2h0m0s counted 9.2"}},
		{policy.RaiseMin, twice, "running Mon 16 14:30", []string{
			"16T10:00-16T11:00 0s restarted 3.3", "16T11:00-16T12:30 0s restarted 3.3", "16T12:30-16T14:30 2h0m0s counted 9.2"}},
		{policy.RaiseCarryElapsed, twice, "running Mon 16 12:30", []string{
			"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T12:00 1h0m0s counted 9.2", "16T12:00-16T12:30 0s restarted 3.3"}},
		{policy.RaiseRetroactive, twice, "breached Mon 16 12:00", []string{"16T10:00-16T12:00 2h0m0s counted 9.2"}},
	} {
		set := testSettings(t)
		set.raise = c.raise
		s := c.story(t)
		got := mustEvaluate(t, set, instant(s.events[len(s.events)-1].At), s.events...).Clocks[0]
		if short(got) != c.want || !slices.Equal(lines(got), c.ledger) {
			t.Errorf("%s: got %s %q, want %s %q", c.raise, short(got), lines(got), c.want, c.ledger)
		}
	}
}

func TestNothingLeftAfterASuspensionIsDueAtTheNextOpening(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	spec := calendar.Spec{ID: "early-monday", Zone: "America/New_York"}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = []calendar.Window{{Open: 9 * 60, Close: 19 * 60}}
	}
	spec.Week[time.Monday][0].Open = 7 * 60
	made, err := calendar.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	set.rules.(*testRules).calendars["early-monday"] = made
	s := p3(t)
	s.events[0].Calendar, s.events[0].Priority = "early-monday", 2
	s.then("2026-11-16T10:01:00-05:00", Event{Kind: Answered}).then("2026-11-23T08:00:00-05:00", Event{Kind: Answered}) // due Tuesday 09:00
	s.then("2026-11-23T20:00:00-05:00", Event{Kind: Suspended}).then("2026-11-23T23:00:00-05:00", Event{Kind: Reinstated})
	if got := short(mustEvaluate(t, set, when(t, "2026-11-23T23:00:00-05:00"), s.events...).Clocks[1]); got != "running Tue 24 09:00" {
		t.Errorf("got %s", got)
	}
}

func TestWorsePlanChangesNoRunningPromise(t *testing.T) {
	t.Parallel()
	s := &story{t: t}
	s.then("2026-11-17T06:00:00-05:00", Event{Kind: Registered, Answered: true, Priority: 1, Plan: "elite", Production: true, Deployment: "on_prem", Calendar: "na:US"})
	s.then("2026-11-17T07:00:00-05:00", Event{Kind: PlanChanged, Plan: "standard"})
	if got := short(s.at("2026-11-17T08:00:00-05:00").Clocks[1]); got != "running Wed 18 06:00" {
		t.Errorf("the running update: %s", got)
	}
	s.then("2026-11-17T12:00:00-05:00", Event{Kind: Answered})
	if c := s.at("2026-11-17T12:00:00-05:00").Clocks[1]; c.Clock != "na:US" || short(c) != "running Wed 18 12:00" {
		t.Errorf("the next one: %+v", c)
	}
}

// lines is a ledger as "from-to counted reason clause detail".
func lines(c Clock) (got []string) {
	ny := time.FixedZone("", -5*3600)
	for _, s := range c.Ledger {
		got = append(got, fmt.Sprintf("%s-%s %v %s %s%s", s.From.In(ny).Format("02T15:04"), s.To.In(ny).Format("02T15:04"),
			time.Duration(s.Counted)*time.Microsecond, s.Reason, s.Clause, s.Detail))
	}
	return got
}

func TestLedgerNamesEveryReason(t *testing.T) {
	t.Parallel()
	thanksgiving := &story{t: t}
	thanksgiving.then("2026-11-25T17:00:00-05:00", Event{Kind: Registered, Priority: 4, Plan: "extended", Production: true, Deployment: "on_prem", Calendar: "na:US"})
	suspended := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Suspended}).then("2026-11-17T08:00:00-05:00", Event{Kind: Reinstated})
	raised := p3(t).then("2026-11-16T10:30:00-05:00", Event{Kind: PriorityChanged, Priority: 2})
	better := p3(t)
	better.events[0].Priority = 1
	better.events[0].At = when(t, "2026-11-16T18:30:00-05:00").UnixMicro()
	better.then("2026-11-16T20:00:00-05:00", Event{Kind: PlanChanged, Plan: "elite"})
	asked := p3(t).status("2026-11-16T12:00:00-05:00", StatusWaitingCustomer).then("2026-11-20T18:00:00-05:00", Event{Kind: PriorityChanged, Priority: 2}).
		then("2026-11-20T18:30:00-05:00", Event{Kind: CustomerActed})
	for _, c := range []struct {
		name  string
		story *story
		clock int
		want  []string
	}{
		{"closed and holiday", thanksgiving, 0, []string{
			"25T17:00-25T19:00 2h0m0s counted 9.2", "25T19:00-26T00:00 0s closed 9.2", "26T00:00-27T00:00 0s holiday 9.2holiday_2026-11-26",
			"27T00:00-27T09:00 0s closed 9.2", "27T09:00-27T13:00 4h0m0s counted 9.2"}},
		{"suspended", suspended, 0, []string{
			"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-17T08:00 0s suspended 5.2", "17T08:00-17T09:00 0s closed 9.2",
			"17T09:00-17T12:00 3h0m0s counted 9.2"}},
		{"restarted by a raise", raised, 0, []string{"16T10:00-16T10:30 0s restarted 3.3", "16T10:30-16T12:30 2h0m0s counted 9.2"}},
		{"restarted by a better plan", better, 0, []string{
			"16T18:30-16T19:00 0s restarted A", "16T19:00-16T20:00 0s closed 9.2", "16T20:00-16T22:00 2h0m0s counted 9.2"}},
		{"waiting", asked, 1, []string{
			"16T12:00-20T18:30 0s waiting 3.3q7", "20T18:30-20T19:00 30m0s counted 9.2", "20T19:00-23T09:00 0s closed 9.2",
			"23T09:00-23T18:30 9h30m0s counted 9.2"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := c.story.at("2026-11-29T00:00:00-05:00")
			if got := lines(r.Clocks[c.clock]); !slices.Equal(got, c.want) {
				t.Errorf("got  %q\nwant %q", got, c.want)
			}
		})
	}
	open := p3(t).then("2026-11-16T11:00:00-05:00", Event{Kind: Suspended}).at("2026-11-16T12:00:00-05:00").Clocks[0]
	if got, want := lines(open), []string{"16T10:00-16T11:00 1h0m0s counted 9.2", "16T11:00-16T12:00 0s suspended 5.2"}; !slices.Equal(got, want) {
		t.Errorf("suspended at present: got %q", got)
	}
}

func TestFactsThatMakeNoSenseAreAnError(t *testing.T) {
	t.Parallel()
	reg := p3(t).events[0]
	for name, events := range map[string][]Event{
		"none": nil, "no registration": {{Kind: Answered}}, "unknown kind": {reg, {Kind: "x", At: reg.At}},
		"unknown priority": {{Kind: Registered, Priority: 9}}, "no clock": {{Kind: Registered, Priority: 1, Calendar: "nowhere"}},
	} {
		if _, err := evaluate(always(testSettings(t)), events, reg.Time(), false); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestRaisingNeverLoosensAndLoweringNeverTightens(t *testing.T) {
	t.Parallel()
	set := testSettings(t)
	start := when(t, "2026-11-20T10:00:00-05:00")
	rapid.Check(t, func(rt *rapid.T) {
		at := start.Add(time.Duration(rapid.IntRange(0, 6*24*60).Draw(rt, "filed")) * time.Minute)
		reg := Event{Kind: Registered, At: at.UnixMicro(), Priority: rapid.IntRange(1, 4).Draw(rt, "priority"), Production: true,
			Plan: rapid.SampledFrom([]string{"standard", "elite"}).Draw(rt, "plan"), Deployment: "on_prem", Calendar: rapid.SampledFrom([]string{"na:US", "emea-gulf:SA"}).Draw(rt, "calendar")}
		to := rapid.IntRange(1, 4).Draw(rt, "to")
		change := Event{Kind: PriorityChanged, At: at.Add(time.Duration(rapid.IntRange(0, 600).Draw(rt, "changed")) * time.Minute).UnixMicro(), Priority: to}
		before := mustEvaluate(t, set, at, reg).Clocks[0]
		after := mustEvaluate(t, set, change.Time(), reg, change).Clocks[0]
		if to < reg.Priority && after.DueAt.After(before.DueAt) || to > reg.Priority && after.DueAt.Before(before.DueAt) {
			rt.Fatalf("%d to %d: %v became %v", reg.Priority, to, before.DueAt, after.DueAt)
		}
	})
}
