package sla

import (
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// The oracle is the second, slow implementation of the clocks: it steps through a case minute by minute and knows
// nothing of the engine but the facts.

var histories = flag.Int("histories", 1000, "number of random case histories")

const span = 150 * 24 * 60 // minutes a history may reach

type minute int

// oraclePromise has what each edition of the policy makes of it.
type oraclePromise struct {
	cals    []*calendar.Calendar
	clocks  []string
	targets []int // open minutes
	days    []int
	start   minute
	used    int // of the target, before start
	later   bool
}

type oracleClock struct {
	promises      []oraclePromise
	owed, waiting bool
	state         State
	met, breached minute
	last          oraclePromise // that governed when it ended
	lastDue       minute
	lastPart      int
}

type oracle struct {
	sets      []settings
	from      []minute // where each edition begins to hold
	start     time.Time
	suspended [span]bool
	isOn      bool // suspended at present
	now       minute
	open      map[*calendar.Calendar][]bool
	terms     Event
	status    Status
	initial   oracleClock
	update    oracleClock
	merged    bool
}

func (o *oracle) time(m minute) time.Time { return o.start.Add(time.Duration(m) * time.Minute) }

func (o *oracle) isOpen(cal *calendar.Calendar, m minute) bool {
	if o.open[cal] == nil {
		o.open[cal] = make([]bool, span)
		for i := range o.open[cal] {
			o.open[cal][i] = cal.IsOpen(o.time(minute(i)))
		}
	}
	return o.open[cal][m]
}

// goOn moves the present to m.
func (o *oracle) goOn(m minute) {
	for ; o.now < m; o.now++ {
		o.suspended[o.now] = o.isOn
	}
}

// edition is the one in force in minute m.
func (o *oracle) edition(m minute) int {
	i := len(o.from) - 1
	for i > 0 && m < o.from[i] {
		i--
	}
	return i
}

func (o *oracle) set() settings { return o.sets[o.edition(o.now)] }

// works says whether minute m is open time of p.
func (o *oracle) works(p oraclePromise, m minute) bool { return o.isOpen(p.cals[o.edition(m)], m) }

func (o *oracle) stopped(m minute) bool { return m < o.now && o.suspended[m] }

// step counts open minutes from m on, as if no suspension lay ahead: each that does moves the due on by itself.
func (o *oracle) step(p oraclePromise, m minute, left int) minute {
	for ; left > 0; m++ {
		if o.works(p, m) {
			left--
		}
	}
	return m
}

// respondBy counts until what the edition of the moment wants is used up.
func (o *oracle) respondBy(p oraclePromise) (minute, int) {
	used := p.used
	for m := p.start; ; m++ {
		ed := o.edition(m)
		if used >= p.targets[ed] && !o.stopped(m) {
			return m, ed
		}
		if o.works(p, m) && !o.stopped(m) {
			if used++; used >= p.targets[ed] {
				return m + 1, ed
			}
		}
	}
}

// workingDays is the minute n working days after from, without suspensions.
func (o *oracle) workingDays(p oraclePromise, from minute, n int) minute {
	if len(o.sets) == 1 {
		at, err := p.cals[0].AddWorkingDays(o.time(from), n)
		if err != nil {
			panic(err)
		}
		return minute(at.Sub(o.start) / time.Minute)
	}
	zone := p.cals[0].Zone() // all of them have it
	open := func(m minute) bool { return o.openFar(p, m) }
	sent := from
	for !open(sent) && !open(sent-1) {
		sent--
	}
	local := o.time(sent).In(zone)
	if !open(sent) { // the close of a day that may be midnight
		local = o.time(sent - 1).In(zone).Add(time.Minute)
		if local.Hour() == 0 && local.Minute() == 0 {
			panic("no calendar of the test closes at midnight")
		}
	}
	y, mon, d := local.Date()
	for {
		d++
		day := minute(time.Date(y, mon, d, 0, 0, 0, 0, zone).Sub(o.start) / time.Minute)
		next := minute(time.Date(y, mon, d+1, 0, 0, 0, 0, zone).Sub(o.start) / time.Minute)
		first := day
		for first < next && !open(first) {
			first++
		}
		if first == next {
			continue
		}
		if n--; n > 0 {
			continue
		}
		at := minute(time.Date(y, mon, d, local.Hour(), local.Minute(), 0, 0, zone).Sub(o.start) / time.Minute)
		for at > first && !open(at) && !open(at-1) {
			at--
		}
		return max(at, first)
	}
}

// openFar is works for minutes that may lie before the start of the history.
func (o *oracle) openFar(p oraclePromise, m minute) bool {
	if m >= 0 && m < span {
		return o.works(p, m)
	}
	return p.cals[o.edition(m)].IsOpen(o.time(m))
}

func (o *oracle) due(p oraclePromise) (minute, int) {
	if p.days == nil {
		return o.respondBy(p)
	}
	for i := 0; ; i++ {
		due := o.updateBy(p, p.days[i])
		if i > 0 && due < o.from[i] {
			for due = o.from[i]; o.stopped(due); {
				due++
			}
		}
		if i+1 == len(o.from) || due <= o.from[i+1] {
			return due, i
		}
	}
}

func (o *oracle) updateBy(p oraclePromise, days int) minute {
	from := p.start
	for o.stopped(from) {
		from++
	}
	due := o.workingDays(p, from, days)
	for m := from; m < due && m < o.now; m++ {
		if !o.suspended[m] {
			continue
		}
		left := 0
		for i := m; i < due; i++ {
			if o.works(p, i) {
				left++
			}
		}
		for o.stopped(m) {
			m++
		}
		if due = o.step(p, m, left); left == 0 {
			for !o.works(p, due) {
				due++
			}
		}
		m--
	}
	return due
}

func (o *oracle) governing(c *oracleClock) (oraclePromise, minute, int) {
	best := c.promises[0]
	due, part := o.due(best)
	for _, p := range c.promises[1:] {
		if d, i := o.due(p); p.later && d > due || !p.later && d < due {
			best, due, part = p, d, i
		}
	}
	return best, due, part
}

func (o *oracle) end(c *oracleClock, how State) {
	if !c.owed {
		return
	}
	c.owed = false
	c.last, c.lastDue, c.lastPart = o.governing(c)
	if !c.waiting && c.breached < 0 && o.now > c.lastDue {
		c.breached = c.lastDue
	}
	if c.state = how; c.breached >= 0 {
		c.state = Breached
	}
	if how == Met {
		c.met = o.now
	}
}

func (o *oracle) promise() oraclePromise {
	p := oraclePromise{start: o.now}
	t := o.terms
	present, _ := o.set().PriorityOf(t.Priority, t.Extended)
	for i, set := range o.sets {
		choice := set.ClockOf(t.terms())
		pr, _ := set.PriorityOf(t.Priority, t.Extended)
		if i < o.edition(o.now) {
			pr = present
		}
		p.cals, p.clocks = append(p.cals, choice.Calendar), append(p.clocks, choice.ID)
		p.targets = append(p.targets, int(pr.Response/time.Minute))
	}
	return p
}

func (o *oracle) daily() oraclePromise {
	p := o.promise()
	p.targets = nil
	present, _ := o.set().PriorityOf(o.terms.Priority, o.terms.Extended)
	for i, set := range o.sets {
		pr, _ := set.PriorityOf(o.terms.Priority, o.terms.Extended)
		if i < o.edition(o.now) {
			pr = present
		}
		p.days = append(p.days, pr.UpdateDays)
	}
	return p
}

func (o *oracle) rearm() {
	o.end(&o.update, Met)
	o.update = oracleClock{promises: []oraclePromise{o.daily()}, owed: true, waiting: o.status == StatusWaitingCustomer, met: -1, breached: -1}
}

func (o *oracle) raise() {
	c := &o.initial
	p := o.promise()
	if c.owed {
		old, due, _ := o.governing(c)
		if o.now > due && c.breached < 0 {
			c.breached = due
		}
		switch o.set().raise {
		case policy.RaiseRetroactive:
			p.start = 0
		case policy.RaiseCarryElapsed:
			p.used = old.used
			for m := old.start; m < o.now; m++ {
				if o.works(old, m) && !o.suspended[m] {
					p.used++
				}
			}
		default: // policy.RaiseMin: from now, with nothing used
		}
		c.promises = append(c.promises, p)
	}
}

// join takes the promise of another case over.
func (o *oracle) join(ev Event) {
	c := &o.initial
	if !c.owed {
		c = &o.update
	}
	if !c.owed || c.waiting {
		return
	}
	if _, due, _ := o.governing(c); o.now > due && c.breached < 0 {
		c.breached = due
	}
	own := o.terms
	o.terms.Priority, o.terms.Plan, o.terms.Extended, o.terms.Production, o.terms.Deployment, o.terms.Calendar = ev.Priority, ev.Plan, ev.Extended, ev.Production, ev.Deployment, ev.Calendar
	p := o.promise()
	if ev.Deadline == StatusUpdate {
		p = o.daily()
	}
	o.terms = own
	p.start, p.used = minute(instant(ev.Since).Sub(o.start)/time.Minute), int(ev.Carried/60_000_000)
	c.promises = append(c.promises, p)
}

// answeredFor is what happens in the case that this one was merged into.
func (o *oracle) answeredFor(ev Event) {
	over := ev.Status == StatusResolved || ev.Status == StatusClosed
	switch {
	case ev.Kind == Suspended || ev.Kind == Reinstated:
		o.isOn = ev.Kind == Suspended
	case ev.Kind == StatusChanged && over:
		how := Met
		if ev.ByCustomer {
			how = Cancelled
		}
		o.end(&o.initial, Cancelled)
		o.end(&o.update, how)
	case ev.Kind == Answered || ev.Kind == StatusChanged && ev.Status == StatusWaitingCustomer:
		o.end(&o.initial, Met)
		o.end(&o.update, Met)
	case ev.Kind == PriorityChanged || ev.Kind == StatusChanged && !ev.ByCustomer:
		o.end(&o.update, Met)
	}
}

func (o *oracle) take(ev Event) {
	o.goOn(minute(instant(ev.At).Sub(o.start) / time.Minute))
	if o.merged {
		o.answeredFor(ev)
		return
	}
	switch ev.Kind {
	case Joined:
		o.join(ev)
	case Merged:
		if o.update.waiting {
			o.end(&o.update, Cancelled)
		}
		o.merged = true
	case Registered:
		o.terms, o.status = ev, StatusOpen
		o.initial = oracleClock{promises: []oraclePromise{o.promise()}, owed: true, met: -1, breached: -1}
	case Answered:
		if o.status != StatusResolved && o.status != StatusClosed {
			o.end(&o.initial, Met)
			o.rearm()
		}
	case PriorityChanged:
		o.priority(ev.Priority)
	case PlanChanged:
		better := o.set().PlanOrder(ev.Plan) < o.set().PlanOrder(o.terms.Plan)
		if !better && ev.Extended != o.terms.Extended {
			better = o.promisesMore(ev)
		}
		o.terms.Plan, o.terms.Extended = ev.Plan, ev.Extended
		if better {
			o.raise()
		}
		if better && o.update.owed && !o.update.waiting {
			o.update.promises = append(o.update.promises, o.daily())
		}
	case StatusChanged:
		o.changeStatus(ev)
	case CustomerActed:
		if o.status == StatusWaitingCustomer {
			o.status = StatusOpen
			o.rearm()
		}
	case Suspended:
		o.isOn = true
	case Reinstated:
		o.isOn = false
	default: // an alarm and a waiver move no clock
	}
}

// promisesMore reports whether extended lifecycle support, or its end, makes a target shorter or a clock never stop.
func (o *oracle) promisesMore(ev Event) bool {
	was, now := o.terms, o.terms
	now.Plan, now.Extended = ev.Plan, ev.Extended
	before, _ := o.set().PriorityOf(was.Priority, was.Extended)
	after, _ := o.set().PriorityOf(now.Priority, now.Extended)
	stops := func(t Event) bool { return o.set().ClockOf(t.terms()).ID != "24x7" }
	return after.Response < before.Response || after.UpdateDays < before.UpdateDays || stops(was) && !stops(now)
}

func (o *oracle) priority(level int) {
	old := o.terms.Priority
	if level == old {
		return
	}
	o.terms.Priority = level
	if level < old {
		o.raise()
	} else if o.initial.owed {
		if _, due, _ := o.governing(&o.initial); o.now > due && o.initial.breached < 0 {
			o.initial.breached = due
		}
		p := o.promise()
		p.start, p.later = 0, true
		o.initial.promises = append(o.initial.promises, p)
	}
	if o.update.owed {
		o.rearm()
	}
}

func (o *oracle) changeStatus(ev Event) {
	was := o.status
	if was == ev.Status {
		return
	}
	o.status = ev.Status
	over := func(s Status) bool { return s == StatusResolved || s == StatusClosed }
	switch {
	case over(ev.Status):
		o.end(&o.initial, Cancelled)
		if ev.ByCustomer {
			o.end(&o.update, Cancelled)
		} else {
			o.end(&o.update, Met)
		}
	case over(was):
		o.rearm()
	default:
		if ev.Status == StatusWaitingCustomer {
			o.end(&o.initial, Met)
			o.rearm()
		} else if o.update.owed {
			o.rearm()
		}
	}
}

// want describes the clock as it stands at present; got does the same for the engine's.
func (o *oracle) want(c *oracleClock) string {
	p, due, part := c.last, c.lastDue, c.lastPart
	if c.owed {
		p, due, part = o.governing(c)
	}
	state, shown := c.state, fmt.Sprint(o.time(due))
	since := o.now // of the suspension
	for ; since > 0 && o.isOn && o.suspended[since-1]; since-- {
	}
	if c.owed {
		state = Running
		stopped := c.waiting || o.isOn && due > since
		if stopped {
			state, shown = Paused, "-"
		}
		if !stopped && c.breached < 0 && o.now > due {
			c.breached = due
		}
		if c.breached >= 0 {
			state = Breached
		}
	} else if c.waiting {
		shown = "-"
	}
	minutes, days := 0, 0
	if p.days == nil {
		minutes = p.targets[part]
	} else {
		days = p.days[part]
	}
	s := fmt.Sprintf("%s %s due %s target %d/%d", p.clocks[part], state, shown, minutes, days)
	if c.met >= 0 {
		s += fmt.Sprintf(" met %v", o.time(c.met))
	}
	if c.breached >= 0 {
		s += fmt.Sprintf(" breached %v", o.time(c.breached))
	}
	return s
}

func describe(c Clock) string {
	due := "-"
	if !c.DueAt.IsZero() {
		due = fmt.Sprint(c.DueAt)
	}
	s := fmt.Sprintf("%s %s due %s target %d/%d", c.Clock, c.State, due, c.Target.Minutes, c.Target.WorkingDays)
	if !c.MetAt.IsZero() {
		s += fmt.Sprintf(" met %v", c.MetAt)
	}
	if !c.BreachedAt.IsZero() {
		s += fmt.Sprintf(" breached %v", c.BreachedAt)
	}
	return s
}

func TestAgreesWithSteppingThroughRandomHistories(t *testing.T) {
	t.Parallel()
	first := testSettings(t)
	first.rules.(*testRules).own = [5]policy.ExtendedTarget{{}, {Response: 4 * time.Hour, Clock: "regional"}, {Response: time.Hour, UpdateDays: 2}, {UpdateDays: 1}, {Clock: "24x7"}}
	specs := exampleSpecs(t)
	open := map[*calendar.Calendar][]bool{}
	start := time.Time{}
	var later []settings
	strategies := []policy.RaiseStrategy{policy.RaiseMin, policy.RaiseCarryElapsed, policy.RaiseRetroactive}
	for n := range *histories {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		if n%20 == 0 { // several histories share the minutes of their calendars
			start, open = randomStart(r), map[*calendar.Calendar][]bool{}
			later = []settings{edited(t, r, specs, start), edited(t, r, specs, start)}
		}
		events, at := randomHistory(r, start)
		o := &oracle{sets: []settings{first}, from: []minute{-1 << 30}, start: start, open: open}
		for _, set := range later[:r.IntN(3)] {
			o.sets = append(o.sets, set)
			o.from = append(o.from, max(o.from[len(o.from)-1], 0)+1+minute(r.IntN(pick(r, 300, 3000, 9000))))
		}
		var editions []edition
		for i := range o.sets {
			o.sets[i].raise = strategies[(n+i)%len(strategies)]
			editions = append(editions, edition{settings: o.sets[i], from: o.time(o.from[i]).UnixMicro(), name: fmt.Sprint(i)})
		}
		for _, ev := range events {
			o.take(ev)
		}
		o.goOn(minute(at.Sub(start) / time.Minute))
		want := []string{o.want(&o.initial)}
		if len(o.update.promises) > 0 {
			want = append(want, o.want(&o.update))
		}
		got := []string{}
		res := mustEvaluateOver(t, editions, at, events...)
		for _, c := range res.Clocks {
			got = append(got, describe(c))
			checkLedger(t, c)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("history %d (%s, editions from %v) at %v:\n%s\ngot  %q\nwant %q", n, o.sets[0].raise, o.from, at, AppendFacts(nil, events), got, want)
		}
		checkSweep(t, editions, events, at, res)
	}
}

// edited are settings as another edition may have them: other hours and days off in the same zones, other targets.
func edited(t *testing.T, r *rand.Rand, specs map[string]calendar.Spec, start time.Time) settings {
	t.Helper()
	set := testSettings(t)
	rules := set.rules.(*testRules)
	changed := map[string]calendar.Spec{}
	for _, id := range slices.Sorted(maps.Keys(specs)) {
		spec := specs[id]
		if spec.AlwaysOpen {
			continue
		}
		closed := maps.Clone(spec.Closed)
		for range r.IntN(4) {
			closed[calendar.DateOf(start.AddDate(0, 0, r.IntN(25)), time.UTC)] = "moved"
		}
		spec.Closed = closed
		if r.IntN(3) == 0 {
			for day, windows := range spec.Week {
				if len(windows) > 0 {
					spec.Week[day] = []calendar.Window{{Open: 7 * 60, Close: 11*60 + 30}, {Open: 12 * 60, Close: 17 * 60}}
				}
			}
		}
		changed[id] = spec
	}
	maps.Copy(rules.calendars, made(t, changed))
	rules.own[1].Clock, rules.own[4].Clock = "regional", "24x7" // as in the first edition
	if r.IntN(2) == 0 {
		rules.response = [5]time.Duration{0, time.Hour, 3 * time.Hour, 3 * time.Hour, 8 * time.Hour}
		rules.days = [5]int{0, 2, 1, 1, 5}
		rules.own = [5]policy.ExtendedTarget{{}, {Clock: "regional"}, {UpdateDays: 3}, {Response: 30 * time.Minute}, {Clock: "24x7"}}
	}
	return set
}
