package contract

import (
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/id"
)

// noon is the time of a day that stands for it, since midnight.
const noon = 12 * time.Hour

// asked is the instant for which a day is asked about: noon of the vendor's zone of one that is over, else the present. What
// counts is what stood in the books then.
func (s *Service) asked(now time.Time, on calendar.Date) (at time.Time, over bool) {
	if on.Compare(s.today(now)) >= 0 {
		return now, false
	}
	return on.AtIn(s.Policy.Now().Vendor.Zone, noon), true
}

// then is what the books know of an instant that is over and what the days of terms do not say: which invoices were unpaid,
// who was a liaison of what, who had access. Terms, exceptions and bought seats follow their days, as they are recorded now.
type then struct {
	customer   id.ID
	person     id.ID
	at         time.Time
	due        calendar.Date         // of the oldest invoice that was known and unpaid; zero: none
	role       access.Role           // of the person: liaison with access and a seat; "" without access
	of         map[id.ID]bool        // systems that the person was a liaison of
	systems    map[id.ID]SystemEntry // as they were, where that is not how they are
	restricted *bool                 // section 7; nil: there is no record of then
}

// aboutThen is about for an instant that is over.
func (s *Service) aboutThen(tx *db.Tx, customer, person id.ID, on calendar.Date, at time.Time) (a *aboutCustomer, err error) {
	if a, err = s.about(tx, customer, person, on); err != nil {
		return nil, err
	}
	a.then = &then{customer: customer, person: person, at: at, of: map[id.ID]bool{}, systems: map[id.ID]SystemEntry{}}
	for _, read := range []func(*db.Tx, *then) error{unpaidThen, accessThen, recordsThen} {
		if err := read(tx, a.then); err != nil {
			return nil, err
		}
	}
	for _, read := range []func(*db.Tx, *aboutCustomer) error{seatedThen, invitedThen, changesThen, dealtThen} {
		if err := read(tx, a); err != nil {
			return nil, err
		}
	}
	return a, nil
}

// unpaidThen: what was paid or taken back later was unpaid, what was entered or moved later was not known (5.2, Clocks 12).
func unpaidThen(tx *db.Tx, t *then) error {
	earlier, err := dueDaysBefore(tx, t.customer)
	if err != nil {
		return err
	}
	return tx.Query(`SELECT id, due_date, due_known_at FROM invoice WHERE tenant_id = $1
		AND (coalesce(paid_at, voided_at) IS NULL OR coalesce(paid_at, voided_at) > $2) ORDER BY id`, []any{t.customer, t.at},
		func(scan func(...any) error) error {
			var invoice id.ID
			now := stood{to: forever()}
			if err := scan(&invoice, &now.due, db.Time(&now.from)); err != nil {
				return err
			}
			for _, day := range append(earlier[invoice], now) {
				if day.from.After(t.at) || !t.at.Before(day.to) {
					continue
				}
				due, err := calendar.StoredDate(day.due)
				if err != nil {
					return err
				}
				if t.due.IsZero() || due.Compare(t.due) < 0 {
					t.due = due
				}
			}
			return nil
		})
}

// accessThen reads whether the person had access, which may have ended and been given again since. The role of a liaison comes
// with a seat (1.1), which seatedThen reads.
func accessThen(tx *db.Tx, t *then) error {
	if t.person.IsZero() {
		return nil
	}
	list, err := account.AccessAt(tx, t.customer, t.person, t.at.UnixMicro())
	if len(list) > 0 {
		t.role = access.Member
	}
	return err
}

// recordsThen reads the customer's own data and its systems as they were.
func recordsThen(tx *db.Tx, t *then) error {
	record, err := account.CustomerAt(tx, t.customer, t.at.UnixMicro())
	if err != nil {
		return err
	}
	if record != nil {
		t.restricted = &record.Restricted
	}
	return SupersededAt(tx, t.customer, EntrySystem, t.at.UnixMicro(), func(data []byte) error {
		var was SystemEntry
		err := json.Unmarshal(data, &was)
		t.systems[was.ID] = was
		return err
	})
}

