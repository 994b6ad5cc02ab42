package liaisons

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Invitation is what the page behind an invitation's link shows. Who has the link has the mailbox that it was sent to.
type Invitation struct {
	Customer, System string // names
	Name, Email      string // of the invited person
	Replaces         string // name of whom they are to follow, "" for nobody
	Until            time.Time
	Account          bool // there is an account with the address: no password is asked for
	Language         string
}

// badInvitation is the one answer for a link that was used, has run out, was taken back, or never was.
func badInvitation() error { return errs.New(errs.Conflict, "liaisons.bad_link") }

// waiting is an item whose invitation is open, with the person who has its address.
type waiting struct {
	item
	customer, change id.ID
	counts           bool
	name, email      string
	expires          time.Time
	holder           id.ID // person with the address; zero: nobody
	holderStaff      bool
	holderDisabled   bool
	holderReturns    bool // disabled, without access to anybody: an invitation lets them in again
	holderBare       bool // has the address that was written to, and no password: this one is their first
}

// enrols reports whether who accepts types who they are, with a password.
func (w waiting) enrols() bool { return w.holder.IsZero() || w.holderReturns || w.holderBare }

const waitingQuery = `SELECT i.tenant_id, i.change_id, i.id, i.system_id, i.old_person, i.new_person, i.project_admin, i.counts, i.why, i.new_name,
	i.new_email, i.expires_at, v.id, p.id, p.staff_role, p.disabled_at,
	coalesce(p.password_hash = '' AND p.email_norm = i.new_email AND p.staff_role = '' AND p.disabled_at IS NULL, FALSE)
	FROM liaison_change_item i
	LEFT JOIN vacated_seat v ON v.tenant_id = i.tenant_id AND v.item_id = i.id AND v.filled_at IS NULL
	LEFT JOIN person p ON p.id = i.new_person OR i.new_person IS NULL AND p.email_norm = i.new_email
	WHERE i.state = 'waiting' AND i.expires_at > $2 AND `

// openInvitation finds the item behind a link, before the customer is known.
func openInvitation(tx *db.Tx, token string) (waiting, error) {
	w, err := readWaiting(tx, waitingQuery+`i.invite_hash = $1`, digest(token), tx.Now())
	if err != nil || !w.holderDisabled || w.holderStaff {
		return w, err
	}
	// Who was disabled by the vendor while they had access stays so: an invitation must not open that again.
	err = tx.Row(`SELECT NOT EXISTS (SELECT 1 FROM access_grant WHERE person_id = $1 AND ended_at IS NULL)`, []any{w.holder}, &w.holderReturns)
	return w, err
}

// openInvitationOf is openInvitation in the scope of its customer.
func openInvitationOf(tx *db.Tx, customer id.ID, token string) (waiting, error) {
	return readWaiting(tx, waitingQuery+`i.invite_hash = $1 AND i.tenant_id = $3`, digest(token), tx.Now(), customer)
}

func readWaiting(tx *db.Tx, q string, args ...any) (w waiting, err error) {
	var staff *string
	var disabled *time.Time
	err = tx.Row(q, args, &w.customer, &w.change, &w.id, &w.system, &w.old, &w.person, &w.admin, &w.counts, &w.why, &w.name, &w.email,
		db.Time(&w.expires), &w.vacated, &w.holder, &staff, db.NullTime(&disabled), &w.holderBare)
	if errors.Is(err, db.ErrNoRows) {
		return w, badInvitation()
	}
	w.holderStaff, w.holderDisabled = staff != nil && *staff != "", disabled != nil
	return w, err
}

// Invitation reads what a link offers. Conflict when it works no longer.
func (s *Service) Invitation(ctx context.Context, token string) (v Invitation, err error) {
	defer errs.Wrap(&err, "liaisons.Invitation")
	err = s.DB.View(ctx, db.ForSystem("liaisons.invitation"), func(tx *db.Tx) error {
		w, err := openInvitation(tx, token)
		if err != nil {
			return err
		}
		v = Invitation{Name: w.name, Email: w.email, Until: w.expires, Account: !w.enrols()}
		return tx.Row(`SELECT c.name, c.language, s.name, coalesce((SELECT o.name FROM person o WHERE o.id = $3), '')
			FROM system s JOIN customer c ON c.id = s.tenant_id WHERE s.tenant_id = $1 AND s.id = $2`,
			[]any{w.customer, w.system, w.old}, &v.Customer, &v.Language, &v.System, &v.Replaces)
	})
	return v, err
}

// Acceptance is what a person without an account types to accept.
type Acceptance struct {
	Name, Phone, Language, Zone, Password string
}

// Accept makes the invited person a liaison, with an account if they have none. The link works once.
func (s *Service) Accept(ctx context.Context, token string, in Acceptance) (err error) {
	defer errs.Wrap(&err, "liaisons.Accept")
	found, err := s.findInvitation(ctx, token)
	if err != nil {
		return err
	}
	var enrol account.Enrolment
	if found.enrols() {
		enrol, err = s.Accounts.PrepareEnrolment(ctx, account.NewPerson{Name: in.Name, Email: found.email, Phone: in.Phone, Language: in.Language,
			Zone: in.Zone, Password: in.Password})
		if err != nil {
			return err
		}
	}
	return s.DB.Update(ctx, db.ForTenant(found.customer), func(tx *db.Tx) error {
		now, err := openInvitationOf(tx, found.customer, token)
		if err != nil {
			return err
		}
		if now.holder.IsZero() != found.holder.IsZero() || now.holderBare && !found.holderBare {
			return errs.New(errs.Conflict, "liaisons.try_again") // an account was made meanwhile, by another invitation
		}
		if now.holderStaff || now.holderDisabled && !found.holderReturns {
			return badInvitation()
		}
		if now.holderDisabled {
			if err := account.Return(tx, now.customer, now.holder, enrol); err != nil {
				return err
			}
		}
		if now.holderBare {
			if err := account.FirstPassword(tx, now.customer, now.holder, enrol); err != nil {
				return err
			}
		}
		if now.person = now.holder; now.holder.IsZero() {
			if now.person, err = account.Enrol(tx, now.customer, enrol); err != nil {
				return err
			}
		}
		w := &work{Service: s, tx: tx, actor: access.Actor{Person: now.person, Role: access.Member, Customer: now.customer}, customer: now.customer, change: now.change}
		return w.accept(now)
	})
}

