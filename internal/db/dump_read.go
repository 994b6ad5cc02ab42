package db

import (
	"bufio"
	"encoding/json"
	"io"
	"slices"

	"liaison/internal/errs"
)

// DumpHead is what a dump says of itself.
type DumpHead struct {
	Schema   int64 // version of the schema it was taken from
	LastCase int64 // last number drawn from the sequence of cases
}

// DumpRow is one row of a dump. A column that is not there, or of another kind, reads as the zero value.
type DumpRow struct {
	Table   string
	columns []string
	cells   []json.RawMessage
}

// Text reads a column of text.
func (r DumpRow) Text(column string) (s string) { r.read(column, &s); return s }

// Int reads a column of numbers; instants are microseconds.
func (r DumpRow) Int(column string) (n int64) { r.read(column, &n); return n }

// Bytes reads a column of bytes or ids, nil for NULL.
func (r DumpRow) Bytes(column string) []byte {
	var b dumpBytes
	r.read(column, &b)
	return b.B
}

func (r DumpRow) read(column string, into any) {
	if i := slices.Index(r.columns, column); i >= 0 && i < len(r.cells) {
		_ = json.Unmarshal(r.cells[i], into) // what does not fit stays zero; Load is where a wrong type is refused
	}
}

// ReadDump goes through what Dump wrote without a database, whatever schema it was taken from: row gets every row. A
// dump that is damaged or cut is Invalid, with the line up to which it is good.
func ReadDump(r io.Reader, row func(DumpRow) error) (head DumpHead, err error) {
	defer errs.Wrap(&err, "db.ReadDump")
	in := &dumpReader{r: bufio.NewReader(r)}
	err = in.walk(&head, row)
	if in.damaged {
		err = &errs.Error{Kind: errs.Invalid, Key: "error.restore_damaged", Args: map[string]any{"line": in.lines}, Err: err}
	}
	return head, err
}

func (d *dumpReader) walk(head *DumpHead, row func(DumpRow) error) error {
	first, err := d.next()
	if err != nil {
		return err
	}
	var h dumpHeader
	if json.Unmarshal(first, &h) != nil || h.Dump != 1 {
		d.damaged = true
		return errDamaged
	}
	*head = DumpHead{Schema: h.Schema, LastCase: h.Case}
	var at DumpRow
	for {
		b, err := d.next()
		if err != nil {
			return err
		}
		if b[0] == '[' && at.Table != "" {
			at.cells = nil
			if json.Unmarshal(b, &at.cells) != nil || len(at.cells) != len(at.columns) {
				d.damaged = true
				return errDamaged
			}
			if err := row(at); err != nil {
				return err
			}
			continue
		}
		var mark struct {
			dumpTable
			dumpEnd
		}
		if json.Unmarshal(b, &mark) != nil || mark.Lines != 0 && mark.Lines != d.lines-1 || mark.Lines == 0 && mark.Table == "" {
			d.damaged = true
			return errDamaged
		}
		if mark.Lines != 0 {
			return nil
		}
		at = DumpRow{Table: mark.Table, columns: mark.Columns}
	}
}
