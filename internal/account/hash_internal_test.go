package account

import (
	"context"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"liaison/internal/errs"
)

func cheap() Hashing { return Hashing{MemoryKiB: 8, Passes: 1, Threads: 1, Parallel: 2} }

func TestAHashIsArgon2idInPHCFormAndSalted(t *testing.T) {
	t.Parallel()
	h := newHasher(cheap())
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
	h := newHasher(cheap())
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
		h := newHasher(cheap())
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
