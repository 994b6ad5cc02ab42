package entitlement

import (
	"strings"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Replay decides on registering a case again from nothing but the inputs of a stored decision, under a pack (R0-04).
// Errors: decision.no_replay when the inputs are not those of such a decision.
func Replay(p *policy.Pack, inputs map[string]any) (errs.Decision, error) {
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
		if *into, err = calendar.ParseDate(text(name)); err != nil {
			return errs.Decision{}, errs.New(errs.Invalid, "decision.no_replay")
		}
	}
	return Register(p, f, at), nil
}