func (s *Service) findInvitation(ctx context.Context, token string) (found waiting, err error) {
	err = s.DB.View(ctx, db.ForSystem("liaisons.invitation"), func(tx *db.Tx) error {
		found, err = openInvitation(tx, token)
		return err
	})
	return found, err
}

// accept carries the item out. What was promised when it was asked for is looked at again: an extra seat may have ended,
// a seat filled in another year counts there, and the person to follow may have left by another way.
func (w *work) accept(now waiting) error {
	if err := w.dated(now); err != nil {
		return err
	}
	if now.old.IsZero() {
		s, err := w.Contract.SeatsOfSystem(w.tx, w.customer, now.system)
		if err != nil {
			return err
		}
		s.Promised-- // its own
		if s.Taken+1 > s.Total() {
			let, err := w.letThrough(s)
			if err != nil {
				return err
			}
			if !let {
				return refuse(decideSeat(w.Policy.Now(), s))
			}
		}
	}
	return w.carryOut(now.item)
}

// letThrough reports whether staff have let the request through for a system that never had a subscription.
func (w *work) letThrough(s contract.Seats) (let bool, err error) {
	if s.Plan != "" {
		return false, nil
	}
	err = w.tx.Row(`SELECT override_by IS NOT NULL FROM liaison_change WHERE tenant_id = $1 AND id = $2`, []any{w.customer, w.change}, &let)
	return let, err
}

// dated moves a request to the year in which it is carried out, while nothing of it is done.
func (w *work) dated(now waiting) error {
	q, err := w.quota(w.tx, w.customer)
	if err != nil || !now.counts {
		return err
	}
	n, err := w.tx.Exec(`UPDATE liaison_change SET year_from = $3 WHERE tenant_id = $1 AND id = $2 AND year_from < $3 AND NOT EXISTS (
		SELECT 1 FROM liaison_change_item i WHERE i.tenant_id = $1 AND i.change_id = $2 AND i.state = 'done' AND i.counts)`,
		w.customer, w.change, q.Year.From.String())
	if err != nil || n == 0 {
		return err
	}
	if d := decideQuota(w.Policy.Now(), q, entitlement.Replacement); !d.Allowed {
		return refuse(d)
	}
	return nil
}

// Decline says no to an invitation. The link works no longer; the request comes to nothing and counts nothing.
func (s *Service) Decline(ctx context.Context, token string) (err error) {
	defer errs.Wrap(&err, "liaisons.Decline")
	found, err := s.findInvitation(ctx, token)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(found.customer), func(tx *db.Tx) error {
		w := &work{Service: s, tx: tx, actor: access.Actor{Person: found.holder, Role: access.Member, Customer: found.customer}, customer: found.customer, change: found.change}
		return w.drop(found.id, "declined")
	})
}

// Withdraw takes back what still waits of a request. What was carried out stays. Missing when nothing waits.
func (s *Service) Withdraw(ctx context.Context, a access.Actor, named, change id.ID, within ...Within) (err error) {
	defer errs.Wrap(&err, "liaisons.Withdraw(%s)", change)
	if err := s.mayAsk(a, ""); err != nil {
		return err
	}
	customer, err := customerOf(a, named)
	if err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		var list, systems []id.ID
		err := tx.Query(`SELECT id, system_id FROM liaison_change_item WHERE tenant_id = $1 AND change_id = $2 AND state = 'waiting' ORDER BY position`,
			[]any{customer, change}, func(scan func(...any) error) error {
				list, systems = append(list, id.ID{}), append(systems, id.ID{})
				return scan(&list[len(list)-1], &systems[len(systems)-1])
			})
		if err != nil {
			return err
		}
		if err := s.mayManage(tx, a, customer, systems...); err != nil {
			return err
		}
		if len(list) == 0 {
			return errs.Missing()
		}
		w := &work{Service: s, tx: tx, actor: a, customer: customer, change: change}
		for _, it := range list {
			if err := w.drop(it, "withdrawn"); err != nil {
				return err
			}
		}
		return runAll(tx, within)
	})
}

// drop ends an item that came to nothing, and frees the seat that it was to fill.
func (w *work) drop(it id.ID, state string) error {
	n, err := w.tx.Exec(`UPDATE liaison_change_item SET state = $3, settled_at = $4, invite_hash = NULL
		WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'`, w.customer, it, state, w.tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return badInvitation()
	}
	err = w.tx.Buffer(`UPDATE vacated_seat SET item_id = NULL WHERE tenant_id = $1 AND item_id = $2 AND filled_at IS NULL`, w.customer, it)
	if err != nil {
		return err
	}
	return w.record(w.tx, w.actor, w.customer, onChange("liaison.change_"+state, w.change, map[string]any{"item": it}))
}
