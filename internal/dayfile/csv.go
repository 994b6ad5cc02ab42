package dayfile

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/sheet"
)

// The columns of a CSV list, in the order in which Write gives them. Only date is needed.
const (
	colDate      = "date"
	colName      = "name"
	colNameZh    = "name_zh"
	colCertainty = "certainty"
	colHours     = "hours" // "" closed; else the open hours, "09:00-12:00 13:00-17:00"; "closed" by exception
)

func columns() []string { return []string{colDate, colName, colNameZh, colCertainty, colHours} }

// csv reads a table whose first line names its columns, separated by commas, semicolons or tabs.
func (r *reader) csv(text []byte) error {
	first, _, _ := bytes.Cut(text, []byte("\n"))
	table := csv.NewReader(bytes.NewReader(text))
	table.FieldsPerRecord, table.LazyQuotes, table.TrimLeadingSpace = -1, true, true
	for _, sep := range []rune{';', '\t'} {
		if bytes.ContainsRune(first, sep) {
			table.Comma = sep
		}
	}
	head, err := table.Read()
	if err != nil {
		return errs.New(errs.Invalid, "dayfile.no_columns", "allowed", strings.Join(columns(), ", "))
	}
	at := map[string]int{}
	for i, name := range head {
		at[strings.ToLower(strings.TrimSpace(name))] = i
	}
	if _, ok := at[colDate]; !ok {
		return errs.New(errs.Invalid, "dayfile.no_columns", "allowed", strings.Join(columns(), ", "))
	}
	for rows := 0; ; rows++ {
		row, err := table.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if rows >= maxEvents {
			return errs.New(errs.Invalid, "dayfile.too_many", "most", maxEvents)
		}
		line, _ := table.FieldPos(0)
		if err != nil {
			r.skip(line, "dayfile.unreadable", strings.Join(row, " "))
			continue
		}
		if err := r.row(line, func(col string) string {
			if i, ok := at[col]; ok && i < len(row) {
				return strings.TrimSpace(row[i])
			}
			return ""
		}); err != nil {
			return err
		}
	}
}

// row proposes the day of one row.
func (r *reader) row(line int, cell func(string) string) error {
	date, err := calendar.ParseDate(cell(colDate))
	if err != nil {
		if cell(colDate) != "" || cell(colName) != "" {
			r.skip(line, "dayfile.bad_date", cell(colDate))
		}
		return nil
	}
	e := Entry{Date: date, Name: sheet.Unguard(cell(colName)), NameZh: sheet.Unguard(cell(colNameZh)), Line: line}
	var known bool
	if e.Certainty, known = certainty(cell(colCertainty)); !known {
		r.skip(line, "dayfile.bad_certainty", e.Certainty)
		return nil
	}
	if hours := cell(colHours); hours != "" {
		if e.Windows, e.Hours = windows(hours); !e.Hours {
			r.skip(line, "dayfile.bad_hours", hours)
			return nil
		}
	}
	return r.add(e)
}
