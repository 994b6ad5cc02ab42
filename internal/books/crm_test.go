package books_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/contract"
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

// An agreement that another program corrects keeps its id, and one that was taken out comes back under it; a number is there
// once.
func TestAnAgreementKeepsItsIdentity(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		if _, err := w.BringCustomer(ctx, program(), "C1",
			books.BroughtCustomer{TakeOver: true, Customer: account.Customer{Key: "nordwind", Name: "nordwind", Kind: "customer", Country: "DE", Language: "en"}}); err != nil {
			t.Fatal(err)
		}
		bring := func(ref, number, from, to string) (books.Brought, error) {
			b, err := w.BringAgreement(ctx, program(), ref, "C1", contract.Agreement{Number: number, Country: "DE", SigningEntity: "Corvane GmbH", From: date(from), To: date(to)})
			w.clk.Forward(time.Hour)
			return b, err
		}
		first, err := bring("A1", "AGR-1", "2026-01-01", "2026-12-31")
		w.must(err)
		signed := w.clk.Now().Add(-time.Minute)
		again, err := bring("A1", "AGR-1", "2026-01-01", "2027-12-31")
		w.must(err)
		same, err := bring("A1", "AGR-1", "2026-01-01", "2027-12-31")
		if err != nil || again.ID != first.ID || !again.Changed || same.Changed || same.ID != first.ID {
			t.Errorf("it is %v, then %+v, then %+v, %v", first.ID, again, same, err)
		}
		_, err = bring("A2", "AGR-1", "2028-01-01", "2028-12-31")
		wantKey(t, err, "contract.agreement_number")
		w.must(w.DB.Update(ctx, db.ForTenant(w.customer), func(tx *db.Tx) error {
			return w.Contract.Withdraw(tx, program(), w.customer, contract.EntryAgreement, first.ID)
		}))
		out := w.clk.Now().Add(-time.Minute)
		back, err := bring("A1", "AGR-1", "2026-01-01", "2026-06-30")
		if err != nil || back.ID != first.ID || !back.Changed {
			t.Errorf("it comes back as %+v, %v", back, err)
		}
		for at, want := range map[time.Time]string{signed: "2026-12-31", out: "", w.clk.Now(): "2026-06-30"} {
			b, err := w.AsOf(ctx, reader(), w.customer, at)
			got := ""
			for _, g := range b.Agreements {
				got += g.To.String()
			}
			if err != nil || got != want {
				t.Errorf("as of %s it runs to %q, want %q (%v)", at, got, want, err)
			}
		}
	})
}

// Two who put two customers above each other at the same instant make no circle of them.
func TestNoTwoLinksAtOnceCloseACircle(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		for range 12 {
			var wg sync.WaitGroup
			results := make([]error, 2)
			for i, pair := range [][2]id.ID{{w.customer, w.other}, {w.other, w.customer}} {
				wg.Go(func() { results[i] = w.Link(ctx, program(), pair[0], books.Affiliate, pair[1]) })
			}
			wg.Wait()
			done := 0
			for i, err := range results {
				pair := [][2]id.ID{{w.customer, w.other}, {w.other, w.customer}}[i]
				if err != nil {
					wantKey(t, err, "books.circle")
					continue
				}
				done++
				if err := w.Unlink(ctx, program(), pair[0], books.Affiliate, pair[1]); err != nil {
					t.Fatal(err)
				}
			}
			if done != 1 {
				t.Fatalf("%d of two links went through: %v", done, results)
			}
		}
	})
}
