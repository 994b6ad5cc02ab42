package contract

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The kinds of entries of the books that are corrected or withdrawn, as superseded_entry names them.
const (
	EntryTerm      = "term"
	EntryException = "exception"
	EntrySeats     = "seats"
	EntryOrder     = "order"
	EntrySystem    = "system"
	EntryInvoice   = "invoice"
	EntryCentre    = "centre"
	EntryDue       = "due" // of an invoice: what it suspended goes by it
)

// TermEntry is a subscription term as the books have it; both days are inclusive, vendor's zone.
type TermEntry struct {
	ID     id.ID         `json:"id"`
	System id.ID         `json:"system"`
	Plan   string        `json:"plan"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
	Etag   string        `json:"etag,omitempty"` // set where it is shown
}

// ExceptionEntry is an order exception, or a window of extended lifecycle support, as the books have it (4.7).
type ExceptionEntry struct {
	ID       id.ID         `json:"id"`
	System   id.ID         `json:"system"`
	Kind     string        `json:"kind"` // exception, extended
	Document string        `json:"document"`
	Scope    string        `json:"scope"`
	From     calendar.Date `json:"from"`
	To       calendar.Date `json:"to"`
	Etag     string        `json:"etag,omitempty"`
}

// SeatEntry is extra seats of a system for a term; both days are inclusive, vendor's zone (1.1).
type SeatEntry struct {
	ID     id.ID         `json:"id"`
	System id.ID         `json:"system"`
	Seats  int           `json:"seats"`
	From   calendar.Date `json:"from"`
	To     calendar.Date `json:"to"`
	Etag   string        `json:"etag,omitempty"`
}

// BilledEntry is an invoice as the books have it (5.2). One that was taken back is in them no longer.
type BilledEntry struct {
	ID       id.ID         `json:"id"`
	Number   string        `json:"number"`
	Issued   calendar.Date `json:"issued,omitzero"`    // vendor's zone; zero: nobody said
	Due      calendar.Date `json:"due"`                // last day to pay, vendor's zone
	Amount   int64         `json:"amount,omitempty"`   // in the smallest unit of Currency
	Currency string        `json:"currency,omitempty"` // ISO 4217; "": nobody said how much
	Paid     *time.Time    `json:"paid,omitempty"`     // the recorded instant of the payment
}

// SystemEntry is a system as the books have it.
type SystemEntry struct {
	ID           id.ID    `json:"id"`
	Name         string   `json:"name"`
	Deployment   string   `json:"deployment"`
	Country      string   `json:"country"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments"` // "production" first
	Etag         string   `json:"etag,omitempty"`
}

// Tag says whether two readings of an entry, without its Etag, are the same: what If-Match carries.
func Tag(entry any) string {
	text, err := json.Marshal(entry)
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:8]) + `"`
}

// matches is Stale where the entry is not the one that the caller has read; "*" is whatever is there.
func matches(entry any, tag string) error {
	if tag == "*" || tag == Tag(entry) {
		return nil
	}
	return errs.New(errs.Stale, "books.stale")
}

// Supersede keeps an entry as the books have had it since recordedAt (microseconds), before it is changed or taken out.
func Supersede(tx *db.Tx, customer id.ID, kind string, entry id.ID, was any, recordedAt int64) error {
	return account.Supersede(tx, customer, kind, entry, was, recordedAt)
}

// SupersededAt calls each with the entries of a kind that the books had at an instant (microseconds) and have no longer.
func SupersededAt(tx *db.Tx, customer id.ID, kind string, at int64, each func(data []byte) error) error {
	return account.SupersededAt(tx, customer, kind, at, each)
}

// CentreEntry is the regional centre that was chosen for a liaison's new cases of a system (1.1).
type CentreEntry struct {
	System id.ID  `json:"system"`
	Person id.ID  `json:"person"`
	Centre string `json:"centre"`
}

// EndCentre takes a chosen centre out and keeps it for the days on which it was chosen; "" when there was none.
func EndCentre(tx *db.Tx, customer, system, person id.ID) (was string, err error) {
	var since int64
	err = tx.Row(`SELECT centre, chosen_at FROM region_choice WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3`, []any{customer, system, person}, &was, &since)
	if errors.Is(err, db.ErrNoRows) {
		return "", nil
	}
	if err == nil {
		err = Supersede(tx, customer, EntryCentre, person, CentreEntry{System: system, Person: person, Centre: was}, since)
	}
	if err != nil {
		return "", err
	}
	return was, tx.Buffer(`DELETE FROM region_choice WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3`, customer, system, person)
}

