// Package contract owns what a customer has bought and runs: systems (DSI) with their environments, subscription
// terms, order exceptions of 4.7, invoices, and who is designated as a liaison of which system.
//
// It has no states of its own. Whether a system is covered follows from its terms and the customer's invoices at
// an instant (Coverage); nothing of that is stored, so that a late payment entry or a new term needs no repair.
// Local dates are days of the vendor's zone, and last days are inclusive.
//
// Every change is one transaction with one line in the journal, written in the scope of the customer it concerns.
// Other slices hold the ids of systems and customers only and read them through Service.
package contract

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/text"
)

// Service holds the use cases of the contract. The fields are set once, before use.
type Service struct {
	DB        *db.DB
	Policy    policy.Source
	CursorKey cursor.Key // seals the cursors of lists

	// SeatLeft is what another slice does in the same transaction after a designation was ended here; nil: nothing.
	SeatLeft func(tx *db.Tx, a access.Actor, customer, person, system id.ID) error
}

// The deployments of a system.
const (
	OnPrem = policy.OnPrem
	Cloud  = policy.Cloud
)

// today is the date in the vendor's zone, which decides the day of commercial dates.
func (s *Service) today(now time.Time) calendar.Date {
	return calendar.DateOf(now, s.Policy.Now().Vendor.Zone)
}

// record writes the line of a change of a customer's contract. data holds ids, codes and dates only.
func (s *Service) record(tx *db.Tx, a access.Actor, customer id.ID, l journal.Line) error {
	l.Tenant, l.Actor, l.ActorKind = customer, a.Person, actorKind(a)
	l.Visibility, l.Edition = journal.Customer, s.Policy.Now().Edition
	if err := journal.Record(tx, l); err != nil {
		return err
	}
	return s.lookAfter(tx, customer, l)
}

// lookAfter lets the sweep look at once at the systems whose coverage or plan a line is about.
func (s *Service) lookAfter(tx *db.Tx, customer id.ID, l journal.Line) error {
	switch kind, _, _ := strings.Cut(l.Kind, "."); kind {
	case "subscription", "extended", "exception":
		return s.Look(tx, customer, l.Subject)
	case "invoice":
		return s.Look(tx, customer, id.ID{})
	}
	return nil
}

// onSystem starts the line of a change of one system.
func onSystem(kind string, system id.ID, data map[string]any) journal.Line {
	return journal.Line{SubjectKind: "system", Subject: system, Kind: kind, Data: data}
}

// onCustomer starts the line of a change that concerns the customer as a whole.
func onCustomer(kind string, customer id.ID, data map[string]any) journal.Line {
	return journal.Line{SubjectKind: "customer", Subject: customer, Kind: kind, Data: data}
}

func actorKind(a access.Actor) string {
	switch {
	case a.System:
		return "system"
	case a.Role.IsStaff():
		return "staff"
	}
	return "customer"
}

// mayManage lets those through who keep the contracts of customers.
func mayManage(a access.Actor) error { return access.Check(a, access.AdminCustomers) }

// mayKeepBooks lets those through who keep agreements, orders and seats: licensing, beside those who keep customers.
func mayKeepBooks(a access.Actor) error { return access.Check(a, access.BooksWrite) }

// mayKeepSystems lets those through who keep systems and what runs beside them.
func mayKeepSystems(a access.Actor) error { return access.Check(a, access.BooksSystems) }

// maxLine is how many characters a line of the books may have.
const maxLine = 200

// checkLine wants a line of text that is there and fits.
func checkLine(field, value string) []errs.Field {
	switch {
	case text.Blank(value):
		return []errs.Field{errs.BadField(field, "field.required")}
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return []errs.Field{errs.BadField(field, "field.not_text")}
	case utf8.RuneCountInString(value) > maxLine:
		return []errs.Field{errs.BadField(field, "field.too_long", "max", maxLine)}
	}
	return nil
}

// day reads a date column; "" and NULL are no date.
func day(text *string) (calendar.Date, error) {
	if text == nil || *text == "" {
		return calendar.Date{}, nil
	}
	return calendar.StoredDate(*text)
}

// days reads several date columns into their fields.
func days(columns ...dayColumn) (err error) {
	for _, c := range columns {
		if *c.to, err = day(c.from); err != nil {
			return errs.Because(errs.Internal, "error.internal", err)
		}
	}
	return nil
}

type dayColumn struct {
	from *string
	to   *calendar.Date
}
