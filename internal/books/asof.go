package books

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Books are a customer's books as they stood at an instant.
type Books struct {
	Customer   id.ID                     `json:"-"`
	At         time.Time                 `json:"at"`
	Record     *account.CustomerEntry    `json:"customer"` // the customer's own data; null before there was one
	Agreements []contract.Agreement      `json:"agreements"`
	Orders     []Order                   `json:"orders"`
	Systems    []contract.SystemEntry    `json:"systems"`
	Components []contract.Component      `json:"components"` // what runs beside the systems
	Terms      []contract.TermEntry      `json:"terms"`
	Exceptions []contract.ExceptionEntry `json:"exceptions"` // with the windows of extended lifecycle support
	Seats      []contract.SeatEntry      `json:"seats"`      // extra seats bought
	Contacts   []Standing                `json:"contacts"`   // who stood for what
	Links      []Tie                     `json:"links"`
	Designated []Designated              `json:"designated"`
	Access     []BookedAccess            `json:"access"`             // who had access, and as what (2.4)
	Centres    []BookedCentre            `json:"centres"`            // chosen instead of the agreement's (1.1)
	Views      []BookedView              `json:"views"`              // who saw a part of the customer's cases (2.1)
	Invoices   []contract.BilledEntry    `json:"invoices,omitempty"` // left out for who may not see any
	Year       contract.Year             `json:"year"`               // contract year that the day lies in, by these agreements and terms
	Changes    BookedChanges             `json:"changes"`            // of liaisons, in that year (1.1)
}

// Standing is who stood for what.
type Standing struct {
	ID     id.ID     `json:"id"`
	Kind   string    `json:"kind"`
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	Since  time.Time `json:"since"`
	Etag   string    `json:"etag,omitempty"`
}

// Tie is how a customer stood to another one.
type Tie struct {
	ID    id.ID     `json:"id"`
	Kind  string    `json:"kind"`
	Other id.ID     `json:"other"`
	Name  string    `json:"name"`
	Since time.Time `json:"since"`
	Etag  string    `json:"etag,omitempty"`
}

// Designated is who was a liaison of what.
type Designated struct {
	System id.ID     `json:"system"`
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	Since  time.Time `json:"since"`
}

// BookedAccess is what somebody who had access was to the customer.
type BookedAccess struct {
	Person id.ID     `json:"person"`
	Name   string    `json:"name"`
	Role   string    `json:"role"` // liaison, member
	Kind   string    `json:"kind"` // own, affiliate, partner
	Since  time.Time `json:"since"`
}

// BookedChanges is how many changes of liaisons of the contract year counted by then: done, or waiting for somebody to accept.
type BookedChanges struct {
	Used  int `json:"used"`
	Limit int `json:"limit"` // of a year, by the edition that is in force now
}

// BookedCentre is the regional centre that was chosen for somebody's new cases of a system.
type BookedCentre struct {
	System id.ID  `json:"system"`
	Person id.ID  `json:"person"`
	Name   string `json:"name"`
	Centre string `json:"centre"`
}

// BookedView is which of the customer's cases somebody saw, where that was not all of them.
type BookedView struct {
	Person id.ID  `json:"person"`
	Name   string `json:"name"`
	Sees   string `json:"sees"` // own, system
}

