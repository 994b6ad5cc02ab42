package account

import (
	"fmt"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Sender is the person whose address a mail comes from, with what they are to whom. Whether the address is proved is
// not said here.
type Sender struct {
	Person   access.Actor // without role and customer, which depend on the case
	Staff    access.Role  // "" for people of customers
	Standing []Standing
}

// Standing is one grant.
type Standing struct {
	Customer   id.ID
	Role       access.Role
	Kind       GrantKind
	Sees       access.View
	Restricted bool
}

// For is the sender as an actor for a customer; ok is false when they are nothing to it.
func (s Sender) For(customer id.ID) (a access.Actor, ok bool) {
	for _, g := range s.Standing {
		if g.Customer == customer {
			a = s.Person
			a.Role, a.Customer, a.Sees = g.Role, g.Customer, g.Sees
			return a, true
		}
	}
	return a, false
}

// AsStaff is the sender as a member of staff.
func (s Sender) AsStaff() access.Actor {
	a := s.Person
	a.Role = s.Staff
	return a
}

// Sender finds the person with an address, own grants before others and older ones first; ok is false when nobody has
// it or they are disabled.
func (s *Service) Sender(tx *db.Tx, address string) (sender Sender, ok bool, err error) {
	defer errs.Wrap(&err, "account.Sender")
	var zone string
	err = tx.Query(`SELECT p.id, p.name, p.email, p.language, p.zone, p.staff_role, p.centre, g.tenant_id, coalesce(g.role, ''),
			coalesce(g.kind, ''), coalesce(g.sees, ''), coalesce(c.restricted, FALSE)
		FROM person p LEFT JOIN access_grant g ON g.person_id = p.id AND g.ended_at IS NULL
		LEFT JOIN customer c ON c.id = g.tenant_id
		WHERE p.email_norm = $1 AND p.disabled_at IS NULL
		ORDER BY CASE WHEN g.kind = 'own' THEN 0 ELSE 1 END, g.created_at, g.tenant_id`, []any{address}, func(scan func(...any) error) error {
		a, g := &sender.Person, Standing{}
		ok = true
		err := scan(&a.Person, &a.Name, &a.Email, &a.Language, &zone, (*string)(&sender.Staff), &a.Centre,
			&g.Customer, (*string)(&g.Role), (*string)(&g.Kind), (*string)(&g.Sees), &g.Restricted)
		if err == nil && !g.Customer.IsZero() {
			sender.Standing = append(sender.Standing, g)
		}
		return err
	})
	if ok {
		sender.Person.Zone = s.zone(zone)
	}
	return sender, ok, err
}

// RestrictedAt reports whether somebody of a restricted customer, now or earlier, has an address in one of the domains or
// below it. domains are in lower-case ASCII; the answer is about caution, not about who somebody is.
func (s *Service) RestrictedAt(tx *db.Tx, domains []string) (is bool, err error) {
	defer errs.Wrap(&err, "account.RestrictedAt")
	for some := range slices.Chunk(domains, 20) {
		where, args := "", []any{}
		for _, d := range some {
			if d == "" || strings.ContainsAny(d, `%_\`) {
				continue
			}
			args = append(args, "%@"+d, "%."+d)
			where += fmt.Sprintf(" OR p.email_norm LIKE $%d OR p.email_norm LIKE $%d", len(args)-1, len(args))
		}
		if len(args) == 0 {
			continue
		}
		var n int64
		err := tx.Row(`SELECT count(*) FROM customer c JOIN access_grant g ON g.tenant_id = c.id JOIN person p ON p.id = g.person_id
			WHERE c.restricted AND (`+strings.TrimPrefix(where, " OR ")+`)`, args, &n)
		if err != nil || n > 0 {
			return n > 0, err
		}
	}
	return false, nil
}
