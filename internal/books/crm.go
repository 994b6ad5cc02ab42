package books

import (
	"context"
	"errors"
	"slices"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// The kinds of rows that another program brings by ids of its own.
const (
	refCustomer  = "customer"
	refContact   = "contact"
	refSystem    = "system"
	refAgreement = "agreement"
)

// maxRef is how many bytes an external id may have.
const maxRef = 100

// Brought is what became of an upsert.
type Brought struct {
	ID      id.ID
	Made    bool // the id was not known before, and what it names was not there
	Changed bool // something differs from before
	there   bool // what is named was there already
}

// BroughtCustomer is a customer as another program knows them.
type BroughtCustomer struct {
	account.Customer
	TakeOver bool // one that has the key already, and no id, is the one that is meant
}

// BroughtContact is a person of a customer as another program knows them.
type BroughtContact struct {
	account.Contact
	Kinds []string // contract, billing, security, privacy: exactly these are theirs; nil: those that they have
}

// BringCustomer makes the customer of an external id, or changes it. One that has the key already and came in another way
// is Conflict, unless the caller says that it takes that one over: a key chosen twice must not rewrite a stranger. One
// that another id has is Conflict too, like a key that differs from the one it was brought with.
func (s *Service) BringCustomer(ctx context.Context, a access.Actor, ref string, c BroughtCustomer) (Brought, error) {
	return s.bring(ctx, a, refCustomer, ref, "", func(tx *db.Tx, by access.Actor, _, known id.ID) (b Brought, customer id.ID, err error) {
		if c.Centre == "" {
			_, c.Centre, _ = s.Policy.Now().CalendarFor(c.Country)
		}
		if err := s.checkBrought(c.Customer); err != nil {
			return b, known, err
		}
		there, err := s.byKey(tx, known, &c)
		if err != nil {
			return b, known, err
		}
		b.ID, b.Changed, err = s.Accounts.PutCustomer(tx, by, c.Customer)
		b.there = there
		return b, b.ID, err
	})
}

// checkBrought says all that cannot be of a customer, with the pack's countries and centres.
func (s *Service) checkBrought(c account.Customer) error {
	_, _, country := s.Policy.Now().CalendarFor(c.Country)
	var bad []errs.Field
	if err := c.Check(); err != nil {
		for _, f := range errs.As(err).Fields {
			if f.Name != "country" && (f.Name != "centre" || country) { // the centre follows from the country
				bad = append(bad, f)
			}
		}
	}
	switch _, known := s.Policy.Now().Centre(c.Centre); {
	case !country:
		bad = append(bad, errs.BadField("country", "contract.unknown_country"))
	case !known && c.Centre != "":
		bad = append(bad, errs.BadField("centre", "moving.unknown_centre"))
	}
	return errs.BadFields(bad...)
}

// byKey reports whether the customer is there, and whether the id may name them. Whether a customer is restricted is
// decided here and nowhere else (7.1).
func (s *Service) byKey(tx *db.Tx, known id.ID, c *BroughtCustomer) (there bool, err error) {
	if !known.IsZero() {
		var key string
		if err := tx.Row(`SELECT key FROM customer WHERE id = $1`, []any{known}, &key); err != nil {
			return false, err
		}
		if key != c.Key {
			return false, errs.New(errs.Conflict, "crm.key_fixed", "key", key)
		}
	}
	var other *string
	err = tx.Row(`SELECT c.restricted, (SELECT r.external_id FROM crm_ref r WHERE r.tenant_id = c.id AND r.kind = $2 AND r.row_id = c.id)
		FROM customer c WHERE c.key = $1`, []any{c.Key, refCustomer}, &c.Restricted, &other)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return false, nil
	case err != nil:
		return false, err
	case !known.IsZero():
		return true, nil
	case other != nil:
		return true, errs.New(errs.Conflict, "crm.taken", "ref", *other)
	case !c.TakeOver:
		return true, errs.New(errs.Conflict, "crm.key_exists", "key", c.Key)
	}
	return true, nil
}

