package billing

import (
	"context"
	"errors"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

func (s *Service) insertQuote(tx *db.Tx, a access.Actor, customer id.ID, q QuoteRequest, h holds) (renewal id.ID, err error) {
	replaced, err := s.makeRoom(tx, customer)
	if err != nil {
		return renewal, err
	}
	renewal = id.New()
	lines := s.linesOf(s.today(tx), q, h)
	err = tx.Buffer(`INSERT INTO renewal (tenant_id, id, number, made_at, valid_until, months, amount, currency) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		customer, renewal, numberOf(renewal), tx.Now(), q.ValidUntil.String(), q.Months, q.Amount, q.Currency)
	if err != nil {
		return renewal, err
	}
	if err := writeLines(tx, customer, renewal, lines); err != nil {
		return renewal, err
	}
	data := map[string]any{"renewal": renewal, "months": q.Months, "valid": q.ValidUntil, "lines": journaled(lines)}
	if !replaced.IsZero() {
		data["replaces"] = replaced
	}
	return renewal, s.record(tx, a, customer, journal.Line{Kind: "renewal.quoted", Clause: "5.1", Data: data})
}

// numberOf is how people name a quote.
func numberOf(renewal id.ID) string {
	text := strings.ReplaceAll(renewal.String(), "-", "")
	return "Q-" + strings.ToUpper(text[len(text)-8:])
}

// expiredBefore is what withdrawn_at says of a quote whose last day was over when the next one was made: nobody has taken
// it back, so that it stays an expired one, and the customer may have a new one (renewal_open is unique).
const expiredBefore = 0

// makeRoom withdraws the open quote of a customer for another one and gives it; zero where there is none that could have been
// ordered. One that had expired stays so.
func (s *Service) makeRoom(tx *db.Tx, customer id.ID) (renewal id.ID, err error) {
	const open = `tenant_id = $1 AND ordered_at IS NULL AND withdrawn_at IS NULL`
	err = tx.Buffer(`UPDATE renewal SET withdrawn_at = $2, version = version + 1 WHERE `+open+` AND valid_until < $3`,
		customer, expiredBefore, s.today(tx).String())
	if err == nil {
		err = tx.Row(`UPDATE renewal SET withdrawn_at = $2, version = version + 1 WHERE `+open+` RETURNING id`, []any{customer, tx.Now()}, &renewal)
	}
	if errors.Is(err, db.ErrNoRows) {
		return id.ID{}, nil
	}
	return renewal, err
}

func writeLines(tx *db.Tx, customer, renewal id.ID, lines []RenewalLine) error {
	for i, l := range lines {
		var system *id.ID
		if !l.System.IsZero() {
			system = &l.System
		}
		err := tx.Buffer(`INSERT INTO renewal_line (tenant_id, renewal_id, position, sku, product_id, system_id, quantity, was, from_date, to_date)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, customer, renewal, i, l.SKU, l.Product, system, l.Quantity, l.Was, l.From.String(), l.To.String())
		if err != nil {
			return err
		}
	}
	return nil
}

// rewriteLines lets a renewal hold what was ordered, where that is another choice than was quoted.
func rewriteLines(tx *db.Tx, r Renewal, lines []RenewalLine) error {
	if err := tx.Buffer(`DELETE FROM renewal_line WHERE tenant_id = $1 AND renewal_id = $2`, r.Tenant, r.ID); err != nil {
		return err
	}
	return writeLines(tx, r.Tenant, r.ID, lines)
}

// journaled are lines as the journal holds them: ids, codes and dates.
func journaled(lines []RenewalLine) (list []map[string]any) {
	for _, l := range lines {
		one := map[string]any{"sku": l.SKU, "quantity": l.Quantity, "from": l.From, "to": l.To}
		if l.Product != "" {
			one["product"] = l.Product
		}
		if !l.System.IsZero() {
			one["system"] = l.System
		}
		list = append(list, one)
	}
	return list
}

// RenewalOrder is the order of a quote. Systems and Products are what was signed, where that is another choice than the
// quote's; both empty: what was quoted.
type RenewalOrder struct {
	Number   string        // of the order
	SignedOn calendar.Date // vendor's zone
	Systems  []Choice
	Products []string
	Expect   string // the ETag that the desk has seen; "" for any
}

// OrderRenewal records the order of a quote: the order in the books, the terms and the seats that follow from it, in one
// transaction. An order that leaves a part out is refused with what is missing (5.1); of many at once one wins.
func (s *Service) OrderRenewal(ctx context.Context, a access.Actor, renewal id.ID, o RenewalOrder, within func(tx *db.Tx, r Renewal) error) (r Renewal, err error) {
	defer errs.Wrap(&err, "billing.OrderRenewal(%s)", renewal)
	if err := staffWith(a, access.BooksWrite); err != nil {
		return r, err
	}
	return s.renew(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		was, err := s.openRenewal(tx, renewal, o.Expect)
		if err != nil {
			return renewal, err
		}
		h, err := s.holdsOf(tx, was.Tenant)
		if err != nil {
			return renewal, err
		}
		lines, q := was.Lines, was.request()
		if len(o.Systems)+len(o.Products) > 0 {
			q.Systems, q.Products = slices.Concat(o.Systems, returnedOf(q.Systems)), o.Products
			if err := errs.BadFields(s.checkChoices(q, h)...); err != nil {
				return renewal, err
			}
			lines = s.linesOf(s.today(tx), q, h)
			if err := rewriteLines(tx, was, lines); err != nil {
				return renewal, err
			}
		}
		if _, d := entitlement.CompareRenewal(s.Policy.Now(), h.running(), q.wanted()); !d.Allowed {
			return renewal, leftOut(d)
		}
		return renewal, s.takeOrder(tx, a, was, o, lines)
	})
}

