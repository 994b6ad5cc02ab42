package cases_test

import (
	"testing"
	"time"

	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/sla"
)

// A decision about clocks stores the facts that came since the one before it: the lines of a long case stay short, and
// are replayed all the same; also after a correction, which changes the first fact.
func TestTheDecisionsOfALongCaseStayShortAndAreReplayed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "DE", plan: "premier"}), w.engineer()
		number := w.register(s, 2).Number
		turn := func() {
			for _, to := range []cases.Status{cases.WaitingThirdParty, cases.Open} {
				w.clk.Forward(5 * time.Minute)
				w.change(eva, number, cases.Change{Status: to, Reason: "the maker of the driver looks at it"})
			}
		}
		for range 20 {
			turn()
		}
		if n := longest(t, w, number); n > 1000 {
			t.Errorf("a line has %d letters", n)
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE support_case SET triage = TRUE WHERE number = $1`, number)
		})
		_, err := w.Correct(t.Context(), eva, number, cases.Correction{System: s.system, Environment: "development", Product: "server", Release: "2025"})
		if err != nil {
			t.Fatal(err)
		}
		turn()
		facts := w.get(eva, number).Facts
		if n := len(facts); n < 40 || facts[0].Kind != sla.Registered {
			t.Errorf("%d facts", n)
		}
		replayAll(t, w, number)
		all, err := w.Replay(t.Context(), admin(), number)
		if err != nil || len(all) < 43 {
			t.Errorf("%d decisions are replayed: %v", len(all), err)
		}
	})
}

// longest is the length of the longest line about a change of state of a case.
func longest(t *testing.T, w *world, number string) (n int) {
	t.Helper()
	err := w.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT max(length(j.data)) FROM journal j JOIN case_number n ON n.case_id = j.subject_id
			WHERE n.number = $1 AND j.kind = 'status.changed'`, []any{number}, &n)
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
