package billing

import (
	"context"
	"slices"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The states of a renewal beside Open: it is a quote until it is ordered.
//
//	open ──order──▶ ordered
//	open ──taken back, or another quote──▶ withdrawn
//	open ──its last day is over──▶ expired
const (
	Expired   = "expired"
	Ordered   = "ordered"
	Withdrawn = "withdrawn"
)

// RenewalStates are all states.
func RenewalStates() []string { return []string{Open, Expired, Ordered, Withdrawn} }

// Returned is the SKU of a line that says that licences were given back.
const Returned = "returned"

// Renewal is a quote to go on with support, and the order that came of it (5.1).
type Renewal struct {
	ID, Tenant   id.ID
	Customer     string // key
	CustomerName string
	Number       string
	State        string
	MadeAt       time.Time
	ValidUntil   calendar.Date // last day on which it can be ordered, vendor's zone
	Months       int
	Amount       int64 // in the smallest unit of Currency
	Currency     string
	Lines        []RenewalLine
	OrderNumber  string // "" until it is ordered, or where the order was withdrawn from the books
	SignedOn     calendar.Date
	OrderedAt    *time.Time
	Version      int64
	Diff         entitlement.RenewalDiff // against what runs now; of an open one only
	Decision     errs.Decision           // whether it may be ordered as it is; of an open one only
}

// ETag is the renewal's version as HTTP writes it.
func (r Renewal) ETag() string { return `"` + strconv.FormatInt(r.Version, 10) + `"` }

// RenewalLine is one line of it. Both days are inclusive, vendor's zone.
type RenewalLine struct {
	SKU        string // as in the books, or Returned
	Product    string
	System     id.ID // zero: for the customer as a whole
	SystemName string
	Quantity   int
	Was        string // the plan that ran when the quote was made
	From, To   calendar.Date
	Limited    calendar.Date // of a plan: from then on only what orders keep is delivered on premises (4.7); zero: never
}

// Choice is what is to become of one system.
type Choice struct {
	System   id.ID
	Plan     string
	Seats    int           // beside those of the plan
	From     calendar.Date // zero: the day after its last term, or today where that is over
	Returned bool          // its licences were given back
}

// QuoteRequest is what a quote is to be made of. Nothing chosen at all is everything as it runs.
type QuoteRequest struct {
	Months     int
	ValidUntil calendar.Date
	Amount     int64
	Currency   string // "": nobody said how much
	Systems    []Choice
	Products   []string // licensed beside those that the systems run
	Returned   []string // of these, those that were given back
}

// RenewalMonths are the lengths that a renewal may have.
func RenewalMonths() []int { return []int{12, 24, 36, 48, 60} }

// maxSeats is the most extra seats that one line may have.
const maxSeats = 1000

// holds is what a customer has when a renewal is looked at.
type holds struct {
	systems  []contract.RunningSystem
	products []string // licensed beside those that the systems run
}

func (s *Service) holdsOf(tx *db.Tx, customer id.ID) (h holds, err error) {
	if h.systems, err = s.Contract.RunningOf(tx, customer); err != nil {
		return h, err
	}
	err = tx.Query(`SELECT l.product_id FROM sales_order_line l JOIN sales_order o ON o.tenant_id = l.tenant_id AND o.id = l.order_id
		WHERE l.tenant_id = $1 AND l.sku = 'product' AND l.product_id <> '' AND NOT EXISTS (SELECT 1 FROM renewal_line r
			JOIN renewal q ON q.tenant_id = r.tenant_id AND q.id = r.renewal_id
			WHERE r.tenant_id = l.tenant_id AND r.system_id IS NULL AND r.product_id = l.product_id AND r.sku = 'returned' AND q.ordered_at >= o.recorded_at)
		GROUP BY l.product_id ORDER BY l.product_id`, []any{customer}, func(scan func(...any) error) error {
		var product string
		err := scan(&product)
		if !slices.ContainsFunc(h.systems, func(r contract.RunningSystem) bool { return r.Product == product }) {
			h.products = append(h.products, product)
		}
		return err
	})
	return h, err
}

func (h holds) running() (r entitlement.Running) {
	r.Products = h.products
	for _, one := range h.systems {
		r.Systems = append(r.Systems, entitlement.RunningSystem{System: one.System.String(), Product: one.Product, Plan: one.Plan, Seats: one.Seats})
	}
	return r
}

// complete fills a request that chooses nothing with everything as it runs.
func (q QuoteRequest) complete(h holds) QuoteRequest {
	if len(q.Systems) > 0 || len(q.Products) > 0 || len(q.Returned) > 0 {
		return q
	}
	q.Products = h.products
	for _, r := range h.systems {
		q.Systems = append(q.Systems, Choice{System: r.System, Plan: r.Plan, Seats: r.Seats})
	}
	return q
}

// wanted is the request as the rule looks at it.
func (q QuoteRequest) wanted() (w entitlement.Renewed) {
	w.Products, w.Returned = q.Products, slices.Clone(q.Returned)
	for _, c := range q.Systems {
		switch {
		case c.Returned:
			w.Returned = append(w.Returned, c.System.String())
		case c.Plan != "":
			w.Systems = append(w.Systems, entitlement.RunningSystem{System: c.System.String(), Plan: c.Plan, Seats: c.Seats})
		}
	}
	return w
}

// Quote makes a quote for a customer. It has to go on with all that is licensed: what it leaves out is named, and nothing
// is made (5.1). An open quote of the customer is withdrawn by it.
func (s *Service) Quote(ctx context.Context, a access.Actor, key string, q QuoteRequest, within func(tx *db.Tx, r Renewal) error) (r Renewal, err error) {
	defer errs.Wrap(&err, "billing.Quote")
	if err := staffWith(a, access.BooksWrite); err != nil {
		return r, err
	}
	return s.renew(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		customer, err := customerByKey(tx, key)
		if err != nil {
			return id.ID{}, err
		}
		h, err := s.holdsOf(tx, customer)
		if err != nil {
			return id.ID{}, err
		}
		q = q.complete(h)
		if err := s.checkQuote(tx, q, h); err != nil {
			return id.ID{}, err
		}
		if _, d := entitlement.CompareRenewal(s.Policy.Now(), h.running(), q.wanted()); !d.Allowed {
			return id.ID{}, leftOut(d)
		}
		return s.insertQuote(tx, a, customer, q, h)
	})
}

