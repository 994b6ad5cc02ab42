package contract

import "testing"

func TestTheJournalHoldsCodesOfAScopeAndNoText(t *testing.T) {
	for scope, want := range map[string]string{"full": "full", "full technical_assistance": "full technical_assistance", "call Anna Keller": "other"} {
		if got := journaledScope(scope); got != want {
			t.Errorf("%q is journaled as %q, want %q", scope, got, want)
		}
	}
}
