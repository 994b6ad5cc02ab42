package archive

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// Finding is one thing that a verification found: the catalogue key of its sentence, and the arguments.
type Finding struct {
	Key  string         `json:"code"`
	Args map[string]any `json:"args,omitempty"`
}

// Report is the outcome of a verification.
type Report struct {
	Journal  Head             `json:"journal"`
	Rows     map[string]int64 `json:"rows,omitempty"` // of an archive, by table
	Files    int              `json:"files"`
	KeyID    string           `json:"keyId"`
	Problems []Finding        `json:"problems"` // what is wrong
	Notes    []Finding        `json:"notes"`    // what is good to know and harms nothing
}

func (r *Report) problem(key string, kv ...any) { r.Problems = append(r.Problems, finding(key, kv)) }
func (r *Report) note(key string, kv ...any)    { r.Notes = append(r.Notes, finding(key, kv)) }

func finding(key string, kv []any) Finding {
	return Finding{key, errs.New(errs.Invalid, key, kv...).Args}
}

// VerifyFile goes through an archive: names, sizes and hashes of all members, the journal's proof from its rows, and
// whether each file that a row names is there. An archive that is no whole one is an error.
func VerifyFile(ctx context.Context, path string, tell func(Progress)) (r Report, err error) {
	defer errs.Wrap(&err, "archive.VerifyFile(%s)", path)
	var d dumped
	there := map[id.ID]bool{}
	m, err := read(ctx, path, sink{
		dump: func(in io.Reader) (err error) { d, err = inspect(in); return err },
		file: func(file id.ID, _ io.Reader) error { there[file] = true; return nil },
	}, tell)
	if err != nil {
		return r, err
	}
	if err := sameJournal(m, d); err != nil {
		return r, err
	}
	r = Report{Journal: d.head, Rows: d.rows, Files: len(there), KeyID: m.KeyID, Problems: []Finding{}, Notes: []Finding{}}
	r.gaps(d.head.Gaps, m.Engine == string(db.SQLite))
	r.compareFiles(d.files, there)
	return r, nil
}

// compareFiles names files without a row, and rows without their file.
func (r *Report) compareFiles(named, there map[id.ID]bool) {
	for _, file := range sorted(named) {
		if !there[file] {
			r.problem("verify.file_missing", "file", file.String())
		}
	}
	for _, file := range sorted(there) {
		if !named[file] {
			r.note("verify.orphan", "file", file.String())
		}
	}
}

func sorted(set map[id.ID]bool) []id.ID {
	var all []id.ID
	for file := range set {
		all = append(all, file)
	}
	slices.SortFunc(all, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
	return all
}

// gaps tells which numbers of the journal are missing. On SQLite nothing but a removal leaves a gap.
func (r *Report) gaps(all []journal.Gap, wrong bool) {
	for _, g := range all {
		if wrong {
			r.problem("verify.gap", "from", g.From, "to", g.To)
		} else {
			r.note("verify.gap_undone", "from", g.From, "to", g.To)
		}
	}
}

// Live is a running installation, or one that stands still. Nobody has to stop working for its verification.
type Live struct {
	DB    *db.DB
	Cases *cases.Service // with Blobs, and Keys unless there is no key
	Tell  func(Progress)
}

// Verify reads everything: the journal's lines, the engine's own checks, and the bytes of all files.
func (l Live) Verify(ctx context.Context) (r Report, err error) {
	defer errs.Wrap(&err, "archive.Verify")
	r = Report{Problems: []Finding{}, Notes: []Finding{}}
	if err := l.journal(ctx, &r); err != nil {
		return r, err
	}
	damage, err := l.DB.Integrity(ctx)
	if err != nil {
		return r, err
	}
	for _, d := range damage {
		r.problem("verify.damage", "table", d.Table, "what", d.What)
	}
	if l.Cases.Keys == nil {
		r.problem("verify.no_key")
		return r, nil
	}
	known, err := keyOf(ctx, l.DB)
	if err != nil {
		return r, err
	}
	r.KeyID = l.Cases.Keys.ID()
	if known != "" && known != r.KeyID {
		r.problem("verify.other_key", "have", r.KeyID, "want", known)
		return r, nil
	}
	return r, l.files(ctx, &r)
}

// keyOf is the number of the installation's key that the database belongs to; "" for one that never served.
func keyOf(ctx context.Context, d *db.DB) (key string, err error) {
	err = d.View(ctx, db.ForSystem("archive.key"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT value FROM setting WHERE name = 'key_id'`, nil, &key)
		if errors.Is(err, db.ErrNoRows) {
			err = nil
		}
		return err
	})
	return key, err
}

// journal computes the proof. Of a database that was restored it also compares the part that came with the archive.
func (l Live) journal(ctx context.Context, r *Report) error {
	return l.DB.View(ctx, db.ForSystem("archive.verify"), func(tx *db.Tx) error {
		from, err := restoredFrom(tx)
		if err != nil {
			return err
		}
		var proof journal.Proof
		proven := from.Lines == 0
		err = journal.Walk(tx, func(e journal.Entry) error {
			if err := proof.Add(e); err != nil || proof.Lines() != from.Lines {
				return err
			}
			_, root, err := proof.Head()
			proven = root == from.Root
			return err
		})
		if err != nil {
			return err
		}
		if r.Journal, err = headOf(&proof); err != nil {
			return err
		}
		if !proven {
			r.problem("verify.journal_changed", "lines", from.Lines, "root", from.Root)
		}
		for _, g := range r.Journal.Gaps {
			r.gaps([]journal.Gap{g}, tx.Engine() == db.SQLite && !slices.Contains(from.Gaps, g))
		}
		return nil
	})
}

// restoredFrom is the journal's head of the archive that the database came from; zero when it came from none.
func restoredFrom(tx *db.Tx) (h Head, err error) {
	var text string
	err = tx.Row(`SELECT value FROM setting WHERE name = $1`, []any{restoredSetting}, &text)
	if errors.Is(err, db.ErrNoRows) {
		return h, nil
	}
	if err != nil {
		return h, err
	}
	return h, json.Unmarshal([]byte(text), &h)
}

// files looks first at what lies in the folder and then at the rows: a file comes before its row.
func (l Live) files(ctx context.Context, r *Report) error {
	orphans := map[id.ID]bool{}
	err := l.Cases.Blobs.Walk(ctx, func(file id.ID) error { orphans[file] = true; return nil })
	if err != nil {
		return err
	}
	told := reporter{tell: l.Tell}
	err = l.Cases.CheckFiles(ctx, access.Actor{System: true}, func(f cases.CheckedFile) {
		delete(orphans, f.ID)
		r.Files++
		told.file(0)
		if f.Fault != "" {
			r.problem("verify.file_"+string(f.Fault), "file", f.ID.String())
		}
	})
	for _, file := range sorted(orphans) {
		r.note("verify.orphan", "file", file.String())
	}
	return err
}
