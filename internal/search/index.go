package search

import (
	"context"
	"fmt"
	"strings"

	"liaison/internal/db"
	"liaison/internal/id"
)

// Beginnings of tokens that no text can hold: a customer's id without hyphens, and a word of a subject line once more.
// No customer's id has an s in it.
const (
	customerPrefix = "~"
	subjectPrefix  = "~s"
)

// Piece is one stretch of a case's text.
type Piece struct {
	Tenant, Case id.ID
	Subject      bool // the case's subject line: found first
	Internal     bool // a note between staff: customers never find it
	Text         string
}

// Index collects pieces and writes them once per commit. One serves the whole program.
type Index struct{}

// New makes the index's writer.
func New() *Index { return &Index{} }

// row is a piece as it is stored.
type row struct {
	tenant, of id.ID
	internal   bool
	tokens     string // separated by blanks
}

// Add indexes a piece when tx commits. A piece without any word is left out.
func (x *Index) Add(tx *db.Tx, p Piece) {
	list := tokens(p.Text)
	if len(list) == 0 {
		return
	}
	if p.Subject {
		for _, word := range list {
			list = append(list, subjectPrefix+word)
		}
	}
	list = append(list, customerToken(p.Tenant))
	tx.Collect(x, row{p.Tenant, p.Case, p.Internal, strings.Join(list, " ")})
}

// Flush writes what was added; db calls it.
func (x *Index) Flush(_ context.Context, b *db.Batch, items []any) error {
	for _, item := range items {
		r, ok := item.(row)
		if !ok {
			return fmt.Errorf("search: a %T is no row", item)
		}
		if err := r.write(b); err != nil {
			return err
		}
	}
	return nil
}

func (r row) write(b *db.Batch) error {
	if b.Engine() == db.Postgres {
		return b.Exec(`INSERT INTO search_piece (customer_id, case_id, internal, tokens)
			VALUES ($1, $2, $3, array_to_tsvector(string_to_array($4, ' ')))`, r.tenant, r.of, r.internal, r.tokens)
	}
	err := b.Exec("INSERT INTO search_piece (customer_id, case_id, internal) VALUES ($1, $2, $3)", r.tenant, r.of, r.internal)
	if err != nil {
		return err
	}
	return b.Exec("INSERT INTO search_index (rowid, tokens) VALUES (last_insert_rowid(), $1)", r.tokens)
}

func customerToken(customer id.ID) string {
	return customerPrefix + strings.ReplaceAll(customer.String(), "-", "")
}

// inSubjects are the terms as words of a subject line.
func inSubjects(terms word) word {
	out := make(word, 0, len(terms))
	for _, t := range terms {
		t.token = subjectPrefix + t.token
		out = append(out, t)
	}
	return out
}
