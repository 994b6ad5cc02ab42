package cases

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

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

// Registration is what a liaison fills in, by page or by API, or what staff take down from a phone call.
type Registration struct {
	System      id.ID
	Environment string
	Product     string
	Release     string // product version
	Priority    int    // requested, 1..4
	Details
	Attachments []id.ID
	Language    string // of the text; "" = the person's

	// Staff only: on whose behalf, by which channel, and when the call or voicemail came in.
	OnBehalfOf string // id or e-mail address of a liaison
	Channel    string // portal, email, phone
	ReceivedAt *time.Time
	Answered   *bool // whether support answered in it, so that it is itself the response; nil: a call did, all else did not

	Mail *ByMail // it came by mail, which says less than a form

	Draft string // name of the draft that this was typed in: forgotten in the same transaction

	// Within runs last in the transaction that registers, e.g. to keep the answer of an idempotency key.
	Within func(tx *db.Tx, c *Case) error

	unreadable []errs.Field // what the edge could not read
}

// With adds values that the edge found unreadable, so that they are named together with the others.
func (in Registration) With(bad []errs.Field) Registration {
	in.unreadable = bad
	return in
}

// channelPortal is the channel of everything that comes in by page or by API.
const channelPortal = "portal"

// channelPhone is the channel of a call that staff log.
const channelPhone = "phone"

// Register makes a case, or refuses with the decision of the policy. The refusal is journaled too (R1.0-01).
func (s *Service) Register(ctx context.Context, a access.Actor, in Registration) (c *Case, err error) {
	defer errs.Wrap(&err, "cases.Register")
	if err := s.Permit(a, access.CaseRegister); err != nil {
		return nil, err
	}
	if err := in.check(a); err != nil {
		return nil, err
	}
	if !a.Role.IsStaff() && a.Customer.IsZero() {
		return nil, errs.Missing() // a person of no customer sees no system
	}
	switch {
	case in.Mail != nil:
		in.Channel = ChannelEmail
	case in.Channel == "":
		in.Channel = channelPortal
	}
	files, err := s.adopt(ctx, a, in.System, in.Attachments)
	if err != nil {
		return nil, err
	}
	defer func() { s.settle(files, err) }()
	var refused *errs.Decision
	err = s.DB.Update(ctx, scope(a, "register a case").Snapshot(), func(tx *db.Tx) error {
		refused, c = nil, nil
		f, liaison, err := s.intakeFacts(tx, a, &in)
		if err != nil {
			return err
		}
		received := tx.Now()
		if in.ReceivedAt != nil {
			received = in.ReceivedAt.UTC().Truncate(time.Microsecond)
			if err := checkReceived(received, tx.Now()); err != nil {
				return err
			}
		}
		if in.Mail != nil {
			received = in.Mail.received(tx.Now())
		}
		d := entitlement.Register(s.Policy.At(tx.Now()), f.Entitlement(in.Channel), tx.Now())
		if !d.Allowed {
			refused = &d
			return s.recordRefusal(tx, a, f, d)
		}
		if err := in.checkAgainst(f); err != nil {
			return err
		}
		c, err = s.register(tx, a, &in, f, liaison, received, d, files)
		if err != nil {
			return err
		}
		if err := dropDraft(tx, a, in.Draft); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, c)
		}
		return nil
	})
	if err == nil && refused != nil {
		return nil, errs.Refuse(*refused)
	}
	return c, err
}

