package billing_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// renewing is a customer with two systems, extra seats and a product that no system runs.
func renewing(w *world) (customer, a, b id.ID) {
	w.t.Helper()
	ctx := context.Background()
	w.at("2026-11-20 09:00")
	customer = w.customer("nordwind")
	a, b = w.system(customer, "PRD-01", "premier", "2026-01-01", "2026-12-31"), w.system(customer, "PRD-02", "standard", "2025-10-01", "2026-09-30")
	w.rows(func(tx *db.Tx) error { return tx.Buffer(`INSERT INTO product (id, name) VALUES ('mobile', 'Mobile')`) })
	_, err := w.Contract.AddExtraSeats(ctx, program(), customer, a, 2, day("2026-03-01"))
	if err == nil {
		_, err = w.Books.RecordOrder(ctx, program(), customer, books.Order{Number: "O-1", SignedOn: day("2026-01-01"),
			Lines: []books.Line{{SKU: books.SKUProduct, Product: "mobile", Quantity: 1, From: day("2026-01-01"), To: day("2026-12-31")}}})
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return customer, a, b
}

func lines(r billing.Renewal) (all []string) {
	for _, l := range r.Lines {
		all = append(all, fmt.Sprintf("%s %s%s x%d %s..%s", l.SKU, l.SystemName, l.Product, l.Quantity, l.From, l.To))
	}
	return all
}

func TestAQuoteIsMadeOfWhatRunsAndItsOrderEntersTermsAndSeats(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, a, b := renewing(w)
		q := billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15"), Amount: 5000, Currency: "EUR"}
		r, err := w.Quote(ctx, desk(), "nordwind", q, nil)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{"plan.premier PRD-01 x1 2027-01-01..2027-12-31", "seat PRD-01 x2 2027-03-01..2028-02-29",
			"plan.standard PRD-02 x1 2026-11-20..2027-11-19", "product mobile x1 2027-01-01..2027-12-31"}
		if r.State != billing.Open || !r.Decision.Allowed || !slices.Equal(lines(r), want) {
			t.Errorf("%s %+v %q", r.State, r.Decision, lines(r))
		}
		again, err := w.Quote(ctx, desk(), "nordwind", q, nil)
		if was, err2 := w.Renewal(ctx, desk(), r.ID); err != nil || err2 != nil || was.State != billing.Withdrawn {
			t.Errorf("the earlier quote is %s, %v, %v", was.State, err, err2)
		}
		if _, err := w.OrderRenewal(ctx, desk(), r.ID, billing.RenewalOrder{Number: "O-2", SignedOn: day("2026-11-20")}, nil); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a quote that was taken back is ordered: %v", err)
		}
		o := billing.RenewalOrder{Number: "O-2", SignedOn: day("2026-11-20"), Expect: again.ETag()}
		done, err := w.OrderRenewal(ctx, desk(), again.ID, o, nil)
		if err != nil || done.State != billing.Ordered || done.OrderNumber != "O-2" {
			t.Fatalf("%+v, %v", done, err)
		}
		all, err := w.Books.AsOf(ctx, desk(), customer, w.clk.Now())
		if err != nil || len(all.Terms) != 4 || len(all.Seats) != 2 || len(all.Orders) != 2 || len(all.Orders[1].Lines) != 4 {
			t.Errorf("%+v, %v", all, err)
		}
		w.at("2027-01-02 09:00")
		for _, system := range []id.ID{a, b} {
			err := w.DB.View(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
				c, err := w.Contract.Coverage(tx, customer, system, tx.Now())
				if !c.Covered {
					t.Errorf("%s is not covered: %+v", system, c)
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestARenewalOfAPartIsRefusedWithWhatIsMissing(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, a, b := renewing(w)
		part := billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15"), Systems: []billing.Choice{{System: a, Plan: "premier"}}}
		_, err := w.Quote(ctx, desk(), "nordwind", part, nil)
		d := errs.As(err).Decision
		if d == nil || d.Code != entitlement.PartialRenewal || d.Clause != "5.1" || fmt.Sprint(d.Inputs["missing"], d.Inputs["missing_systems"]) != fmt.Sprintf("[mobile] [%s]", b) {
			t.Fatalf("%v %+v", err, d)
		}
		r, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 24, ValidUntil: day("2026-12-15")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		signed := billing.RenewalOrder{Number: "O-2", SignedOn: day("2026-11-20"), Systems: []billing.Choice{{System: b, Plan: "standard"}}, Products: []string{"mobile"}}
		if _, err := w.OrderRenewal(ctx, desk(), r.ID, signed, nil); errs.As(err).Decision == nil {
			t.Errorf("an order that leaves a system out: %v", err)
		}
		added := w.system(customer, "PRD-03", "standard", "2026-11-01", "2027-10-31") // licensed after the quote was made
		whole := billing.RenewalOrder{Number: "O-2", SignedOn: day("2026-11-20")}
		if _, err := w.OrderRenewal(ctx, desk(), r.ID, whole, nil); errs.As(err).Decision == nil {
			t.Errorf("an order that leaves out what was licensed meanwhile: %v", err)
		}
		if all, err := w.Books.AsOf(ctx, desk(), customer, w.clk.Now()); err != nil || len(all.Orders) != 1 || len(all.Terms) != 3 {
			t.Errorf("something was entered: %+v, %v", all, err)
		}
		back := billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15"), Returned: []string{"mobile"},
			Systems: []billing.Choice{{System: a, Plan: "standard"}, {System: b, Returned: true}, {System: added, Plan: "standard"}}}
		if r, err = w.Quote(ctx, desk(), "nordwind", back, nil); err != nil {
			t.Fatal(err)
		}
		if _, err := w.OrderRenewal(ctx, desk(), r.ID, whole, nil); err != nil {
			t.Fatal(err)
		}
		terms, err := w.TermsOf(ctx, desk(), "nordwind")
		if err != nil || len(terms.Systems) != 2 || len(terms.Products) != 0 {
			t.Errorf("what was given back is licensed still: %+v, %v", terms, err)
		}
	})
}

func TestOfManyOrdersOfOneQuoteOneWins(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, _, _ := renewing(w)
		r, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		won := make(chan error, 8)
		for i := range cap(won) {
			wg.Go(func() {
				_, err := w.OrderRenewal(ctx, desk(), r.ID, billing.RenewalOrder{Number: fmt.Sprint("O-", 10+i), SignedOn: day("2026-11-20")}, nil)
				if err != nil && errs.KindOf(err) != errs.Conflict {
					t.Error(err)
				}
				won <- err
			})
		}
		wg.Wait()
		close(won)
		n := 0
		for err := range won {
			if err == nil {
				n++
			}
		}
		if all, err := w.Books.AsOf(ctx, desk(), customer, w.clk.Now()); n != 1 || err != nil || len(all.Orders) != 2 || len(all.Terms) != 4 {
			t.Errorf("%d won; %d orders, %d terms, %v", n, len(all.Orders), len(all.Terms), err)
		}
		late, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		w.at("2026-12-16 00:00")
		_, err = w.OrderRenewal(ctx, desk(), late.ID, billing.RenewalOrder{Number: "O-3", SignedOn: day("2026-12-16")}, nil)
		wantKey(t, err, "renewal.expired")
	})
}

