package books

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/contract"
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

// CheckSold says what of a new line cannot be by how its SKU is sold: plans, seats and extended lifecycle support for a
// system (RA-08, R1.1-04, R4.7-03), seats for a year (R1.1-05). ofSystem says whether the line names one.
func CheckSold(l Line, ofSystem bool) (bad []errs.Field) {
	if !ofSystem && (hasRoom(l) || l.SKU == SKUSeat) {
		bad = append(bad, errs.BadField("system", "books.line_of_no_system"))
	}
	if l.SKU == SKUSeat && !l.From.IsZero() && l.To.Compare(l.From) >= 0 && !isYear(l.From, l.To) {
		bad = append(bad, errs.BadField("to", "books.seat_line_year", "from", l.From.String(), "to", yearFrom(l.From).String()))
	}
	return bad
}

func yearFrom(first calendar.Date) calendar.Date { return contract.Anniversary(first, 1).AddDays(-1) }

// isYear: years that follow from a 29 February begin and end by that day, where there is one.
func isYear(from, to calendar.Date) bool {
	last, leap := yearFrom(from), to.AddDays(1)
	return to == last || to == last.AddDays(1) && leap.Month == time.February && leap.Day == 29
}

// soldFields is CheckSold of a line with its place.
func soldFields(position int, l Line) (bad []errs.Field) {
	for _, f := range CheckSold(l, !l.System.IsZero()) {
		f.Name = lineAt(position) + f.Name
		bad = append(bad, f)
	}
	return bad
}

// Ordered is a line that was ordered, with its order.
type Ordered struct {
	Line
	Order    string // number
	Position int    // counted from 0
}

// fits refuses a line that does not go with its system and with what was ordered for it before, in other orders or in
// other lines of this one. at is the place of the line: what stands there now is what it replaces.
func (s *Service) fits(tx *db.Tx, customer id.ID, l Line, at Ordered) error {
	if err := errs.BadFields(soldFields(at.Position, l)...); err != nil {
		return err
	}
	if !hasRoom(l) {
		return nil
	}
	var deployment string
	err := tx.Row(`SELECT deployment FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, l.System}, &deployment)
	if errors.Is(err, db.ErrNoRows) {
		return nil // whoever writes the line says by name that the system is none
	}
	if err != nil {
		return err
	}
	before, err := orderedFor(tx, customer, l.System)
	if err != nil {
		return err
	}
	before = slices.DeleteFunc(before, func(b Ordered) bool { return b.Order == at.Order && b.Position == at.Position })
	return s.FitsBeside(l, deployment, before)
}

// hasRoom reports whether what a line orders takes room that a system has once: a plan, or extended lifecycle support.
func hasRoom(l Line) bool { return l.SKU == SKUELS || strings.HasPrefix(l.SKU, SKUPlan) }

// FitsBeside refuses a line for a system of that deployment beside the lines that were ordered for it before: extended
// lifecycle support keeps to the windows of the pack, and no two add-on plans share a day. A page, REST and a file ask it.
func (s *Service) FitsBeside(l Line, deployment string, before []Ordered) error {
	p, term := s.Policy.Now(), entitlement.Term{From: l.From, To: l.To}
	if plan, ok := strings.CutPrefix(l.SKU, SKUPlan); ok {
		return s.fitsPlan(entitlement.OrderedPlan{Plan: plan, Term: term}, before)
	}
	if l.SKU != SKUELS {
		return nil
	}
	var earlier []entitlement.Term
	for _, b := range before {
		if b.SKU == SKUELS {
			earlier = append(earlier, entitlement.Term{From: b.From, To: b.To})
		}
	}
	reasons := entitlement.OrderExtended(p, entitlement.ExtendedOrderOf(p, deployment, term, earlier))
	if len(reasons) == 0 {
		return nil
	}
	return &errs.Error{Kind: errs.Conflict, Key: entitlement.ReasonKey(reasons[0].Code), Args: reasons[0].Inputs, Decision: &reasons[0]}
}

func (s *Service) fitsPlan(o entitlement.OrderedPlan, before []Ordered) error {
	var plans []entitlement.OrderedPlan
	for _, b := range before {
		if plan, ok := strings.CutPrefix(b.SKU, SKUPlan); ok {
			plans = append(plans, entitlement.OrderedPlan{Plan: plan, Term: entitlement.Term{From: b.From, To: b.To}, Order: b.Order})
		}
	}
	if d := entitlement.OneAddOn(s.Policy.Now(), o, plans); !d.Allowed {
		return &errs.Error{Kind: errs.Conflict, Key: "books.second_add_on", Args: d.Inputs, Decision: &d}
	}
	return nil
}

func orderedFor(tx *db.Tx, customer, system id.ID) (list []Ordered, err error) {
	err = tx.Query(`SELECT o.number, l.position, l.sku, l.from_date, l.to_date FROM sales_order o JOIN sales_order_line l ON l.tenant_id = o.tenant_id AND l.order_id = o.id
		WHERE l.tenant_id = $1 AND l.system_id = $2 ORDER BY l.from_date, o.number`, []any{customer, system}, func(scan func(...any) error) error {
		var l Ordered
		var from, to string
		if err := scan(&l.Order, &l.Position, &l.SKU, &from, &to); err != nil {
			return err
		}
		list = append(list, l)
		return dates(&from, &list[len(list)-1].From, &to, &list[len(list)-1].To)
	})
	return list, err
}

// lineAt is how a field of a line is named.
func lineAt(position int) string { return "lines[" + strconv.Itoa(position) + "]." }
