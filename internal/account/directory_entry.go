package account

import (
	"encoding/json"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// addEntry adds a person to the directory, or brings back one whom it had deleted: as a member.
func (s *Service) addEntry(tx *db.Tx, a access.Actor, u *DirectoryUser, in DirectoryData, email string) error {
	own, err := exclusive(tx, a.Customer, u)
	if err != nil {
		return err
	}
	revived := u.entry
	u.DirectoryData, u.Role, u.CreatedAt = in, access.Member, tx.Now()
	if revived && own {
		if err := s.carryOver(tx, a, u, email); err != nil {
			return err
		}
	}
	switch {
	case !in.Active:
		u.state = idle
	case !own:
		u.state = waiting
	default:
		u.state, u.live = "", true
		if err := s.grant(tx, a, a.Customer, u.person, access.Member, Own); err != nil {
			return err
		}
	}
	return s.saveEntry(tx, a, u, "directory.user_added")
}

// changeEntry says anew what the directory says. Nothing new is no change.
func (s *Service) changeEntry(tx *db.Tx, a access.Actor, u *DirectoryUser, in DirectoryData, email string) error {
	if u.DirectoryData == in && u.entry {
		return nil
	}
	own, err := exclusive(tx, a.Customer, u)
	if err != nil {
		return err
	}
	wasActive := u.Active
	u.DirectoryData = in
	if own {
		if err := s.carryOver(tx, a, u, email); err != nil {
			return err
		}
	}
	switch {
	case !in.Active && u.live:
		u.state, u.live = suspended, false
		err = s.deprovision(tx, a, u.person)
	case !in.Active && wasActive: // it was waiting
		u.state = idle
	case in.Active && !wasActive && (own || u.state == suspended && !mustWait(tx, u.person)):
		u.state, u.live = "", true
		u.Role, err = regrant(tx, a, u.person)
	case in.Active && !wasActive:
		u.state = waiting
	}
	if err != nil {
		return err
	}
	return s.saveEntry(tx, a, u, "directory.user_changed")
}

// mustWait reports whether a person may not be given access by a directory at all: disabled, of the vendor, or never
// granted access by anybody.
func mustWait(tx *db.Tx, person id.ID) bool {
	return mustExist(tx, `SELECT 1 FROM person WHERE id = $1 AND disabled_at IS NULL AND staff_role = ''`, person) != nil
}

// regrant gives access again, with the kind that it had. Who left every seat when the access ended comes back as a member:
// a liaison is who is designated (1.1, 2.4).
func regrant(tx *db.Tx, a access.Actor, person id.ID) (role access.Role, err error) {
	was, err := grantOf(tx, a.Customer, person)
	if err == nil && !was.there {
		err = errs.Missing()
	}
	if err != nil {
		return "", err
	}
	var seated bool
	err = tx.Row(`SELECT EXISTS (SELECT 1 FROM designation d WHERE d.tenant_id = $1 AND d.person_id = $2 AND d.ended_at IS NULL)`,
		[]any{a.Customer, person}, &seated)
	if err != nil {
		return "", err
	}
	if role = was.role; !seated {
		role = access.Member
	}
	if _, err := giveAccess(tx, a.Customer, person, was, role, was.kind); err != nil {
		return "", err
	}
	return role, recordAccess(tx, a, a.Customer, person, role, was.kind)
}

// carryOver makes what the directory says of somebody who is nobody else's the person's own. An address that another
// person has stays with them; the directory is not told whose it is.
func (s *Service) carryOver(tx *db.Tx, a access.Actor, u *DirectoryUser, email string) error {
	known, err := peopleByEmail(tx, []string{u.norm})
	if err != nil || len(known) == 0 {
		return err
	}
	if _, err := changeContact(tx, a, known[0], u.contact()); err != nil || email == u.norm {
		return err
	}
	if _, err := s.PersonByEmail(tx, email); errs.KindOf(err) != errs.NotFound || err == nil {
		return err
	}
	if err := tx.Buffer(`UPDATE person SET email = $2, email_norm = $3 WHERE id = $1`, u.person, u.Email, email); err != nil {
		return err
	}
	if err := s.forgetWays(tx, a, u.person); err != nil {
		return err
	}
	u.norm = email
	return record(tx, a, line{about: "person", subject: u.person, kind: "person.changed", visibility: journal.Staff,
		data: map[string]any{"fields": []string{"email"}}})
}

// forgetWays takes every way in from somebody whose address a directory has changed: password, sessions, tokens and open
// resets. Whoever has the new mailbox sets a password by a reset; who had the old one keeps nothing, so that an address
// which another customer invites later never opens that customer to them.
func (s *Service) forgetWays(tx *db.Tx, a access.Actor, person id.ID) error {
	if err := tx.Buffer(`UPDATE person SET password_hash = '' WHERE id = $1`, person); err != nil {
		return err
	}
	if err := closeWays(tx, person); err != nil {
		return err
	}
	return record(tx, a, line{about: "person", subject: person, kind: "person.ways_closed", visibility: journal.Staff,
		data: map[string]any{"why": "address_changed"}})
}

// closeWays ends sessions, open resets and tokens of a person.
func closeWays(tx *db.Tx, person id.ID) error {
	if err := endSessions(tx, person); err != nil {
		return err
	}
	if err := voidResets(tx, person); err != nil {
		return err
	}
	return tx.Buffer(`UPDATE api_token SET revoked_at = $2 WHERE person_id = $1 AND revoked_at IS NULL`, person, tx.Now())
}

// deprovision ends a person's access to the customer at once. Somebody who is then nobody's loses every session, token
// and open reset; one who is somebody else's keeps those.
func (s *Service) deprovision(tx *db.Tx, a access.Actor, person id.ID) error {
	if err := s.endGrant(tx, a, a.Customer, person); err != nil {
		return err
	}
	var others int64
	err := tx.Row(`SELECT count(*) FROM access_grant WHERE person_id = $1 AND ended_at IS NULL`, []any{person}, &others)
	if err != nil || others > 0 {
		return err
	}
	return closeWays(tx, person)
}

// saveEntry stores the entry with its next version and tells the journal.
func (s *Service) saveEntry(tx *db.Tx, a access.Actor, u *DirectoryUser, kind string) error {
	data, err := json.Marshal(u.DirectoryData)
	if err != nil {
		return err
	}
	u.Version, u.UpdatedAt, u.entry, u.Active = u.Version+1, tx.Now(), true, u.live || u.state == waiting
	_, err = tx.Exec(`INSERT INTO directory_entry (tenant_id, person_id, user_key, data, state, version, created_at, updated_at, claimed)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
		ON CONFLICT (tenant_id, person_id) DO UPDATE SET user_key = $3, data = $4, state = $5, version = $6, created_at = $7, updated_at = $8`,
		a.Customer, u.person, userKey(u.UserName), string(data), u.state, u.Version, u.CreatedAt, u.UpdatedAt, u.claim)
	if err != nil {
		return err
	}
	return record(tx, a, line{tenant: a.Customer, about: "person", subject: u.person, kind: kind, visibility: journal.Customer,
		data: map[string]any{"token": a.Token, "active": u.Active, "waiting": u.state == waiting}})
}
