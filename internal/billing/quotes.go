package billing

import (
	"context"
	"slices"
	"strconv"
	"strings"
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

const renewalQuery = `SELECT q.id, q.tenant_id, c.key, c.name, q.number, q.made_at, q.valid_until, q.months, q.amount, q.currency,
	coalesce(o.number, ''), coalesce(o.signed_on, ''), q.ordered_at, q.withdrawn_at, q.version
	FROM renewal q JOIN customer c ON c.id = q.tenant_id LEFT JOIN sales_order o ON o.tenant_id = q.tenant_id AND o.id = q.order_id`

// RenewalFilter chooses renewals.
type RenewalFilter struct {
	State    string // "": all
	Customer string // key; "": of all. Who is of a customer gets that one's in any case.
	Cursor   string
	Limit    int
}

// RenewalPage is a part of a list. The items have no lines.
type RenewalPage struct {
	Items []Renewal
	Next  string // cursor of the following page; "" on the last
}

// renewalScope is where somebody reads renewals: staff everywhere; liaisons of a customer and those who look after its
// contract or its invoices, that customer's, whose id is given.
func (s *Service) renewalScope(a access.Actor) (scope db.Scope, customer id.ID, err error) {
	if a.System || a.Role.IsStaff() {
		return s.scope(a), customer, staffWith(a, access.InvoiceRead)
	}
	if err := access.Check(a, access.CustomerRead); err != nil {
		return scope, customer, err
	}
	return db.ForTenant(a.Customer), a.Customer, nil
}

// readable refuses those of a customer who may not know what it pays for.
func readable(tx *db.Tx, a access.Actor, customer id.ID) error {
	if customer.IsZero() {
		return nil
	}
	named, err := mayName(tx, a, customer)
	if err == nil && !named {
		err = errs.New(errs.Refused, "renewal.not_yours")
	}
	return err
}

// Renewals lists renewals, the last made first.
func (s *Service) Renewals(ctx context.Context, a access.Actor, f RenewalFilter) (page RenewalPage, err error) {
	defer errs.Wrap(&err, "billing.Renewals")
	scope, customer, err := s.renewalScope(a)
	if err != nil {
		return page, err
	}
	if f.State != "" && !slices.Contains(RenewalStates(), f.State) {
		return page, errs.BadFields(errs.BadField("state", "field.not_allowed"))
	}
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = MaxPage
	}
	page.Items = []Renewal{}
	if customer.IsZero() && !a.System && !a.Role.IsStaff() {
		return page, nil // of no customer
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		if err := readable(tx, a, customer); err != nil {
			return err
		}
		q, args, err := s.chooseRenewals(tx, f, customer)
		if err != nil {
			return err
		}
		return tx.Query(q, args, func(scan func(...any) error) error {
			if n := len(page.Items); n == f.Limit {
				page.Next = s.CursorKey.Seal(renewalsList, page.Items[n-1].MadeAt.UnixMicro(), page.Items[n-1].ID)
				return nil
			}
			one, err := s.readRenewal(tx, scan)
			page.Items = append(page.Items, one)
			return err
		})
	})
	return page, err
}

const renewalsList = "renewals"

func (s *Service) chooseRenewals(tx *db.Tx, f RenewalFilter, customer id.ID) (q string, args []any, err error) {
	where := []string{"1 = 1"}
	add := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "$?", "$"+strconv.Itoa(len(args)), 1)
		}
		where = append(where, condition)
	}
	const open = `q.ordered_at IS NULL AND q.withdrawn_at IS NULL`
	switch f.State {
	case Open:
		add(open+` AND q.valid_until >= $?`, s.today(tx).String())
	case Expired:
		add(`(`+open+` AND q.valid_until < $? OR q.withdrawn_at = $?)`, s.today(tx).String(), expiredBefore)
	case Ordered:
		add(`q.ordered_at IS NOT NULL`)
	case Withdrawn:
		add(`q.withdrawn_at <> $?`, expiredBefore)
	}
	if !customer.IsZero() {
		add(`q.tenant_id = $?`, customer)
	} else if f.Customer != "" {
		add(`c.key = $?`, f.Customer)
	}
	var at int64
	var last id.ID
	given, err := s.CursorKey.Open(renewalsList, f.Cursor, &at, &last)
	if err != nil {
		return "", nil, err
	}
	if given {
		add(`(q.made_at, q.id) < ($?, $?)`, at, last)
	}
	args = append(args, f.Limit+1)
	return renewalQuery + ` WHERE ` + strings.Join(where, ` AND `) + ` ORDER BY q.made_at DESC, q.id DESC LIMIT $` + strconv.Itoa(len(args)), args, nil
}

// Renewal gives one, with its lines and how it differs from what runs now.
func (s *Service) Renewal(ctx context.Context, a access.Actor, renewal id.ID) (r Renewal, err error) {
	defer errs.Wrap(&err, "billing.Renewal(%s)", renewal)
	scope, customer, err := s.renewalScope(a)
	if err != nil {
		return r, err
	}
	if customer.IsZero() && !a.System && !a.Role.IsStaff() {
		return r, errs.Missing()
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		if r, err = s.renewal(tx, renewal, customer); err != nil {
			return err
		}
		return readable(tx, a, customer)
	})
	return r, err
}