// SetCentre lets the new cases of a liaison of a system go to another centre, in the caller's transaction, which decides and
// writes the line in the journal; "" takes the choice back.
func SetCentre(tx *db.Tx, customer, system, person id.ID, centre string) error {
	if _, err := EndCentre(tx, customer, system, person); err != nil || centre == "" {
		return err
	}
	return tx.Buffer(`INSERT INTO region_choice (tenant_id, system_id, person_id, centre, chosen_at) VALUES ($1, $2, $3, $4, $5)`,
		customer, system, person, centre, tx.Now())
}

func termEntry(tx *db.Tx, customer, entry id.ID) (t TermEntry, recorded int64, err error) {
	var from, to *string
	t.ID = entry
	err = tx.Row(`SELECT system_id, plan, from_date, to_date, recorded_at FROM subscription WHERE tenant_id = $1 AND id = $2`,
		[]any{customer, entry}, &t.System, &t.Plan, &from, &to, &recorded)
	if err != nil {
		return t, 0, missing(err)
	}
	return t, recorded, days(dayColumn{from, &t.From}, dayColumn{to, &t.To})
}

func exceptionEntry(tx *db.Tx, customer, entry id.ID) (e ExceptionEntry, recorded int64, err error) {
	var from, to *string
	e.ID = entry
	err = tx.Row(`SELECT system_id, kind, document, scope, from_date, to_date, recorded_at FROM order_exception WHERE tenant_id = $1 AND id = $2`,
		[]any{customer, entry}, &e.System, &e.Kind, &e.Document, &e.Scope, &from, &to, &recorded)
	if err != nil {
		return e, 0, missing(err)
	}
	return e, recorded, days(dayColumn{from, &e.From}, dayColumn{to, &e.To})
}

func seatEntry(tx *db.Tx, customer, entry id.ID) (e SeatEntry, recorded int64, err error) {
	var from, to *string
	e.ID = entry
	err = tx.Row(`SELECT system_id, seats, from_date, to_date, recorded_at FROM extra_seat WHERE tenant_id = $1 AND id = $2`,
		[]any{customer, entry}, &e.System, &e.Seats, &from, &to, &recorded)
	if err != nil {
		return e, 0, missing(err)
	}
	return e, recorded, days(dayColumn{from, &e.From}, dayColumn{to, &e.To})
}

const invoiceColumns = `id, number, issued_on, due_date, amount, currency, paid_at`

func (e *BilledEntry) scan(scan func(...any) error, more ...any) error {
	var issued, due string
	err := scan(append([]any{&e.ID, &e.Number, &issued, &due, &e.Amount, &e.Currency, db.NullTime(&e.Paid)}, more...)...)
	if err == nil && issued != "" {
		err = days(dayColumn{&issued, &e.Issued})
	}
	if err == nil {
		err = days(dayColumn{&due, &e.Due})
	}
	return err
}

// supersedeInvoice keeps an invoice as it was, before it is changed, paid or taken back.
func supersedeInvoice(tx *db.Tx, customer, invoice id.ID) error {
	var was BilledEntry
	var recorded int64
	err := was.scan(func(dest ...any) error {
		return tx.Row(`SELECT `+invoiceColumns+`, recorded_at FROM invoice WHERE tenant_id = $1 AND id = $2`, []any{customer, invoice}, dest...)
	}, &recorded)
	if err != nil {
		return missing(err)
	}
	return Supersede(tx, customer, EntryInvoice, invoice, was, recorded)
}

// InvoicesOf reads the invoices that have stood as they are since an instant (microseconds) or longer.
func InvoicesOf(tx *db.Tx, customer id.ID, at int64) (all []BilledEntry, err error) {
	all = []BilledEntry{}
	err = tx.Query(`SELECT `+invoiceColumns+` FROM invoice WHERE tenant_id = $1 AND recorded_at <= $2 AND voided_at IS NULL`, []any{customer, at},
		func(scan func(...any) error) error {
			var e BilledEntry
			err := e.scan(scan)
			all = append(all, e)
			return err
		})
	return all, err
}