// AsOf reads the books as they were recorded at an instant: what was entered later is not in them, what has ended since
// is. Staff only.
func (s *Service) AsOf(ctx context.Context, a access.Actor, customer id.ID, at time.Time) (b Books, err error) {
	defer errs.Wrap(&err, "books.AsOf(%s)", customer)
	if err := access.Check(a, access.BooksRead); err != nil {
		return b, err
	}
	b = Books{Customer: customer, At: at, Agreements: []contract.Agreement{}, Orders: []Order{}, Systems: []contract.SystemEntry{}, Components: []contract.Component{},
		Terms: []contract.TermEntry{}, Exceptions: []contract.ExceptionEntry{}, Seats: []contract.SeatEntry{}, Contacts: []Standing{}, Links: []Tie{}, Designated: []Designated{},
		Access: []BookedAccess{}, Centres: []BookedCentre{}, Views: []BookedView{}}
	err = s.DB.View(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		if err := exists(tx, customer); err != nil {
			return err
		}
		for _, read := range []func(*db.Tx, *Books) error{readAgreements, readOrders, readHolding, readComponents, readContacts, readLinks, readDesignated, readAccess, readRecord, readCentres, readViews} {
			if err := read(tx, &b); err != nil {
				return err
			}
		}
		b.Year, b.Changes.Limit = s.yearOf(b), s.Policy.Now().Liaisons.ChangesPerYear
		if b.Changes.Used, err = contract.ChangesUsedAt(tx, customer, b.Year, at); err != nil {
			return err
		}
		if !access.Allows(a, access.InvoiceRead) {
			return nil
		}
		return readInvoices(tx, &b)
	})
	b.tag()
	return b, err
}

// yearOf is the contract year of the books' day in the vendor's zone, by what stood in them: that of the agreement that has
// begun last, else of the first term (R1.1-06).
func (s *Service) yearOf(b Books) contract.Year {
	today := calendar.DateOf(b.At, s.Policy.Now().Vendor.Zone)
	var start calendar.Date
	for _, g := range b.Agreements {
		if g.From.Compare(today) <= 0 && g.From.Compare(start) > 0 {
			start = g.From
		}
	}
	if start.IsZero() && len(b.Terms) > 0 {
		start = slices.MinFunc(b.Terms, func(x, y contract.TermEntry) int { return x.From.Compare(y.From) }).From
	}
	return contract.Year(entitlement.ChangeYear(s.Policy.Now(), start, today))
}

// dates parses pairs of a column and a field.
func dates(pairs ...any) error {
	for i := 0; i+1 < len(pairs); i += 2 {
		text, isText := pairs[i].(*string)
		date, isDate := pairs[i+1].(*calendar.Date)
		if !isText || !isDate {
			return fmt.Errorf("books: dates of %T and %T", pairs[i], pairs[i+1])
		}
		d, err := calendar.StoredDate(*text)
		if err != nil {
			return err
		}
		*date = d
	}
	return nil
}

