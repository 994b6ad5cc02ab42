package apptest_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/almanac"
	"liaison/internal/apptest"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/edition"
	"liaison/internal/id"
	"liaison/internal/policy"
)

type withdrawn struct {
	Edition, EffectiveAt string
	Withdrawn, Told      bool
}

func follow(t *testing.T, w *apptest.World) {
	t.Helper()
	if err := w.App.FollowPolicy(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func publish(t *testing.T, w *apptest.World, p *policy.Pack, effective time.Time) {
	t.Helper()
	if done, err := w.App.Editions.Publish(t.Context(), apptest.Program(), p, effective); !done || err != nil {
		t.Fatal(done, err)
	}
	follow(t, w)
}

// An edition that is announced and withdrawn leaves nothing behind: clocks are due when they were, the next edition may
// hold earlier than it would have, and who was told of it is told.
func TestAnAnnouncedEditionIsWithdrawn(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00")) // a Wednesday; Germany is served from 09:00 to 18:00
		katrin, admin := w.As("katrin.vogel"), w.As("sam.carter")
		c := katrin.Register(home, "P3")
		due, moved, effective := *c.Clocks[0].DueAt, berlin(t, "2026-03-06T11:00:00+01:00"), berlin(t, "2026-03-04T17:00:00+01:00")
		stale, err := edition.Open(t.Context(), &edition.Service{DB: w.App.DB, Clock: w.Clock}, w.App.Editions.Now())
		if err != nil {
			t.Fatal(err)
		}
		publish(t, w, changedPack(t, "2026-03", "2026-03-05"), effective)
		if got := katrin.Case(c.Number); !got.Clocks[0].DueAt.Equal(moved) {
			t.Fatalf("announced: due %v, want %v", got.Clocks[0].DueAt, moved)
		}
		if err := stale.Refresh(t.Context()); err != nil || stale.At(effective).Edition != "2026-03" {
			t.Fatalf("another process: %s, %v", stale.At(effective).Edition, err)
		}
		const path = "/api/v1/admin/editions/2026-03/withdrawal"
		if got := katrin.Post(path, map[string]any{}); got.Status != http.StatusForbidden {
			t.Errorf("a liaison withdraws: %d", got.Status)
		}
		if page := string(admin.Get("/admin/policy/2026-03/withdraw?lang=en").Body); !strings.Contains(page, c.Number) || !strings.Contains(page, "Nobody was told") {
			t.Error("the page that asks does not name the case that moves back")
		}
		first := admin.Post(path, map[string]any{}, "Idempotency-Key", "w1")
		if got := apptest.Is[withdrawn](t, first, http.StatusOK); !got.Withdrawn || got.Told || !berlin(t, got.EffectiveAt).Equal(effective) {
			t.Errorf("withdrawn: %+v", got)
		}
		if again := admin.Post(path, map[string]any{}, "Idempotency-Key", "w1"); string(again.Body) != string(first.Body) {
			t.Errorf("under the same key: %s", again.Body)
		}
		if got := apptest.Is[withdrawn](t, admin.Post(path, map[string]any{}), http.StatusOK); got.Withdrawn {
			t.Error("withdrawn twice")
		}
		follow(t, w)
		late := w.App.Cases.With(nil) // a process that has not heard of it and takes its time
		late.Policy = stale
		if n, err := late.Follow(t.Context()); n != 0 || err != nil {
			t.Errorf("a process that knows the edition still moves %d cases: %v", n, err)
		}
		if got := katrin.Case(c.Number); !got.Clocks[0].DueAt.Equal(due) {
			t.Errorf("withdrawn: due %v, want %v", got.Clocks[0].DueAt, due)
		}
		if n := w.Count(`SELECT count(*) FROM support_case WHERE number = $1 AND next_promise = $2`, c.Number, due.UnixMicro()); n != 1 {
			t.Error("the queue does not know that the clock is due when it was")
		}
		if n := w.Count(`SELECT count(*) FROM journal WHERE kind = 'policy.withdrawn'`); n != 1 {
			t.Errorf("%d lines tell of the withdrawal", n)
		}
		there, back := w.Count(`SELECT count(*) FROM journal WHERE kind = 'clock.moved' AND data NOT LIKE '%withdrawn%'`), w.Count(`SELECT count(*) FROM journal WHERE kind = 'clock.moved' AND data LIKE '%withdrawn%'`)
		if there == 0 || there != back {
			t.Errorf("%d clocks moved, %d moved back", there, back)
		}
		if page := string(katrin.Get("/cases/" + c.Number + "?lang=en").Body); !strings.Contains(page, "Edition 2026-03 of the policy, which would have changed it, has been withdrawn") {
			t.Error("the case does not say why its clock is due again when it was")
		}
		if err := stale.Refresh(t.Context()); err != nil || stale.At(effective).Edition != "2025-02" {
			t.Errorf("another process: %s, %v", stale.At(effective).Edition, err)
		}
		_, err = w.App.Editions.Publish(t.Context(), apptest.Program(), changedPack(t, "2026-03", "2026-03-05"), effective)
		if !hasKey(err, "policy.edition_withdrawn") {
			t.Errorf("published again: %v", err)
		}
		if got := w.Nobody().Get("/policy?edition=2026-03"); got.Status != http.StatusNotFound {
			t.Errorf("the edition that is gone reads %d", got.Status)
		}
		if got := admin.Get("/api/v1/admin/editions/2026-03"); got.Status != http.StatusOK {
			t.Errorf("its files: %d", got.Status)
		}
		publish(t, w, changedPack(t, "2026-03b", "2026-03-05"), effective.Add(-30*time.Minute)) // earlier than that would have
		if got := katrin.Case(c.Number); !got.Clocks[0].DueAt.Equal(moved) {
			t.Errorf("another edition: due %v, want %v", got.Clocks[0].DueAt, moved)
		}
	})
}

