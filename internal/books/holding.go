package books

import (
	"strconv"
	"strings"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Holding is what the books have of customers, as those see it who bring data in or take it out.
type Holding struct {
	Lines    []HeldLine
	Contacts []HeldContact
	Links    []HeldLink
}

// HeldLine is one line of an order of a customer.
type HeldLine struct {
	Customer id.ID
	Order        // without its lines
	Position int // from 1
	Line
}

// HeldContact is who stands for what, by address.
type HeldContact struct {
	Customer    id.ID
	Kind, Email string
}

// HeldLink is how a customer stands to another one, by that one's key.
type HeldLink struct {
	Customer    id.ID
	Kind, Other string
}

// HoldingOf is what these customers hold now, in a fixed order.
func HoldingOf(tx *db.Tx, customers []id.ID) (h Holding, err error) {
	defer errs.Wrap(&err, "books.HoldingOf")
	if len(customers) == 0 {
		return h, nil
	}
	numbers, args := make([]string, len(customers)), make([]any, len(customers))
	for i, c := range customers {
		numbers[i], args[i] = "$"+strconv.Itoa(i+1), c
	}
	in := "(" + strings.Join(numbers, ", ") + ")"
	err = tx.Query(`SELECT o.tenant_id, o.number, o.signed_on, l.position + 1, l.sku, l.product_id, l.system_id, l.quantity, l.from_date, l.to_date
		FROM sales_order o JOIN sales_order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
		WHERE o.tenant_id IN `+in+` ORDER BY o.tenant_id, o.number, l.position`, args, func(scan func(...any) error) error {
		var x HeldLine
		var signed, from, to string
		if err := scan(&x.Customer, &x.Number, &signed, &x.Position, &x.SKU, &x.Product, &x.System, &x.Quantity, &from, &to); err != nil {
			return err
		}
		err := dates(&signed, &x.SignedOn, &from, &x.From, &to, &x.To)
		h.Lines = append(h.Lines, x)
		return err
	})
	if err != nil {
		return h, err
	}
	err = tx.Query(`SELECT k.tenant_id, k.kind, p.email_norm FROM customer_contact k JOIN person p ON p.id = k.person_id
		WHERE k.tenant_id IN `+in+` AND k.ended_at IS NULL ORDER BY k.tenant_id, k.kind, p.email_norm`, args, func(scan func(...any) error) error {
		var x HeldContact
		err := scan(&x.Customer, &x.Kind, &x.Email)
		h.Contacts = append(h.Contacts, x)
		return err
	})
	if err != nil {
		return h, err
	}
	return h, tx.Query(`SELECT k.tenant_id, k.kind, c.key FROM customer_link k JOIN customer c ON c.id = k.other_id
		WHERE k.tenant_id IN `+in+` AND k.ended_at IS NULL ORDER BY k.tenant_id, k.kind, c.key`, args, func(scan func(...any) error) error {
		var x HeldLink
		err := scan(&x.Customer, &x.Kind, &x.Other)
		h.Links = append(h.Links, x)
		return err
	})
}

// OfVendor reports whether contacts of a kind are the vendor's own people.
func OfVendor(kind string) bool { return ofVendor(kind) }
