package liaisons_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// states are those of a case, with the one that nobody takes over.
func states() []string {
	return []string{"open", "waiting_customer", "waiting_third_party", "development", "resolved", "closed"}
}

func (w *world) owner(number string) string {
	w.t.Helper()
	return w.column(`SELECT p.name FROM support_case c JOIN person p ON p.id = c.liaison_id WHERE c.number = $1`, number)
}

func TestAReplacementMovesCasesInEveryStateAndLeavesTheClocksAlone(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		old, other := w.liaison("old"), w.liaison("other")
		var numbers []string
		for _, status := range states() {
			numbers = append(numbers, w.openCase(old, status))
		}
		kept := w.openCase(other, "open")
		clocks := `SELECT coalesce(string_agg(number || facts || next_due || next_promise || received_at || status, ';' ORDER BY number), '') FROM support_case`
		before := w.column(clocks)
		w.ask(w.actor(other), liaisons.Item{System: w.system, Old: old, Name: "N", Email: "new@nordwind.example"})
		if w.owner(numbers[0]) != "old" {
			t.Fatal("cases moved before anybody accepted")
		}
		if f, ok, err := w.MailFacts(context.Background(), w.mail.mails[len(w.mail.mails)-1]); err != nil || !ok || f.Other != "old" {
			t.Errorf("the invitation is to follow %q: %v, %v", f.Other, ok, err)
		}
		if err := w.accept(w.link()); err != nil {
			t.Fatal(err)
		}
		for i, status := range states() {
			want := "New Person"
			if status == "closed" {
				want = "old"
			}
			if got := w.owner(numbers[i]); got != want {
				t.Errorf("a %s case belongs to %s, want %s", status, got, want)
			}
		}
		if w.owner(kept) != "other" {
			t.Error("another liaison's case moved")
		}
		if after := w.column(clocks); after != before {
			t.Errorf("clocks moved:\n%s\n%s", before, after)
		}
		holder := w.overview().Systems[0].Liaisons[0] // all since the same instant: by name
		if holder.Name != "New Person" || holder.Cases != 5 {
			t.Errorf("the new liaison is %+v", holder)
		}
		if got := w.column(`SELECT role FROM access_grant WHERE person_id = $1`, old); got != string(access.Member) {
			t.Errorf("the old liaison is still a %s", got)
		}
		if got := w.mail.to(old); !slices.Equal(got, []string{"liaison_began", "liaison_replaced"}) {
			t.Errorf("the old liaison was told %v", got)
		}
		if got := w.mail.to(holder.Person); !slices.Equal(got, []string{"liaison_succeeded"}) {
			t.Errorf("the new liaison was told %v", got)
		}
	})
}

// failing is a context that lets a number of statements through and fails from then on.
type failing struct {
	context.Context
	left *int
}

var errInjected = errors.New("injected fault")

func (f failing) Err() error {
	if *f.left--; *f.left < 0 {
		return errInjected
	}
	return nil
}

// all is everything that a replacement writes, in one text.
func (w *world) all() string {
	var all []string
	for _, q := range []string{
		`SELECT string_agg(number || ' ' || status || ' ' || version || ' ' || (SELECT name FROM person WHERE id = liaison_id), ';' ORDER BY number) FROM support_case`,
		`SELECT string_agg(p.name || ' ' || coalesce(d.ended_at, 0), ';' ORDER BY p.name) FROM designation d JOIN person p ON p.id = d.person_id`,
		`SELECT string_agg(p.name || ' ' || coalesce(d.ended_at, 0), ';' ORDER BY p.name, d.since) FROM designation_period d JOIN person p ON p.id = d.person_id`,
		`SELECT string_agg(p.name || g.role, ';' ORDER BY p.name) FROM access_grant g JOIN person p ON p.id = g.person_id`,
		`SELECT string_agg(why || state || new_name, ';' ORDER BY settled_at, new_name) FROM liaison_change_item`,
		`SELECT count(*) || ' ' || (SELECT count(*) FROM vacated_seat) || ' ' || (SELECT count(*) FROM person) FROM liaison_change`,
		`SELECT count(*) || ' ' || max(seq) FROM journal`,
	} {
		all = append(all, w.column(q))
	}
	w.mail.mu.Lock()
	defer w.mail.mu.Unlock()
	return strings.Join(all, "\n") + fmt.Sprint(len(w.mail.mails))
}