func TestRenewalsAreSeenByThoseWhomTheyConcern(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, _, _ := renewing(w)
		other := w.customer("belmont")
		r, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		payer := w.person(customer, access.Member, "billing")
		for _, c := range []struct {
			who  string
			a    access.Actor
			kind errs.Kind
		}{
			{"a liaison", access.Actor{Person: w.person(customer, access.Liaison, ""), Role: access.Liaison, Customer: customer}, 0},
			{"who pays", access.Actor{Person: payer, Role: access.Member, Customer: customer}, 0},
			{"another member", access.Actor{Person: w.person(customer, access.Member, ""), Role: access.Member, Customer: customer}, errs.Refused},
			{"somebody else's liaison", access.Actor{Person: w.person(other, access.Liaison, ""), Role: access.Liaison, Customer: other}, errs.NotFound},
			{"an engineer", access.Actor{Person: id.New(), Role: access.Engineer}, errs.Refused},
			{"the renewals desk", access.Actor{Person: id.New(), Role: access.RenewalsDesk}, 0},
		} {
			_, err := w.Renewal(ctx, c.a, r.ID)
			if c.kind == 0 && err != nil || c.kind != 0 && errs.KindOf(err) != c.kind {
				t.Errorf("%s: %v", c.who, err)
			}
		}
		page, err := w.Renewals(ctx, access.Actor{Person: id.New(), Role: access.Liaison, Customer: other}, billing.RenewalFilter{Customer: "nordwind"})
		if err != nil || len(page.Items) != 0 {
			t.Errorf("%+v, %v", page, err)
		}
	})
}

