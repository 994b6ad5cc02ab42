// Package clock is the one place that may ask the machine what time it is. Everything else is handed a Clock,
// so that a test can step it and a demo can start it anywhere and let it run faster.
package clock

import (
	"sync"
	"time"
)

// Clock tells the present instant, in UTC and whole microseconds: what the database can store.
type Clock interface {
	Now() time.Time
}

// Real is the machine's clock.
type Real struct{}

// Now is the machine's time.
func (Real) Now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }

// Running starts at an instant and runs speed clock seconds per second of the machine. It never goes back.
type Running struct {
	start time.Time
	wall  time.Time // with its monotonic reading: a step of the machine's clock does not move it
	speed float64
}

// NewRunning gives a clock that shows start now.
func NewRunning(start time.Time, speed float64) *Running {
	return &Running{start: start.UTC(), wall: time.Now(), speed: speed}
}

// Now is start plus the time since, times the speed.
func (r *Running) Now() time.Time {
	d := time.Duration(float64(time.Since(r.wall)) * r.speed)
	return r.start.Add(d).Truncate(time.Microsecond)
}

// Stepping stands still until it is moved. It is safe for concurrent use.
type Stepping struct {
	mu  sync.Mutex
	now time.Time
}

// NewStepping gives a clock that shows start until it is moved.
func NewStepping(start time.Time) *Stepping { return &Stepping{now: start.UTC()} }

// Now is where the clock was moved to.
func (s *Stepping) Now() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// Set moves the clock to t, also backwards.
func (s *Stepping) Set(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = t.UTC().Truncate(time.Microsecond)
}

// Forward moves the clock by d.
func (s *Stepping) Forward(d time.Duration) { s.Set(s.Now().Add(d)) }
