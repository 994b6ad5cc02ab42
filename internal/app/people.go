package app

import (
	"context"
	"encoding/json"
	"time"

	"liaison/internal/cases"
	"liaison/internal/jobs"
	"liaison/internal/liaisons"
	"liaison/internal/mailio"
)

// sendLiaisonMail tells one person about a designation, a replacement, a departure or a review, in words of the moment. Of
// a customer with restricted data it names neither the customer nor a system nor anybody but the reader.
func (a *App) sendLiaisonMail(ctx context.Context, args json.RawMessage) error {
	var m liaisons.Mail
	if err := json.Unmarshal(args, &m); err != nil {
		return jobs.Hopeless(err)
	}
	if a.Sender == nil {
		return nil
	}
	f, ok, err := a.Liaisons.MailFacts(ctx, m)
	if err != nil || !ok {
		return err
	}
	out := mailio.Mail{Kind: mailio.Kind(m.Template), Event: m.Event, At: time.UnixMicro(m.At).UTC(), Path: f.Path, Until: f.Until, Customer: f.Customer, Bare: f.Restricted,
		About: mailio.About{System: f.System, Other: f.Other, Count: m.Count, Days: f.Days},
		To:    recipient(m.Person, cases.Recipient{Name: f.Name, Email: f.Email, Language: f.Language, Zone: f.Zone})}
	return a.post(ctx, a.entry(out), out)
}
