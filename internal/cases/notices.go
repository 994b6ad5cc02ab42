package cases

import (
	"context"
	"encoding/json"
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
	Clock   string    // of a warning or a breach: the promise that it is about
	Percent int       // of its time that was used then; of a breach 100
	Due     time.Time // when it is or was due then; zero: not known
	At      time.Time
	Read    bool // by the one who asks; others of the centre read it for themselves
}

// unread is the condition on a notice n that person $1 has not read it.
const unread = `n.at > coalesce((SELECT k.read_to FROM notice_mark k WHERE k.person_id = $1), 0)
	AND NOT EXISTS (SELECT 1 FROM notice_read r WHERE r.person_id = $1 AND r.notice_id = n.id)`

// forPerson is the condition on a notice n that it is person $1's, or centre $2's. What its centre is told beside the
// owner of the case, the owner is not told twice.
const forPerson = `(n.person_id = $1 OR n.centre = $2 AND n.centre <> '' AND NOT EXISTS (SELECT 1 FROM notice o
	WHERE o.person_id = $1 AND o.at = n.at AND o.case_id = n.case_id AND o.kind = n.kind AND o.data = n.data))`

// noticeData is what a notice keeps beside its case: codes and instants.
type noticeData struct {
	Clock   string `json:"clock"`
	Percent int    `json:"percent"`
	Due     int64  `json:"due,omitempty"` // UTC microseconds
}

// Notices gives the newest notices of a staff member and of their centre.
func (s *Service) Notices(ctx context.Context, a access.Actor, limit int) (out []Notice, err error) {
	defer errs.Wrap(&err, "cases.Notices")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read notices"), func(tx *db.Tx) error {
		out = []Notice{}
		return tx.Query(`SELECT n.id, n.kind, n.number, c.subject, n.at, n.data, NOT (`+unread+`)
			FROM notice n JOIN support_case c ON c.tenant_id = n.tenant_id AND c.id = n.case_id
			WHERE `+forPerson+`
			ORDER BY n.at DESC, n.id DESC LIMIT $3`, []any{a.Person, a.Centre, limit}, func(scan func(...any) error) error {
			var n Notice
			var data string
			if err := scan(&n.ID, &n.Kind, &n.Number, &n.Subject, db.Time(&n.At), &data, &n.Read); err != nil {
				return err
			}
			err := n.read(data)
			out = append(out, n)
			return err
		})
	})
	return out, err
}

func (n *Notice) read(data string) error {
	var d noticeData
	if err := json.Unmarshal([]byte(data), &d); err != nil {
		return fmt.Errorf("notice %s: %w", n.ID, err)
	}
	n.Clock, n.Percent = d.Clock, d.Percent
	if d.Due != 0 {
		n.Due = time.UnixMicro(d.Due).UTC()
	}
	return nil
}

// UnreadNotices is what the bell counts, at most CountedTo.
func (s *Service) UnreadNotices(ctx context.Context, a access.Actor) (n int, err error) {
	defer errs.Wrap(&err, "cases.UnreadNotices")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return 0, err
	}
	err = s.DB.Look(ctx, scope(a, "read notices"), fmt.Sprintf(`SELECT count(*) FROM (SELECT 1 FROM notice n WHERE n.person_id = $1 AND %s
		UNION ALL SELECT 1 FROM notice n WHERE n.centre = $2 AND %s AND %s LIMIT %d) AS counted`, unread, forPerson, unread, CountedTo),
		[]any{a.Person, a.Centre}, &n)
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
