package cases

import (
	"slices"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// HandOver gives the cases of a system whose liaison is from to another liaison, in every state but closed, and those
// that go on in another case, which their liaisons read, in the transaction of the replacement (R1.1-08). No clock moves: it writes the owner and nothing that a clock is made of.
// It returns how many there were.
func (s *Service) HandOver(tx *db.Tx, a access.Actor, customer, system, from, to id.ID) (n int, err error) {
	return s.eachOwned(tx, customer, system, from, to, func(k ownedCase) error {
		err := tx.Buffer(`UPDATE support_case SET liaison_id = $3, owner_departed_at = NULL, version = version + 1, updated_at = $4
			WHERE tenant_id = $1 AND id = $2`, customer, k.id, to, tx.Now())
		if err != nil {
			return err
		}
		return s.recordOwner(tx, a, customer, k, "case.handed_over", map[string]any{"from": from, "to": to})
	})
}

// Forsake flags the cases of a system whose liaison has left without a successor (R1.1-09). They stay as they are:
// closing them is a person's decision. It returns how many there are.
func (s *Service) Forsake(tx *db.Tx, a access.Actor, customer, system, from id.ID) (n int, err error) {
	return s.eachOwned(tx, customer, system, from, id.ID{}, func(k ownedCase) error {
		err := tx.Buffer(`UPDATE support_case SET owner_departed_at = $3, version = version + 1, updated_at = $3
			WHERE tenant_id = $1 AND id = $2`, customer, k.id, tx.Now())
		if err != nil {
			return err
		}
		return s.recordOwner(tx, a, customer, k, "case.owner_departed", map[string]any{"from": from})
	})
}

// ownedCase is a case that changes its owner.
type ownedCase struct {
	id              id.ID
	number, edition string
}

// eachOwned does it for every case that has another owner now, or is flagged where nobody follows (zero): which ones those
// are is the rule's to say. A case that goes on in another one is read by its liaison, so it is none that is closed.
func (s *Service) eachOwned(tx *db.Tx, customer, system, owner, successor id.ID, do func(ownedCase) error) (n int, err error) {
	var list []entitlement.OwnedCase
	known := map[string]ownedCase{}
	err = tx.Query(`SELECT id, number, edition, status = 'closed' AND merged_into IS NULL FROM support_case WHERE tenant_id = $1 AND system_id = $2 AND liaison_id = $3
		ORDER BY number`, []any{customer, system, owner}, func(scan func(...any) error) error {
		var k ownedCase
		c := entitlement.OwnedCase{Owner: owner.String()}
		err := scan(&k.id, &k.number, &k.edition, &c.Closed)
		c.ID = k.number
		list, known[c.ID] = append(list, c), k
		return err
	})
	follows := ""
	if !successor.IsZero() {
		follows = successor.String()
	}
	h := entitlement.HandCasesOver(list, owner.String(), follows)
	concerned := slices.Concat(h.Moved, h.Flagged)
	for _, number := range concerned {
		if err != nil {
			return 0, err
		}
		err = do(known[number])
	}
	return len(concerned), err
}

func (s *Service) recordOwner(tx *db.Tx, a access.Actor, customer id.ID, k ownedCase, kind string, data map[string]any) error {
	data["number"] = k.number
	return journal.Record(tx, journal.Line{Tenant: customer, Actor: a.Person, ActorKind: string(side(a)), SubjectKind: "case", Subject: k.id,
		Kind: kind, Visibility: journal.Customer, Data: data, Clause: "1.1", Edition: k.edition})
}
