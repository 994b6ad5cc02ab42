package books_test

import (
	"context"
	"testing"

	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/id"
)

func TestLinesOfAnOrderKeepToTheWindowsAndToOneAddOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		cloud, err := w.Contract.AddSystem(ctx, program(), w.customer, contract.NewSystem{Name: "CLOUD", Deployment: contract.Cloud, Country: "DE", Product: "server", Version: "2025", Environments: []string{"production"}})
		w.must(err)
		n := 0
		order := func(lines ...books.Line) error {
			n++
			_, err := w.RecordOrder(ctx, program(), w.customer, books.Order{Number: "L-" + string(rune('A'+n)), SignedOn: date("2026-02-01"), Lines: lines})
			return err
		}
		line := func(sku string, system id.ID, from, to calendar.Date) books.Line {
			return books.Line{SKU: sku, System: system, Quantity: 1, From: from, To: to}
		}
		els := func(from, to string) books.Line { return line(books.SKUELS, w.system, date(from), date(to)) }
		plan := func(key, from, to string) books.Line {
			return line(books.SKUPlan+key, w.system, date(from), date(to))
		}
		seat := func(system id.ID, from, to string) books.Line {
			return line(books.SKUSeat, system, date(from), date(to))
		}
		for _, of := range []books.Line{line(books.SKUELS, id.ID{}, date("2027-01-01"), date("2028-12-31")), seat(id.ID{}, "2027-01-01", "2027-12-31"),
			line("plan.premier", id.ID{}, date("2026-12-01"), date("2027-11-30"))} {
			wantKey(t, order(of), "books.line_of_no_system")
		}
		wantKey(t, order(seat(w.system, "2027-01-01", "2027-06-30")), "books.seat_line_year")
		wantKey(t, order(seat(w.system, "2027-01-01", "2028-01-01")), "books.seat_line_year")
		w.must(order(seat(w.system, "2028-02-29", "2029-02-27"), seat(w.system, "2031-02-28", "2032-02-28"), line(books.SKUMapKey, id.ID{}, date("2027-01-01"), date("2027-06-30"))))
		wantKey(t, order(els("2026-12-31", "2027-06-30")), "extended.starts_before")
		wantKey(t, order(els("2028-06-01", "2029-01-01")), "extended.ends_after")
		wantKey(t, order(els("2027-01-01", "2029-01-31")), "extended.ends_after")
		wantKey(t, order(line(books.SKUELS, id.ID{}, date("2026-01-01"), date("2026-12-31"))), "extended.starts_before")
		wantKey(t, order(line(books.SKUELS, cloud, date("2027-01-01"), date("2027-12-31"))), "extended.extended_support_not_for_this_deployment")
		wantKey(t, order(line(books.SKUELS, id.New(), date("2027-01-01"), date("2027-12-31"))), "books.unknown_system")
		wantKey(t, order(els("2027-01-01", "2027-06-30"), els("2027-06-30", "2027-12-31")), "extended.overlaps_earlier_window")
		w.must(order(els("2027-01-01", "2027-06-30"))) // what was refused has left nothing behind
		wantKey(t, order(els("2027-06-01", "2027-12-31")), "extended.overlaps_earlier_window")
		w.must(order(els("2028-01-01", "2028-12-31"))) // windows need not meet

		wantKey(t, order(plan("extended", "2026-03-01", "2027-02-28"), plan("elite", "2027-02-28", "2027-12-31")), "books.second_add_on")
		w.must(order(plan("standard", "2026-01-01", "2027-12-31"), plan("extended", "2026-03-01", "2027-02-28"))) // an add-on beside the base
		wantKey(t, order(plan("elite", "2026-12-01", "2027-11-30")), "books.second_add_on")
		wantKey(t, order(plan("extended", "2026-12-01", "2027-11-30")), "books.second_add_on")
		w.must(order(plan("elite", "2027-03-01", "2028-02-29")))
		w.must(order(line("plan.premier", cloud, date("2026-12-01"), date("2027-11-30")))) // another system
	})
}
