// Package sheet writes tables as CSV (RFC 4180, UTF-8) that people open in a spreadsheet. A spreadsheet runs a cell that
// begins like a formula, and what stands in our tables was written by others: names of customers, systems and people.
// Every cell passes Guard here, so no table can forget it; internal/archtest keeps other packages from writing CSV.
package sheet

import (
	"encoding/csv"
	"io"
	"strings"
	"unicode/utf8"
)

// Writer writes rows.
type Writer struct{ out *csv.Writer }

// NewWriter makes a writer whose lines end with \n.
func NewWriter(w io.Writer) *Writer { return &Writer{csv.NewWriter(w)} }

// CRLF makes lines end with \r\n, as programs of calendars expect it.
func (w *Writer) CRLF() *Writer {
	w.out.UseCRLF = true
	return w
}

// Write writes one row; every cell is guarded.
func (w *Writer) Write(cells ...string) error {
	row := make([]string, len(cells))
	for i, c := range cells {
		row[i] = Guard(c)
	}
	return w.out.Write(row)
}

// Flush writes what is buffered and gives the first error of all writes.
func (w *Writer) Flush() error {
	w.out.Flush()
	return w.out.Error()
}

// starters begin a formula in some spreadsheet; the wide ones do where a Chinese or Japanese one is set up. The control
// characters are passed over by spreadsheets, so that what follows them begins the cell.
const starters = "=+-@\t\r\n\x00＝＋－＠"

// parters end a cell for a spreadsheet that parts cells by something else than the comma, or reads line by line.
const parters = ";\t\r\n"

// Guard gives a cell in which no spreadsheet finds a formula: an apostrophe stands before what would begin one, at the
// beginning of the cell and behind everything that some spreadsheet takes for the end of a cell. A negative number stays
// one. Unguard gives the cell back.
func Guard(cell string) string {
	if !strings.ContainsAny(cell, starters) || isNumber(cell) {
		return cell
	}
	return walk(cell, func(b *strings.Builder, rest string) (read int) {
		b.WriteByte('\'')
		return 0
	})
}

// Unguard takes the marks of Guard away, from cells that came back out of a file.
func Unguard(cell string) string {
	if !strings.Contains(cell, "'") {
		return cell
	}
	return walk(cell, func(_ *strings.Builder, rest string) (read int) {
		if strings.HasPrefix(rest, "'") {
			return 1
		}
		return 0
	})
}

// walk copies a cell and calls at where a formula begins, marked or not; at writes, and says how many bytes it has read.
func walk(cell string, at func(b *strings.Builder, rest string) (read int)) string {
	var b strings.Builder
	b.Grow(len(cell) + 1)
	for i, begins := 0, true; i < len(cell); {
		if begins && beginsFormula(cell[i:]) {
			i += at(&b, cell[i:])
			begins = false
		}
		r, size := utf8.DecodeRuneInString(cell[i:])
		b.WriteString(cell[i : i+size])
		begins = begins && r == ' ' || strings.ContainsRune(parters, r)
		i += size
	}
	return b.String()
}

// beginsFormula also sees one that is marked already: otherwise a mark that somebody typed would be taken away.
func beginsFormula(rest string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimLeft(rest, "'"))
	return r != utf8.RuneError && strings.ContainsRune(starters, r)
}

// isNumber reports whether a cell is a negative decimal number and nothing else.
func isNumber(cell string) bool {
	digits, negative := strings.CutPrefix(cell, "-")
	whole, part, fraction := strings.Cut(digits, ".")
	only := func(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }
	return negative && only(whole) && (!fraction || only(part))
}