func TestWhoseSupportEndsIsToldOnceForEachDayOfThePack(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		customer := w.customer("nordwind")
		w.system(customer, "PRD-01", "standard", "2026-01-01", "2027-03-31")
		w.system(customer, "PRD-02", "standard", "2026-01-01", "2027-03-31")
		liaison, signer := w.person(customer, access.Liaison, ""), w.person(customer, access.Member, "contract")
		step := func(at string, want ...string) {
			t.Helper()
			w.at(at)
			got := w.sweep()
			for _, who := range []id.ID{liaison, signer} {
				if all := slices.DeleteFunc(got[who], func(m string) bool { return m == billing.SupportEnds }); !slices.Equal(all, want) {
					t.Errorf("%s: %v, want %v", at, all, want)
				}
			}
		}
		step("2027-01-29 23:00")
		step("2027-01-30 00:00", billing.TermEnds)
		step("2027-03-16 12:00")
		step("2027-03-17 00:00", billing.TermEnds)
		m := billing.Mail{Template: billing.TermEnds, Tenant: customer, Person: liaison, Day: "2027-03-31"}
		if f, ok, err := w.MailFacts(context.Background(), m); err != nil || !ok || f.Count != 2 || f.Day != day("2027-03-31") {
			t.Errorf("%+v, %v, %v", f, ok, err)
		}
		step("2027-04-01 00:00", billing.TermEnded)
		step("2027-04-02 00:00")
		page, err := w.EndingWithin(context.Background(), desk(), 30, "", 1)
		if err != nil || len(page.Items) != 1 || page.Next == "" {
			t.Fatalf("%+v, %v", page, err)
		}
		rest, err := w.EndingWithin(context.Background(), desk(), 30, page.Next, 1)
		if err != nil || len(rest.Items) != 1 || rest.Next != "" || rest.Items[0].System == page.Items[0].System {
			t.Errorf("%+v, %v", rest, err)
		}
		if _, err := w.Quote(context.Background(), desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day("2027-05-01")}, nil); err != nil {
			t.Fatal(err)
		}
		terms, err := w.TermsOf(context.Background(), desk(), "nordwind")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.OrderRenewal(context.Background(), desk(), terms.Quotes[0].ID, billing.RenewalOrder{Number: "O-1", SignedOn: day("2027-04-02")}, nil); err != nil {
			t.Fatal(err)
		}
		if _, ok, err := w.MailFacts(context.Background(), m); ok || err != nil {
			t.Errorf("a mail that waited goes out after the renewal: %v, %v", ok, err)
		}
	})
}

// Nobody has taken back a quote that ran out before the next one was made: the customer's list keeps it as what it is.
func TestAQuoteThatHasExpiredStaysSoWhenAnotherIsMade(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		renewing(w)
		quote := func(until string) billing.Renewal {
			t.Helper()
			r, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day(until)}, nil)
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		states := func(what string, want ...string) {
			t.Helper()
			var got []string
			for _, state := range []string{billing.Open, billing.Expired, billing.Withdrawn} {
				page, err := w.Renewals(ctx, desk(), billing.RenewalFilter{State: state, Limit: 10})
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range page.Items {
					if got = append(got, r.Number+" "+state); r.State != state {
						t.Errorf("%s: %s is among the %s, and %s", what, r.Number, state, r.State)
					}
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		old := quote("2026-11-25")
		w.at("2026-11-26 09:00")
		states("the day after", old.Number+" expired")
		replaced := quote("2026-12-15")
		states("another is made", replaced.Number+" open", old.Number+" expired")
		open := quote("2026-12-20")
		states("and one more, in time", open.Number+" open", old.Number+" expired", replaced.Number+" withdrawn")
		if _, err := w.OrderRenewal(ctx, desk(), old.ID, billing.RenewalOrder{Number: "O-2", SignedOn: day("2026-11-26")}, nil); errs.As(err).Key != "renewal.expired" {
			t.Errorf("an expired quote is ordered: %v", err)
		}
		if gone, err := w.WithdrawRenewal(ctx, desk(), old.ID, "*", nil); err != nil || gone.State != billing.Withdrawn {
			t.Errorf("%s, %v", gone.State, err)
		}
		states("somebody takes the first one back", open.Number+" open", replaced.Number+" withdrawn", old.Number+" withdrawn")
	})
}
