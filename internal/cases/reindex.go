package cases

import (
	"context"
	"strings"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/search"
)

// reindexBatch is how many cases one transaction of Reindex takes.
const reindexBatch = 200

// Reindex makes the search index anew from the cases and messages, as it is after a restore: the index is no part of
// a backup. Nothing else may write meanwhile. It reports how many cases it went through; calling it again does no harm.
func (s *Service) Reindex(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "cases.Reindex")
	if err := s.DB.Update(ctx, db.ForSystem("cases.reindex"), search.Clear); err != nil {
		return 0, err
	}
	for after, done := (id.ID{}), reindexBatch; done == reindexBatch; n += done {
		from := after
		err := s.DB.Update(ctx, db.ForSystem("cases.reindex"), func(tx *db.Tx) error {
			some, err := casesAfter(tx, from)
			for _, k := range some {
				if err := s.reindexCase(tx, k); err != nil {
					return err
				}
				after = k.id
			}
			done = len(some)
			return err
		})
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

func casesAfter(tx *db.Tx, after id.ID) (out []caseKey, err error) {
	q, args := `SELECT tenant_id, id FROM support_case ORDER BY id LIMIT $1`, []any{reindexBatch}
	if !after.IsZero() {
		q, args = `SELECT tenant_id, id FROM support_case WHERE id > $2 ORDER BY id LIMIT $1`, append(args, after)
	}
	err = tx.Query(q, args, func(scan func(...any) error) error {
		var k caseKey
		err := scan(&k.tenant, &k.id)
		out = append(out, k)
		return err
	})
	return out, err
}

// reindexCase adds the pieces of one case.
func (s *Service) reindexCase(tx *db.Tx, k caseKey) error {
	c, err := loadByID(tx, k.tenant, k.id)
	if err != nil {
		return err
	}
	s.indexCase(tx, c)
	files, err := filesOf(tx, k.tenant, k.id, true)
	if err != nil {
		return err
	}
	for _, list := range files {
		s.indexFiles(tx, c, list[0].Internal, list)
	}
	return tx.Query(`SELECT visibility, body, quoted FROM message WHERE tenant_id = $1 AND case_id = $2 ORDER BY at, id`,
		[]any{k.tenant, k.id}, func(scan func(...any) error) error {
			var visibility, body, quoted string
			err := scan(&visibility, &body, &quoted)
			s.Index.Add(tx, search.Piece{Tenant: k.tenant, Case: k.id, Internal: visibility == "internal", Text: withQuoted(body, quoted)})
			return err
		})
}

// indexCase adds what a case is found by from its registration on.
func (s *Service) indexCase(tx *db.Tx, c *Case) {
	s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Subject: true, Text: c.Subject + "\n" + c.Number})
	s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Text: strings.Join([]string{
		c.Symptoms, c.ErrorMessages, c.StepsTaken, c.Impact, c.Product, c.Release, c.SystemName, c.CustomerName, c.Quoted,
	}, "\n")})
}

// withQuoted is a message's text with what it quotes: people look for either (R3.1, search).
func withQuoted(text, quoted string) string {
	if quoted == "" {
		return text
	}
	return text + "\n" + quoted
}

// indexFiles adds the names of files that came together.
func (s *Service) indexFiles(tx *db.Tx, c *Case, internal bool, files []Attachment) {
	if len(files) == 0 {
		return
	}
	names := make([]string, 0, len(files))
	for _, f := range files {
		names = append(names, f.Name, strings.ReplaceAll(f.Name, "_", " ")) // dump_2026.2.1.log has a version in it
	}
	s.Index.Add(tx, search.Piece{Tenant: c.Tenant, Case: c.ID, Internal: internal, Text: strings.Join(names, "\n")})
}
