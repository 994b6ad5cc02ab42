package cases_test

import (
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
)

// colleague is another liaison of a shop's system.
func (w *world) colleague(s shop, name string) access.Actor {
	w.t.Helper()
	a := w.person(s.customer, access.Liaison, name)
	if err := w.Contract.Designate(w.t.Context(), admin(), s.customer, a.Person, s.system); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// of is a new case of priority 3 of a liaison.
func (w *world) of(a access.Actor, s shop) *cases.Case {
	w.t.Helper()
	c, err := w.Register(w.t.Context(), a, form(s.system, 3))
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// reached lists who gets the mails of a template, as it would be sent now.
func (w *world) reached(template string) (who []id.ID) {
	w.t.Helper()
	w.mail.mu.Lock()
	jobs := slices.Clone(w.mail.jobs)
	w.mail.mu.Unlock()
	for _, m := range jobs {
		if m.Template != template {
			continue
		}
		_, ok, err := w.MailFacts(w.t.Context(), m)
		if err != nil {
			w.t.Fatal(err)
		}
		if ok {
			who = append(who, m.Person)
		}
	}
	return who
}

// replace ends one liaison and gives the cases to another (1.1).
func (w *world) replace(s shop, from, to access.Actor) (moved int) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error {
		err := tx.Buffer(`UPDATE designation SET ended_at = $3 WHERE tenant_id = $1 AND person_id = $2`, s.customer, from.Person, tx.Now())
		if err == nil {
			_, err = contract.StartDesignation(tx, s.customer, to.Person, s.system, false)
		}
		if err == nil {
			moved, err = w.HandOver(tx, admin(), s.customer, s.system, from.Person, to.Person)
		}
		return err
	})
	return moved
}

// Who was replaced hears no more by a case that was merged into another; who came does.
func TestAReplacedLiaisonOfAMergedCaseHearsNoMore(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		xaver, zoe := w.colleague(s, "Xaver"), w.person(s.customer, access.Liaison, "Zoe")
		theirs, into := w.of(xaver, s), w.register(s, 3)
		w.merge(eva, theirs.Number, into.Number)
		if n := w.replace(s, xaver, zoe); n != 1 {
			t.Errorf("%d cases were handed over", n)
		}
		w.say(eva, into.Number, cases.NewMessage{Text: "We found it."})
		if got := w.reached("answer"); !slices.Equal(got, []id.ID{s.liaison.Person, zoe.Person}) {
			t.Errorf("the answer reaches %v, want %s and %s, not %s", got, s.liaison.Person, zoe.Person, xaver.Person)
		}
		if got := w.reached("acknowledgement"); slices.Contains(got, xaver.Person) {
			t.Error("who is no liaison any more gets a mail that waited")
		}
	})
}

// Who left without a successor stands in the merged case still, and hears nothing.
func TestAFormerLiaisonOfAMergedCaseHearsNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		xaver := w.colleague(s, "Xaver")
		theirs, into := w.of(xaver, s), w.register(s, 3)
		w.merge(eva, theirs.Number, into.Number)
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE access_grant SET role = 'member' WHERE tenant_id = $1 AND person_id = $2`, s.customer, xaver.Person)
		})
		before := w.mail.count("answer")
		w.say(eva, into.Number, cases.NewMessage{Text: "We found it."})
		if n := w.mail.count("answer") - before; n != 1 {
			t.Errorf("%d mails", n)
		}
	})
}

// The liaison of a merged case hears of the one that goes on, though nothing was owed for theirs.
func TestALiaisonHearsThoughNothingWasOwed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		yara := w.colleague(s, "Yara")
		theirs, into := w.of(yara, s), w.register(s, 3)
		w.say(eva, theirs.Number, cases.NewMessage{Text: "Which version?", Question: true}) // nothing is owed while it waits
		w.merge(eva, theirs.Number, into.Number)
		w.say(eva, into.Number, cases.NewMessage{Text: "We found it."})
		if got := w.reached("answer"); !slices.Contains(got, yara.Person) || !slices.Contains(got, s.liaison.Person) {
			t.Errorf("the answer reaches %v, want %s, too", got, yara.Person)
		}
	})
}
