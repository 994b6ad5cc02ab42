package cases_test

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// filed registers a case with a subject.
func (w *world) filed(s shop, priority int, subject, symptoms string) *cases.Case {
	w.t.Helper()
	in := form(s.system, priority)
	in.Subject, in.Symptoms = subject, symptoms
	c, err := w.Register(context.Background(), s.liaison, in)
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// finds gives the subjects that a search finds, in the order in which they are found.
func (w *world) finds(a access.Actor, query string) []string {
	w.t.Helper()
	p, err := w.List(context.Background(), a, cases.Filter{Query: query})
	if err != nil {
		w.t.Fatalf("%s: %v", query, err)
	}
	return subjects(p)
}

func subjects(p cases.Page) []string {
	out := []string{}
	for _, c := range p.Items {
		out = append(out, c.Subject)
	}
	return out
}

func TestASearchHasFiltersByWord(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx := context.Background()
		w.at("2026-10-30T10:00:00-04:00")
		north, south := w.shop(shopSpec{key: "north", country: "US", plan: "elite"}), w.shop(shopSpec{key: "south", country: "US", plan: "standard"})
		eva := w.engineer()
		w.filed(north, 1, "alpha", "worker stops, 无法启动")
		beta := w.filed(south, 3, "beta", "worker stops again")
		w.at("2026-11-03T10:00:00-05:00")
		gamma := w.filed(north, 3, "gamma", "the worker, as before")
		w.say(eva, gamma.Number, cases.NewMessage{Text: "Which worker is it?", Question: true})
		me := "me"
		if _, err := w.Change(ctx, eva, beta.Number, "*", cases.Change{Assignee: &me}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			who   access.Actor
			query string
			want  string
		}{
			{eva, "worker", "gamma beta alpha"},
			{eva, "status:waiting_customer worker", "gamma"},
			{eva, "worker status:open,development", "beta alpha"},
			{eva, "plan:elite worker", "gamma alpha"},
			{eva, "plan:elite 启动", "alpha"},
			{eva, "customer:south", "beta"},
			{eva, "customer:nobody worker", ""},
			{eva, "before:2026-11-01 worker", "beta alpha"},
			{eva, "after:2026-11-01", "gamma"},
			{eva, "after:2026-10-30 before:2026-11-03", "beta alpha"},
			{eva, "priority:P1", "alpha"},
			{eva, "priority:p1,P3 customer:north worker", "gamma alpha"},
			{eva, "assignee:me worker", "beta"},
			{eva, "assignee:none worker", "gamma alpha"},
			{eva, "assignee:" + eva.Person.String() + "@example.test", "beta"},
			{eva, "liaison:" + south.liaison.Person.String() + "@example.test worker", "beta"},
			{eva, "system:prd-01 version:2025 product:server is:open worker", "gamma beta alpha"},
			{eva, "version:202", ""},
			{eva, "is:closed", ""},
			{eva, "is:late priority:P1", "alpha"}, // nobody answered over the weekend
			{eva, beta.Number, "beta"},
			{eva, `"worker stops" again`, "beta"},
			{eva, `"the worker"`, "gamma"},
			{eva, `"worker is it"`, "gamma"},
			{eva, `"stops worker"`, ""},
			{north.liaison, "worker", "gamma alpha"},
			{north.liaison, "system:PRD-01 status:open", "alpha"},
			{north.liaison, `system:"PRD-01,PRD-02" "the worker"`, "gamma"},
			{north.liaison, "customer:south worker", ""},
			{north.liaison, beta.Number, ""},
			{north.liaison, "liaison:me after:2026-11-01", "gamma"},
			{north.liaison, "liaison:" + south.liaison.Person.String() + "@example.test", ""},
		} {
			if got := strings.Join(w.finds(c.who, c.query), " "); got != c.want {
				t.Errorf("%s finds with %s: %q, want %q", c.who.Name, c.query, got, c.want)
			}
		}
		queue, err := w.Queue(ctx, eva, cases.Filter{Query: "plan:elite worker"})
		if got := strings.Join(subjects(queue), " "); err != nil || got != "alpha gamma" {
			t.Errorf("the queue has %q, %v: P1 goes before P3", got, err)
		}
	})
}

