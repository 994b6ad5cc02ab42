package archive

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// dumped is what a dump says about itself, with the journal's proof computed from its lines.
type dumped struct {
	schema int64
	rows   map[string]int64
	head   Head
	files  map[id.ID]bool // that rows name
}

// inspect goes through a compressed dump.
func inspect(r io.Reader) (d dumped, err error) {
	defer errs.Wrap(&err, "archive.inspect")
	plain, err := gzip.NewReader(r)
	if err != nil {
		return d, errs.Because(errs.Invalid, "archive.not_one", err)
	}
	d = dumped{rows: map[string]int64{}, files: map[id.ID]bool{}}
	var proof journal.Proof
	head, err := db.ReadDump(plain, func(row db.DumpRow) error {
		d.rows[row.Table]++
		switch row.Table {
		case "journal":
			return proof.Add(lineOf(row))
		case "attachment":
			d.files[idOf(row, "blob_id")] = true
		case "pending_upload":
			d.files[idOf(row, "id")] = true
		}
		return nil
	})
	if err != nil {
		return d, err
	}
	d.schema = head.Schema
	d.head, err = headOf(&proof)
	return d, err
}

func headOf(p *journal.Proof) (h Head, err error) {
	h.Lines, h.Root, err = p.Head()
	h.Gaps = p.Gaps()
	return h, err
}

func idOf(row db.DumpRow, column string) (i id.ID) {
	copy(i[:], row.Bytes(column))
	return i
}

func lineOf(row db.DumpRow) journal.Entry {
	return journal.Entry{
		Seq: row.Int("seq"), At: time.UnixMicro(row.Int("at")), Occurred: time.UnixMicro(row.Int("occurred_at")),
		Tenant: idOf(row, "tenant_id"), Actor: idOf(row, "actor_id"), ActorKind: row.Text("actor_kind"),
		SubjectKind: row.Text("subject_kind"), Subject: idOf(row, "subject_id"), Kind: row.Text("kind"),
		Visibility: journal.Visibility(row.Text("visibility")), Data: json.RawMessage(row.Text("data")),
		Clause: row.Text("clause"), Edition: row.Text("edition"),
	}
}
