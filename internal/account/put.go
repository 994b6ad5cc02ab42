package account

import (
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// The puts below bring one thing to what a file or another system says it is. They are for those who bring many things
// in one transaction (a file, a customer relations system, a directory), so they take it. Each reads what is there,
// writes only a difference, and tells the journal about it: to put the same thing twice changes nothing.

// PutCustomer makes the customer with this key, or changes the one that has it.
func (s *Service) PutCustomer(tx *db.Tx, a access.Actor, in Customer) (customer id.ID, changed bool, err error) {
	defer errs.Wrap(&err, "account.PutCustomer(%s)", in.Key)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return id.ID{}, false, err
	}
	if err := in.Check(); err != nil {
		return id.ID{}, false, err
	}
	found, err := customers(tx, ` WHERE key = $1`, in.Key)
	if err != nil {
		return id.ID{}, false, err
	}
	if len(found) == 0 {
		customer, err = s.insertCustomer(tx, a, in, waited)
		return customer, true, err
	}
	was := found[0]
	in.ID = was.ID
	if was == in {
		return was.ID, false, nil
	}
	if err := supersedeCustomer(tx, was); err != nil {
		return id.ID{}, false, err
	}
	err = tx.Buffer(`UPDATE customer SET name = $2, kind = $3, country = $4, centre = $5, language = $6, restricted = $7, recorded_at = $8 WHERE id = $1`,
		in.ID, in.Name, in.Kind, in.Country, in.Centre, in.Language, in.Restricted, tx.Now())
	if err != nil {
		return id.ID{}, false, err
	}
	return in.ID, true, record(tx, a, line{tenant: in.ID, about: "customer", subject: in.ID, kind: "customer.changed",
		visibility: journal.Staff, data: map[string]any{"country": in.Country, "centre": in.Centre, "kind": in.Kind,
			"language": in.Language, "restricted": in.Restricted, "name": was.Name != in.Name}})
}

// Contact is what is kept about a person of customers wherever they act. Empty values are left as they are.
type Contact struct {
	Email    string
	Name     string
	Phone    string
	Language string
	Zone     string
}

// Check gives the normalised e-mail and whatever cannot be kept.
func (c Contact) Check() (email string, bad []errs.Field) {
	n := NewPerson{Name: c.Name, Email: c.Email, Phone: c.Phone, Language: c.Language, Zone: c.Zone}.filled()
	if n.Name == "" {
		n.Name = c.Email // one who is there has a name; PutPerson asks for it where nobody is
	}
	email, err := n.check()
	if err != nil {
		bad = errs.As(err).Fields
	}
	return email, bad
}

// filled gives a new person what nobody has said.
func (in NewPerson) filled() NewPerson {
	if in.Language == "" {
		in.Language = "en"
	}
	if in.Zone == "" {
		in.Zone = "UTC"
	}
	return in
}

// PutPerson makes a person of customers without a password, or changes the one with this e-mail. The vendor's own
// people and those who were disabled are Conflict: neither is an address of a customer.
func (s *Service) PutPerson(tx *db.Tx, a access.Actor, in Contact) (person id.ID, changed bool, err error) {
	defer errs.Wrap(&err, "account.PutPerson")
	if err := access.Check(a, access.AdminPeople); err != nil {
		return id.ID{}, false, err
	}
	email, bad := in.Check()
	if err := errs.BadFields(bad...); err != nil {
		return id.ID{}, false, err
	}
	known, err := peopleByEmail(tx, []string{email})
	if err != nil {
		return id.ID{}, false, err
	}
	if len(known) == 0 {
		person, err = insertPerson(tx, a, email, NewPerson{Name: in.Name, Email: in.Email, Phone: in.Phone, Language: in.Language, Zone: in.Zone}.filled())
		return person, true, err
	}
	was := known[0]
	if err := was.MayBeOfACustomer(); err != nil {
		return id.ID{}, false, err
	}
	changed, err = changeContact(tx, a, was, in)
	return was.ID, changed, err
}

// MayBeOfACustomer refuses the vendor's own people and those who were disabled.
func (k Known) MayBeOfACustomer() error {
	switch {
	case k.Staff:
		return errs.New(errs.Conflict, "moving.address_of_staff")
	case k.Disabled:
		return errs.New(errs.Conflict, "moving.person_disabled")
	}
	return nil
}