// What a filter finds does not depend on the engine: they differ in which letters they make small, and when they compare
// without regard to case.
func TestFiltersKnowAllLetters(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		w.at("2026-10-30T10:00:00-04:00")
		north, south := w.shop(shopSpec{key: "north", country: "US", plan: "elite"}), w.shop(shopSpec{key: "south", country: "US", plan: "elite"})
		eva := w.engineer()
		for _, c := range []struct {
			of               shop
			subject, version string
		}{{north, "alpha", "2026.1"}, {south, "beta", "2026.2.RC1"}, {north, "gamma", "2026.20"}} {
			made := w.filed(c.of, 3, c.subject, "worker stops")
			w.rows(func(tx *db.Tx) error {
				return tx.Buffer(`UPDATE support_case SET product_version = $3 WHERE tenant_id = $1 AND id = $2`, c.of.customer, made.ID, c.version)
			})
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE system SET name = $3 WHERE tenant_id = $1 AND id = $2`, south.customer, south.system, "ÜBER 01")
		})
		for _, c := range []struct {
			who         access.Actor
			query, want string
		}{
			{eva, `system:"ÜBER 01"`, "beta"},
			{eva, `system:"Über 01"`, "beta"},
			{eva, `system:"ÜBER 01,prd-01"`, "gamma beta alpha"},
			{south.liaison, `system:"ÜBER 01"`, "beta"},
			{north.liaison, `system:"ÜBER 01"`, ""},
			{eva, "version:2026.1,2026.2", "beta alpha"},
			{eva, "version:2026.2.rc1", "beta"},
			{eva, "version:2026.2.R", ""},
			{eva, "version:2026_1", ""},
		} {
			if got := strings.Join(w.finds(c.who, c.query), " "); got != c.want {
				t.Errorf("%s finds with %s: %q, want %q", c.who.Name, c.query, got, c.want)
			}
		}
	})
}

func TestAFilterThatDoesNotTakeItsValueIsNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "north", country: "US", plan: "elite"}), w.engineer()
		for query, allowed := range map[string]string{
			"status:opne":              "open, waiting_customer, waiting_third_party, development, resolved, closed",
			"priority:P5":              "P1, P2, P3, P4",
			"plan:gold worker":         "standard, extended, premier, elite",
			"is:red":                   "open, closed, suspended, late",
			"before:1.11.2026":         "2026-11-01",
			"after:2026-02-30 x":       "2026-11-01",
			"assignee:Eva":             "me, none, name@example.com",
			"liaison:none":             "me, name@example.com",
			"channel:fax":              "portal, email, phone, api",
			"customer: worker":         "…",
			"status:open status:close": "open, waiting_customer, waiting_third_party, development, resolved, closed",
		} {
			_, err := w.List(context.Background(), eva, cases.Filter{Query: query})
			known := errs.As(err)
			if errs.KindOf(err) != errs.Invalid || len(known.Fields) != 1 || known.Fields[0].Name != "q" {
				t.Errorf("%s: %v", query, err)
				continue
			}
			name, _, _ := strings.Cut(query, ":")
			if args := known.Fields[0].Args; args["allowed"] != allowed || args["filter"] != name {
				t.Errorf("%s names %v, want %s and %s", query, args, name, allowed)
			}
		}
		_, err := w.List(context.Background(), s.liaison, cases.Filter{Query: "assignee:eva@example.test"})
		if errs.KindOf(err) != errs.Invalid {
			t.Errorf("a customer asks who works for whom: %v", err)
		}
	})
}

// What staff write for each other is neither found nor lets a case through by a phrase or by the name of a file.
func TestNotesAndTheirFilesAreFoundByStaffOnly(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, s, eva := context.Background(), w.shop(shopSpec{key: "north", country: "US", plan: "elite"}), w.engineer()
		c := w.filed(s, 2, "alpha", "stops")
		upload := func(a access.Actor, name string) cases.NewMessage {
			f, err := w.Upload(ctx, a, cases.NewFile{Name: name, Body: io.LimitReader(strings.NewReader("x"), 1)})
			if err != nil {
				t.Fatal(err)
			}
			return cases.NewMessage{Text: "see the file", Attachments: []id.ID{f.ID}}
		}
		w.say(s.liaison, c.Number, upload(s.liaison, "thread-dump_2026.2.1.log"))
		note := upload(eva, "Kernel-Analyse 报告.txt")
		note.Internal, note.Text = true, "a secret suspicion about the customer"
		w.say(eva, c.Number, note)
		for query, who := range map[string]struct{ staff, customer bool }{
			"thread-dump":         {true, true},
			"2026.2.1":            {true, true},
			`"thread-dump_2026"`:  {true, true},
			"Analyse":             {true, false},
			"报告":                  {true, false},
			`"secret suspicion"`:  {true, false},
			"suspicion":           {true, false},
			`"kernel-analyse 报告"`: {true, false},
		} {
			if got := len(w.finds(eva, query)) == 1; got != who.staff {
				t.Errorf("staff, %s: %v", query, got)
			}
			if got := len(w.finds(s.liaison, query)) == 1; got != who.customer {
				t.Errorf("the liaison, %s: %v", query, got)
			}
		}
		if _, err := w.Reindex(ctx); err != nil {
			t.Fatal(err)
		}
		if len(w.finds(eva, "Analyse")) != 1 || len(w.finds(s.liaison, "Analyse")) != 0 || len(w.finds(s.liaison, "thread-dump")) != 1 {
			t.Error("an index made anew finds other files")
		}
	})
}

func TestAFilteredSearchHasPages(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "north", country: "US", plan: "elite"}), w.engineer()
		var want []string
		for i := range 23 {
			w.clk.Forward(time.Minute)
			subject := strings.Repeat("x", i+1)
			w.filed(s, 1+i%2*2, subject, "worker")
			if i%2 == 1 {
				want = append([]string{subject}, want...)
			}
		}
		var got []string
		for cursor := ""; ; {
			p, err := w.List(context.Background(), eva, cases.Filter{Query: "priority:P3 worker", Limit: 4, Cursor: cursor})
			if err != nil || len(p.Items) > 4 {
				t.Fatalf("%d items, %v", len(p.Items), err)
			}
			got = append(got, subjects(p)...)
			if cursor = p.Next; cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("pages give %v, want %v", got, want)
		}
		p, err := w.List(context.Background(), eva, cases.Filter{Query: "priority:P3 worker", Limit: 4})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.List(context.Background(), eva, cases.Filter{Limit: 4, Cursor: p.Next}); errs.KindOf(err) != errs.Malformed {
			t.Errorf("the cursor of a search goes on in a list: %v", err)
		}
	})
}
