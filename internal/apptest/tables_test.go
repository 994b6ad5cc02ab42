package apptest_test

import (
	"context"
	"encoding/csv"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/moving"
)

// Security H12, over every table that the program hands out: each GET route is asked for one, and the command that writes
// tables writes them, in a world whose names are formulas. No cell begins with one, for whatever parts the cells.
func TestNoTableRunsInASpreadsheet(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	w.Clock.Set(berlin(t, "2026-03-05T10:00:00+01:00"))
	things := w.Things(home)
	w.As("katrin.vogel").Register(home, "P3")
	w.As("sofia.lindqvist").Say(things.Number, "Please send the log.", "question", true) // listed as a pause without a question
	w.Clock.Set(berlin(t, "2026-04-02T10:00:00+02:00"))
	w.Rewrite(func(tx *db.Tx) error {
		for _, table := range []string{"person", "customer", "system"} {
			if err := tx.Buffer(`UPDATE ` + table + ` SET name = '=HYPERLINK("//evil.example") ;@' || name`); err != nil {
				return err
			}
		}
		tx.MarkJournaled() // no use case writes such names into all rows at once
		return nil
	})
	tables := map[string]string{}
	for _, r := range w.App.Routes.Routes() {
		if apptest.Changes(r) || r.Pattern == "/desk/events" {
			continue
		}
		who := able(w, r)
		if strings.HasPrefix(r.Pattern, "/desk/customers/{key}/statements") {
			who = w.In("priya.nair")
		}
		p := w.Probe(r, things)
		p.Path = strings.NewReplacer(":DE.ics", ":DE.csv", "2026-02", "2026-03").Replace(p.Path)
		got := who.Get(p.Path, "Accept", "text/csv")
		if strings.HasPrefix(got.Header.Get("Content-Type"), "text/csv") {
			if got.Status != http.StatusOK || got.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s: %d %v", p.Path, got.Status, got.Header)
			}
			tables[r.Pattern] = string(got.Body)
		} else if strings.Contains(r.Pattern, "csv") {
			t.Errorf("%s gives no table: %d %s", p.Path, got.Status, got.Header.Get("Content-Type"))
		}
	}
	maps.Copy(tables, exported(t, w))
	for _, name := range []string{"/desk/losing-support.csv", "/desk/wrong-pauses.csv", "/statements/{month}/csv", "/desk/customers/{key}/statements/{month}/csv",
		"/api/v1/statements/{month}", "customers.csv", "people.csv", "systems.csv"} {
		if !strings.Contains(tables[name], `'=HYPERLINK(`) {
			t.Errorf("%s shows no name that would run: %.200s", name, tables[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(tables)) {
		for _, cell := range cellsOf(t, tables[name]) {
			if cell != "" && strings.ContainsRune("=+-@\t\r\n\x00", rune(cell[0])) {
				t.Errorf("%s holds the cell %q", name, cell)
			}
		}
	}
	if len(tables) < 10 {
		t.Errorf("only %d tables: %v", len(tables), slices.Sorted(maps.Keys(tables)))
	}
}

// exported are the files of `liaison export --format csv`, by name.
func exported(t *testing.T, w *apptest.World) map[string]string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "out")
	out, err := moving.ToFolder(dir, true)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.App.Moving.Export(context.Background(), apptest.Program(), out.Write); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	tables := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			t.Fatal(err)
		}
		tables[f.Name()] = string(text)
	}
	return tables
}

// cellsOf are the cells of a table as a spreadsheet sees them that parts by commas, and as one that parts by semicolons or
// tabs and so knows none of the quotes.
func cellsOf(t *testing.T, table string) (cells []string) {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(table)).ReadAll()
	if err != nil {
		t.Error(err)
	}
	for _, row := range rows {
		cells = append(cells, row...)
	}
	for _, part := range strings.FieldsFunc(table, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
		cells = append(cells, strings.TrimLeft(part, " "))
	}
	return cells
}
