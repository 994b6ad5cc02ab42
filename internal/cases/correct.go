package cases

import (
	"context"
	"errors"
	"slices"

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

// Correction says what a case that was filed by mail is really about.
type Correction struct {
	System      id.ID
	Environment string
	Product     string
	Release     string // product version
}

// Correct sets system, environment, product and version of a case that waits for triage, in one step, by its liaison or by
// staff; the same values confirm the guess. The promise is counted anew from the case's start, with the plan and the
// calendar of the system that it is about: it was made for a guess. Refused like a registration when that system has no
// support.
func (s *Service) Correct(ctx context.Context, a access.Actor, number string, in Correction) (c *Case, err error) {
	defer errs.Wrap(&err, "cases.Correct(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	if err := s.Permit(a, access.CaseCorrect); err != nil {
		return nil, err
	}
	bad := append(needed("environment", in.Environment, maxSubject), needed("product", in.Product, maxSubject)...)
	if err := errs.BadFields(append(bad, needed("version", in.Release, maxSubject)...)...); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "correct a case").Snapshot(), func(tx *db.Tx) error {
		if c, err = loadFor(tx, a, number); err != nil {
			return err
		}
		if !c.MergedInto.IsZero() {
			return errMerged(c)
		}
		if !c.Triage {
			return &errs.Error{Kind: errs.Conflict, Key: "case.no_triage"}
		}
		f, err := s.Contract.IntakeFacts(tx, contract.Intake{Customer: c.Tenant, System: in.System, Person: c.Liaison.ID,
			Product: in.Product, Version: in.Release, Today: calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone)})
		if errors.Is(err, db.ErrNoRows) {
			return errs.BadFields(errs.BadField("system", "case.unknown_system"))
		}
		if err != nil {
			return err
		}
		if d := entitlement.Register(s.Policy.At(tx.Now()), f.Entitlement(channelPortal), tx.Now()); !d.Allowed {
			return errs.Refuse(d)
		}
		reg := Registration{Environment: in.Environment}
		if err := reg.checkAgainst(f); err != nil {
			return err
		}
		return s.correct(tx, a, c, in, f)
	})
	return c, err
}

func (s *Service) correct(tx *db.Tx, a access.Actor, c *Case, in Correction, f contract.Facts) error {
	env, _ := f.Environment(in.Environment)
	data := map[string]any{"from": c.System, "to": f.System, "production": env.Production}
	if c.System == f.System {
		f.Plan = c.Plan // the case knows when that came to hold
	}
	c.reregister(f, env.Production)
	c.System, c.SystemName, c.Environment, c.Production = f.System, f.SystemName, env.Name, env.Production
	c.Deployment, c.Country, c.Calendar, c.Centre, c.Plan = f.Deployment, f.Country, f.Calendar, f.Centre, f.Plan
	c.Product, c.Release, c.Triage = in.Product, in.Release, false
	if !c.Production && s.productionOnly(c.Priority) { // R3.3-02
		c.Priority = 3
	}
	err := tx.Buffer(`UPDATE support_case SET system_id = $3, environment = $4, production = $5, deployment = $6, country = $7, calendar = $8,
		centre = $9, plan = $10, plan_order = $11, product_id = $12, product_version = $13, extended = $14, triage = FALSE
		WHERE tenant_id = $1 AND id = $2`, c.Tenant, c.ID, c.System, c.Environment, c.Production, c.Deployment, c.Country, c.Calendar,
		c.Centre, c.Plan, s.Policy.Now().PlanOrder(c.Plan), c.Product, c.Release, c.Extended())
	if err != nil {
		return err
	}
	if err := s.Contract.Look(tx, c.Tenant, c.System); err != nil {
		return err
	}
	if err := s.record(tx, a, c, "case.corrected", journal.Customer, tx.Now(), "3.1", data); err != nil {
		return err
	}
	return s.store(tx, c)
}

// reregister tells the clocks what the case is really about, from its start. The registration as it was stays among the
// facts: a statement of a month before says what was known then.
func (c *Case) reregister(f contract.Facts, production bool) {
	was := slices.Clone(c.Facts)
	i := len(was) - 1
	for i > 0 && was[i].Kind != sla.Registered {
		i--
	}
	start := was[i]
	c.Facts[i].Question = c.System.String()
	c.decidedFacts = 0 // what earlier decisions rest on stays as it was stored with them
	start.Plan, start.Extended, start.Production, start.Deployment, start.Calendar = f.Plan, f.OnlyExtended, production, f.Deployment, f.Calendar
	if c.System != f.System {
		c.add(start)
		return
	}
	start.Plan, start.Extended = was[i].Plan, was[i].Extended
	c.add(start)
	for _, known := range was[i:] {
		if known.Kind == sla.PlanChanged {
			c.add(known)
		}
	}
}

// MessageHTML gives the HTML part of a message that came by mail, as it was sent and sanitised; with the zero message that
// of the mail the case was filed with. The pictures that came with it are in it.
func (s *Service) MessageHTML(ctx context.Context, a access.Actor, number string, message id.ID) (html string, err error) {
	defer errs.Wrap(&err, "cases.MessageHTML(%s, %s)", number, message)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return "", err
	}
	var tenant id.ID
	var pictures []picture
	err = s.DB.View(ctx, scope(a, "read a mail as it was sent"), func(tx *db.Tx) error {
		var caseID id.ID
		if tenant, caseID, err = locateFor(tx, a, number); err != nil {
			return err
		}
		q, args := `SELECT html FROM description_html WHERE tenant_id = $1 AND case_id = $2`, []any{tenant, caseID}
		if !message.IsZero() {
			q, args = htmlOfMessage(a), append(args, message)
		}
		err = tx.Row(q, args, &html)
		if errors.Is(err, db.ErrNoRows) {
			err = errs.Missing()
		}
		if err == nil {
			pictures, err = picturesOf(tx, tenant, caseID, message)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	return s.withPictures(ctx, a, tenant, html, pictures)
}

func htmlOfMessage(a access.Actor) string {
	q := `SELECT h.html FROM message_html h JOIN message m ON m.tenant_id = h.tenant_id AND m.id = h.message_id
		WHERE h.tenant_id = $1 AND m.tenant_id = $1 AND m.case_id = $2 AND m.id = $3`
	if !seesNotes(a) {
		q += ` AND m.visibility = 'public'`
	}
	return q
}
