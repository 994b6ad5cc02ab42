package liaisons_test

import (
	"context"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

func TestASystemThatNeverHadASubscriptionHasNoSeats(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		bare, err := w.Contract.AddSystem(ctx, program(), w.customer, contract.NewSystem{Name: "BARE-01", Deployment: contract.OnPrem,
			Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}})
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range w.overview().Systems {
			if s.System == bare && (s.Total() != 0 || s.Free() != 0 || s.Plan != "") {
				t.Errorf("it has %d seats of plan %q", s.Total(), s.Plan)
			}
		}
		it := liaisons.Item{System: bare, New: w.liaison("first")}
		_, err = w.try(manager(), it)
		if errsDecision(err) != "subscription_inactive" {
			t.Errorf("staff designate: %v", err)
		}
		change, err := w.Request(ctx, manager(), liaisons.Request{Customer: w.customer, Items: []liaisons.Item{it}, Override: "signed, not entered yet"})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.column(`SELECT override_reason FROM liaison_change WHERE id = $1`, change); got != "signed, not entered yet" {
			t.Errorf("the reason is %q", got)
		}
		invited := liaisons.Item{System: bare, Name: "N", Email: "new@nordwind.example"}
		if _, err := w.Request(ctx, manager(), liaisons.Request{Customer: w.customer, Items: []liaisons.Item{invited}, Override: "signed, not entered yet"}); err != nil {
			t.Fatal(err)
		}
		if err := w.accept(w.link()); err != nil {
			t.Errorf("who was invited accepts: %v", err)
		}
	})
}

// Every way to leave a seat stands in the ledger, and counts nothing.
func TestTheLedgerSaysHowSeatsWereLeft(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		for side, end := range map[string]func(p id.ID) error{
			"customer": func(p id.ID) error { return w.EndAccount(ctx, w.actor(w.liaison("chief")), id.ID{}, p) }, //nolint:contextcheck // whom the world makes has nothing to do with what is called here
			"staff":    func(p id.ID) error { return w.EndAccount(ctx, manager(), w.customer, p) },
			"system":   func(p id.ID) error { return w.Contract.EndDesignation(ctx, program(), w.customer, p, w.system) },
			"directory": func(p id.ID) error {
				directory := access.Actor{Role: access.Directory, Customer: w.customer, Token: id.New(), Scopes: []string{access.ScopeDirectory}}
				user := w.inDirectory(p) //nolint:contextcheck // the test's own
				_, err := w.Accounts.ReplaceDirectoryUser(ctx, directory, user, account.DirectoryData{UserName: "directory@nordwind.example", Name: "D", Email: "directory@nordwind.example"}, -1)
				return err
			},
		} {
			p := w.liaison(side)
			used := w.used()
			if err := end(p); err != nil {
				t.Fatalf("%s: %v", side, err)
			}
			found := false
			for _, c := range w.overview().Changes {
				for _, it := range c.Items {
					if it.Old == side || side == "directory" && it.Old == "D" {
						found = c.Side == side && !c.Counts && !it.Counts && it.State == "done" && it.Why == liaisons.WhyRemoval && it.New == ""
					}
				}
			}
			if !found || w.used() != used {
				t.Errorf("%s: the ledger is %+v, %d used", side, w.overview().Changes, w.used())
			}
		}
	})
}

func TestWhoHasNoPasswordTypesOneToAccept(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		first, m := w.liaison("first"), w.personWith("bare", access.Member, "")
		w.ask(w.actor(first), liaisons.Item{System: w.system, New: m})
		link := w.link()
		if v, err := w.Invitation(ctx, link); err != nil || v.Account {
			t.Errorf("the page asks for no password: %+v, %v", v, err)
		}
		wantKey(t, w.Accept(ctx, link, liaisons.Acceptance{Name: "B", Language: "en", Zone: "UTC"}), "field.too_short")
		if err := w.accept(link); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accounts.SignIn(ctx, "bare@nordwind.example", "correct horse battery 1", "192.0.2.1"); err != nil {
			t.Errorf("they sign in with %v", err)
		}
		// Who has moved to another mailbox since sets no password by the old one.
		moved := w.personWith("moved", access.Member, "")
		w.ask(w.actor(first), liaisons.Item{System: w.system, New: moved})
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE person SET email_norm = 'else@nordwind.example' WHERE id = $1`, moved)
		})
		if v, err := w.Invitation(ctx, w.link()); err != nil || !v.Account {
			t.Errorf("the old mailbox sets a password: %+v, %v", v, err)
		}
	})
}

func TestTheLedgerOfAPastYearIsRead(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		first := w.liaison("first")
		w.ask(w.actor(first), liaisons.Item{System: w.system, Old: first, New: w.person("next", access.Liaison)})
		staff := access.Actor{Person: id.New(), Role: access.Administrator}
		read := func(year string) (liaisons.Overview, error) {
			return w.OverviewOf(context.Background(), staff, w.customer, year)
		}
		then := w.overview()
		w.clk.Forward(400 * 24 * time.Hour)
		now, err := read("")
		if err != nil || len(now.Changes) != 0 || now.Earlier != 2026 || now.Later != 0 {
			t.Errorf("the present year: %+v, %v", now, err)
		}
		past, err := read("2026")
		if err != nil || len(past.Changes) != len(then.Changes) || past.Ledger.Used != 1 || past.Later != 2027 || past.Quota.Used != 0 {
			t.Errorf("the year of the changes: %+v, %v", past, err)
		}
		for _, bad := range []string{"x", "0", "2028"} {
			_, err := read(bad)
			wantKey(t, err, "field.not_allowed")
		}
	})
}
