package books_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// TestARandomHistoryReadAsOfAnyInstantIsWhatTheJournalSays enters, corrects and withdraws at random and compares the
// books with the journal at every instant at which something changed, and just before it.
func TestARandomHistoryReadAsOfAnyInstantIsWhatTheJournalSays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		random, chance := rand.New(rand.NewPCG(7, 11)), rand.New(rand.NewPCG(3, 5))
		people := []id.ID{w.person(w.customer, "katrin"), w.person(w.customer, "jonas")}
		at := w.centres(people[0])
		w.guests = []id.ID{w.person(w.other, "guest"), w.person(w.other, "visitor")}
		done := map[string]int{}
		for n := range 340 {
			w.clk.Forward(time.Duration(1+random.IntN(50)) * time.Hour)
			if n%5 == 4 {
				what, err := w.accessRandom(chance, people)
				if err == nil {
					done[what]++
					at = append(at, w.clk.Now())
				} else if errs.KindOf(err) != errs.NotFound { // without access
					t.Fatalf("%s: %v", what, err)
				}
				w.clk.Forward(time.Hour)
			}
			what, err := w.somethingRandom(random, n, people)
			if err == nil {
				done[what]++
				at = append(at, w.clk.Now())
			} else if k := errs.KindOf(err); k != errs.Conflict && k != errs.Invalid {
				t.Fatalf("%s: %v", what, err)
			}
		}
		for _, what := range []string{"enter", "end agreements", "end orders", "end seats", "end terms", "end exceptions", "end contacts", "end links", "end components",
			"correct term", "correct exception", "correct system", "bill", "correct bill", "pay", "void", "designate", "undesignate", "customer", "view", "correct agreement",
			"grant", "end grant", "end account", "make liaison", "make member"} {
			if done[what] == 0 {
				t.Errorf("the history has no %q: %v", what, done)
			}
		}
		defer func() {
			for name := range renderers() {
				if !w.seen[name] {
					t.Errorf("the history has never had anything in %s", name)
				}
			}
		}()
		for i, instant := range at {
			if i > 3 && i%3 != 0 && i != len(at)-1 {
				continue
			}
			for _, x := range []time.Time{instant.Add(-time.Microsecond), instant} {
				if got, want := w.read(x), w.replayed(x); !slices.Equal(got, want) {
					t.Fatalf("as of %s the books say\n%s\nthe journal\n%s", x, strings.Join(got, "\n"), strings.Join(want, "\n"))
				}
			}
		}
	})
}

// centres makes a system whose plan gives the choice of a centre, and chooses there while no invoice is overdue: one, another,
// none, and one again. It gives the instants of that.
func (w *world) centres(person id.ID) (at []time.Time) {
	w.t.Helper()
	ctx := context.Background()
	var err error
	w.elite, err = w.Contract.AddSystem(ctx, program(), w.customer, contract.NewSystem{Name: "ELITE-01", Deployment: contract.OnPrem,
		Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}})
	if err == nil {
		_, err = w.Enter(ctx, program(), w.customer, books.Term{System: w.elite, Term: contract.Term{Plan: "elite", From: date("2020-01-01"), To: date("2045-12-31")}})
	}
	if err == nil {
		err = w.Contract.Designate(ctx, program(), w.customer, person, w.elite)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	for _, centre := range []string{"apac", "na", "", "apac"} {
		w.clk.Forward(time.Hour)
		if err := w.liaisons.ChooseCentre(ctx, program(), w.customer, w.elite, person, centre); err != nil {
			w.t.Fatal(err)
		}
		at = append(at, w.clk.Now())
	}
	return at
}

