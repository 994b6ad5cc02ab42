package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/web"
)

// A viewer who comes back with the position of the last message misses nothing, however much happened meanwhile, and is
// told nothing twice.
func TestWhoComesBackMissesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	first := h.register(lena, 2, "Before the line broke")
	next := h.live(eva, "?after=0")
	next()
	message := next()
	if !strings.Contains(message, first.Number) {
		t.Fatalf("the first case is not told of: %s", message)
	}
	id, _, _ := strings.Cut(strings.TrimPrefix(message, "id: "), "\n")
	missed := map[string]bool{}
	for range 3 {
		for n := range catchUp / 2 { // lines that are of no case lie between
			h.rows(func(*db.Tx) error { return nil })
			if n == 7 {
				missed[h.register(lena, 3, "While it was broken").Number] = true
			}
		}
	}
	back := h.stream(eva, "", "Last-Event-ID", id)
	back()
	for len(missed) > 0 {
		told := back()
		if told == "" {
			t.Fatalf("the stream ends without a word about %v", missed)
		}
		if strings.Contains(told, "#st-"+first.Number) {
			t.Errorf("%s is told of again", first.Number)
		}
		for number := range missed {
			if strings.Contains(told, "#st-"+number) {
				delete(missed, number)
			}
		}
	}
}

// The promise is five seconds: the right is looked at within that time, whatever way it went.
func TestTheStreamEndsWithTheRightToLook(t *testing.T) {
	t.Parallel()
	if checkEvery >= 5*time.Second {
		t.Fatalf("rights are looked at every %s", checkEvery)
	}
	for name, take := range map[string]func(h *house, who access.Actor) string{
		"the session ends": func(_ *house, a access.Actor) string {
			return fmt.Sprintf(`DELETE FROM session WHERE person_id = x'%x'`, a.Person[:])
		},
		"the person is disabled": func(_ *house, a access.Actor) string {
			return fmt.Sprintf(`UPDATE person SET disabled_at = 1 WHERE id = x'%x'`, a.Person[:])
		},
		"another role": func(_ *house, a access.Actor) string {
			return fmt.Sprintf(`UPDATE person SET staff_role = 'licensing' WHERE id = x'%x'`, a.Person[:])
		},
		"no staff any more": func(_ *house, a access.Actor) string {
			return fmt.Sprintf(`UPDATE person SET staff_role = '' WHERE id = x'%x'`, a.Person[:])
		},
		"another centre": func(_ *house, a access.Actor) string {
			return fmt.Sprintf(`UPDATE person SET centre = 'emea' WHERE id = x'%x'`, a.Person[:])
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			eva := h.person(access.Engineer, "Eva", "en")
			next := h.live(eva, "")
			next()
			h.rows(func(tx *db.Tx) error { return tx.Buffer(take(h, eva.Actor)) })
			h.hand.check <- time.Time{}
			if got := next(); got != "" {
				t.Errorf("the stream goes on with %q", got)
			}
		})
	}
	t.Run("the session is over by the clock", func(t *testing.T) {
		t.Parallel()
		h := newHouse(t)
		next := h.live(h.person(access.Engineer, "Eva", "en"), "")
		next()
		h.clk.Forward(25 * time.Hour)
		h.hand.check <- time.Time{}
		if got := next(); got != "" {
			t.Errorf("the stream goes on with %q", got)
		}
	})
}

// deaf is a reader that takes nothing: a write ends when its deadline is over.
type deaf struct {
	head     http.Header
	deadline atomic.Int64
	writes   atomic.Int64
}

func (d *deaf) Header() http.Header { return d.head }
func (d *deaf) WriteHeader(int)     {}
func (d *deaf) Flush()              {}
func (d *deaf) SetWriteDeadline(at time.Time) error {
	d.deadline.Store(at.UnixMicro())
	return nil
}
func (d *deaf) Write([]byte) (int, error) {
	if d.writes.Add(1); d.deadline.Load() == 0 {
		return 0, errors.New("a write without a deadline could hang for ever")
	}
	return 0, os.ErrDeadlineExceeded
}

