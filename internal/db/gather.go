package db

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// gathering holds the rows that a transaction inserts by Buffer, by the text of their statement, until something else is
// to be sent. Then they go as statements of many rows, which cost the server a third of as many statements of one row.
type gathering struct {
	order []string // tables; a row may refer to those of tables before its own
	texts []string // in the order in which they came
	rows  map[string]*gathered
	n     int
}

type gathered struct {
	insert insertion
	args   [][]any
}

// maxGathered bounds the memory of a transaction that writes very much.
const maxGathered = 5000

// atOnceSizes are how many rows one statement inserts: few different texts, which stay prepared.
func atOnceSizes() []int { return []int{64, 16, 4, 1} }

// insertion is an INSERT of one row, taken apart.
type insertion struct {
	table  string
	head   string // up to VALUES
	values string // between the brackets
}

var (
	oneRow      = regexp.MustCompile(`(?s)^\s*(INSERT INTO (\w+) \([^()]*\)\s*VALUES\s*)\(([^()]*)\)\s*$`)
	placeholder = regexp.MustCompile(`\$(\d+)`)
)

// take keeps a row for later; false when the statement is no plain INSERT of one row into one of the tables.
func (g *gathering) take(q string, args []any) bool {
	if g.rows[q] == nil {
		m := oneRow.FindStringSubmatch(q)
		if m == nil || !slices.Contains(g.order, m[2]) {
			return false
		}
		g.rows[q] = &gathered{insert: insertion{table: m[2], head: m[1], values: m[3]}}
		g.texts = append(g.texts, q)
	}
	g.rows[q].args = append(g.rows[q].args, args)
	g.n++
	return true
}

// spill gives out what is kept, table by table, as statements of many rows.
func (g *gathering) spill(send func(q string, args []any)) {
	slices.SortStableFunc(g.texts, func(a, b string) int {
		return slices.Index(g.order, g.rows[a].insert.table) - slices.Index(g.order, g.rows[b].insert.table)
	})
	for _, q := range g.texts {
		rows := g.rows[q]
		for _, size := range atOnceSizes() {
			for len(rows.args) >= size {
				send(rows.insert.text(size, len(rows.args[0])), slices.Concat(rows.args[:size]...))
				rows.args = rows.args[size:]
			}
		}
	}
	clear(g.rows)
	g.texts, g.n = g.texts[:0], 0
}

// text is the statement for n rows with so many arguments each.
func (i insertion) text(n, args int) string {
	var b strings.Builder
	b.WriteString(i.head)
	for row := range n {
		if row > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + placeholder.ReplaceAllStringFunc(i.values, func(p string) string {
			at, _ := strconv.Atoi(p[1:]) // digits
			return "$" + strconv.Itoa(at+row*args)
		}) + ")")
	}
	return b.String()
}
