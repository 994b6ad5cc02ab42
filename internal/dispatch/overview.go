package dispatch

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/jobs"
)

// Overview is the way out as an administrator sees it.
type Overview struct {
	Jobs     jobs.Counts
	ByState  map[State]int64
	Mails    []Sheet // the newest first
	Failures []Failure
}

// Sheet is one mail in the overview.
type Sheet struct {
	Kind, Number string
	Recipient    string // name; "" for an address that is nobody's
	State        State
	Tries        int64
	Why          string // the server's code
	First, Last  time.Time
}

const (
	maxSheets   = 200
	maxFailures = 500
)

// Overview counts the queue and lists mails, of one state unless it is "", and the addresses that fail.
func (s *Service) Overview(ctx context.Context, a access.Actor, state State) (o Overview, err error) {
	defer errs.Wrap(&err, "dispatch.Overview")
	if err := access.Check(a, access.AdminMail); err != nil {
		return o, err
	}
	counts, err := s.Counts(ctx)
	if err != nil {
		return o, err
	}
	err = s.DB.View(ctx, db.ForStaff(a.Person, "mail queue"), func(tx *db.Tx) (err error) {
		o = Overview{Jobs: counts, ByState: map[State]int64{}}
		err = tx.Query(`SELECT state, count(*) FROM outbound_mail GROUP BY state`, nil, func(scan func(...any) error) error {
			var of State
			var n int64
			err := scan((*string)(&of), &n)
			o.ByState[of] = n
			return err
		})
		if err != nil {
			return err
		}
		if o.Mails, err = sheets(tx, state); err != nil {
			return err
		}
		o.Failures, err = failures(tx)
		return err
	})
	return o, err
}

func sheets(tx *db.Tx, state State) (list []Sheet, err error) {
	err = tx.Query(`SELECT o.kind, o.case_number, coalesce(p.name, ''), o.state, o.tries, o.error, o.first_at, o.last_at
		FROM outbound_mail o LEFT JOIN person p ON p.id = o.person_id WHERE $2 = '' OR o.state = $2
		ORDER BY o.last_at DESC, o.message_id LIMIT $1`, []any{maxSheets, string(state)}, func(scan func(...any) error) error {
		var m Sheet
		err := scan(&m.Kind, &m.Number, &m.Recipient, (*string)(&m.State), &m.Tries, &m.Why, db.Time(&m.First), db.Time(&m.Last))
		list = append(list, m)
		return err
	})
	return list, err
}

func failures(tx *db.Tx) (list []Failure, err error) {
	err = tx.Query(`SELECT f.person_id, p.name, p.email, f.kind, f.status, f.count, f.last_at FROM mail_failure f
		JOIN person p ON p.id = f.person_id ORDER BY f.last_at DESC LIMIT $1`, []any{maxFailures}, func(scan func(...any) error) error {
		var f Failure
		err := scan(&f.Person, &f.Name, &f.Email, &f.Kind, &f.Status, &f.Count, db.Time(&f.Last))
		list = append(list, f)
		return err
	})
	return list, err
}
