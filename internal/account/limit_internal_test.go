package account

import (
	"fmt"
	"testing"
	"time"
)

func TestALimiterLetsABurstThroughAndThenOnePerInterval(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(3, time.Minute), time.Unix(1_000_000, 0)
	take := func(key string, want bool) {
		t.Helper()
		if got := l.take(key, now); got != want {
			t.Errorf("take(%s) = %v, want %v", key, got, want)
		}
	}
	for range 3 {
		take("a", true)
	}
	take("a", false)
	take("b", true)
	now = now.Add(time.Minute)
	take("a", true)
	take("a", false)
	l.giveBack("a")
	l.giveBack("never seen")
	take("a", true)
	now = now.Add(time.Hour)
	for range 3 {
		take("a", true)
	}
	take("a", false)
}

func TestALimiterKeepsABoundedNumberOfKeys(t *testing.T) {
	t.Parallel()
	l, now := newLimiter(3, time.Minute), time.Unix(1_000_000, 0)
	for i := range maxKeys + 10 {
		l.take(fmt.Sprint(i), now)
	}
	if len(l.spent) > maxKeys {
		t.Errorf("%d keys", len(l.spent))
	}
	l.take("later", now.Add(time.Hour))
	if len(l.spent) != 1 {
		t.Errorf("%d keys after all were whole again", len(l.spent))
	}
}

func TestARemoteAddressCountsAsWhomItBelongsTo(t *testing.T) {
	t.Parallel()
	for remote, want := range map[string]string{
		"192.0.2.7:41000": "192.0.2.7", "192.0.2.7": "192.0.2.7", "[::ffff:192.0.2.7]:1": "192.0.2.7",
		"[2001:db8:1:2:3:4:5:6]:443": "2001:db8:1:2::/64", "2001:db8:1:2:ffff::1": "2001:db8:1:2::/64", "[fe80::1%eth0]:80": "fe80::/64",
		"@": "@", "": "",
	} {
		if got := addressKey(remote); got != want {
			t.Errorf("%q counts for %q, want %q", remote, got, want)
		}
	}
}

// A clock that is set back by hours locks nobody out for hours.
func TestALimiterForgivesAClockThatWasSetBack(t *testing.T) {
	t.Parallel()
	l, late := newLimiter(3, time.Minute), time.Date(2026, 3, 2, 19, 0, 0, 0, time.UTC)
	for range 3 {
		l.take("anna", late)
	}
	if l.take("anna", late) {
		t.Error("a fourth try is let through")
	}
	early := late.Add(-2 * time.Hour)
	for i := range 3 {
		if !l.take("anna", early) {
			t.Errorf("try %d after the clock was set back is refused", i+1)
		}
	}
	if l.take("anna", early) {
		t.Error("the clock was set back, and a fourth try is let through")
	}
}
