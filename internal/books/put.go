package books

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The puts below bring one thing of a customer's books to what a file says it is, in the caller's transaction. Each reads
// what is there, writes only a difference, and tells the journal about it: to put the same thing twice changes nothing.

// PutOrderLine makes a line of an order, counted from 1, what l says, and the order with it where there is none of this
// number. Lines that nobody puts stay.
func (s *Service) PutOrderLine(tx *db.Tx, a access.Actor, customer id.ID, number string, signed calendar.Date, line int, l Line) (changed bool, err error) {
	defer errs.Wrap(&err, "books.PutOrderLine(%s)", customer)
	if err := access.Check(a, access.BooksWrite); err != nil {
		return false, err
	}
	if err := s.CheckOrder(Order{Number: number, SignedOn: signed, Lines: []Line{l}}); err != nil {
		return false, err
	}
	if err := CheckLineNumber(line); err != nil {
		return false, err
	}
	at := Ordered{Order: number, Position: line - 1}
	var order id.ID
	var recorded int64
	err = tx.Row(`SELECT id, recorded_at FROM sales_order WHERE tenant_id = $1 AND number = $2`, []any{customer, number}, &order, &recorded)
	if errors.Is(err, db.ErrNoRows) {
		if err := s.fits(tx, customer, l, at); err != nil {
			return false, err
		}
		return true, s.beginOrder(tx, a, customer, Order{Number: number, SignedOn: signed}, line, l)
	}
	if err != nil {
		return false, err
	}
	same, err := sameLine(tx, customer, order, signed, line, l)
	if err != nil || same {
		return false, err
	}
	if err := s.fits(tx, customer, l, at); err != nil {
		return false, err
	}
	was, err := orders(tx, customer, `o.id = $2`, order)
	if err != nil {
		return false, err
	}
	if recorded != tx.Now().UnixMicro() { // else this transaction has begun it, and nobody has seen it otherwise
		if err := contract.Supersede(tx, customer, contract.EntryOrder, order, was[0], recorded); err != nil {
			return false, err
		}
	}
	err = tx.Buffer(`DELETE FROM sales_order_line WHERE tenant_id = $1 AND order_id = $2 AND position = $3`, customer, order, line-1)
	if err == nil {
		err = writeLine(tx, customer, order, line-1, l)
	}
	if err == nil {
		err = tx.Buffer(`UPDATE sales_order SET signed_on = $3, recorded_at = $4 WHERE tenant_id = $1 AND id = $2`, customer, order, signed.String(), tx.Now())
	}
	if err != nil {
		return false, err
	}
	now, err := orders(tx, customer, `o.id = $2`, order)
	if err != nil {
		return false, err
	}
	return true, s.record(tx, a, customer, "order.changed", map[string]any{"order": order, "signed": signed, "lines": now[0].Lines})
}

// CheckLineNumber wants one from 1 on.
func CheckLineNumber(line int) error {
	if line < 1 || line > maxLines {
		return errs.BadFields(errs.BadField("line", "books.line_count", "max", maxLines))
	}
	return nil
}

func (s *Service) beginOrder(tx *db.Tx, a access.Actor, customer id.ID, o Order, line int, l Line) error {
	order := id.New()
	err := tx.Buffer(`INSERT INTO sales_order (tenant_id, id, number, signed_on, recorded_at) VALUES ($1, $2, $3, $4, $5)`,
		customer, order, o.Number, o.SignedOn.String(), tx.Now())
	if err == nil {
		err = writeLine(tx, customer, order, line-1, l)
	}
	if err != nil {
		return err
	}
	return s.record(tx, a, customer, "order.recorded", map[string]any{"order": order, "signed": o.SignedOn, "lines": []Line{l}})
}

// sameLine reports whether the line is there and is what l says, signed that day.
func sameLine(tx *db.Tx, customer, order id.ID, signed calendar.Date, line int, l Line) (same bool, err error) {
	var was Line
	var day, from, to string
	err = tx.Row(`SELECT o.signed_on, l.sku, l.product_id, l.system_id, l.quantity, l.from_date, l.to_date FROM sales_order o
		JOIN sales_order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id AND l.position = $3 WHERE o.tenant_id = $1 AND o.id = $2`,
		[]any{customer, order, line - 1}, &day, &was.SKU, &was.Product, &was.System, &was.Quantity, &from, &to)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	if err == nil {
		err = dates(&from, &was.From, &to, &was.To)
	}
	return was == l && day == signed.String(), err
}

// PutContact makes a person the customer's contact of a kind, or ends that (ended).
func (s *Service) PutContact(tx *db.Tx, a access.Actor, customer id.ID, kind string, person id.ID, ended bool) (changed bool, err error) {
	defer errs.Wrap(&err, "books.PutContact(%s)", kind)
	return s.put(tx, a, customer, ended, Contacts, `SELECT id FROM customer_contact WHERE tenant_id = $1 AND kind = $2 AND person_id = $3 AND ended_at IS NULL`, kind, person,
		s.nameContact)
}

// PutLink makes a customer stand to another one like that, or ends it (ended).
func (s *Service) PutLink(tx *db.Tx, a access.Actor, customer id.ID, kind string, other id.ID, ended bool) (changed bool, err error) {
	defer errs.Wrap(&err, "books.PutLink(%s)", kind)
	return s.put(tx, a, customer, ended, Links, `SELECT id FROM customer_link WHERE tenant_id = $1 AND kind = $2 AND other_id = $3 AND ended_at IS NULL`, kind, other,
		s.link)
}

func (s *Service) put(tx *db.Tx, a access.Actor, customer id.ID, ended bool, kind, q, what string, of id.ID,
	make func(*db.Tx, access.Actor, id.ID, string, id.ID) (id.ID, error)) (changed bool, err error) {
	if err := access.Check(a, access.BooksRelate); err != nil {
		return false, err
	}
	var row id.ID
	err = tx.Row(q, []any{customer, what, of}, &row)
	none := errors.Is(err, db.ErrNoRows)
	switch {
	case err != nil && !none:
		return false, err
	case none == ended:
		return false, nil
	case ended:
		return true, s.endEntry(tx, a, customer, kind, row)
	}
	_, err = make(tx, a, customer, what, of)
	return true, err
}
