package search_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/search"
)

// library is a small set of cases with names for the tests.
type library struct {
	t     testing.TB
	d     *db.DB
	index *search.Index
	cases map[string]search.Hit
}

func newLibrary(t testing.TB, d *db.DB) *library {
	return &library{t: t, d: d, index: search.New(), cases: map[string]search.Hit{}}
}

// add writes a case: its subject, then other pieces; one that begins with "!" is internal.
func (l *library) add(name string, tenant id.ID, subject string, others ...string) {
	l.t.Helper()
	l.cases[name] = search.Hit{Tenant: tenant, Case: id.New()}
	l.write(search.Piece{Tenant: tenant, Case: l.cases[name].Case, Subject: true, Text: subject})
	for _, text := range others {
		text, internal := strings.CutPrefix(text, "!")
		l.write(search.Piece{Tenant: tenant, Case: l.cases[name].Case, Internal: internal, Text: text})
	}
}

func (l *library) write(p search.Piece) {
	l.t.Helper()
	err := l.d.Update(context.Background(), db.ForTenant(p.Tenant), func(tx *db.Tx) error {
		l.index.Add(tx, p)
		return nil
	})
	if err != nil {
		l.t.Fatal(err)
	}
}

func (l *library) find(s db.Scope, q search.Query) (names []string, next string) {
	l.t.Helper()
	var page search.Page
	err := l.d.View(context.Background(), s, func(tx *db.Tx) (err error) {
		page, err = search.Cases(tx, q)
		return err
	})
	if err != nil {
		l.t.Fatalf("%+v: %v", q, err)
	}
	for _, h := range page.Hits {
		for name, c := range l.cases {
			if c == h {
				names = append(names, name)
			}
		}
	}
	if len(names) != len(page.Hits) {
		l.t.Fatalf("%+v found %d cases that nobody wrote, or under another customer", q, len(page.Hits)-len(names))
	}
	return names, page.Next
}

func staff() db.Scope { return db.ForStaff(id.New(), "search") }

func TestCasesAreFoundByTheWordsOfBothLanguages(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		l, c := newLibrary(t, d), id.New()
		l.add("start", c, "生产环境 Intelligence Server 无法启动，所有报表不可用", "升级到 2026.2 之后服务无法启动。ORA-00054: resource busy", "请执行 alter system kill session")
		l.add("report", c, "报表导出为 PDF 时中文乱码", "Version 2026.2.1, font cache rebuilt twice")
		l.add("slow", c, "Dashboard slow after upgrade to 2026.1", "Rendering takes 40 s since update 2", "The memory of the server is exhausted")
		l.add("login", c, "Anmeldung über SAML schlägt fehl", "Störung seit heute morgen, error SAML-1042", "!customer uses an old certificate")
		l.add("server", c, "Server restarts every night", "Log attached: Intelligence process exits with code 137")
		for query, want := range map[string]string{
			"启动":                  "start",
			"无法启动":                "start",
			"报表":                  "report start", // both in the subject: the newer one first
			"表":                   "report start",
			"中文乱码 pdf":            "report",
			"ORA-00054":           "start",
			"ora-00054":           "start",
			"00054":               "start",
			"2026.2":              "report start",
			"2026.1":              "slow",
			"2026":                "slow report start",
			"intelligence server": "start server", // one line of text before words in two pieces
			"Server":              "server start slow",
			"serv":                "server slow start",
			"se":                  "server login slow start", // seit heute,
			"stoerung":            "",
			"storung":             "login",
			"STÖRUNG":             "login",
			"SAML 1042":           "login",
			"upgrade memory":      "slow", // one word in the subject, one in a message
			"启动 session":          "start",
			"启动 memory":           "",
			"动启":                  "",
			"certificate":         "login",
			"nothing of this":     "",
			"":                    "",
			"？！":                  "",
		} {
			got, _ := l.find(staff(), search.Query{Text: query, Internal: true})
			if strings.Join(got, " ") != want {
				t.Errorf("%q finds %v, want %q", query, got, want)
			}
		}
	})
}

func TestACustomerFindsOnlyItsOwnPublicText(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		l, north, south := newLibrary(t, d), id.New(), id.New()
		l.add("north", north, "Server stops", "visible words", "!secret suspicion")
		l.add("south", south, "Server stops", "visible words", "!secret suspicion")
		for _, c := range []struct {
			why   string
			scope db.Scope
			q     search.Query
			want  string
		}{
			{"own case", db.ForTenant(north), search.Query{Text: "server"}, "north"},
			{"own message", db.ForTenant(south), search.Query{Text: "visible"}, "south"},
			{"notes of staff", db.ForTenant(north), search.Query{Text: "secret", Internal: true}, ""},
			{"a note's word beside a public one", db.ForTenant(north), search.Query{Text: "server secret", Internal: true}, ""},
			{"asking for another customer", db.ForTenant(north), search.Query{Text: "server", Customer: south}, "north"},
			{"the other customer's mark as a word", db.ForTenant(north), search.Query{Text: "~" + strings.ReplaceAll(south.String(), "-", "")}, ""},
			{"staff, without notes", staff(), search.Query{Text: "secret"}, ""},
			{"staff, with notes", staff(), search.Query{Text: "secret", Internal: true}, "south north"},
			{"staff, of one customer", staff(), search.Query{Text: "server secret", Internal: true, Customer: north}, "north"},
			{"a customer without cases", db.ForTenant(id.New()), search.Query{Text: "server"}, ""},
		} {
			if got, _ := l.find(c.scope, c.q); strings.Join(got, " ") != c.want {
				t.Errorf("%s: found %v, want %q", c.why, got, c.want)
			}
		}
	})
}

