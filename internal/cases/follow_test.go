package cases_test

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/policy"
	"liaison/policies"
)

// shelf is a source of a policy whose editions a test exchanges.
type shelf struct {
	book atomic.Pointer[policy.Book]
	clk  clock.Clock
}

func (s *shelf) Book() *policy.Book            { return s.book.Load() }
func (s *shelf) At(t time.Time) *policy.Pack   { return s.Book().At(t) }
func (s *shelf) Now() *policy.Pack             { return s.At(s.clk.Now()) }
func (w *world) shelf(b *policy.Book) *shelf   { s := &shelf{clk: w.clk}; s.book.Store(b); return s }
func (w *world) other(s *shelf) *cases.Service { o := w.With(w.mail); o.Policy = s; return o }

// dayOff is the world's pack with one more day off in Germany.
func dayOff(t *testing.T, edition, day string) *policy.Pack {
	t.Helper()
	days, err := policies.FS.ReadFile("reference-2025-02/calendars/DE.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "next")
	if err := os.MkdirAll(filepath.Join(dir, "calendars"), 0o700); err != nil {
		t.Fatal(err)
	}
	for file, body := range map[string]string{"policy.yaml": "base: reference-2025-02\nedition: \"" + edition + "\"\n",
		"calendars/DE.yaml": strings.Replace(string(days), "labour_day: {statutory: [", "labour_day: {statutory: ["+day+", ", 1)} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(body), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p, err := policy.LoadDir(dir, policies.FS)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// manyCases is more of them than one transaction follows.
const manyCases, oneBatch = 104, 100

// moving is a world with many cases and the book whose last edition moves the clock of each.
func (w *world) moving(t *testing.T) (before, after *policy.Book) {
	t.Helper()
	w.at("2026-03-04T16:00:00+01:00") // a Wednesday; Germany is served from 09:00 to 18:00
	s := w.shop(shopSpec{key: "acme", country: "DE", plan: "standard"})
	for range manyCases {
		w.register(s, 3)
	}
	before = policy.NewBook(w.Policy.Now())
	after, err := before.With(w.clk.Now().Add(time.Hour), dayOff(t, "2026-03", "2026-03-05"))
	if err != nil {
		t.Fatal(err)
	}
	return before, after
}

// movings counts the lines that tell of clocks that moved and that moved back, the cases that have them, and the cases that the
// index has at their first due instant.
type movings struct{ there, back, cases, first int }

func (w *world) movings() (n movings) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error {
		first := time.Date(2026, 3, 5, 11, 0, 0, 0, time.FixedZone("", 3600))
		return tx.Row(`SELECT (SELECT count(*) FROM journal WHERE kind = 'clock.moved' AND data NOT LIKE '%withdrawn%'),
			(SELECT count(*) FROM journal WHERE kind = 'clock.moved' AND data LIKE '%withdrawn%'),
			(SELECT count(DISTINCT subject_id) FROM journal WHERE kind = 'clock.moved'),
			(SELECT count(*) FROM support_case WHERE next_promise = $1)`, []any{first}, &n.there, &n.back, &n.cases, &n.first)
	})
	return n
}

// cutOff makes the pass of a service fail behind its first transaction, and mends what it failed at.
func (w *world) cutOff(t *testing.T, s *cases.Service) {
	t.Helper()
	facts := ""
	const last = `(SELECT max(number) FROM support_case)`
	w.rows(func(tx *db.Tx) error {
		if err := tx.Row(`SELECT facts FROM support_case WHERE number = `+last, nil, &facts); err != nil {
			return err
		}
		_, err := tx.Exec(`UPDATE support_case SET facts = '[{"kind": "registered"}]' WHERE number = ` + last)
		return err
	})
	if n, err := s.Follow(t.Context()); err == nil || n != oneBatch {
		t.Fatalf("followed %d cases, cut off: %v", n, err)
	}
	w.rows(func(tx *db.Tx) error {
		_, err := tx.Exec(`UPDATE support_case SET facts = $1 WHERE number = `+last, facts)
		return err
	})
}

// Each case is told once of an edition, whichever processes follow it at once: a server each second, the command line when
// it published or withdrew it.
func TestAnEditionThatTwoProcessesFollowIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, after := w.moving(t)
		var all sync.WaitGroup
		var moved atomic.Int64
		for range 2 {
			s := w.other(w.shelf(after))
			all.Go(func() {
				n, err := s.Follow(t.Context())
				if err != nil {
					t.Error(err)
				}
				moved.Add(int64(n))
			})
		}
		all.Wait()
		if got, want := w.movings(), (movings{there: manyCases, cases: manyCases}); got != want || moved.Load() != manyCases {
			t.Errorf("%+v, want %+v; the processes say %d", got, want, moved.Load())
		}
	})
}

// A pass that was cut off is gone on with by whichever process comes next, where it was.
func TestAPassThatWasCutOffIsGoneOnWith(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, after := w.moving(t)
		w.cutOff(t, w.other(w.shelf(after)))
		if n, err := w.other(w.shelf(after)).Follow(t.Context()); err != nil || n != manyCases-oneBatch {
			t.Errorf("the rest: %d, %v", n, err)
		}
		if n, err := w.other(w.shelf(after)).Follow(t.Context()); err != nil || n != 0 {
			t.Errorf("again: %d, %v", n, err)
		}
		if got, want := w.movings(), (movings{there: manyCases, cases: manyCases}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}

// An edition that is withdrawn while a pass to it is under way moves back what it had moved, and no other case is told of it.
func TestAPassThatAWithdrawalOvertakesLeavesNoTrace(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		_, after := w.moving(t)
		on := w.shelf(after)
		s := w.other(on)
		w.cutOff(t, s)
		on.book.Store(after.Without(after.Last()))
		for _, want := range []int{oneBatch, 0} {
			if n, err := s.Follow(t.Context()); err != nil || n != want {
				t.Errorf("moved back: %d, %v, want %d", n, err, want)
			}
		}
		if got, want := w.movings(), (movings{there: oneBatch, back: oneBatch, cases: oneBatch, first: manyCases}); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	})
}
