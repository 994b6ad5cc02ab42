package demo

import (
	"context"

	"liaison/internal/billing"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
)

// signing is the vendor's company that signs.
const signing = "Corvane Analytics"

// books records what the customer has signed and ordered, and who stands for it.
func (s *seeder) books(ctx context.Context, h *home) error {
	today := calendar.DateOf(s.first, s.app.Pack.Vendor.Zone)
	from, to := today.AddDays(-300), today.AddDays(1100)
	_, err := s.app.Contract.AddAgreement(ctx, program(), h.customer, contract.Agreement{Number: "AGR-" + h.key, Country: h.country,
		SigningEntity: signing, From: from, To: to})
	if err != nil {
		return err
	}
	_, err = s.app.Books.RecordOrder(ctx, program(), h.customer, books.Order{Number: "ORD-" + h.key, SignedOn: from, Lines: []books.Line{
		{SKU: books.SKUProduct, Product: productID, System: h.system, Quantity: 1, From: from, To: to},
		{SKU: books.SKUPlan + h.plan, System: h.system, Quantity: 1, From: from, To: to}}})
	if err != nil {
		return err
	}
	if err := s.app.Books.NameContact(ctx, program(), h.customer, books.SuccessManager, s.staff["priya.nair"].Person); err != nil {
		return err
	}
	if err := s.app.Books.NameContact(ctx, program(), h.customer, books.Contract, h.liaisons[0].Person); err != nil || h.note != noteEnded {
		return err
	}
	// whose support is over has a quote to go on with
	_, err = s.app.Billing.Quote(ctx, program(), h.key, billing.QuoteRequest{Months: 12, ValidUntil: today.AddDays(30), Amount: 3960000, Currency: "EUR"}, nil)
	return err
}
