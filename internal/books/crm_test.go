package books_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// A sync gives nobody access that was ended, and takes nobody of another customer for the one that it brings.
func TestASyncGivesNoAccessBackAndTakesNobodyElsesPeople(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		if _, err := w.BringCustomer(ctx, program(), "C1",
			books.BroughtCustomer{TakeOver: true, Customer: account.Customer{Key: "nordwind", Name: "nordwind", Kind: "customer", Country: "DE", Language: "en"}}); err != nil {
			t.Fatal(err)
		}
		bring := func(ref, mail, name string) error {
			_, err := w.BringContact(ctx, program(), ref, "C1", books.BroughtContact{Contact: account.Contact{Email: mail, Name: name, Phone: "+49 30 1"}})
			return err
		}
		refused := func(key string, err error) {
			t.Helper()
			if e := errs.As(err); err == nil || e.Kind != errs.Conflict || e.Key != key || e.Args["ref"] == nil {
				t.Errorf("want %s with the row, got %v", key, err)
			}
		}
		w.must(bring("P1", "ours@example.test", "Ours"))
		w.must(bring("P1", "ours@example.test", "Renamed"))
		both := w.person(w.other, "both")
		refused("crm.of_another", bring("P2", "both@example.test", "Overwritten"))
		w.must(w.accounts.Grant(ctx, program(), w.customer, both, access.Member, account.Own))
		w.must(bring("P2", "both@example.test", "Overwritten"))
		w.must(w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			_, err := w.Accounts.PutGrant(tx, program(), w.customer, both, access.Member, account.Own, true)
			return err
		}))
		refused("crm.access_ended", bring("P2", "both@example.test", "Overwritten"))
		refused("crm.access_ended", bring("P3", "both@example.test", "Overwritten"))
		var live int64
		names := map[string]string{}
		w.must(w.DB.View(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			if err := tx.Row(`SELECT count(*) FROM access_grant WHERE tenant_id = $1 AND ended_at IS NULL`, []any{w.customer}, &live); err != nil {
				return err
			}
			return tx.Query(`SELECT email, name, id FROM person`, nil, func(scan func(...any) error) error {
				var mail, name string
				var who id.ID
				err := scan(&mail, &name, &who)
				names[mail] = name
				return err
			})
		}))
		if live != 1 || names["ours@example.test"] != "Renamed" || names["both@example.test"] != "both" {
			t.Errorf("%d have access, the names are %v", live, names)
		}
	})
}
