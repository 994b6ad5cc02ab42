package cases

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/sla"
	"liaison/internal/text"
)

// TaskState is how a task of the customer stands.
type TaskState string

// The states. A task leaves open once: the customer has done it or says why not, or support does not need it any more.
const (
	TaskOpen     TaskState = "open"
	TaskDone     TaskState = "done"
	TaskDeclined TaskState = "declined" // by the customer
	TaskGivenUp  TaskState = "given_up" // by support, or because the case was closed
)

// TaskKinds are what a customer is asked for on an urgent case (3.3).
func TaskKinds() []string { return []string{"test", "information", "measure"} }

// TaskEnds are the states in which a side may end a task.
func TaskEnds(staff bool) []string {
	if staff {
		return []string{string(TaskDone), string(TaskGivenUp)}
	}
	return []string{string(TaskDone), string(TaskDeclined)}
}

// maxTasks is how many tasks one case takes, whatever became of them.
const maxTasks = 100

// farthestTask is how far ahead a task may be due.
const farthestTask = 366 * 24 * time.Hour

// Task is something that the customer is to test, to send or to carry out until an instant (R3.3-26).
type Task struct {
	ID       id.ID
	Kind     string // one of TaskKinds
	Text     string // what is asked, Markdown
	AskedBy  Party
	AskedAt  time.Time
	DueAt    time.Time
	State    TaskState
	LateAt   *time.Time // when it was found late; it may have been answered since
	Answer   string     // what was said when it ended; "" for nothing
	EndedBy  Party
	EndedAt  *time.Time
	Number   string // of the case
	version  int64
	ask, end id.ID // the messages
}

// ETag is the task's version as an entity tag.
func (t *Task) ETag() string { return `"` + strconv.FormatInt(t.version, 10) + `"` }

// Late reports whether a task is open although its time is over.
func (t *Task) Late(now time.Time) bool { return t.State == TaskOpen && now.After(t.DueAt) }

// NewTask is what support asks the customer for.
type NewTask struct {
	Kind string
	Text string // Markdown
	Due  time.Time

	// Within runs last in the transaction.
	Within func(tx *db.Tx, t *Task) error
}

// EndTask is how a task ends, with what is to be said about it. The text may be left out where it was done.
type EndTask struct {
	State TaskState
	Text  string
}

// Tasks are the tasks of a case, the first asked first.
func (s *Service) Tasks(ctx context.Context, a access.Actor, number string) (out []Task, err error) {
	defer errs.Wrap(&err, "cases.Tasks(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err == nil {
			out, err = tasksOf(tx, c, id.ID{})
		}
		return err
	})
	return out, err
}

// AskTask gives the customer a task on an urgent case. The text is a message that the customer reads: it counts as one for
// the clocks, and stops none (Clocks 7). Errors: Invalid; Conflict with the decision where the case takes no task.
func (s *Service) AskTask(ctx context.Context, a access.Actor, number string, in NewTask) (t *Task, err error) {
	defer errs.Wrap(&err, "cases.AskTask(%s)", number)
	if err := s.Permit(a, access.CaseWork); err != nil {
		return nil, err
	}
	bad := append(prose("text", in.Text, maxText), needed("kind", in.Kind, maxSubject)...)
	bad = append(bad, oneOf("kind", in.Kind, TaskKinds())...)
	if in.Due.IsZero() {
		bad = append(bad, errs.BadField("dueAt", "field.required"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "give the customer a task").Snapshot(), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err != nil {
			return err
		}
		if t, err = s.askTask(tx, a, c, in); err != nil {
			return err
		}
		if in.Within != nil {
			return in.Within(tx, t)
		}
		return nil
	})
	return t, err
}

