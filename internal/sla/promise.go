package sla

import (
	"math"
	"time"
)

// joins says how a promise changes what is owed.
type joins int

const (
	ifEarlier joins = iota // the earlier due governs: raised priority, better plan
	ifLater                // the later due governs: lowered priority
)

// promise is one target on one clock, which editions of the policy may change while it runs.
type promise struct {
	joins   joins
	since   int64 // when it was made
	start   int64 // from where it counts: since, or the filing
	course  course
	carried time.Duration // of the target, used on earlier clocks before start (carry_elapsed)
	prev    int           // index of the promise that governed before it
	clause  string        // the rule that made it
	of      string        // number of the merged case that it was made for; "" for this one
	taken   int64         // of a merged case that was suspended when this one was not, or the other way round: when it was due as it was taken over, where that counts in working days or has passed

	warnings []int // percent of the target at which staff are warned
}

// name tells the promises of a case apart, in the facts about alarms: when it was made. One that was taken over from a
// merged case may have been made in the same instant as one of the case's own, so its name is negative.
func (p *promise) name() int64 {
	if p.of != "" {
		return -p.since
	}
	return p.since
}

// verdict is the promise of an obligation that governs, with its due instant and the part of its course in which that
// lies.
type verdict struct {
	which, part int
	due         int64
}

// obligation is a clock in the making: the promises of which one governs, and how it ended.
type obligation struct {
	deadline   Deadline
	promises   []promise
	state      State // "" before it begins, Running while it is owed, then Met or Cancelled
	endedAt    int64
	breachedAt int64
	waiting    bool    // for the customer: nothing is due
	question   string  // that the customer has to answer
	lead       Segment // what the ledger shows before the start: waiting, closed
}

// pause is a suspension, [from, to); to is stillPaused while it goes on.
type pause struct{ from, to int64 }

const stillPaused = math.MaxInt64

// end is the end of the pause as known at now: one that goes on is taken to end there.
func (p pause) end(now int64) int64 { return min(p.to, now) }

// pauses are the suspensions of a case, in order.
type pauses []pause

// since is the start of the suspension that goes on; stillPaused when there is none.
func (ps pauses) since() int64 {
	if n := len(ps); n > 0 && ps[n-1].to == stillPaused {
		return ps[n-1].from
	}
	return stillPaused
}

// dueOf is the due instant of p as far as it is known at now, and the part of its course in which it lies: that of
// the first edition under which the time is used up before the next edition holds. Where an edition shortens a target
// of which more was used already, nothing is left and it is due when the edition takes effect.
func (ps pauses) dueOf(p *promise, now int64) (due int64, part int, err error) {
	for ; ; part++ {
		s := p.course.part(part)
		if due, err = ps.dueBy(p, s, now); err != nil {
			return 0, 0, err
		}
		if part > 0 && due < s.from {
			due = ps.after(s.from, now)
		}
		if part == len(p.course.later) || due <= p.course.part(part+1).from {
			return due, part, nil
		}
	}
}

// dueBy is the due instant of p with the target of one edition.
func (ps pauses) dueBy(p *promise, s *part, now int64) (int64, error) {
	if p.taken != 0 {
		return ps.goOn(p.course.hours, p.taken, p.since, now)
	}
	if s.days > 0 {
		return ps.addDays(p.course.hours, p.start, s.days, now)
	}
	return ps.add(p.course.hours, p.start, max(0, s.target-p.carried), now)
}

// after is t, or the end of the suspension that holds it.
func (ps pauses) after(t, now int64) int64 {
	for _, p := range ps {
		if p.from <= t && t < p.end(now) {
			return p.end(now)
		}
	}
	return t
}

// add is calendar.Add that leaves the suspensions out. Used up exactly when a suspension begins, it is due then.
func (ps pauses) add(cal hours, start int64, d time.Duration, now int64) (int64, error) {
	for _, p := range ps {
		end := p.end(now)
		if end <= max(start, p.from) {
			continue
		}
		if p.from > start {
			open := cal.Between(instant(start), instant(p.from))
			if open >= d {
				break
			}
			d -= open
		}
		start = end
	}
	due, err := cal.Add(instant(start), d)
	return due.UnixMicro(), err
}

// addDays is calendar.AddWorkingDays that leaves the suspensions out: the open time that was left when one began
// goes on after it. A start within one begins at its end.
func (ps pauses) addDays(cal hours, start int64, n int, now int64) (int64, error) {
	for _, p := range ps {
		if p.from <= start && start < p.end(now) {
			start = p.end(now)
		}
	}
	at, err := cal.AddWorkingDays(instant(start), n)
	for _, p := range ps {
		if err != nil || p.from < start || p.from >= at.UnixMicro() || p.end(now) <= p.from {
			continue
		}
		at, err = resume(cal, instant(p.end(now)), cal.Between(instant(p.from), at))
	}
	return at.UnixMicro(), err
}

// goOn is a due instant that held at since, moved by what was suspended after that: the open time that was left when a
// suspension began goes on after it.
func (ps pauses) goOn(cal hours, due, since, now int64) (int64, error) {
	at, err := instant(due), error(nil)
	for _, p := range ps {
		from, to := max(p.from, since), p.end(now)
		if err == nil && from < to && from < at.UnixMicro() {
			at, err = resume(cal, instant(to), cal.Between(instant(from), at))
		}
	}
	return at.UnixMicro(), err
}

// resume gives the instant at which left of open time is used after from; with nothing left, the next open instant.
func resume(cal hours, from time.Time, left time.Duration) (time.Time, error) {
	if left > 0 {
		return cal.Add(from, left)
	}
	if open, ok := cal.NextOpening(from); ok {
		return open, nil
	}
	return cal.Add(from, time.Microsecond) // gives the error
}

// open is the open time in [from, to) outside of the suspensions.
func (ps pauses) open(cal hours, from, to int64) time.Duration {
	sum := cal.Between(instant(from), instant(to))
	for _, p := range ps {
		if a, b := max(p.from, from), min(p.to, to); a < b {
			sum -= cal.Between(instant(a), instant(b))
		}
	}
	return sum
}

// governs gives the promise that governs, with its due instant as known at now.
func (ps pauses) governs(o *obligation, now int64) (v verdict, err error) {
	for i := range o.promises {
		due, part, err := ps.dueOf(&o.promises[i], now)
		if err != nil {
			return v, err
		}
		earlier := due < v.due && o.promises[i].joins == ifEarlier
		if i == 0 || earlier || due > v.due && o.promises[i].joins == ifLater {
			v = verdict{i, part, due}
		}
	}
	return v, nil
}
