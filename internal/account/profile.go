package account

import (
	"context"
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Settings are what people choose for themselves.
type Settings struct {
	Language  string // en, zh-Hans
	Zone      string // IANA name
	Theme     string // "" as the device, light, dark
	Shortcuts bool   // single-key shortcuts on the desk
}

// Membership is one customer that a person may act for.
type Membership struct {
	Customer id.ID
	Key      string
	Name     string
	Role     access.Role
	Kind     GrantKind
}

// Profile is the actor as their own account page and GET /me show them.
type Profile struct {
	Name     string
	Email    string
	Phone    string
	Role     access.Role
	Customer string // key of the customer acted for, "" for none
	Settings Settings
	Choices  []Membership        // the customers that a session may choose from; empty for a token and for staff
	May      []access.Permission // with what the actor came in by
}

// Me is the actor's own profile, for GET /me.
func (s *Service) Me(ctx context.Context, a access.Actor) (p Profile, err error) {
	defer errs.Wrap(&err, "account.Me")
	if err := access.Check(a, access.ProfileRead); err != nil {
		return Profile{}, err
	}
	err = s.db.View(ctx, db.ForSystem("account.self"), func(tx *db.Tx) error {
		p = Profile{Role: a.Role, Choices: []Membership{}, May: access.May(a)}
		if err := readSettings(tx, a.Person, &p); err != nil {
			return err
		}
		return tx.Query(`SELECT c.id, c.key, c.name, g.role, g.kind FROM access_grant g JOIN customer c ON c.id = g.tenant_id
			WHERE g.person_id = $1 AND g.ended_at IS NULL ORDER BY c.name, c.id`, []any{a.Person}, func(scan func(...any) error) error {
			var m Membership
			err := scan(&m.Customer, &m.Key, &m.Name, (*string)(&m.Role), (*string)(&m.Kind))
			if m.Customer == a.Customer {
				p.Customer = m.Key
			}
			if !a.Session.IsZero() {
				p.Choices = append(p.Choices, m)
			}
			return err
		})
	})
	return p, err
}

func readSettings(tx *db.Tx, person id.ID, p *Profile) error {
	set := &p.Settings
	return tx.Row(`SELECT name, email, phone, language, zone, theme, shortcuts FROM person WHERE id = $1`, []any{person},
		&p.Name, &p.Email, &p.Phone, &set.Language, &set.Zone, &set.Theme, &set.Shortcuts)
}

// UpdateSettings stores what the actor chose. Choosing what is already chosen changes nothing.
func (s *Service) UpdateSettings(ctx context.Context, a access.Actor, in Settings) (err error) {
	defer errs.Wrap(&err, "account.UpdateSettings")
	if err := access.Check(a, access.ProfileEdit); err != nil {
		return err
	}
	bad := append(checkLanguage(in.Language), checkZone(in.Zone)...)
	if !slices.Contains([]string{"", "light", "dark"}, in.Theme) {
		bad = append(bad, errs.BadField("theme", "field.not_allowed"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	return s.db.Update(ctx, db.ForSystem("account.self"), func(tx *db.Tx) error {
		var old Profile
		if err := readSettings(tx, a.Person, &old); err != nil || old.Settings == in {
			return err
		}
		err := tx.Buffer(`UPDATE person SET language = $2, zone = $3, theme = $4, shortcuts = $5 WHERE id = $1`,
			a.Person, in.Language, in.Zone, in.Theme, in.Shortcuts)
		if err != nil {
			return err
		}
		return record(tx, a, line{about: "person", subject: a.Person, kind: "profile.changed", visibility: journal.System,
			data: map[string]any{"language": in.Language, "theme": in.Theme, "shortcuts": in.Shortcuts}})
	})
}
