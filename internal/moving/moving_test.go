package moving_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/moving"
)

const exported = `customer: huadong
name: 华东银行
kind: customer
country: CN
centre: apac
language: en
restricted: "true"
people:
  - email: anna.keller@nordwind.example
    name: Anna Keller
    phone: +49 30 1
    language: en
    zone: Europe/Berlin
    role: member
    kind: partner
    sees: all
    status: active
  - email: li@huadong.example
    name: 李娜
    language: en
    zone: Asia/Shanghai
    role: member
    kind: own
    sees: all
    status: active
systems:
  - system: "NO"
    deployment: cloud
    country: CN
    product: server
    version: "2026"
    environments:
      - production
`

func TestWhatWasAppliedIsExportedAndApplyingTwiceChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		dir := w.folder(files())
		if p := w.apply(dir); len(p.Changes) != 14 {
			t.Errorf("%d changes, want 14", len(p.Changes))
		}
		first, lines := w.document(), w.lines()
		if huadong, _, _ := strings.Cut(first, "---\n"); len(huadong) < 100 || differ(exported, huadong) != "" {
			t.Error(differ(exported, huadong))
		}
		for what, again := range map[string]string{"the same": dir, "YAML": w.export(false), "CSV": w.export(true)} {
			if p := w.apply(again); len(p.Changes) != 0 || w.document() != first || w.lines() != lines {
				t.Errorf("applying %s again: %d changes, %d new lines in the journal", what, len(p.Changes), w.lines()-lines)
			}
		}
	})
}

func TestAnotherInstallationBecomesTheSame(t *testing.T) { //nolint:tparallel // the steps follow each other
	t.Parallel()
	var first string
	var yaml, csv string
	keep := t.TempDir()
	t.Run("out", func(t *testing.T) {
		eachSQLite(t, func(t *testing.T, w *world) {
			w.apply(w.folder(files()))
			first = w.document()
			yaml, csv = filepath.Join(keep, "yaml"), filepath.Join(keep, "csv")
			for from, to := range map[string]string{w.export(false): yaml, w.export(true): csv} {
				if err := os.CopyFS(to, os.DirFS(from)); err != nil {
					t.Fatal(err)
				}
			}
		})
	})
	for _, dir := range []string{yaml, csv} {
		t.Run("in", func(t *testing.T) {
			eachSQLite(t, func(t *testing.T, w *world) {
				w.apply(dir)
				if d := differ(first, w.document()); d != "" {
					t.Error(d)
				}
			})
		})
	}
}

func TestADryRunSaysInCellsWhatWouldChangeAndChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(files()))
		before, lines := w.document(), w.lines()
		dir := w.folder(map[string]string{
			"customers.csv": "customer,name,country\nnordwind,Nordwind Logistik AG,DE\nneu,Neu,FR\n",
			"people.csv":    "customer,email,role,status\nnordwind,ben@nordwind.example,member,ended\n",
			"invoices.csv":  "customer,number,due,paidAt\nnordwind,INV-2,2026-05-31,2026-03-01T00:00:00Z\n",
		})
		p, err := w.Plan(t.Context(), program(), w.read(dir), silent)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range p.Changes {
			got = append(got, fmt.Sprint(c.Action, " ", c.Row.File, ":", c.Row.Line, " ", c.Cells))
		}
		want := []string{"change customers.csv:2 [{name Nordwind Logistik Nordwind Logistik AG}]", "end people.csv:2 []",
			"change invoices.csv:2 [{paidAt  2026-03-01T00:00:00Z}]", "add customers.csv:3 []"}
		if d := differ(strings.Join(want, "\n"), strings.Join(got, "\n")); d != "" {
			t.Error(d)
		}
		if len(p.Left) != 7 || w.document() != before || w.lines() != lines {
			t.Errorf("left %d, want 7; a dry run changed something: %v", len(p.Left), w.document() != before)
		}
		w.apply(dir)
		if again := w.apply(dir); len(again.Changes) != 0 {
			t.Errorf("%v", again.Changes)
		}
		if strings.Contains(w.document(), "ben@nordwind.example") {
			t.Error("a person whose access has ended is exported")
		}
	})
}