// seated makes a member of Nordwind a liaison of its system.
func seated(t *testing.T, w *apptest.World, name string) {
	t.Helper()
	person, err := id.Parse(w.PersonID(name))
	if err != nil {
		t.Fatal(err)
	}
	w.Rewrite(func(tx *db.Tx) error {
		var customer, system id.ID
		err := tx.Row(`SELECT tenant_id, system_id FROM designation WHERE ended_at IS NULL AND tenant_id = (SELECT id FROM customer WHERE key = 'nordwind') LIMIT 1`,
			nil, &customer, &system)
		if err != nil {
			return err
		}
		if _, err := contract.StartDesignation(tx, customer, person, system, false); err != nil {
			return err
		}
		return account.MakeLiaison(tx, access.Actor{System: true}, customer, person)
	})
}

// toldOf is how many people the only line of a kind says were told.
func toldOf(w *apptest.World, kind string) int {
	var data struct{ People int }
	w.Rows(`SELECT data FROM journal WHERE kind = $1`, []any{kind}, func(scan func(...any) error) error {
		var text string
		if err := scan(&text); err != nil {
			return err
		}
		return json.Unmarshal([]byte(text), &data)
	})
	return data.People
}

// Whoever was told of an edition is told that it is withdrawn; what holds, or is about to, cannot be withdrawn, and what
// others were published upon cannot either.
func TestWithdrawalIsToldAndHasItsLimits(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00"))
		withdraw := func(name string) error {
			_, err := w.App.Editions.Withdraw(t.Context(), apptest.Program(), name, nil)
			return err
		}
		told := berlin(t, "2026-03-04T17:00:00+01:00")
		publish(t, w, changedPack(t, "told", "2026-03-05"), told)
		w.Clock.Set(told.Add(-4 * time.Minute))
		follow(t, w)
		w.Clock.Set(told.Add(-3 * time.Minute))
		seated(t, w, "jonas.brandt")
		if err := withdraw("told"); err != nil {
			t.Fatal(err)
		}
		follow(t, w)
		w.StartWork()
		katrin := w.Person("katrin.vogel").Email
		w.Eventually("the liaisons are told", func() bool {
			return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND subject LIKE '%withdrawn%'`, katrin) == 1
		})
		if there, back := toldOf(w, "policy.announced"), toldOf(w, "policy.withdrawn"); there < 2 || there != back {
			t.Errorf("%d people were told of the edition, %d that it is withdrawn", there, back)
		}
		w.Clock.Set(told)
		follow(t, w)
		if got := w.App.Editions.Now().Edition; got != "2025-02" {
			t.Errorf("at the instant at which it would have held, edition %s holds", got)
		}
		one, two := told.Add(time.Hour), told.Add(2*time.Hour)
		publish(t, w, changedPack(t, "one", "2026-03-09"), one)
		publish(t, w, changedPack(t, "two", "2026-03-10"), two)
		for _, c := range []struct {
			name, key string
			at        time.Time
		}{
			{"one", "policy.withdraw_order", told},
			{"2025-02", "policy.withdraw_first", told},
			{"nope", "error.not_found", told},
			{"two", "policy.withdraw_holds", two.Add(-59 * time.Second)},
			{"two", "policy.withdraw_holds", two},
			{"one", "policy.withdraw_holds", two},
		} {
			w.Clock.Set(c.at)
			if err := withdraw(c.name); !hasKey(err, c.key) {
				t.Errorf("%s at %s: %v, want %s", c.name, c.at, err, c.key)
			}
		}
		if got := w.App.Editions.Now().Edition; got != "two" {
			t.Errorf("edition %s holds", got)
		}
		if page := string(w.As("sam.carter").Get("/admin/policy/two/withdraw?lang=en").Body); !strings.Contains(page, "An edition can be withdrawn until a minute before it holds") || strings.Contains(page, `method="post" action="/admin/policy/two/withdraw"`) {
			t.Error("the page offers to withdraw what holds")
		}
	})
}

// Processes that withdraw and publish at once agree on one policy, with one line of the journal for each change.
func TestWithdrawingAtOnceHappensOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00"))
		publish(t, w, changedPack(t, "gone", "2026-03-05"), berlin(t, "2026-03-04T17:00:00+01:00"))
		next := changedPack(t, "next", "2026-03-06")
		var all sync.WaitGroup
		var published error
		for i := range 4 {
			s, err := edition.Open(t.Context(), &edition.Service{DB: w.App.DB, Clock: w.Clock, Jobs: w.App.Editions.Jobs, Shipped: w.App.Editions.Shipped,
				Cases: w.App.Cases, Contract: w.App.Contract}, w.App.Editions.Now())
			if err != nil {
				t.Fatal(err)
			}
			all.Go(func() {
				if i == 0 {
					_, published = s.Publish(t.Context(), apptest.Program(), next, berlin(t, "2026-03-04T18:00:00+01:00"))
					return
				}
				if _, err := s.Withdraw(t.Context(), apptest.Program(), "gone", nil); err != nil && !hasKey(err, "policy.withdraw_order") && !hasKey(err, "policy.withdraw_meanwhile") {
					t.Error(err)
				}
			})
		}
		all.Wait()
		follow(t, w)
		book, gone := w.App.Editions.Book(), w.Count(`SELECT count(*) FROM journal WHERE kind = 'policy.withdrawn'`)
		if gone > 1 || (gone == 1) != book.IsWithdrawn("gone") || (published == nil) != book.Knows("next") {
			t.Errorf("%d withdrawals, %v, published: %v", gone, book.Names(), published)
		}
		if published != nil && !hasKey(published, "policy.edition_meanwhile") {
			t.Error(published)
		}
	})
}

// The name of an edition of calendars that was withdrawn is used up: the next one has the name after it.
func TestCalendarsArePublishedAfterAWithdrawal(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00"))
		person, err := id.Parse(w.PersonID("sam.carter"))
		if err != nil {
			t.Fatal(err)
		}
		sam, effective := access.Actor{Person: person, Role: access.Administrator}, berlin(t, "2026-03-05T17:00:00+01:00")
		for _, want := range []string{"2025-02.1", "2025-02.2"} {
			day := almanac.Edit{Date: calendar.Date{Year: 2026, Month: time.March, Day: 9}, Kind: almanac.Holiday, NameEn: "Day off", NameZh: "休息日", Certainty: policy.Announced}
			if err := w.App.Almanac.Edit(t.Context(), sam, "DE", day); err != nil {
				t.Fatal(err)
			}
			v, err := w.App.Almanac.Preview(t.Context(), sam, effective)
			if err != nil {
				t.Fatal(err)
			}
			name, err := w.App.Almanac.Publish(t.Context(), sam, effective, v.Digest)
			if err != nil || name != want {
				t.Fatalf("published as %q, want %q: %v", name, want, err)
			}
			if _, err := w.App.Editions.Withdraw(t.Context(), sam, name, nil); err != nil {
				t.Fatal(err)
			}
		}
	})
}
