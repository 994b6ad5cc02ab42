package cases

import (
	"context"
	"errors"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/search"
	"liaison/internal/sla"
	"liaison/internal/text"
)

// Change is what somebody wants to be different on a case. Zero fields stay as they are.
type Change struct {
	Status    Status
	Priority  int // staff: the effective one, with a reason
	Requested int // liaison: what they ask for; staff decide (R3.3-04)
	Reason    string
	Code      string  // staff, with a lower priority: NoContact; Reason may stay empty then
	Assignee  *string // id or e-mail address of a staff member; "" takes the case from its owner
	Remedy    *Remedy

	undo bool // taking back needs no reason of its own
}

// Change applies a change to the case whose version is etag. It fails with Stale when somebody was faster.
func (s *Service) Change(ctx context.Context, a access.Actor, number, etag string, in Change) (c *Case, err error) {
	defer errs.Wrap(&err, "cases.Change(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	if err := s.mayChange(a, in); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "change a case").Snapshot(), func(tx *db.Tx) error {
		if c, err = loadFor(tx, a, number); err != nil {
			return err
		}
		if !matches(etag, c.ETag()) {
			return errs.New(errs.Stale, "error.stale")
		}
		return s.apply(tx, a, c, in)
	})
	return c, err
}

// matches compares an If-Match value with the current tag: quoted, bare, weak, a list, or *.
func matches(given, current string) bool {
	for tag := range strings.SplitSeq(given, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag == "*" || strings.Trim(tag, `"`) == strings.Trim(current, `"`) {
			return true
		}
	}
	return false
}

// mayChange checks what role and side allow before anything is read.
func (s *Service) mayChange(a access.Actor, in Change) error {
	if !a.Role.IsStaff() {
		if in.Priority != 0 || in.Assignee != nil || in.Remedy != nil {
			return errs.New(errs.Refused, "case.staff_decide")
		}
		if in.Status != "" {
			return s.Permit(a, access.CaseClose)
		}
		return s.Permit(a, access.CaseReply)
	}
	if in.Requested != 0 {
		return errs.BadFields(errs.BadField("requestedPriority", "case.requested_by_liaison"))
	}
	asked := map[access.Permission]bool{access.CaseWork: in.Status != "" || in.Remedy != nil, access.CasePriority: in.Priority != 0,
		access.CaseAssign: in.Assignee != nil}
	for p, is := range asked {
		if err := s.Permit(a, p); is && err != nil {
			return err
		}
	}
	return s.Permit(a, access.CaseWork)
}

// apply makes the change on c and saves it. Nothing asked for, or nothing different, changes nothing.
func (s *Service) apply(tx *db.Tx, a access.Actor, c *Case, in Change) error {
	bad := badReason(in.Reason, in.Remedy)
	if in.Remedy != nil && in.Status != Resolved && in.Status != Closed {
		bad = append(bad, errs.BadField("remedy", "case.remedy_resolves"))
	}
	if in.Assignee != nil {
		bad = append(bad, typed("assignee", *in.Assignee, maxSubject)...)
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	if !c.MergedInto.IsZero() {
		return errMerged(c)
	}
	if c.Status == Closed && in.Status == "" && (in.Priority != 0 || in.Requested != 0 || in.Assignee != nil) {
		return errClosed(c)
	}
	before := len(c.Facts)
	changed := false
	if err := s.byCode(tx, c, in); err != nil {
		return err
	}
	if in.Priority != 0 && in.Priority != c.Priority {
		if err := s.setPriority(tx, a, c, in); err != nil {
			return err
		}
		changed = true
	}
	if in.Requested != 0 && in.Requested != c.Requested {
		if err := s.requestPriority(tx, a, c, in.Requested, in.Reason); err != nil {
			return err
		}
		changed = true
	}
	if in.Assignee != nil {
		moved, err := s.assign(tx, a, c, *in.Assignee)
		if err != nil {
			return err
		}
		changed = changed || moved
	}
	if in.Status != "" && in.Status != c.Status {
		if err := s.changeStatus(tx, a, c, in); err != nil {
			return err
		}
		changed = true
	}
	if !changed && len(c.Facts) == before {
		return s.recompute(c, tx.Now())
	}
	return s.store(tx, c)
}

// changeStatus moves the case; a wait for the customer asks its reason as the named question.
func (s *Service) changeStatus(tx *db.Tx, a access.Actor, c *Case, in Change) error {
	if in.Status == WaitingCustomer && a.Role.IsStaff() && !text.Hidden(in.Reason) {
		m := &Message{ID: id.New(), Author: Party{ID: a.Person}, Side: StaffSide, Question: true, Channel: "portal",
			Text: in.Reason, Language: a.Language, At: tx.Now()}
		if err := writeMessage(tx, c, m); err != nil {
			return err
		}
		if err := s.record(tx, a, c, "question.asked", journal.Customer, m.At, "", map[string]any{"message": m.ID}); err != nil {
			return err
		}
		s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Text: m.Text})
		c.add(sla.Event{Kind: sla.Answered, At: micros(m.At)})
		if err := s.mail(tx, "question", c, c.Liaison.ID, m.ID); err != nil {
			return err
		}
		return s.move(tx, a, c, in, m.ID)
	}
	if !a.Role.IsStaff() {
		c.add(sla.Event{Kind: sla.CustomerActed, At: micros(tx.Now())})
	}
	return s.move(tx, a, c, in, id.ID{})
}

