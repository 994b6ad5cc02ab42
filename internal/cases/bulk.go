package cases

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// UndoTime is how long a change can be taken back.
const UndoTime = 30 * time.Second

// maxBulk is how many cases one bulk change takes.
const maxBulk = 200

// Skipped is a case that a bulk change left alone, and why.
type Skipped struct {
	Number string
	Err    error
}

// BulkResult tells what a bulk change did. Undo takes it back while it lasts; zero when nothing changed.
type BulkResult struct {
	Done    []string
	Skipped []Skipped
	Undo    id.ID
}

// reversal is how to take one change back: valid while nobody has touched the case since.
type reversal struct {
	Number   string  `json:"number"`
	Version  int64   `json:"version"` // after the change
	Assignee *string `json:"assignee,omitempty"`
	Priority int     `json:"priority,omitempty"`
}

// Bulk makes the same change on several cases, each in its own right: one that cannot is skipped and named, the
// others are done. A change of assignee or priority can be undone for UndoTime.
func (s *Service) Bulk(ctx context.Context, a access.Actor, numbers []string, in Change) (res BulkResult, err error) {
	defer errs.Wrap(&err, "cases.Bulk")
	if err := s.Permit(a, access.CaseWork); err != nil {
		return res, err
	}
	if len(numbers) == 0 || len(numbers) > maxBulk {
		return res, errs.BadFields(errs.BadField("no", "case.bulk_count", "limit", maxBulk))
	}
	var back []reversal
	for _, n := range sorted(numbers) {
		r, changed, err := s.changeOne(ctx, a, n, in)
		switch {
		case err != nil && errs.KindOf(err) == errs.Internal:
			return res, err
		case err != nil:
			res.Skipped = append(res.Skipped, Skipped{Number: n, Err: err})
		case changed:
			res.Done = append(res.Done, n)
			back = append(back, r)
		}
	}
	if len(back) > 0 && in.Status == "" {
		res.Undo, err = s.keepUndo(ctx, a, back)
	}
	return res, err
}

func (s *Service) changeOne(ctx context.Context, a access.Actor, number string, in Change) (r reversal, changed bool, err error) {
	err = s.DB.Update(ctx, scope(a, "change several cases"), func(tx *db.Tx) error {
		c, err := load(tx, number)
		if err != nil {
			return err
		}
		version := c.Version
		r = reversal{Number: number}
		if in.Assignee != nil {
			who := ""
			if c.Assignee != nil {
				who = c.Assignee.ID.String()
			}
			r.Assignee = &who
		}
		if in.Priority != 0 {
			r.Priority = c.Priority
		}
		if err := s.apply(tx, a, c, in); err != nil {
			return err
		}
		r.Version, changed = c.Version, c.Version != version
		return nil
	})
	return r, changed, err
}

func (s *Service) keepUndo(ctx context.Context, a access.Actor, back []reversal) (key id.ID, err error) {
	key = id.New()
	err = s.DB.Update(ctx, scope(a, "keep an undo"), func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO undo (id, person_id, data, expires_at) VALUES ($1, $2, $3, $4)`,
			key, a.Person, mustJSON(back), tx.Now().Add(UndoTime))
	})
	return key, err
}

// Undo takes a change back, once, within its time and only by who made it. A case that somebody has touched since is
// skipped. Taking back is a change like any other: it is journaled, and a breach that was recorded stays.
func (s *Service) Undo(ctx context.Context, a access.Actor, key id.ID) (res BulkResult, err error) {
	defer errs.Wrap(&err, "cases.Undo")
	if err := s.Permit(a, access.CaseWork); err != nil {
		return res, err
	}
	err = s.DB.Update(ctx, scope(a, "undo a change"), func(tx *db.Tx) error {
		res = BulkResult{}
		back, err := takeUndo(tx, a, key)
		if err != nil {
			return err
		}
		for _, r := range back {
			err := s.takeBack(tx, a, r)
			switch {
			case err == nil:
				res.Done = append(res.Done, r.Number)
			case errs.KindOf(err) == errs.Stale || errs.KindOf(err) == errs.Invalid:
				res.Skipped = append(res.Skipped, Skipped{Number: r.Number, Err: err})
			default:
				return err
			}
		}
		return nil
	})
	return res, err
}

// takeBack undoes one change. It decides before it writes, so that a case that is skipped leaves nothing behind.
func (s *Service) takeBack(tx *db.Tx, a access.Actor, r reversal) error {
	c, err := load(tx, r.Number)
	if err != nil {
		return err
	}
	if c.Version != r.Version {
		return errs.New(errs.Stale, "error.stale")
	}
	if r.Assignee != nil && *r.Assignee != "" {
		if _, err := staffMember(tx, a, *r.Assignee); err != nil {
			return err
		}
	}
	if err := s.record(tx, a, c, "change.undone", journal.Staff, tx.Now(), "", nil); err != nil {
		return err
	}
	return s.apply(tx, a, c, Change{Assignee: r.Assignee, Priority: r.Priority, undo: true})
}

// takeUndo uses a kept undo up, in the transaction that does what it says.
func takeUndo(tx *db.Tx, a access.Actor, key id.ID) (back []reversal, err error) {
	var data string
	err = tx.Row(`UPDATE undo SET used_at = $3 WHERE id = $1 AND person_id = $2 AND used_at IS NULL AND expires_at >= $3 RETURNING data`,
		[]any{key, a.Person, tx.Now()}, &data)
	if errors.Is(err, db.ErrNoRows) {
		return nil, errs.New(errs.Conflict, "case.undo_gone")
	}
	if err == nil {
		err = json.Unmarshal([]byte(data), &back)
	}
	return back, err
}
