// Package liaisons decides who is a liaison of which system: seats, invitations, the six changes a year, replacement,
// departure, and what goes with being a liaison (1.1).
//
// It owns the tables liaison_change, liaison_change_item, vacated_seat, region_choice and staff_task.
// Designations and seats belong to contract, grants to account, cases to cases: it calls their steps
// inside its own transaction, so that a replacement is done as a whole or not at all.
//
// A request has items: a designation, a removal, or a swap of one person for another. An item is carried out at once
// where everybody concerned is known as a liaison of the customer, else when the invited person accepts:
//
//	waiting ──accepted──▶ done
//	waiting ──▶ declined (by the invited) | withdrawn (by who asked) | expired (by time)
//
// A request counts as one change while an item of it that counts is waiting or done. What counts: a swap, and filling a
// seat that somebody has left. What does not: a first designation, filling a bought seat or one of a larger plan, a
// removal, and everything that came to nothing.
package liaisons

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"slices"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/cursor"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/policy"
)

// Enqueuer puts a job into the transaction: it runs after the commit, or not at all.
type Enqueuer interface {
	Enqueue(tx *db.Tx, kind string, args any) error
}

// Service holds the use cases. The fields are set once, before use.
type Service struct {
	DB       *db.DB
	Policy   policy.Source
	Accounts *account.Service
	Contract *contract.Service
	Cases    *cases.Service
	Jobs     Enqueuer
	Secret   []byte // the installation's: links of invitations are made from it and stored nowhere

	CursorKey cursor.Key // seals the cursors of lists

	InvitationsPerDay int // of one customer; 0: DayInvitations
}

// Within runs last in the transaction of a use case, e.g. to keep the answer of an idempotency key.
type Within func(tx *db.Tx) error

func runAll(tx *db.Tx, within []Within) error {
	for _, fn := range within {
		if err := fn(tx); err != nil {
			return err
		}
	}
	return nil
}

// InvitePath is the page that an invitation's link opens, followed by the token.
const InvitePath = "/invite/"

// token is the secret of an item's link. It follows from the item, so that no queue and no row holds it.
func (s *Service) token(item id.ID) string {
	mac := hmac.New(sha256.New, s.Secret)
	mac.Write([]byte("liaison invitation\x00"))
	mac.Write(item[:])
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func digest(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// record writes the line of a change. data holds ids, codes, instants and dates only.
func (s *Service) record(tx *db.Tx, a access.Actor, customer id.ID, l journal.Line) error {
	l.Tenant, l.Actor, l.ActorKind, l.Edition = customer, a.Person, sideOf(a), s.Policy.Now().Edition
	if l.Visibility == "" {
		l.Visibility = journal.Customer
	}
	if l.Clause == "" {
		l.Clause = "1.1"
	}
	return journal.Record(tx, l)
}

func onSystem(kind string, system id.ID, data map[string]any) journal.Line {
	return journal.Line{SubjectKind: "system", Subject: system, Kind: kind, Data: data}
}

func onChange(kind string, change id.ID, data map[string]any) journal.Line {
	return journal.Line{SubjectKind: "liaison_change", Subject: change, Kind: kind, Data: data}
}

func onPerson(kind string, person id.ID, data map[string]any) journal.Line {
	return journal.Line{SubjectKind: "person", Subject: person, Kind: kind, Data: data}
}

// staffOnly keeps a line from the customer's view.
func staffOnly(l journal.Line) journal.Line {
	l.Visibility = journal.Staff
	return l
}

func sideOf(a access.Actor) string {
	switch {
	case a.System:
		return "system"
	case a.Role.IsStaff():
		return "staff"
	}
	return "customer"
}

// customerOf is the customer whose liaisons an actor deals with: their own, or for staff the one that is named.
func customerOf(a access.Actor, named id.ID) (id.ID, error) {
	if a.System || a.Role.IsStaff() {
		if named.IsZero() {
			return named, errs.Missing()
		}
		return named, nil
	}
	if a.Customer.IsZero() || !named.IsZero() && named != a.Customer {
		return id.ID{}, errs.Missing()
	}
	return a.Customer, nil
}

// mayManage lets through who may ask for changes of systems, of none for what is about the whole customer: a liaison who
// sees all of the customer's cases, staff who may override, and the customer's contact for the contract while there is no
// liaison who could ask (1.1). Who sees a part of the cases brings in nobody, since nobody widens their own view (2.1).
func (s *Service) mayManage(tx *db.Tx, a access.Actor, customer id.ID, systems ...id.ID) error {
	if a.System || access.Allows(a, access.LiaisonOverride) {
		return nil
	}
	now, err := standsNow(tx, a, customer)
	if err != nil {
		return err
	}
	st := entitlement.Standing{Manages: now.Role == access.Liaison, Narrowed: now.Narrowed()}
	if !st.Manages || st.Narrowed {
		contact, err := isContractContact(tx, customer, a.Person)
		if err != nil {
			return err
		}
		if contact {
			led, err := contract.LedSystems(tx, customer)
			if err != nil {
				return err
			}
			if st = (entitlement.Standing{Manages: len(systems) > 0 || len(led) == 0}); slices.ContainsFunc(systems, func(one id.ID) bool { return led[one] }) {
				st.Manages = false
			}
		}
	}
	d, _ := entitlement.Ask(s.Policy.At(tx.Now()), entitlement.AskEndAccount, st, tx.Now())
	if d.Allowed {
		return nil
	}
	return errs.Refuse(d)
}

// standsNow is an actor with the grant that they have in this transaction: it may have ended since they signed in, and of
// two who end each other at the same instant one is too late.
func standsNow(tx *db.Tx, a access.Actor, customer id.ID) (access.Actor, error) {
	var role, sees string
	err := tx.Row(`SELECT g.role, g.sees FROM access_grant g JOIN person p ON p.id = g.person_id AND p.disabled_at IS NULL
		WHERE g.tenant_id = $1 AND g.person_id = $2 AND g.ended_at IS NULL`, []any{customer, a.Person}, &role, &sees)
	if errors.Is(err, db.ErrNoRows) {
		return a, errs.New(errs.Refused, "error.forbidden")
	}
	a.Role, a.Sees = access.Role(role), access.View(sees)
	return a, err
}

// mayLook lets through who may see a customer's liaisons: each of them, and its contact for the contract.
func (s *Service) mayLook(tx *db.Tx, a access.Actor, customer id.ID) error {
	if a.Role == access.Liaison {
		return nil
	}
	contact, err := isContractContact(tx, customer, a.Person)
	if err != nil {
		return err
	}
	d, _ := entitlement.Ask(s.Policy.At(tx.Now()), entitlement.AskEndAccount, entitlement.Standing{Manages: contact}, tx.Now())
	if d.Allowed {
		return nil
	}
	return errs.Refuse(d)
}