// changeContact writes what differs from what is there; the line names the columns.
func changeContact(tx *db.Tx, a access.Actor, was Known, in Contact) (bool, error) {
	to := was.Contact
	fields := []string{}
	for _, f := range []struct {
		name      string
		from      string
		into, was *string
	}{{"name", in.Name, &to.Name, &was.Name}, {"phone", in.Phone, &to.Phone, &was.Phone},
		{"language", in.Language, &to.Language, &was.Language}, {"zone", in.Zone, &to.Zone, &was.Zone}} {
		if f.from != "" && f.from != *f.was {
			*f.into, fields = f.from, append(fields, f.name)
		}
	}
	if len(fields) == 0 {
		return false, nil
	}
	err := tx.Buffer(`UPDATE person SET name = $2, phone = $3, language = $4, zone = $5 WHERE id = $1`, was.ID, to.Name, to.Phone, to.Language, to.Zone)
	if err != nil {
		return false, err
	}
	return true, record(tx, a, line{about: "person", subject: was.ID, kind: "person.changed", visibility: journal.Staff,
		data: map[string]any{"fields": fields}})
}

// insertPerson makes a person without a password; a name that is missing is Invalid.
func insertPerson(tx *db.Tx, a access.Actor, email string, in NewPerson) (person id.ID, err error) {
	if err := errs.BadFields(checkText("name", in.Name, maxName)...); err != nil {
		return id.ID{}, err
	}
	person = id.New()
	err = tx.Buffer(`INSERT INTO person (id, email, email_norm, name, phone, language, zone, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, person, in.Email, email, in.Name, in.Phone, in.Language, in.Zone, tx.Now())
	if err != nil {
		return id.ID{}, err
	}
	return person, record(tx, a, line{about: "person", subject: person, kind: "person.created", visibility: journal.Staff,
		data: map[string]any{"role": "", "centre": ""}})
}

// Grants says what the person of an address is, or was, to one customer and to others.
type Grants struct {
	Here      bool // has access now
	Ended     bool // had access, which was ended
	Elsewhere bool // has, or had, access to another customer
}

// HasGrants looks the grants of an address up; none for one that nobody has or can have. It looks at grants to other
// customers: the transaction's scope has to be wide.
func (s *Service) HasGrants(tx *db.Tx, customer id.ID, email string) (g Grants, err error) {
	email, err = NormaliseEmail(email)
	if err != nil {
		return g, nil //nolint:nilerr // who brings it is told with everything else that is wrong
	}
	err = tx.Query(`SELECT g.tenant_id, g.ended_at IS NOT NULL FROM access_grant g JOIN person p ON p.id = g.person_id WHERE p.email_norm = $1`,
		[]any{email}, func(scan func(...any) error) error {
			var of id.ID
			var over bool
			err := scan(&of, &over)
			here := of == customer
			g.Here, g.Ended, g.Elsewhere = g.Here || here && !over, g.Ended || here && over, g.Elsewhere || !here
			return err
		})
	return g, err
}

// PutGrant gives a person the role at the customer, or ends what they are to it (ended). A grant that ended long ago is
// no difference.
func (s *Service) PutGrant(tx *db.Tx, a access.Actor, customer, person id.ID, role access.Role, kind GrantKind, ended bool) (changed bool, err error) {
	defer errs.Wrap(&err, "account.PutGrant(%s, %s)", customer, person)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return false, err
	}
	if err := checkGrant(role, kind); err != nil {
		return false, err
	}
	was, err := grantOf(tx, customer, person)
	switch {
	case err != nil:
		return false, err
	case ended && !was.live():
		return false, nil
	case ended:
		return true, s.endGrant(tx, a, customer, person)
	case was.live() && was.role == role && was.kind == kind:
		return false, nil
	}
	return true, s.grant(tx, a, customer, person, role, kind)
}

func checkGrant(role access.Role, kind GrantKind) error {
	var bad []errs.Field
	if role != access.Liaison && role != access.Member {
		bad = append(bad, errs.BadField("role", "field.not_allowed"))
	}
	if !slices.Contains([]GrantKind{Own, Affiliate, Partner}, kind) {
		bad = append(bad, errs.BadField("kind", "field.not_allowed"))
	}
	return errs.BadFields(bad...)
}