// seatedThen reads who was a liaison of what. Who could not sign in then led nothing.
func seatedThen(tx *db.Tx, a *aboutCustomer) error {
	a.active, a.invited, a.led = map[id.ID]int{}, map[id.ID]int{}, map[id.ID]bool{}
	t := a.then
	return tx.Query(`SELECT d.system_id, d.person_id, (p.disabled_at IS NULL OR p.disabled_at > $2) FROM designation_period d
		JOIN person p ON p.id = d.person_id
		WHERE d.tenant_id = $1 AND d.since <= $2 AND (d.ended_at IS NULL OR d.ended_at > $2)`, []any{t.customer, t.at},
		func(scan func(...any) error) error {
			var system, person id.ID
			var able bool
			if err := scan(&system, &person, &able); err != nil {
				return err
			}
			a.active[system]++
			a.led[system] = a.led[system] || able
			if person == t.person && t.role != "" {
				t.role, t.of[system] = access.Liaison, true
			}
			return nil
		})
}

// invitedThen adds the seats that invitations held: those that were answered later, or never.
func invitedThen(tx *db.Tx, a *aboutCustomer) error {
	return tx.Query(`SELECT i.system_id, count(*) FROM liaison_change_item i
		JOIN liaison_change c ON c.tenant_id = i.tenant_id AND c.id = i.change_id
		WHERE i.tenant_id = $1 AND i.old_person IS NULL AND c.requested_at <= $2 AND i.expires_at > $2
		AND (i.settled_at IS NULL OR i.settled_at > $2) GROUP BY i.system_id`, []any{a.then.customer, a.then.at},
		func(scan func(...any) error) error {
			var system id.ID
			var n int
			err := scan(&system, &n)
			a.active[system] += n
			a.invited[system] = n
			return err
		})
}

// changesThen counts the changes of the year that were done or waited then.
func changesThen(tx *db.Tx, a *aboutCustomer) error {
	used, err := ChangesUsedAt(tx, a.then.customer, a.changes.Year, a.then.at)
	a.changes.Used = used
	return err
}

// ChangesUsedAt is how many changes of liaisons of a contract year counted at an instant: those that were done by then, and those
// that waited for somebody to accept (R1.1-06).
func ChangesUsedAt(tx *db.Tx, customer id.ID, year Year, at time.Time) (used int, err error) {
	err = tx.Row(`SELECT count(DISTINCT c.id) FROM liaison_change c JOIN liaison_change_item i ON i.tenant_id = c.tenant_id AND i.change_id = c.id
		WHERE c.tenant_id = $1 AND c.year_from >= $2 AND c.year_from <= $3 AND i.counts AND c.requested_at <= $4
		AND (i.state = 'done' AND coalesce(i.settled_at, c.requested_at) <= $4 OR i.expires_at > $4 AND (i.settled_at IS NULL OR i.settled_at > $4))`,
		[]any{customer, year.From.String(), year.To.String(), at}, &used)
	return used, err
}

// dealtThen reads whether the person stood for the contract, and which of the customer's cases they saw.
func dealtThen(tx *db.Tx, a *aboutCustomer) error {
	t := a.then
	err := tx.Row(`SELECT EXISTS (SELECT 1 FROM customer_contact k WHERE k.tenant_id = $1 AND k.person_id = $2 AND k.kind = 'contract'
			AND k.since <= $3 AND (k.ended_at IS NULL OR k.ended_at > $3)),
		EXISTS (SELECT 1 FROM access_grant g WHERE g.tenant_id = $1 AND g.person_id = $2 AND g.sees <> 'all' AND g.sees_at <= $3)`,
		[]any{t.customer, t.person, t.at}, &a.contact, &a.narrowed)
	if err != nil {
		return err
	}
	return account.SupersededAt(tx, t.customer, account.EntryView, t.at.UnixMicro(), func(data []byte) error {
		var was account.ViewEntry
		err := json.Unmarshal(data, &was)
		if was.Person == t.person {
			a.narrowed = was.Sees != string(access.SeesAll)
		}
		return err
	})
}

// factsThen are the facts of a system as they were.
func (s *Service) factsThen(tx *db.Tx, f Facts, t *then) (Facts, error) {
	f.OldestDue, f.Role, f.Designated = t.due, t.role, t.of[f.System]
	if t.restricted != nil {
		f.Restricted = *t.restricted
	}
	was, changed := t.systems[f.System]
	if !changed {
		return f, nil
	}
	f.Product, f.Version, f.Deployment = was.Product, was.Version, was.Deployment
	var ga, end *string
	err := tx.Row(`SELECT p.ga_date, p.end_date FROM product_release r
		JOIN product_release p ON p.product_id = r.product_id AND p.version = r.platform
		WHERE r.product_id = $1 AND r.version = $2`, []any{f.Product, f.Version}, &ga, &end)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return f, err
	}
	f.LastSupportedDay, err = s.lastSupportedDay(ga, end)
	return f, err
}
