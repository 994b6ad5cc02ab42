package sla

import (
	"flag"
	"fmt"
	"math/rand/v2"
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

type oraclePromise struct {
	cal    *calendar.Calendar
	clock  string
	start  minute
	left   int // open minutes
	target int
	days   int
	later  bool
}

type oracleClock struct {
	promises      []oraclePromise
	owed, waiting bool
	state         State
	met, breached minute
	last          oraclePromise // that governed when it ended
	lastDue       minute
}

type oracle struct {
	set       settings
	start     time.Time
	suspended [span]bool
	isOn      bool // suspended at present
	now       minute
	open      map[*calendar.Calendar][]bool
	terms     Event
	status    Status
	initial   oracleClock
	update    oracleClock
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

// step counts open minutes from m on, as if no suspension lay ahead.
func (o *oracle) step(cal *calendar.Calendar, m minute, left int) minute {
	for ; left > 0; m++ {
		if o.isOpen(cal, m) && !(m < o.now && o.suspended[m]) {
			left--
		}
	}
	return m
}

func (o *oracle) due(p oraclePromise) minute {
	from := p.start
	for from < o.now && o.suspended[from] {
		from++
	}
	if p.days == 0 {
		return o.step(p.cal, from, p.left)
	}
	at, err := p.cal.AddWorkingDays(o.time(from), p.days)
	if err != nil {
		panic(err)
	}
	due := minute(at.Sub(o.start) / time.Minute)
	for m := from; m < due && m < o.now; m++ {
		if !o.suspended[m] {
			continue
		}
		left := 0
		for i := m; i < due; i++ {
			if o.isOpen(p.cal, i) {
				left++
			}
		}
		for m < o.now && o.suspended[m] {
			m++
		}
		if due = o.step(p.cal, m, left); left == 0 {
			for !o.isOpen(p.cal, due) {
				due++
			}
		}
		m--
	}
	return due
}

func (o *oracle) governing(c *oracleClock) (oraclePromise, minute) {
	best, due := c.promises[0], o.due(c.promises[0])
	for _, p := range c.promises[1:] {
		if d := o.due(p); p.later && d > due || !p.later && d < due {
			best, due = p, d
		}
	}
	return best, due
}

func (o *oracle) end(c *oracleClock, how State) {
	if !c.owed {
		return
	}
	c.owed = false
	c.last, c.lastDue = o.governing(c)
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
	t := o.terms
	choice := o.set.ClockFor(t.Plan, t.Priority, t.Production, t.Deployment, t.Calendar)
	p, _ := o.set.Priority(t.Priority)
	n := int(p.Response / time.Minute)
	return oraclePromise{cal: choice.Calendar, clock: choice.ID, start: o.now, left: n, target: n}
}

func (o *oracle) daily() oraclePromise {
	p := o.promise()
	pr, _ := o.set.Priority(o.terms.Priority)
	p.days, p.target = pr.UpdateDays, 0
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
		old, due := o.governing(c)
		if o.now > due && c.breached < 0 {
			c.breached = due
		}
		switch o.set.raise {
		case policy.RaiseRetroactive:
			p.start = 0
		case policy.RaiseCarryElapsed:
			used := old.target - old.left
			for m := old.start; m < o.now; m++ {
				if o.isOpen(old.cal, m) && !o.suspended[m] {
					used++
				}
			}
			p.left = p.target - used // may be below zero: nothing is left
		}
		c.promises = append(c.promises, p)
	}
}

func (o *oracle) take(ev Event) {
	o.goOn(minute(instant(ev.At).Sub(o.start) / time.Minute))
	switch ev.Kind {
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
		better := o.set.PlanOrder(ev.Plan) < o.set.PlanOrder(o.terms.Plan)
		o.terms.Plan = ev.Plan
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
	}
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
		if _, due := o.governing(&o.initial); o.now > due && o.initial.breached < 0 {
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
	p, due := c.last, c.lastDue
	if c.owed {
		p, due = o.governing(c)
	}
	state, shown := c.state, fmt.Sprint(o.time(due))
	since := minute(0) // of the suspension
	for since = o.now; since > 0 && o.isOn && o.suspended[since-1]; since-- {
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
	s := fmt.Sprintf("%s %s due %s target %d/%d", p.clock, state, shown, p.target, p.days)
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
	set := testSettings(t)
	open := map[*calendar.Calendar][]bool{}
	start := time.Time{}
	strategies := []policy.RaiseStrategy{policy.RaiseMin, policy.RaiseCarryElapsed, policy.RaiseRetroactive}
	for n := range *histories {
		r := rand.New(rand.NewPCG(7, uint64(n)))
		if n%20 == 0 { // several histories share the minutes of their calendars
			start, open = randomStart(r), map[*calendar.Calendar][]bool{}
		}
		set.raise = strategies[n%len(strategies)]
		events, at := randomHistory(r, start)
		o := &oracle{set: set, start: start, open: open}
		for _, ev := range events {
			o.take(ev)
		}
		o.goOn(minute(at.Sub(start) / time.Minute))
		want := []string{o.want(&o.initial)}
		if len(o.update.promises) > 0 {
			want = append(want, o.want(&o.update))
		}
		got := []string{}
		res := mustEvaluate(t, set, at, events...)
		for _, c := range res.Clocks {
			got = append(got, describe(c))
			checkLedger(t, c)
		}
		if fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("history %d (%s) at %v:\n%s\ngot  %q\nwant %q", n, set.raise, at, AppendFacts(nil, events), got, want)
		}
		checkSweep(t, set, events, at, res)
	}
}
