package cases

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Notice is a line under the bell, for one staff member or for everyone of a centre.
type Notice struct {
	ID      id.ID
	Person  id.ID
	Centre  string
	Kind    string
	Case    *Case
	Number  string
	Subject string
	Clock   string
	Percent int
	At      time.Time
	Read    bool // by the one who asks; others of the centre read it for themselves
}

// unread is the condition on a notice n that person $1 has not read it.
const unread = `n.at > coalesce((SELECT k.read_to FROM notice_mark k WHERE k.person_id = $1), 0)
	AND NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.person_id = $1 AND r.notice_id = n.id)`

// Notices gives the newest notices of a staff member and of their centre.
func (s *Service) Notices(ctx context.Context, a access.Actor, limit int) (out []Notice, err error) {
	defer errs.Wrap(&err, "cases.Notices")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read notices"), func(tx *db.Tx) error {
		out = []Notice{}
		return tx.Query(`SELECT n.id, n.kind, n.number, c.subject, n.at, NOT (`+unread+`)
			FROM notice n JOIN support_case c ON c.tenant_id = n.tenant_id AND c.id = n.case_id
			WHERE n.person_id = $1 OR (n.centre = $2 AND n.centre <> '')
			ORDER BY n.at DESC, n.id DESC LIMIT $3`, []any{a.Person, a.Centre, limit}, func(scan func(...any) error) error {
			var n Notice
			if err := scan(&n.ID, &n.Kind, &n.Number, &n.Subject, db.Time(&n.At), &n.Read); err != nil {
				return err
			}
			out = append(out, n)
			return nil
		})
	})
	return out, err
}

// UnreadNotices is what the bell counts, at most CountedTo.
func (s *Service) UnreadNotices(ctx context.Context, a access.Actor) (n int, err error) {
	defer errs.Wrap(&err, "cases.UnreadNotices")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return 0, err
	}
	err = s.DB.View(ctx, scope(a, "read notices"), func(tx *db.Tx) error {
		return tx.Row(fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM notice n WHERE n.person_id = $1 AND %s
			UNION ALL SELECT 1 FROM notice n WHERE n.centre = $2 AND n.centre <> '' AND %s LIMIT %d) AS counted`, unread, unread, CountedTo),
			[]any{a.Person, a.Centre}, &n)
	})
	return n, err
}

// OpenNotice takes a notice for read and gives the number of its case. One that is neither the actor's nor their
// centre's is missing. What somebody has read is told to nobody and stands in no journal.
func (s *Service) OpenNotice(ctx context.Context, a access.Actor, notice id.ID) (number string, err error) {
	defer errs.Wrap(&err, "cases.OpenNotice")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return "", err
	}
	err = s.DB.Update(ctx, scope(a, "read notices"), func(tx *db.Tx) error {
		var at time.Time
		err := tx.Row(`SELECT n.number, n.at FROM notice n WHERE n.id = $3 AND (n.person_id = $1 OR (n.centre = $2 AND n.centre <> ''))`,
			[]any{a.Person, a.Centre, notice}, &number, db.Time(&at))
		if errors.Is(err, db.ErrNoRows) {
			return errs.Missing()
		}
		if err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO notice_read (person_id, notice_id, at) VALUES ($1, $2, $3) ON CONFLICT (person_id, notice_id) DO NOTHING`, a.Person, notice, at)
	})
	return number, err
}

// ReadNotices takes all notices up to an instant for read: those that came since the page was made stay unread.
func (s *Service) ReadNotices(ctx context.Context, a access.Actor, to time.Time) (err error) {
	defer errs.Wrap(&err, "cases.ReadNotices")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return err
	}
	return s.DB.Update(ctx, scope(a, "read notices"), func(tx *db.Tx) error {
		if to.After(tx.Now()) {
			to = tx.Now()
		}
		if err := tx.Buffer(`DELETE FROM notice_read WHERE person_id = $1 AND at <= $2`, a.Person, to); err != nil {
			return err
		}
		return tx.Buffer(`INSERT INTO notice_mark (person_id, read_to) VALUES ($1, $2)
			ON CONFLICT (person_id) DO UPDATE SET read_to = excluded.read_to WHERE notice_mark.read_to < excluded.read_to`, a.Person, to)
	})
}