func (w *world) somethingRandom(random *rand.Rand, n int, people []id.ID) (what string, err error) {
	ctx := context.Background()
	b, err := w.AsOf(ctx, reader(), w.customer, w.clk.Now())
	if err != nil {
		return "read", err
	}
	switch random.IntN(10) {
	case 0, 1, 2:
		return "enter", w.enterRandom(random, n, people)
	case 3:
		return w.correctRandom(random, b)
	case 4:
		return w.billRandom(random, n, b)
	case 5:
		return w.designateRandom(random, b, people)
	case 6, 7:
		return w.aboutRandom(random, n, b, people)
	}
	kind, entry := pick(random, b)
	if entry.IsZero() {
		return "enter", w.enterRandom(random, n, people)
	}
	return "end " + kind, w.End(ctx, program(), w.customer, kind, entry, b.Etag(kind, entry))
}

// accessRandom gives somebody access, another role or another kind of it, or ends it.
func (w *world) accessRandom(random *rand.Rand, people []id.ID) (what string, err error) {
	ctx, guest := context.Background(), w.guests[random.IntN(len(w.guests))]
	kind := []account.GrantKind{account.Own, account.Affiliate, account.Partner}[random.IntN(3)]
	step := func(do func(tx *db.Tx) error) error {
		return w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			tx.MarkJournaled()
			return do(tx)
		})
	}
	switch random.IntN(5) {
	case 0:
		return "grant", w.accounts.Grant(ctx, program(), w.customer, append(people, guest)[random.IntN(3)], []access.Role{access.Member, access.Liaison}[random.IntN(2)], kind)
	case 1:
		return "end grant", w.accounts.EndGrant(ctx, program(), w.customer, guest)
	case 2:
		return "end account", w.liaisons.EndAccount(ctx, program(), w.customer, guest)
	case 3:
		return "make liaison", step(func(tx *db.Tx) error { return account.MakeLiaison(tx, program(), w.customer, guest) })
	}
	return "make member", step(func(tx *db.Tx) error { return account.MakeMember(tx, program(), w.customer, guest) })
}

// billRandom enters an invoice, changes it, records its payment or takes it back.
func (w *world) billRandom(random *rand.Rand, n int, b books.Books) (what string, err error) {
	var open []contract.BilledEntry
	for _, v := range b.Invoices {
		if v.Paid == nil {
			open = append(open, v)
		}
	}
	due := date("2026-01-01").AddDays(random.IntN(900))
	err = w.DB.Update(context.Background(), db.ForTenant(w.customer), func(tx *db.Tx) error {
		do := random.IntN(4)
		if len(open) == 0 || do == 0 {
			what = "bill"
			_, err := w.Contract.EnterInvoice(tx, program(), w.customer, contract.Invoice{Number: fmt.Sprint("INV-", n), Due: due, Issued: due.AddDays(-30)})
			return err
		}
		v := open[random.IntN(len(open))]
		switch do {
		case 1:
			what = "correct bill"
			_, err := w.Contract.PutBill(tx, program(), w.customer, contract.Bill{Invoice: contract.Invoice{Number: v.Number, Due: due}})
			return err
		case 2:
			what = "pay"
			return w.Contract.SettleInvoice(tx, program(), w.customer, v.ID, tx.Now().Add(-time.Duration(random.IntN(99))*time.Hour))
		}
		what = "void"
		return w.Contract.VoidInvoice(tx, program(), w.customer, v.ID, "entered twice")
	})
	return what, err
}

// aboutRandom changes the customer's own data, what somebody sees, somebody's centre, or an agreement in its place.
func (w *world) aboutRandom(random *rand.Rand, n int, b books.Books, people []id.ID) (what string, err error) {
	ctx := context.Background()
	switch do := random.IntN(4); {
	case do == 0:
		c := account.Customer{Key: "nordwind", Name: fmt.Sprint("Nordwind ", n), Kind: "customer", Country: []string{"DE", "FR"}[random.IntN(2)],
			Centre: "emea", Language: "en", Restricted: random.IntN(2) == 0}
		err = w.DB.Update(ctx, db.ForSystem("test"), func(tx *db.Tx) error {
			_, _, err := w.Accounts.PutCustomer(tx, program(), c)
			return err
		})
		w.names = append(w.names, named{w.clk.Now(), c.Name})
		return "customer", err
	case do == 1:
		return "view", w.liaisons.SetView(ctx, program(), w.customer, people[random.IntN(2)], liaisons.Views()[random.IntN(3)])
	case do == 2 && len(b.Agreements) > 0:
		g := b.Agreements[random.IntN(len(b.Agreements))]
		g.To = g.To.AddDays(1 - random.IntN(3))
		err = w.DB.Update(ctx, db.ForTenant(w.customer), func(tx *db.Tx) error {
			_, err := w.Contract.BringAgreement(tx, program(), w.customer, g.ID, g)
			return err
		})
		return "correct agreement", err
	}
	return "designate", w.Contract.Designate(ctx, program(), w.customer, people[random.IntN(2)], w.elite)
}

