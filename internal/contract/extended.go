package contract

import (
	"context"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// ExtendedOrder is an order of extended lifecycle support for a system (4.7). Both days are included, vendor's zone.
type ExtendedOrder struct {
	Document string // reference of the order
	SKU      string // as the order names it
	entitlement.Term
}

// Extended is a window of extended lifecycle support that was ordered.
type Extended struct {
	ID       id.ID
	Customer id.ID
	entitlement.Term
	Services []string // that it keeps, and no others
}

// extendedKind marks the windows of extended lifecycle support among the orders that keep something.
const extendedKind = "extended"

// OrderExtended records a window of extended lifecycle support for a system. It keeps the services of the pack and
// nothing else. Every reason against the order is told at once: the first one is the decision of the Conflict.
func (s *Service) OrderExtended(ctx context.Context, a access.Actor, system id.ID, o ExtendedOrder) (e Extended, err error) {
	defer errs.Wrap(&err, "contract.OrderExtended(%s)", system)
	if err := mayKeepBooks(a); err != nil {
		return e, err
	}
	bad := append(checkDays(o.From, o.To), checkLine("document", o.Document)...)
	if err := errs.BadFields(bad...); err != nil {
		return e, err
	}
	scope, some, err := s.see(a)
	if err != nil {
		return e, err
	}
	if !some {
		return e, errs.Missing()
	}
	var deployment string
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		return tx.Row(`SELECT tenant_id, deployment FROM system WHERE id = $1`, []any{system}, &e.Customer, &deployment)
	})
	if err != nil {
		return e, missing(err)
	}
	e.ID, e.Term = id.New(), o.Term
	err = s.DB.Update(ctx, db.ForTenant(e.Customer), func(tx *db.Tx) error {
		pack := s.Policy.Now()
		if err := documentFree(tx, e.Customer, system, o.Document); err != nil {
			return err
		}
		earlier, err := windows(tx, e.Customer, system)
		if err != nil {
			return err
		}
		order := entitlement.ExtendedOrder{SKU: o.SKU, Deployment: deployment, Term: o.Term, Earlier: earlier}
		if err := refusedOrder(entitlement.OrderExtended(pack, order)); err != nil {
			return err
		}
		e.Services, err = s.insertExtended(tx, a, e.Customer, system, e.ID, o.Document, o.Term)
		return err
	})
	return e, err
}

// insertExtended writes a window; it keeps the services of the pack and no others.
func (s *Service) insertExtended(tx *db.Tx, a access.Actor, customer, system, window id.ID, document string, t entitlement.Term) (services []string, err error) {
	services = s.Policy.Now().Extended.Scope
	kept := strings.Join(services, " ")
	err = tx.Buffer(`INSERT INTO order_exception (tenant_id, id, system_id, document, scope, from_date, to_date, kind, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, customer, window, system, document, kept, t.From.String(), t.To.String(), extendedKind, tx.Now())
	if err != nil {
		return services, err
	}
	l := onSystem("extended.ordered", system, map[string]any{"exception": window, "scope": kept, "from": t.From, "to": t.To})
	l.Clause = "4.7"
	return services, s.record(tx, a, customer, l)
}

// windows are those of a system that were ordered before.
func windows(tx *db.Tx, customer, system id.ID) (all []entitlement.Term, err error) {
	err = tx.Query(`SELECT from_date, to_date FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND kind = $3 ORDER BY from_date`,
		[]any{customer, system, extendedKind}, func(scan func(...any) error) error {
			var from, to *string
			if err := scan(&from, &to); err != nil {
				return err
			}
			var t entitlement.Term
			err := days(dayColumn{from, &t.From}, dayColumn{to, &t.To})
			all = append(all, t)
			return err
		})
	return all, err
}

// refusedOrder is the error of an order against which reasons speak, nil without any.
func refusedOrder(reasons []errs.Decision) error {
	if len(reasons) == 0 {
		return nil
	}
	e := &errs.Error{Kind: errs.Conflict, Key: entitlement.ReasonKey(reasons[0].Code), Args: reasons[0].Inputs, Decision: &reasons[0]}
	for _, d := range reasons {
		e.Fields = append(e.Fields, errs.Field{Name: entitlement.ExtendedField(d.Code), Key: entitlement.ReasonKey(d.Code), Args: d.Inputs})
	}
	return e
}
