package examples

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/policies"
)

const (
	public = "../../testdata/examples/public.json"
	own    = "../../testdata/examples/more.json"
)

func reference(t *testing.T) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func withCalendars(pack *policy.Pack, file string) (*policy.Pack, error) {
	return withCalendarsOf(os.DirFS(filepath.Dir(file)), pack, filepath.Base(file))
}

func TestTheReferencePackAnswersEveryExample(t *testing.T) {
	t.Parallel()
	out, err := Run(reference(t), public)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Failed) > 0 || out.Passed != 103 {
		t.Errorf("%d passed\n%s", out.Passed, strings.Join(out.Failed, "\n"))
	}
}

// The project's own examples go to the edges that the published ones leave out.
func TestTheOwnExamplesPass(t *testing.T) {
	t.Parallel()
	out, err := Run(reference(t), own)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Failed) > 0 || out.Passed < 241 {
		t.Errorf("%d passed\n%s", out.Passed, strings.Join(out.Failed, "\n"))
	}
}

// A rule that answers the same whatever it is asked would pass nothing here: every expected value is spoiled in turn.
func TestAnotherExpectedValueIsAFailure(t *testing.T) {
	t.Parallel()
	var all struct{ Examples []example }
	if err := readFS(os.DirFS(filepath.Dir(public)), filepath.Base(public), &all); err != nil {
		t.Fatal(err)
	}
	pack, err := withCalendars(reference(t), filepath.Join(filepath.Dir(public), "calendars.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range all.Examples {
		for key, want := range x.Expected {
			x := x
			x.Expected = map[string]any{key: "something else"}
			if line := x.run(pack); !strings.HasPrefix(line, x.ID+": expected ") {
				t.Errorf("%s: %s is %v and \"something else\" passes: %q", x.ID, key, want, line)
			}
		}
	}
}

func TestNothingIsSkipped(t *testing.T) {
	t.Parallel()
	pack := reference(t)
	for _, c := range []struct{ name, kind, inputs, expected, want string }{
		{"an unknown kind", "tea_time", `{}`, `{"a": 1}`, "unknown kind tea_time"},
		{"an unknown input", "plan_features", `{"plan": "elite", "tea": 1}`, `{"liaison_seats": 8}`, `unknown field "tea"`},
		{"an unknown key of expected", "plan_features", `{"plan": "elite"}`, `{"tea": 1}`, "got {}"},
		{"nothing expected", "plan_features", `{"plan": "elite"}`, `{}`, "expected {}"},
		{"an unknown plan", "plan_features", `{"plan": "gold"}`, `{"liaison_seats": 8}`, `no plan "gold"`},
		{"an unknown event", "response_met", `{"due": "2026-11-23T12:15:00Z", "event": "wink", "event_at": "2026-11-23T12:15:00Z"}`, `{"met": "met"}`, `unknown event "wink"`},
		{"an unknown calendar", "next_opening", `{"calendar": "moon", "now": "2026-11-23T12:15:00Z"}`, `{"open_now": true}`, `no calendar "moon"`},
		{"an unknown action on a seat", "seat_or_quota", `{"plan": "elite", "active": 1, "extra_seats": 0, "action": "dance"}`, `{"allowed": true}`, `unknown action "dance"`},
		{"an unknown event of a seat", "seat_or_quota", `{"contract_start": "2026-03-15", "changes": [], "request_date": "2026-04-01", "events": [["2026-04-01", "dance"]]}`, `{"allowed": true}`, `unknown action "dance"`},
		{"an unknown service", "els_scope", `{"entitlement": "els", "requests": ["tea"]}`, `{"tea": true}`, `unknown service "tea"`},
		{"an unknown entitlement", "els_scope", `{"entitlement": "tea", "requests": []}`, `{"tea": true}`, `unknown entitlement "tea"`},
		{"an unknown plan of a renewal", "renewal", `{"licensed": [], "renew": [], "plans": {"d1": "gold"}}`, `{"valid": true}`, `d1: the pack has no such plan`},
		{"an unknown role", "access", `{"role": "king", "customer_subscription": "active"}`, `{"community": true}`, `unknown role "king"`},
		{"an unknown subscription", "access", `{"role": "member", "customer_subscription": "golden"}`, `{"community": true}`, `unknown subscription "golden"`},
		{"an unknown feature", "access", `{"plan": "elite", "action": "fly"}`, `{"allowed": true}`, `action "fly" is unknown`},
		{"an unknown state", "liaison_transfer", `{"old": "a", "new": "b", "cases": [{"id": "c", "state": "asleep", "owner": "a"}]}`, `{"owners": {}}`, `unknown state asleep`},
		{"an unknown status of an event", "status_update_due", `{"clock": "na:US", "plan": "standard", "priority": "P1", "last_customer_visible_update": "2026-11-23T12:15:00Z", "events": [["2026-11-23T12:15:00Z", "status_changed:open->asleep"]]}`, `{"due": null}`, "unknown event"},
		{"a session backwards", "audit_session", `{"calendar": "na:US", "session": ["2026-11-23T12:15:00Z", "2026-11-23T12:15:00Z"]}`, `{"valid": true}`, "ends before it begins"},
		{"30 February", "scc_update", `{"new_form_effective": "2026-02-30"}`, `{"publish_by": ""}`, "is no date"},
		{"an unknown priority", "initial_response_due", `{"priority": "P9", "plan": "elite"}`, `{"clock": "24x7"}`, `"P9" is no priority`},
	} {
		x := example{ID: "X-1", Kind: c.kind, Inputs: json.RawMessage(c.inputs)}
		if err := json.Unmarshal([]byte(c.expected), &x.Expected); err != nil {
			t.Fatal(err)
		}
		if got := x.run(pack); !strings.HasPrefix(got, "X-1: ") || !strings.Contains(got, c.want) {
			t.Errorf("%s: %q does not say %q", c.name, got, c.want)
		}
	}
}

func TestAFailureShowsClauseAndLedger(t *testing.T) {
	t.Parallel()
	x := example{ID: "X-1", Kind: "initial_response_due", Expected: map[string]any{"clock": "moon"}, Inputs: json.RawMessage(
		`{"filed_at": "2026-11-20T18:00:00-05:00", "priority": "P1", "plan": "standard", "deployment": "on_prem", "environment": "production", "regional_calendar": "na:US"}`)}
	got := x.run(reference(t))
	want := `X-1: expected {"clock":"moon"}, got {"clock":"na:US"}, clause 9.2, ledger [2026-11-20T23:00:00Z..2026-11-21T00:00:00Z 1h0m0s counted; ` +
		`2026-11-21T00:00:00Z..2026-11-23T14:00:00Z 0s closed; 2026-11-23T14:00:00Z..2026-11-23T15:00:00Z 1h0m0s counted]`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheCalendarsBesideAFileAreUsed(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for name, text := range map[string]string{
		"mine.json": `{"calendars": "hours.json", "examples": [{"id": "X-1", "kind": "next_opening",
			"inputs": {"calendar": "moon", "now": "2026-12-24T12:30:00Z"}, "expected": {"open_now": false, "opens_at": "2026-12-28T08:00:00+00:00"}}]}`,
		"hours.json": `{"calendars": {"moon": {"tz": "UTC", "week": {"mon": [["08:00", "17:00"]], "thu": [["08:00", "17:00"]]},
			"closed_dates": [], "date_overrides": {"2026-12-24": [["08:00", "12:00"]]}}}}`,
	} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out, err := Run(reference(t), filepath.Join(dir, "mine.json"))
	if err != nil || out.Passed != 1 {
		t.Errorf("%+v, %v", out, err)
	}
	if _, err := Run(reference(t), filepath.Join(dir, "nowhere.json")); err == nil {
		t.Error("a file that is not there runs")
	}
}

// What a person asked wrongly is said in words: no message of a parser, no day of the year 1.
func TestExplainSaysWhatIsWrongInWords(t *testing.T) {
	t.Parallel()
	pack := reference(t)
	const filed = `{"filed_at": "2026-11-20T18:00:00-05:00", "priority": "P1", "plan": "standard", "deployment": "on_prem", "environment": "production", "regional_calendar": "na:US"}`
	for _, c := range []struct{ name, kind, inputs, key, want string }{
		{"an instant in words", "initial_response_due", strings.Replace(filed, "2026-11-20T18:00:00-05:00", "next Friday", 1), "examples.bad_inputs", `filed_at: "next Friday" is no instant such as 2026-11-23T10:00:00+01:00`},
		{"an instant without a zone", "initial_response_due", strings.Replace(filed, "18:00:00-05:00", "18:00:00", 1), "examples.bad_inputs", `filed_at: "2026-11-20T18:00:00" is no instant such as 2026-11-23T10:00:00+01:00`},
		{"an instant as a number", "initial_response_due", strings.Replace(filed, `"2026-11-20T18:00:00-05:00"`, "5", 1), "examples.bad_inputs", `an instant is a text such as "2026-11-23T10:00:00+01:00"`},
		{"a number for a text", "initial_response_due", strings.Replace(filed, `"standard"`, "5", 1), "examples.bad_inputs", "plan cannot be a number"},
		{"a strange input", "plan_features", `{"plan": "elite", "colour": 1}`, "examples.bad_inputs", `there is no input "colour"`},
		{"half an object", "plan_features", `{"plan": "elite"`, "examples.bad_inputs", "they are no JSON: the end is missing"},
		{"no object", "plan_features", `{"plan": elite}`, "examples.bad_inputs", "they are no JSON from character 10 on"},
		{"30 February", "scc_update", `{"new_form_effective": "2026-02-30"}`, "examples.bad_inputs", `"2026-02-30" is no date such as 2026-11-23`},
		{"no instant", "initial_response_due", `{"priority": "P1", "plan": "standard"}`, "examples.not_given", "filed_at"},
		{"null for an instant", "split", `{"case": {"FILED_AT": null}, "split_at": ""}`, "examples.not_given", "case.filed_at, message_received_at, split_at"},
		{"no date", "els_order", `{"sku": "x", "deployment": "on_prem", "end": "2027-12-31"}`, "examples.not_given", "start"},
	} {
		_, err := Explain(pack, c.kind, json.RawMessage(c.inputs))
		e := errs.As(err)
		if got := fmt.Sprint(e.Args["why"], e.Args["missing"]); err == nil || e.Key != c.key || !strings.Contains(got, c.want) {
			t.Errorf("%s: %v, %q does not say %q", c.name, err, got, c.want)
		}
	}
}

// A kind whose answer needs an instant says so: with nothing given, no day of the year 1 comes out.
func TestNoKindAnswersFromTheYearOne(t *testing.T) {
	t.Parallel()
	pack := reference(t)
	for _, kind := range kinds(t) {
		e, err := Explain(pack, kind, json.RawMessage(`{}`))
		if err == nil && strings.Contains(text(e.Answer), "0001-0") {
			t.Errorf("%s: %s", kind, text(e.Answer))
		}
	}
}

func kinds(t *testing.T) (all []string) {
	t.Helper()
	source, err := os.ReadFile("rules.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range regexp.MustCompile(`(?m)^\t\t"(\w+)": +\w+,$`).FindAllStringSubmatch(string(source), -1) {
		all = append(all, m[1])
	}
	return all
}