// The second wall: on PostgreSQL the rows themselves are closed to other customers, whatever statement asks.
func TestPostgresClosesTheIndexItselfToOtherCustomers(t *testing.T) {
	t.Parallel()
	if dbtest.WithoutPostgres() {
		return
	}
	d := dbtest.Postgres(t, clock.NewStepping(dbtest.Start()))
	l, north, south := newLibrary(t, d), id.New(), id.New()
	l.add("north", north, "alpha", "!alpha note")
	l.add("south", south, "alpha")
	for _, c := range []struct {
		scope       db.Scope
		rows, match int64
	}{{db.ForTenant(south), 1, 1}, {db.ForTenant(north), 2, 1}, {staff(), 3, 3}} {
		var rows, match int64
		err := d.View(t.Context(), c.scope, func(tx *db.Tx) error {
			return errors.Join(tx.Row("SELECT count(*) FROM search_piece", nil, &rows),
				tx.Row("SELECT count(*) FROM search_match('alpha'::tsquery, 1000000, true, 100)", nil, &match))
		})
		if err != nil || rows != c.rows || match != c.match {
			t.Errorf("%d rows and %d matches, %v; want %d and %d", rows, match, err, c.rows, c.match)
		}
	}
}

func TestPagesFollowEachOtherWithoutGapOrRepetition(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		l, c := newLibrary(t, d), id.New()
		var subject, body, apart []string
		for i := range 7 {
			l.add(fmt.Sprint("subject", i), c, "red apple", "red apple again", "and a red apple")
			l.add(fmt.Sprint("body", i), c, "a fruit", "one red apple", "another red apple")
			l.add(fmt.Sprint("apart", i), c, "red", "apple")
			subject = append([]string{fmt.Sprint("subject", i)}, subject...)
			body = append([]string{fmt.Sprint("body", i)}, body...)
			apart = append([]string{fmt.Sprint("apart", i)}, apart...)
		}
		want := slices.Concat(subject, body, apart)
		for _, limit := range []int{1, 3, 7, 21, 50} {
			var got []string
			for after := ""; ; {
				names, next := l.find(db.ForTenant(c), search.Query{Text: "red apple", Limit: limit, After: after})
				got = append(got, names...)
				if after = next; next == "" {
					break
				}
				if len(names) != limit || len(got) > len(want) {
					t.Fatalf("a page of %d with limit %d", len(names), limit)
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v", limit, got)
			}
		}
	})
}

func TestAMessageOfATransactionThatFailsIsNotFound(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		l, c := newLibrary(t, d), id.New()
		l.add("case", c, "before")
		undone := errors.New("undone")
		err := d.Update(t.Context(), db.ForTenant(c), func(tx *db.Tx) error {
			l.index.Add(tx, search.Piece{Tenant: c, Case: l.cases["case"].Case, Text: "never"})
			return undone
		})
		if got, _ := l.find(db.ForTenant(c), search.Query{Text: "never"}); !errors.Is(err, undone) || len(got) > 0 {
			t.Errorf("found %v, %v", got, err)
		}
		l.write(search.Piece{Tenant: c, Case: l.cases["case"].Case, Text: "after"})
		if got, _ := l.find(db.ForTenant(c), search.Query{Text: "before after"}); len(got) != 1 {
			t.Errorf("the new message is not found with the case: %v", got)
		}
	})
}

func TestHostileQueriesFindNothingAndFailNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		l, c := newLibrary(t, d), id.New()
		l.add("case", c, "plain words 启动", "more plain words")
		part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{`"`, "'", "*", "(", ")", "AND", "OR", "NOT", "NEAR(a b, 2)", ":", "^",
			"{", "}", "-", "+", "\\", "&", "|", "!", "<->", ":*", "\x00", "tokens:", "~subject", "--", ";", "启", "动", "%", "_", ".", "plain"}))
		rapid.Check(t, func(rt *rapid.T) {
			text := strings.Join(rapid.SliceOfN(part, 0, 12).Draw(rt, "parts"), rapid.SampledFrom([]string{"", " "}).Draw(rt, "joint"))
			err := d.View(context.Background(), db.ForTenant(c), func(tx *db.Tx) error {
				_, err := search.Cases(tx, search.Query{Text: text})
				return err
			})
			if err != nil {
				rt.Fatalf("%q: %v", text, err)
			}
		})
		for _, after := range []string{"x", "1", "9-1", "-1-1", "1-x", "1-99999999999999999999", "' OR 1=1"} {
			err := d.View(t.Context(), db.ForTenant(c), func(tx *db.Tx) error {
				_, err := search.Cases(tx, search.Query{Text: "plain", After: after})
				return err
			})
			if errs.KindOf(err) != errs.Malformed {
				t.Errorf("After %q: %v", after, err)
			}
		}
	})
}
