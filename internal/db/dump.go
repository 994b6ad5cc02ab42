package db

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"liaison/internal/errs"
)

// A dump is text: every line is the length of its JSON, a space, the JSON and a line feed. The first JSON is the
// header; then for each table its name with its columns and its rows as arrays; the last is the number of lines.
// Bytes and ids are {"b": base64}. Derived rows (jobs, search) are not part of it.

type dumpHeader struct {
	Dump   int   `json:"liaisonDump"` // form of the dump, 1
	Schema int64 `json:"schema"`
	Case   int64 `json:"caseSequence"` // last number drawn
}

type dumpTable struct {
	Table   string   `json:"table"`
	Columns []string `json:"columns"`
}

type dumpEnd struct {
	Lines int `json:"lines"` // before this one
}

type dumpBytes struct {
	B []byte `json:"b"`
}

// Dump writes all rows as they are at one instant, in a form that Load reads on either engine.
func (d *DB) Dump(ctx context.Context, w io.Writer) (err error) {
	defer errs.Wrap(&err, "db.Dump")
	tables, err := dumpTables()
	if err != nil {
		return err
	}
	steps, _, err := d.versions(ctx)
	if err != nil {
		return err
	}
	schema := last(steps)
	out := &dumpWriter{w: bufio.NewWriter(w)}
	err = d.View(ctx, ForSystem("dump"), func(tx *Tx) error {
		h := dumpHeader{Dump: 1, Schema: schema}
		if err := tx.Row(lastCase(tx.Engine()), nil, &h.Case); err != nil {
			return err
		}
		if err := out.line(h); err != nil {
			return err
		}
		for _, t := range tables {
			if err := dumpRows(tx, out, t); err != nil {
				return err
			}
		}
		return out.line(dumpEnd{out.lines})
	})
	if err != nil {
		return err
	}
	return out.w.Flush()
}

func lastCase(e Engine) string {
	if e == SQLite {
		return "SELECT value FROM counter WHERE name = 'case'"
	}
	return "SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM case_sequence"
}

func dumpRows(tx *Tx, out *dumpWriter, t schemaTable) error {
	if err := out.line(dumpTable{t.name, t.names()}); err != nil {
		return err
	}
	order := ""
	if t.name == "journal" {
		order = " ORDER BY seq"
	}
	cells := make([]any, len(t.columns))
	return tx.Query("SELECT "+strings.Join(t.names(), ", ")+" FROM "+t.name+order, nil, func(scan func(dest ...any) error) error {
		for i, c := range t.columns {
			cells[i] = c.cell()
		}
		if err := scan(cells...); err != nil {
			return err
		}
		row := make([]any, len(cells))
		for i, c := range cells {
			row[i] = cellValue(c)
		}
		return out.line(row)
	})
}

type dumpWriter struct {
	w     *bufio.Writer
	lines int
}

func (d *dumpWriter) line(v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	d.lines++
	_, err = fmt.Fprintf(d.w, "%d %s\n", len(b), b)
	return err
}

// Load reads what Dump wrote into an empty, migrated database: all of it or nothing.
func (d *DB) Load(ctx context.Context, r io.Reader) (err error) {
	defer errs.Wrap(&err, "db.Load")
	tables, err := dumpTables()
	if err != nil {
		return err
	}
	steps, _, err := d.versions(ctx)
	if err != nil {
		return err
	}
	schema := last(steps)
	return d.Update(ctx, ForSystem("restore"), func(tx *Tx) error {
		tx.MarkJournaled() // the journal is part of what is restored
		for _, t := range tables {
			var some bool
			if err := tx.Row("SELECT EXISTS (SELECT 1 FROM "+t.name+")", nil, &some); err != nil {
				return err
			}
			if some {
				return errs.New(errs.Conflict, "error.restore_not_empty", "table", t.name)
			}
		}
		in := &dumpReader{r: bufio.NewReader(r)}
		err := in.load(tx, tables, schema)
		if in.damaged {
			return &errs.Error{Kind: errs.Invalid, Key: "error.restore_damaged", Args: map[string]any{"line": in.lines}, Err: err}
		}
		return err
	})
}

