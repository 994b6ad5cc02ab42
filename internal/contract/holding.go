package contract

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// Holding is what customers have bought and run, as those see it who bring data in or take it out.
type Holding struct {
	Systems      []HeldSystem
	Terms        []HeldTerm
	Exceptions   []HeldException
	Windows      []HeldException // of extended lifecycle support: ordered, never put (4.7)
	Bills        []HeldBill
	Agreements   []HeldAgreement
	Seats        []HeldSeats
	Designations []HeldDesignation
	Components   []Component // that run beside the systems now
}

// HeldSystem is a system of one of the customers. The other rows name it by its id.
type HeldSystem struct {
	Customer, ID id.ID
	NewSystem
	Beside int // seats bought beside those of the plan, less those that are promised to somebody
}

// HeldTerm is a subscription term of a system.
type HeldTerm struct {
	System id.ID
	Term
}

// HeldAgreement is an agreement of a customer.
type HeldAgreement struct {
	Customer id.ID
	Agreement
}

// HeldSeats is how many seats were bought for a system from a day, in all.
type HeldSeats struct {
	System id.ID
	From   calendar.Date
	Seats  int
}

// HeldException is an order exception of a system.
type HeldException struct {
	System id.ID
	Exception
}

// HeldBill is an invoice of a customer.
type HeldBill struct {
	Customer id.ID
	Bill
}

// HeldDesignation is a person who is, or was, a liaison of a system.
type HeldDesignation struct {
	System, Person id.ID
	Ended          bool
	LiaisonDetails // of one that has not ended
}

// HoldingOf is what these customers hold, in a fixed order: by customer and name, first day, document, number.
func (s *Service) HoldingOf(tx *db.Tx, customers []id.ID) (h Holding, err error) {
	if len(customers) == 0 {
		return h, nil
	}
	in, args := inList(len(customers)), make([]any, len(customers))
	for i, c := range customers {
		args[i] = c
	}
	if err := h.systems(tx, in, args, s.today(tx.Now())); err != nil {
		return h, err
	}
	for _, read := range []func(*db.Tx, string, []any) error{h.terms, h.exceptions, h.bills, h.agreements, h.seats, h.designations, h.components} {
		if err := read(tx, in, args); err != nil {
			return h, err
		}
	}
	return h, nil
}

func inList(n int) string {
	all := make([]string, n)
	for i := range all {
		all[i] = "$" + strconv.Itoa(i+1)
	}
	return "(" + strings.Join(all, ", ") + ")"
}

func (h *Holding) systems(tx *db.Tx, in string, args []any, today calendar.Date) error {
	n := len(args)
	day, now := "$"+strconv.Itoa(n+1), "$"+strconv.Itoa(n+2)
	return tx.Query(`SELECT s.tenant_id, s.id, s.name, s.deployment, s.country, s.product_id, s.version, `+environmentList+`,
		(SELECT coalesce(sum(e.seats), 0) FROM extra_seat e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id
			AND e.from_date <= `+day+` AND e.to_date >= `+day+`)
		- (SELECT count(*) FROM liaison_change_item i WHERE i.tenant_id = s.tenant_id AND i.system_id = s.id
			AND i.state = 'waiting' AND i.old_person IS NULL AND i.expires_at > `+now+`)
		FROM system s WHERE s.tenant_id IN `+in+` ORDER BY s.tenant_id, s.name`, append(slices.Clone(args), today.String(), tx.Now()),
		func(scan func(...any) error) error {
			var x HeldSystem
			var environments *string
			err := scan(&x.Customer, &x.ID, &x.Name, &x.Deployment, &x.Country, &x.Product, &x.Version, &environments, &x.Beside)
			for _, e := range readEnvironments(environments) {
				x.Environments = append(x.Environments, e.Name)
			}
			h.Systems = append(h.Systems, x)
			return err
		})
}

func (h *Holding) terms(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT system_id, plan, from_date, to_date FROM subscription WHERE tenant_id IN `+in+` ORDER BY tenant_id, system_id, from_date`,
		args, func(scan func(...any) error) error {
			var x HeldTerm
			var from, to *string
			if err := scan(&x.System, &x.Plan, &from, &to); err != nil {
				return err
			}
			err := days(dayColumn{from, &x.From}, dayColumn{to, &x.To})
			h.Terms = append(h.Terms, x)
			return err
		})
}

func (h *Holding) exceptions(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT system_id, document, scope, from_date, to_date, kind FROM order_exception WHERE tenant_id IN `+in+`
		ORDER BY tenant_id, system_id, document, id`, args, func(scan func(...any) error) error {
		var x HeldException
		var from, to *string
		var kind string
		if err := scan(&x.System, &x.Document, &x.Scope, &from, &to, &kind); err != nil {
			return err
		}
		err := days(dayColumn{from, &x.From}, dayColumn{to, &x.To})
		if kind == extendedKind {
			h.Windows = append(h.Windows, x)
		} else {
			h.Exceptions = append(h.Exceptions, x)
		}
		return err
	})
}

