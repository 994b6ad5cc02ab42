package liaisons

import (
	"context"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

const tasksList = "tasks" // the name that its cursors are sealed with

// MaxTasks is how many tasks a page has at most.
const MaxTasks = 200

// TaskQuery asks for a page of the tasks that wait for staff, those of all customers, the oldest first.
type TaskQuery struct {
	Centre string // key of the centre of the system; "" for all
	Cursor string
	Limit  int // 0 is 50, at most MaxTasks
}

// OpenTask is a task with whose it is.
type OpenTask struct {
	Task
	Customer     id.ID
	CustomerKey  string
	CustomerName string
	Centre       string // of the system when the task was made
}

// TaskPage is a page of them.
type TaskPage struct {
	Items []OpenTask
	Next  string // "" at the end
	May   bool   // the reader may say that one is done
}

// Tasks lists what waits for staff. Who reads the books of a customer, and with them the page of its liaisons, reads it.
func (s *Service) Tasks(ctx context.Context, a access.Actor, q TaskQuery) (page TaskPage, err error) {
	defer errs.Wrap(&err, "liaisons.Tasks")
	if err := access.Check(a, access.BooksRead); err != nil {
		return page, err
	}
	if _, known := s.Policy.Now().Centre(q.Centre); q.Centre != "" && !known {
		return page, errs.BadFields(errs.BadField("centre", "field.not_allowed"))
	}
	after, last := int64(-1), id.ID{} // before the first
	if _, err := s.CursorKey.Open(tasksList, q.Cursor, &after, &last); err != nil {
		return page, err
	}
	if q.Limit <= 0 {
		q.Limit = 50
	}
	q.Limit = min(q.Limit, MaxTasks)
	args := []any{after, last}
	where := `t.done_at IS NULL AND (t.made_at, t.id) > ($1, $2)`
	if q.Centre != "" {
		args = append(args, q.Centre)
		where += ` AND t.centre = $3`
	}
	args = append(args, q.Limit+1)
	page.Items, page.May = []OpenTask{}, access.Allows(a, access.LiaisonOverride)
	err = s.DB.View(ctx, tasksScope(a), func(tx *db.Tx) error {
		page.Items = page.Items[:0]
		return tx.Query(`SELECT t.id, t.kind, coalesce(s.name, ''), coalesce(p.name, ''), t.made_at, t.tenant_id, k.key, k.name, t.centre,
				(SELECT count(*) FROM support_case c WHERE c.tenant_id = t.tenant_id AND c.system_id = t.system_id AND c.liaison_id = t.person_id
					AND c.owner_departed_at IS NOT NULL AND c.status <> 'closed')
			FROM staff_task t JOIN customer k ON k.id = t.tenant_id
			LEFT JOIN system s ON s.tenant_id = t.tenant_id AND s.id = t.system_id LEFT JOIN person p ON p.id = t.person_id
			WHERE `+where+` ORDER BY t.made_at, t.id LIMIT $`+strconv.Itoa(len(args)), args, func(scan func(...any) error) error {
			var t OpenTask
			err := scan(&t.ID, &t.Kind, &t.System, &t.Person, db.Time(&t.MadeAt), &t.Customer, &t.CustomerKey, &t.CustomerName, &t.Centre, &t.Cases)
			page.Items = append(page.Items, t)
			return err
		})
	})
	if err == nil && len(page.Items) > q.Limit {
		page.Items = page.Items[:q.Limit]
		end := page.Items[q.Limit-1]
		page.Next = s.CursorKey.Seal(tasksList, end.MadeAt.UnixMicro(), end.ID)
	}
	return page, err
}

func tasksScope(a access.Actor) db.Scope { return db.ForStaff(a.Person, "tasks of staff") }

// CountTasks is how many tasks wait for the actor, for the menu.
func (s *Service) CountTasks(ctx context.Context, a access.Actor) (n int, err error) {
	defer errs.Wrap(&err, "liaisons.CountTasks")
	if !access.Allows(a, access.BooksRead) {
		return 0, nil
	}
	err = s.DB.Look(ctx, tasksScope(a), `SELECT count(*) FROM staff_task WHERE done_at IS NULL`, nil, &n)
	return n, err
}

// FinishTask says that a member of staff has looked at what was to be decided. One that is done already, by whoever was
// faster or because somebody followed in the seat, stays as it is: TaskWasDone.
func (s *Service) FinishTask(ctx context.Context, a access.Actor, customer, task id.ID) (err error) {
	defer errs.Wrap(&err, "liaisons.FinishTask(%s)", task)
	if err := access.Check(a, access.LiaisonOverride); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error {
		n, err := tx.Exec(`UPDATE staff_task SET done_at = $3, done_by = $4 WHERE tenant_id = $1 AND id = $2 AND done_at IS NULL`,
			customer, task, tx.Now(), a.Person)
		if err != nil {
			return err
		}
		if n == 0 {
			return notOpen(tx, customer, task)
		}
		l := staffOnly(onSystem("task.done", task, nil))
		l.SubjectKind = "task"
		return s.record(tx, a, customer, l)
	})
}

// TaskWasDone is the catalogue key of the conflict that a task was done before.
const TaskWasDone = "seats.task.was_done"

// notOpen tells a task that was done before from one that never was.
func notOpen(tx *db.Tx, customer, task id.ID) error {
	var n int
	err := tx.Row(`SELECT count(*) FROM staff_task WHERE tenant_id = $1 AND id = $2`, []any{customer, task}, &n)
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing()
	}
	return errs.New(errs.Conflict, TaskWasDone)
}