func (s *Service) askTask(tx *db.Tx, a access.Actor, c *Case, in NewTask) (*Task, error) {
	if err := s.cooperates(tx, c, entitlement.CustomerTasks); err != nil {
		return nil, err
	}
	now := tx.Now()
	if !in.Due.After(now) || in.Due.After(now.Add(farthestTask)) {
		return nil, errs.BadFields(errs.BadField("dueAt", "case.task_due"))
	}
	var have int64
	if err := tx.Row(`SELECT count(*) FROM customer_task WHERE tenant_id = $1 AND case_id = $2`, []any{c.Tenant, c.ID}, &have); err != nil {
		return nil, err
	}
	if have >= maxTasks {
		return nil, errs.BadFields(errs.BadField("text", "case.too_many_tasks", "max", maxTasks))
	}
	t := &Task{ID: id.New(), Kind: in.Kind, Text: in.Text, AskedBy: Party{ID: a.Person, Name: a.Name}, AskedAt: now, DueAt: in.Due.Truncate(time.Microsecond).UTC(),
		State: TaskOpen, Number: c.Number, version: 1}
	var err error
	if t.ask, err = s.reason(tx, a, c, in.Text); err != nil {
		return nil, err
	}
	err = tx.Buffer(`INSERT INTO customer_task (tenant_id, id, case_id, kind, message_id, asked_by, asked_at, due_at, state)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`, c.Tenant, t.ID, c.ID, t.Kind, t.ask, a.Person, now, t.DueAt, string(t.State))
	if err != nil {
		return nil, err
	}
	err = s.record(tx, a, c, "customer_task.asked", journal.Customer, now, "3.3",
		map[string]any{"task": t.ID, "kind": t.Kind, "due": micros(t.DueAt), "message": t.ask})
	if err != nil {
		return nil, err
	}
	c.add(sla.Event{Kind: sla.Answered, At: micros(now)})
	if err := s.mailTask(tx, "task", c, t, t.ask); err != nil {
		return nil, err
	}
	return t, s.store(tx, c)
}

// cooperates refuses what the policy does not ask of the customer on this case.
func (s *Service) cooperates(tx *db.Tx, c *Case, part entitlement.Part) error {
	return refuseOn(entitlement.Cooperate(s.Policy.At(tx.Now()), part, c.Priority, active(c.Status)))
}

// refuseOn is the refusal of a decision about how a case stands.
func refuseOn(d errs.Decision) error {
	if d.Allowed {
		return nil
	}
	return &errs.Error{Kind: errs.Conflict, Key: "refusal." + d.Code, Args: d.Inputs, Decision: &d}
}

// AnswerTask ends a task whose version is etag: the customer has done it or says why not, support says that it was done or
// is not needed. What the customer says is an act of theirs and ends a wait. Errors: Stale when somebody was faster,
// Conflict when the task has ended or the case is over.
func (s *Service) AnswerTask(ctx context.Context, a access.Actor, number string, task id.ID, etag string, in EndTask) (t *Task, err error) {
	defer errs.Wrap(&err, "cases.AnswerTask(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	if err := s.Permit(a, access.CaseReply); err != nil {
		return nil, err
	}
	bad := typed("text", in.Text, maxText)
	if !slices.Contains(TaskEnds(a.Role.IsStaff()), string(in.State)) {
		bad = append(bad, needed("state", string(in.State), maxSubject)...)
		bad = append(bad, oneOf("state", string(in.State), TaskEnds(a.Role.IsStaff()))...)
	} else if in.State != TaskDone || !text.Blank(in.Text) {
		bad = prose("text", in.Text, maxText)
	}
	if err := errs.BadFields(bad...); err != nil {
		return nil, err
	}
	err = s.DB.Update(ctx, scope(a, "answer a task").Snapshot(), func(tx *db.Tx) error {
		c, err := loadSurvivor(tx, a, number)
		if err != nil {
			return err
		}
		found, err := tasksOf(tx, c, task)
		if err == nil && len(found) == 0 {
			err = errs.Missing()
		}
		if err != nil {
			return err
		}
		t = &found[0]
		return s.endTask(tx, a, c, t, etag, in)
	})
	return t, err
}

