package liaisons

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// resolve finds the person whom an item names, and what is in the way. Somebody of another customer is as unknown as
// nobody; an address that is no colleague's is invited, whoever has it.
func (w *work) resolve(p *planned, field func(string) string) error {
	if !p.Old.IsZero() {
		if err := w.mustBeLiaison(p, field); err != nil {
			return err
		}
	}
	if p.removes() {
		return nil
	}
	if err := w.colleague(p, field); err != nil {
		return err
	}
	if p.New == p.Old && !p.New.IsZero() {
		return errs.BadFields(errs.BadField(field("email"), "liaisons.same_person"))
	}
	var taken int64
	err := w.tx.Row(`SELECT (SELECT count(*) FROM designation d WHERE d.tenant_id = $1 AND d.system_id = $2 AND d.person_id = $3 AND d.ended_at IS NULL)`,
		[]any{w.customer, p.System, p.New}, &taken)
	if err != nil {
		return err
	}
	if taken > 0 {
		return errs.New(errs.Conflict, "contract.already_designated")
	}
	err = w.tx.Row(`SELECT count(*) FROM liaison_change_item WHERE tenant_id = $1 AND system_id = $2 AND state = 'waiting' AND expires_at > $5
		AND (new_email = $3 AND new_email <> '' OR new_person = $4)`, []any{w.customer, p.System, p.Email, p.New, w.tx.Now()}, &taken)
	if err == nil && taken > 0 {
		err = errs.New(errs.Conflict, "liaisons.already_invited")
	}
	return err
}

// mustBeLiaison wants the old person to be a liaison of the system, and nobody to be on the way to their place.
func (w *work) mustBeLiaison(p *planned, field func(string) string) error {
	var is, asked int64
	err := w.tx.Row(`SELECT (SELECT count(*) FROM designation d WHERE d.tenant_id = $1 AND d.system_id = $2 AND d.person_id = $3 AND d.ended_at IS NULL),
		(SELECT count(*) FROM liaison_change_item i WHERE i.tenant_id = $1 AND i.system_id = $2 AND i.old_person = $3 AND i.state = 'waiting' AND i.expires_at > $4)`,
		[]any{w.customer, p.System, p.Old, w.tx.Now()}, &is, &asked)
	switch {
	case err != nil:
		return err
	case is == 0:
		return errs.BadFields(errs.BadField(field("old"), "liaisons.not_designated"))
	case asked > 0:
		return errs.New(errs.Conflict, "liaisons.already_asked")
	}
	return nil
}

// colleague fills an item from the person of the customer whom it names by id or by address.
func (w *work) colleague(p *planned, field func(string) string) error {
	const q = `SELECT p.id, p.name, p.email_norm, g.role FROM person p
		JOIN access_grant g ON g.tenant_id = $1 AND g.person_id = p.id AND g.ended_at IS NULL
		WHERE p.disabled_at IS NULL AND p.staff_role = '' AND `
	var who id.ID
	var name, email, role string
	condition, arg := `p.id = $2`, any(p.New)
	if p.New.IsZero() {
		condition, arg = `p.email_norm = $2`, p.Email
	}
	err := w.tx.Row(q+condition, []any{w.customer, arg}, &who, &name, &email, &role)
	switch {
	case errors.Is(err, db.ErrNoRows) && p.New.IsZero():
		return nil
	case errors.Is(err, db.ErrNoRows):
		return errs.BadFields(errs.BadField(field("person"), "liaisons.unknown_person"))
	case err != nil:
		return err
	}
	p.New, p.Name, p.Email = who, name, email
	p.known, p.liaison = true, role == string(access.Liaison)
	return nil
}

// vacated are the seats of a system that somebody has left and nobody is about to fill, the oldest first. An invitation
// whose time is over fills nothing, whether or not the sweep has been there.
func vacated(tx *db.Tx, customer, system id.ID) (seats []id.ID, err error) {
	err = tx.Query(`SELECT v.id FROM vacated_seat v WHERE v.tenant_id = $1 AND v.system_id = $2 AND v.filled_at IS NULL AND NOT EXISTS (
		SELECT 1 FROM liaison_change_item i WHERE i.tenant_id = v.tenant_id AND i.id = v.item_id AND i.state = 'waiting' AND i.expires_at > $3)
		ORDER BY v.since, v.id`, []any{customer, system, tx.Now()}, func(scan func(...any) error) error {
		seats = append(seats, id.ID{})
		return scan(&seats[len(seats)-1])
	})
	return seats, err
}

// quota counts the changes of the year that the transaction's instant lies in.
func (s *Service) quota(tx *db.Tx, customer id.ID) (q Quota, err error) {
	q.Limit = s.Policy.Now().Liaisons.ChangesPerYear
	q.Changes, err = s.Contract.ChangesOn(tx, customer, calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone))
	return q, err
}

// isContractContact reports whether a person is the customer's contact for the contract.
func isContractContact(tx *db.Tx, customer, person id.ID) (bool, error) {
	var n int64
	err := tx.Row(`SELECT count(*) FROM customer_contact WHERE tenant_id = $1 AND kind = 'contract' AND person_id = $2 AND ended_at IS NULL`,
		[]any{customer, person}, &n)
	return n > 0, err
}

// contractContacts are the customer's contacts for the contract.
func contractContacts(tx *db.Tx, customer id.ID) (people []id.ID, err error) {
	err = tx.Query(`SELECT k.person_id FROM customer_contact k JOIN person p ON p.id = k.person_id AND p.disabled_at IS NULL
		WHERE k.tenant_id = $1 AND k.kind = 'contract' AND k.ended_at IS NULL ORDER BY k.since, k.id`, []any{customer},
		func(scan func(...any) error) error {
			people = append(people, id.ID{})
			return scan(&people[len(people)-1])
		})
	return people, err
}
