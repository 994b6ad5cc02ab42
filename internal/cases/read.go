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
	"liaison/internal/policy"
	"liaison/internal/sla"
)

// MaxPage is the largest number of rows a list gives at once.
const MaxPage = 200

// DefaultPage is the number of rows of a list where nothing is asked for.
const DefaultPage = 50

// Filter narrows a list of cases. Zero fields do not filter.
type Filter struct {
	Statuses   []Status
	Priorities []int
	Plans      []string
	Centres    []string
	Customer   string // key
	System     id.ID
	Assignee   id.ID
	Unassigned bool
	Departed   bool // their liaison has left, and nobody has followed (1.1)
	Mine       bool // the cases the actor is the liaison of, or the assignee
	Open       bool // neither resolved nor closed
	DueBefore  *time.Time
	Query      string // all words, Chinese and Latin; "exact phrases"; filters by word (FilterNames)
	Cursor     string
	Limit      int
}

// Page is a part of a list with the cursor of the next part; "" at the end.
type Page struct {
	Items []Case
	Next  string
}

// Get gives one case with its clocks.
func (s *Service) Get(ctx context.Context, a access.Actor, number string) (c *Case, err error) {
	defer errs.Wrap(&err, "cases.Get(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		if c, err = loadFor(tx, a, number); err != nil {
			return err
		}
		return s.recompute(c, tx.Now())
	})
	return c, err
}

// Clocks gives the clocks of a case with their ledgers: why this time.
func (s *Service) Clocks(ctx context.Context, a access.Actor, number string) (out []sla.Clock, err error) {
	defer errs.Wrap(&err, "cases.Clocks(%s)", number)
	if err := s.Permit(a, access.CaseRead); err != nil {
		return nil, err
	}
	err = s.DB.View(ctx, scope(a, "read a case"), func(tx *db.Tx) error {
		c, err := loadFor(tx, a, number)
		if err != nil {
			return err
		}
		r, err := sla.EvaluateWithLedger(s.Policy, c.Facts, tx.Now())
		out = r.Clocks
		return err
	})
	return out, err
}

// WithLedgers are the clocks of a case that was just read or changed, with their ledgers, as of the same instant: nothing
// is read again.
func (s *Service) WithLedgers(c *Case) ([]sla.Clock, error) {
	r, err := sla.EvaluateWithLedger(s.Policy, c.Facts, c.clocksAt)
	if err != nil {
		return nil, fmt.Errorf("ledgers of case %s: %w", c.Number, err)
	}
	return r.Clocks, nil
}

// List gives the cases that the actor may see, the last changed first. With words in Query only those that have them all,
// the best match first; filters by word in it (status:open before:2026-11-01) narrow both. Error Invalid for a filter that
// does not take its value.
func (s *Service) List(ctx context.Context, a access.Actor, f Filter) (p Page, err error) {
	defer errs.Wrap(&err, "cases.List")
	if err := s.Permit(a, access.CaseRead); err != nil {
		return p, err
	}
	limit, typed := pageSize(f.Limit), parseAsked(f.Query)
	err = s.DB.View(ctx, scope(a, "list cases"), func(tx *db.Tx) error {
		w := s.where(tx, a, f)
		if err := s.narrow(w, a, typed.filters, tx.Now()); err != nil {
			return err
		}
		if typed.words != "" {
			p, err = s.find(tx, a, typed.words, w, f.Cursor, limit)
			return err
		}
		var at int64
		var last id.ID
		given, err := s.CursorKey.Open("list", f.Cursor, &at, &last)
		if err != nil {
			return err
		}
		if given {
			w.add("(c.updated_at < ? OR (c.updated_at = ? AND c.id < ?))", at, at, last)
		}
		p.Items, err = list(tx, w.sql(), "c.updated_at DESC, c.id DESC", limit+1, w.args)
		return s.page(&p, tx, limit, err, func(c *Case) string {
			return s.CursorKey.Seal("list", micros(c.UpdatedAt), c.ID)
		})
	})
	return p, err
}

// Queue gives the open cases in policy order: priority, plan rank, next due, filed (R3.3-19). Staff only.
func (s *Service) Queue(ctx context.Context, a access.Actor, f Filter) (p Page, err error) {
	defer errs.Wrap(&err, "cases.Queue")
	if err := s.Permit(a, access.QueueRead); err != nil {
		return p, err
	}
	var priority, plan, promise, received int64
	var last id.ID
	given, err := s.CursorKey.Open("queue", f.Cursor, &priority, &plan, &promise, &received, &last)
	if err != nil {
		return p, err
	}
	limit := pageSize(f.Limit)
	f.Open = true
	err = s.DB.View(ctx, scope(a, "read the queue"), func(tx *db.Tx) error {
		w := s.where(tx, a, f)
		if ok, err := s.narrowQueue(tx, a, f.Query, w); !ok || err != nil {
			p.Items = []Case{}
			return err
		}
		if given {
			w.add("(c.priority, c.plan_order, c.next_promise, c.received_at, c.id) > (?, ?, ?, ?, ?)", priority, plan, promise, received, last)
		}
		p.Items, err = list(tx, w.sql(), "c.priority, c.plan_order, c.next_promise, c.received_at, c.id", limit+1, w.args)
		return s.page(&p, tx, limit, err, func(c *Case) string {
			return s.CursorKey.Seal("queue", c.Priority, s.Policy.Now().PlanOrder(c.Plan), promiseColumn(c.NextPromise), micros(c.ReceivedAt), c.ID)
		})
	})
	return p, err
}

