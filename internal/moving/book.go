package moving

import (
	"slices"
	"strings"

	"liaison/internal/errs"
)

// Kind is what a row is about. In CSV it is the name of the file.
type Kind string

// The kinds, in the order in which they are applied: each stands on those before it.
const (
	Customers     Kind = "customers"
	People        Kind = "people"
	Systems       Kind = "systems"
	Components    Kind = "components" // products of others beside the systems
	Agreements    Kind = "agreements"
	Orders        Kind = "orders" // a row is a line of one
	Subscriptions Kind = "subscriptions"
	Exceptions    Kind = "exceptions"
	Extended      Kind = "extended" // windows of extended lifecycle support (4.7)
	Seats         Kind = "seats"
	Invoices      Kind = "invoices"
	Designations  Kind = "designations"
	Contacts      Kind = "contacts" // who stands for what
	Links         Kind = "links"    // groups, partners and resellers: after all customers
)

// Kinds are all kinds in their order.
func Kinds() []Kind {
	return []Kind{Customers, People, Systems, Components, Agreements, Orders, Subscriptions, Exceptions, Extended, Seats, Invoices, Designations, Contacts, Links}
}

// column is one column of a kind.
type column struct {
	name string
	use  use
}

// use says whether a row needs the cell.
type use int

const (
	key      use = iota // always there; the row is found by it
	required            // always there
	optional            // empty: what is there is left; what is new gets the usual value
)

// columnsOf are the columns of a kind in their order.
func columnsOf(k Kind) []column {
	switch k {
	case Customers:
		return []column{{"customer", key}, {"name", required}, {"kind", optional}, {"country", required}, {"centre", optional},
			{"language", optional}, {"restricted", optional}}
	case People:
		return []column{{"customer", key}, {"email", key}, {"name", optional}, {"phone", optional}, {"language", optional},
			{"zone", optional}, {"role", required}, {"kind", optional}, {"sees", optional}, {"status", optional}}
	case Systems:
		return []column{{"customer", key}, {"system", key}, {"deployment", required}, {"country", required}, {"product", required},
			{"version", required}, {"environments", required}}
	case Agreements:
		return []column{{"customer", key}, {"from", key}, {"to", required}, {"number", required}, {"country", required}, {"signingEntity", required}}
	case Seats:
		return []column{{"customer", key}, {"system", key}, {"from", key}, {"seats", required}}
	case Subscriptions:
		return []column{{"customer", key}, {"system", key}, {"from", key}, {"to", required}, {"plan", required}}
	case Exceptions:
		return []column{{"customer", key}, {"system", key}, {"document", key}, {"scope", required}, {"from", required}, {"to", required}}
	case Invoices:
		return []column{{"customer", key}, {"number", key}, {"due", required}, {"paidAt", optional}, {"issued", optional}, {"amount", optional}, {"currency", optional}}
	case Components:
		return []column{{"customer", key}, {"system", key}, {"name", key}, {"vendor", required}, {"version", optional}, {"status", optional}}
	case Orders:
		return []column{{"customer", key}, {"number", key}, {"line", key}, {"signedOn", required}, {"sku", required}, {"product", optional},
			{"system", optional}, {"quantity", required}, {"from", required}, {"to", required}}
	case Extended:
		return []column{{"customer", key}, {"system", key}, {"document", key}, {"from", key}, {"to", required}} // an order may have several windows
	case Contacts:
		return []column{{"customer", key}, {"kind", key}, {"email", key}, {"status", optional}}
	case Links:
		return []column{{"customer", key}, {"kind", key}, {"other", key}, {"status", optional}}
	case Designations:
		return []column{{"customer", key}, {"system", key}, {"email", key}, {"projectAdmin", optional}, {"centre", optional}, {"status", optional}}
	}
	return nil
}

// Columns are the names of a kind's columns, as the first line of its CSV file has them.
func Columns(k Kind) (names []string) {
	for _, c := range columnsOf(k) {
		names = append(names, c.name)
	}
	return names
}

// noCentre in the cell "centre" of a liaison takes the choice back: an empty one leaves what is there.
const noCentre = "none"

// The values of the cell "status".
const (
	active = "active"
	ended  = "ended"
)

// Row is one thing of one kind, with where it was read.
type Row struct {
	File  string
	Line  int // the first is 1
	Kind  Kind
	Cells []string // as many as the kind has columns
	bad   bool     // something is wrong with it by itself
	moved bool     // a liaison beyond the seats of today, of a system that comes from elsewhere
}

func newRow(file string, line int, k Kind) Row {
	return Row{File: file, Line: line, Kind: k, Cells: make([]string, len(columnsOf(k)))}
}

// get is the cell of a column; "" for a column that the kind does not have.
func (r *Row) get(name string) string {
	for i, c := range columnsOf(r.Kind) {
		if c.name == name {
			return r.Cells[i]
		}
	}
	return ""
}

func (r *Row) set(name, value string) {
	for i, c := range columnsOf(r.Kind) {
		if c.name == name {
			r.Cells[i] = value
		}
	}
}

// customer is the key of the customer that the row belongs to.
func (r *Row) customer() string { return r.Cells[0] }

// system is the key of the system that the row belongs to.
func (r *Row) system() string { return r.Cells[0] + "\x00" + r.get("system") }

// key is what the row is found by among those of its kind.
func (r *Row) key() string { return strings.Join(r.keys(), "\x00") }

func (r *Row) keys() (parts []string) {
	for i, c := range columnsOf(r.Kind) {
		if c.use == key {
			parts = append(parts, r.Cells[i])
		}
	}
	return parts
}

// Problem is something in a file that cannot be.
type Problem struct {
	File   string
	Line   int    // 0: the file as a whole
	Column string // "": the row as a whole
	Field  errs.Field
}

// problem makes the problem of a cell.
func (r *Row) problem(column, key string, kv ...any) Problem {
	return Problem{File: r.File, Line: r.Line, Column: column, Field: errs.BadField(column, key, kv...)}
}

// problems turns what a use case says about values into problems of the row. as renames fields to columns.
func (r *Row) problems(err error, as map[string]string) (list []Problem) {
	if err == nil {
		return nil
	}
	e := errs.As(err)
	for _, f := range e.Fields {
		column := f.Name
		if to, ok := as[column]; ok {
			column = to
		}
		list = append(list, Problem{File: r.File, Line: r.Line, Column: column, Field: f})
	}
	if len(list) == 0 {
		list = append(list, Problem{File: r.File, Line: r.Line, Field: errs.Field{Key: e.Key, Args: e.Args}})
	}
	return list
}

// byPlace sorts problems as somebody goes through the files.
func byPlace(list []Problem) {
	slices.SortStableFunc(list, func(a, b Problem) int {
		if c := strings.Compare(a.File, b.File); c != 0 {
			return c
		}
		return a.Line - b.Line
	})
}
