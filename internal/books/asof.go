package books

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Books are a customer's books as they stood at an instant.
type Books struct {
	Customer   id.ID                `json:"-"`
	At         time.Time            `json:"at"`
	Agreements []contract.Agreement `json:"agreements"`
	Orders     []Order              `json:"orders"`
	Seats      []SeatTerm           `json:"seats"`    // extra seats bought
	Contacts   []Standing           `json:"contacts"` // who stood for what
	Links      []Tie                `json:"links"`
	Designated []Designated         `json:"designated"`
	Year       contract.Year        `json:"year"` // contract year, as the books are now
}

// SeatTerm is extra seats of a system for a term; both days are inclusive.
type SeatTerm struct {
	ID     id.ID         `json:"id"`
	System id.ID         `json:"system"`
	Seats  int           `json:"seats"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
}

// Standing is who stood for what.
type Standing struct {
	Kind   string    `json:"kind"`
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	Since  time.Time `json:"since"`
}

// Tie is how a customer stood to another one.
type Tie struct {
	Kind  string    `json:"kind"`
	Other id.ID     `json:"other"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
}

// Designated is who was a liaison of what.
type Designated struct {
	System id.ID     `json:"system"`
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	Since  time.Time `json:"since"`
}

// AsOf reads the books as they were recorded at an instant: what was entered later is not in them, what has ended since
// is. Staff only.
func (s *Service) AsOf(ctx context.Context, a access.Actor, customer id.ID, at time.Time) (b Books, err error) {
	defer errs.Wrap(&err, "books.AsOf(%s)", customer)
	if err := access.Check(a, access.BooksRead); err != nil {
		return b, err
	}
	b = Books{Customer: customer, At: at, Agreements: []contract.Agreement{}, Orders: []Order{}, Seats: []SeatTerm{}, Contacts: []Standing{}, Links: []Tie{}, Designated: []Designated{}}
	err = s.DB.View(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		if err := exists(tx, customer); err != nil {
			return err
		}
		if b.Year, err = s.Contract.YearOf(tx, customer); err != nil {
			return err
		}
		for _, read := range []func(*db.Tx, *Books) error{readAgreements, readOrders, readSeats, readContacts, readLinks, readDesignated} {
			if err := read(tx, &b); err != nil {
				return err
			}
		}
		return nil
	})
	return b, err
}

// dates parses pairs of a column and a field.
func dates(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		d, err := calendar.ParseDate(*pairs[i].(*string))
		if err != nil {
			return err
		}
		*pairs[i+1].(*calendar.Date) = d
	}
	return nil
}

func readAgreements(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT id, number, country, centre, signing_entity, from_date, to_date FROM agreement
		WHERE tenant_id = $1 AND recorded_at <= $2 AND (withdrawn_at IS NULL OR withdrawn_at > $2) ORDER BY from_date, id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var g contract.Agreement
			var from, to string
			if err := scan(&g.ID, &g.Number, &g.Country, &g.Centre, &g.SigningEntity, &from, &to); err != nil {
				return err
			}
			err := dates(&from, &g.From, &to, &g.To)
			b.Agreements = append(b.Agreements, g)
			return err
		})
}

func readOrders(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT o.id, o.number, o.signed_on, l.sku, l.product_id, l.system_id, l.quantity, l.from_date, l.to_date
		FROM sales_order o JOIN sales_order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
		WHERE o.tenant_id = $1 AND o.recorded_at <= $2 ORDER BY o.signed_on, o.id, l.position`, []any{b.Customer, b.At}, func(scan func(...any) error) error {
		var o Order
		var l Line
		var signed, from, to string
		if err := scan(&o.ID, &o.Number, &signed, &l.SKU, &l.Product, &l.System, &l.Quantity, &from, &to); err != nil {
			return err
		}
		if err := dates(&signed, &o.SignedOn, &from, &l.From, &to, &l.To); err != nil {
			return err
		}
		if n := len(b.Orders); n == 0 || b.Orders[n-1].ID != o.ID {
			b.Orders = append(b.Orders, o)
		}
		last := &b.Orders[len(b.Orders)-1]
		last.Lines = append(last.Lines, l)
		return nil
	})
}

func readSeats(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT id, system_id, seats, from_date, to_date FROM extra_seat WHERE tenant_id = $1 AND recorded_at <= $2 ORDER BY from_date, id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var t SeatTerm
			var from, to string
			if err := scan(&t.ID, &t.System, &t.Seats, &from, &to); err != nil {
				return err
			}
			err := dates(&from, &t.From, &to, &t.To)
			b.Seats = append(b.Seats, t)
			return err
		})
}

func readContacts(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT k.kind, k.person_id, p.name, k.since FROM customer_contact k JOIN person p ON p.id = k.person_id
		WHERE k.tenant_id = $1 AND k.since <= $2 AND (k.ended_at IS NULL OR k.ended_at > $2) ORDER BY k.kind, k.person_id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var c Standing
			err := scan(&c.Kind, &c.Person, &c.Name, db.Time(&c.Since))
			b.Contacts = append(b.Contacts, c)
			return err
		})
}

func readLinks(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT k.kind, k.other_id, c.name, k.since FROM customer_link k JOIN customer c ON c.id = k.other_id
		WHERE k.tenant_id = $1 AND k.since <= $2 AND (k.ended_at IS NULL OR k.ended_at > $2) ORDER BY k.kind, k.other_id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var l Tie
			err := scan(&l.Kind, &l.Other, &l.Name, db.Time(&l.Since))
			b.Links = append(b.Links, l)
			return err
		})
}

func readDesignated(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT d.system_id, d.person_id, p.name, d.since FROM designation_period d JOIN person p ON p.id = d.person_id
		WHERE d.tenant_id = $1 AND d.since <= $2 AND (d.ended_at IS NULL OR d.ended_at > $2) ORDER BY d.system_id, d.person_id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var d Designated
			err := scan(&d.System, &d.Person, &d.Name, db.Time(&d.Since))
			b.Designated = append(b.Designated, d)
			return err
		})
}
