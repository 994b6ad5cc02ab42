package cases

import (
	"context"
	"errors"
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// Splitting says which message of a case becomes a case of its own.
type Splitting struct {
	Message  id.ID // of the customer
	Subject  string
	Priority int    // 1..4; 0 = that of the case
	Reason   string // the liaison reads it; "" = none

	// Within runs last in the transaction.
	Within func(tx *db.Tx, made *Case) error
}

// SplitPreview is what splitting would do to the promises. Those of the case itself stay as they are.
type SplitPreview struct {
	Decision errs.Decision
	From     *Case
	Message  *Message
	Liaison  Party
	Priority int
	Clock    sla.Clock // of the new case: its initial response
}

// Split makes a case of its own of a customer's message that is about something else (Clocks 15). It was received when
// the message was, and its clocks run from there; the policy is asked as for any registration. Nothing of the old case
// changes.
func (s *Service) Split(ctx context.Context, a access.Actor, number string, in Splitting) (made *Case, err error) {
	defer errs.Wrap(&err, "cases.Split(%s)", number)
	if err := s.Permit(a, access.CaseWork); err != nil {
		return nil, err
	}
	bad := append(needed("subject", in.Subject, maxSubject), typed("reason", in.Reason, maxText)...)
	if strings.ContainsAny(in.Subject, "\r\n") {
		bad = append(bad, errs.BadField("subject", "field.one_line"))
	}
	if in.Priority < 0 || in.Priority > 4 {
		bad = append(bad, errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return nil, err
	}
	var refused *errs.Decision
	err = s.DB.Update(ctx, scope(a, "split a case").Snapshot(), func(tx *db.Tx) error {
		refused, made = nil, nil
		p, err := s.splitting(tx, a, number, in.Message, in.Priority)
		if err != nil {
			return err
		}
		if !p.Decision.Allowed {
			refused = &p.Decision
			return s.recordRefusal(tx, a, p.facts, p.Decision)
		}
		if made, err = s.split(tx, a, p, in); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, made)
		}
		return nil
	})
	if err == nil && refused != nil {
		return nil, errs.Refuse(*refused)
	}
	return made, err
}

// PreviewSplit says what Split would do. It writes nothing.
func (s *Service) PreviewSplit(ctx context.Context, a access.Actor, number string, message id.ID, priority int) (p SplitPreview, err error) {
	defer errs.Wrap(&err, "cases.PreviewSplit(%s)", number)
	if err := s.Permit(a, access.CaseWork); err != nil {
		return p, err
	}
	err = s.DB.View(ctx, scope(a, "preview a split"), func(tx *db.Tx) error {
		found, err := s.splitting(tx, a, number, message, priority)
		p = found.SplitPreview
		return err
	})
	return p, err
}

// splitting is a split with all that it needs.
type splitting struct {
	SplitPreview
	facts contract.Facts
}

func (s *Service) splitting(tx *db.Tx, a access.Actor, number string, message id.ID, priority int) (p splitting, err error) {
	if p.From, err = loadFor(tx, a, number); err != nil {
		return p, err
	}
	if !p.From.MergedInto.IsZero() {
		return p, errMerged(p.From)
	}
	if err = s.recompute(p.From, tx.Now()); err != nil {
		return p, err
	}
	if p.Message, err = splitOff(tx, p.From, message); err != nil {
		return p, err
	}
	if p.Priority = priority; priority == 0 {
		p.Priority = p.From.Priority
	}
	if err := s.splitFor(tx, &p); err != nil {
		return p, err
	}
	now := tx.Now()
	p.Decision = entitlement.Register(s.Policy.At(now), p.facts.Entitlement(channelPortal), now)
	env, ok := p.facts.Environment(p.From.Environment)
	if !ok || !p.Decision.Allowed {
		return p, nil
	}
	if !env.Production && s.productionOnly(p.Priority) {
		p.Priority = 3
	}
	suspended, err := s.suspendedSince(tx, p.From.Tenant, p.From.System, p.Message.At)
	if err != nil {
		return p, err
	}
	r, err := sla.Evaluate(s.Policy, append([]sla.Event{{Kind: sla.Registered, At: micros(p.Message.At), Priority: p.Priority, Plan: p.facts.Plan, Extended: p.facts.OnlyExtended,
		Production: env.Production, Deployment: p.facts.Deployment, Calendar: p.facts.Calendar}}, suspended...), now)
	if err == nil {
		p.Clock = r.Clocks[0]
	}
	return p, err
}