// manyRows is how many rows a file has of which three are wrong; ROWS asks for another number.
func manyRows(t *testing.T) int {
	t.Helper()
	if text := os.Getenv("ROWS"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 2000 {
			t.Fatalf("ROWS=%q is no number of rows", text)
		}
		return n
	}
	return 20_000
}

func TestThreeWrongRowsOfManyAreAllNamedAndNothingIsApplied(t *testing.T) {
	n := manyRows(t)
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(files()))
		before, lines := w.document(), w.lines()
		var people strings.Builder
		people.WriteString("customer,email,name,role\n")
		for i := 2; i <= n+1; i++ {
			email, role, name := fmt.Sprintf("p%d@nordwind.example", i), "member", "Somebody"
			switch i {
			case 17:
				email = "no address"
			case n / 2:
				role = "administrator"
			case n + 1:
				name = ""
			}
			fmt.Fprintf(&people, "nordwind,%s,%s,%s\n", email, name, role)
		}
		p, err := w.Apply(t.Context(), program(), w.read(w.folder(map[string]string{"people.csv": people.String()})), silent)
		if rejected := (*moving.Rejected)(nil); !errors.As(err, &rejected) {
			t.Fatalf("%v", err)
		}
		want := fmt.Sprintf("people.csv:17 email account.email_malformed\npeople.csv:%d role field.not_allowed\npeople.csv:%d name field.required\n", n/2, n+1)
		if d := differ(want, places(p.Problems)); d != "" {
			t.Error(d)
		}
		if w.document() != before || w.lines() != lines {
			t.Error("something was applied")
		}
	})
}

func TestEveryUnitIsWholeWhenTheWorkIsCutOff(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var customers, people strings.Builder
		customers.WriteString("customer,name,country\n")
		people.WriteString("customer,email,name,role\n")
		for i := range 400 {
			fmt.Fprintf(&customers, "c%03d,C,DE\n", i)
			for p := range 3 {
				fmt.Fprintf(&people, "c%03d,p%d@c%03d.example,P,member\n", i, p, i)
			}
		}
		rows := w.read(w.folder(map[string]string{"customers.csv": customers.String(), "people.csv": people.String()}))
		ctx, stop := contextThatEnds(t)
		_, err := w.Apply(ctx, program(), rows, func(done, all int) {
			if done > all*3/5 {
				stop()
			}
		})
		if err == nil {
			t.Fatal("it was not cut off")
		}
		var n, whole int
		count := func(q string, into *int) {
			if err := w.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, nil, into) }); err != nil {
				t.Fatal(err)
			}
		}
		count(`SELECT count(*) FROM customer`, &n)
		count(`SELECT count(*) FROM customer c WHERE (SELECT count(*) FROM access_grant g WHERE g.tenant_id = c.id) = 3`, &whole)
		if n == 0 || n == 400 || n != whole {
			t.Errorf("%d customers, %d of them whole", n, whole)
		}
		p, err := w.Apply(t.Context(), program(), rows, silent)
		if err != nil || p.Same != 4*n || len(p.Changes) != 1600-4*n {
			t.Errorf("the second run: %v, %d rows so already, %d changes", err, p.Same, len(p.Changes))
		}
	})
}

func TestOnlyAdministratorsMoveData(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		for _, role := range []access.Role{access.Liaison, access.Engineer, access.PrivacyOfficer} {
			a := access.Actor{Person: id.New(), Role: role}
			_, err := w.Apply(t.Context(), a, nil, silent)
			if errs.KindOf(err) != errs.Refused || errs.KindOf(w.Export(t.Context(), a, nil)) != errs.Refused {
				t.Errorf("%s: %v", role, err)
			}
		}
	})
}