// atEveryStep runs do with a fault at its first statement, its second and so on, until it goes through, and wants
// nothing to be left of the failed ones.
func (w *world) atEveryStep(what string, do func(ctx context.Context) error) {
	w.t.Helper()
	before := w.all()
	for step := 0; ; step++ {
		left := step
		err := do(failing{context.Background(), &left})
		if err == nil {
			if step < 10 {
				w.t.Errorf("%s took %d steps only: the faults were not injected", what, step)
			}
			return
		}
		if !errors.Is(err, errInjected) {
			w.t.Fatalf("%s failed at step %d: %v", what, step, err)
		}
		if after := w.all(); after != before {
			w.t.Fatalf("%s left something half-done at step %d:\n%s\n--- before\n%s", what, step, after, before)
		}
		if step > 500 {
			w.t.Fatal("never goes through")
		}
	}
}

func TestAFaultAtAnyStepLeavesNothingHalfDone(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		old, other := w.liaison("old"), w.liaison("other")
		for _, status := range states() {
			w.openCase(old, status)
		}
		next := w.person("next", access.Liaison)
		w.atEveryStep("a replacement", func(ctx context.Context) error {
			_, err := w.Request(ctx, w.actor(other), liaisons.Request{Items: []liaisons.Item{{System: w.system, Old: old, New: next}}})
			return err
		})
		w.ask(w.actor(other), liaisons.Item{System: w.system, Old: next, Name: "N", Email: "x@nordwind.example"})
		token := w.link()
		w.atEveryStep("an acceptance", func(ctx context.Context) error {
			return w.Accept(ctx, token, liaisons.Acceptance{Name: "X", Language: "en", Zone: "UTC", Password: "correct horse battery 1"})
		})
		came := w.actor(w.byEmail("x@nordwind.example"))
		w.atEveryStep("the end of an account", func(ctx context.Context) error { return w.EndAccount(ctx, came, id.ID{}, other) })
	})
}

func TestAnInvitationWorksOnceAndNotForEver(t *testing.T) {
	onBoth(t, "premier", func(t *testing.T, w *world) {
		ctx, first := context.Background(), w.liaison("first")
		ask := func(email string) (token string, change id.ID) {
			change = w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: email})
			return w.link(), change
		}
		used, _ := ask("one@nordwind.example")
		if v, err := w.Invitation(ctx, used); err != nil || v.System != "PRD-01" || v.Email != "one@nordwind.example" || v.Account {
			t.Errorf("the invitation shows %+v, %v", v, err)
		}
		won, failed := inParallel(8, func(int) error { return w.accept(used) })
		if won != 1 {
			t.Errorf("an invitation was accepted %d times: %v", won, failed)
		}
		gone, change := ask("two@nordwind.example")
		_, err := w.try(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "TWO@nordwind.example"})
		wantKey(t, err, "liaisons.already_invited")
		if err := w.Withdraw(ctx, w.actor(first), id.ID{}, change); err != nil {
			t.Fatal(err)
		}
		wantKey(t, w.Withdraw(ctx, w.actor(first), id.ID{}, change), "error.not_found")
		late, _ := ask("three@nordwind.example")
		w.clk.Forward(14 * 24 * time.Hour)
		for _, token := range []string{used, gone, late, "", "nonsense"} {
			_, err := w.Invitation(ctx, token)
			wantKey(t, err, "liaisons.bad_link")
			wantKey(t, w.accept(token), "liaisons.bad_link")
			wantKey(t, w.Decline(ctx, token), "liaisons.bad_link")
		}
		if n, err := w.Sweep(ctx); err != nil || n == 0 {
			t.Errorf("the sweep did %d, %v", n, err)
		}
		if o := w.overview(); len(o.Systems[0].Waiting) != 0 || o.Changes[0].Items[0].State != "expired" {
			t.Errorf("the invitation waits still: %+v", o.Changes[0])
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "three@nordwind.example"})
	})
}

func TestNobodyOfAnotherCustomerIsNamedOrChanged(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx, first := context.Background(), w.liaison("first")
		own := w.customer
		w.customer = w.newCustomer("other")
		theirs := w.newSystem(w.customer, "PRD-01", "standard")
		stranger := w.person("stranger", access.Liaison)
		w.customer = own
		by := w.actor(first)
		_, err := w.try(by, liaisons.Item{System: theirs, New: first})
		wantKey(t, err, "error.not_found")
		_, unknown := w.try(by, liaisons.Item{System: w.system, New: id.New()})
		wantKey(t, unknown, "liaisons.unknown_person")
		_, err = w.try(by, liaisons.Item{System: w.system, New: stranger})
		wantKey(t, err, "liaisons.unknown_person")
		_, err = w.try(by, liaisons.Item{System: w.system, Old: stranger})
		wantKey(t, err, "liaisons.not_designated")
		wantKey(t, w.EndAccount(ctx, by, id.ID{}, stranger), "error.not_found")
		wantKey(t, w.SetView(ctx, by, id.ID{}, stranger, "own"), "error.not_found")
		_, err = w.Overview(ctx, by, id.New())
		wantKey(t, err, "error.not_found")
		// The stranger is invited like anybody, and keeps what they are elsewhere.
		w.ask(by, liaisons.Item{System: w.system, Name: "S", Email: "stranger@nordwind.example"})
		if v, err := w.Invitation(ctx, w.link()); err != nil || !v.Account {
			t.Fatalf("an account is asked for although there is one: %+v, %v", v, err)
		}
		if err := w.Accept(ctx, w.link(), liaisons.Acceptance{}); err != nil {
			t.Fatal(err)
		}
		if err := w.EndAccount(ctx, by, id.ID{}, stranger); err != nil {
			t.Fatal(err)
		}
		if got := w.column(`SELECT count(*) FROM access_grant g JOIN person p ON p.id = g.person_id AND p.disabled_at IS NULL WHERE g.person_id = $1 AND g.ended_at IS NULL`, stranger); got != "1" {
			t.Errorf("%s grants are left, want the other customer's", got)
		}
	})
}