// page cuts the one row too many, evaluates the clocks of the rest and makes the next cursor.
func (s *Service) page(p *Page, tx *db.Tx, limit int, err error, cursor func(*Case) string) error {
	if err != nil {
		return err
	}
	if len(p.Items) > limit {
		p.Items = p.Items[:limit]
		p.Next = cursor(&p.Items[limit-1])
	}
	for i := range p.Items {
		c := &p.Items[i]
		r, err := sla.Evaluate(s.Policy, c.Facts, tx.Now())
		if err != nil {
			return fmt.Errorf("clocks of case %s: %w", c.Number, err)
		}
		c.Clocks = r.Clocks
	}
	return nil
}

func pageSize(n int) int {
	switch {
	case n <= 0:
		return DefaultPage
	case n > MaxPage:
		return MaxPage
	}
	return n
}

// narrowQueue adds the filters of a search, and the cases that hold all its words; ok is false when there is none.
func (s *Service) narrowQueue(tx *db.Tx, a access.Actor, query string, w *where) (ok bool, err error) {
	typed := parseAsked(query)
	if err := s.narrow(w, a, typed.filters, tx.Now()); err != nil || typed.words == "" {
		return err == nil, err
	}
	ids, err := s.idsOf(tx, a, typed.words)
	w.in("c.id", ids)
	return len(ids) > 0, err
}

func (s *Service) where(tx *db.Tx, a access.Actor, f Filter) *where {
	w := new(where)
	if t := tx.Scope().Tenant(); !t.IsZero() {
		w.add("c.tenant_id = ?", t)
	}
	w.narrow(a)
	if f.Open {
		w.parts = append(w.parts, "c.is_open")
	}
	w.in("c.status", toAny(f.Statuses, func(v Status) any { return string(v) }))
	w.in("c.priority", toAny(f.Priorities, func(v int) any { return v }))
	w.in("c.plan", toAny(f.Plans, func(v string) any { return v }))
	w.in("c.centre", toAny(f.Centres, func(v string) any { return v }))
	if f.Customer != "" {
		w.add("c.tenant_id = (SELECT k.id FROM customer k WHERE k.key = ?)", f.Customer)
	}
	if !f.System.IsZero() {
		w.add("c.system_id = ?", f.System)
	}
	switch {
	case f.Mine && a.Role.IsStaff():
		w.add("c.assignee_id = ?", a.Person)
	case f.Mine:
		w.add("c.liaison_id = ?", a.Person)
	case !f.Assignee.IsZero():
		w.add("c.assignee_id = ?", f.Assignee)
	case f.Unassigned:
		w.parts = append(w.parts, "c.assignee_id IS NULL")
	}
	if f.Departed {
		w.parts = append(w.parts, "c.owner_departed_at IS NOT NULL")
	}
	if f.DueBefore != nil {
		s.dueBefore(w, *f.DueBefore)
	}
	return w
}

// dueBefore selects what is promised before an instant. It names every priority and plan, so that the queue's index is
// entered at the earliest promise of each and not read from end to end.
func (s *Service) dueBefore(w *where, at time.Time) {
	w.in("c.priority", toAny(s.Policy.Now().Priorities, func(p policy.Priority) any { return p.Level }))
	w.in("c.plan_order", toAny(s.Policy.Now().Plans, func(p policy.Plan) any { return s.Policy.Now().PlanOrder(p.Key) }))
	w.add("c.next_promise <= ?", micros(at))
}

// where collects conditions; ? becomes the next $n.
type where struct {
	parts []string
	args  []any
}

func (w *where) add(cond string, args ...any) {
	for _, a := range args {
		w.args = append(w.args, a)
		cond = strings.Replace(cond, "?", fmt.Sprintf("$%d", len(w.args)), 1)
	}
	w.parts = append(w.parts, cond)
}

func (w *where) in(column string, list []any) {
	if len(list) == 0 {
		return
	}
	w.parts = append(w.parts, column+" IN ("+placeholders(len(w.args), len(list))+")")
	w.args = append(w.args, list...)
}

func (w *where) sql() string {
	if len(w.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.parts, " AND ")
}

func toAny[T any](in []T, f func(T) any) []any {
	out := make([]any, len(in))
	for i, v := range in {
		out[i] = f(v)
	}
	return out
}
