package account

import (
	"context"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/text"
)

// Customer is who has a contract with the vendor.
type Customer struct {
	ID         id.ID
	Key        string // short stable name, e.g. nordwind
	Name       string
	Kind       string // customer, partner, reseller
	Country    string // of the contract, ISO 3166 alpha-2
	Centre     string // regional centre of the contract
	Language   string
	Restricted bool // cases never take files
}

const maxName = 200 // characters of a name

// CreateCustomer makes a customer with a key for its files; in.ID is given by it. A key that is taken is Invalid.
func (s *Service) CreateCustomer(ctx context.Context, a access.Actor, in Customer) (customer id.ID, err error) {
	defer errs.Wrap(&err, "account.CreateCustomer(%s)", in.Key)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return id.ID{}, err
	}
	if err := in.Check(); err != nil {
		return id.ID{}, err
	}
	err = s.db.Update(ctx, adminScope(a, "create customer"), func(tx *db.Tx) (err error) {
		customer, err = s.insertCustomer(tx, a, in, waited)
		return err
	})
	if db.IsUnique(err) {
		err = errs.BadFields(errs.BadField("key", "account.key_taken"))
	}
	if err != nil {
		return id.ID{}, err
	}
	return customer, nil
}

func (s *Service) insertCustomer(tx *db.Tx, a access.Actor, in Customer, insert func(tx *db.Tx, q string, args ...any) error) (customer id.ID, err error) {
	customer = id.New()
	err = insert(tx, `INSERT INTO customer (id, key, name, kind, country, centre, language, restricted, data_key, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
		customer, in.Key, in.Name, in.Kind, in.Country, in.Centre, in.Language, in.Restricted, s.newDataKey(customer), tx.Now())
	if err != nil {
		return id.ID{}, err
	}
	return customer, record(tx, a, line{tenant: customer, about: "customer", subject: customer, kind: "customer.created",
		visibility: journal.Staff, data: map[string]any{"country": in.Country, "centre": in.Centre, "kind": in.Kind,
			"language": in.Language, "restricted": in.Restricted}})
}

// Check says what of a customer cannot be.
func (c Customer) Check() error {
	var bad []errs.Field
	if !validKey(c.Key) {
		bad = append(bad, errs.BadField("key", "account.key_malformed"))
	}
	bad = append(bad, checkText("name", c.Name, maxName)...)
	bad = append(bad, checkText("centre", c.Centre, maxName)...)
	bad = append(bad, checkLanguage(c.Language)...)
	if !slices.Contains([]string{"customer", "partner", "reseller"}, c.Kind) {
		bad = append(bad, errs.BadField("kind", "field.not_allowed"))
	}
	if len(c.Country) != 2 || strings.ContainsFunc(c.Country, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		bad = append(bad, errs.BadField("country", "field.not_allowed"))
	}
	return errs.BadFields(bad...)
}

// validKey: lower-case ASCII letters, digits and single hyphens inside, at most 63.
func validKey(key string) bool {
	if key == "" || len(key) > 63 || strings.Trim(key, "-") != key {
		return false
	}
	return !strings.ContainsFunc(key, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '-'
	})
}

// checkText: one line of text that is there and fits.
func checkText(field, value string, max int) []errs.Field {
	switch {
	case text.Blank(value):
		return []errs.Field{errs.BadField(field, "field.required")}
	case !utf8.ValidString(value) || strings.ContainsFunc(value, unicode.IsControl):
		return []errs.Field{errs.BadField(field, "field.not_text")}
	case utf8.RuneCountInString(value) > max:
		return []errs.Field{errs.BadField(field, "field.too_long", "max", max)}
	}
	return nil
}

func checkLanguage(lang string) []errs.Field {
	if !slices.Contains(text.Langs(), text.Lang(lang)) {
		return []errs.Field{errs.BadField("language", "field.not_allowed")}
	}
	return nil
}

// Customers are the customers that the actor may see, by name: all for staff, the one acted for on the customer's side.
func (s *Service) Customers(ctx context.Context, a access.Actor) (list []Customer, err error) {
	defer errs.Wrap(&err, "account.Customers")
	if err := access.Check(a, access.CustomerRead); err != nil {
		return nil, err
	}
	if !a.Role.IsStaff() && a.Customer.IsZero() {
		return []Customer{}, nil
	}
	err = s.db.View(ctx, readScope(a, "list customers"), func(tx *db.Tx) (err error) {
		where, args := ` ORDER BY name, id`, []any(nil)
		if !a.Role.IsStaff() {
			where, args = ` WHERE id = $1`, []any{a.Customer}
		}
		list, err = customers(tx, where, args...)
		return err
	})
	return list, err
}

// readScope is the door through which an actor with a customer, or of the vendor, reaches rows.
func readScope(a access.Actor, reason string) db.Scope {
	if a.Role.IsStaff() {
		return db.ForStaff(a.Person, reason)
	}
	return db.ForTenant(a.Customer)
}
