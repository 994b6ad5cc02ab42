package account

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Person is who a person is to one customer, or to the vendor.
type Person struct {
	ID          id.ID
	Name        string
	Email       string
	Phone       string
	Role        access.Role
	Customer    id.ID // zero for staff and outsiders
	CustomerKey string
	Kind        GrantKind // "" for staff and outsiders
	Centre      string    // staff: their regional centre
	Language    string
	Zone        string // IANA name
}

// NewPerson is what CreatePerson makes.
type NewPerson struct {
	Name      string
	Email     string
	Phone     string
	Language  string
	Zone      string      // IANA name
	Password  string      // "": none yet; a reset sets the first one
	StaffRole access.Role // "" for people of customers
	Centre    string      // staff only
}

// CreatePerson makes a person without access to any customer. An e-mail that is taken is Invalid.
func (s *Service) CreatePerson(ctx context.Context, a access.Actor, in NewPerson) (person id.ID, err error) {
	defer errs.Wrap(&err, "account.CreatePerson")
	if err := access.Check(a, access.AdminPeople); err != nil {
		return id.ID{}, err
	}
	email, err := in.check()
	if err != nil {
		return id.ID{}, err
	}
	hash := ""
	if in.Password != "" {
		if hash, err = s.passwords.hash(ctx, in.Password); err != nil {
			return id.ID{}, err
		}
	}
	person = id.New()
	err = s.db.Update(ctx, adminScope(a, "create person"), func(tx *db.Tx) error {
		_, err := tx.Exec(`INSERT INTO person (id, email, email_norm, name, phone, language, zone, password_hash, staff_role, centre, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
			person, in.Email, email, in.Name, in.Phone, in.Language, in.Zone, hash, in.StaffRole, in.Centre, tx.Now())
		if err != nil {
			return err
		}
		return record(tx, a, line{about: "person", subject: person, kind: "person.created", visibility: journal.Staff,
			data: map[string]any{"role": in.StaffRole, "centre": in.Centre}})
	})
	if db.IsUnique(err) {
		err = errs.BadFields(errs.BadField("email", "account.email_taken"))
	}
	if err != nil {
		return id.ID{}, err
	}
	return person, nil
}

// check gives the normalised e-mail, or everything that is wrong.
func (in NewPerson) check() (email string, err error) {
	bad := checkText("name", in.Name, maxName)
	if in.Phone != "" {
		bad = append(bad, checkText("phone", in.Phone, 50)...)
	}
	email, err = NormaliseEmail(in.Email)
	if err != nil {
		bad = append(bad, errs.As(err).Fields...)
	}
	bad = append(bad, checkLanguage(in.Language)...)
	bad = append(bad, checkZone(in.Zone)...)
	if in.StaffRole != "" && !in.StaffRole.IsStaff() {
		bad = append(bad, errs.BadField("staffRole", "field.not_allowed"))
	}
	if in.Password != "" {
		if err := checkPassword(in.Password, email); err != nil {
			bad = append(bad, errs.As(err).Fields...)
		}
	}
	return email, errs.BadFields(bad...)
}

// checkZone: a name of the IANA database. "" and "Local" are the machine's, not a person's.
func checkZone(name string) []errs.Field {
	if _, err := time.LoadLocation(name); err != nil || name == "" || name == "Local" {
		return []errs.Field{errs.BadField("zone", "field.not_allowed")}
	}
	return nil
}

// DisablePerson ends every way in at once: sessions, tokens, resets. Every seat of a liaison is left, at every customer:
// their cases are marked, and staff look at them when nobody follows (1.1). Nobody disables themselves, so an
// administrator is always left. A person who is disabled already stays so.
func (s *Service) DisablePerson(ctx context.Context, a access.Actor, person id.ID) (err error) {
	defer errs.Wrap(&err, "account.DisablePerson(%s)", person)
	if err := access.Check(a, access.AdminPeople); err != nil {
		return err
	}
	if a.Person == person {
		return errs.New(errs.Conflict, "account.not_yourself")
	}
	return s.db.Update(ctx, adminScope(a, "disable person"), func(tx *db.Tx) error {
		known, err := credentialsByID(tx, person)
		if err != nil {
			return err
		}
		if known.person.IsZero() {
			return errs.Missing()
		}
		if known.disabled != nil {
			return nil
		}
		if err := Disable(tx, person); err != nil {
			return err
		}
		if err := record(tx, a, line{about: "person", subject: person, kind: "person.disabled", visibility: journal.Staff}); err != nil {
			return err
		}
		return s.leaveEverywhere(tx, a, person)
	})
}

// leaveEverywhere is seatsLost at every customer that a person has access to. The grants stay, for the record.
func (s *Service) leaveEverywhere(tx *db.Tx, a access.Actor, person id.ID) error {
	var customers []id.ID
	err := tx.Query(`SELECT tenant_id FROM access_grant WHERE person_id = $1 AND ended_at IS NULL ORDER BY tenant_id`, []any{person},
		func(scan func(...any) error) error {
			customers = append(customers, id.ID{})
			return scan(&customers[len(customers)-1])
		})
	for _, customer := range customers {
		if err == nil {
			err = s.seatsLost(tx, a, customer, person)
		}
	}
	return err
}

// GrantKind is why a person has access to a customer.
type GrantKind string

// The kinds of a grant.
const (
	Own       GrantKind = "own"
	Affiliate GrantKind = "affiliate"
	Partner   GrantKind = "partner" // a partner or reseller, for an end customer
)

// Grant gives a person a role (liaison, member) at a customer, or changes it. Staff reach customers as staff and get
// no grants.
func (s *Service) Grant(ctx context.Context, a access.Actor, customer, person id.ID, role access.Role, kind GrantKind) (err error) {
	defer errs.Wrap(&err, "account.Grant(%s, %s)", customer, person)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return err
	}
	if err := checkGrant(role, kind); err != nil {
		return err
	}
	return s.db.Update(ctx, adminScope(a, "grant access"), func(tx *db.Tx) error {
		return s.grant(tx, a, customer, person, role, kind)
	})
}

// grant writes the role. A liaison who becomes a member leaves every seat.
func (s *Service) grant(tx *db.Tx, a access.Actor, customer, person id.ID, role access.Role, kind GrantKind) error {
	was, err := granteeOf(tx, customer, person)
	if err == nil {
		_, err = giveAccess(tx, customer, person, was, role, kind)
	}
	if err != nil {
		return err
	}
	err = recordAccess(tx, a, customer, person, role, kind)
	if err != nil || role == access.Liaison {
		return err
	}
	return s.seatsLost(tx, a, customer, person)
}

// EndGrant ends a person's access to a customer at once: sessions that chose it act for nobody until they choose again,
// tokens for it are revoked, so that a later grant wakes none of them. Seats are left. A grant that is not there is NotFound.
func (s *Service) EndGrant(ctx context.Context, a access.Actor, customer, person id.ID) (err error) {
	defer errs.Wrap(&err, "account.EndGrant(%s, %s)", customer, person)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return err
	}
	return s.db.Update(ctx, adminScope(a, "end access"), func(tx *db.Tx) error {
		return s.endGrant(tx, a, customer, person)
	})
}

func (s *Service) endGrant(tx *db.Tx, a access.Actor, customer, person id.ID) error {
	if err := endAccess(tx, customer, person); err != nil {
		return err
	}
	err := tx.Buffer(`UPDATE api_token SET revoked_at = $3 WHERE customer_id = $1 AND person_id = $2 AND revoked_at IS NULL`,
		customer, person, tx.Now())
	if err != nil {
		return err
	}
	// A directory that had suspended them has no longer the last word.
	err = tx.Buffer(`UPDATE directory_entry SET state = '' WHERE tenant_id = $1 AND person_id = $2 AND state <> 'deleted'`, customer, person)
	if err != nil {
		return err
	}
	err = record(tx, a, line{tenant: customer, about: "person", subject: person, kind: "access.ended", visibility: journal.Customer})
	if err != nil {
		return err
	}
	return s.seatsLost(tx, a, customer, person)
}
