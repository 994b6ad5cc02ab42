package apptest_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/apptest"
)

var updateMatrix = flag.Bool("update", false, "rewrite testdata/matrix.golden: review every line of the difference")

const (
	matrixFile = "testdata/matrix.golden"
	desksFile  = "testdata/matrix_desks.golden"
)

// column is one kind of caller in the matrix.
type column struct {
	name     string
	person   string // "" is nobody, or a token made for the test
	customer string // whose things are the caller's own
}

// home is the customer whose things are "own" to callers who are of no customer; stranger's things are foreign to all.
const (
	home     = "nordwind"
	stranger = "huadong-bank"
)

func columns() []column {
	return []column{
		{"nobody", "", home}, {"outsider", "robin.ashdown", home}, {"member", "jonas.brandt", home}, {"liaison", "katrin.vogel", home},
		{"liaison_b", "claire.fontanel", "belmont"}, {"restricted", "grace.ellison", "mercy-valley"}, {"suspended", "walter.boone", "tidewater"},
		{"expired", "edward.pryce", "old-harbour"}, {"ended", "sabine.krueger", "altmark"}, {"read_token", "", home}, {"disabled", "dana.whitfield", "lakeshore"}, {"engineer", "lin.wei", home},
		{"dedicated_engineer", "anita.rao", home}, {"regional_manager", "helen.marsh", home}, {"success_manager", "priya.nair", home},
		{"licensing", "carl.jensen", home}, {"release_manager", "ruth.adler", home}, {"privacy_officer", "elena.petrova", home},
		{"administrator", "sam.carter", home},
	}
}

// desks are the roles that keep what customers have signed and ordered; a second file holds what they get.
func desks() []column {
	return []column{{"order_desk", "otis.greene", home}, {"renewals_desk", "rita.valdez", home}, {"account_executive", "adam.novak", home}}
}

func allColumns() []column { return append(columns(), desks()...) }

// row is one route with one kind of object.
type row struct {
	route  access.Route
	object string // "own", "foreign", or "-" where the address names nothing
}

func (r row) String() string {
	return fmt.Sprintf("%-6s %-36s %-7s", r.route.Method, r.route.Pattern, r.object)
}

// matrix is what every caller got, by row and column.
type matrix struct {
	rows  []row
	cells map[string]map[string]int // row, column -> status
}

// rows are all routes of the program; signing out comes last, since it ends the caller's session.
func rows(w *apptest.World) (out []row) {
	for _, r := range w.App.Routes.Routes() {
		if len(apptest.Parameters(r)) == 0 {
			out = append(out, row{r, "-"})
			continue
		}
		out = append(out, row{r, "own"}, row{r, "foreign"})
	}
	slices.SortStableFunc(out, func(a, b row) int { return signingOut(a) - signingOut(b) })
	return out
}

func signingOut(r row) int {
	if r.route.Pattern == "/sign-out" {
		return 1
	}
	return 0
}

// callers gives each column its callers for REST and for pages. The disabled person had a session and a token.
func callers(w *apptest.World, c column) (rest, page *apptest.Caller) {
	switch {
	case c.name == "read_token":
		t := w.WithToken(w.NewToken(home, access.ScopeRead).Text)
		return t, t
	case c.person == "":
		return w.Nobody(), w.Nobody()
	}
	rest, page = w.As(c.person), w.In(c.person)
	if c.name == "disabled" {
		w.Disable(c.person)
	}
	return rest, page
}

func fill(w *apptest.World) matrix {
	m := matrix{rows: rows(w), cells: map[string]map[string]int{}}
	reading := map[string]apptest.Objects{} // things that are only read
	for _, key := range []string{home, stranger, "belmont", "mercy-valley", "tidewater", "old-harbour", "altmark", "lakeshore"} {
		reading[key] = w.Things(key)
	}
	untouched := map[string]apptest.Objects{} // things that nobody has changed before: a change is tried on these
	for _, c := range allColumns() {
		rest, page := callers(w, c)
		for _, r := range m.rows {
			key := c.customer
			if r.object == "foreign" {
				key = stranger
			}
			things := reading[key]
			changes := apptest.Changes(r.route) && r.object != "-" && !apptest.IsEntry(r.route)
			if changes {
				if _, ok := untouched[key]; !ok {
					untouched[key] = w.Things(key)
				}
				things = untouched[key]
			}
			who := page
			if apptest.IsREST(r.route) {
				who = rest
			}
			if m.cells[r.String()] == nil {
				m.cells[r.String()] = map[string]int{}
			}
			status := who.Try(w.Probe(r.route, things)).Status
			m.cells[r.String()][c.name] = status
			if changes && status != 401 && status != 403 && status != 404 { // those leave things as they are
				delete(untouched, key)
			}
		}
	}
	return m
}

func (m matrix) text(columns []column) []byte {
	var b bytes.Buffer
	fmt.Fprint(&b, "# What each kind of caller gets from each route. Reviewed by people; rules_test.go checks every cell a second time.\n",
		"# own: things of the caller's customer (of "+home+" for who has none); foreign: of "+stranger+".\n")
	fmt.Fprintf(&b, "%-51s", "route")
	for _, c := range columns {
		fmt.Fprintf(&b, ",%s", c.name)
	}
	for _, r := range m.rows {
		fmt.Fprintf(&b, "\n%s", r)
		for _, c := range columns {
			fmt.Fprintf(&b, ",%*d", len(c.name), m.cells[r.String()][c.name])
		}
	}
	b.WriteString("\n")
	return b.Bytes()
}

func TestMatrixOfRoutesAndRoles(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := fill(w)
		checkRules(t, m)
		for file, columns := range map[string][]column{matrixFile: columns(), desksFile: desks()} {
			if *updateMatrix {
				if w.Engine == "sqlite" {
					if err := os.WriteFile(file, m.text(columns), 0o644); err != nil {
						t.Fatal(err)
					}
				}
				continue
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			compareLines(t, string(want), string(m.text(columns)))
		}
	})
}

// compareLines names every line that differs.
func compareLines(t *testing.T, want, got string) {
	t.Helper()
	known := map[string]bool{}
	for line := range strings.Lines(want) {
		known[line] = true
	}
	for line := range strings.Lines(got) {
		if !known[line] {
			t.Errorf("not in the reviewed matrix:\n%s", line)
		}
		delete(known, line)
	}
	for line := range known {
		t.Errorf("in the reviewed matrix only:\n%s", line)
	}
}
