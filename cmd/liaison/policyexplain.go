package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"liaison/internal/entitlement"
	"liaison/internal/examples"
	"liaison/internal/policy"
)

type policyExplain struct {
	packFlag
	Kind   string `help:"Kind of question, as in worked examples: new_case_decision, status_update_due, seat_or_quota and so on." placeholder:"KIND"`
	Inputs string `help:"Its inputs: JSON, or a file with JSON." placeholder:"JSON|FILE"`
	Replay string `help:"A stored decision or explanation as JSON (- for standard input): fails unless the same comes out again." placeholder:"FILE"`
	Zone   string `help:"Time zone of what is printed. Default: that of the hours on whose clock the answer rests, else the vendor's." placeholder:"ZONE"`
	JSON   bool   `help:"Print JSON."`

	Filed       string `help:"When the case was received, RFC 3339: explains its initial response." placeholder:"TIME"`
	Plan        string `default:"standard" help:"The plan." placeholder:"PLAN"`
	Priority    string `default:"P3" help:"The priority." placeholder:"P1..P4"`
	Environment string `enum:"production,other" default:"production" help:"production or other."`
	Deployment  string `enum:"on_prem,cloud" default:"on_prem" help:"on_prem or cloud."`
	Extended    bool   `help:"Nothing but extended lifecycle support covers the system."`
	Country     string `default:"US" help:"The contract's country." placeholder:"CC"`
}

// Run answers a question by the rules of a pack, with clause and ledger, or replays a stored answer.
func (x policyExplain) Run(c *console) error {
	p, err := x.pack()
	if err != nil {
		return err
	}
	if x.Replay != "" {
		return x.replay(c, p)
	}
	kind, inputs, err := x.question(p)
	if err != nil {
		return err
	}
	e, err := examples.Explain(p, kind, inputs)
	if err != nil {
		return err
	}
	if x.JSON {
		return printJSON(c.out, e)
	}
	zone := zoneOf(p, e)
	if x.Zone != "" {
		if zone, err = time.LoadLocation(x.Zone); err != nil {
			return fmt.Errorf("--zone wants a time zone such as Europe/Berlin, not %q", x.Zone)
		}
	}
	return printAnswer(c.out, e, zone)
}

// zoneOf is the zone of the hours on whose clock an answer rests, else the vendor's.
func zoneOf(p *policy.Pack, e examples.Explanation) *time.Location {
	ids := []any{e.Answer["clock"]}
	var inputs map[string]any
	if json.Unmarshal(e.Inputs, &inputs) == nil {
		ids = append(ids, inputs["calendar"], inputs["clock"])
	}
	for _, id := range ids {
		name, _ := id.(string)
		if cal := p.Calendars[name]; cal != nil && !cal.IsAlwaysOpen() {
			return cal.Zone()
		}
	}
	return p.Vendor.Zone
}

// question is what the flags ask: a kind with its inputs, or the initial response of a case.
func (x policyExplain) question(p *policy.Pack) (kind string, inputs json.RawMessage, err error) {
	switch {
	case x.Kind != "" && x.Inputs != "":
		inputs = json.RawMessage(x.Inputs)
		if !strings.HasPrefix(strings.TrimSpace(x.Inputs), "{") {
			inputs, err = os.ReadFile(x.Inputs)
		}
		return x.Kind, inputs, err
	case x.Kind != "" || x.Inputs != "":
		return "", nil, fmt.Errorf("--kind and --inputs belong together")
	case x.Filed == "":
		return "", nil, fmt.Errorf("say what to explain: --filed TIME for an initial response, --kind and --inputs for anything else, or --replay FILE")
	}
	filed, err := time.Parse(time.RFC3339, x.Filed)
	if err != nil {
		return "", nil, fmt.Errorf("--filed wants an instant such as 2026-11-20T17:30:00+01:00, not %q", x.Filed)
	}
	id, _, ok := p.CalendarFor(policy.Country(x.Country))
	if !ok {
		return "", nil, fmt.Errorf("%s is no country of the pack: it wants two letters such as DE", x.Country)
	}
	asked := map[string]any{"filed_at": filed, "plan": x.Plan, "priority": strings.ToUpper(x.Priority),
		"environment": x.Environment, "deployment": x.Deployment, "regional_calendar": id}
	if x.Extended {
		asked["extended_support"] = true
	}
	inputs, err = json.Marshal(asked)
	return "initial_response_due", inputs, err
}

