package cases

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Promise is what would be promised if the case were registered now: shown while the form is being filled in.
type Promise struct {
	Decision  errs.Decision
	Priority  int // the effective one: P1 and P2 need a production environment
	Lowered   bool
	Plan      string
	Clock     string // "24x7" or the calendar id
	Clause    string
	ReplyBy   time.Time // zero when refused
	OpenNow   bool
	NextOpens time.Time // zero when open now
	Centre    string
	Language  string // the only one of work outside regional hours, "en" (A.2); "" within them, or where any is spoken
}

// Promise computes the promise for a system and priority at this moment. It writes nothing.
func (s *Service) Promise(ctx context.Context, a access.Actor, system id.ID, environment, product, version string, priority int) (p Promise, err error) {
	defer errs.Wrap(&err, "cases.Promise")
	if err := s.Permit(a, access.CaseRead); err != nil {
		return p, err
	}
	err = s.DB.View(ctx, scope(a, "compute a promise"), func(tx *db.Tx) error {
		f, err := s.Contract.IntakeFacts(tx, contract.Intake{
			Customer: tx.Scope().Tenant(), System: system, Person: a.Person, Product: product, Version: version,
			Today: calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone),
		})
		if errors.Is(err, db.ErrNoRows) {
			return errs.Missing()
		}
		if err != nil {
			return err
		}
		p, err = s.promise(f, environment, priority, tx.Now())
		return err
	})
	return p, err
}

func (s *Service) promise(f contract.Facts, environment string, priority int, now time.Time) (p Promise, err error) {
	env, _ := f.Environment(environment)
	pack := s.Policy.At(now)
	p = Promise{Decision: entitlement.Register(pack, f.Entitlement(channelPortal), now), Priority: priority, Plan: f.Plan, Centre: f.Centre}
	if !env.Production && s.productionOnly(priority) {
		p.Priority, p.Lowered = 3, true
	}
	if !p.Decision.Allowed {
		return p, nil
	}
	choice := pack.ClockOf(f.Terms(p.Priority, env.Production))
	p.Clock, p.Clause = choice.ID, choice.Clause
	r, err := sla.Evaluate(s.Policy, []sla.Event{{Kind: sla.Registered, At: micros(now), Priority: p.Priority, Plan: f.Plan, Extended: f.OnlyExtended,
		Production: env.Production, Deployment: f.Deployment, Calendar: f.Calendar}}, now)
	if err != nil {
		return p, err
	}
	p.ReplyBy = r.Clocks[0].DueAt
	p.OpenNow = choice.Calendar.IsOpen(now)
	if !p.OpenNow {
		p.NextOpens, _ = choice.Calendar.NextOpening(now)
	}
	if regional, ok := pack.Calendars[f.Calendar]; ok && choice.ID == policy.AlwaysOpenID && !regional.IsOpen(now) {
		p.Language = pack.LanguageOutside(f.Plan, f.Deployment)
	}
	return p, nil
}

// Similar gives the actor's own recent cases whose text is like the one being typed.
func (s *Service) Similar(ctx context.Context, a access.Actor, text string, limit int) ([]Case, error) {
	p, err := s.List(ctx, a, Filter{Query: text, Limit: limit})
	return p.Items, err
}

// Draft is what somebody has typed and not sent: the values of a form by field name.
type Draft struct {
	Values  map[string][]string
	SavedAt time.Time
}

// SaveDraft keeps a form's values under a name such as "new-case"; each person has their own, per customer.
func (s *Service) SaveDraft(ctx context.Context, a access.Actor, name string, values map[string][]string) (at time.Time, err error) {
	defer errs.Wrap(&err, "cases.SaveDraft(%s)", name)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return at, err
	}
	body := mustJSON(values)
	if len(body) > 4*maxText {
		return at, errs.New(errs.TooLarge, "error.too_large", "limit", 4*maxText)
	}
	err = s.DB.Update(ctx, scope(a, "keep a draft"), func(tx *db.Tx) error {
		at = tx.Now()
		name, err := draftIn(tx, a, name)
		if err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO draft (person_id, customer_id, name, body, updated_at) VALUES ($1, $2, $3, $4, $5)
			ON CONFLICT (person_id, customer_id, name) DO UPDATE SET body = excluded.body, updated_at = excluded.updated_at`,
			a.Person, draftCustomer(a), name, body, at)
	})
	return at, err
}

// LoadDraft gives a kept form; ok is false when there is none.
func (s *Service) LoadDraft(ctx context.Context, a access.Actor, name string) (d Draft, ok bool, err error) {
	defer errs.Wrap(&err, "cases.LoadDraft(%s)", name)
	if !access.Allows(a, access.CaseRead) {
		return d, false, nil // keeps none
	}
	var body string
	err = s.DB.View(ctx, scope(a, "read a draft"), func(tx *db.Tx) error {
		return tx.Row(`SELECT body, updated_at FROM draft WHERE person_id = $1 AND customer_id = $2 AND name = $3`,
			[]any{a.Person, draftCustomer(a), name}, &body, db.Time(&d.SavedAt))
	})
	if errors.Is(err, db.ErrNoRows) {
		return d, false, nil
	}
	if err == nil {
		d.Values, err = decodeValues(body)
	}
	return d, err == nil, err
}

// DropDraft forgets a form that was sent or given up.
func (s *Service) DropDraft(ctx context.Context, a access.Actor, name string) (err error) {
	defer errs.Wrap(&err, "cases.DropDraft(%s)", name)
	if !access.Allows(a, access.CaseRead) {
		return nil // keeps none
	}
	return s.DB.Update(ctx, scope(a, "drop a draft"), func(tx *db.Tx) error {
		return dropDraft(tx, a, name)
	})
}

// dropDraft forgets a draft in the transaction that sends what it held; "" is none.
func dropDraft(tx *db.Tx, a access.Actor, name string) error {
	if name == "" {
		return nil
	}
	name, err := draftIn(tx, a, name)
	if err != nil {
		return err
	}
	return tx.Buffer(`DELETE FROM draft WHERE person_id = $1 AND customer_id = $2 AND name = $3`, a.Person, draftCustomer(a), name)
}

// draftCustomer is part of a draft's key, so that a person with several customers has one draft for each; staff's
// drafts stand under their own id.
func draftCustomer(a access.Actor) id.ID {
	if a.Customer.IsZero() {
		return a.Person
	}
	return a.Customer
}

func decodeValues(body string) (v map[string][]string, err error) {
	err = json.Unmarshal([]byte(body), &v)
	return v, err
}
