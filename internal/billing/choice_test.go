package billing_test

import (
	"context"
	"slices"
	"testing"

	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/errs"
)

// What could never be ordered is not quoted: the reason stands beside the value, before the customer sees anything.
func TestAQuoteThatCannotBeOrderedIsNotMade(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, a, b := renewing(w) // the last terms end on 2026-12-31 and 2026-09-30, today is 2026-11-20
		quote := func(from string, more ...string) string {
			q := billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15"), Products: append([]string{"mobile"}, more...),
				Systems: []billing.Choice{{System: a, Plan: "premier"}, {System: b, Plan: "standard"}}}
			if from != "" {
				q.Systems[0].From = day(from)
			}
			_, err := w.Quote(ctx, desk(), "nordwind", q, nil)
			if err == nil {
				return ""
			}
			f := errs.As(err).Fields
			return f[0].Name + " " + f[0].Key
		}
		for _, c := range []struct{ from, want string }{
			{"2026-12-31", "systems[0].from renewal.starts_in_term"},
			{"2027-01-01", ""},
			{"2028-01-01", ""},
		} {
			if got := quote(c.from); got != c.want {
				t.Errorf("from %s: %q, want %q", c.from, got, c.want)
			}
		}
		if got := quote("", "server"); got != "products[1] renewal.product_of_system" {
			t.Errorf("a product that a system runs: %q", got)
		}
		if got := quote("", "tablecloth"); got != "products[1] books.unknown_product" {
			t.Errorf("no product: %q", got)
		}
		sign := func(on calendar.Date) error {
			_, err := w.Books.RecordOrder(ctx, program(), customer, books.Order{Number: "O-" + on.String(), SignedOn: on,
				Lines: []books.Line{{SKU: books.SKUMapKey, Quantity: 1, From: day("2027-01-01"), To: day("2027-12-31")}}})
			return err
		}
		if err := sign(day("2026-11-21")); len(errs.As(err).Fields) != 1 || errs.As(err).Fields[0].Key != "books.signed_later" {
			t.Errorf("signed tomorrow: %v", err)
		}
		if err := sign(day("2026-11-20")); err != nil {
			t.Error(err)
		}
	})
}

// What is sold for years in which the software on premises is no more supported in full says so beside the line (4.7).
func TestALineOnPremisesSaysFromWhenItIsLimited(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		customer, a, _ := renewing(w)
		e := contract.Exception{Document: "O-9", Scope: "full", From: day("2026-06-01"), To: day("2027-06-30")}
		if _, err := w.Contract.AddException(ctx, program(), customer, a, e); err != nil {
			t.Fatal(err)
		}
		r, err := w.Quote(ctx, desk(), "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: day("2026-12-15")}, nil)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, l := range r.Lines {
			if !l.Limited.IsZero() {
				got = append(got, l.SKU+" "+l.SystemName+" "+l.Limited.String())
			}
		}
		if want := []string{"plan.premier PRD-01 2027-07-01", "plan.standard PRD-02 2027-01-01"}; !slices.Equal(got, want) {
			t.Errorf("limited are %q, want %q", got, want)
		}
	})
}
