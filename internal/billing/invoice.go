package billing

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The states of an invoice. An overdue one is open too.
const (
	Open    = "open"
	Overdue = "overdue" // support is suspended by it
	Paid    = "paid"
	Void    = "void"
)

// States are all states.
func States() []string { return []string{Open, Overdue, Paid, Void} }

// Invoice is one as the finance desk sees it.
type Invoice struct {
	ID           id.ID
	Tenant       id.ID
	Customer     string // key
	CustomerName string
	Number       string
	Amount       int64 // in the smallest unit of Currency
	Currency     string
	Issued, Due  calendar.Date // vendor's zone; Issued may be zero
	State        string
	PaidAt       *time.Time
	VoidedAt     *time.Time
	VoidReason   string
	SuspendsAt   time.Time // from when it suspends support, or did or would have
	Version      int64
}

// ETag is the invoice's version as HTTP writes it.
func (i Invoice) ETag() string { return `"` + strconv.FormatInt(i.Version, 10) + `"` }

// Filter chooses invoices.
type Filter struct {
	State    string // "": all
	Customer string // key; "": of all
	Number   string // exactly; "": all
	Cursor   string
	Limit    int
}

// Page is a part of a list.
type Page struct {
	Items []Invoice
	Next  string // cursor of the following page; "" on the last
}

const invoiceQuery = `SELECT i.id, i.tenant_id, c.key, c.name, i.number, i.amount, i.currency, i.issued_on, i.due_date, i.paid_at, i.voided_at, i.void_reason, i.version, i.due_known_at
	FROM invoice i JOIN customer c ON c.id = i.tenant_id`

// invoicesList is the name of the list in its cursors.
const invoicesList = "invoices"

// Invoices lists invoices, the last due day first, for staff.
func (s *Service) Invoices(ctx context.Context, a access.Actor, f Filter) (page Page, err error) {
	defer errs.Wrap(&err, "billing.Invoices")
	if err := mayRead(a); err != nil {
		return page, err
	}
	if f.State != "" && !slices.Contains(States(), f.State) {
		return page, errs.BadFields(errs.BadField("state", "field.not_allowed"))
	}
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = MaxPage
	}
	page.Items = []Invoice{}
	err = s.DB.View(ctx, s.scope(a), func(tx *db.Tx) error {
		q, args, err := s.choose(tx, f)
		if err != nil {
			return err
		}
		return tx.Query(q, args, func(scan func(...any) error) error {
			if len(page.Items) == f.Limit {
				last := page.Items[f.Limit-1]
				page.Next = s.CursorKey.Seal(invoicesList, last.Due.String(), last.ID)
				return nil
			}
			one, err := s.readInvoice(tx, scan)
			page.Items = append(page.Items, one)
			return err
		})
	})
	return page, err
}

func (s *Service) choose(tx *db.Tx, f Filter) (q string, args []any, err error) {
	var where []string
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, strings.ReplaceAll(condition, "$?", "$"+strconv.Itoa(len(args))))
	}
	const open = `i.paid_at IS NULL AND i.voided_at IS NULL`
	switch f.State {
	case Open:
		where = append(where, open)
	case Overdue:
		add(open+` AND i.due_date < $?`, s.today(tx).AddDays(-s.Policy.Now().SuspensionGraceDays).String())
	case Paid:
		where = append(where, `i.paid_at IS NOT NULL`)
	case Void:
		where = append(where, `i.voided_at IS NOT NULL`)
	}
	if f.Customer != "" {
		add(`c.key = $?`, f.Customer)
	}
	if f.Number != "" {
		add(`i.number = $?`, f.Number)
	}
	var due string
	var last id.ID
	given, err := s.CursorKey.Open(invoicesList, f.Cursor, &due, &last)
	if err != nil {
		return "", nil, err
	}
	if given {
		args = append(args, due, last)
		where = append(where, `(i.due_date, i.id) < ($`+strconv.Itoa(len(args)-1)+`, $`+strconv.Itoa(len(args))+`)`)
	}
	q = invoiceQuery
	if len(where) > 0 {
		q += ` WHERE ` + strings.Join(where, ` AND `)
	}
	args = append(args, f.Limit+1)
	return q + ` ORDER BY i.due_date DESC, i.id DESC LIMIT $` + strconv.Itoa(len(args)), args, nil
}

func (s *Service) readInvoice(tx *db.Tx, scan func(...any) error) (v Invoice, err error) {
	var issued, due string
	var known time.Time
	err = scan(&v.ID, &v.Tenant, &v.Customer, &v.CustomerName, &v.Number, &v.Amount, &v.Currency, &issued, &due,
		db.NullTime(&v.PaidAt), db.NullTime(&v.VoidedAt), &v.VoidReason, &v.Version, db.Time(&known))
	if err != nil {
		return v, err
	}
	if v.Due, err = calendar.StoredDate(due); err != nil {
		return v, err
	}
	if issued != "" {
		if v.Issued, err = calendar.StoredDate(issued); err != nil {
			return v, err
		}
	}
	v.SuspendsAt = entitlement.SuspendsFrom(s.Policy.Now(), v.Due, known)
	switch {
	case v.VoidedAt != nil:
		v.State = Void
	case v.PaidAt != nil:
		v.State = Paid
	case !tx.Now().Before(v.SuspendsAt):
		v.State = Overdue
	default:
		v.State = Open
	}
	return v, nil
}