// move is the one way a case changes its state: by the table, with what the table asks for, with a clock fact, a
// journal line and the mail to the liaison.
func (s *Service) move(tx *db.Tx, a access.Actor, c *Case, in Change, question id.ID) error {
	needs, ok := Transition(c.Status, in.Status, side(a))
	if !ok {
		return errTransition(c, in.Status)
	}
	if err := s.fulfil(tx, c, needs, in, question); err != nil {
		return err
	}
	from, now := c.Status, tx.Now()
	if !active(from) && active(in.Status) { // what covers it may have changed meanwhile
		if err := s.Contract.Look(tx, c.Tenant, c.System); err != nil {
			return err
		}
	}
	if from == Closed {
		if err := s.findOwner(tx, a, c); err != nil {
			return err
		}
	}
	c.Status = in.Status
	c.ClosedAt = nil
	if c.Status == Closed {
		c.ClosedAt = &now
	}
	if !active(c.Status) && in.Remedy != nil {
		c.Remedy = in.Remedy
	}
	c.add(sla.Event{Kind: sla.StatusChanged, At: micros(now), Status: c.Status, Question: question.String(), ByCustomer: side(a) == CustomerSide})
	data := map[string]any{"from": string(from), "to": string(c.Status)}
	if in.Reason != "" && in.Status != WaitingCustomer {
		note, err := s.reason(tx, a, c, in.Reason)
		if err != nil {
			return err
		}
		data["message"] = note
	}
	if !question.IsZero() {
		data["question"] = question
	}
	if in.Remedy != nil {
		data["remedy"] = in.Remedy.Kind
	}
	if err := s.record(tx, a, c, "status.changed", journal.Customer, now, "3.4", data); err != nil {
		return err
	}
	if c.Status == Closed {
		if err := s.giveUpTasks(tx, a, c); err != nil {
			return err
		}
	}
	if side(a) == CustomerSide || !question.IsZero() {
		return nil
	}
	if c.Status == Resolved {
		return s.mail(tx, "resolved", c, c.Liaison.ID, id.New())
	}
	return s.mail(tx, "status", c, c.Liaison.ID, id.New())
}

// fulfil checks that what a transition needs has come with it.
func (s *Service) fulfil(tx *db.Tx, c *Case, needs Needs, in Change, question id.ID) error {
	missing := func(field, key string) error { return errs.BadFields(errs.BadField(field, key)) }
	reason := !text.Blank(in.Reason)
	switch {
	case needs == NeedsQuestion && question.IsZero():
		return missing("reason", "case.question_needed")
	case needs == NeedsThird && !reason:
		return missing("reason", "case.component_needed")
	case needs == NeedsDefect && !reason:
		return missing("reason", "case.defect_needed")
	case needs == NeedsReason && !reason:
		return missing("reason", "field.required")
	case needs == NeedsRemedy && (in.Remedy == nil || text.Blank(in.Remedy.Text)):
		return missing("remedy", "case.remedy_needed")
	case needs == NeedsInTime && !s.mayReopen(c, tx.Now()):
		d := errs.Decision{Code: "reopen_period_over", Clause: "3.4", Requirement: "RD-03", Edition: c.Edition,
			Inputs: map[string]any{"days": s.Policy.Now().ReopenDays, "closed": c.ClosedAt.Format(time.RFC3339)}}
		return &errs.Error{Kind: errs.Conflict, Key: "refusal.reopen_period_over", Args: d.Inputs, Decision: &d}
	}
	return nil
}

// mayReopen: within the pack's calendar days after closing, counted in the vendor's zone.
func (s *Service) mayReopen(c *Case, now time.Time) bool {
	if c.ClosedAt == nil {
		return false
	}
	pack := s.Policy.At(now)
	y, m, d := c.ClosedAt.In(pack.Vendor.Zone).Date()
	end := time.Date(y, m, d+pack.ReopenDays+1, 0, 0, 0, 0, pack.Vendor.Zone)
	return now.Before(end)
}

