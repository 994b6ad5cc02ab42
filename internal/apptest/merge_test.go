package apptest_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// Two cases about one outage: an engineer looks at what merging does, merges, and answers once. Mail for the merged number
// reaches the survivor, and so does its page. What was missed is waived by the manager and told so in the statement.
func TestTwoCasesBecomeOne(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-05T10:00:00+01:00"))
		katrin, lin, helen := w.As("katrin.vogel"), w.As("lin.wei"), w.As("helen.marsh")
		first := katrin.Register(home, "P3")
		w.Clock.Forward(10 * time.Minute)
		second := katrin.Register(home, "P2")
		preview := lin.Get("/api/v1/cases/" + second.Number + "/merge?into=" + first.Number)
		if preview.Status != 200 || !strings.Contains(string(preview.Body), `"allowed":true`) {
			t.Fatalf("preview: %d %s", preview.Status, preview.Body)
		}
		page := w.In("lin.wei").Get("/desk/cases/" + second.Number + "/merge?into=" + first.Number)
		if page.Status != 200 || !strings.Contains(string(page.Body), first.Number) {
			t.Errorf("the page of the preview: %d", page.Status)
		}
		if done := w.In("lin.wei").Post("/desk/cases/"+second.Number+"/merge", url.Values{"into": {first.Number}, "reason": {"The same outage."}}); done.Status != 303 {
			t.Fatalf("merging: %d %.300s", done.Status, done.Body)
		}
		survivor := katrin.Case(first.Number)
		if !survivor.Clocks[0].DueAt.Equal(*earlier(first.Clocks[0].DueAt, second.Clocks[0].DueAt)) {
			t.Errorf("due %v, alone %v and %v", survivor.Clocks[0].DueAt, first.Clocks[0].DueAt, second.Clocks[0].DueAt)
		}
		for who, path := range map[*apptest.Caller]string{w.In("katrin.vogel"): "/cases/", w.In("lin.wei"): "/desk/"} {
			if got := who.Get(path + second.Number); got.Status != 303 || got.Header.Get("Location") != path+first.Number {
				t.Errorf("%s leads to %d %q", path+second.Number, got.Status, got.Header.Get("Location"))
			}
		}
		out := w.Mail(apptest.Letter{From: w.Person("katrin.vogel").Email, To: token(w, second.Number), Subject: "Re: it", Text: "It got worse."})
		history := string(katrin.Get("/api/v1/cases/" + first.Number + "/timeline").Body)
		if out.Number != first.Number || !strings.Contains(history, "It got worse.") || strings.Contains(history, `"facts"`) {
			t.Errorf("a mail for the merged number came to %s", out.Number)
		}
		w.Sweep(w.Clock.Now().Add(30 * time.Hour))
		lin.Say(first.Number, "We found it.")
		waive(t, w, helen, first.Number, second.Number)
		replayWorld(t, w)
	})
}

func earlier(a, b *time.Time) *time.Time {
	if b.Before(*a) {
		return b
	}
	return a
}

// waive waives the first response of the merged case, and finds it so in the statement of the month.
func waive(t *testing.T, w *apptest.World, helen *apptest.Caller, first, second string) {
	t.Helper()
	var missed struct {
		Items []struct {
			Number string
			Clock  struct{ Kind, BreachedAt string }
		}
	}
	answer := helen.Get("/api/v1/cases/" + first + "/breaches")
	if err := json.Unmarshal(answer.Body, &missed); err != nil || len(missed.Items) < 2 {
		t.Fatalf("missed: %v %s", err, answer.Body)
	}
	for _, b := range missed.Items {
		if b.Number == second && b.Clock.Kind == "initial_response" {
			body := map[string]any{"kind": b.Clock.Kind, "breachedAt": b.Clock.BreachedAt, "reason": "The customer asked us to wait."}
			if got := helen.Post("/api/v1/cases/"+second+"/waivers", body); got.Status != 201 || !strings.Contains(string(got.Body), "waivedAt") {
				t.Errorf("waiving: %d %s", got.Status, got.Body)
			}
		}
	}
	w.Clock.Set(berlin(t, "2026-04-02T10:00:00+02:00"))
	m, err := w.App.Reports.Make(t.Context(), apptest.Program(), home, "2026-03")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range m.Statement.Lines {
		if l.Kind == "initial_response" {
			got[l.Number] = string(l.State)
		}
	}
	if got[first] != "breached" || got[second] != "waived" {
		t.Errorf("the statement has %s and %s", got[first], got[second])
	}
}

