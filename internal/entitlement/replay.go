package entitlement

import (
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Replay decides again from nothing but the inputs of a stored decision, under a pack (R0-04): the question that they name,
// or without one by what they hold on registering a case, on one more liaison, on one more change in a year, or on a
// priority lowered for want of contact. Errors: decision.no_replay when the inputs are those of none of them.
func Replay(p *policy.Pack, inputs map[string]any) (errs.Decision, error) {
	if _, named := inputs[InputAction]; named {
		return askAgain(p, inputs)
	}
	given := func(names ...string) bool {
		for _, n := range names {
			if inputs[n] == nil {
				return false
			}
		}
		return true
	}
	switch {
	case given("waits", "reminders", "needed"):
		waits, _ := inputs["waits"].(bool)
		return again(inputs, LowerForNoContact(p, waits, number(inputs, "reminders"))), nil
	case given("plan", "extra", "active", "seats"):
		return again(inputs, DesignateNew(p, SeatFacts{Plan: text(inputs, "plan"), Extended: inputs["extended"] == true,
			Extra: number(inputs, "extra"), Active: number(inputs, "active")})), nil
	case given("used", "per_year", "year_from", "next"), given("used", "limit", "year_from", "next"): // the second as it was stored once
		d := errs.Decision{Allowed: true, Code: Accepted, Clause: "1.1", Requirement: "R1.1-06", Edition: p.Edition, Inputs: inputs}
		if countsAgain(inputs) && number(inputs, "used") >= p.Liaisons.ChangesPerYear { // one that counts nothing is always allowed
			d.Allowed, d.Code = false, QuotaUsed
		}
		return d, nil
	}
	return registerAgain(p, inputs)
}

// countsAgain says whether the change of a stored decision counts: by its kind, by the word of older ones, else yes.
func countsAgain(inputs map[string]any) bool {
	if kind := text(inputs, "kind"); kind != "" {
		return ChangeKind(kind).Counts() > 0
	}
	counts, said := inputs["counts"].(bool)
	return counts || !said
}

func text(inputs map[string]any, name string) string { s, _ := inputs[name].(string); return s }

// number reads a count, as it was decided on or as JSON has it.
func number(inputs map[string]any, name string) int {
	switch v := inputs[name].(type) {
	case int:
		return v
	case float64:
		return int(v)
	}
	return 0
}

// again is a decision with the inputs that were stored, which may tell more.
func again(inputs map[string]any, d errs.Decision) errs.Decision {
	d.Inputs = inputs
	return d
}

// askAgain answers the question that the inputs name.
func askAgain(p *policy.Pack, inputs map[string]any) (errs.Decision, error) {
	s, at, err := Replayed(inputs)
	d, known := Ask(p, Question(text(inputs, InputAction)), s, at)
	if err != nil || !known {
		return errs.Decision{}, errs.New(errs.Invalid, "decision.no_replay")
	}
	return d, nil
}

func registerAgain(p *policy.Pack, inputs map[string]any) (errs.Decision, error) {
	text := func(name string) string { s, _ := inputs[name].(string); return s }
	flag := func(name string) bool { b, _ := inputs[name].(bool); return b }
	at, err := time.Parse(time.RFC3339Nano, text("at"))
	if _, registers := inputs["liaison"].(bool); err != nil || !registers {
		return errs.Decision{}, errs.New(errs.Invalid, "decision.no_replay")
	}
	f := RegisterFacts{Liaison: flag("liaison"), Channel: text("channel"), Restricted: flag("restricted"),
		Deployment: text("deployment"), Exception: strings.Fields(text("exception"))}
	for name, into := range map[string]*calendar.Date{"subscription_from": &f.SubscriptionFrom, "subscription_to": &f.SubscriptionTo,
		"due": &f.OldestDue, "last_supported_day": &f.LastSupportedDay} {
		if text(name) == "" {
			continue
		}
		if *into, err = calendar.StoredDate(text(name)); err != nil {
			return errs.Decision{}, errs.New(errs.Invalid, "decision.no_replay")
		}
	}
	return Register(p, f, at), nil
}