// systemEntry finds a system by its id, or by its name where the id is zero. Missing when there is none.
func systemEntry(tx *db.Tx, customer, system id.ID, name string) (e SystemEntry, recorded int64, err error) {
	var environments *string
	err = tx.Row(`SELECT s.id, s.name, s.deployment, s.country, s.product_id, s.version, s.recorded_at, `+environmentList+` FROM system s
		WHERE s.tenant_id = $1 AND (s.id = $2 OR s.name = $3)`, []any{customer, orNil(system), name},
		&e.ID, &e.Name, &e.Deployment, &e.Country, &e.Product, &e.Version, &recorded, &environments)
	for _, one := range readEnvironments(environments) {
		e.Environments = append(e.Environments, one.Name)
	}
	return e, recorded, missing(err)
}

func orNil(v id.ID) any {
	if v.IsZero() {
		return nil
	}
	return v
}

// supersedeSystem keeps a system as it was. One that has not been there is none.
func supersedeSystem(tx *db.Tx, customer id.ID, name string) error {
	was, recorded, err := systemEntry(tx, customer, id.ID{}, name)
	if errors.Is(err, db.ErrNoRows) || errs.KindOf(err) == errs.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	return Supersede(tx, customer, EntrySystem, was.ID, was, recorded)
}

// Entries are the rows of a customer's books that are corrected and withdrawn.
type Entries struct {
	Systems    []SystemEntry
	Terms      []TermEntry
	Exceptions []ExceptionEntry
	Seats      []SeatEntry
}

// EntriesOf reads the rows that have stood as they are since an instant (microseconds) or longer.
func EntriesOf(tx *db.Tx, customer id.ID, at int64) (all Entries, err error) {
	all = Entries{[]SystemEntry{}, []TermEntry{}, []ExceptionEntry{}, []SeatEntry{}}
	args := []any{customer, at}
	err = tx.Query(`SELECT s.id, s.name, s.deployment, s.country, s.product_id, s.version, `+environmentList+` FROM system s
		WHERE s.tenant_id = $1 AND s.recorded_at <= $2`, args, func(scan func(...any) error) error {
		var e SystemEntry
		var environments *string
		err := scan(&e.ID, &e.Name, &e.Deployment, &e.Country, &e.Product, &e.Version, &environments)
		for _, one := range readEnvironments(environments) {
			e.Environments = append(e.Environments, one.Name)
		}
		all.Systems = append(all.Systems, e)
		return err
	})
	if err != nil {
		return all, err
	}
	err = tx.Query(`SELECT id, system_id, plan, from_date, to_date FROM subscription WHERE tenant_id = $1 AND recorded_at <= $2`, args, func(scan func(...any) error) error {
		var e TermEntry
		var from, to *string
		if err := scan(&e.ID, &e.System, &e.Plan, &from, &to); err != nil {
			return err
		}
		err := days(dayColumn{from, &e.From}, dayColumn{to, &e.To})
		all.Terms = append(all.Terms, e)
		return err
	})
	if err != nil {
		return all, err
	}
	err = tx.Query(`SELECT id, system_id, kind, document, scope, from_date, to_date FROM order_exception WHERE tenant_id = $1 AND recorded_at <= $2`, args,
		func(scan func(...any) error) error {
			var e ExceptionEntry
			var from, to *string
			if err := scan(&e.ID, &e.System, &e.Kind, &e.Document, &e.Scope, &from, &to); err != nil {
				return err
			}
			err := days(dayColumn{from, &e.From}, dayColumn{to, &e.To})
			all.Exceptions = append(all.Exceptions, e)
			return err
		})
	if err != nil {
		return all, err
	}
	return all, tx.Query(`SELECT id, system_id, seats, from_date, to_date FROM extra_seat WHERE tenant_id = $1 AND recorded_at <= $2`, args,
		func(scan func(...any) error) error {
			var e SeatEntry
			var from, to *string
			if err := scan(&e.ID, &e.System, &e.Seats, &from, &to); err != nil {
				return err
			}
			err := days(dayColumn{from, &e.From}, dayColumn{to, &e.To})
			all.Seats = append(all.Seats, e)
			return err
		})
}
