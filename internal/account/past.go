package account

import (
	"encoding/json"
	"errors"

	"liaison/internal/db"
	"liaison/internal/id"
)

// The kinds of what superseded_entry keeps of this slice.
const (
	EntryCustomer = "customer" // a customer's own data
	EntryView     = "view"     // which of the customer's cases somebody sees
	EntryAccess   = "access"   // what somebody was to the customer
)

// ViewEntry is which of the customer's cases a person saw.
type ViewEntry struct {
	Person id.ID  `json:"person"`
	Sees   string `json:"sees"` // own, system, all
}

// CustomerEntry is a customer's own data as they stood.
type CustomerEntry struct {
	Key        string `json:"key"`
	Name       string `json:"name"`
	Kind       string `json:"kind"`    // customer, partner, reseller
	Country    string `json:"country"` // of the contract, ISO 3166 alpha-2
	Centre     string `json:"centre"`
	Language   string `json:"language"`
	Restricted bool   `json:"restricted"` // cases never take files (7.1)
}

func (c Customer) entry() CustomerEntry {
	return CustomerEntry{Key: c.Key, Name: c.Name, Kind: c.Kind, Country: c.Country, Centre: c.Centre, Language: c.Language, Restricted: c.Restricted}
}

// CustomerAt gives a customer's own data as they stood at an instant (microseconds); nil before there were any.
func CustomerAt(tx *db.Tx, customer id.ID, at int64) (found *CustomerEntry, err error) {
	var now CustomerEntry
	err = tx.Row(`SELECT key, name, kind, country, centre, language, restricted FROM customer WHERE id = $1 AND created_at <= $2 AND recorded_at <= $2`,
		[]any{customer, at}, &now.Key, &now.Name, &now.Kind, &now.Country, &now.Centre, &now.Language, &now.Restricted)
	switch {
	case err == nil:
		return &now, nil
	case !errors.Is(err, db.ErrNoRows):
		return nil, err
	}
	err = SupersededAt(tx, customer, EntryCustomer, at, func(data []byte) error {
		found = new(CustomerEntry)
		return json.Unmarshal(data, found)
	})
	return found, err
}

// supersedeCustomer keeps a customer's own data before they are changed.
func supersedeCustomer(tx *db.Tx, was Customer) error {
	var made, recorded int64
	if err := tx.Row(`SELECT created_at, recorded_at FROM customer WHERE id = $1`, []any{was.ID}, &made, &recorded); err != nil {
		return err
	}
	return Supersede(tx, was.ID, EntryCustomer, was.ID, was.entry(), max(made, recorded))
}

// Supersede keeps an entry as the books have had it since recordedAt (microseconds), before it is changed or taken out.
func Supersede(tx *db.Tx, customer id.ID, kind string, entry id.ID, was any, recordedAt int64) error {
	return SupersedeUntil(tx, customer, kind, entry, was, recordedAt, tx.Now().UnixMicro())
}

// SupersedeUntil is Supersede for an entry that has been in the books no longer since an earlier instant (microseconds).
func SupersedeUntil(tx *db.Tx, customer id.ID, kind string, entry id.ID, was any, recordedAt, until int64) error {
	text, err := json.Marshal(was)
	if err != nil {
		return err
	}
	return tx.Buffer(`INSERT INTO superseded_entry (tenant_id, id, kind, entry_id, data, recorded_at, replaced_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		customer, id.New(), kind, entry, string(text), recordedAt, until)
}

// SupersededAt calls each with the entries of a kind that the books had at an instant (microseconds) and have no longer.
func SupersededAt(tx *db.Tx, customer id.ID, kind string, at int64, each func(data []byte) error) error {
	return tx.Query(`SELECT data FROM superseded_entry WHERE tenant_id = $1 AND kind = $2 AND recorded_at <= $3 AND replaced_at > $3 ORDER BY id`,
		[]any{customer, kind, at}, func(scan func(...any) error) error {
			var text string
			if err := scan(&text); err != nil {
				return err
			}
			return each([]byte(text))
		})
}
