package examples

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// Explanation is what the rules say to the inputs of a kind of question, and why.
type Explanation struct {
	Kind    string          `json:"kind"`
	Edition string          `json:"edition"`
	Inputs  json.RawMessage `json:"inputs"`
	Answer  map[string]any  `json:"answer"`
	Clause  string          `json:"clause"`
	Ledger  []sla.Segment   `json:"ledger"`
}

// Explain asks the rules a question of one of the kinds of worked examples. Errors: examples.unknown_kind,
// examples.not_given, and examples.bad_inputs, which says what is wrong.
func Explain(pack *policy.Pack, kind string, inputs json.RawMessage) (e Explanation, err error) {
	ask := rules(kind)
	if ask == nil {
		return e, errs.New(errs.Invalid, "examples.unknown_kind", "found", kind)
	}
	if missing := notGiven(kind, inputs); len(missing) > 0 {
		return e, errs.New(errs.Invalid, "examples.not_given", "kind", kind, "missing", strings.Join(missing, ", "))
	}
	got, err := ask(pack, inputs)
	if err != nil {
		return e, errs.New(errs.Invalid, "examples.bad_inputs", "kind", kind, "why", inWords(err, inputs))
	}
	e = Explanation{Kind: kind, Edition: pack.Edition, Inputs: inputs, Answer: map[string]any{}, Clause: got.clause, Ledger: append([]sla.Segment{}, got.ledger...)}
	for _, k := range slices.Sorted(maps.Keys(got.values)) {
		e.Answer[k] = plain(got.values[k])
	}
	return e, nil
}

// instantsOf are the days and instants without which a question of a kind has no answer: left out, they would be those of
// the year 1.
func instantsOf(kind string) []string {
	return map[string][]string{
		"initial_response_due": {"filed_at"},
		"next_opening":         {"now"},
		"status_update_due":    {"last_customer_visible_update"},
		"priority_change":      {"filed_at", "changed_at"},
		"plan_change":          {"filed_at", "plan_changed_at"},
		"suspension_pause":     {"filed_at"},
		"response_met":         {"due", "event_at"},
		"merge":                {"survivor.filed_at", "merged.filed_at", "merged_at"},
		"split":                {"case.filed_at", "message_received_at", "split_at"},
		"waiver":               {"filed_at", "answered_at", "waived_at"},
		"new_case_decision":    {"at", "subscription.start", "subscription.end"},
		"lifecycle":            {"ga"},
		"lifecycle_cascade":    {"today", "platform.last_supported_day"},
		"els_order":            {"start", "end"},
		"els_renewal":          {"current.start", "current.end", "requested.start", "requested.end"},
		"audit_request":        {"notice_received", "requested_start"},
		"audit_session":        {"session"},
		"scc_update":           {"new_form_effective"},
		"weekly_review":        {"first"},
		"patch_request":        {"today", "platform_last_supported_day"},
	}[kind]
}

// notGiven names the instants of a question that its inputs leave out. Inputs that are no object at all say so later.
func notGiven(kind string, inputs json.RawMessage) (missing []string) {
	var all map[string]any
	if json.Unmarshal(inputs, &all) != nil {
		return nil
	}
	for _, path := range instantsOf(kind) {
		var v any = all
		for part := range strings.SplitSeq(path, ".") {
			v = member(v, part)
		}
		if v == nil || v == "" {
			missing = append(missing, path)
		}
	}
	return missing
}

// member is a value of an object by its name, in whatever case it is written; nil where there is none.
func member(v any, name string) any {
	object, _ := v.(map[string]any)
	for key, value := range object {
		if strings.EqualFold(key, name) {
			return value
		}
	}
	return nil
}

// inWords says what is wrong with the inputs of a question, as a person reads it.
func inWords(err error, inputs json.RawMessage) string {
	var (
		instant *time.ParseError
		kind    *json.UnmarshalTypeError
		syntax  *json.SyntaxError
	)
	text := err.Error()
	switch {
	case errors.As(err, &instant):
		found := strings.Trim(instant.Value, `"`)
		return fmt.Sprintf("%s%q is no instant such as 2026-11-23T10:00:00+01:00", keyOf(inputs, found), found)
	case strings.Contains(text, "Time.UnmarshalJSON"):
		return "an instant is a text such as \"2026-11-23T10:00:00+01:00\""
	case errors.As(err, &kind):
		return fmt.Sprintf("%s cannot be a %s", strings.TrimPrefix(kind.Field, "filing."), kind.Value)
	case errors.As(err, &syntax):
		return fmt.Sprintf("they are no JSON from character %d on", syntax.Offset)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return "they are no JSON: the end is missing"
	case strings.HasPrefix(text, "json: unknown field "):
		return "there is no input " + strings.TrimPrefix(text, "json: unknown field ")
	}
	return strings.TrimPrefix(text, "calendar: ")
}

// keyOf is "name: " of the first input with that text, "" where none has it.
func keyOf(inputs json.RawMessage, text string) string {
	var all any
	if json.Unmarshal(inputs, &all) != nil {
		return ""
	}
	if name := nameOf(all, text); name != "" {
		return name + ": "
	}
	return ""
}

func nameOf(v any, text string) string {
	switch v := v.(type) {
	case map[string]any:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			if v[key] == text {
				return key
			}
			if in := nameOf(v[key], text); in != "" {
				return key + "." + in
			}
		}
	case []any:
		for i, one := range v {
			if one == text {
				return fmt.Sprintf("[%d]", i)
			}
			if in := nameOf(one, text); in != "" {
				return fmt.Sprintf("[%d].%s", i, in)
			}
		}
	}
	return ""
}
