package liaisons_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// A mail that has waited says only what is so when it is sent.
func TestAMailAboutLiaisonsIsAskedAgainWhenItIsSent(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx, gone, stays := context.Background(), w.liaison("gone"), w.liaison("stays")
		member := w.person("member", access.Member)
		w.openCase(gone, "open")
		sends := func(what, template string, to, other id.ID, want bool) {
			t.Helper()
			_, ok, err := w.MailFacts(ctx, liaisons.Mail{Template: template, Tenant: w.customer, Person: to, System: w.system, Other: other, Event: id.New()})
			if ok != want || err != nil {
				t.Errorf("%s: it is sent: %v, %v", what, ok, err)
			}
		}
		sends("a liaison began", liaisons.Began, gone, id.ID{}, true)
		sends("nobody has ended", liaisons.Ended, gone, id.ID{}, false)
		sends("no case is without an owner", liaisons.Departed, stays, gone, false)
		sends("a liaison looks who has access", liaisons.Review, gone, id.ID{}, true)
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		sends("who began has left", liaisons.Began, gone, id.ID{}, false)
		sends("who followed has left", liaisons.Succeeded, gone, stays, false)
		sends("it has ended", liaisons.Ended, gone, id.ID{}, true)
		sends("a case is without an owner", liaisons.Departed, stays, gone, true)
		sends("somebody who cannot name a successor", liaisons.Departed, member, gone, false)
		sends("no liaison any more", liaisons.Review, gone, id.ID{}, false)
		w.ask(w.actor(stays), liaisons.Item{System: w.system, New: w.person("next", access.Liaison)})
		sends("the case has an owner again", liaisons.Departed, stays, gone, false)
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE designation SET ended_at = NULL WHERE tenant_id = $1 AND person_id = $2`, w.customer, gone)
		})
		sends("who had ended is back", liaisons.Ended, gone, id.ID{}, false)
	})
}