// reason keeps the text given with a change as a message of the case, so that the journal holds its id only.
func (s *Service) reason(tx *db.Tx, a access.Actor, c *Case, text string) (id.ID, error) {
	m := &Message{ID: id.New(), Author: Party{ID: a.Person}, Side: side(a), Channel: "reason", Text: text, Language: a.Language, At: tx.Now()}
	s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Text: text})
	return m.ID, writeMessage(tx, c, m)
}

// setPriority is staff's decision (R3.3-04). Raised before the first response the promise gets nearer, never later.
func (s *Service) setPriority(tx *db.Tx, a access.Actor, c *Case, in Change) error {
	if in.Priority < 1 || in.Priority > 4 {
		return errs.BadFields(errs.BadField("priority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	reason := strings.TrimSpace(in.Reason)
	if text.Blank(reason) && in.Code == "" && !in.undo {
		return errs.BadFields(errs.BadField("reason", "field.required"))
	}
	data := map[string]any{"from": c.Priority, "to": in.Priority}
	event := id.New()
	if reason != "" {
		note, err := s.reason(tx, a, c, reason)
		if err != nil {
			return err
		}
		data["message"], event = note, note
	}
	template := "status"
	if in.Code != "" {
		template, data["code"] = in.Code, in.Code
		data["reminders"], _ = sla.Reminded(c.Facts)
	}
	c.Priority = in.Priority
	c.add(sla.Event{Kind: sla.PriorityChanged, At: micros(tx.Now()), Priority: in.Priority})
	if err := s.record(tx, a, c, "priority.changed", journal.Customer, tx.Now(), "3.3", data); err != nil {
		return err
	}
	return s.mail(tx, template, c, c.Liaison.ID, event)
}

// requestPriority keeps what the liaison asks for and tells the owner; the effective priority stays.
func (s *Service) requestPriority(tx *db.Tx, a access.Actor, c *Case, level int, reason string) error {
	if level < 1 || level > 4 {
		return errs.BadFields(errs.BadField("requestedPriority", "field.one_of", "allowed", "P1, P2, P3, P4"))
	}
	data := map[string]any{"from": c.Requested, "to": level}
	if strings.TrimSpace(reason) != "" {
		note, err := s.reason(tx, a, c, reason)
		if err != nil {
			return err
		}
		data["message"] = note
	}
	c.Requested = level
	c.add(sla.Event{Kind: sla.CustomerActed, At: micros(tx.Now())})
	if err := s.record(tx, a, c, "priority.requested", journal.Customer, tx.Now(), "3.3", data); err != nil {
		return err
	}
	if c.Status == WaitingCustomer {
		if err := s.move(tx, a, c, Change{Status: Open}, id.ID{}); err != nil {
			return err
		}
	}
	return s.tellOwner(tx, c, "priority_requested")
}

// assign gives the case to a staff member who works cases, or takes it from its owner. It moves no clock.
func (s *Service) assign(tx *db.Tx, a access.Actor, c *Case, who string) (changed bool, err error) {
	var to *Party
	if who != "" {
		if to, err = staffMember(tx, a, who); err != nil {
			return false, err
		}
	}
	if (to == nil) == (c.Assignee == nil) && (to == nil || to.ID == c.Assignee.ID) {
		return false, nil
	}
	data := map[string]any{}
	if c.Assignee != nil {
		data["from"] = c.Assignee.ID
	}
	if to != nil {
		data["to"] = to.ID
	}
	c.Assignee = to
	if err := s.record(tx, a, c, "case.assigned", journal.Customer, tx.Now(), "", data); err != nil {
		return false, err
	}
	if to != nil && to.ID != a.Person {
		err = s.notify(tx, Notice{Person: to.ID, Kind: "assigned", Case: c})
	}
	return true, err
}

// staffMember finds an active member of staff who works cases, by id, e-mail address, or "me".
func staffMember(tx *db.Tx, a access.Actor, who string) (*Party, error) {
	q, arg := `SELECT id, name, staff_role FROM person WHERE disabled_at IS NULL AND email_norm = $1`, any(strings.ToLower(who))
	if who == "me" {
		who = a.Person.String()
	}
	if v, err := id.Parse(who); err == nil {
		q, arg = `SELECT id, name, staff_role FROM person WHERE disabled_at IS NULL AND id = $1`, v
	}
	var p Party
	var role string
	err := tx.Row(q, []any{arg}, &p.ID, &p.Name, &role)
	if errors.Is(err, db.ErrNoRows) || err == nil && !access.Allows(access.Actor{Person: p.ID, Role: access.Role(role)}, access.CaseWork) {
		return nil, errs.BadFields(errs.BadField("assignee", "case.no_such_engineer"))
	}
	return &p, err
}
