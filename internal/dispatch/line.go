package dispatch

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Place names a mail in the line of the mails about one case to one person, which leave in the order in which they were
// caused (reliability R7).
type Place struct {
	Case, Person, Event id.ID
	Template            string
}

// How long a mail may hold up those behind it: as long as the server cannot be reached, half a day at most; and for so
// many tries that failed for a reason of its own. Then it steps aside and is tried alone.
const (
	holdsFor   = 12 * time.Hour
	ownFailure = 5
)

// LookAgain is how long a mail waits that is not the first in its line. The one before calls it when it has left; this is
// for the case that nobody calls.
const LookAgain = 5 * time.Minute

// Line puts a mail at the end of its line, in the transaction that causes it. args are those of its job.
func Line(tx *db.Tx, p Place, args any) (err error) {
	defer errs.Wrap(&err, "dispatch.Line(%s)", p.Template)
	body, err := json.Marshal(args)
	if err != nil {
		return err
	}
	return tx.Buffer(`INSERT INTO mail_line (id, case_id, person_id, event_id, template, args, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		id.New(), p.Case, p.Person, p.Event, p.Template, string(body), tx.Now())
}

// place reads a mail's place; at is zero when it is in no line: it has left, or was caused before there were lines.
func place(tx *db.Tx, p Place) (at id.ID, failed int64, err error) {
	err = tx.Row(`SELECT id, failed FROM mail_line WHERE case_id = $1 AND person_id = $2 AND event_id = $3 AND template = $4 ORDER BY id LIMIT 1`,
		[]any{p.Case, p.Person, p.Event, p.Template}, &at, &failed)
	if errors.Is(err, db.ErrNoRows) {
		err = nil
	}
	return at, failed, err
}

// Turn reports whether a mail is the first in its line.
func (s *Service) Turn(ctx context.Context, p Place) (first bool, err error) {
	defer errs.Wrap(&err, "dispatch.Turn(%s)", p.Template)
	err = s.DB.View(ctx, db.ForSystem("dispatch.line"), func(tx *db.Tx) error {
		at, _, err := place(tx, p)
		if err != nil || at.IsZero() {
			first = true
			return err
		}
		var before int64
		err = tx.Row(`SELECT count(*) FROM mail_line WHERE case_id = $1 AND person_id = $2 AND id < $3 AND aside = FALSE AND at > $4`,
			[]any{p.Case, p.Person, at, tx.Now().Add(-holdsFor)}, &before)
		first = before == 0
		return err
	})
	return first, err
}

// Leave ends a mail's turn and calls the next one in its line by a job of the kind. left is true when nothing is to be
// tried any more; own, when the try failed for a reason of this mail's own and not because nobody can be reached.
func (s *Service) Leave(ctx context.Context, p Place, kind string, left, own bool) (err error) {
	defer errs.Wrap(&err, "dispatch.Leave(%s)", p.Template)
	if !left && !own {
		return nil
	}
	return s.DB.Update(ctx, db.ForSystem("dispatch.line"), func(tx *db.Tx) error {
		at, failed, err := place(tx, p)
		if err != nil || at.IsZero() {
			tx.MarkJournaled() // it has left already
			return err
		}
		failed++
		if left {
			err = tx.Buffer(`DELETE FROM mail_line WHERE id = $1`, at)
		} else {
			err = tx.Buffer(`UPDATE mail_line SET failed = $2, aside = $3 WHERE id = $1`, at, failed, failed >= ownFailure)
		}
		if err != nil || !left && failed != ownFailure {
			return err
		}
		var args string
		err = tx.Row(`SELECT args FROM mail_line WHERE case_id = $1 AND person_id = $2 AND id > $3 AND aside = FALSE ORDER BY id LIMIT 1`,
			[]any{p.Case, p.Person, at}, &args)
		if errors.Is(err, db.ErrNoRows) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.Jobs.Enqueue(tx, kind, json.RawMessage(args))
	})
}
