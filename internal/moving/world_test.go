package moving_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/moving"
	"liaison/internal/policy"
	"liaison/policies"
)

// world is an installation with one product and no customer.
type world struct {
	*moving.Service
	t *testing.T
}

func each(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) { fn(t, newWorld(t, d, clk)) })
}

func newWorld(t *testing.T, d *db.DB, clk *clock.Stepping) *world {
	t.Helper()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	accounts, err := account.New(account.Options{DB: d, Clock: clk, Log: slog.New(slog.DiscardHandler),
		NewDataKey: func(id.ID) []byte { return []byte("wrapped") }, Origin: "https://support.example.com", Secret: []byte(strings.Repeat("s", 32))})
	if err != nil {
		t.Fatal(err)
	}
	held := &contract.Service{DB: d, Policy: pack}
	w := &world{t: t, Service: &moving.Service{DB: d, Accounts: accounts, Contract: held, Policy: pack,
		Books: &books.Service{DB: d, Policy: pack, Contract: held, Accounts: accounts}}}
	err = d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return errors.Join(tx.Buffer(`INSERT INTO product (id, name) VALUES ('server', 'Server')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2025.10', '2025.10', '2025-01-15')`),
			tx.Buffer(`INSERT INTO product_release (product_id, version, platform, ga_date) VALUES ('server', '2026', '2026', '2026-01-15')`),
			journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "test.rows", Visibility: journal.System}))
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

func program() access.Actor { return access.Actor{System: true} }

// files are two customers with everything, as somebody would write them.
func files() map[string]string {
	return map[string]string{
		"customers.csv": "customer,name,country,restricted\nnordwind,Nordwind Logistik,DE,\nhuadong,华东银行,CN,true\n",
		"people.csv": "customer,email,name,phone,role,kind,zone\n" +
			"nordwind,Anna.Keller@nordwind.example,Anna Keller,+49 30 1,liaison,,Europe/Berlin\n" +
			"nordwind,ben@nordwind.example,\"Ben \"\"B\"\" Maurer\",,member,,\n" +
			"huadong,li@huadong.example,李娜,,liaison,,Asia/Shanghai\n" +
			"huadong,anna.keller@nordwind.example,,,member,partner,\n",
		"systems.csv": "customer;system;deployment;country;product;version;environments\n" +
			"nordwind;PRD-01;on_prem;DE;server;2025.10;production  test\nhuadong;NO;cloud;CN;server;2026;production\n",
		"subscriptions.csv": "customer,system,from,to,plan\nnordwind,PRD-01,2026-07-01,2026-12-31,premier\nnordwind,PRD-01,2026-01-01,2026-06-30,standard\n",
		"exceptions.csv":    "customer,system,document,scope,from,to\nnordwind,PRD-01,=ORD-7,full,2026-01-01,2028-12-31\n",
		"invoices.csv":      "customer,number,due,paidAt\nnordwind,INV-1,2026-01-31,2026-02-01T10:00:00+01:00\nnordwind,INV-2,2026-05-31,\n",
		"designations.csv":  "customer,system,email\nnordwind,PRD-01,anna.keller@nordwind.example\n",
	}
}

func (w *world) folder(files map[string]string) string {
	w.t.Helper()
	dir := w.t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			w.t.Fatal(err)
		}
	}
	return dir
}

func (w *world) read(dir string) []moving.Row {
	w.t.Helper()
	rows, bad, err := moving.Read(dir)
	if err != nil || len(bad) > 0 {
		w.t.Fatalf("%v %v", err, bad)
	}
	return rows
}

func silent(int, int) {}

func (w *world) apply(dir string) moving.Plan {
	w.t.Helper()
	p, err := w.Apply(w.t.Context(), program(), w.read(dir), silent)
	if err != nil {
		w.t.Fatalf("%v %s", err, places(p.Problems))
	}
	return p
}

func (w *world) lines() (n int) {
	w.t.Helper()
	err := w.DB.View(w.t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM journal`, nil, &n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// document is everything that is there, as one YAML text.
func (w *world) document() string {
	w.t.Helper()
	var out bytes.Buffer
	s := moving.ToStream(&out)
	if err := w.Export(w.t.Context(), program(), s.Write); err != nil {
		w.t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		w.t.Fatal(err)
	}
	return out.String()
}

// export writes everything into a folder.
func (w *world) export(csv bool) string {
	w.t.Helper()
	dir := w.t.TempDir()
	out, err := moving.ToFolder(dir, csv)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := errors.Join(w.Export(w.t.Context(), program(), out.Write), out.Close()); err != nil {
		w.t.Fatal(err)
	}
	return dir
}

// places are problems as "file:line column key".
func places(list []moving.Problem) string {
	var b strings.Builder
	for _, p := range list {
		fmt.Fprintf(&b, "%s:%d %s %s\n", p.File, p.Line, p.Column, p.Field.Key)
	}
	return b.String()
}

// differ is "" for the same texts, else both.
func differ(want, got string) string {
	if want == got {
		return ""
	}
	return "want:\n" + want + "\ngot:\n" + got
}
