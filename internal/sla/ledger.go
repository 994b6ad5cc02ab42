package sla

import (
	"math"

	"liaison/internal/calendar"
)

// ledger shows how an obligation's time was counted, from its start to its due instant, or to known while nobody
// can know that. The counted segments sum up to the target of the promise that governs.
func (e *engine) ledger(o *obligation, v verdict, known int64) []Segment {
	due := v.due
	b := book{pauses: e.pauses, known: known, left: math.MaxInt64, lines: make([]Segment, 0, 8)}
	if o.lead.From.Before(o.lead.To) {
		b.lines = append(b.lines, o.lead)
	}
	if o.waiting {
		b.line(o.promises[0].start, known, 0, Waiting, clauseTargets, o.question)
		return b.lines
	}
	if target := o.promises[v.which].course.part(v.part).target; target > 0 {
		b.left = target.Microseconds()
	}
	if o.state == Running && due > e.pauses.since() {
		due = known
	}
	b.enter(o, v.which, due, "")
	return b.lines
}

// book is a ledger that is being written.
type book struct {
	pauses pauses
	known  int64
	left   int64 // microseconds still to be counted
	lines  []Segment
}

// enter writes promise i of o up to an instant, after those whose place it took. replaced is the clause of the rule
// that made another promise take its place; "" when its time counts.
func (b *book) enter(o *obligation, i int, until int64, replaced string) {
	p := &o.promises[i]
	switch {
	case p.of != "":
		b.takeOver(p, replaced)
	case p.start > o.promises[0].start || p.carried > 0: // what was carried over was counted before
		before := replaced
		if before == "" && p.carried == 0 {
			before = p.clause
		}
		b.enter(o, p.prev, p.start, before)
	}
	from := p.start
	for _, s := range b.pauses {
		a, z := max(s.from, from), min(s.end(b.known), until)
		if a >= z {
			continue
		}
		b.hours(p, from, a, replaced)
		b.line(a, z, 0, OnHold, clauseSuspension, "")
		from = z
	}
	b.hours(p, from, until, replaced)
}

// takeOver begins the account of a merged case's promise, which is its own from its start. An edition may have made the
// target shorter than what was used by then: of that no more than the target counts.
func (b *book) takeOver(p *promise, replaced string) {
	used := int64(0)
	if replaced == "" {
		used = min(p.carried.Microseconds(), b.left)
		b.left -= used
	}
	b.lines = append(b.lines[:0], Segment{From: instant(p.start), To: instant(p.start), Counted: used, Reason: Taken, Clause: p.clause, Detail: p.of})
}

// hours writes [from, to) as the promise's calendars have it.
func (b *book) hours(p *promise, from, to int64, replaced string) {
	if from >= to {
		return
	}
	if p.course.all == nil {
		p.course.first.choice.Calendar.Segments(instant(from), instant(to), func(s calendar.Segment) {
			b.segment(&p.course.first, s, replaced)
		})
		return
	}
	p.course.all.Segments(instant(from), instant(to), func(i int, s calendar.Segment) {
		now := p.course.part(i)
		if n := len(b.lines); i > 0 && micros(s.From) == now.from && (n == 0 || b.lines[n-1].Reason != NewEdition) {
			b.lines = append(b.lines, Segment{From: s.From, To: s.From, Reason: NewEdition, Clause: now.choice.Clause, Detail: now.edition})
		}
		b.segment(now, s, replaced)
	})
}

// segment writes a stretch of open or closed time of a part.
func (b *book) segment(p *part, s calendar.Segment, replaced string) {
	a, z := micros(s.From), micros(s.To)
	switch {
	case s.Open && replaced != "":
		b.line(a, z, 0, Restarted, replaced, "")
	case s.Open:
		b.count(p, a, z)
	case s.Reason == calendar.HolidayShut:
		b.line(a, z, 0, Holiday, p.choice.Clause, s.Holiday)
	default:
		b.line(a, z, 0, Closed, p.choice.Clause, "")
	}
}

// count writes open time. What goes beyond the target was used before a raise took it all (carry_elapsed).
func (b *book) count(p *part, from, to int64) {
	n := min(to-from, b.left)
	b.left -= n
	b.line(from, from+n, n, Counted, p.choice.Clause, "")
	b.line(from+n, to, 0, Restarted, clauseTargets, "")
}

func (b *book) line(from, to, counted int64, r Reason, clause, detail string) {
	if from < to {
		b.lines = append(b.lines, Segment{instant(from), instant(to), counted, r, clause, detail})
	}
}
