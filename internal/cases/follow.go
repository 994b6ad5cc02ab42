package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// followed is the setting that names the editions whose effect on the stored due instants has been worked out, a line for
// each. A single name stands for all editions up to it: so wrote programs that could withdraw none.
const followed = "policy_followed"

// Follow brings the due instants that the indexes hold up to the editions of the policy as they are, and tells the journal
// of each case which clock an edition, or the withdrawal of one, has moved. It gives how many cases moved; while nothing is
// new it reads nothing. Cut off in the middle, it starts again and finds the rest.
func (s *Service) Follow(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "cases.Follow")
	book := s.Policy.Book()
	names := book.Names()
	s.coverage.Lock()
	known := s.followed
	s.coverage.Unlock()
	if slices.Equal(known, names) || len(names) == 1 && len(book.Withdrawn()) == 0 {
		return 0, nil
	}
	done := ""
	err = s.DB.View(ctx, db.ForSystem("cases.follow"), func(tx *db.Tx) error {
		err := tx.Row(`SELECT value FROM setting WHERE name = $1`, []any{followed}, &done)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	if before := bookOf(book, done); !slices.Equal(before.Names(), names) {
		if n, err = s.followAll(ctx, before, book); err != nil {
			return n, err
		}
	}
	s.coverage.Lock()
	s.followed = names
	s.coverage.Unlock()
	return n, nil
}

// bookOf is the book that the stored due instants follow, by the setting.
func bookOf(book *policy.Book, done string) *policy.Book {
	names := strings.Split(done, "\n")
	was, ok := book.Of(names)
	if !ok && len(names) == 1 {
		was, ok = book.Until(done)
	}
	if !ok {
		return book.First(1)
	}
	return was
}

// followAll goes through the cases that are not closed, some in each transaction, and notes that it is done.
func (s *Service) followAll(ctx context.Context, before, book *policy.Book) (n int, err error) {
	var last caseKey
	for more := true; more; {
		moved := 0
		err = s.DB.Update(ctx, db.ForSystem("cases.follow"), func(tx *db.Tx) error {
			moved = 0
			keys, err := keysAfter(tx, last, sweepBatch)
			if err != nil {
				return err
			}
			for _, k := range keys {
				changed, err := s.followCase(tx, k, before, book)
				if err != nil {
					return err
				}
				if changed {
					moved++
				}
			}
			if more = len(keys) == sweepBatch; more {
				last = keys[len(keys)-1]
				return nil
			}
			if err := s.Contract.LookAtAll(tx); err != nil {
				return err
			}
			return tx.Buffer(`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
				followed, strings.Join(book.Names(), "\n"))
		})
		if err != nil {
			return n, err
		}
		n += moved
	}
	return n, nil
}

func keysAfter(tx *db.Tx, last caseKey, limit int) (keys []caseKey, err error) {
	q, args := `SELECT tenant_id, id FROM support_case WHERE (status <> 'closed' OR merged_into IS NOT NULL AND closed_at IS NULL)`, []any{limit}
	if !last.id.IsZero() {
		q, args = q+` AND (tenant_id, id) > ($2, $3)`, append(args, last.tenant, last.id)
	}
	err = tx.Query(q+` ORDER BY tenant_id, id LIMIT $1`, args, func(scan func(...any) error) error {
		var k caseKey
		err := scan(&k.tenant, &k.id)
		keys = append(keys, k)
		return err
	})
	return keys, err
}

// followCase sets what the indexes need. The version of the case stays: nobody's work is out of date by it.
func (s *Service) followCase(tx *db.Tx, k caseKey, before, book *policy.Book) (moved bool, err error) {
	c, err := loadByID(tx, k.tenant, k.id)
	if err != nil {
		return false, err
	}
	old, err := sla.Evaluate(before, c.Facts, tx.Now())
	if err != nil {
		return false, fmt.Errorf("case %s: %w", c.Number, err)
	}
	if err := s.recompute(c, tx.Now()); err != nil {
		return false, fmt.Errorf("case %s: %w", c.Number, err)
	}
	data := map[string]any{"edition": book.Last().Pack.Edition}
	if gone := withdrawnSince(before, book); gone != "" {
		data = map[string]any{"edition": gone, "withdrawn": true}
	}
	for i, was := range old.Clocks {
		now := c.Clocks[i]
		if was.DueAt.Equal(now.DueAt) || !now.MetAt.IsZero() || was.DueAt.IsZero() || now.DueAt.IsZero() {
			continue
		}
		moved = true
		line := maps.Clone(data)
		line["clock"], line["before"], line["due"] = string(now.Deadline), micros(was.DueAt), micros(now.DueAt)
		err := s.record(tx, access.Actor{System: true}, c, "clock.moved", journal.Customer, tx.Now(), now.Clause, line)
		if err != nil {
			return false, err
		}
	}
	return moved, tx.Buffer(`UPDATE support_case SET next_due = $3, next_promise = $4 WHERE tenant_id = $1 AND id = $2`,
		c.Tenant, c.ID, c.NextDue, promiseColumn(c.NextPromise))
}

// withdrawnSince is the last edition that a book had and another one has no more; "" for none.
func withdrawnSince(before, book *policy.Book) string {
	for _, name := range slices.Backward(before.Names()) {
		if book.IsWithdrawn(name) {
			return name
		}
	}
	return ""
}