// BringContact makes a person a member of the customer, or changes them, and gives them exactly these kinds of contact.
// It makes no liaison: who is one is decided by the customer's liaisons (1.1). An address that differs from the one they
// were brought with is Conflict: it is what they sign in with. So is access that was ended, which no sync gives back, and
// somebody who is, or was, of another customer. Of who belongs to another customer too nothing changes but the kinds.
func (s *Service) BringContact(ctx context.Context, a access.Actor, ref, of string, in BroughtContact) (Brought, error) {
	return s.bring(ctx, a, refContact, ref, of, func(tx *db.Tx, by access.Actor, customer, known id.ID) (b Brought, _ id.ID, err error) {
		for _, k := range in.Kinds {
			if !slices.Contains(Kinds(), k) || ofVendor(k) {
				return b, customer, errs.BadFields(errs.BadField("kinds", "field.not_allowed"))
			}
		}
		has, err := s.Accounts.HasGrants(tx, customer, in.Email)
		if err != nil {
			return b, customer, err
		}
		if has.Ended {
			return b, customer, errs.New(errs.Conflict, "crm.access_ended", "ref", ref)
		}
		if has.Elsewhere {
			in.Contact = account.Contact{Email: in.Email}
		}
		if b.ID, b.Changed, err = s.Accounts.PutPerson(tx, by, in.Contact); err != nil {
			return b, customer, err
		}
		switch {
		case !known.IsZero() && known != b.ID:
			return b, customer, errs.New(errs.Conflict, "crm.address_fixed")
		case has.Here:
		case !known.IsZero():
			return b, customer, errs.New(errs.Conflict, "crm.access_ended", "ref", ref)
		case has.Elsewhere:
			return b, customer, errs.New(errs.Conflict, "crm.of_another", "ref", ref)
		default:
			b.Changed = true
			if _, err = s.Accounts.PutGrant(tx, by, customer, b.ID, access.Member, account.Own, false); err != nil {
				return b, customer, err
			}
		}
		if in.Kinds == nil {
			return b, customer, nil
		}
		changed, err := s.standExactly(tx, by, customer, b.ID, in.Kinds)
		b.Changed = b.Changed || changed
		return b, customer, err
	})
}

// standExactly gives a person these kinds of contact and takes the customer's other ones from them.
func (s *Service) standExactly(tx *db.Tx, by access.Actor, customer, person id.ID, kinds []string) (changed bool, err error) {
	stands := map[string]id.ID{}
	err = tx.Query(`SELECT kind, id FROM customer_contact WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL`, []any{customer, person},
		func(scan func(...any) error) error {
			var kind string
			var row id.ID
			err := scan(&kind, &row)
			stands[kind] = row
			return err
		})
	for _, kind := range Kinds() {
		row, is := stands[kind]
		should := slices.Contains(kinds, kind)
		switch {
		case err != nil:
			return changed, err
		case is == should, ofVendor(kind):
			continue
		case should:
			_, err = s.nameContact(tx, by, customer, kind, person)
		default:
			err = s.endEntry(tx, by, customer, Contacts, row)
		}
		changed = true
	}
	return changed, err
}

