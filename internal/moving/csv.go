package moving

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"liaison/internal/errs"
	"liaison/internal/sheet"
)

// readCSV reads the file of one kind. Its first line names the columns, in any order; a comma, or where the first line
// has none a semicolon, parts the cells.
func readCSV(file string, k Kind, text []byte, add func(Row)) (bad []Problem) {
	text = bytes.TrimPrefix(text, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(text) {
		return []Problem{{File: file, Line: 1 + bytes.Count(text[:invalidAt(text)], []byte("\n")), Field: errs.Field{Key: "moving.not_utf8"}}}
	}
	in := csv.NewReader(bytes.NewReader(text))
	first, _, _ := bytes.Cut(text, []byte("\n"))
	if !bytes.Contains(first, []byte(",")) && bytes.Contains(first, []byte(";")) {
		in.Comma = ';'
	}
	in.FieldsPerRecord = -1
	in.ReuseRecord = true
	head, err := in.Read()
	if err != nil {
		return []Problem{cutCSV(file, err)}
	}
	places, bad := readHead(file, k, head)
	if len(bad) > 0 {
		return bad
	}
	for {
		record, err := in.Read()
		if errors.Is(err, io.EOF) {
			return bad
		}
		if err != nil {
			return append(bad, cutCSV(file, err))
		}
		line, _ := in.FieldPos(0)
		row := newRow(file, line, k)
		if len(record) != len(places) {
			bad = append(bad, row.problem("", "moving.cells", "found", len(record), "want", len(places)))
			continue
		}
		for i, cell := range record {
			row.Cells[places[i]] = strings.TrimSpace(sheet.Unguard(cell))
		}
		add(row)
	}
}

func invalidAt(text []byte) int {
	at := 0
	for at < len(text) {
		r, n := utf8.DecodeRune(text[at:])
		if r == utf8.RuneError && n <= 1 {
			return at
		}
		at += n
	}
	return at
}

// readHead gives, for each cell of a record, its place among the columns of the kind.
func readHead(file string, k Kind, head []string) (places []int, bad []Problem) {
	names := Columns(k)
	row := newRow(file, 1, k)
	for _, name := range head {
		name = strings.TrimSpace(name)
		at := slices.Index(names, name)
		switch {
		case at < 0:
			bad = append(bad, row.problem(name, "moving.unknown_column", "allowed", strings.Join(names, ", ")))
		case slices.Contains(places, at):
			bad = append(bad, row.problem(name, "moving.column_twice"))
		}
		places = append(places, at)
	}
	for i, c := range columnsOf(k) {
		if c.use != optional && !slices.Contains(places, i) {
			bad = append(bad, row.problem(c.name, "moving.column_missing"))
		}
	}
	return places, bad
}

func cutCSV(file string, err error) Problem {
	p := Problem{File: file, Line: 1, Field: errs.Field{Key: "moving.no_header"}}
	if at, ok := errors.AsType[*csv.ParseError](err); ok {
		p.Line, p.Field.Key = at.StartLine, "moving.bad_csv"
	}
	return p
}

// csvFile writes the rows of one kind.
type csvFile struct{ out *sheet.Writer }

func newCSV(w io.Writer, k Kind) (*csvFile, error) {
	f := &csvFile{sheet.NewWriter(w)}
	return f, f.out.Write(Columns(k)...)
}

func (f *csvFile) write(r Row) error {
	return f.out.Write(r.Cells...)
}