// splitOff reads the message. Only a public one of the customer was ever a matter to register, and it becomes one once.
func splitOff(tx *db.Tx, c *Case, message id.ID) (*Message, error) {
	found, err := messagesOf(tx, c.Tenant, c.ID, false, []id.ID{message})
	if err != nil {
		return nil, err
	}
	m := found[message]
	if m == nil || m.Side != CustomerSide || m.Channel == "reason" {
		return nil, errs.BadFields(errs.BadField("message", "case.split_customer_message"))
	}
	var before string
	err = tx.Row(`SELECT number FROM support_case WHERE tenant_id = $1 AND split_message = $2`, []any{c.Tenant, message}, &before)
	switch {
	case errors.Is(err, db.ErrNoRows):
		return m, nil
	case err != nil:
		return nil, err
	}
	return nil, errs.New(errs.Conflict, "case.already_split", "number", before)
}

// splitFor reads what the decision needs, for the writer of the message if that is a liaison of the system, else for the
// liaison of the case.
func (s *Service) splitFor(tx *db.Tx, p *splitting) (err error) {
	ask := contract.Intake{Customer: p.From.Tenant, System: p.From.System, Person: p.Message.Author.ID, Product: p.From.Product,
		Version: p.From.Release, Today: calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone)}
	if p.facts, err = s.Contract.IntakeFacts(tx, ask); err != nil {
		return err
	}
	if p.Liaison = p.Message.Author; p.facts.Designated {
		people := map[id.ID]string{p.Liaison.ID: ""}
		err = names(tx, people)
		p.Liaison.Name = people[p.Liaison.ID]
		return err
	}
	p.Liaison, ask.Person = p.From.Liaison, p.From.Liaison.ID
	p.facts, err = s.Contract.IntakeFacts(tx, ask)
	return err
}

func (s *Service) split(tx *db.Tx, a access.Actor, p splitting, in Splitting) (*Case, error) {
	c := p.From
	reg := Registration{System: c.System, Environment: c.Environment, Product: c.Product, Release: c.Release, Priority: p.Priority,
		Details: Details{Subject: strings.TrimSpace(in.Subject), Symptoms: p.Message.Text, Quoted: p.Message.Quoted}, Channel: p.Message.Channel, Language: p.Message.Language}
	if err := reg.checkAgainst(p.facts); err != nil {
		return nil, err
	}
	made, err := s.register(tx, a, &reg, p.facts, p.Liaison, p.Message.At, p.Decision, nil)
	if err != nil {
		return nil, err
	}
	made.SplitMessage, made.SplitNumber = p.Message.ID, c.Number
	err = tx.Buffer(`UPDATE support_case SET split_from = $3, split_message = $4 WHERE tenant_id = $1 AND id = $2`, c.Tenant, made.ID, c.ID, p.Message.ID)
	if err != nil {
		return nil, err
	}
	data := map[string]any{"other": made.Number, "split": p.Message.ID, "received": micros(p.Message.At)}
	if reason := strings.TrimSpace(in.Reason); reason != "" {
		if data["message"], err = s.reason(tx, a, c, reason); err != nil {
			return nil, err
		}
	}
	if err := s.record(tx, a, c, "case.split", journal.Customer, tx.Now(), "3.3", data); err != nil {
		return nil, err
	}
	err = s.record(tx, a, made, "case.split_off", journal.Customer, tx.Now(), "3.3", map[string]any{"other": c.Number, "split": p.Message.ID})
	if err != nil {
		return nil, err
	}
	return made, s.store(tx, c)
}
