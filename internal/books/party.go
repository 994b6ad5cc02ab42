package books

import (
	"context"
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The kinds of contacts. Those of the vendor are staff, the others people of the customer (RD-01).
const (
	SuccessManager   = "success_manager"
	RegionalManager  = "regional_manager"
	AccountExecutive = "account_executive"
	Renewals         = "renewals"
	Contract         = "contract" // may ask for changes of liaisons (1.1)
	Billing          = "billing"
	Security         = "security"
	Privacy          = "privacy"
)

// Kinds are all kinds of contacts: those of the vendor first.
func Kinds() []string {
	return []string{SuccessManager, RegionalManager, AccountExecutive, Renewals, Contract, Billing, Security, Privacy}
}

func ofVendor(kind string) bool {
	return slices.Contains([]string{SuccessManager, RegionalManager, AccountExecutive, Renewals}, kind)
}

// NameContact makes a person the customer's contact of a kind from now on. Somebody of another customer is unknown.
func (s *Service) NameContact(ctx context.Context, a access.Actor, customer id.ID, kind string, person id.ID) (err error) {
	defer errs.Wrap(&err, "books.NameContact(%s)", kind)
	_, err = s.Enter(ctx, a, customer, Contact{kind, person})
	return err
}

func (s *Service) nameContact(tx *db.Tx, a access.Actor, customer id.ID, kind string, person id.ID) (entry id.ID, err error) {
	if err := access.Check(a, access.BooksRelate); err != nil {
		return entry, err
	}
	if !slices.Contains(Kinds(), kind) {
		return entry, errs.BadFields(errs.BadField("kind", "field.not_allowed"))
	}
	if err := exists(tx, customer); err != nil {
		return entry, err
	}
	if err := mayStand(tx, customer, kind, person); err != nil {
		return entry, err
	}
	entry = id.New()
	n, err := tx.Exec(`INSERT INTO customer_contact (tenant_id, id, kind, person_id, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, kind, person_id) WHERE ended_at IS NULL DO NOTHING`, customer, entry, kind, person, tx.Now())
	if err != nil {
		return entry, err
	}
	if n == 0 {
		return entry, errs.New(errs.Conflict, "books.contact_exists")
	}
	return entry, s.record(tx, a, customer, "contact.named", map[string]any{"contact": kind, "person": person})
}

// mayStand wants staff for the contacts of the vendor, and one of the customer's people for the others.
func mayStand(tx *db.Tx, customer id.ID, kind string, person id.ID) error {
	q := `SELECT count(*) FROM person p JOIN access_grant g ON g.tenant_id = $2 AND g.person_id = p.id AND g.ended_at IS NULL
			WHERE p.id = $1 AND p.disabled_at IS NULL`
	if ofVendor(kind) {
		q = `SELECT count(*) FROM person p JOIN customer c ON c.id = $2 WHERE p.id = $1 AND p.disabled_at IS NULL AND p.staff_role <> ''`
	}
	var known int64
	err := tx.Row(q, []any{person, customer}, &known)
	if err == nil && known == 0 {
		err = errs.BadFields(errs.BadField("person", UnknownPerson(kind)))
	}
	return err
}

// UnknownPerson is the key of the text that says of who may be a contact of a kind.
func UnknownPerson(kind string) string {
	if ofVendor(kind) {
		return "books.unknown_staff"
	}
	return "books.unknown_member"
}

// EndContact ends it. Missing when the person is no contact of that kind.
func (s *Service) EndContact(ctx context.Context, a access.Actor, customer id.ID, kind string, person id.ID) (err error) {
	defer errs.Wrap(&err, "books.EndContact(%s)", kind)
	return s.end(ctx, a, customer, `UPDATE customer_contact SET ended_at = $4 WHERE tenant_id = $1 AND kind = $2 AND person_id = $3 AND ended_at IS NULL`,
		kind, person, "contact.ended", map[string]any{"contact": kind, "person": person})
}

// The kinds of links between customers.
const (
	Affiliate = "affiliate" // the other one leads the group
	Partner   = "partner"   // the other one, a partner or reseller, acts for this one
)

// Link records how a customer stands to another one from now on.
func (s *Service) Link(ctx context.Context, a access.Actor, customer id.ID, kind string, other id.ID) (err error) {
	defer errs.Wrap(&err, "books.Link(%s)", kind)
	_, err = s.Enter(ctx, a, customer, Tied{kind, other})
	return err
}

func (s *Service) link(tx *db.Tx, a access.Actor, customer id.ID, kind string, other id.ID) (entry id.ID, err error) {
	if err := access.Check(a, access.BooksRelate); err != nil {
		return entry, err
	}
	if err := exists(tx, customer); err != nil {
		return entry, err
	}
	var bad []errs.Field
	if kind != Affiliate && kind != Partner {
		bad = append(bad, errs.BadField("kind", "field.not_allowed"))
	}
	switch err := exists(tx, other); {
	case errs.KindOf(err) == errs.NotFound:
		bad = append(bad, errs.BadField("customer", "books.unknown_customer"))
	case err != nil:
		return entry, err
	case other == customer:
		bad = append(bad, errs.BadField("customer", "books.itself"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return entry, err
	}
	if err := noCircle(tx, customer, kind, other); err != nil {
		return entry, err
	}
	entry = id.New()
	n, err := tx.Exec(`INSERT INTO customer_link (tenant_id, id, kind, other_id, since) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, kind, other_id) WHERE ended_at IS NULL DO NOTHING`, customer, entry, kind, other, tx.Now())
	if err != nil {
		return entry, err
	}
	if n == 0 {
		return entry, errs.New(errs.Conflict, "books.link_exists")
	}
	return entry, s.record(tx, a, customer, "link.made", map[string]any{"link": kind, "other": other})
}

// maxLevels is how deep groups may lie: a longer chain is one that nobody has looked through.
const maxLevels = 50

// noCircle refuses a link after which a customer would lead itself, over however many others.
func noCircle(tx *db.Tx, customer id.ID, kind string, other id.ID) error {
	seen, at := map[id.ID]bool{}, []id.ID{other}
	for level := 0; len(at) > 0; level++ {
		if level == maxLevels || slices.Contains(at, customer) {
			return errs.New(errs.Conflict, "books.circle")
		}
		var above []id.ID
		for _, one := range at {
			err := tx.Query(`SELECT other_id FROM customer_link WHERE tenant_id = $1 AND kind = $2 AND ended_at IS NULL`, []any{one, kind},
				func(scan func(...any) error) error {
					var next id.ID
					err := scan(&next)
					if !seen[next] {
						seen[next], above = true, append(above, next)
					}
					return err
				})
			if err != nil {
				return err
			}
		}
		at = above
	}
	return nil
}

// Unlink ends a link. Missing when there is none.
func (s *Service) Unlink(ctx context.Context, a access.Actor, customer id.ID, kind string, other id.ID) (err error) {
	defer errs.Wrap(&err, "books.Unlink(%s)", kind)
	return s.end(ctx, a, customer, `UPDATE customer_link SET ended_at = $4 WHERE tenant_id = $1 AND kind = $2 AND other_id = $3 AND ended_at IS NULL`,
		kind, other, "link.ended", map[string]any{"link": kind, "other": other})
}

func (s *Service) end(ctx context.Context, a access.Actor, customer id.ID, q, kind string, of id.ID, event string, data map[string]any) error {
	if err := access.Check(a, access.BooksRelate); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		n, err := tx.Exec(q, customer, kind, of, tx.Now())
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.Missing()
		}
		return s.record(tx, a, customer, event, data)
	})
}
