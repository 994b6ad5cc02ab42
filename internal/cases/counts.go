package cases

import (
	"context"
	"errors"
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
	some := func(cond string) string {
		return `SELECT count(*) FROM (SELECT 1 FROM support_case c WHERE c.is_open` + cond + fmt.Sprintf(` LIMIT %d) AS counted`, CountedTo)
	}
	into := func(n *int) func(scan func(...any) error) error {
		return func(scan func(...any) error) error { return scan(n) }
	}
	err = s.DB.View(ctx, scope(a, "count the queue"), func(tx *db.Tx) error {
		w := new(where)
		s.dueBefore(w, soon)
		err := errors.Join(tx.Ahead(some(""), nil, into(&n.All)), tx.Ahead(some(" AND c.assignee_id = $1"), []any{a.Person}, into(&n.Mine)),
			tx.Ahead(some(" AND c.assignee_id IS NULL"), nil, into(&n.Unassigned)))
		if err != nil {
			return err
		}
		return tx.Row(some(" AND "+strings.Join(w.parts, " AND ")), w.args, &n.Due)
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
