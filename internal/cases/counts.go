package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// CountedTo is where counting stops: a menu says "99+" and never pays for more.
const CountedTo = 100

// Counts are how many open cases there are of the kinds that the desk's menu names, each at most CountedTo.
type Counts struct {
	All, Mine, Unassigned int
	Due                   int // promised to be answered before the instant that was asked for, or late
}

// Counts gives the numbers of the desk's menu; soon is the instant before which a promise counts as due.
func (s *Service) Counts(ctx context.Context, a access.Actor, soon time.Time) (n Counts, err error) {
	defer errs.Wrap(&err, "cases.Counts")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return n, err
	}
	count := func(tx *db.Tx, into *int, cond string, args ...any) error {
		q := `SELECT count(*) FROM (SELECT 1 FROM support_case c WHERE c.is_open` + cond + fmt.Sprintf(` LIMIT %d) AS counted`, CountedTo)
		return tx.Row(q, args, into)
	}
	err = s.DB.View(ctx, scope(a, "count the queue"), func(tx *db.Tx) error {
		if err := count(tx, &n.All, ""); err != nil {
			return err
		}
		if err := count(tx, &n.Mine, " AND c.assignee_id = $1", a.Person); err != nil {
			return err
		}
		if err := count(tx, &n.Unassigned, " AND c.assignee_id IS NULL"); err != nil {
			return err
		}
		w := new(where)
		s.dueBefore(w, soon)
		return count(tx, &n.Due, " AND "+strings.Join(w.parts, " AND "), w.args...)
	})
	return n, err
}

// Tally is Counts for everybody at once: Mine by person.
type Tally struct {
	counts Counts
	mine   map[id.ID]int
}

// Of is what one person's menu says.
func (t Tally) Of(person id.ID) Counts {
	n := t.counts
	n.Mine = min(t.mine[person], CountedTo)
	return n
}

// Tally counts for all who have a menu open, in one pass. What it gives is the same for everybody who may read the queue.
func (s *Service) Tally(ctx context.Context, a access.Actor, soon time.Time) (t Tally, err error) {
	defer errs.Wrap(&err, "cases.Tally")
	if t.counts, err = s.Counts(ctx, a, soon); err != nil {
		return t, err
	}
	t.mine = map[id.ID]int{}
	err = s.DB.View(ctx, scope(a, "count the queue"), func(tx *db.Tx) error {
		return tx.Query(`SELECT c.assignee_id, count(*) FROM support_case c WHERE c.is_open AND c.assignee_id IS NOT NULL GROUP BY c.assignee_id`,
			nil, func(scan func(...any) error) error {
				var who id.ID
				var n int
				err := scan(&who, &n)
				t.mine[who] = n
				return err
			})
	})
	return t, err
}
