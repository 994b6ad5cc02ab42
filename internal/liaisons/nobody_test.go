package liaisons_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/entitlement"
	"liaison/internal/liaisons"
)

// After the last liaison has left, and while somebody is only invited, there is nobody whose seat another could take: the
// contact for the contract is told so wherever they look (R1.1-07, R1.1-08).
func TestWhereNobodyIsDesignatedNobodyIsReplaced(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		signer := w.actor(w.person("signer", access.Member))
		w.contactFor(signer.Person)
		wants := func(when, code string) {
			t.Helper()
			all, err := w.Contract.Standings(context.Background(), signer, contract.StandingQuery{})
			if err != nil || len(all) != 1 {
				t.Fatalf("%v, %v", all, err)
			}
			if d, _ := entitlement.Ask(w.Policy.Now(), entitlement.AskReplace, all[0].Standing, w.clk.Now()); d.Code != code {
				t.Errorf("%s: %+v, want %s", when, d, code)
			}
		}
		wants("nobody", entitlement.NobodyToReplace)
		w.ask(program(), liaisons.Item{System: w.system, Name: "N", Email: "next@nordwind.example"})
		wants("somebody is invited", entitlement.NobodyToReplace)
		gone := w.liaison("gone")
		wants("somebody asks themselves", entitlement.OnlyLiaisonsChange)
		signer = w.actor(gone)
		wants("a liaison asks", entitlement.Accepted)
	})
}
