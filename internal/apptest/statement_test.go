package apptest_test

import (
	"bytes"
	"net/http"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/errs"
	statements "liaison/internal/report"
	"liaison/internal/sla"
)

func TestAMonthlyStatementIsComputedAgainByteForByte(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Clock.Set(berlin(t, "2026-03-05T10:00:00+01:00"))
		katrin, sofia := w.As("katrin.vogel"), w.As("sofia.lindqvist")
		kept, missed := katrin.Register(home, "P3"), katrin.Register(home, "P3")
		w.Clock.Forward(time.Hour)
		sofia.Say(kept.Number, "We are looking into it.")
		w.Sweep(berlin(t, "2026-03-06T10:00:00+01:00")) // the other one is missed on the 5th at 14:00
		sofia.Say(missed.Number, "Sorry, this took long.")
		customer := *w.Person("katrin.vogel").Customer
		if _, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03"); !hasKey(err, "statement.month_open") {
			t.Errorf("before the month is over: %v", err)
		}
		w.Clock.Set(berlin(t, "2026-04-02T10:00:00+02:00"))
		m, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03")
		if err != nil {
			t.Fatal(err)
		}
		states := map[string]sla.State{}
		for _, l := range m.Statement.Lines {
			if l.Kind == sla.InitialResponse {
				states[l.Number] = l.State
			}
		}
		if states[kept.Number] != sla.Met || states[missed.Number] != sla.Breached {
			t.Errorf("%s is %s, %s is %s", kept.Number, states[kept.Number], missed.Number, states[missed.Number])
		}
		again, err := w.App.Reports.Make(t.Context(), apptest.Program(), customer, "2026-03")
		if err != nil || !bytes.Equal(again.File, m.File) {
			t.Errorf("made twice, the statement differs: %v", err)
		}
		v, err := statements.Verify(m.File)
		if err != nil || v.Key != w.App.Reports.PublicKey() || len(v.Statement.Lines) != len(m.Statement.Lines) {
			t.Errorf("verified: %v", err)
		}
		forged(t, m.File)
		table, err := statements.CSV(m.Statement)
		if err != nil || strings.Count(string(table), "\n") != len(m.Statement.Lines)+1 || !strings.Contains(string(table), missed.Number) {
			t.Errorf("CSV %v:\n%s", err, table)
		}
		sameEverywhere(t, w, m)
		if _, err := w.App.Reports.Make(t.Context(), apptest.Program(), "nobody", "2026-03"); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of a customer who does not exist: %v", err)
		}
	})
}