// designateRandom makes somebody a liaison of a system, or ends that.
func (w *world) designateRandom(random *rand.Rand, b books.Books, people []id.ID) (what string, err error) {
	ctx := context.Background()
	if random.IntN(2) == 0 && len(b.Designated) > 0 {
		d := b.Designated[random.IntN(len(b.Designated))]
		return "undesignate", w.Contract.EndDesignation(ctx, program(), w.customer, d.Person, d.System)
	}
	return "designate", w.Contract.Designate(ctx, program(), w.customer, people[random.IntN(len(people))], b.Systems[random.IntN(len(b.Systems))].ID)
}

func pick(random *rand.Rand, b books.Books) (kind string, entry id.ID) {
	of := map[string][]id.ID{}
	for _, e := range b.Agreements {
		of[books.Agreements] = append(of[books.Agreements], e.ID)
	}
	for _, e := range b.Orders {
		of[books.Orders] = append(of[books.Orders], e.ID)
	}
	for _, e := range b.Terms {
		of[books.Terms] = append(of[books.Terms], e.ID)
	}
	for _, e := range b.Exceptions {
		of[books.Exceptions] = append(of[books.Exceptions], e.ID)
	}
	for _, e := range b.Seats {
		of[books.BoughtKind] = append(of[books.BoughtKind], e.ID)
	}
	for _, e := range b.Components {
		of[books.Components] = append(of[books.Components], e.ID)
	}
	for _, e := range b.Contacts {
		of[books.Contacts] = append(of[books.Contacts], e.ID)
	}
	for _, e := range b.Links {
		of[books.Links] = append(of[books.Links], e.ID)
	}
	kinds := slices.DeleteFunc(books.EntryKinds(), func(k string) bool { return len(of[k]) == 0 })
	if len(kinds) == 0 {
		return "", id.ID{}
	}
	kind = kinds[random.IntN(len(kinds))]
	return kind, of[kind][random.IntN(len(of[kind]))]
}

func (w *world) enterRandom(random *rand.Rand, n int, people []id.ID) error {
	from := date("2026-01-01").AddDays(30 * random.IntN(60))
	to := from.AddDays(20)
	all := []books.Entry{
		books.Agreement{Number: fmt.Sprint("A-", n), Country: "DE", SigningEntity: "Corvane GmbH", From: from, To: to},
		books.Order{Number: fmt.Sprint("O-", n), SignedOn: from, Lines: []books.Line{{SKU: books.SKUMapKey, Quantity: 1 + random.IntN(9), From: from, To: to}}},
		books.Term{System: w.system, Term: contract.Term{Plan: []string{"standard", "elite"}[random.IntN(2)], From: from, To: to}},
		books.Exception{System: w.system, Exception: contract.Exception{Document: fmt.Sprint("X-", n), Scope: "full", From: from, To: to}},
		books.Seats{System: w.system, Seats: 1 + random.IntN(3), From: from},
		books.Component{System: w.system, Name: fmt.Sprint("Database ", random.IntN(6)), Vendor: "Elsewhere", Version: "9"},
		books.Contact{Kind: books.Kinds()[4+random.IntN(4)], Person: people[random.IntN(2)]},
		books.Tied{Kind: []string{books.Affiliate, books.Partner}[random.IntN(2)], Other: w.other},
		books.System{Name: fmt.Sprint("SYS-", n), Deployment: contract.OnPrem, Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}},
	}
	_, err := w.Enter(context.Background(), program(), w.customer, all[random.IntN(len(all))])
	return err
}

