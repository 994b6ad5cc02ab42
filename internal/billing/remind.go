package billing

import (
	"context"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// MailJob is the kind of job that sends one mail about money.
const MailJob = "mail.billing"

// The mails. Those about invoices go to the customer's liaisons and contacts for billing, the others to the
// liaisons and the contacts for the contract.
const (
	InvoiceDue     = "invoice_due"
	InvoiceOverdue = "invoice_overdue"
	SupportEnds    = "support_ends"
	TermEnds       = "term_ends"
	TermEnded      = "term_ended"
)

// Mail is the argument of a MailJob: ids only, the texts are read when it is sent.
type Mail struct {
	Template string `json:"template"`
	Tenant   id.ID  `json:"tenant"`
	Person   id.ID  `json:"person"`
	Subject  id.ID  `json:"subject"` // the invoice; zero for the end of support
	Event    id.ID  `json:"event"`
	Day      string `json:"day,omitempty"` // last day of the terms that it is about, or to pay the invoice
	At       int64  `json:"at"`            // when it became due, UTC microseconds
}

// sweepBatch is how many rows one transaction of the sweep takes.
const sweepBatch = 100

// Sweep sends the reminders and announcements that have come due. It costs what is due, and calling it again at once does nothing.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "billing.Sweep")
	for _, step := range []func(*db.Tx) (int, error){s.replan, s.remind, s.announceEnd, s.announceTerms} {
		for done := sweepBatch; done == sweepBatch; {
			err := s.DB.Update(ctx, db.ForSystem("billing.sweep"), func(tx *db.Tx) (err error) {
				done, err = step(tx)
				return err
			})
			if err != nil {
				return n, err
			}
			n += done
		}
	}
	return n, nil
}

func program() access.Actor { return access.Actor{System: true} }

// remind sends the notices that have come due.
func (s *Service) remind(tx *db.Tx) (int, error) {
	type due struct {
		customer, invoice id.ID
		day               string
		told              entitlement.Told
	}
	var list []due
	err := tx.Query(`SELECT tenant_id, id, due_date, told_until, told_stop FROM invoice WHERE remind_at IS NOT NULL AND remind_at <= $1 ORDER BY remind_at, id LIMIT $2`,
		[]any{tx.Now(), sweepBatch}, func(scan func(...any) error) error {
			var d due
			err := scan(&d.customer, &d.invoice, &d.day, db.Time(&d.told.Until), &d.told.Stopped)
			list = append(list, d)
			return err
		})
	for _, d := range list {
		if err != nil {
			return 0, err
		}
		day, bad := calendar.StoredDate(d.day)
		if bad != nil {
			return 0, bad
		}
		notice, ok, told, next := entitlement.NoticeDue(s.Policy.Now(), day, d.told, tx.Now())
		if err = tx.Buffer(`UPDATE invoice SET told_until = $3, told_stop = $4, remind_at = $5 WHERE tenant_id = $1 AND id = $2`,
			d.customer, d.invoice, told.Until, told.Stopped, next); err != nil {
			return 0, err
		}
		if !ok {
			err = s.record(tx, program(), d.customer, journal.Line{Kind: "invoice.reminder_planned", Visibility: journal.Staff, Data: map[string]any{"invoice": d.invoice}})
			continue
		}
		err = s.sendNotice(tx, d.customer, d.invoice, d.day, notice)
	}
	return len(list), err
}

func (s *Service) sendNotice(tx *db.Tx, customer, invoice id.ID, due string, n entitlement.Notice) error {
	m := Mail{Template: InvoiceDue, Tenant: customer, Subject: invoice}
	if n.Suspended {
		m.Template = InvoiceOverdue
	}
	m.Day = due
	people, err := s.mail(tx, m, "billing", true)
	if err != nil {
		return err
	}
	l := journal.Line{Kind: "invoice.reminded", Clause: "5.2", Data: map[string]any{"invoice": invoice, "days": n.DaysBefore, "suspended": n.Suspended, "people": people}}
	return s.record(tx, program(), customer, l)
}

