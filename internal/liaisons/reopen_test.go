package liaisons_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/liaisons"
	"liaison/internal/sla"
)

// closed is a case of a liaison that was closed just now.
func (w *world) closed(liaison access.Actor) string {
	w.t.Helper()
	plain := w.openCase(liaison.Person, "closed")
	number := cases.FormatNumber(int64(w.number))
	w.rows(func(tx *db.Tx) error {
		return errors.Join(tx.Buffer(`UPDATE support_case SET number = $2, closed_at = $3, facts = $4 WHERE number = $1`, plain, number, tx.Now(),
			string(sla.AppendFacts(nil, []sla.Event{{Kind: sla.Registered, At: tx.Now().UnixMicro(), Priority: 3, Plan: "standard", Production: true, Deployment: "on_prem", Calendar: "emea-cet:DE"}}))),
			tx.Buffer(`INSERT INTO case_number (number, tenant_id, case_id) SELECT number, tenant_id, id FROM support_case WHERE number = $1`, number))
	})
	return number
}

func TestAClosedCaseThatIsTakenUpAgainBelongsToALiaison(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		w.Cases.Forsaken, w.Cases.Jobs = w.CaseLeft, told{}
		reopen := func(a access.Actor, number string) {
			t.Helper()
			if _, err := w.Cases.Change(context.Background(), a, number, "*", cases.Change{Status: cases.Open, Reason: "It is back."}); err != nil {
				t.Fatalf("reopening: %v", err)
			}
		}
		want := func(what, number, owner, flag string) {
			t.Helper()
			if got := w.owner(number); got != owner {
				t.Errorf("%s: the case belongs to %s, want %s", what, got, owner)
			}
			if got := w.column(`SELECT CASE WHEN owner_departed_at IS NULL THEN '' ELSE 'flagged' END FROM support_case WHERE number = $1`, number); got != flag {
				t.Errorf("%s: the flag is %q", what, got)
			}
		}
		old, stays := w.actor(w.liaison("old")), w.actor(w.liaison("stays"))
		own, replaced, again := w.closed(stays), w.closed(old), w.closed(old)
		reopen(manager(), own)
		want("a liaison who is there", own, "stays", "")

		next := w.actor(w.person("next", access.Liaison))
		w.ask(stays, liaisons.Item{System: w.system, Old: old.Person, New: next.Person})
		reopen(stays, replaced)
		want("who replaced", replaced, "next", "")
		w.ask(stays, liaisons.Item{System: w.system, Old: next.Person})
		w.ask(stays, liaisons.Item{System: w.system, New: w.person("last", access.Liaison)})
		reopen(manager(), again)
		want("who filled the seat of who replaced", again, "last", "")

		gone := w.actor(w.liaison("gone"))
		mine, nobody := w.closed(gone), w.closed(gone)
		w.ask(stays, liaisons.Item{System: w.system, Old: gone.Person})
		reopen(stays, mine)
		want("who reopens it", mine, "stays", "")
		before := len(w.mail.to(stays.Person))
		reopen(manager(), nobody)
		want("nobody", nobody, "gone", "flagged")
		if got := w.mail.to(stays.Person)[before:]; !slices.Equal(got, []string{liaisons.Departed}) {
			t.Errorf("who can name a successor is told %v", got)
		}
		if got := w.column(`SELECT count(*) FROM vacated_seat WHERE person_id = $1 AND task_due IS NOT NULL`, gone.Person); got != "1" {
			t.Errorf("%s seats wait for staff", got)
		}
		w.ask(stays, liaisons.Item{System: w.system, New: w.person("heir", access.Liaison)})
		want("who came then", nobody, "heir", "")
	})
}

// told takes the mails of cases.
type told struct{}

func (told) Enqueue(*db.Tx, string, any) error { return nil }