// Invoice gives one, for staff. Missing when there is none of that id.
func (s *Service) Invoice(ctx context.Context, a access.Actor, invoice id.ID) (v Invoice, err error) {
	defer errs.Wrap(&err, "billing.Invoice(%s)", invoice)
	if err := mayRead(a); err != nil {
		return v, err
	}
	err = s.DB.View(ctx, s.scope(a), func(tx *db.Tx) error {
		v, err = s.invoice(tx, invoice)
		return err
	})
	return v, err
}

func (s *Service) invoice(tx *db.Tx, invoice id.ID) (v Invoice, err error) {
	found := false
	err = tx.Query(invoiceQuery+` WHERE i.id = $1`, []any{invoice}, func(scan func(...any) error) error {
		found = true
		v, err = s.readInvoice(tx, scan)
		return err
	})
	if err == nil && !found {
		err = errs.Missing()
	}
	return v, err
}

// Entry is an invoice as the desk enters it.
type Entry struct {
	Customer string // key
	contract.Invoice
	Unread []errs.Field // what was typed and could not be read: it is told with whatever else cannot be
}

// Within runs last in the transaction of a use case, e.g. to keep the answer of an idempotency key.
type Within func(tx *db.Tx, v Invoice) error

// Enter records an invoice. Its number is the vendor's own: one that another customer has is refused too.
func (s *Service) Enter(ctx context.Context, a access.Actor, e Entry, within Within) (v Invoice, err error) {
	defer errs.Wrap(&err, "billing.Enter")
	if err := staffWith(a, access.InvoiceWrite); err != nil {
		return v, err
	}
	return s.change(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		customer, err := customerByKey(tx, e.Customer)
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return id.ID{}, err
		}
		if err := e.check(err == nil); err != nil {
			return id.ID{}, err
		}
		if err := contract.NumberOfNobodyElse(tx, customer, e.Number); err != nil {
			return id.ID{}, err
		}
		return s.Contract.EnterInvoice(tx, a, customer, e.Invoice)
	})
}

// check says all that cannot be at once, each field once and first what could not be read.
func (e Entry) check(known bool) error {
	bad := slices.Clone(e.Unread)
	more := []errs.Field{}
	if !known {
		more = append(more, errs.BadField("customer", "billing.unknown_customer"))
	}
	if err := contract.CheckInvoice(e.Invoice); err != nil {
		more = append(more, errs.As(err).Fields...)
	}
	for _, f := range more {
		unread := func(said errs.Field) bool { // an amount cannot be read without its currency
			return said.Name == f.Name || said.Name == "currency" && f.Name == "amount"
		}
		if !slices.ContainsFunc(bad, unread) {
			bad = append(bad, f)
		}
	}
	return errs.BadFields(bad...)
}

// change runs one change of an invoice over all customers' rows and gives the invoice as it is then.
func (s *Service) change(ctx context.Context, a access.Actor, within Within, do func(tx *db.Tx) (id.ID, error)) (v Invoice, err error) {
	err = s.DB.Update(ctx, s.scope(a), func(tx *db.Tx) error {
		invoice, err := do(tx)
		if err != nil {
			return err
		}
		if v, err = s.invoice(tx, invoice); err != nil || within == nil {
			return err
		}
		return within(tx, v)
	})
	return v, err
}

// Payment is what was received for an invoice. Amount and Currency may be left out; given, they are the invoice's.
type Payment struct {
	At       time.Time
	Amount   int64
	Currency string
	Expect   string // the ETag that the desk has seen; "" for any
}

// Pay records the payment of an invoice, at the instant at which it was received. Of many at once one wins.
func (s *Service) Pay(ctx context.Context, a access.Actor, invoice id.ID, p Payment, within Within) (v Invoice, err error) {
	defer errs.Wrap(&err, "billing.Pay(%s)", invoice)
	if err := staffWith(a, access.InvoiceWrite); err != nil {
		return v, err
	}
	return s.change(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		was, err := s.expected(tx, invoice, p.Expect)
		if err != nil {
			return id.ID{}, err
		}
		if err := p.fits(was); err != nil {
			return id.ID{}, err
		}
		return invoice, s.Contract.SettleInvoice(tx, a, was.Tenant, invoice, p.At)
	})
}

func (s *Service) expected(tx *db.Tx, invoice id.ID, etag string) (v Invoice, err error) {
	v, err = s.invoice(tx, invoice)
	if err == nil && etag != "" && etag != "*" && etag != v.ETag() {
		err = errs.New(errs.Stale, "billing.stale")
	}
	return v, err
}

// fits wants a payment to be of the invoice's amount and currency, where it says any.
func (p Payment) fits(v Invoice) error {
	switch {
	case p.Currency == "" || v.Currency == "":
		return nil
	case p.Currency != v.Currency:
		return errs.BadFields(errs.BadField("currency", "billing.other_currency", "currency", v.Currency))
	case p.Amount != v.Amount:
		return errs.BadFields(errs.BadField("amount", "billing.other_amount", "amount", FormatAmount(v.Amount, v.Currency), "currency", v.Currency))
	}
	return nil
}

// TakeBack voids an invoice with a reason.
func (s *Service) TakeBack(ctx context.Context, a access.Actor, invoice id.ID, reason, etag string, within Within) (v Invoice, err error) {
	defer errs.Wrap(&err, "billing.TakeBack(%s)", invoice)
	if err := staffWith(a, access.InvoiceWrite); err != nil {
		return v, err
	}
	return s.change(ctx, a, within, func(tx *db.Tx) (id.ID, error) {
		was, err := s.expected(tx, invoice, etag)
		if err != nil {
			return id.ID{}, err
		}
		return invoice, s.Contract.VoidInvoice(tx, a, was.Tenant, invoice, reason)
	})
}
