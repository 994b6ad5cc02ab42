package cases

import (
	"context"
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

// following is the setting that says how far a pass is that has not ended: stretches as JSON.
const following = "policy_following"

// Follow brings the due instants that the indexes hold up to the editions of the policy as they are, and tells the journal
// of each case which clock an edition, or the withdrawal of one, has moved. It gives how many cases it has moved; while
// nothing is new it reads nothing. How far it is stands in the database and changes with the cases, so that each is told
// once, also where several processes follow at once, or one goes on where another was cut off. A process whose editions
// are no longer those of the installation leaves the rest to the next call.
func (s *Service) Follow(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "cases.Follow")
	book := s.Policy.Book()
	as := stateOf(book)
	s.coverage.Lock()
	known := s.followed
	s.coverage.Unlock()
	if known == as || len(book.Names()) == 1 && len(book.Withdrawn()) == 0 {
		return 0, nil
	}
	done := false
	err = s.DB.View(ctx, db.ForSystem("cases.follow"), func(tx *db.Tx) error {
		way, err := readWay(tx)
		done = way.ended(book)
		return err
	})
	if err == nil && !done {
		n, done, err = s.followAll(ctx, book)
	}
	if err != nil || !done {
		return n, err
	}
	s.coverage.Lock()
	s.followed = as
	s.coverage.Unlock()
	return n, nil
}

// stateOf tells the states of the policy apart: no name is used twice, and what was withdrawn stays so.
func stateOf(book *policy.Book) string {
	names := book.Names()
	for _, e := range book.Withdrawn() {
		names = append(names, "-"+e.Pack.Edition)
	}
	return strings.Join(names, "\n")
}

// bookOf is the book that stored due instants follow, by the names of its editions.
func bookOf(book *policy.Book, names []string) *policy.Book {
	was, ok := book.Of(names)
	if !ok && len(names) == 1 {
		was, ok = book.Until(names[0])
	}
	if !ok {
		return book.First(1)
	}
	return was
}

// step is what one transaction of a pass did.
type step struct {
	moved int  // cases
	more  bool // cases are left
	ended bool // all cases follow the editions
}

// followAll goes through the cases that are not closed, some in each transaction. ended is false where the editions have
// changed meanwhile.
func (s *Service) followAll(ctx context.Context, book *policy.Book) (n int, ended bool, err error) {
	did := step{more: true}
	for did.more {
		err = s.DB.Update(ctx, db.ForSystem("cases.follow"), func(tx *db.Tx) (err error) {
			did, err = s.followSome(tx, book)
			return err
		})
		if err != nil {
			return n, false, err
		}
		n += did.moved
	}
	return n, did.ended, nil
}

// followSome takes the next cases, wherever the pass is, and notes how far it came.
func (s *Service) followSome(tx *db.Tx, book *policy.Book) (did step, err error) {
	if is, err := isCurrent(tx, book); err != nil || !is {
		return step{}, err
	}
	way, err := readWay(tx)
	if err != nil || way.ended(book) {
		return step{ended: true}, err
	}
	keys, err := keysAfter(tx, way.begun(book), sweepBatch)
	if err != nil {
		return step{}, err
	}
	for _, k := range keys {
		changed, err := s.followCase(tx, k, bookOf(book, way.at(k)), book)
		if err != nil {
			return step{}, err
		}
		if changed {
			did.moved++
		}
	}
	if did.more = len(keys) == sweepBatch; did.more {
		return did, writeWay(tx, way.upTo(keys[len(keys)-1], book))
	}
	did.ended = true
	if err := s.Contract.LookAtAll(tx); err != nil {
		return step{}, err
	}
	return did, writeWay(tx, stretches{{Editions: book.Names()}})
}

// isCurrent reports whether the editions of a book are those of the installation. None are stored where a test made them up.
func isCurrent(tx *db.Tx, book *policy.Book) (bool, error) {
	var names []string
	err := tx.Query(`SELECT edition FROM policy_edition WHERE withdrawn_at IS NULL ORDER BY effective_at, imported_at`, nil, func(scan func(...any) error) error {
		var name string
		err := scan(&name)
		names = append(names, name)
		return err
	})
	return len(names) == 0 || slices.Equal(names, book.Names()), err
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
	if err := recomputeBy(book, c, tx.Now()); err != nil {
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
