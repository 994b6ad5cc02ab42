package policy

import (
	"cmp"
	"time"
)

// QueueKey is what decides a case's place in the queue (3.3, R3.3-19).
type QueueKey struct {
	Priority  int       // 1..4
	PlanOrder int       // Pack.PlanOrder
	Due       time.Time // the next promise; zero where none runs: after those that have one
	Filed     time.Time
}

// Compare orders two cases: negative when k is served before o.
func (k QueueKey) Compare(o QueueKey) int {
	return cmp.Or(
		cmp.Compare(k.Priority, o.Priority),
		cmp.Compare(k.PlanOrder, o.PlanOrder),
		compareDue(k.Due, o.Due),
		k.Filed.Compare(o.Filed),
	)
}

func compareDue(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	}
	return a.Compare(b)
}
