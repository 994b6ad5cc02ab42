package journal

import (
	"bytes"
	"encoding/json"
	"strings"

	"golang.org/x/mod/sumdb/tlog"

	"liaison/internal/db"
	"liaison/internal/errs"
)

// Root is the RFC 6962 tree head over all lines in the order of their numbers: how many there are, and the hash (base64)
// that changes when any of them is altered, removed or put elsewhere. The scope must span customers.
func Root(tx *db.Tx) (size int64, hash string, err error) {
	defer errs.Wrap(&err, "journal.Root")
	var p Proof
	if err := Walk(tx, p.Add); err != nil {
		return 0, "", err
	}
	return p.Head()
}

// Leaf is the canonical form of a line, the bytes of its leaf in the tree: a JSON array, the instants as UTC
// microseconds, the ids as their text, the data as it was written.
func Leaf(e Entry) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode([]any{e.Seq, e.At.UnixMicro(), e.Occurred.UnixMicro(), e.Tenant, e.Actor, e.ActorKind,
		e.SubjectKind, e.Subject, e.Kind, e.Visibility, string(e.Data), e.Clause, e.Edition})
	return []byte(strings.TrimSuffix(b.String(), "\n")), err
}

// tree keeps the hashes that tlog numbers. The next leaf and the root need only the right edge of it.
type tree struct {
	size   int64
	hashes map[int64]tlog.Hash
}

func (t *tree) add(leaf []byte) error {
	if t.hashes == nil {
		t.hashes = map[int64]tlog.Hash{}
	}
	stored, err := tlog.StoredHashes(t.size, leaf, t)
	if err != nil {
		return err
	}
	for i, h := range stored {
		t.hashes[tlog.StoredHashIndex(0, t.size)+int64(i)] = h
	}
	// The new hashes cover all but the last: those below it are never asked for again.
	for level := range len(stored) - 1 {
		n := t.size >> level
		delete(t.hashes, tlog.StoredHashIndex(level, n))
		delete(t.hashes, tlog.StoredHashIndex(level, n-1))
	}
	t.size++
	return nil
}

// ReadHashes is how tlog asks for hashes.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	out := make([]tlog.Hash, len(indexes))
	for i, x := range indexes {
		out[i] = t.hashes[x]
	}
	return out, nil
}