func (w *world) correctRandom(random *rand.Rand, b books.Books) (what string, err error) {
	ctx := context.Background()
	switch {
	case random.IntN(3) == 0 && len(b.Terms) > 0:
		e := b.Terms[random.IntN(len(b.Terms))]
		_, err = w.CorrectTerm(ctx, program(), w.customer, e.ID, e.Etag, "premier", e.From.AddDays(random.IntN(9)))
		return "correct term", err
	case random.IntN(2) == 0 && len(b.Exceptions) > 0:
		e := b.Exceptions[random.IntN(len(b.Exceptions))]
		_, err = w.CorrectException(ctx, program(), w.customer, e.ID, e.Etag, contract.Exception{Scope: "technical_assistance", From: e.From, To: e.To.AddDays(random.IntN(5))})
		return "correct exception", err
	}
	e := b.Systems[random.IntN(len(b.Systems))]
	country := []string{"DE", "US", "FR"}[random.IntN(3)]
	_, err = w.CorrectSystem(ctx, program(), w.customer, e.ID, e.Etag, contract.NewSystem{Deployment: contract.OnPrem, Country: country, Product: "server",
		Version: "2025", Environments: []string{"production", "test"}[:1+random.IntN(2)]})
	return "correct system", err
}

func TestACorrectionOfWhatSomebodyElseHasChangedIsRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		term, err := w.Enter(ctx, program(), w.customer, books.Term{System: w.system, Term: contract.Term{Plan: "standard", From: date("2026-01-01"), To: date("2026-12-31")}})
		if err != nil {
			t.Fatal(err)
		}
		b, err := w.AsOf(ctx, reader(), w.customer, w.clk.Now())
		if err != nil || len(b.Terms) != 1 {
			t.Fatalf("terms are %v, %v", b.Terms, err)
		}
		tag := b.Terms[0].Etag
		change := func(tag, plan string, to calendar.Date) error {
			_, err := w.CorrectTerm(ctx, program(), w.customer, term, tag, plan, to)
			return err
		}
		if err := change(tag, "elite", date("2026-12-31")); err != nil {
			t.Fatal(err)
		}
		wantKey(t, change(tag, "premier", date("2026-12-31")), "books.stale")
		wantKey(t, change("*", "premier", date("2025-12-31")), "contract.ends_before_start")
		_, err = w.Enter(ctx, program(), w.customer, books.Term{System: w.system, Term: contract.Term{Plan: "standard", From: date("2026-12-31"), To: date("2027-12-31")}})
		wantKey(t, err, "contract.terms_overlap")
		_, err = w.Enter(ctx, program(), w.customer, books.Seats{System: w.system, Seats: -1, From: date("2026-12-31")})
		wantKey(t, err, "contract.seats_between")
		_, err = w.Enter(ctx, program(), w.customer, books.Seats{System: id.New(), Seats: 1, From: date("2026-12-31")})
		wantKey(t, err, "books.unknown_system")
		wantKey(t, w.End(ctx, program(), w.other, books.Terms, term, "*"), "error.not_found") // of another customer
		wantKey(t, w.End(ctx, program(), w.customer, "plans", term, "*"), "error.not_found")
		wantKey(t, w.End(ctx, program(), w.customer, books.Terms, term, tag), "books.stale")
		wantKey(t, w.End(ctx, program(), w.customer, books.Terms, term, ""), "books.stale")
		if b, err = w.AsOf(ctx, reader(), w.customer, w.clk.Now()); err != nil {
			t.Fatal(err)
		}
		if err := w.End(ctx, program(), w.customer, books.Terms, term, b.Terms[0].Etag); err != nil {
			t.Fatal(err)
		}
		wantKey(t, w.End(ctx, program(), w.customer, books.Terms, term, b.Terms[0].Etag), "error.not_found")
	})
}