func TestASlowReaderIsCut(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva := h.person(access.Engineer, "Eva", "en")
	r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, "/desk/events", nil)
	fatal(t, err)
	w := &deaf{head: http.Header{}}
	s := &stream{desk: &desk{Options: Options{Site: h.site, Cases: h.cases, Hub: h.hub}, every: h.hand.every, live: &live{}}, r: r, actor: eva.Actor,
		w: w, out: http.NewResponseController(w), seen: map[string]bool{}}
	if err := s.follow(h.hub.Join()); !errors.Is(err, os.ErrDeadlineExceeded) || w.writes.Load() != 1 {
		t.Errorf("%v after %d writes", err, w.writes.Load())
	}
}

// What a hundred viewers of a queue are told is looked up once.
func TestManyViewersCostOneLook(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	shared, page := &live{}, web.Page{}
	var looks atomic.Int64
	var all sync.WaitGroup
	for range 100 {
		all.Go(func() {
			got, err := shared.cases.say(context.Background(), h.clk.Now(), "one key", func(ctx context.Context) (string, error) {
				looks.Add(1)
				found, err := h.cases.Get(ctx, eva.Actor, c.Number)
				return found.Number, err
			})
			if err != nil || got != c.Number {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	all.Wait()
	if looks.Load() != 1 {
		t.Errorf("%d looks for a hundred viewers", looks.Load())
	}
	h.clk.Forward(echoFor + time.Second)
	if _, err := shared.cases.say(context.Background(), h.clk.Now(), "one key", func(context.Context) (string, error) { return "", errors.New("gone") }); err == nil {
		t.Error("what is old is told again")
	}
	if got, err := shared.cases.say(context.Background(), h.clk.Now(), "one key", func(context.Context) (string, error) { return "again", nil }); err != nil || got != "again" {
		t.Errorf("after a failure: %q, %v", got, err)
	}
	one := &stream{actor: eva.Actor}
	other := &stream{actor: access.Actor{Role: access.RegionalManager, Centre: eva.Centre}}
	if one.reader(page) == other.reader(page) {
		t.Error("two roles read alike")
	}
}

// What was begun for a viewer who leaves is told to the others who wait for it.
func TestAViewerWhoLeavesEndsNobodyElsesStream(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	shared := &live{}
	first, leave := context.WithCancel(context.Background())
	begun, left := make(chan struct{}), make(chan struct{})
	look := func(ctx context.Context) (string, error) {
		close(begun)
		<-left
		if _, limited := ctx.Deadline(); !limited {
			t.Error("it may take for ever")
		}
		found, err := h.cases.Get(ctx, eva.Actor, c.Number)
		if err != nil {
			return "", err
		}
		return found.Number, nil
	}
	var all sync.WaitGroup
	all.Go(func() { _, _ = shared.cases.say(first, h.clk.Now(), "one key", look) })
	<-begun
	all.Go(func() {
		if got, err := shared.cases.say(context.Background(), h.clk.Now(), "one key", look); err != nil || got != c.Number {
			t.Errorf("the other viewer is told %q, %v", got, err)
		}
	})
	leave()
	close(left)
	all.Wait()
}

func TestEverybodysNumbersAreOnePass(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, max, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Engineer, "Max", "en"), h.person(access.Liaison, "Lena", "en")
	me := "me"
	for i := range 3 {
		c := h.register(lena, 2, "Reports stay empty")
		if i > 0 {
			_, err := h.cases.Change(context.Background(), eva.Actor, c.Number, "*", cases.Change{Assignee: &me})
			fatal(t, err)
		}
	}
	soon := h.clk.Now().Add(soon)
	all, err := h.cases.Tally(context.Background(), max.Actor, soon)
	fatal(t, err)
	for _, who := range []access.Actor{eva.Actor, max.Actor} {
		want, err := h.cases.Counts(context.Background(), who, soon)
		fatal(t, err)
		if got := all.Of(who.Person); got != want {
			t.Errorf("%s: %+v, want %+v", who.Name, got, want)
		}
	}
}