// BringSystem makes a system of the customer, or changes it. Its name is what it is found by elsewhere: another one than
// it was brought with, or one that another id has, is Conflict.
func (s *Service) BringSystem(ctx context.Context, a access.Actor, ref, of string, n contract.NewSystem) (Brought, error) {
	return s.bring(ctx, a, refSystem, ref, of, func(tx *db.Tx, by access.Actor, customer, known id.ID) (b Brought, _ id.ID, err error) {
		if !known.IsZero() {
			var name string
			if err := tx.Row(`SELECT name FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, known}, &name); err != nil {
				return b, customer, missing(err)
			}
			if name != n.Name {
				return b, customer, errs.New(errs.Conflict, "crm.name_fixed", "name", name)
			}
		}
		b.ID, b.Changed, err = s.Contract.PutSystem(tx, by, customer, n)
		return b, customer, err
	})
}

// BringAgreement records an agreement of the customer, or makes the one of this external id what it says: its id stays, and
// the books say since when it is so. One that somebody has taken out comes back.
func (s *Service) BringAgreement(ctx context.Context, a access.Actor, ref, of string, g contract.Agreement) (Brought, error) {
	return s.bring(ctx, a, refAgreement, ref, of, func(tx *db.Tx, by access.Actor, customer, known id.ID) (b Brought, _ id.ID, err error) {
		if known.IsZero() {
			b.Changed = true
			b.ID, err = s.Contract.EnterAgreement(tx, by, customer, g)
			return b, customer, err
		}
		b.ID = known
		b.Changed, err = s.Contract.BringAgreement(tx, by, customer, known, g)
		return b, customer, err
	})
}

// bring finds the row of an external id and the customer that it belongs to, does the rest, and keeps which row it is.
func (s *Service) bring(ctx context.Context, a access.Actor, kind, ref, of string,
	do func(tx *db.Tx, by access.Actor, customer, known id.ID) (Brought, id.ID, error)) (b Brought, err error) {
	defer errs.Wrap(&err, "books.bring(%s)", kind)
	if err := access.Check(a, access.CRMSync); err != nil {
		return b, err
	}
	if ref == "" || len(ref) > maxRef {
		return b, errs.BadFields(errs.BadField("ref", "field.too_long", "max", maxRef))
	}
	by := access.Actor{System: true, Person: a.Person} // the program writes, for whoever has made its token
	err = s.DB.Update(ctx, crmScope(a), func(tx *db.Tx) error {
		var customer id.ID
		if of != "" {
			if customer, _, err = refOf(tx, refCustomer, of); err != nil {
				return err
			}
			if customer.IsZero() {
				return errs.BadFields(errs.BadField("customer", "crm.unknown_customer"))
			}
		}
		tenant, known, err := refOf(tx, kind, ref)
		if err != nil {
			return err
		}
		if !known.IsZero() && of != "" && tenant != customer {
			return errs.New(errs.Conflict, "crm.other_customer")
		}
		if b, customer, err = do(tx, by, customer, known); err != nil || b.ID == known {
			return err
		}
		b.Made = known.IsZero() && !b.there
		return s.keepRef(tx, by, kind, ref, customer, b.ID)
	})
	return b, err
}

func crmScope(a access.Actor) db.Scope {
	if a.System {
		return db.ForSystem("books.crm")
	}
	return db.ForStaff(a.Person, "upsert by external id")
}

func refOf(tx *db.Tx, kind, ref string) (customer, row id.ID, err error) {
	err = tx.Row(`SELECT tenant_id, row_id FROM crm_ref WHERE kind = $1 AND external_id = $2`, []any{kind, ref}, &customer, &row)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return customer, row, err
}

// keepRef keeps which row an external id names. A row that another id names is Conflict.
func (s *Service) keepRef(tx *db.Tx, by access.Actor, kind, ref string, customer, row id.ID) error {
	var other string
	err := tx.Row(`SELECT external_id FROM crm_ref WHERE tenant_id = $1 AND kind = $2 AND row_id = $3`, []any{customer, kind, row}, &other)
	if err == nil {
		return errs.New(errs.Conflict, "crm.taken", "ref", other)
	}
	if !errors.Is(err, db.ErrNoRows) {
		return err
	}
	err = tx.Buffer(`INSERT INTO crm_ref (kind, external_id, tenant_id, row_id, linked_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (kind, external_id) DO UPDATE SET row_id = excluded.row_id, linked_at = excluded.linked_at`, kind, ref, customer, row, tx.Now())
	if err != nil {
		return err
	}
	return journal.Record(tx, journal.Line{Tenant: customer, Actor: by.Person, ActorKind: "system", SubjectKind: kind, Subject: row, Kind: "crm.linked",
		Visibility: journal.Staff, Edition: s.Policy.Now().Edition})
}