func readAgreements(tx *db.Tx, b *Books) (err error) {
	err = tx.Query(`SELECT id, number, country, centre, signing_entity, from_date, to_date FROM agreement
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
	if err == nil {
		b.Agreements, err = withSuperseded(tx, b, contract.EntryAgreement, b.Agreements, func(g contract.Agreement) string { return g.From.String() + g.ID.String() })
	}
	return err
}

func readOrders(tx *db.Tx, b *Books) (err error) {
	if b.Orders, err = orders(tx, b.Customer, `o.recorded_at <= $2`, b.At); err != nil {
		return err
	}
	b.Orders, err = withSuperseded(tx, b, contract.EntryOrder, b.Orders, func(o Order) string { return o.SignedOn.String() + o.ID.String() })
	return err
}

// orders reads orders with their lines; condition may use $2.
func orders(tx *db.Tx, customer id.ID, condition string, arg any) (list []Order, err error) {
	list = []Order{}
	err = tx.Query(`SELECT o.id, o.number, o.signed_on, l.sku, l.product_id, l.system_id, l.quantity, l.from_date, l.to_date
		FROM sales_order o JOIN sales_order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
		WHERE o.tenant_id = $1 AND `+condition+` ORDER BY o.signed_on, o.id, l.position`, []any{customer, arg}, func(scan func(...any) error) error {
		var o Order
		var l Line
		var signed, from, to string
		if err := scan(&o.ID, &o.Number, &signed, &l.SKU, &l.Product, &l.System, &l.Quantity, &from, &to); err != nil {
			return err
		}
		if err := dates(&signed, &o.SignedOn, &from, &l.From, &to, &l.To); err != nil {
			return err
		}
		if n := len(list); n == 0 || list[n-1].ID != o.ID {
			list = append(list, o)
		}
		last := &list[len(list)-1]
		last.Lines = append(last.Lines, l)
		return nil
	})
	return list, err
}

// readHolding reads what is corrected and withdrawn: systems, terms, exceptions and bought seats, first as the rows are,
// then what they were.
func readHolding(tx *db.Tx, b *Books) (err error) {
	now, err := contract.EntriesOf(tx, b.Customer, b.At.UnixMicro())
	if err != nil {
		return err
	}
	if b.Systems, err = withSuperseded(tx, b, contract.EntrySystem, now.Systems, func(e contract.SystemEntry) string { return e.Name }); err != nil {
		return err
	}
	if b.Terms, err = withSuperseded(tx, b, contract.EntryTerm, now.Terms, func(e contract.TermEntry) string { return e.From.String() + e.ID.String() }); err != nil {
		return err
	}
	b.Exceptions, err = withSuperseded(tx, b, contract.EntryException, now.Exceptions, func(e contract.ExceptionEntry) string { return e.From.String() + e.ID.String() })
	if err != nil {
		return err
	}
	b.Seats, err = withSuperseded(tx, b, contract.EntrySeats, now.Seats, func(e contract.SeatEntry) string { return e.From.String() + e.ID.String() })
	return err
}

// withSuperseded adds what the books had at the instant and have no longer, in one order with the rest.
func withSuperseded[T any](tx *db.Tx, b *Books, kind string, list []T, order func(T) string) ([]T, error) {
	err := contract.SupersededAt(tx, b.Customer, kind, b.At.UnixMicro(), func(data []byte) error {
		var one T
		err := json.Unmarshal(data, &one)
		list = append(list, one)
		return err
	})
	slices.SortStableFunc(list, func(x, y T) int { return strings.Compare(order(x), order(y)) })
	return list, err
}

func readInvoices(tx *db.Tx, b *Books) (err error) {
	if b.Invoices, err = contract.InvoicesOf(tx, b.Customer, b.At.UnixMicro()); err != nil {
		return err
	}
	b.Invoices, err = withSuperseded(tx, b, contract.EntryInvoice, b.Invoices, func(e contract.BilledEntry) string { return e.Due.String() + e.ID.String() })
	return err
}

func readComponents(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT id, system_id, name, vendor, version, since FROM system_component
		WHERE tenant_id = $1 AND since <= $2 AND (ended_at IS NULL OR ended_at > $2) ORDER BY system_id, name, id`, []any{b.Customer, b.At},
		func(scan func(...any) error) error {
			var c contract.Component
			err := scan(&c.ID, &c.System, &c.Name, &c.Vendor, &c.Version, db.Time(&c.Since))
			b.Components = append(b.Components, c)
			return err
		})
}

func readContacts(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT k.id, k.kind, k.person_id, p.name, k.since FROM customer_contact k JOIN person p ON p.id = k.person_id
		WHERE k.tenant_id = $1 AND k.since <= $2 AND (k.ended_at IS NULL OR k.ended_at > $2) ORDER BY k.kind, k.person_id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var c Standing
			err := scan(&c.ID, &c.Kind, &c.Person, &c.Name, db.Time(&c.Since))
			b.Contacts = append(b.Contacts, c)
			return err
		})
}

func readLinks(tx *db.Tx, b *Books) error {
	return tx.Query(`SELECT k.id, k.kind, k.other_id, c.name, k.since FROM customer_link k JOIN customer c ON c.id = k.other_id
		WHERE k.tenant_id = $1 AND k.since <= $2 AND (k.ended_at IS NULL OR k.ended_at > $2) ORDER BY k.kind, k.other_id`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var l Tie
			err := scan(&l.ID, &l.Kind, &l.Other, &l.Name, db.Time(&l.Since))
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