func (s *Service) endTask(tx *db.Tx, a access.Actor, c *Case, t *Task, etag string, in EndTask) error {
	if !matches(etag, t.ETag()) {
		return errs.New(errs.Stale, "error.stale")
	}
	if t.State != TaskOpen {
		return errs.New(errs.Conflict, "case.task_ended")
	}
	if err := refuseOn(entitlement.AnswerTask(s.Policy.At(tx.Now()), active(c.Status))); err != nil {
		return err
	}
	now := tx.Now()
	t.State, t.EndedBy, t.EndedAt, t.version = in.State, Party{ID: a.Person, Name: a.Name}, &now, t.version+1
	data := map[string]any{"task": t.ID, "kind": t.Kind, "state": string(t.State)}
	if !text.Blank(in.Text) {
		var err error
		if t.end, err = s.reason(tx, a, c, in.Text); err != nil {
			return err
		}
		t.Answer, data["message"] = in.Text, t.end
	}
	err := tx.Buffer(`UPDATE customer_task SET state = $3, answer_id = $4, ended_by = $5, ended_at = $6, version = $7 WHERE tenant_id = $1 AND id = $2`,
		c.Tenant, t.ID, string(t.State), t.end, a.Person, now, t.version)
	if err != nil {
		return err
	}
	if err := s.record(tx, a, c, "customer_task.ended", journal.Customer, now, "3.3", data); err != nil {
		return err
	}
	if side(a) == CustomerSide {
		if err := s.customerActed(tx, a, c, now); err != nil {
			return err
		}
		if err := s.tellOwner(tx, c, "task_answered"); err != nil {
			return err
		}
	}
	return s.store(tx, c)
}

// giveUpTasks ends what is still open on a case that closes, with one line for all of it.
func (s *Service) giveUpTasks(tx *db.Tx, a access.Actor, c *Case) error {
	n, err := tx.Exec(`UPDATE customer_task SET state = $3, ended_by = $4, ended_at = $5, version = version + 1
		WHERE tenant_id = $1 AND case_id = $2 AND state = 'open'`, c.Tenant, c.ID, string(TaskGivenUp), a.Person, tx.Now())
	if err != nil || n == 0 {
		return err
	}
	return s.record(tx, a, c, "customer_task.given_up", journal.Customer, tx.Now(), "3.3", map[string]any{"count": n})
}

// moveCooperation takes what was agreed with the customer on a merged case along to the one that goes on: who is on its team
// already stays there in the role that they have.
func moveCooperation(tx *db.Tx, gone, into *Case) error {
	for _, q := range []string{
		`UPDATE customer_task SET case_id = $3 WHERE tenant_id = $1 AND case_id = $2`,
		`UPDATE contact_time SET case_id = $3 WHERE tenant_id = $1 AND case_id = $2`,
		`UPDATE case_team SET case_id = $3 WHERE tenant_id = $1 AND case_id = $2 AND NOT EXISTS (SELECT 1 FROM case_team o
			WHERE o.tenant_id = $1 AND o.case_id = $3 AND o.person_id = case_team.person_id)`,
	} {
		if err := tx.Buffer(q, gone.Tenant, gone.ID, into.ID); err != nil {
			return err
		}
	}
	return nil
}

// mailTask tells the case's liaison, and those of the cases that were merged into it, about a task.
func (s *Service) mailTask(tx *db.Tx, template string, c *Case, t *Task, event id.ID) error {
	m := Mail{Template: template, Tenant: c.Tenant, Case: c.ID, Event: event, Task: t.ID, At: micros(tx.Now()), Due: micros(t.DueAt)}
	people, err := otherLiaisons(tx, c)
	for _, m.Person = range append([]id.ID{c.Liaison.ID}, people...) {
		if err == nil {
			err = s.Jobs.Enqueue(tx, MailJob, m)
		}
	}
	return err
}

