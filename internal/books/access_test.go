package books_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/id"
)

// The books show liaisons before members and each by name; a name that is corrected is corrected in the past, too, for what is
// kept of the past has none.
func TestTheBooksListWhoHadAccessByTheNamesOfNow(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.person(w.customer, "zoe")
		anna := w.person(w.customer, "anna")
		w.must(w.accounts.Grant(ctx, program(), w.customer, anna, access.Member, account.Partner))
		w.must(w.accounts.Grant(ctx, program(), w.customer, w.person(w.other, "ben"), access.Member, account.Affiliate))
		then := w.clk.Now().Add(-time.Hour)
		w.must(w.accounts.EndGrant(ctx, program(), w.customer, anna))
		w.must(w.accounts.Grant(ctx, program(), w.customer, anna, access.Member, account.Own))
		w.must(w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			_, _, err := w.Accounts.PutPerson(tx, program(), account.Contact{Email: "anna@example.test", Name: "Erased"})
			return err
		}))
		b, err := w.AsOf(ctx, reader(), w.customer, then)
		var got []string
		for _, x := range b.Access {
			got = append(got, fmt.Sprint(x.Name, " ", x.Role, " ", x.Kind, " ", then.Sub(x.Since)))
		}
		if text := strings.Join(got, "; "); err != nil || text != "zoe liaison own 51h0m0s; Erased member partner 51h0m0s; ben member affiliate 25h0m0s" {
			t.Errorf("it is %s, %v", text, err)
		}
	})
}

// Changes that waited count until they were withdrawn, those that were done count from when they were asked for.
func TestTheBooksCountTheChangesOfLiaisonsThatWereUsedByThen(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, start := context.Background(), w.clk.Now()
		year := fmt.Sprint(start.Year(), "-01-01")
		w.must(w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			tx.MarkJournaled()
			change := func(state string, after time.Duration) error {
				change := id.New()
				return errors.Join(
					tx.Buffer(`INSERT INTO liaison_change (tenant_id, id, requested_at, side, year_from) VALUES ($1, $2, $3, 'customer', $4)`, w.customer, change, tx.Now(), year),
					tx.Buffer(`INSERT INTO liaison_change_item (tenant_id, id, change_id, position, system_id, counts, why, state, settled_at, expires_at)
						VALUES ($1, $2, $3, 1, $4, TRUE, 'vacated_seat', $5, $6, $7)`, w.customer, id.New(), change, w.system, state, tx.Now().Add(after), tx.Now().AddDate(0, 0, 14)))
			}
			return errors.Join(change("done", time.Hour), change("withdrawn", 3*time.Hour))
		}))
		for after, want := range map[time.Duration]int{-time.Hour: 0, 0: 2, 2 * time.Hour: 2, 4 * time.Hour: 1} {
			if b, err := w.AsOf(ctx, reader(), w.customer, start.Add(after)); err != nil || b.Changes.Used != want || b.Changes.Limit != 6 {
				t.Errorf("%s after: %+v in %+v, %v, want %d", after, b.Changes, b.Year, err, want)
			}
		}
	})
}
