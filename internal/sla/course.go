package sla

import (
	"math"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/policy"
)

// hours is the open time that a promise is counted in: a calendar, or several of which one takes the place of the
// other.
type hours interface {
	Add(start time.Time, d time.Duration) (time.Time, error)
	AddWorkingDays(anchor time.Time, n int) (time.Time, error)
	Between(a, b time.Time) time.Duration
	NextOpening(t time.Time) (time.Time, bool)
}

// course is how a promise is counted: by the edition in force at its start, and by each that comes into force later.
// The time before a change stays counted as it was (semantics, Clocks 12).
type course struct {
	hours hours
	first part
	later []part           // of the editions after the first
	all   *calendar.Splice // hours, where there are later parts

	priority int // of the terms that it was made for, as are plan and extended
	plan     string
	extended bool
}

// part is what one edition makes of a promise. Either target or days is set.
type part struct {
	from    int64 // UTC Unix microseconds
	edition string
	choice  policy.ClockChoice
	target  time.Duration // open time
	days    int           // working days
}

func (c *course) part(i int) *part {
	if i == 0 {
		return &c.first
	}
	return &c.later[i-1]
}

// course is how a promise of the present terms is counted from start on: updates in working days, a response in open
// time. For what lies before the present edition, the clock is that of the edition of that time, and the target the
// present one.
func (e *engine) course(start int64, updates bool) course {
	first := e.inForce(start)
	if updates {
		first = e.sentUnder(start)
	}
	c := course{hours: e.choice.Calendar, first: e.part(e.edition, e.priority, e.choice, updates), priority: e.terms.Priority,
		plan: e.terms.Plan, extended: e.terms.Extended}
	c.first.from = math.MinInt64
	if first == e.edition && first == &e.editions[len(e.editions)-1] {
		return c
	}
	parts := make([]calendar.Part, 0, len(e.editions))
	last := c.first
	for i := range e.editions {
		ed := &e.editions[i]
		if ed.from < first.from {
			continue
		}
		p := e.partUnder(ed, last, updates)
		if ed.from < e.from {
			p.target, p.days = c.first.target, c.first.days
		}
		last = p
		parts = append(parts, calendar.Part{From: instant(p.from), Calendar: p.choice.Calendar})
		if ed != first {
			c.later = append(c.later, p)
			continue
		}
		c.first = p
		c.first.from = math.MinInt64
	}
	if len(parts) == 1 {
		c.hours = c.first.choice.Calendar
		return c
	}
	c.all = calendar.NewSplice(parts)
	c.hours = c.all
	return c
}

// sentUnder is the edition that held at the close that precedes start: what was sent outside of the hours counts from
// there (Clocks 6).
func (e *engine) sentUnder(start int64) *edition {
	for i := len(e.editions) - 1; i > 0; i-- {
		ed := &e.editions[i]
		if ed.from > start {
			continue
		}
		cal := e.partUnder(ed, part{choice: e.choice}, true).choice.Calendar
		if sent, ok := cal.PrevClose(instant(start)); ok && sent.UnixMicro() > ed.from {
			return ed
		}
		start = ed.from
	}
	return &e.editions[0]
}

// partUnder is what an edition makes of the present terms. An edition that does not know them leaves all as it was.
func (e *engine) partUnder(ed *edition, before part, updates bool) part {
	t := &e.terms
	priority, known := ed.PriorityOf(t.Priority, t.Extended)
	choice := ed.ClockOf(t.terms())
	if !known || choice.Calendar == nil {
		before.from, before.edition = ed.from, ed.name
		return before
	}
	return e.part(ed, priority, choice, updates)
}

func (e *engine) part(ed *edition, priority policy.Priority, choice policy.ClockChoice, updates bool) part {
	p := part{from: ed.from, edition: ed.name, choice: choice}
	if updates {
		p.days = priority.UpdateDays
	} else {
		p.target = priority.Response
	}
	return p
}