// sweepTasks finds the tasks whose time is over while their case goes on, records each once, and tells the liaison and the
// owner. Each is a transaction of its own: one that cannot be told keeps no other back.
func (s *Service) sweepTasks(ctx context.Context) (n int, err error) {
	type late struct{ tenant, of, task id.ID }
	var due []late
	err = s.DB.View(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) error {
		due = nil
		return tx.Query(`SELECT t.tenant_id, t.case_id, t.id FROM customer_task t
			JOIN support_case c ON c.tenant_id = t.tenant_id AND c.id = t.case_id AND c.is_open
			WHERE t.state = 'open' AND t.late_at IS NULL AND t.due_at < $1 ORDER BY t.due_at, t.id LIMIT $2`,
			[]any{tx.Now(), sweepBatch}, func(scan func(...any) error) error {
				var l late
				err := scan(&l.tenant, &l.of, &l.task)
				due = append(due, l)
				return err
			})
	})
	if err != nil {
		return 0, err
	}
	for _, l := range due {
		done := false
		failed := s.DB.Update(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) (err error) {
			done, err = s.lateTask(tx, l.tenant, l.of, l.task)
			return err
		})
		if err = errors.Join(err, failed); done && failed == nil {
			n++
		}
	}
	return n, err
}

// lateTask records that a task is late. It may have ended, or moved, since it was found, and its case may be over.
func (s *Service) lateTask(tx *db.Tx, tenant, of, task id.ID) (done bool, err error) {
	c, err := loadByID(tx, tenant, of)
	if err != nil || !active(c.Status) {
		return false, err
	}
	found, err := tasksOf(tx, c, task)
	if err != nil || len(found) == 0 || found[0].State != TaskOpen || found[0].LateAt != nil {
		return false, err
	}
	if err := tx.Buffer(`UPDATE customer_task SET late_at = $3 WHERE tenant_id = $1 AND id = $2`, tenant, task, tx.Now()); err != nil {
		return false, err
	}
	t, event := &found[0], id.New()
	err = s.record(tx, access.Actor{System: true}, c, "customer_task.late", journal.Customer, t.DueAt, "3.3",
		map[string]any{"task": t.ID, "kind": t.Kind, "due": micros(t.DueAt), "event": event})
	if err != nil {
		return false, err
	}
	if err := s.tellOwner(tx, c, "task_late"); err != nil {
		return false, err
	}
	return true, s.mailTask(tx, "task_late", c, t, event)
}

// tasksOf reads the tasks of a case, or the one that is named, with their texts and names.
func tasksOf(tx *db.Tx, c *Case, only id.ID) (out []Task, err error) {
	q, args := `SELECT t.id, t.kind, t.message_id, t.asked_by, t.asked_at, t.due_at, t.state, t.late_at, t.answer_id, t.ended_by, t.ended_at, t.version,
		m.body, coalesce(e.body, ''), coalesce(p.name, ''), coalesce(q.name, '')
		FROM customer_task t JOIN message m ON m.tenant_id = t.tenant_id AND m.id = t.message_id
		LEFT JOIN message e ON e.tenant_id = t.tenant_id AND e.id = t.answer_id
		LEFT JOIN person p ON p.id = t.asked_by LEFT JOIN person q ON q.id = t.ended_by
		WHERE t.tenant_id = $1 AND t.case_id = $2`, []any{c.Tenant, c.ID}
	if !only.IsZero() {
		q, args = q+` AND t.id = $3`, append(args, only)
	}
	out = []Task{}
	err = tx.Query(q+` ORDER BY t.asked_at, t.id`, args, func(scan func(...any) error) error {
		t := Task{Number: c.Number}
		err := scan(&t.ID, &t.Kind, &t.ask, &t.AskedBy.ID, db.Time(&t.AskedAt), db.Time(&t.DueAt), (*string)(&t.State), db.NullTime(&t.LateAt), &t.end,
			&t.EndedBy.ID, db.NullTime(&t.EndedAt), &t.version, &t.Text, &t.Answer, &t.AskedBy.Name, &t.EndedBy.Name)
		out = append(out, t)
		return err
	})
	return out, err
}
