package inbound

import (
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/id"
	"liaison/internal/mailmsg"
)

// A case that the sender does not see is held without an answer, whatever else would be said about it: of a restricted
// customer, too, and whoever the sender is to the customer.
func TestAMailAboutAnUnseenCaseIsNeverAnswered(t *testing.T) {
	customer := id.New()
	for _, role := range []access.Role{access.Liaison, access.Member} {
		for _, restricted := range []bool{false, true} {
			for _, token := range []mailmsg.State{mailmsg.None, mailmsg.Good} {
				for _, files := range [][]mailmsg.File{nil, {{Name: "a.log"}}} {
					f := facts{mail: &mailmsg.Message{Nature: mailmsg.Human, Files: files}, verdict: mailmsg.Verdict{Pass: true}, token: token, known: true,
						on:     &onCase{number: "20418", customer: customer, restricted: restricted, hidden: true},
						sender: account.Sender{Standing: []account.Standing{{Customer: customer, Role: role, Restricted: restricted, Sees: access.SeesOwn}}}}
					got := decide(f)
					if got.state != StateHeld || got.reason != CaseNotVisible || got.answer != "" || got.act != none || got.customer != customer || got.restricted != restricted {
						t.Errorf("%s, restricted %t, token %s, %d files: %+v", role, restricted, token, len(files), got)
					}
					f.on.hidden = false
					if got := decide(f); got.reason == CaseNotVisible {
						t.Errorf("%s sees the case, and it is held: %+v", role, got)
					}
				}
			}
		}
	}
}