// contactFor makes somebody the customer's contact for the contract.
func (w *world) contactFor(person id.ID) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO customer_contact (tenant_id, id, kind, person_id, since) VALUES ($1, $2, 'contract', $3, $4)`, w.customer, id.New(), person, tx.Now())
	})
}

func TestMembersAskOnlyAsTheContactForTheContractOfASystemWithoutALiaison(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		first, m := w.liaison("first"), w.person("member", access.Member)
		by := access.Actor{Person: m, Role: access.Member, Customer: w.customer}
		add, swap := liaisons.Item{System: w.system, New: m}, liaisons.Item{System: w.system, Old: first, New: m}
		refused := func(what string, err error) {
			t.Helper()
			if got := errsDecision(err); got != "only_liaisons_change_liaisons" {
				t.Errorf("%s: %v", what, err)
			}
		}
		_, err := w.try(by, add)
		refused("a member's request", err)
		w.contactFor(m)
		for what, it := range map[string]liaisons.Item{"designates": add, "replaces": swap, "removes": {System: w.system, Old: first}} {
			_, err := w.try(by, it)
			refused("while there is a liaison the contact "+what, err)
		}
		refused("the contact ends an account", w.EndAccount(ctx, by, id.ID{}, first))
		refused("the contact chooses a view", w.SetView(ctx, by, id.ID{}, first, "own"))
		if o, err := w.Overview(ctx, by, id.ID{}); err != nil || o.May {
			t.Errorf("the contact sees the liaisons: %v, and may ask: %v", err, o.May)
		}
		w.ask(program(), liaisons.Item{System: w.system, Old: first})
		if o, err := w.Overview(ctx, by, id.ID{}); err != nil || !o.May {
			t.Errorf("with nobody left the contact: %v, and may ask: %v", err, o.May)
		}
		w.ask(by, add) // a member is no liaison yet: they are invited and accept
		if s := w.overview().Systems[0]; s.Taken != 0 || s.Promised != 1 {
			t.Errorf("seats are %+v", s.Seats)
		}
		if err := w.Accept(ctx, w.link(), liaisons.Acceptance{}); err != nil {
			t.Fatal(err)
		}
		_, err = w.try(by, swap)
		if err == nil {
			t.Error("the contact goes on")
		}
	})
}

// Who sees a part of the cases could bring in themselves by another address, and see all.
func TestWhoSeesAPartOfTheCasesBringsInNobody(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		narrow, wide := w.actor(w.liaison("narrow")), w.actor(w.liaison("wide"))
		if err := w.SetView(ctx, wide, id.ID{}, narrow.Person, "own"); err != nil {
			t.Fatal(err)
		}
		narrow.Sees = access.SeesOwn
		alias := liaisons.Item{System: w.system, Name: "Alias", Email: "alias@nordwind.example"}
		swap := alias
		swap.Old = wide.Person
		for what, it := range map[string]liaisons.Item{"designates": alias, "replaces": swap, "removes": {System: w.system, Old: wide.Person}} {
			if _, err := w.try(narrow, it); errsDecision(err) != "sees_a_part_only" {
				t.Errorf("who sees a part %s: %v", what, err)
			}
		}
		if err := w.EndAccount(ctx, narrow, id.ID{}, wide.Person); errsDecision(err) != "sees_a_part_only" {
			t.Errorf("who sees a part ends an account: %v", err)
		}
		if o, err := w.Overview(ctx, narrow, id.ID{}); err != nil || o.May {
			t.Errorf("the page: %v, may ask: %v", err, o.May)
		}
		all, err := w.Contract.Standings(ctx, narrow, contract.StandingQuery{})
		if err != nil || len(all) != 1 || !all[0].Narrowed {
			t.Errorf("they stand %+v, %v", all, err)
		}
		w.ask(wide, alias)
	})
}