// renewal reads one; customer is the reader's, zero for staff.
func (s *Service) renewal(tx *db.Tx, renewal, customer id.ID) (r Renewal, err error) {
	found := false
	q, args := renewalQuery+` WHERE q.id = $1`, []any{renewal}
	if !customer.IsZero() {
		q, args = q+` AND q.tenant_id = $2`, append(args, customer)
	}
	err = tx.Query(q, args, func(scan func(...any) error) error {
		found = true
		r, err = s.readRenewal(tx, scan)
		return err
	})
	if err == nil && !found {
		err = errs.Missing()
	}
	if err != nil {
		return r, err
	}
	return r, s.fillRenewal(tx, &r)
}

func (s *Service) fillRenewal(tx *db.Tx, r *Renewal) error {
	kept, err := contract.KeptOf(tx, r.Tenant)
	if err != nil {
		return err
	}
	err = tx.Query(`SELECT l.sku, l.product_id, l.system_id, coalesce(s.name, ''), coalesce(s.deployment, ''), l.quantity, l.was, l.from_date, l.to_date
		FROM renewal_line l LEFT JOIN system s ON s.tenant_id = l.tenant_id AND s.id = l.system_id
		WHERE l.tenant_id = $1 AND l.renewal_id = $2 ORDER BY l.position`, []any{r.Tenant, r.ID}, func(scan func(...any) error) error {
		var l RenewalLine
		var from, to, deployment string
		if err := scan(&l.SKU, &l.Product, &l.System, &l.SystemName, &deployment, &l.Quantity, &l.Was, &from, &to); err != nil {
			return err
		}
		err := dayPairs(&l.From, from, &l.To, to)
		if strings.HasPrefix(l.SKU, books.SKUPlan) {
			l.Limited = entitlement.LimitedFrom(s.Policy.Now(), deployment, contract.Full(kept[l.System]), entitlement.Term{From: l.From, To: l.To})
		}
		r.Lines = append(r.Lines, l)
		return err
	})
	if err != nil || r.State != Open {
		return err
	}
	h, err := s.holdsOf(tx, r.Tenant)
	if err == nil {
		r.Diff, r.Decision = entitlement.CompareRenewal(s.Policy.Now(), h.running(), r.request().wanted())
	}
	return err
}

func dayPairs(a *calendar.Date, textA string, b *calendar.Date, textB string) (err error) {
	if *a, err = calendar.StoredDate(textA); err == nil {
		*b, err = calendar.StoredDate(textB)
	}
	return err
}

func (s *Service) readRenewal(tx *db.Tx, scan func(...any) error) (r Renewal, err error) {
	var valid, signed string
	var withdrawn *time.Time
	err = scan(&r.ID, &r.Tenant, &r.Customer, &r.CustomerName, &r.Number, db.Time(&r.MadeAt), &valid, &r.Months, &r.Amount, &r.Currency,
		&r.OrderNumber, &signed, db.NullTime(&r.OrderedAt), db.NullTime(&withdrawn), &r.Version)
	if err == nil {
		r.ValidUntil, err = calendar.StoredDate(valid)
	}
	if err == nil && signed != "" {
		r.SignedOn, err = calendar.StoredDate(signed)
	}
	switch {
	case r.OrderedAt != nil:
		r.State = Ordered
	case withdrawn != nil && withdrawn.UnixMicro() != expiredBefore:
		r.State = Withdrawn
	case withdrawn != nil || s.today(tx).Compare(r.ValidUntil) > 0:
		r.State = Expired
	default:
		r.State = Open
	}
	return r, err
}

// Terms are what a customer has support for, and until when.
type Terms struct {
	Customer, Name string // key, and name
	Today          calendar.Date
	Systems        []contract.RunningSystem
	Products       []string  // licensed beside those that the systems run
	Quotes         []Renewal // with lines; the last made first
	Reach          []Reach
	Kept           map[id.ID][]contract.Kept // by system: what orders keep of it on premises (4.7)
}

// TermsOf gives it to staff, who name the customer, and to those of a customer who may know what it pays for.
func (s *Service) TermsOf(ctx context.Context, a access.Actor, key string) (t Terms, err error) {
	defer errs.Wrap(&err, "billing.TermsOf")
	scope, customer, err := s.renewalScope(a)
	if err != nil {
		return t, err
	}
	if customer.IsZero() && !a.System && !a.Role.IsStaff() {
		return t, nil
	}
	err = s.DB.View(ctx, scope, func(tx *db.Tx) error {
		if err := readable(tx, a, customer); err != nil {
			return err
		}
		of := customer
		if of.IsZero() {
			if of, err = customerByKey(tx, key); err != nil {
				return err
			}
		}
		return s.readTerms(tx, of, &t)
	})
	return t, err
}

// maxQuotes is how many quotes of a customer are shown.
const maxQuotes = 20

func (s *Service) readTerms(tx *db.Tx, customer id.ID, t *Terms) error {
	*t = Terms{Today: s.today(tx)}
	if err := tx.Row(`SELECT key, name FROM customer WHERE id = $1`, []any{customer}, &t.Customer, &t.Name); err != nil {
		return missing(err)
	}
	h, err := s.holdsOf(tx, customer)
	if err != nil {
		return err
	}
	t.Systems, t.Products = h.systems, h.products
	err = tx.Query(renewalQuery+` WHERE q.tenant_id = $1 ORDER BY q.made_at DESC, q.id DESC LIMIT $2`, []any{customer, maxQuotes}, func(scan func(...any) error) error {
		r, err := s.readRenewal(tx, scan)
		t.Quotes = append(t.Quotes, r)
		return err
	})
	for i := range t.Quotes {
		if err == nil {
			err = s.fillRenewal(tx, &t.Quotes[i])
		}
	}
	if err == nil {
		t.Reach, err = reachOf(tx, customer)
	}
	if err == nil {
		t.Kept, err = contract.KeptOf(tx, customer)
	}
	return err
}
