package db

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"regexp"
	"slices"

	"liaison/internal/id"
)

// schemaTable is a table of the common schema.
type schemaTable struct {
	name    string
	columns []schemaColumn
}

type schemaColumn struct {
	name string
	kind string // UUID, BYTEA, TEXT, BIGINT, BOOLEAN
}

func (t schemaTable) names() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.name
	}
	return out
}

// dumpTables reads the tables of the common schema from its text, in an order in which they can be filled: a table
// refers only to those before it.
func dumpTables() ([]schemaTable, error) {
	files, err := fs.Glob(migrationFiles, "migrations/common/*.sql")
	if err != nil {
		return nil, err
	}
	create := regexp.MustCompile(`(?s)CREATE TABLE (\w+) \((.*?)\n\);`)
	drop := regexp.MustCompile(`(?m)^DROP TABLE (\w+)`)
	add := regexp.MustCompile(`ALTER TABLE (\w+) ADD COLUMN (\w+)\s+(UUID|BYTEA|TEXT|BIGINT|BOOLEAN)\b`)
	column := regexp.MustCompile(`(?m)^  (\w+)\s+(UUID|BYTEA|TEXT|BIGINT|BOOLEAN)\b`)
	var tables []schemaTable
	for _, name := range files {
		whole, err := migrationFiles.ReadFile(name)
		if err != nil {
			return nil, err
		}
		text, _, _ := bytes.Cut(whole, []byte("-- +goose Down"))
		for _, m := range drop.FindAllSubmatch(text, -1) {
			tables = slices.DeleteFunc(tables, func(t schemaTable) bool { return t.name == string(m[1]) })
		}
		for _, m := range create.FindAllStringSubmatch(string(text), -1) {
			if m[1] == "mail_line" { // the order of jobs, which are in no dump: without them it would hold up later mail
				continue
			}
			t := schemaTable{name: m[1]}
			for _, c := range column.FindAllStringSubmatch(m[2], -1) {
				t.columns = append(t.columns, schemaColumn{c[1], c[2]})
			}
			tables = append(tables, t)
		}
		for _, m := range add.FindAllStringSubmatch(string(text), -1) {
			for i := range tables {
				if tables[i].name == m[1] {
					tables[i].columns = append(tables[i].columns, schemaColumn{m[2], m[3]})
				}
			}
		}
	}
	return tables, nil
}

// cell is a place to scan a column into, whatever the engine hands over; NULL leaves it nil.
func (c schemaColumn) cell() any {
	switch c.kind {
	case "UUID", "BYTEA":
		return &rawCell{}
	case "BIGINT":
		return new(*int64)
	case "BOOLEAN":
		return new(*bool)
	}
	return new(*string)
}

// cellValue is what a dump says for a scanned cell.
func cellValue(cell any) any {
	if b, ok := cell.(*rawCell); ok {
		if *b == nil {
			return nil
		}
		return dumpBytes{*b}
	}
	return cell
}

// args are a row of a dump as arguments of its INSERT.
func (t schemaTable) args(row json.RawMessage) ([]any, error) {
	var cells []json.RawMessage
	if err := json.Unmarshal(row, &cells); err != nil {
		return nil, err
	}
	if len(cells) != len(t.columns) {
		return nil, fmt.Errorf("%d values for %d columns of %s", len(cells), len(t.columns), t.name)
	}
	args := make([]any, len(cells))
	for i, c := range t.columns {
		if string(cells[i]) == "null" {
			continue
		}
		var err error
		switch c.kind {
		case "UUID", "BYTEA":
			var b dumpBytes
			err = json.Unmarshal(cells[i], &b)
			args[i] = b.B
		case "BIGINT":
			var n int64
			err = json.Unmarshal(cells[i], &n)
			args[i] = n
		case "BOOLEAN":
			var yes bool
			err = json.Unmarshal(cells[i], &yes)
			args[i] = yes
		default:
			var s string
			err = json.Unmarshal(cells[i], &s)
			args[i] = s
		}
		if err != nil {
			return nil, fmt.Errorf("%s.%s: %w", t.name, c.name, err)
		}
	}
	return args, nil
}

// rawCell holds bytes or an id.
type rawCell []byte

// Scan reads bytes, or the text of an id as the PostgreSQL driver hands it over.
func (r *rawCell) Scan(src any) error {
	switch v := src.(type) {
	case nil:
		*r = nil
	case []byte:
		*r = append(rawCell{}, v...)
	case string:
		var i id.ID
		err := i.Scan(v)
		*r = i[:]
		return err
	default:
		return fmt.Errorf("db: %T is no bytes", src)
	}
	return nil
}
