package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
)

// Merging says into which case another one goes.
type Merging struct {
	Into   string // number of the case that goes on
	Reason string // the liaisons read it; "" = none

	// Within runs last in the transaction.
	Within func(tx *db.Tx, into *Case) error
}

// MergePreview is what merging would do to the promises.
type MergePreview struct {
	Decision errs.Decision
	Gone     *Case // as it is; Clocks: as they are
	Into     *Case // likewise
	Reopens  bool  // the case that goes on waits for the customer, and would not any more

	GoneAfter, IntoAfter []sla.Clock
}

// Merge lets a case go on in another one of the same customer and system (Clocks 15). The one that goes on takes the
// earliest due that is not met yet; both promises stay in the reports, and an answer keeps both. Texts, files and the
// journal of the merged case stay where they are and show in the one that goes on; its address and its mails lead there.
func (s *Service) Merge(ctx context.Context, a access.Actor, number string, in Merging) (into *Case, err error) {
	defer errs.Wrap(&err, "cases.Merge(%s)", number)
	if err := s.Permit(a, access.CaseWork); err != nil {
		return nil, err
	}
	if err := errs.BadFields(append(needed("into", in.Into, maxSubject), typed("reason", in.Reason, maxText)...)...); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "merge two cases").Snapshot(), func(tx *db.Tx) error {
		gone, target, err := s.both(tx, a, number, in.Into)
		if err != nil {
			return err
		}
		into = target
		d, err := s.mayMerge(tx, gone, into)
		if err != nil {
			return err
		}
		if !d.Allowed {
			return &errs.Error{Kind: errs.Conflict, Key: "refusal." + d.Code, Args: d.Inputs, Decision: &d}
		}
		if err := s.merge(tx, a, gone, into, strings.TrimSpace(in.Reason)); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, into)
		}
		return nil
	})
	return into, err
}

// PreviewMerge says what Merge would do. It writes nothing.
func (s *Service) PreviewMerge(ctx context.Context, a access.Actor, number, into string) (p MergePreview, err error) {
	defer errs.Wrap(&err, "cases.PreviewMerge(%s)", number)
	if err := s.Permit(a, access.CaseWork); err != nil {
		return p, err
	}
	if err := errs.BadFields(needed("into", into, maxSubject)...); err != nil {
		return p, err
	}
	err = s.DB.View(ctx, scope(a, "preview a merge"), func(tx *db.Tx) error {
		if p.Gone, p.Into, err = s.both(tx, a, number, into); err != nil {
			return err
		}
		for _, c := range []*Case{p.Gone, p.Into} {
			if err := s.recompute(c, tx.Now()); err != nil {
				return err
			}
		}
		if p.Decision, err = s.mayMerge(tx, p.Gone, p.Into); err != nil || !p.Decision.Allowed {
			return err
		}
		gone, to := *p.Gone, *p.Into
		gone.Facts, to.Facts = slices.Clone(gone.Facts), slices.Clone(to.Facts)
		owed, owes, err := sla.Owed(s.Policy, gone.Facts, tx.Now())
		if err != nil {
			return err
		}
		if p.Reopens = owes && to.Status == WaitingCustomer; p.Reopens {
			to.add(sla.Event{Kind: sla.CustomerActed, At: micros(to.actOf(&gone, tx.Now()))})
			to.add(sla.Event{Kind: sla.StatusChanged, At: micros(tx.Now()), Status: Open})
		}
		join(&gone, &to, owed, owes, tx.Now())
		for c, after := range map[*Case]*[]sla.Clock{&gone: &p.GoneAfter, &to: &p.IntoAfter} {
			r, err := sla.Evaluate(s.Policy, c.Facts, tx.Now())
			if err != nil {
				return err
			}
			*after = r.Clocks
		}
		return nil
	})
	return p, err
}

// both reads the two cases; the second is named in a form.
func (s *Service) both(tx *db.Tx, a access.Actor, number, into string) (gone, to *Case, err error) {
	if gone, err = loadFor(tx, a, number); err != nil {
		return nil, nil, err
	}
	to, err = loadFor(tx, a, strings.TrimPrefix(strings.TrimSpace(into), "#"))
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = errs.BadFields(errs.BadField("into", "case.no_such_case"))
	}
	return gone, to, err
}

// mayMerge decides whether a case may go on in another one. The first reason wins.
func (s *Service) mayMerge(tx *db.Tx, gone, into *Case) (d errs.Decision, err error) {
	shared, err := seenByBoth(tx, gone, into)
	d = decideMerge(gone, into, shared)
	d.Edition = s.Policy.At(tx.Now()).Edition
	return d, err
}

