package account

import (
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Every row of access_grant is made, changed and ended in this file, which keeps what was before: who had access on a day
// that is over is told from the row and from what is kept. A test of the house finds statements elsewhere.

// AccessEntry is what somebody was to a customer, from an instant on.
type AccessEntry struct {
	Person id.ID       `json:"person"`
	Role   access.Role `json:"role"` // liaison, member
	Kind   GrantKind   `json:"kind"` // own, affiliate, partner
	Since  time.Time   `json:"-"`    // UTC; what is kept has it beside the entry
}

// AccessAt is who had access to a customer at an instant (microseconds): by a grant that stood then, with the role of then.
// Who was disabled had none. A person narrows it to them; the zero one is everybody.
func AccessAt(tx *db.Tx, customer, person id.ID, at int64) (list []AccessEntry, err error) {
	err = tx.Query(`SELECT g.person_id, g.role, g.kind, g.access_at, g.created_at FROM access_grant g JOIN person p ON p.id = g.person_id
		WHERE g.tenant_id = $1 AND g.person_id = coalesce($2, g.person_id) AND g.access_at <= $3 AND g.created_at <= $3
		AND (g.ended_at IS NULL OR g.ended_at > $3) AND (p.disabled_at IS NULL OR p.disabled_at > $3)`, []any{customer, person, at},
		func(scan func(...any) error) error {
			var e AccessEntry
			var since, made int64
			err := scan(&e.Person, (*string)(&e.Role), (*string)(&e.Kind), &since, &made)
			e.Since = time.UnixMicro(max(since, made)).UTC()
			list = append(list, e)
			return err
		})
	if err != nil {
		return nil, err
	}
	err = tx.Query(`SELECT data, recorded_at FROM superseded_entry
		WHERE tenant_id = $1 AND kind = $2 AND entry_id = coalesce($3, entry_id) AND recorded_at <= $4 AND replaced_at > $4`,
		[]any{customer, EntryAccess, person, at}, func(scan func(...any) error) error {
			var e AccessEntry
			var text string
			if err := scan(&text, db.Time(&e.Since)); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(text), &e)
			list = append(list, e)
			return err
		})
	return list, err
}

// granted is what the row says that somebody is, or was last, to a customer. Instants are microseconds.
type granted struct {
	there    bool
	role     access.Role
	kind     GrantKind
	since    int64
	ended    *int64
	disabled *int64 // since when the person has no way in
}

func (g granted) live() bool { return g.there && g.ended == nil }

const grantedColumns = `coalesce(g.role, ''), coalesce(g.kind, ''), coalesce(g.access_at, 0), coalesce(g.created_at, 0), g.ended_at, p.disabled_at`

func readGranted(tx *db.Tx, q string, customer, person id.ID) (g granted, err error) {
	var made int64
	err = tx.Row(q, []any{customer, person}, (*string)(&g.role), (*string)(&g.kind), &g.since, &made, &g.ended, &g.disabled)
	g.there, g.since = g.role != "", max(g.since, made)
	return g, err
}

// grantOf is the row of somebody at a customer, if there is one.
func grantOf(tx *db.Tx, customer, person id.ID) (g granted, err error) {
	g, err = readGranted(tx, `SELECT `+grantedColumns+` FROM access_grant g JOIN person p ON p.id = g.person_id
		WHERE g.tenant_id = $1 AND g.person_id = $2`, customer, person)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return g, err
}

// granteeOf is grantOf for somebody who may be given access; Missing where there is no such customer, or no such person who
// has a way in and is not the vendor's.
func granteeOf(tx *db.Tx, customer, person id.ID) (g granted, err error) {
	g, err = readGranted(tx, `SELECT `+grantedColumns+` FROM person p JOIN customer c ON c.id = $1
		LEFT JOIN access_grant g ON g.tenant_id = c.id AND g.person_id = p.id
		WHERE p.id = $2 AND p.disabled_at IS NULL AND p.staff_role = ''`, customer, person)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.Missing()
	}
	return g, err
}

// giveAccess lets the row say a role and a kind from now on, and keeps what it said. To say the same again changes nothing.
func giveAccess(tx *db.Tx, customer, person id.ID, was granted, role access.Role, kind GrantKind) (changed bool, err error) {
	if was.live() && was.role == role && was.kind == kind {
		return false, nil
	}
	if err := keepAccess(tx, customer, person, was); err != nil {
		return false, err
	}
	return true, tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, kind, created_at, access_at, directory_id) VALUES ($1, $2, $3, $4, $5, $5, $6)
		ON CONFLICT (tenant_id, person_id) DO UPDATE SET role = $3, kind = $4, access_at = $5, ended_at = NULL`,
		customer, person, role, kind, tx.Now(), id.New())
}

// newAccess makes the row of somebody who has none yet.
func newAccess(tx *db.Tx, customer, person id.ID, role access.Role, kind GrantKind, sees access.View) error {
	return tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, kind, sees, created_at, access_at, directory_id) VALUES ($1, $2, $3, $4, $5, $6, $6, $7)`,
		customer, person, role, kind, sees, tx.Now(), id.New())
}

// noAccess makes the row of somebody whom a directory knows and who has no access yet.
func noAccess(tx *db.Tx, customer, person, user id.ID) error {
	return tx.Buffer(`INSERT INTO access_grant (tenant_id, person_id, role, kind, created_at, access_at, ended_at, directory_id) VALUES ($1, $2, $3, $4, $5, $5, $5, $6)`,
		customer, person, access.Member, Own, tx.Now(), user)
}

// endAccess lets the row say that the access has ended now. Missing where there is none. Of somebody who was disabled before,
// what is kept ends with that: an invitation may let them in again, and nothing else knows of it then.
func endAccess(tx *db.Tx, customer, person id.ID) error {
	was, err := grantOf(tx, customer, person)
	if err == nil && !was.live() {
		err = errs.Missing()
	}
	if err != nil {
		return err
	}
	since := was.since
	if was.disabled != nil {
		if err := keepAccess(tx, customer, person, was); err != nil {
			return err
		}
		since = tx.Now().UnixMicro()
	}
	return tx.Buffer(`UPDATE access_grant SET access_at = $3, ended_at = $4 WHERE tenant_id = $1 AND person_id = $2`, customer, person, since, tx.Now())
}

// keepAccess keeps what a row says, before it says something else: until now, until the access ended, or until the person was
// disabled.
func keepAccess(tx *db.Tx, customer, person id.ID, was granted) error {
	until := tx.Now().UnixMicro()
	for _, end := range []*int64{was.ended, was.disabled} {
		if end != nil {
			until = min(until, *end)
		}
	}
	if !was.there || until <= was.since {
		return nil
	}
	return SupersedeUntil(tx, customer, EntryAccess, person, AccessEntry{Person: person, Role: was.role, Kind: was.kind}, was.since, until)
}
