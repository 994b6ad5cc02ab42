package books

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
)

func readRecord(tx *db.Tx, b *Books) (err error) {
	b.Record, err = account.CustomerAt(tx, b.Customer, b.At.UnixMicro())
	return err
}

// readCentres reads the chosen centres: those that are chosen still, and those that were.
func readCentres(tx *db.Tx, b *Books) error {
	err := tx.Query(`SELECT system_id, person_id, centre FROM region_choice WHERE tenant_id = $1 AND chosen_at <= $2`, []any{b.Customer, b.At},
		func(scan func(...any) error) error {
			var c BookedCentre
			err := scan(&c.System, &c.Person, &c.Centre)
			b.Centres = append(b.Centres, c)
			return err
		})
	if err == nil {
		err = contract.SupersededAt(tx, b.Customer, contract.EntryCentre, b.At.UnixMicro(), func(data []byte) error {
			var was contract.CentreEntry
			err := json.Unmarshal(data, &was)
			b.Centres = append(b.Centres, BookedCentre{System: was.System, Person: was.Person, Centre: was.Centre})
			return err
		})
	}
	if err != nil || len(b.Centres) == 0 {
		return err
	}
	names, err := peopleOf(tx, b.Customer)
	for i := range b.Centres {
		b.Centres[i].Name = names[b.Centres[i].Person]
	}
	slices.SortFunc(b.Centres, func(x, y BookedCentre) int {
		return strings.Compare(x.System.String()+x.Person.String(), y.System.String()+y.Person.String())
	})
	return err
}

// readAccess reads who had access, liaisons first, by the names of now.
func readAccess(tx *db.Tx, b *Books) error {
	list, err := account.AccessAt(tx, b.Customer, id.ID{}, b.At.UnixMicro())
	if err != nil || len(list) == 0 {
		return err
	}
	names, err := peopleOf(tx, b.Customer)
	for _, e := range list {
		b.Access = append(b.Access, BookedAccess{Person: e.Person, Name: names[e.Person], Role: string(e.Role), Kind: string(e.Kind), Since: e.Since})
	}
	slices.SortFunc(b.Access, func(x, y BookedAccess) int {
		return cmp.Or(strings.Compare(x.Role, y.Role), strings.Compare(x.Name, y.Name), strings.Compare(x.Person.String(), y.Person.String()))
	})
	return err
}

// readViews reads who saw a part of the customer's cases, whether or not they had access then.
func readViews(tx *db.Tx, b *Books) error {
	take := func(person id.ID, sees string) {
		if sees != string(access.SeesAll) {
			b.Views = append(b.Views, BookedView{Person: person, Sees: sees})
		}
	}
	err := tx.Query(`SELECT person_id, sees FROM access_grant WHERE tenant_id = $1 AND sees <> 'all' AND sees_at <= $2 AND created_at <= $2`,
		[]any{b.Customer, b.At}, func(scan func(...any) error) error {
			var person id.ID
			var sees string
			err := scan(&person, &sees)
			take(person, sees)
			return err
		})
	if err == nil {
		err = account.SupersededAt(tx, b.Customer, account.EntryView, b.At.UnixMicro(), func(data []byte) error {
			var was account.ViewEntry
			err := json.Unmarshal(data, &was)
			take(was.Person, was.Sees)
			return err
		})
	}
	if err != nil || len(b.Views) == 0 {
		return err
	}
	names, err := peopleOf(tx, b.Customer)
	for i := range b.Views {
		b.Views[i].Name = names[b.Views[i].Person]
	}
	slices.SortFunc(b.Views, func(x, y BookedView) int { return strings.Compare(x.Person.String(), y.Person.String()) })
	return err
}

// peopleOf are the names of those who have or had access to a customer. What is kept of the past holds ids, so that a name
// that is erased is erased from it too.
func peopleOf(tx *db.Tx, customer id.ID) (names map[id.ID]string, err error) {
	names = map[id.ID]string{}
	err = tx.Query(`SELECT p.id, p.name FROM access_grant g JOIN person p ON p.id = g.person_id WHERE g.tenant_id = $1`, []any{customer},
		func(scan func(...any) error) error {
			var person id.ID
			var name string
			err := scan(&person, &name)
			names[person] = name
			return err
		})
	return names, err
}
