package account

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// A customer's directory keeps the people of that customer: who is there, and who is not any more. It makes members,
// never liaisons and never anybody of the vendor; it proves no address, since the first password is set by a link that
// is mailed there. What it says about a person who is also somebody else's stays in its own entry.

// DirectoryData is what a directory says about a person.
type DirectoryData struct {
	UserName   string `json:"userName"`
	ExternalID string `json:"externalId,omitempty"`
	Email      string `json:"email"`
	Name       string `json:"name"`
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
	Phone      string `json:"phone,omitempty"`
	Language   string `json:"language,omitempty"` // en, zh-Hans
	Zone       string `json:"zone,omitempty"`     // IANA name
	Active     bool   `json:"-"`
}

// DirectoryUser is a person as the customer's directory sees them.
type DirectoryUser struct {
	ID        id.ID // of this customer's directory alone: it tells nothing about who else knows the person
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
	Role      access.Role // member, liaison: the vendor decides it
	DirectoryData

	person id.ID
	state  string // of the entry
	live   bool   // the grant has not ended
	entry  bool   // there is an entry
	claim  bool   // the person was there before, and nobody of this customer
	norm   string // the person's address as it is
}

// The states of an entry.
const (
	waiting   = "waiting"   // for an administrator to grant access: the person is also somebody else's
	idle      = "idle"      // not active, without having been given access
	suspended = "suspended" // by the directory; what the person was comes back with active
	deleted   = "deleted"   // by the directory
)

const directoryQuery = `SELECT g.person_id, coalesce(g.directory_id, g.person_id), g.role, g.ended_at IS NULL, g.created_at, coalesce(e.state, ''), coalesce(e.data, ''),
	coalesce(e.version, 0), coalesce(e.claimed, FALSE), e.created_at, e.updated_at, p.email, p.email_norm, p.name, p.phone, p.language, p.zone
	FROM access_grant g JOIN person p ON p.id = g.person_id
	LEFT JOIN directory_entry e ON e.tenant_id = g.tenant_id AND e.person_id = g.person_id
	WHERE g.tenant_id = $1`

func readDirectory(tx *db.Tx, where string, args ...any) (list []DirectoryUser, err error) {
	err = tx.Query(directoryQuery+where, args, func(scan func(...any) error) error {
		var u DirectoryUser
		var data string
		var made, changed *time.Time
		var own DirectoryData
		err := scan(&u.person, &u.ID, (*string)(&u.Role), &u.live, db.Time(&u.CreatedAt), &u.state, &data, &u.Version, &u.claim, db.NullTime(&made), db.NullTime(&changed),
			&own.Email, &u.norm, &own.Name, &own.Phone, &own.Language, &own.Zone)
		if err != nil {
			return err
		}
		u.UpdatedAt, u.DirectoryData = u.CreatedAt, own
		u.UserName = own.Email
		if data != "" {
			u.entry, u.CreatedAt, u.UpdatedAt, u.DirectoryData = true, *made, *changed, DirectoryData{}
			if err := json.Unmarshal([]byte(data), &u.DirectoryData); err != nil {
				return err
			}
		}
		u.Active = u.live || u.state == waiting
		list = append(list, u)
		return nil
	})
	return list, err
}

// there are the people whom the directory has not deleted, or who were granted access since.
const there = ` AND (g.ended_at IS NULL OR coalesce(e.state, '') <> 'deleted')`

func (u DirectoryUser) there() bool { return u.live || u.state != deleted }

func directoryScope() db.Scope { return db.ForSystem("account.directory") }

func mayProvision(a access.Actor) error { return access.Check(a, access.DirectoryKeep) }

// DirectoryUsers are the people of the directory's customer, in the order in which they came.
func (s *Service) DirectoryUsers(ctx context.Context, a access.Actor) (list []DirectoryUser, err error) {
	defer errs.Wrap(&err, "account.DirectoryUsers")
	if err := mayProvision(a); err != nil {
		return nil, err
	}
	err = s.db.View(ctx, db.ForTenant(a.Customer), func(tx *db.Tx) (err error) {
		list, err = readDirectory(tx, there+` ORDER BY g.created_at, g.person_id`, a.Customer)
		return err
	})
	return list, err
}