// returnedOf are the systems whose licences a quote takes as given back.
func returnedOf(all []Choice) (some []Choice) {
	for _, c := range all {
		if c.Returned {
			some = append(some, c)
		}
	}
	return some
}

// request is the choice that a quote was made of.
func (r Renewal) request() (q QuoteRequest) {
	q.Months = r.Months
	at := map[id.ID]int{}
	for _, l := range r.Lines {
		plan, isPlan := strings.CutPrefix(l.SKU, books.SKUPlan)
		switch {
		case isPlan:
			at[l.System] = len(q.Systems)
			q.Systems = append(q.Systems, Choice{System: l.System, Plan: plan, From: l.From})
		case l.SKU == Returned && l.Product == "":
			q.Systems = append(q.Systems, Choice{System: l.System, Returned: true})
		case l.SKU == Returned:
			q.Returned = append(q.Returned, l.Product)
		case l.SKU == books.SKUProduct:
			q.Products = append(q.Products, l.Product)
		case l.SKU == books.SKUSeat:
			if i, ok := at[l.System]; ok {
				q.Systems[i].Seats = l.Quantity
			}
		}
	}
	return q
}

// takeOrder writes what follows from an order.
func (s *Service) takeOrder(tx *db.Tx, a access.Actor, r Renewal, o RenewalOrder, lines []RenewalLine) error {
	order := books.Order{Number: strings.TrimSpace(o.Number), SignedOn: o.SignedOn}
	for _, l := range lines {
		if l.SKU != Returned {
			order.Lines = append(order.Lines, books.Line{SKU: l.SKU, Product: l.Product, System: l.System, Quantity: l.Quantity, From: l.From, To: l.To})
		}
	}
	entry, err := s.Books.EnterIn(tx, a, r.Tenant, order)
	if err != nil {
		return err
	}
	for _, l := range lines {
		plan, isPlan := strings.CutPrefix(l.SKU, books.SKUPlan)
		switch {
		case isPlan:
			_, err = s.Contract.EnterTerm(tx, a, r.Tenant, l.System, contract.Term{Plan: plan, From: l.From, To: l.To})
		case l.SKU == books.SKUSeat:
			_, err = s.Contract.EnterSeats(tx, a, r.Tenant, l.System, l.Quantity, l.From, true)
		}
		if err != nil {
			return err
		}
	}
	n, err := tx.Exec(`UPDATE renewal SET ordered_at = $3, order_id = $4, version = version + 1
		WHERE tenant_id = $1 AND id = $2 AND ordered_at IS NULL AND withdrawn_at IS NULL`, r.Tenant, r.ID, tx.Now(), entry)
	if err == nil && n == 0 {
		err = errs.New(errs.Conflict, "renewal.not_open")
	}
	if err != nil {
		return err
	}
	return s.record(tx, a, r.Tenant, journal.Line{Kind: "renewal.ordered", Clause: "5.1",
		Data: map[string]any{"renewal": r.ID, "order": entry, "signed": o.SignedOn, "lines": journaled(lines)}})
}

// WithdrawRenewal takes a quote back that is open or has expired.
func (s *Service) WithdrawRenewal(ctx context.Context, a access.Actor, renewal id.ID, etag string, within func(tx *db.Tx, r Renewal) error) (r Renewal, err error) {
	defer errs.Wrap(&err, "billing.WithdrawRenewal(%s)", renewal)
	if err := staffWith(a, access.BooksWrite); err != nil {
		return r, err
	}
	return s.renew(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		was, err := s.expectRenewal(tx, renewal, etag)
		if err == nil && was.State != Open && was.State != Expired {
			err = errs.New(errs.Conflict, "renewal.not_open")
		}
		if err != nil {
			return renewal, err
		}
		err = tx.Buffer(`UPDATE renewal SET withdrawn_at = $3, version = version + 1 WHERE tenant_id = $1 AND id = $2`, was.Tenant, renewal, tx.Now())
		if err != nil {
			return renewal, err
		}
		return renewal, s.record(tx, a, was.Tenant, journal.Line{Kind: "renewal.withdrawn", Clause: "5.1", Data: map[string]any{"renewal": renewal}})
	})
}

func (s *Service) expectRenewal(tx *db.Tx, renewal id.ID, etag string) (r Renewal, err error) {
	r, err = s.renewal(tx, renewal, id.ID{})
	if err == nil && etag != "" && etag != "*" && etag != r.ETag() {
		err = errs.New(errs.Stale, "renewal.stale")
	}
	return r, err
}

// openRenewal is a quote that can be ordered.
func (s *Service) openRenewal(tx *db.Tx, renewal id.ID, etag string) (r Renewal, err error) {
	r, err = s.expectRenewal(tx, renewal, etag)
	switch {
	case err != nil:
	case r.State == Expired:
		err = errs.New(errs.Conflict, "renewal.expired", "day", r.ValidUntil.String())
	case r.State != Open:
		err = errs.New(errs.Conflict, "renewal.not_open")
	}
	return r, err
}