// stored is an explanation or a decision as the program gave it.
type stored struct {
	Kind    string          `json:"kind"`
	Inputs  json.RawMessage `json:"inputs"`
	Answer  map[string]any  `json:"answer"`
	Edition string          `json:"edition"`
	Clause  string          `json:"clause"`

	Decision    string `json:"decision"`
	Requirement string `json:"requirement"`

	Action string   `json:"action"` // of an item of GET /rights, whose inputs did not name it once
	Items  []stored `json:"items"`  // of GET /rights for one action of one system: the one that is replayed
}

func (x policyExplain) replay(c *console, p *policy.Pack) error {
	s, err := readStored(x.Replay)
	if err != nil {
		return err
	}
	before, after, err := s.again(p)
	if err != nil {
		return err
	}
	same := reflect.DeepEqual(before, after)
	if x.JSON {
		err = printJSON(c.out, map[string]any{"same": same, "stored": before, "now": after})
	} else if same {
		_, err = fmt.Fprintf(c.out, "the same: %s, clause %v, edition %v\n", after["answer"], after["clause"], after["edition"])
	}
	if err != nil || same {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(after)) {
		if !reflect.DeepEqual(before[key], after[key]) {
			fmt.Fprintf(c.err, "liaison: %s was %s, and is %s under %s\n", key, oneLine(before[key]), oneLine(after[key]), p.Name)
		}
	}
	return errProblems
}

// again gives what was stored and what comes out now, in the same form.
func (s stored) again(p *policy.Pack) (before, after map[string]any, err error) {
	if s.Kind != "" {
		e, err := examples.Explain(p, s.Kind, s.Inputs)
		return map[string]any{"answer": oneLine(s.Answer), "clause": s.Clause, "edition": s.Edition},
			map[string]any{"answer": oneLine(e.Answer), "clause": e.Clause, "edition": e.Edition}, err
	}
	if len(s.Items) > 1 {
		return nil, nil, fmt.Errorf("the file holds %d decisions: give one of them, or ask for one action of one system", len(s.Items))
	}
	if len(s.Items) == 1 {
		return s.Items[0].again(p)
	}
	var inputs map[string]any
	if err := json.Unmarshal(s.Inputs, &inputs); err != nil || inputs == nil || s.Decision == "" {
		return nil, nil, fmt.Errorf("the file holds neither a decision with its inputs nor an explanation with its kind: give what the program printed or stored")
	}
	if s.Action != "" && inputs[entitlement.InputAction] == nil {
		inputs[entitlement.InputAction] = s.Action
	}
	d, err := entitlement.Replay(p, inputs)
	return map[string]any{"answer": s.Decision, "clause": s.Clause, "requirement": s.Requirement, "edition": s.Edition},
		map[string]any{"answer": d.Code, "clause": d.Clause, "requirement": d.Requirement, "edition": d.Edition}, err
}

func readStored(file string) (s stored, err error) {
	var text []byte
	if file == "-" {
		text, err = io.ReadAll(io.LimitReader(os.Stdin, 1<<20))
	} else {
		text, err = os.ReadFile(file)
	}
	if err != nil {
		return s, err
	}
	if err := json.Unmarshal(text, &s); err != nil {
		return s, fmt.Errorf("%s holds no JSON object: give what the program printed or stored", file)
	}
	return s, nil
}

func oneLine(v any) string {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return strings.TrimSpace(b.String())
}

func printAnswer(w io.Writer, e examples.Explanation, zone *time.Location) error {
	fmt.Fprintf(w, "%s by clause %s, policy edition %s. Times are of %s.\n", e.Kind, e.Clause, e.Edition, zone)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, key := range slices.Sorted(maps.Keys(e.Answer)) {
		in := zone
		if strings.HasSuffix(key, "_utc") {
			in = time.UTC
		}
		fmt.Fprintf(table, "  %s\t%s\n", key, valueText(e.Answer[key], in))
	}
	if err := table.Flush(); err != nil || len(e.Ledger) == 0 {
		return err
	}
	fmt.Fprintln(w)
	ledger := slices.Clone(e.Ledger)
	for i, s := range ledger {
		ledger[i].From, ledger[i].To = s.From.In(zone), s.To.In(zone)
	}
	return printLedger(w, ledger)
}

// valueText is a value of an answer as people read it, instants in a zone.
func valueText(v any, zone *time.Location) string {
	switch v := v.(type) {
	case nil:
		return "none"
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = valueText(one, zone)
		}
		return strings.Join(parts, ", ")
	case string:
		at, err := time.Parse(time.RFC3339Nano, v)
		day, noDay := time.Parse(time.DateOnly, v)
		switch {
		case err == nil && at.IsZero(), noDay == nil && day.IsZero():
			return "not given"
		case err == nil:
			return at.In(zone).Format(instantLayout)
		}
		return v
	}
	return oneLine(v)
}