// check refuses missing and impossible values before anything is read.
func (in *Registration) check(a access.Actor) error {
	if in.Mail != nil {
		return nil // a mail is taken as it is, and triaged
	}
	bad := slices.Clone(in.unreadable)
	for _, f := range []struct {
		name, value string
		limit       int
	}{
		{"subject", in.Subject, maxSubject}, {"symptoms", in.Symptoms, maxText}, {"errorMessages", in.ErrorMessages, maxText},
		{"stepsTaken", in.StepsTaken, maxText}, {"impact", in.Impact, maxText}, {"environment", in.Environment, maxSubject},
		{"product", in.Product, maxSubject}, {"version", in.Release, maxSubject},
	} {
		must := needed
		if f.name == "symptoms" || f.name == "stepsTaken" || f.name == "impact" { // these are drawn as Markdown
			must = prose
		}
		bad = append(bad, must(f.name, f.value, f.limit)...)
	}
	if strings.ContainsAny(in.Subject, "\r\n") {
		bad = append(bad, errs.BadField("subject", "field.one_line"))
	}
	if in.Priority < 1 || in.Priority > 4 {
		bad = append(bad, errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	bad = append(bad, oneOf("reproducibility", in.Reproducibility, reproducibilities())...)
	bad = append(bad, oneOf("scope", in.Scope, scopes())...)
	if slices.ContainsFunc(in.Checklist, func(c string) bool { return !slices.Contains(Checks(), c) }) {
		bad = append(bad, errs.BadField("checklist", "case.known_checks", "allowed", strings.Join(Checks(), ", ")))
	}
	bad = append(bad, badFiles(len(in.Attachments))...)
	if a.Role.IsStaff() {
		bad = append(bad, needed("onBehalfOf", in.OnBehalfOf, maxSubject)...)
		bad = append(bad, oneOf("channel", in.Channel, []string{"portal", "email", "phone"})...)
	} else {
		bad = append(bad, in.staffOnly()...)
	}
	return errs.BadFields(bad...)
}

// staffOnly names what only support staff say about a case, where somebody else has said it.
func (in *Registration) staffOnly() (bad []errs.Field) {
	for _, f := range []struct {
		name string
		said bool
	}{
		{"onBehalfOf", in.OnBehalfOf != ""}, {"channel", in.Channel != ""}, {"receivedAt", in.ReceivedAt != nil}, {"answered", in.Answered != nil},
	} {
		if f.said {
			bad = append(bad, errs.BadField(f.name, "case.staff_only"))
		}
	}
	return bad
}

// isAnswered: a logged call that opens a case is itself the first response (Clocks 5), unless it was a voicemail.
func (in *Registration) isAnswered() bool {
	if in.Answered != nil {
		return *in.Answered
	}
	return in.Channel == channelPhone
}

func reproducibilities() []string { return []string{"always", "sometimes", "once", "not_tried"} }
func scopes() []string            { return []string{"one_machine", "several", "all", "unknown"} }

// Checks are the six checks of 3.1 that a liaison makes before registering.
func Checks() []string {
	return []string{"vendor_software", "supported_release", "reproduced", "isolated", "machines", "searched"}
}

// checkAgainst refuses values that do not fit the system.
func (in *Registration) checkAgainst(f contract.Facts) error {
	var bad []errs.Field
	if _, ok := f.Environment(in.Environment); !ok {
		bad = append(bad, errs.BadField("environment", "case.unknown_environment", "system", f.SystemName))
	}
	switch {
	case f.VersionKnown:
	case f.ProductKnown:
		bad = append(bad, errs.BadField("version", "case.unknown_version"))
	default: // nothing is said of a version of a product that there is not
		bad = append(bad, errs.BadField("product", "case.unknown_product"))
	}
	return errs.BadFields(bad...)
}

// checkReceived refuses an instant at which no call can have come in that is registered now.
func checkReceived(at, now time.Time) error {
	switch {
	case at.After(now):
		return errs.BadFields(errs.BadField("receivedAt", "case.received_in_future"))
	case at.Before(now.AddDate(-1, 0, 0)):
		return errs.BadFields(errs.BadField("receivedAt", "case.received_long_ago"))
	}
	return nil
}

// intakeFacts reads everything that the decision and the new row need, with one joined read, and names the liaison
// the case is for.
func (s *Service) intakeFacts(tx *db.Tx, a access.Actor, in *Registration) (f contract.Facts, liaison Party, err error) {
	if err := tx.ReserveCaseSequence(); err != nil {
		return f, liaison, err
	}
	liaison = Party{ID: a.Person, Name: a.Name}
	if a.Role.IsStaff() {
		if liaison, err = s.caller(tx, in.OnBehalfOf); err != nil {
			return f, liaison, err
		}
	}
	f, err = s.Contract.IntakeFacts(tx, contract.Intake{
		Customer: tx.Scope().Tenant(), System: in.System, Person: liaison.ID, Product: in.Product, Version: in.Release,
		Today: calendar.DateOf(tx.Now(), s.Policy.Now().Vendor.Zone),
	})
	if errors.Is(err, db.ErrNoRows) {
		err = errs.Missing()
	}
	return f, liaison, err
}

// caller finds the person whom staff register for, by id or e-mail address.
func (s *Service) caller(tx *db.Tx, who string) (p Party, err error) {
	q, arg := `SELECT id, name FROM person WHERE disabled_at IS NULL AND email_norm = $1`, any(strings.ToLower(strings.TrimSpace(who)))
	if v, perr := id.Parse(who); perr == nil {
		q, arg = `SELECT id, name FROM person WHERE disabled_at IS NULL AND id = $1`, v
	}
	err = tx.Row(q, []any{arg}, &p.ID, &p.Name)
	if errors.Is(err, db.ErrNoRows) {
		err = errs.BadFields(errs.BadField("onBehalfOf", "case.unknown_person"))
	}
	return p, err
}

func (s *Service) recordRefusal(tx *db.Tx, a access.Actor, f contract.Facts, d errs.Decision) error {
	return journal.Record(tx, journal.Line{
		Tenant: f.Customer, Actor: a.Person, ActorKind: string(side(a)), SubjectKind: "system", Subject: f.System,
		Kind: "case.refused", Visibility: journal.Staff, Data: d, Clause: d.Clause, Edition: d.Edition,
	})
}

// register writes the accepted case with all that follows from it.
func (s *Service) register(tx *db.Tx, a access.Actor, in *Registration, f contract.Facts, liaison Party, received time.Time, d errs.Decision, files []adopted) (*Case, error) {
	seq, err := tx.NextCaseSequence()
	if err != nil {
		return nil, err
	}
	env, _ := f.Environment(in.Environment)
	priority := in.Priority
	if !env.Production && s.productionOnly(priority) { // R3.3-02; the request is kept beside it
		priority = 3
	}
	c := &Case{
		Tenant: f.Customer, ID: id.New(), Number: FormatNumber(firstNumber + seq), Version: 1, Status: Open, Priority: priority,
		Requested: in.Priority, Plan: f.Plan, System: f.System, SystemName: f.SystemName, Environment: env.Name,
		Production: env.Production, Deployment: f.Deployment, Country: f.Country, Calendar: f.Calendar, Centre: f.Centre,
		Product: in.Product, Release: in.Release, Channel: in.Channel, ReceivedAt: received, RegisteredAt: tx.Now(),
		Liaison: liaison, RegisteredBy: a.Person, Edition: s.Policy.At(tx.Now()).Edition, Decision: d, Details: in.Details,
		Language: in.Language, UpdatedAt: tx.Now(), CustomerKey: f.CustomerKey, CustomerName: f.CustomerName, Restricted: f.Restricted,
	}
	if c.Language == "" {
		c.Language = a.Language
	}
	start := received
	if in.Mail != nil {
		c.Triage = in.Mail.Triage
		start = in.Mail.clockFrom(received)
	}
	c.add(sla.Event{Kind: sla.Registered, At: micros(start), Priority: priority, Plan: c.Plan, Extended: f.OnlyExtended, Production: c.Production,
		Deployment: c.Deployment, Calendar: c.Calendar, Answered: in.isAnswered()})
	suspended, err := s.suspendedSince(tx, c.Tenant, c.System, start)
	if err != nil {
		return nil, err
	}
	for _, ev := range suspended {
		c.add(ev)
	}
	if err := s.recompute(c, tx.Now()); err != nil {
		return nil, err
	}
	if err := insert(tx, c, s.Policy.Now().PlanOrder(c.Plan), ConsentVersion, id.ID{}); err != nil {
		return nil, err
	}
	if err := markExtended(tx, c); err != nil {
		return nil, err
	}
	if _, err := s.attach(tx, a, c, id.ID{}, false, files); err != nil {
		return nil, err
	}
	if err := s.writeMail(tx, c, in.Mail, id.ID{}, a.Person); err != nil {
		return nil, err
	}
	return c, s.announce(tx, a, c, in)
}

// suspendedSince are the suspensions between the receipt of what is entered later and now: they held no case up that was
// not there, and count for it all the same (Clocks 3, 13).
func (s *Service) suspendedSince(tx *db.Tx, customer, system id.ID, start time.Time) (out []sla.Event, err error) {
	if !start.Before(tx.Now()) {
		return nil, nil
	}
	pauses, err := s.Contract.PausesSince(tx, customer, system, start)
	for _, p := range pauses {
		out = append(out, sla.Event{Kind: sla.Suspended, At: micros(p.From)}, sla.Event{Kind: sla.Reinstated, At: micros(p.To)})
	}
	return out, err
}

// announce journals the registration and the promise, makes the text findable, and enqueues the acknowledgement.
func (s *Service) announce(tx *db.Tx, a access.Actor, c *Case, in *Registration) error {
	data := map[string]any{"channel": c.Channel, "priority": c.Priority, "requested": c.Requested, "plan": c.Plan,
		"environment": c.Environment, "liaison": c.Liaison.ID, "answered": in.isAnswered(), "consent": ConsentVersion}
	if in.Mail.sent() {
		data["sent"] = true
	}
	if in.Mail.adopted() {
		data["clockFrom"] = micros(in.Mail.ClockFrom)
		if w := in.Mail.Author; w != nil {
			data["writer"] = w.ID
		}
	}
	err := s.record(tx, a, c, "case.registered", journal.Customer, c.ReceivedAt, c.Decision.Clause, data)
	if err != nil {
		return err
	}
	if len(c.Clocks) > 0 {
		first := c.Clocks[0]
		err = s.record(tx, access.Actor{System: true}, c, "clock.started", journal.Customer, c.ReceivedAt, first.Clause, map[string]any{
			"clock": first.Clock, "kind": string(first.Deadline), "due": micros(first.DueAt), "minutes": first.Target.Minutes,
		})
		if err != nil {
			return err
		}
	}
	s.indexCase(tx, c)
	if err := s.tellDuty(tx, c, Alarm{Kind: Urgent, Event: c.ID}); err != nil {
		return err
	}
	return s.mail(tx, "acknowledgement", c, c.Liaison.ID, c.ID)
}
