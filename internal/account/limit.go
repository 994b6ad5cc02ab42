package account

import (
	"net/netip"
	"sync"
	"time"

	"liaison/internal/errs"
)

// limits are how often one may guess. They are held in memory: a restart forgives, which costs a guesser more time
// than it gives. With several processes each counts for itself.
type limits struct {
	byAddress     *limiter // failed sign-ins from one remote address
	byAccount     *limiter // failed passwords for one e-mail or person
	resetsFrom    *limiter // resets asked for from one remote address
	resetsForMail *limiter // reset mails to one e-mail
}

func newLimits() limits {
	return limits{
		byAddress:     newLimiter(50, 18*time.Second),
		byAccount:     newLimiter(10, 90*time.Second),
		resetsFrom:    newLimiter(20, 3*time.Minute),
		resetsForMail: newLimiter(3, 20*time.Minute),
	}
}

// maxKeys bounds the memory of one limiter.
const maxKeys = 100_000

// limiter lets burst tries through at once and one more per interval after that, for each key.
type limiter struct {
	burst time.Duration // the allowance: tries times interval
	every time.Duration
	mu    sync.Mutex
	spent map[string]time.Time // when the allowance of a key is whole again
}

func newLimiter(burst int, every time.Duration) *limiter {
	return &limiter{burst: time.Duration(burst) * every, every: every, spent: map[string]time.Time{}}
}

// take uses one try of key; false when none is left.
func (l *limiter) take(key string, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	whole := l.spent[key]
	if whole.Before(now) || whole.Sub(now) > l.burst { // the latter only where the clock was set back: nobody waits for that
		whole = now
	}
	whole = whole.Add(l.every)
	if whole.Sub(now) > l.burst {
		return false
	}
	l.makeRoom(now)
	l.spent[key] = whole
	return true
}

// giveBack returns the try of a key that turned out to be right.
func (l *limiter) giveBack(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if whole, ok := l.spent[key]; ok {
		l.spent[key] = whole.Add(-l.every)
	}
}

// makeRoom forgets keys whose allowance is whole, and any key when that is not enough: refusing everybody would be
// worse than forgiving one.
func (l *limiter) makeRoom(now time.Time) {
	if len(l.spent) < maxKeys {
		return
	}
	for key, whole := range l.spent {
		if !whole.After(now) {
			delete(l.spent, key)
		}
	}
	for key := range l.spent {
		if len(l.spent) < maxKeys {
			return
		}
		delete(l.spent, key)
	}
}

// addressKey is whom a remote address ("host:port" or host) counts for: one IPv4 address, or the /64 that one
// subscriber has in IPv6. It is the connection's address: headers that a client can write are not asked.
func addressKey(remote string) string {
	ip, err := netip.ParseAddr(remote)
	if err != nil {
		pair, err := netip.ParseAddrPort(remote)
		if err != nil {
			return remote
		}
		ip = pair.Addr()
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	return netip.PrefixFrom(ip, 64).Masked().String()
}

func tooMany() error { return errs.New(errs.Limited, "error.limited") }