func decideMerge(gone, into *Case, shared bool) errs.Decision {
	d := errs.Decision{Allowed: true, Code: "accepted", Clause: "3.4", Requirement: "RD-03", Inputs: map[string]any{
		"from": gone.Number, "into": into.Number, "same_customer": gone.Tenant == into.Tenant, "same_system": gone.System == into.System,
		"from_status": string(gone.Status), "into_status": string(into.Status), "shared": shared}}
	for _, no := range []struct {
		code string
		is   bool
	}{
		{"merge_same_case", gone.ID == into.ID},
		{"merge_other_customer", gone.Tenant != into.Tenant},
		{"case_merged", !gone.MergedInto.IsZero()},
		{"merge_into_merged", !into.MergedInto.IsZero()},
		{"merge_other_system", gone.System != into.System},
		{"merge_closed", gone.Status == Closed || !active(into.Status)},
		{"merge_not_shared", !shared},
	} {
		if no.is {
			d.Allowed, d.Code = false, no.code
			if d.Inputs["number"] = gone.MergedNumber; no.code == "merge_into_merged" {
				d.Inputs["number"] = into.MergedNumber
			}
			break
		}
	}
	return d
}

// seenByBoth reports whether the liaison of each case sees the other one (2.1): what was merged is read as one.
func seenByBoth(tx *db.Tx, x, y *Case) (bool, error) {
	if x.Liaison.ID == y.Liaison.ID || x.Tenant != y.Tenant {
		return true, nil
	}
	for _, pair := range [][2]*Case{{x, y}, {y, x}} {
		who := access.Actor{Person: pair[0].Liaison.ID, Role: access.Liaison, Customer: x.Tenant}
		var sees string
		err := tx.Row(`SELECT sees FROM access_grant WHERE tenant_id = $1 AND person_id = $2`, []any{x.Tenant, who.Person}, &sees)
		if err != nil {
			return false, err
		}
		who.Sees = access.View(sees)
		if err := visible(tx, who, x.Tenant, pair[1].ID); err != nil {
			if errs.KindOf(err) == errs.NotFound {
				return false, nil
			}
			return false, err
		}
	}
	return true, nil
}

// actOf is when the customer acted by what became another case: that ends an open question.
func (c *Case) actOf(gone *Case, now time.Time) time.Time {
	for _, f := range slices.Backward(c.Facts) {
		if f.Kind == sla.StatusChanged && f.Status == WaitingCustomer {
			if gone.ReceivedAt.After(f.Time()) {
				return gone.ReceivedAt
			}
			break
		}
	}
	return now
}

// join is what merging means for the clocks.
func join(gone, into *Case, owed sla.Event, owes bool, now time.Time) {
	if owes {
		owed.At, owed.Question = micros(now), gone.Number
		into.add(owed)
	}
	gone.add(sla.Event{Kind: sla.Merged, At: micros(now), Question: into.Number})
}

func (s *Service) merge(tx *db.Tx, a access.Actor, gone, into *Case, reason string) error {
	now := tx.Now()
	owed, owes, err := sla.Owed(s.Policy, gone.Facts, now)
	if err != nil {
		return err
	}
	if owes && into.Status == WaitingCustomer {
		if err := s.customerActed(tx, a, into, into.actOf(gone, now)); err != nil {
			return err
		}
	}
	join(gone, into, owed, owes, now)
	gone.Status, gone.MergedInto, gone.MergedNumber = Closed, into.ID, into.Number
	if gone.ClosedAt = nil; !owes {
		gone.ClosedAt = &now
	}
	toGone, toInto := map[string]any{"other": into.Number}, map[string]any{"other": gone.Number}
	if owes {
		toInto["due"], toInto["clock"] = owed.Due, string(owed.Deadline)
	}
	event := id.New()
	if reason != "" {
		if event, err = s.reason(tx, a, into, reason); err != nil {
			return err
		}
		toInto["message"] = event
	}
	if err := s.record(tx, a, gone, "case.merged", journal.Customer, now, "3.3", toGone); err != nil {
		return err
	}
	if err := s.record(tx, a, into, "case.joined", journal.Customer, now, "3.3", toInto); err != nil {
		return err
	}
	if err := s.store(tx, gone); err != nil {
		return err
	}
	if err := tx.Buffer(`UPDATE support_case SET merged_into = $3 WHERE tenant_id = $1 AND id = $2`, gone.Tenant, gone.ID, into.ID); err != nil {
		return err
	}
	if err := s.store(tx, into); err != nil {
		return err
	}
	if err := moveDrafts(tx, gone, into); err != nil {
		return err
	}
	if err := moveCooperation(tx, gone, into); err != nil {
		return err
	}
	return s.tellMerged(tx, gone, into, event)
}

// tellMerged tells the liaisons of both cases, each once, and the owner of the one that goes on.
func (s *Service) tellMerged(tx *db.Tx, gone, into *Case, event id.ID) error {
	people := []id.ID{gone.Liaison.ID}
	if into.Liaison.ID != gone.Liaison.ID {
		people = append(people, into.Liaison.ID)
	}
	for _, who := range people {
		err := s.Jobs.Enqueue(tx, MailJob, Mail{Template: "merged", Tenant: into.Tenant, Case: into.ID, Person: who, Event: event, At: micros(tx.Now()), Number: gone.Number})
		if err != nil {
			return err
		}
	}
	return s.tellOwner(tx, into, "joined")
}