// renew runs one change of a renewal over all customers' rows and gives it as it is then.
func (s *Service) renew(ctx context.Context, a access.Actor, within func(tx *db.Tx, r Renewal) error, do func(tx *db.Tx) (id.ID, error)) (r Renewal, err error) {
	err = s.DB.Update(ctx, s.scope(a), func(tx *db.Tx) error {
		renewal, err := do(tx)
		if err != nil {
			return err
		}
		if r, err = s.renewal(tx, renewal, id.ID{}); err != nil || within == nil {
			return err
		}
		return within(tx, r)
	})
	return r, err
}

// leftOut is the refusal of a renewal of a part.
func leftOut(d errs.Decision) error {
	return &errs.Error{Kind: errs.Conflict, Key: "refusal." + d.Code, Args: d.Inputs, Decision: &d}
}

// checkQuote says what of a request cannot be by itself.
func (s *Service) checkQuote(tx *db.Tx, q QuoteRequest, h holds) error {
	var bad []errs.Field
	if !slices.Contains(RenewalMonths(), q.Months) {
		bad = append(bad, errs.BadField("months", "renewal.bad_months"))
	}
	switch {
	case q.ValidUntil.IsZero():
		bad = append(bad, errs.BadField("validUntil", "field.required"))
	case q.ValidUntil.Compare(s.today(tx)) < 0:
		bad = append(bad, errs.BadField("validUntil", "renewal.valid_in_past"))
	}
	bad = append(bad, s.checkChoices(q, h)...)
	if len(bad) == 0 && len(h.systems)+len(h.products) == 0 {
		bad = append(bad, errs.BadField("systems", "renewal.nothing_runs"))
	}
	w := q.wanted()
	if len(bad) == 0 && len(w.Systems)+len(w.Products) == 0 {
		bad = append(bad, errs.BadField("systems", "renewal.nothing_chosen"))
	}
	return errs.BadFields(bad...)
}

