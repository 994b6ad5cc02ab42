package books

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/text"
)

// Order is what a customer has ordered.
type Order struct {
	ID       id.ID         `json:"id"`
	Number   string        `json:"number"`
	SignedOn calendar.Date `json:"signedOn"` // day of the vendor's zone
	Lines    []Line        `json:"lines"`
	Etag     string        `json:"etag,omitempty"`
}

// Line is one line of an order.
type Line struct {
	SKU      string        `json:"sku"`
	Product  string        `json:"product,omitempty"` // of SKU product
	System   id.ID         `json:"system,omitzero"`   // zero: for the customer as a whole
	Quantity int           `json:"quantity"`
	From     calendar.Date `json:"from"` // both inclusive, vendor's zone
	To       calendar.Date `json:"to"`
}

// The SKUs beside those of the plans, which are "plan." and the plan's key.
const (
	SKUPlan    = "plan."
	SKUSeat    = "seat"    // an extra seat, for a year
	SKUELS     = "els"     // extended lifecycle support (4.7)
	SKUMapKey  = "map_key" // a key of a map service (2.3)
	SKUProduct = "product" // a licensed product
)

const (
	maxLines    = 200
	maxQuantity = 1_000_000
	maxNumber   = 100
)

// RecordOrder records an order. It records what was ordered; the terms and seats that follow from it are entered as
// such. Conflict for a number that the customer has already.
func (s *Service) RecordOrder(ctx context.Context, a access.Actor, customer id.ID, o Order) (order id.ID, err error) {
	defer errs.Wrap(&err, "books.RecordOrder(%s)", customer)
	return s.Enter(ctx, a, customer, o)
}

func (o Order) enter(s *Service, tx *db.Tx, a access.Actor, customer id.ID) (order id.ID, err error) {
	if err := access.Check(a, access.BooksWrite); err != nil {
		return order, err
	}
	bad := append(s.orderFields(o), s.CheckSigned(o.SignedOn, tx.Now())...)
	for i, l := range o.Lines {
		bad = append(bad, soldFields(i, l)...)
	}
	if err := errs.BadFields(bad...); err != nil {
		return order, err
	}
	if err := exists(tx, customer); err != nil {
		return order, err
	}
	order = id.New()
	n, err := tx.Exec(`INSERT INTO sales_order (tenant_id, id, number, signed_on, recorded_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, number) DO NOTHING`, customer, order, o.Number, o.SignedOn.String(), tx.Now())
	if err != nil {
		return order, err
	}
	if n == 0 {
		return order, errs.New(errs.Conflict, "books.order_exists", "number", o.Number)
	}
	for i, l := range o.Lines {
		if err := s.fits(tx, customer, l, Ordered{Order: o.Number, Position: i}); err != nil {
			return order, err
		}
		if err := writeLine(tx, customer, order, i, l); err != nil {
			return order, err
		}
	}
	return order, s.record(tx, a, customer, "order.recorded", map[string]any{"order": order, "signed": o.SignedOn, "lines": o.Lines})
}

// withdrawOrder takes out an order that was entered by mistake; the terms and seats that followed from it are their own
// entries.
func (s *Service) withdrawOrder(tx *db.Tx, a access.Actor, customer, order id.ID) error {
	var recorded int64
	err := tx.Row(`SELECT recorded_at FROM sales_order WHERE tenant_id = $1 AND id = $2`, []any{customer, order}, &recorded)
	if err != nil {
		return missing(err)
	}
	was, err := orders(tx, customer, `o.id = $2`, order)
	if err != nil {
		return err
	}
	if err := contract.Supersede(tx, customer, contract.EntryOrder, order, was[0], recorded); err != nil {
		return err
	}
	if err := tx.Buffer(`DELETE FROM sales_order_line WHERE tenant_id = $1 AND order_id = $2`, customer, order); err != nil {
		return err
	}
	if err := tx.Buffer(`DELETE FROM sales_order WHERE tenant_id = $1 AND id = $2`, customer, order); err != nil {
		return err
	}
	return s.record(tx, a, customer, "order.withdrawn", map[string]any{"order": order})
}

