package account

import (
	"log/slog"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

const sentence = "a long sentence"

// serve makes a service whose parts a test may look into, with one person p@x.example.
func serve(t *testing.T, d *db.DB, clk clock.Clock, cost Hashing) (*Service, id.ID) {
	t.Helper()
	svc, err := New(Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler), Origin: "http://127.0.0.1:8080",
		Secret: make([]byte, 32), Hashing: cost, NewDataKey: func(id.ID) []byte { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	return svc, enter(t, svc, "p@x.example", sentence)
}

func enter(t *testing.T, svc *Service, email, password string) id.ID {
	t.Helper()
	person, err := svc.CreatePerson(t.Context(), access.Actor{System: true},
		NewPerson{Name: "x", Email: email, Language: "en", Zone: "UTC", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return person
}

// meanwhile runs fn once, while the nth hash from now is computed: what somebody else did in that time.
func (s *Service) meanwhile(nth int, fn func()) {
	inner := s.passwords.key
	s.passwords.key = func(p, salt []byte, passes, memory uint32, threads uint8, n uint32) []byte {
		if nth--; nth == 0 {
			fn()
		}
		return inner(p, salt, passes, memory, threads, n)
	}
}

// write changes rows behind the service's back.
func write(t *testing.T, d *db.DB, q string, args ...any) {
	t.Helper()
	err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		if err := tx.Buffer(q, args...); err != nil {
			return err
		}
		return record(tx, access.Actor{System: true}, line{about: "person", kind: "test.changed", visibility: journal.System})
	})
	if err != nil {
		t.Fatal(err)
	}
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

func TestEverySignInComputesOneHashWhoeverItIs(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		svc, _ := serve(t, d, clk, cheap())
		enter(t, svc, "without@x.example", "")
		var calls int
		inner := svc.passwords.key
		svc.passwords.key = func(p, s []byte, passes, memory uint32, threads uint8, n uint32) []byte {
			if memory != cheap().MemoryKiB || passes != cheap().Passes || threads != cheap().Threads || len(s) != saltBytes {
				t.Errorf("a hash of another cost: m=%d t=%d p=%d", memory, passes, threads)
			}
			calls++
			return inner(p, s, passes, memory, threads, n)
		}
		for _, email := range []string{"p@x.example", "without@x.example", "nobody@x.example", "no address", ""} {
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
		svc, person := serve(t, d, clk, cheap())
		stored := func() (hash string) {
			err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
				c, err := credentialsByID(tx, person)
				hash = c.hash
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			return hash
		}
		svc.passwords.cost.MemoryKiB = 16
		first := ""
		for range 2 {
			if _, err := svc.SignIn(t.Context(), "p@x.example", sentence, "192.0.2.1"); err != nil {
				t.Fatal(err)
			}
			hash := stored()
			if !strings.HasPrefix(hash, "$argon2id$v=19$m=16,") || (first != "" && hash != first) {
				t.Errorf("hash %q after %q", hash, first)
			}
			first = hash
		}
	})
}

func TestAPasswordThatIsReplacedWhileTheOldOneIsCheckedLetsNobodyIn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		svc, person := serve(t, d, clk, cheap())
		other, err := svc.passwords.hash(t.Context(), "another sentence")
		if err != nil {
			t.Fatal(err)
		}
		replace := func() { write(t, d, `UPDATE person SET password_hash = $2 WHERE id = $1`, person, other) }
		svc.meanwhile(1, replace)
		if _, err := svc.SignIn(t.Context(), "p@x.example", sentence, "192.0.2.1"); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("the old password signed in: %v", err)
		}
	})
}

func TestAPasswordThatIsReplacedDuringAChangeIsNotOverwritten(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		svc, person := serve(t, d, clk, cheap())
		token, err := svc.SignIn(t.Context(), "p@x.example", sentence, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		a, err := svc.BySession(t.Context(), token)
		if err != nil {
			t.Fatal(err)
		}
		other, err := svc.passwords.hash(t.Context(), "another sentence")
		if err != nil {
			t.Fatal(err)
		}
		svc.meanwhile(2, func() { write(t, d, `UPDATE person SET password_hash = $2 WHERE id = $1`, person, other) })
		if _, err := svc.ChangePassword(t.Context(), a, sentence, "my new sentence"); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("the change went through: %v", err)
		}
		if _, err := svc.SignIn(t.Context(), "p@x.example", "another sentence", "192.0.2.1"); err != nil {
			t.Errorf("the password that was set first is lost: %v", err)
		}
	})
}

func TestADisabledPersonIsRefusedEvenWhereASessionOrATokenIsLeft(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		svc, person := serve(t, d, clk, cheap())
		session, err := svc.SignIn(t.Context(), "p@x.example", sentence, "192.0.2.1")
		if err != nil {
			t.Fatal(err)
		}
		_, token, err := svc.CreateToken(t.Context(), access.Actor{System: true}, NewToken{Name: "x", Scopes: []string{"read"}, Person: person})
		if err != nil {
			t.Fatal(err)
		}
		write(t, d, `UPDATE person SET disabled_at = $2 WHERE id = $1`, person, clk.Now())
		if a, err := svc.BySession(t.Context(), session); errs.KindOf(err) != errs.Unauthenticated || !a.IsNobody() {
			t.Errorf("session: %+v, %v", a, err)
		}
		if a, err := svc.ByToken(t.Context(), token); errs.KindOf(err) != errs.Unauthenticated || !a.IsNobody() {
			t.Errorf("token: %+v, %v", a, err)
		}
	})
}
