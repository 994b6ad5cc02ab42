package liaisons

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// sweepBatch is how many rows one transaction of the sweep takes.
const sweepBatch = 100

// TaskOwnerDeparted is the kind of a task: cases whose liaison left, and nobody was named. Staff may close them.
const TaskOwnerDeparted = "owner_departed"

// Sweep ends invitations whose time is over, gives staff the cases of those who left without a successor, and asks
// customers to check who has access. It costs what is due, and calling it again at once does nothing.
func (s *Service) Sweep(ctx context.Context) (n int, err error) {
	defer errs.Wrap(&err, "liaisons.Sweep")
	for _, step := range []func(*db.Tx) (int, error){s.expire, s.raiseTasks, s.askReviews} {
		for done := sweepBatch; done == sweepBatch; {
			err := s.DB.Update(ctx, db.ForSystem("liaisons.sweep"), func(tx *db.Tx) (err error) {
				done, err = step(tx)
				return err
			})
			if err != nil {
				return n, err
			}
			n += done
		}
	}
	return n, nil
}

func program() access.Actor { return access.Actor{System: true} }

// expire ends the invitations that nobody has answered in time.
func (s *Service) expire(tx *db.Tx) (int, error) {
	type due struct{ customer, change, item id.ID }
	var list []due
	err := tx.Query(`SELECT tenant_id, change_id, id FROM liaison_change_item WHERE state = 'waiting' AND expires_at <= $1 ORDER BY expires_at, id LIMIT $2`,
		[]any{tx.Now(), sweepBatch}, func(scan func(...any) error) error {
			var d due
			err := scan(&d.customer, &d.change, &d.item)
			list = append(list, d)
			return err
		})
	if err != nil {
		return 0, err
	}
	for _, d := range list {
		w := &work{Service: s, tx: tx, actor: program(), customer: d.customer, change: d.change}
		if err := w.drop(d.item, "expired"); err != nil {
			return 0, err
		}
	}
	return len(list), nil
}

// raiseTasks gives staff what waits for a decision of theirs: nobody followed within the pack's working days. Cases that
// were closed meanwhile need nobody.
func (s *Service) raiseTasks(tx *db.Tx) (int, error) {
	type due struct {
		customer, seat, system, person id.ID
		centre                         string
		open                           int
	}
	var list []due
	err := tx.Query(`SELECT v.tenant_id, v.id, v.system_id, v.person_id, s.centre,
			(SELECT count(*) FROM support_case c WHERE c.tenant_id = v.tenant_id AND c.system_id = v.system_id AND c.liaison_id = v.person_id
				AND c.owner_departed_at IS NOT NULL AND c.status <> 'closed')
		FROM vacated_seat v JOIN system s ON s.tenant_id = v.tenant_id AND s.id = v.system_id
		WHERE v.task_due IS NOT NULL AND v.task_due <= $1 ORDER BY v.task_due LIMIT $2`, []any{tx.Now(), sweepBatch},
		func(scan func(...any) error) error {
			var d due
			err := scan(&d.customer, &d.seat, &d.system, &d.person, &d.centre, &d.open)
			list = append(list, d)
			return err
		})
	for _, d := range list {
		if err != nil {
			return 0, err
		}
		if err = tx.Buffer(`UPDATE vacated_seat SET task_due = NULL WHERE tenant_id = $1 AND id = $2`, d.customer, d.seat); err != nil {
			return 0, err
		}
		kind, task := "liaison.departure_settled", d.seat
		if d.open > 0 {
			kind, task = "task.made", id.New()
			err = tx.Buffer(`INSERT INTO staff_task (tenant_id, id, kind, centre, system_id, person_id, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
				d.customer, task, TaskOwnerDeparted, d.centre, d.system, d.person, tx.Now())
			if err == nil {
				err = s.Cases.TellDeparted(tx, d.customer, d.system, d.person)
			}
		}
		if err == nil {
			err = s.record(tx, program(), d.customer, staffOnly(onSystem(kind, d.system, map[string]any{"task": task, "person": d.person, "cases": d.open})))
		}
	}
	return len(list), err
}

// askReviews mails the liaisons of customers whose review has come, and plans the next one. One that has no day yet
// gets it: the pack's months after the customer was made.
func (s *Service) askReviews(tx *db.Tx) (int, error) {
	type due struct {
		customer   id.ID
		made, when time.Time
	}
	var list []due
	err := tx.Query(`SELECT id, created_at, review_at FROM customer WHERE review_at <= $1 ORDER BY review_at, id LIMIT $2`, []any{tx.Now(), sweepBatch},
		func(scan func(...any) error) error {
			var d due
			err := scan(&d.customer, db.Time(&d.made), db.Time(&d.when))
			list = append(list, d)
			return err
		})
	for _, d := range list {
		if err != nil {
			return 0, err
		}
		if d.when.Unix() != 0 {
			err = s.askReview(tx, d.customer)
		}
		if err == nil {
			err = s.planReview(tx, d.customer, d.made)
		}
	}
	return len(list), err
}

func (s *Service) planReview(tx *db.Tx, customer id.ID, next time.Time) error {
	next = nextReview(next, s.Policy.Now().Liaisons.ReviewMonths, tx.Now())
	if err := tx.Buffer(`UPDATE customer SET review_at = $2 WHERE id = $1`, customer, next); err != nil {
		return err
	}
	l := onSystem("access.review_planned", customer, map[string]any{"next": next.UnixMicro()})
	l.SubjectKind, l.Clause = "customer", "2.4"
	return s.record(tx, program(), customer, staffOnly(l))
}

// nextReview is the first instant after now that lies whole periods of months after made. A month without the day has
// the review on its last one; the month after it has the day again.
func nextReview(made time.Time, months int, now time.Time) time.Time {
	next := made
	for n := 1; !next.After(now); n++ {
		next = made.AddDate(0, n*months, 0)
		if next.Day() != made.Day() {
			next = next.AddDate(0, 0, -next.Day())
		}
	}
	return next
}

// askReview mails every liaison of a customer how many people have access, and where they can be looked at.
func (s *Service) askReview(tx *db.Tx, customer id.ID) error {
	var to []id.ID
	people := 0
	err := tx.Query(`SELECT g.person_id, g.role FROM access_grant g JOIN person p ON p.id = g.person_id AND p.disabled_at IS NULL
		WHERE g.tenant_id = $1 AND g.ended_at IS NULL ORDER BY g.created_at, g.person_id`, []any{customer}, func(scan func(...any) error) error {
		var who id.ID
		var role string
		err := scan(&who, &role)
		people++
		if role == string(access.Liaison) {
			to = append(to, who)
		}
		return err
	})
	event := id.New()
	for _, who := range to {
		if err != nil {
			return err
		}
		err = s.Jobs.Enqueue(tx, MailJob, Mail{Template: Review, Tenant: customer, Person: who, Event: event, Count: people, At: tx.Now().UnixMicro()})
	}
	return err
}
