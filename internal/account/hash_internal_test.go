package account

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
)

var cheap = Hashing{MemoryKiB: 8, Passes: 1, Threads: 1, Parallel: 2}

func TestAHashIsArgon2idInPHCFormAndSalted(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	one, err := h.hash(t.Context(), "a long sentence")
	if err != nil {
		t.Fatal(err)
	}
	two, err := h.hash(t.Context(), "a long sentence")
	if err != nil {
		t.Fatal(err)
	}
	if one == two || !strings.HasPrefix(one, "$argon2id$v=19$m=8,t=1,p=1$") {
		t.Errorf("hashes %q and %q", one, two)
	}
	for password, want := range map[string]bool{"a long sentence": true, "a long sentence ": false, "": false} {
		if ok, err := h.verify(t.Context(), one, password); err != nil || ok != want {
			t.Errorf("verify(%q) = %v, %v", password, ok, err)
		}
	}
	if h.outdated(one) || !newHasher(Hashing{MemoryKiB: 16, Passes: 1, Threads: 1, Parallel: 1}).outdated(one) {
		t.Error("outdated is wrong")
	}
}

func TestAStoredHashThatIsNoneIsAnError(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap)
	for _, stored := range []string{"x", "$2a$10$abcdefghijklmnopqrstuv", "$argon2id$v=18$m=8,t=1,p=1$AAAA$AAAA",
		"$argon2id$v=19$m=8,t=0,p=1$" + strings.Repeat("A", 22) + "$" + strings.Repeat("A", 43), "$argon2id$v=19$m=8,t=1$AAAA$AAAA",
		"$argon2id$v=19$m=8,t=1,p=1$!$AAAA", "$argon2id$v=19$m=8,t=1,p=1$AAAA$AAAA"} {
		if ok, err := h.verify(t.Context(), stored, "x"); err == nil || ok {
			t.Errorf("%q: %v, %v", stored, ok, err)
		}
	}
}

func TestNoMoreHashesAreComputedAtOnceThanThePoolHolds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		h := newHasher(cheap)
		var now, most atomic.Int64
		finish := make(chan struct{})
		h.key = func(_, _ []byte, _, _ uint32, _ uint8, n uint32) []byte {
			most.Store(max(most.Load(), now.Add(1)))
			<-finish
			now.Add(-1)
			return make([]byte, n)
		}
		for range 10 {
			go func() { _, _ = h.hash(t.Context(), "x") }()
		}
		synctest.Wait()
		if now.Load() != 2 {
			t.Errorf("%d at once, want 2", now.Load())
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := h.hash(ctx, "x"); errs.KindOf(err) != errs.Unavailable {
			t.Errorf("who gave up waiting got %v", err)
		}
		close(finish)
		synctest.Wait()
		if most.Load() != 2 {
			t.Errorf("at most %d at once", most.Load())
		}
	})
}

func TestEverySignInComputesOneHashWhoeverItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		svc, err := New(Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), Origin: "http://127.0.0.1:8080",
			Secret: make([]byte, 32), Hashing: cheap, NewDataKey: func(id.ID) []byte { return nil }})
		if err != nil {
			t.Fatal(err)
		}
		for i, password := range []string{"a long sentence", ""} {
			if _, err := svc.CreatePerson(t.Context(), access.Actor{System: true}, NewPerson{Name: "x", Email: fmt.Sprintf("p%d@x.example", i),
				Language: "en", Zone: "UTC", Password: password}); err != nil {
				t.Fatal(err)
			}
		}
		var calls int
		inner := svc.passwords.key
		svc.passwords.key = func(p, s []byte, passes, memory uint32, threads uint8, n uint32) []byte {
			if memory != cheap.MemoryKiB || passes != cheap.Passes || threads != cheap.Threads || len(s) != saltBytes {
				t.Errorf("a hash of another cost: m=%d t=%d p=%d", memory, passes, threads)
			}
			calls++
			return inner(p, s, passes, memory, threads, n)
		}
		for _, email := range []string{"p0@x.example", "p1@x.example", "nobody@x.example", "no address", ""} {
			calls = 0
			_, err := svc.SignIn(t.Context(), email, "a wrong sentence", "192.0.2.1")
			if errs.KindOf(err) != errs.Unauthenticated || calls != 1 {
				t.Errorf("%q: %d hashes, %v", email, calls, err)
			}
		}
	})
}

func TestAnOldHashIsMadeAnewAtSignIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		o := Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), Origin: "http://127.0.0.1:8080", Secret: make([]byte, 32), Hashing: cheap}
		before, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		person, err := before.CreatePerson(t.Context(), access.Actor{System: true},
			NewPerson{Name: "x", Email: "p@x.example", Language: "en", Zone: "UTC", Password: "a long sentence"})
		if err != nil {
			t.Fatal(err)
		}
		o.Hashing.MemoryKiB = 16
		after, err := New(o)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := after.SignIn(t.Context(), "p@x.example", "a long sentence", "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
		}
		err = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			c, err := credentialsByID(tx, person)
			if !strings.HasPrefix(c.hash, "$argon2id$v=19$m=16,") {
				t.Errorf("hash %q", c.hash)
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	})
}

func TestAServiceWithoutAnOriginOrASecretIsRefused(t *testing.T) {
	t.Parallel()
	for _, origin := range []string{"", "support.example.com", "https://", "https://support.example.com/", "ftp://x", "https://x/y", "https://u@x"} {
		if _, err := New(Options{Origin: origin, Secret: make([]byte, 32)}); err == nil {
			t.Errorf("origin %q was taken", origin)
		}
	}
	if _, err := New(Options{Origin: "https://x", Secret: make([]byte, 31)}); err == nil {
		t.Error("a short secret was taken")
	}
}

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
