package cases

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"strings"

	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// stretch is a part of all cases, in the order of their keys, whose stored due instants follow the same editions.
type stretch struct {
	Tenant   id.ID    `json:"tenant"` // of its last case; none: it is the rest
	Case     id.ID    `json:"case"`
	Editions []string `json:"editions"` // the first one first
}

func (s stretch) isRest() bool { return s.Case.IsZero() }

// reaches reports whether a case lies in the stretch or before it.
func (s stretch) reaches(k caseKey) bool {
	return s.isRest() || cmp.Or(bytes.Compare(k.tenant[:], s.Tenant[:]), bytes.Compare(k.id[:], s.Case[:])) <= 0
}

// stretches are all cases; the last one is the rest. There is one more for each pass that has not ended: a pass that is
// overtaken by another one leaves what it did, and what it did not, to that.
type stretches []stretch

// ended reports whether all cases follow the editions of a book.
func (w stretches) ended(book *policy.Book) bool {
	return len(w) == 1 && slices.Equal(bookOf(book, w[0].Editions).Names(), book.Names())
}

// begun is the last case that a pass to the editions of a book has done; none when it has not begun.
func (w stretches) begun(book *policy.Book) caseKey {
	if !slices.Equal(w[0].Editions, book.Names()) {
		return caseKey{}
	}
	return caseKey{w[0].Tenant, w[0].Case}
}

// at names the editions that the stored instants of a case follow.
func (w stretches) at(k caseKey) []string {
	return w[slices.IndexFunc(w, func(s stretch) bool { return s.reaches(k) })].Editions
}

// upTo are the stretches after a pass to the editions of a book has come to a case.
func (w stretches) upTo(k caseKey, book *policy.Book) stretches {
	left := slices.IndexFunc(w, func(s stretch) bool { return s.isRest() || k != (caseKey{s.Tenant, s.Case}) && s.reaches(k) })
	return append(stretches{{Tenant: k.tenant, Case: k.id, Editions: book.Names()}}, w[left:]...)
}

func readWay(tx *db.Tx) (w stretches, err error) {
	done, way := "", ""
	for name, to := range map[string]*string{followed: &done, following: &way} {
		err := tx.Row(`SELECT value FROM setting WHERE name = $1`, []any{name}, to)
		if err != nil && !errors.Is(err, db.ErrNoRows) {
			return nil, err
		}
	}
	if way != "" {
		if err := json.Unmarshal([]byte(way), &w); err != nil {
			return nil, err
		}
	}
	return append(w, stretch{Editions: strings.Split(done, "\n")}), nil
}

// writeWay keeps the rest by name, as it always was, and what lies before it beside that.
func writeWay(tx *db.Tx, w stretches) error {
	rest, way := w[len(w)-1], ""
	if before := w[:len(w)-1]; len(before) > 0 {
		way = mustJSON(before)
	}
	const set = `INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`
	return errors.Join(tx.Buffer(set, followed, strings.Join(rest.Editions, "\n")), tx.Buffer(set, following, way))
}
