package examples

import (
	"encoding/json"
	"maps"
	"slices"

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

// Explain asks the rules a question of one of the kinds of worked examples. Errors: examples.unknown_kind and
// examples.bad_inputs, which say what is wrong.
func Explain(pack *policy.Pack, kind string, inputs json.RawMessage) (e Explanation, err error) {
	ask := rules(kind)
	if ask == nil {
		return e, errs.New(errs.Invalid, "examples.unknown_kind", "found", kind)
	}
	got, err := ask(pack, inputs)
	if err != nil {
		return e, errs.New(errs.Invalid, "examples.bad_inputs", "kind", kind, "why", err.Error())
	}
	e = Explanation{Kind: kind, Edition: pack.Edition, Inputs: inputs, Answer: map[string]any{}, Clause: got.clause, Ledger: append([]sla.Segment{}, got.ledger...)}
	for _, k := range slices.Sorted(maps.Keys(got.values)) {
		e.Answer[k] = plain(got.values[k])
	}
	return e, nil
}