// CheckOrder says what of an order cannot be, beside its systems, its products, its number and how its lines are sold.
func (s *Service) CheckOrder(o Order) error { return errs.BadFields(s.orderFields(o)...) }

func (s *Service) orderFields(o Order) (bad []errs.Field) {
	switch {
	case text.Blank(o.Number):
		bad = append(bad, errs.BadField("number", "field.required"))
	case utf8.RuneCountInString(o.Number) > maxNumber:
		bad = append(bad, errs.BadField("number", "field.too_long", "max", maxNumber))
	}
	if o.SignedOn.IsZero() {
		bad = append(bad, errs.BadField("signedOn", "field.required"))
	}
	if len(o.Lines) == 0 || len(o.Lines) > maxLines {
		bad = append(bad, errs.BadField("lines", "books.line_count", "max", maxLines))
	}
	for i, l := range o.Lines {
		at := lineAt(i)
		if !s.knownSKU(l.SKU) {
			bad = append(bad, errs.BadField(at+"sku", "field.not_allowed"))
		}
		switch {
		case l.SKU == SKUProduct && l.Product == "":
			bad = append(bad, errs.BadField(at+"product", "field.required"))
		case l.SKU != SKUProduct && l.Product != "":
			bad = append(bad, errs.BadField(at+"product", "books.product_of_no_line"))
		}
		if l.Quantity < 1 || l.Quantity > maxQuantity {
			bad = append(bad, errs.BadField(at+"quantity", "contract.seats_between", "max", maxQuantity))
		}
		switch {
		case l.From.IsZero():
			bad = append(bad, errs.BadField(at+"from", "field.required"))
		case l.To.IsZero():
			bad = append(bad, errs.BadField(at+"to", "field.required"))
		case l.To.Compare(l.From) < 0:
			bad = append(bad, errs.BadField(at+"to", "contract.ends_before_start"))
		case l.SKU == SKUELS:
			bad = append(bad, s.extendedFields(at, l)...)
		}
	}
	return bad
}

// CheckSigned refuses a day of signing that has not come yet in the zone of the vendor.
func (s *Service) CheckSigned(day calendar.Date, now time.Time) []errs.Field {
	if day.Compare(calendar.DateOf(now, s.Policy.Now().Vendor.Zone)) <= 0 {
		return nil
	}
	return []errs.Field{errs.BadField("signedOn", "books.signed_later")}
}

func (s *Service) knownSKU(sku string) bool {
	if plan, ok := strings.CutPrefix(sku, SKUPlan); ok {
		_, known := s.Policy.Now().Plan(plan)
		return known
	}
	return slices.Contains([]string{SKUSeat, SKUELS, SKUMapKey, SKUProduct}, sku)
}

// knownProduct refuses a product that is none: a line's product is an id, never a text, and goes into the journal as one.
func knownProduct(tx *db.Tx, position int, l Line) error {
	if l.Product == "" {
		return nil
	}
	var one int64
	err := tx.Row(`SELECT 1 FROM product WHERE id = $1`, []any{l.Product}, &one)
	if errors.Is(err, db.ErrNoRows) {
		return errs.BadFields(errs.BadField(lineAt(position)+"product", "books.unknown_product"))
	}
	return err
}

func writeLine(tx *db.Tx, customer, order id.ID, position int, l Line) error {
	if err := knownProduct(tx, position, l); err != nil {
		return err
	}
	var system *id.ID
	if !l.System.IsZero() {
		var one int64
		err := tx.Row(`SELECT 1 FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, l.System}, &one)
		if errors.Is(err, db.ErrNoRows) {
			return errs.BadFields(errs.BadField(lineAt(position)+"system", "books.unknown_system"))
		}
		if err != nil {
			return err
		}
		system = &l.System
	}
	return tx.Buffer(`INSERT INTO sales_order_line (tenant_id, order_id, position, sku, product_id, system_id, quantity, from_date, to_date)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, customer, order, position, l.SKU, l.Product, system, l.Quantity, l.From.String(), l.To.String())
}
