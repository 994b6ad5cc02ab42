package books

import (
	"errors"
	"strconv"
	"strings"

	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// extendedFields says what of a line of extended lifecycle support cannot be whatever its system has: the pack's first
// start, last end and length (4.7).
func (s *Service) extendedFields(at string, l Line) (bad []errs.Field) {
	for _, d := range entitlement.ExtendedLine(s.Policy.Now(), entitlement.Term{From: l.From, To: l.To}) {
		bad = append(bad, errs.Field{Name: at + entitlement.ExtendedField(d.Code), Key: entitlement.ReasonKey(d.Code), Args: d.Inputs})
	}
	return bad
}

// fits refuses a line that does not go with its system and with what was ordered for it before, in other orders or in
// earlier lines of this one.
func (s *Service) fits(tx *db.Tx, customer id.ID, l Line) error {
	plan, isPlan := strings.CutPrefix(l.SKU, SKUPlan)
	if l.System.IsZero() || !isPlan && l.SKU != SKUELS {
		return nil
	}
	before, err := orderedFor(tx, customer, l.System)
	if err != nil {
		return err
	}
	if isPlan {
		return s.fitsPlan(entitlement.OrderedPlan{Plan: plan, Term: entitlement.Term{From: l.From, To: l.To}}, before)
	}
	var deployment string
	err = tx.Row(`SELECT deployment FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, l.System}, &deployment)
	if errors.Is(err, db.ErrNoRows) {
		return nil // whoever writes the line says by name that the system is none
	}
	if err != nil {
		return err
	}
	var earlier []entitlement.Term
	for _, b := range before {
		if b.SKU == SKUELS {
			earlier = append(earlier, entitlement.Term{From: b.From, To: b.To})
		}
	}
	p := s.Policy.Now()
	reasons := entitlement.OrderExtended(p, entitlement.ExtendedOrderOf(p, deployment, entitlement.Term{From: l.From, To: l.To}, earlier))
	if len(reasons) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Conflict, Key: entitlement.ReasonKey(reasons[0].Code), Args: reasons[0].Inputs, Decision: &reasons[0]}
}

func (s *Service) fitsPlan(o entitlement.OrderedPlan, before []orderedLine) error {
	var plans []entitlement.OrderedPlan
	for _, b := range before {
		if plan, ok := strings.CutPrefix(b.SKU, SKUPlan); ok {
			plans = append(plans, entitlement.OrderedPlan{Plan: plan, Term: entitlement.Term{From: b.From, To: b.To}, Order: b.order})
		}
	}
	if d := entitlement.OneAddOn(s.Policy.Now(), o, plans); !d.Allowed {
		return &errs.Error{Kind: errs.Conflict, Key: "books.second_add_on", Args: d.Inputs, Decision: &d}
	}
	return nil
}

// orderedLine is a line with the number of its order.
type orderedLine struct {
	Line
	order string
}

func orderedFor(tx *db.Tx, customer, system id.ID) (list []orderedLine, err error) {
	err = tx.Query(`SELECT o.number, l.sku, l.from_date, l.to_date FROM sales_order_line l JOIN sales_order o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
		WHERE l.tenant_id = $1 AND l.system_id = $2 ORDER BY l.from_date, o.number`, []any{customer, system}, func(scan func(...any) error) error {
		var l orderedLine
		var from, to string
		if err := scan(&l.order, &l.SKU, &from, &to); err != nil {
			return err
		}
		list = append(list, l)
		return dates(&from, &list[len(list)-1].From, &to, &list[len(list)-1].To)
	})
	return list, err
}

// lineAt is how a field of a line is named.
func lineAt(position int) string { return "lines[" + strconv.Itoa(position) + "]." }