func (s *Service) checkChoices(q QuoteRequest, h holds) (bad []errs.Field) {
	seen := map[id.ID]bool{}
	for i, c := range q.Systems {
		at := "systems[" + strconv.Itoa(i) + "]."
		running := slices.IndexFunc(h.systems, func(r contract.RunningSystem) bool { return r.System == c.System })
		_, plan := s.Policy.Now().Plan(c.Plan)
		switch {
		case running < 0 || seen[c.System]:
			bad = append(bad, errs.BadField(at+"system", "books.unknown_system"))
		case c.Plan != "" && !plan:
			bad = append(bad, errs.BadField(at+"plan", "contract.unknown_plan"))
		}
		if running >= 0 && !c.From.IsZero() && !c.Returned {
			bad = append(bad, badStart(at+"from", h.systems[running].To, c.From)...)
		}
		if c.Seats < 0 || c.Seats > maxSeats {
			bad = append(bad, errs.BadField(at+"seats", "renewal.seats", "max", maxSeats))
		}
		seen[c.System] = true
	}
	for i, product := range append(slices.Clone(q.Products), q.Returned...) {
		if slices.Contains(h.products, product) {
			continue
		}
		key := "books.unknown_product"
		if slices.ContainsFunc(h.systems, func(r contract.RunningSystem) bool { return r.Product == product }) {
			key = "renewal.product_of_system"
		}
		bad = append(bad, errs.BadField("products["+strconv.Itoa(i)+"]", key))
	}
	return bad
}

// badStart: a term begins when the last one has ended.
func badStart(name string, ends, from calendar.Date) []errs.Field {
	if from.Compare(ends) > 0 {
		return nil
	}
	return []errs.Field{errs.BadField(name, "renewal.starts_in_term", "day", ends.String())}
}

// linesOf are the lines of a request: for each system its plan and its seats, then the products.
func (s *Service) linesOf(today calendar.Date, q QuoteRequest, h holds) (lines []RenewalLine) {
	from := today
	for _, r := range h.systems {
		i := slices.IndexFunc(q.Systems, func(c Choice) bool { return c.System == r.System })
		if i < 0 {
			continue
		}
		c := q.Systems[i]
		l := RenewalLine{SKU: books.SKUPlan + c.Plan, Product: "", System: r.System, Quantity: 1, Was: r.Plan, From: c.From}
		if l.From.IsZero() {
			l.From = later(r.To.AddDays(1), today)
		}
		from = later(from, l.From)
		l.To = l.From.AddMonths(q.Months).AddDays(-1)
		if c.Returned {
			l.SKU, l.From, l.To = Returned, today, today
		}
		lines = append(lines, l)
		if c.Seats > 0 && !c.Returned {
			lines = append(lines, seatLines(l, c.Seats, r.SeatsTo)...)
		}
	}
	for _, product := range q.Products {
		lines = append(lines, RenewalLine{SKU: books.SKUProduct, Product: product, Quantity: 1, From: from, To: from.AddMonths(q.Months).AddDays(-1)})
	}
	for _, product := range q.Returned {
		lines = append(lines, RenewalLine{SKU: Returned, Product: product, Quantity: 1, From: today, To: today})
	}
	return lines
}

// seatLines are the seats beside a plan: they are sold by the year, and begin when those that run have ended (1.1).
func seatLines(plan RenewalLine, seats int, until calendar.Date) (lines []RenewalLine) {
	from := plan.From
	if !until.IsZero() {
		from = later(from, until.AddDays(1))
	}
	for year := 0; ; year++ {
		begins := contract.Anniversary(from, year)
		if begins.Compare(plan.To) > 0 {
			return lines
		}
		lines = append(lines, RenewalLine{SKU: books.SKUSeat, System: plan.System, Quantity: seats, From: begins, To: contract.Anniversary(from, year+1).AddDays(-1)})
	}
}

func later(a, b calendar.Date) calendar.Date {
	if a.Compare(b) >= 0 {
		return a
	}
	return b
}