// DirectoryUser is one of them; whoever is not, or of another customer, is NotFound.
func (s *Service) DirectoryUser(ctx context.Context, a access.Actor, user id.ID) (u DirectoryUser, err error) {
	defer errs.Wrap(&err, "account.DirectoryUser")
	if err := mayProvision(a); err != nil {
		return u, err
	}
	err = s.db.View(ctx, db.ForTenant(a.Customer), func(tx *db.Tx) (err error) {
		u, err = oneOfDirectory(tx, a.Customer, user)
		return err
	})
	return u, err
}

// oneOfDirectory finds a person by the directory's id of them, which a program of before has not given to everybody.
func oneOfDirectory(tx *db.Tx, customer, user id.ID) (u DirectoryUser, err error) {
	list, err := readDirectory(tx, there+` AND (g.directory_id = $2 OR g.directory_id IS NULL AND g.person_id = $2)`, customer, user)
	if err == nil && len(list) == 0 {
		err = errs.Missing()
	}
	if err == nil {
		u = list[0]
	}
	return u, err
}

// check gives the normalised address and brings the data into the form in which it is kept.
func (d *DirectoryData) check() (email string, err error) {
	var bad []errs.Field
	bad = append(bad, checkText("userName", d.UserName, maxName)...)
	bad = append(bad, checkText("name", d.Name, maxName)...)
	for field, v := range map[string]string{"externalId": d.ExternalID, "givenName": d.GivenName, "familyName": d.FamilyName, "phone": d.Phone} {
		if v != "" {
			bad = append(bad, checkText(field, v, maxName)...)
		}
	}
	email, err = NormaliseEmail(d.Email)
	if err != nil {
		bad = append(bad, errs.As(err).Fields...)
	}
	if d.Language != "" && len(checkLanguage(d.Language)) > 0 {
		d.Language = ""
	}
	if d.Zone != "" {
		bad = append(bad, checkZone(d.Zone)...)
	}
	return email, errs.BadFields(bad...)
}

func (d DirectoryData) contact() Contact {
	return Contact{Email: d.Email, Name: d.Name, Phone: d.Phone, Language: d.Language, Zone: d.Zone}
}

// CreateDirectoryUser adds a person. With an address that nobody has, the person is made and becomes a member of the
// customer. An address of somebody who is nobody of this customer is added in the same way for the directory, and waits
// for an administrator to grant the access. A person who is there already is Conflict; where the directory says that
// they are not active, they lose their access, and made is false.
func (s *Service) CreateDirectoryUser(ctx context.Context, a access.Actor, in DirectoryData) (u DirectoryUser, made bool, err error) {
	defer errs.Wrap(&err, "account.CreateDirectoryUser")
	if err := mayProvision(a); err != nil {
		return u, false, err
	}
	email, err := in.check()
	if err != nil {
		return u, false, err
	}
	err = s.db.Update(ctx, directoryScope(), func(tx *db.Tx) error {
		made = true
		known, err := readDirectory(tx, ` AND (p.email_norm = $2 OR e.user_key = $3) ORDER BY CASE WHEN g.ended_at IS NOT NULL AND coalesce(e.state, '') = 'deleted' THEN 1 ELSE 0 END, g.person_id`,
			a.Customer, email, userKey(in.UserName))
		if err != nil {
			return err
		}
		switch {
		case len(known) > 0 && known[0].there() && in.Active:
			return errs.New(errs.Conflict, "directory.user_exists")
		case len(known) > 0 && known[0].there(): // said of somebody who is there: they are not active any more
			made = false
			off := known[0].DirectoryData
			off.Active = false
			u = known[0]
			return s.changeEntry(tx, a, &u, off, u.norm)
		case len(known) > 0 && known[0].norm == email:
			u = known[0]
			return s.addEntry(tx, a, &u, in, email)
		}
		if u, err = s.personFor(tx, a, email, in); err != nil {
			return err
		}
		return s.addEntry(tx, a, &u, in, email)
	})
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "directory.user_exists")
	}
	return u, made, err
}

