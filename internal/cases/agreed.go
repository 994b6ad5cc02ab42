package cases

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/id"
)

// This file keeps what was agreed with a customer's people on a case: who is on the team, and when somebody is reached.

func insertTime(tx *db.Tx, c *Case, position int, t *ContactTime) error {
	var from, to *time.Time
	first, last := "", ""
	if t.From.IsZero() {
		first, last = t.First.String(), t.Last.String()
	} else {
		from, to = &t.From, &t.To
	}
	return tx.Buffer(`INSERT INTO contact_time (tenant_id, id, case_id, position, person_id, way, from_at, to_at, first_day, last_day, opens, closes, zone)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
		c.Tenant, id.New(), c.ID, position, t.Who.ID, t.Way, from, to, first, last, t.Hours.Open, t.Hours.Close, t.Zone)
}

// contactColumns are a person p as a Contact, with whether they are still of customer $1.
const contactColumns = `p.id, p.name, p.phone, p.email, p.zone, p.disabled_at IS NOT NULL OR NOT EXISTS (SELECT 1 FROM access_grant g
	WHERE g.tenant_id = $1 AND g.person_id = p.id AND g.ended_at IS NULL)`

func (c *Contact) columns() []any {
	return []any{&c.ID, &c.Name, &c.Phone, &c.Email, &c.Zone, &c.Left}
}

func teamOf(tx *db.Tx, c *Case) (out []TeamMember, err error) {
	err = tx.Query(`SELECT `+contactColumns+`, t.role FROM case_team t JOIN person p ON p.id = t.person_id
		WHERE t.tenant_id = $1 AND t.case_id = $2 ORDER BY t.position, p.name, p.id`, []any{c.Tenant, c.ID}, func(scan func(...any) error) error {
		var m TeamMember
		err := scan(append(m.Who.columns(), &m.Role)...)
		out = append(out, m)
		return err
	})
	return out, err
}

func timesOf(tx *db.Tx, c *Case) (out []ContactTime, err error) {
	err = tx.Query(`SELECT `+contactColumns+`, t.way, t.from_at, t.to_at, t.first_day, t.last_day, t.opens, t.closes, t.zone FROM contact_time t
		JOIN person p ON p.id = t.person_id WHERE t.tenant_id = $1 AND t.case_id = $2 ORDER BY t.position, t.id`, []any{c.Tenant, c.ID}, func(scan func(...any) error) error {
		var t ContactTime
		var first, last string
		err := scan(append(t.Who.columns(), &t.Way, db.Time(&t.From), db.Time(&t.To), &first, &last, &t.Hours.Open, &t.Hours.Close, &t.Zone)...)
		if err == nil && first != "" {
			if t.First, err = calendar.StoredDate(first); err == nil {
				t.Last, err = calendar.StoredDate(last)
			}
		}
		out = append(out, t)
		return err
	})
	return out, err
}

// maxNamed is how many people of a customer are offered.
const maxNamed = 500

// peopleOf are the people whom a customer may name, as far as they are offered.
func peopleOf(tx *db.Tx, tenant id.ID) ([]Contact, error) {
	return readPeople(tx, ` ORDER BY p.name, p.id LIMIT $2`, tenant, maxNamed)
}

// peopleNamed are those of some people whom a customer may name. Whoever is not offered, because there are too many, is of
// the customer all the same.
func peopleNamed(tx *db.Tx, tenant id.ID, named []id.ID) ([]Contact, error) {
	args := []any{tenant}
	for _, who := range named {
		args = append(args, who)
	}
	if len(named) == 0 {
		return nil, nil
	}
	return readPeople(tx, ` AND p.id IN (`+placeholders(1, len(named))+`)`, args...)
}

// readPeople are people of customer $1, with what the query ends with.
func readPeople(tx *db.Tx, end string, args ...any) (out []Contact, err error) {
	err = tx.Query(`SELECT `+contactColumns+` FROM access_grant a JOIN person p ON p.id = a.person_id AND p.disabled_at IS NULL
		WHERE a.tenant_id = $1 AND a.ended_at IS NULL`+end, args, func(scan func(...any) error) error {
		var c Contact
		err := scan(c.columns()...)
		out = append(out, c)
		return err
	})
	return out, err
}

// teamEntries and timeEntries are the entries of a list as texts: two are the same where their texts are.
func teamEntries(team []TeamMember) []string {
	list := make([]string, 0, len(team))
	for _, m := range team {
		list = append(list, mustJSON([]string{m.Who.ID.String(), m.Role}))
	}
	return list
}

func timeEntries(times []ContactTime) []string {
	list := make([]string, 0, len(times))
	for i := range times {
		t := &times[i]
		list = append(list, mustJSON([]any{t.Who.ID, t.Way, micros(t.From), micros(t.To), t.First, t.Last, t.Hours.Open, t.Hours.Close, t.Zone}))
	}
	return list
}

// tagOf is the entity tag of a list; it follows from what its entries hold.
func tagOf(entries []string) string {
	sum := sha256.Sum256([]byte(mustJSON(entries)))
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}