type dumpReader struct {
	r       *bufio.Reader
	lines   int
	damaged bool // what was read cannot be trusted, as opposed to: the database failed
}

var errDamaged = errors.New("not a complete dump")

// next reads a line's JSON.
func (d *dumpReader) next() (json.RawMessage, error) {
	d.damaged = true
	size, err := d.r.ReadString(' ')
	if err != nil {
		return nil, err
	}
	n, err := strconv.Atoi(strings.TrimSuffix(size, " "))
	if err != nil || n < 0 || n > 1<<30 {
		return nil, errDamaged
	}
	b := make([]byte, n+1)
	if _, err := io.ReadFull(d.r, b); err != nil {
		return nil, err
	}
	if b[n] != '\n' || !json.Valid(b[:n]) {
		return nil, errDamaged
	}
	d.lines++
	d.damaged = false
	return b[:n], nil
}

func (d *dumpReader) load(tx *Tx, tables []schemaTable, schema int64) error {
	first, err := d.next()
	if err != nil {
		return err
	}
	var h dumpHeader
	if json.Unmarshal(first, &h) != nil || h.Dump != 1 {
		d.damaged = true
		return errDamaged
	}
	if h.Schema != schema {
		key := "error.schema_older"
		if h.Schema > schema {
			key = "error.schema_newer"
		}
		return errs.New(errs.Conflict, key, "have", strconv.FormatInt(h.Schema, 10), "want", strconv.FormatInt(schema, 10))
	}
	if err := d.rows(tx, tables); err != nil {
		return err
	}
	return setSequences(tx, h.Case)
}

func (d *dumpReader) rows(tx *Tx, tables []schemaTable) error {
	var into schemaTable
	insert := ""
	for {
		b, err := d.next()
		if err != nil {
			return err
		}
		if b[0] == '[' && insert != "" {
			args, err := into.args(b)
			if err != nil {
				d.damaged = true
				return err
			}
			if err := tx.Buffer(insert, args...); err != nil {
				return err
			}
			continue
		}
		var head struct {
			dumpTable
			dumpEnd
		}
		if err := json.Unmarshal(b, &head); err != nil || head.Lines != 0 && head.Lines != d.lines-1 {
			d.damaged = true
			return errDamaged
		}
		if head.Lines != 0 {
			return nil
		}
		if into, insert = insertFor(tables, head.dumpTable); insert == "" {
			d.damaged = true
			return errDamaged
		}
	}
}

func insertFor(tables []schemaTable, head dumpTable) (schemaTable, string) {
	for _, t := range tables {
		if t.name == head.Table && strings.Join(t.names(), " ") == strings.Join(head.Columns, " ") {
			places := make([]string, len(t.columns))
			for i := range places {
				places[i] = "$" + strconv.Itoa(i+1)
			}
			return t, "INSERT INTO " + t.name + " (" + strings.Join(t.names(), ", ") + ") VALUES (" + strings.Join(places, ", ") + ")"
		}
	}
	return schemaTable{}, ""
}

// setSequences lets what comes next be numbered after what was loaded.
func setSequences(tx *Tx, lastCase int64) error {
	if tx.Engine() == SQLite { // AUTOINCREMENT has seen the journal's numbers
		return tx.Buffer("UPDATE counter SET value = $1 WHERE name = 'case'", lastCase)
	}
	if lastCase > 0 {
		if _, err := tx.Exec("SELECT setval('case_sequence', $1)", lastCase); err != nil {
			return err
		}
	}
	_, err := tx.Exec("SELECT setval(pg_get_serial_sequence('journal', 'seq'), (SELECT coalesce(max(seq), 0) + 1 FROM journal), false)")
	return err
}