func userKey(name string) string { return strings.ToLower(name) }

// personFor finds or makes the person with an address, with a grant to the customer that has not begun.
func (s *Service) personFor(tx *db.Tx, a access.Actor, email string, in DirectoryData) (u DirectoryUser, err error) {
	person, err := s.PersonByEmail(tx, email)
	u.claim = true
	if errs.KindOf(err) == errs.NotFound && err != nil {
		u.claim = false
		c := in.contact()
		person, err = insertPerson(tx, a, email, NewPerson{Name: c.Name, Email: c.Email, Phone: c.Phone, Language: c.Language, Zone: c.Zone}.filled())
	}
	if err != nil {
		return u, err
	}
	u.ID, u.person, u.Role, u.norm = id.New(), person, access.Member, email
	return u, noAccess(tx, a.Customer, person, u.ID)
}

// ReplaceDirectoryUser says anew what the directory says about a person. version is that of the entry that was read,
// -1 for any; Stale when somebody was faster.
func (s *Service) ReplaceDirectoryUser(ctx context.Context, a access.Actor, user id.ID, in DirectoryData, version int64) (u DirectoryUser, err error) {
	defer errs.Wrap(&err, "account.ReplaceDirectoryUser")
	if err := mayProvision(a); err != nil {
		return u, err
	}
	email, bad := in.check()
	err = s.db.Update(ctx, directoryScope(), func(tx *db.Tx) error {
		var err error
		if u, err = oneOfDirectory(tx, a.Customer, user); err != nil {
			return err
		}
		switch {
		case bad != nil:
			return bad
		case version >= 0 && version != u.Version:
			return errs.New(errs.Stale, "directory.changed_meanwhile")
		}
		if err := nameFree(tx, a.Customer, u, in.UserName); err != nil {
			return err
		}
		return s.changeEntry(tx, a, &u, in, email)
	})
	if db.IsUnique(err) {
		err = errs.New(errs.Conflict, "directory.user_exists")
	}
	return u, err
}

// nameFree refuses the name of a colleague of whom the directory has said nothing yet: it finds people by their names. Those that it
// has named are kept apart by an index.
func nameFree(tx *db.Tx, customer id.ID, u DirectoryUser, name string) error {
	if userKey(name) == userKey(u.UserName) {
		return nil
	}
	others, err := readDirectory(tx, there+` AND e.person_id IS NULL AND p.email_norm = $2 AND g.person_id <> $3`, customer, userKey(name), u.person)
	if err == nil && len(others) > 0 {
		err = errs.New(errs.Conflict, "directory.user_exists")
	}
	return err
}

// DeleteDirectoryUser takes a person out of the directory and ends their access. Cases and messages stay whose they are.
func (s *Service) DeleteDirectoryUser(ctx context.Context, a access.Actor, user id.ID) (err error) {
	defer errs.Wrap(&err, "account.DeleteDirectoryUser")
	if err := mayProvision(a); err != nil {
		return err
	}
	return s.db.Update(ctx, directoryScope(), func(tx *db.Tx) error {
		u, err := oneOfDirectory(tx, a.Customer, user)
		if err != nil {
			return err
		}
		if u.live {
			if err := s.deprovision(tx, a, u.person); err != nil {
				return err
			}
		}
		u.state, u.live = deleted, false
		return s.saveEntry(tx, a, &u, "directory.user_removed")
	})
}

// exclusive reports whether a person is nobody else's: not the vendor's, not disabled, never of another customer, and
// not somebody who was there before this customer's directory named the address.
func exclusive(tx *db.Tx, customer id.ID, u *DirectoryUser) (yes bool, err error) {
	if u.claim {
		return false, nil
	}
	err = tx.Row(`SELECT p.staff_role = '' AND p.disabled_at IS NULL AND NOT EXISTS (
			SELECT 1 FROM access_grant g WHERE g.person_id = p.id AND (g.tenant_id <> $2 OR g.kind <> 'own'))
		FROM person p WHERE p.id = $1`, []any{u.person, customer}, &yes)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return yes, err
}
