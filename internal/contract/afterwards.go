package contract

import (
	"slices"
	"strings"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// Kept is an order that keeps something of a system on premises after the end of its support: an order exception, or a
// window of extended lifecycle support (4.7).
type Kept struct {
	Document string
	Extended bool
	Services []string      // ScopeFull alone: everything
	From, To calendar.Date // both inclusive, vendor's zone
}

// Windows are those of extended lifecycle support.
func Windows(all []Kept) (list []entitlement.Term) {
	for _, k := range all {
		if k.Extended {
			list = append(list, entitlement.Term{From: k.From, To: k.To})
		}
	}
	return list
}

// Full are the days on which exceptions keep everything.
func Full(all []Kept) (list []entitlement.Term) {
	for _, k := range all {
		if slices.Contains(k.Services, entitlement.ServiceAll) {
			list = append(list, entitlement.Term{From: k.From, To: k.To})
		}
	}
	return list
}

// KeptOf gives what orders keep of the systems of a customer, by first day.
func KeptOf(tx *db.Tx, customer id.ID) (of map[id.ID][]Kept, err error) {
	of = map[id.ID][]Kept{}
	err = tx.Query(`SELECT system_id, document, scope, kind, from_date, to_date FROM order_exception WHERE tenant_id = $1 ORDER BY from_date, id`,
		[]any{customer}, func(scan func(...any) error) error {
			var system id.ID
			var k Kept
			var scope, kind string
			var from, to *string
			if err := scan(&system, &k.Document, &scope, &kind, &from, &to); err != nil {
				return err
			}
			k.Extended, k.Services = kind == extendedKind, strings.Fields(scope)
			err := days(dayColumn{from, &k.From}, dayColumn{to, &k.To})
			of[system] = append(of[system], k)
			return err
		})
	return of, err
}
