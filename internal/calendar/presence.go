package calendar

import (
	"slices"
	"time"

	"liaison/internal/id"
)

// Presence is when one person can be reached: once, in [From, To), or in the same hours of every local date from First to
// Last, both inclusive, in Zone. Hours that end on the next day belong to the date on which they begin.
type Presence struct {
	Person      id.ID
	From, To    time.Time // once; both zero: on days
	First, Last Date
	Hours       Window
	Zone        *time.Location
}

// Reach is a stretch of time in which a person can be reached. Index is that of the presence that it begins with.
type Reach struct {
	Person   id.ID
	From, To time.Time // [From, To), UTC
	Index    int
}

// MaxPresenceDays is how many dates one presence may cover.
const MaxPresenceDays = 366

// Reachable says who can be reached at an instant and until when, in the order of the list, and who is the next one that
// can be afterwards; ok is false when nobody is. Presences of one person that touch each other are one stretch.
func Reachable(list []Presence, at time.Time) (now []Reach, next Reach, ok bool) {
	until := map[id.ID]time.Time{} // of those who can be reached now
	for i, p := range list {
		from, to, is := p.around(at)
		if _, known := until[p.Person]; !is || known {
			continue
		}
		r := Reach{Person: p.Person, From: from, To: reachedTo(list, p.Person, to), Index: i}
		until[p.Person] = r.To
		now = append(now, r)
	}
	for i, p := range list {
		after := at
		if end, is := until[p.Person]; is {
			after = end
		}
		from, to, is := p.after(after)
		if is && (!ok || from.Before(next.From)) {
			next, ok = Reach{Person: p.Person, From: from, To: to, Index: i}, true
		}
	}
	if ok {
		next.To = reachedTo(list, next.Person, next.To)
	}
	return now, next, ok
}

// reachedTo is the end of a person's time that goes on at end, over all presences that touch.
func reachedTo(list []Presence, person id.ID, end time.Time) time.Time {
	for again := true; again; {
		again = false
		for _, p := range list {
			if p.Person != person {
				continue
			}
			if _, to, is := p.around(end); is && to.After(end) {
				end, again = to, true
			}
		}
	}
	return end
}

// around is the stretch of p that holds an instant.
func (p Presence) around(at time.Time) (from, to time.Time, ok bool) {
	holds := func(from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
	if p.once() {
		return p.From.UTC(), p.To.UTC(), holds(p.From, p.To)
	}
	day := DateOf(at, p.Zone)
	for _, d := range []Date{day.AddDays(-1), day} { // hours of the day before may go on
		if from, to, is := p.on(d); is && holds(from, to) {
			return from, to, true
		}
	}
	return time.Time{}, time.Time{}, false
}

// after is the first stretch of p that begins after an instant.
func (p Presence) after(at time.Time) (from, to time.Time, ok bool) {
	if p.once() {
		return p.From.UTC(), p.To.UTC(), p.From.After(at) && p.From.Before(p.To)
	}
	d := DateOf(at, p.Zone).AddDays(-1)
	if d.Compare(p.First) < 0 {
		d = p.First
	}
	for ; d.Compare(p.Last) <= 0; d = d.AddDays(1) {
		if from, to, is := p.on(d); is && from.After(at) {
			return from, to, true
		}
	}
	return time.Time{}, time.Time{}, false
}

func (p Presence) once() bool { return !p.From.IsZero() || !p.To.IsZero() }

// on is the stretch that begins on a date. The first occurrence of a local time opens it, the last one closes it; hours
// that the clock jumps over are none.
func (p Presence) on(d Date) (from, to time.Time, ok bool) {
	if d.Compare(p.First) < 0 || d.Compare(p.Last) > 0 {
		return from, to, false
	}
	z, midnight := newWall(p.Zone), d.number()*secondsPerDay
	opens, _ := z.instants(midnight + int64(p.Hours.Open)*60)
	_, closes := z.instants(midnight + int64(p.Hours.Close)*60)
	return time.Unix(opens, 0).UTC(), time.Unix(closes, 0).UTC(), opens < closes
}

// Ended reports whether nothing of p is left after an instant.
func (p Presence) Ended(at time.Time) bool {
	_, _, is := p.around(at)
	_, _, comes := p.after(at)
	return !is && !comes
}

// Fault says what is wrong with a presence, as the name of what is to be corrected: to, days, zone, hours; "": nothing.
func (p Presence) Fault() string {
	switch {
	case p.once() && (!p.First.IsZero() || !p.Last.IsZero() || p.From.IsZero() || !p.From.Before(p.To) || p.To.Sub(p.From) > MaxPresenceDays*24*time.Hour):
		return "to"
	case p.once():
		return ""
	case p.Zone == nil:
		return "zone"
	case p.First.IsZero() || p.Last.IsZero() || p.First.Compare(p.Last) > 0 || p.First.DaysUntil(p.Last) >= MaxPresenceDays:
		return "days"
	case !sound(slices.Clone([]Window{p.Hours})):
		return "hours"
	}
	return ""
}