// replayWorld computes every decision that is stored in the world again: those about clocks, the intakes and refusals, and
// those about seats and changes.
func replayWorld(t *testing.T, w *apptest.World) {
	t.Helper()
	clocks := 0
	var numbers []string
	w.Rows(`SELECT number FROM support_case ORDER BY number`, nil, func(scan func(...any) error) error {
		numbers = append(numbers, "")
		return scan(&numbers[len(numbers)-1])
	})
	for _, number := range numbers {
		all, err := w.App.Cases.Replay(t.Context(), apptest.Program(), number)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if clocks++; !r.Same {
				t.Errorf("%s of %s: stored %v, now %v", r.Kind, number, r.Stored, r.Now)
			}
		}
	}
	others := 0
	again := func(text string) {
		var d errs.Decision
		if err := json.Unmarshal([]byte(text), &d); err != nil || d.Code == "" {
			t.Errorf("no decision: %s", text)
			return
		}
		others++
		now, err := entitlement.Replay(packOf(w, d.Edition), d.Inputs)
		if err != nil || now.Code != d.Code || now.Clause != d.Clause || now.Requirement != d.Requirement || now.Allowed != d.Allowed {
			t.Errorf("%s: %v, now %+v", text, err, now)
		}
	}
	w.Rows(`SELECT decision FROM support_case WHERE decision LIKE '%"at"%' UNION ALL SELECT data FROM journal WHERE kind = 'case.refused'`, nil, func(scan func(...any) error) error {
		var text string
		err := scan(&text)
		again(text)
		return err
	})
	w.Rows(`SELECT data FROM journal WHERE kind = 'liaison.change_refused'`, nil, func(scan func(...any) error) error {
		var text string
		var data struct{ Decision json.RawMessage }
		err := scan(&text)
		if err == nil {
			err = json.Unmarshal([]byte(text), &data)
		}
		again(string(data.Decision))
		return err
	})
	if clocks < 5 || others < 5 {
		t.Errorf("%d decisions about clocks and %d others were replayed", clocks, others)
	}
}

func packOf(w *apptest.World, edition string) *policy.Pack {
	if e, ok := w.App.Editions.Book().Named(edition); ok {
		return e.Pack
	}
	return w.App.Editions.Now()
}

// Every decision of the seeded world, and of refusals that are made in it, is replayed to the same.
func TestEveryStoredDecisionIsReplayed(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	for _, name := range []string{"walter.boone", "sabine.krueger"} { // suspended, ended
		customer := *w.Person(name).Customer
		if got := w.As(name).Post("/api/v1/cases", apptest.NewCase(w.System(customer), "P3")); got.Status != 403 {
			t.Errorf("%s registers: %d", name, got.Status)
		}
	}
	replayWorld(t, w)
}

// What cannot be merged, split, waived or listed is said on the page, with what was typed.
func TestPagesOfMergingSayWhatIsWrong(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	one := w.As("katrin.vogel").Register(home, "P3")
	foreign := w.As("chen.li").Register(stranger, "P3")
	lin, helen := w.In("lin.wei"), w.In("helen.marsh")
	desk := "/desk/cases/" + one.Number
	for _, c := range []struct {
		got    apptest.Answer
		status int
		holds  string
	}{
		{lin.Get(desk + "/merge?into=1"), 422, `value="1"`},
		{lin.Get(desk + "/merge?into=" + foreign.Number), 409, "不同客户"},
		{lin.Post(desk+"/merge", url.Values{"into": {one.Number}, "reason": {"kept words"}}), 409, "kept words"},
		{lin.Post(desk+"/split", url.Values{"subject": {"kept words"}}), 422, ""},
		{lin.Get("/desk/cases/" + one.Number + "0/merge"), 404, ""},
		{helen.Post(desk+"/waive", url.Values{"number": {one.Number}, "kind": {"initial_response"}, "breachedAt": {"soon"}, "reason": {"why"}}), 422, ""},
		{lin.Post(desk+"/waive", url.Values{"kind": {"initial_response"}}), 403, ""},
		{helen.Get("/desk/wrong-pauses?from=soon"), 422, `value="soon"`},
		{helen.Get("/desk/wrong-pauses?from=2020-01-01&to=2026-01-01"), 422, `value="2020-01-01"`},
		{helen.Get("/desk/wrong-pauses.csv?from=2020-01-01&to=2026-01-01"), 422, ""},
		{helen.Get("/desk/wrong-pauses.csv"), 200, "number,customer"},
	} {
		if c.got.Status != c.status || !strings.Contains(string(c.got.Body), c.holds) {
			t.Errorf("%d, want %d with %q: %.900s", c.got.Status, c.status, c.holds, c.got.Body)
		}
	}
}