// forged files are found, whether they are only touched or signed anew.
func forged(t *testing.T, file []byte) {
	t.Helper()
	for old, now := range map[string]string{`"state":"breached"`: `"state":"met"`, `"breached":`: `"breacher":`, `"publicKey":"`: `"publicKey":"A`, `"month":"2026-03"`: `"month":"2026-02"`} {
		if _, err := statements.Verify(bytes.Replace(file, []byte(old), []byte(now), 1)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s for %s: %v", now, old, err)
		}
	}
	whole := string(file)
	inner, rest, _ := strings.Cut(strings.TrimPrefix(whole, `{"statement":`), `,"publicKey":`)
	lie := strings.ReplaceAll(inner, `"state":"breached"`, `"state":"met"`)
	for name, added := range map[string]string{
		"a second statement in capitals": `{"statement":` + lie + `,"Statement":` + inner + `,"publicKey":` + rest,
		"a statement twice":              `{"statement":` + lie + `,"statement":` + inner + `,"publicKey":` + rest,
		"a name in capitals":             `{"STATEMENT":` + inner + `,"publicKey":` + rest,
		"a text after the end":           whole + "P.S. All targets were kept.\n",
		"a second file after the end":    whole + whole,
		"blanks":                         strings.Replace(whole, `,"publicKey":`, `, "publicKey":`, 1),
		"no end of line":                 strings.TrimSuffix(whole, "\n"),
	} {
		if _, err := statements.Verify([]byte(added)); !hasKey(err, "statement.added") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := statements.Verify(file[:len(file)/2]); !hasKey(err, "statement.bad_file") {
		t.Errorf("cut in half: %v", err)
	}
}

// sameEverywhere holds the page, REST's JSON and CSV and the files that pages hand out against the statement, and asks as
// others do.
func sameEverywhere(t *testing.T, w *apptest.World, m statements.Made) {
	t.Helper()
	table, err := statements.CSV(m.Statement)
	if err != nil {
		t.Fatal(err)
	}
	katrin, browser, priya := w.As("katrin.vogel"), w.In("katrin.vogel"), w.In("priya.nair")
	const rest, desk = "/api/v1/statements/2026-03", "/desk/customers/nordwind/statements"
	for name, c := range map[string]struct {
		got  apptest.Answer
		kind string
		want []byte
	}{
		"REST, JSON":           {katrin.Get(rest), "application/json", m.File},
		"REST, CSV":            {katrin.Get(rest, "Accept", "text/csv"), "text/csv; charset=utf-8", table},
		"REST, CSV if need be": {katrin.Get(rest, "Accept", "application/json, text/csv;q=0.5"), "application/json", m.File},
		"page, JSON":           {browser.Get("/statements/2026-03/json"), "application/json", m.File},
		"page, CSV":            {browser.Get("/statements/2026-03/csv"), "text/csv; charset=utf-8", table},
		"desk, JSON":           {priya.Get(desk + "/2026-03/json"), "application/json", m.File},
		"desk, CSV":            {priya.Get(desk + "/2026-03/csv"), "text/csv; charset=utf-8", table},
	} {
		if c.got.Status != http.StatusOK || c.got.Header.Get("Content-Type") != c.kind || !bytes.Equal(c.got.Body, c.want) {
			t.Errorf("%s: %d %s: %.200s", name, c.got.Status, c.got.Header.Get("Content-Type"), c.got.Body)
		}
	}
	for name, page := range map[string]string{"page": string(browser.Get("/statements?month=2026-03").Body), "desk": string(priya.Get(desk).Body)} {
		if n := strings.Count(page, `<th scope="row"><a class="link" href=`); n != len(m.Statement.Lines) {
			t.Errorf("the %s lists %d promises, not %d", name, n, len(m.Statement.Lines))
		}
		for _, l := range m.Statement.Lines {
			if !strings.Contains(page, l.DueAt.UTC().Format(time.RFC3339Nano)) || !strings.Contains(page, l.Number) {
				t.Errorf("the %s lacks the promise of %s due %s", name, l.Number, l.DueAt)
			}
		}
		if vendor := w.App.Editions.Now().Vendor.Name.In("en"); !strings.Contains(page, ">Nordwind") || !strings.Contains(page, ">"+vendor+"</dd>") {
			t.Errorf("the %s does not say between whom it is", name)
		}
		if !strings.Contains(page, strings.ReplaceAll(w.App.Reports.PublicKey(), "+", "&#43;")) { // as HTML writes it
			t.Errorf("the %s does not name the key", name)
		}
	}
	nothing := browser.Get("/statements/2026-13/json")
	for path, who := range map[string]*apptest.Caller{"/api/v1/statements/2026-03?customer=belmont": katrin, "/api/v1/statements/2026-03?customer=nobody": katrin,
		"/desk/customers/nobody/statements": priya, "/desk/customers/nobody/statements/2026-03/csv": priya} {
		if got := who.Get(path); got.Status != http.StatusNotFound {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	for path, status := range map[string]int{desk: 403, desk + "/2026-03/csv": 403, "/statements?month=2026-13": 422, "/statements?month=2026-04": 409, "/statements/2026-04/csv": 409, "/statements/soon/csv": 404} {
		if got := browser.Get(path); got.Status != status {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
	if nothing.Status != http.StatusNotFound || w.In("jonas.brandt").Get("/statements").Status != http.StatusForbidden {
		t.Errorf("no month: %d, or a member reads statements", nothing.Status)
	}
}

// A signed file cannot leave cases out: who sees a part of them gets none, by no edge and in no menu.
func TestWhoSeesAPartOfTheCasesReadsNoStatement(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		chen, zhou := w.As("chen.li"), w.As("zhou.min")
		chen.Register(stranger, "P3")
		var person string
		for _, l := range apptest.Is[seats](t, chen.Get("/api/v1/liaisons"), 200).Systems[0].Liaisons {
			if l.Name == w.Person("zhou.min").Name {
				person = l.Person
			}
		}
		month := w.Clock.Now().AddDate(0, -1, 0).Format("2006-01")
		for view, want := range map[string]int{"own": 403, "system": 403, "all": 200} {
			if a := chen.Post("/api/v1/liaisons/people/"+person+"/view", map[string]any{"sees": view}); a.Status != 200 {
				t.Fatalf("%s: %d %s", view, a.Status, a.Body)
			}
			browser := w.In("zhou.min")
			for _, path := range []string{"/statements", "/statements/" + month + "/csv", "/statements/" + month + "/json"} {
				if got := browser.Get(path); got.Status != want {
					t.Errorf("%s, %s: %d", view, path, got.Status)
				}
			}
			if linked := strings.Contains(string(browser.Get("/cases").Body), `href="/statements"`); linked != (want == 200) {
				t.Errorf("%s: the menu names statements: %v", view, linked)
			}
			got := zhou.Get("/api/v1/statements/" + month)
			if got.Status != want || strings.Contains(string(got.Body), "您只能查看其中一部分") != (want == 403) {
				t.Errorf("%s, REST: %d %.300s", view, got.Status, got.Body)
			}
		}
	})
}