func (h *Holding) bills(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT tenant_id, number, due_date, paid_at, issued_on, amount, currency FROM invoice WHERE voided_at IS NULL AND tenant_id IN `+in+` ORDER BY tenant_id, number`,
		args, func(scan func(...any) error) error {
			var x HeldBill
			var due *string
			var issued string
			if err := scan(&x.Customer, &x.Number, &due, db.NullTime(&x.Paid), &issued, &x.Amount, &x.Currency); err != nil {
				return err
			}
			err := days(dayColumn{due, &x.Due})
			if err == nil && issued != "" {
				err = days(dayColumn{&issued, &x.Issued})
			}
			h.Bills = append(h.Bills, x)
			return err
		})
}

func (h *Holding) agreements(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT tenant_id, id, number, country, centre, signing_entity, from_date, to_date FROM agreement
		WHERE tenant_id IN `+in+` AND withdrawn_at IS NULL ORDER BY tenant_id, from_date`, args, func(scan func(...any) error) error {
		var x HeldAgreement
		var from, to *string
		if err := scan(&x.Customer, &x.ID, &x.Number, &x.Country, &x.Centre, &x.SigningEntity, &from, &to); err != nil {
			return err
		}
		err := days(dayColumn{from, &x.From}, dayColumn{to, &x.To})
		h.Agreements = append(h.Agreements, x)
		return err
	})
}

func (h *Holding) seats(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT system_id, from_date, sum(seats) FROM extra_seat WHERE tenant_id IN `+in+`
		GROUP BY tenant_id, system_id, from_date ORDER BY tenant_id, system_id, from_date`, args, func(scan func(...any) error) error {
		var x HeldSeats
		var from *string
		if err := scan(&x.System, &from, &x.Seats); err != nil {
			return err
		}
		err := days(dayColumn{from, &x.From})
		h.Seats = append(h.Seats, x)
		return err
	})
}

func (h *Holding) designations(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT d.system_id, d.person_id, d.ended_at IS NOT NULL, d.ended_at IS NULL AND d.project_admin, coalesce(r.centre, '') FROM designation d
		LEFT JOIN region_choice r ON r.tenant_id = d.tenant_id AND r.system_id = d.system_id AND r.person_id = d.person_id
		WHERE d.tenant_id IN `+in+` ORDER BY d.tenant_id, d.system_id, d.person_id`, args, func(scan func(...any) error) error {
		var x HeldDesignation
		err := scan(&x.System, &x.Person, &x.Ended, &x.ProjectAdmin, &x.Centre)
		h.Designations = append(h.Designations, x)
		return err
	})
}

func (h *Holding) components(tx *db.Tx, in string, args []any) error {
	return tx.Query(`SELECT system_id, name, vendor, version FROM system_component WHERE tenant_id IN `+in+` AND ended_at IS NULL
		ORDER BY tenant_id, system_id, name`, args, func(scan func(...any) error) error {
		var x Component
		err := scan(&x.System, &x.Name, &x.Vendor, &x.Version)
		h.Components = append(h.Components, x)
		return err
	})
}

// Products are the ids of all products.
func Products(tx *db.Tx) (known map[string]bool, err error) {
	known = map[string]bool{}
	err = tx.Query(`SELECT id FROM product`, nil, func(scan func(...any) error) error {
		var product string
		err := scan(&product)
		known[product] = true
		return err
	})
	return known, err
}

// Releases are all releases that a system can run, as "product version".
func Releases(tx *db.Tx) (known map[string]bool, err error) {
	known = map[string]bool{}
	err = tx.Query(`SELECT product_id, version FROM product_release`, nil, func(scan func(...any) error) error {
		var product, version string
		err := scan(&product, &version)
		known[product+" "+version] = true
		return err
	})
	return known, err
}

// Beside is what orders say of a system beside its terms.
type Beside struct {
	Deployment string
	Windows    []entitlement.Term // of extended lifecycle support
	Exceptions []Exception
}

// only reports whether nothing but extended lifecycle support covers the system on a day (4.7).
func (k Beside) only(p *policy.Pack, today calendar.Date) bool {
	begun := slices.ContainsFunc(k.Windows, func(t entitlement.Term) bool { return t.From.Compare(today) <= 0 })
	var services []string
	for _, e := range k.Exceptions {
		if e.From.Compare(today) <= 0 && today.Compare(e.To) <= 0 {
			services = append(services, strings.Fields(e.Scope)...)
		}
	}
	return entitlement.OnlyExtended(p, k.Deployment, services, begun, today)
}

// SeatsOf is how many liaisons a system with these terms and orders may have at the instant now, bought seats not counted:
// those of the plan in force, or of the last one where none is (R1.1-04), or those of extended lifecycle support (4.7).
func (s *Service) SeatsOf(terms []Term, beside Beside, now time.Time) int {
	today := s.today(now)
	plan := ""
	var last calendar.Date
	for _, t := range terms {
		if _, ok := s.Policy.Now().Plan(t.Plan); ok && t.From.Compare(today) <= 0 && t.From.Compare(last) >= 0 {
			plan, last = t.Plan, t.From
		}
	}
	return s.Policy.Now().SeatsOf(s.planOrBase(plan).Key, beside.only(s.Policy.Now(), today))
}

// SystemByName is the id of the customer's system of this name, or Missing.
func (s *Service) SystemByName(tx *db.Tx, customer id.ID, name string) (system id.ID, err error) {
	err = tx.Row(`SELECT id FROM system WHERE tenant_id = $1 AND name = $2`, []any{customer, name}, &system)
	return system, missing(err)
}