// mail sends one to the customer's contacts of a kind, and to every liaison or only where there is no such contact.
func (s *Service) mail(tx *db.Tx, m Mail, contact string, liaisonsToo bool) (people int, err error) {
	var contacts, liaisons []id.ID
	err = tx.Query(`SELECT p.id, EXISTS (SELECT 1 FROM customer_contact k WHERE k.tenant_id = g.tenant_id AND k.person_id = p.id AND k.kind = $2 AND k.ended_at IS NULL)
		FROM access_grant g JOIN person p ON p.id = g.person_id AND p.disabled_at IS NULL AND p.staff_role = ''
		WHERE g.tenant_id = $1 AND g.ended_at IS NULL AND (g.role = 'liaison' OR EXISTS (SELECT 1 FROM customer_contact k
			WHERE k.tenant_id = g.tenant_id AND k.person_id = p.id AND k.kind = $2 AND k.ended_at IS NULL))
		ORDER BY g.created_at, p.id`, []any{m.Tenant, contact}, func(scan func(...any) error) error {
		var who id.ID
		var named bool
		err := scan(&who, &named)
		if named {
			contacts = append(contacts, who)
		} else {
			liaisons = append(liaisons, who)
		}
		return err
	})
	to := contacts
	if liaisonsToo || len(to) == 0 {
		to = append(to, liaisons...)
	}
	m.Event, m.At = id.New(), tx.Now().UnixMicro()
	for _, who := range to {
		if err != nil {
			return 0, err
		}
		m.Person = who
		err = s.Jobs.Enqueue(tx, MailJob, m)
	}
	return len(to), err
}

// MailFacts is what a mail is made of at the moment it is sent.
type MailFacts struct {
	Name, Email, Language, Zone string // of the reader
	Customer                    string // name
	Restricted                  bool   // the customer has restricted data: a mail carries no names
	Number, Amount              string // of the invoice or the renewal
	Day                         calendar.Date
	Stops                       calendar.Date // of an invoice: the day from which it suspends support, vendor's zone
	Count                       int           // of systems
	Path                        string
}

// MailFacts reads them. ok is false when the mail has no sense any more: the invoice was paid or taken back, what it says
// of the day has passed, the reader is neither a liaison nor a contact any more.
func (s *Service) MailFacts(ctx context.Context, m Mail) (f MailFacts, ok bool, err error) {
	defer errs.Wrap(&err, "billing.MailFacts(%s)", m.Template)
	err = s.DB.View(ctx, db.ForSystem("billing.mail"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT p.name, p.email, p.language, p.zone, c.name, c.restricted FROM person p
			JOIN access_grant g ON g.tenant_id = $2 AND g.person_id = p.id AND g.ended_at IS NULL
			JOIN customer c ON c.id = g.tenant_id WHERE p.id = $1 AND p.disabled_at IS NULL 
			AND (g.role = 'liaison' OR EXISTS (SELECT 1 FROM customer_contact k WHERE k.tenant_id = g.tenant_id AND k.person_id = p.id AND k.ended_at IS NULL))`, []any{m.Person, m.Tenant},
			&f.Name, &f.Email, &f.Language, &f.Zone, &f.Customer, &f.Restricted)
		if err != nil {
			return err
		}
		ok, err = s.about(tx, m, &f)
		return err
	})
	if errors.Is(err, db.ErrNoRows) {
		return f, false, nil
	}
	return f, ok && err == nil, err
}

// about reads what the mail is about; false when that is settled.
func (s *Service) about(tx *db.Tx, m Mail, f *MailFacts) (ok bool, err error) {
	f.Path = "/account/support"
	switch m.Template {
	case SupportEnds:
		return s.aboutEnd(tx, m, f)
	case TermEnds, TermEnded:
		return s.aboutTerm(tx, m, f)
	}
	return s.aboutInvoice(tx, m, f)
}

func (s *Service) aboutInvoice(tx *db.Tx, m Mail, f *MailFacts) (bool, error) {
	var due, currency string
	var amount int64
	var settled *time.Time
	var known time.Time
	err := tx.Row(`SELECT number, due_date, amount, currency, coalesce(paid_at, voided_at), due_known_at FROM invoice WHERE tenant_id = $1 AND id = $2`,
		[]any{m.Tenant, m.Subject}, &f.Number, &due, &amount, &currency, db.NullTime(&settled), db.Time(&known))
	if err != nil || settled != nil || m.Day != "" && m.Day != due { // paid, taken back, or to be paid another day
		return false, err
	}
	f.Amount = Readable(amount, currency)
	if f.Day, err = calendar.StoredDate(due); err != nil {
		return false, err
	}
	pack := s.Policy.Now()
	stops := entitlement.SuspendsFrom(pack, f.Day, known)
	f.Stops = calendar.DateOf(stops, pack.Vendor.Zone)
	return (m.Template == InvoiceOverdue) == !tx.Now().Before(stops), nil // else the other mail is the one that is true now
}

// Readable is an amount with its currency, "" where nobody said how much.
func Readable(amount int64, currency string) string {
	if currency == "" {
		return ""
	}
	return FormatAmount(amount, currency) + " " + currency
}
