package app

import (
	"context"
	"encoding/json"
	"time"

	"liaison/internal/billing"
	"liaison/internal/cases"
	"liaison/internal/jobs"
	"liaison/internal/mailio"
)

// sendBillingMail tells one person about an invoice, a renewal or the end of support, in words of the moment. Of a
// customer with restricted data it names nobody but the reader.
func (a *App) sendBillingMail(ctx context.Context, args json.RawMessage) error {
	var m billing.Mail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	f, ok, err := a.Billing.MailFacts(ctx, m)
	if err != nil || !ok {
		return err
	}
	out := mailio.Mail{Kind: mailio.Kind(m.Template), Event: m.Event, At: time.UnixMicro(m.At).UTC(), Path: f.Path, Customer: f.Customer, Bare: f.Restricted,
		Money: mailio.Money{Number: f.Number, Amount: f.Amount, Day: f.Day, Stops: f.Stops, Count: f.Count},
		To:    recipient(m.Person, cases.Recipient{Name: f.Name, Email: f.Email, Language: f.Language, Zone: f.Zone})}
	return a.post(ctx, a.entry(out), out)
}
