package cases

import (
	"context"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// NoQuestionMark is the doubt about a pause whose question asks nothing: its text has no question mark.
const NoQuestionMark sla.Doubt = "no_question_mark"

// WrongPause is a pause of a case for its customer that looks wrong.
type WrongPause struct {
	sla.Wait
	Number       string
	CustomerKey  string
	CustomerName string
	Centre       string
	AskedBy      Party

	tenant id.ID
}

// PausePage is a part of the list, the cases that changed last first.
type PausePage struct {
	Items []WrongPause
	Next  string
}

// WrongPauses lists the pauses in [from, to) that look wrong: the customer had written and the case was still shown as
// waiting, no question was asked, or all reminders have gone out. For those who answer for the figures.
func (s *Service) WrongPauses(ctx context.Context, a access.Actor, from, to time.Time, cursor string, limit int) (p PausePage, err error) {
	defer errs.Wrap(&err, "cases.WrongPauses")
	if err := s.Permit(a, access.PausesRead); err != nil {
		return p, err
	}
	if err := checkPausePeriod(from, to); err != nil {
		return p, err
	}
	at, last := to.AddDate(100, 0, 0).UnixMicro(), id.ID{}
	if _, err := s.CursorKey.Open("pauses", cursor, &at, &last); err != nil {
		return p, err
	}
	limit = pageSize(limit)
	err = s.DB.View(ctx, scope(a, "look for wrong pauses"), func(tx *db.Tx) error {
		p = PausePage{Items: []WrongPause{}}
		for more := true; more && len(p.Items) < limit; {
			var n int
			var found []WrongPause
			found, n, at, last, err = s.someWaits(tx, from, to, at, last)
			if err != nil {
				return err
			}
			if err := s.readQuestions(tx, found); err != nil {
				return err
			}
			p.Items = append(p.Items, slices.DeleteFunc(found, func(w WrongPause) bool { return len(w.Doubts) == 0 })...)
			if more = n == pauseBatch; more {
				p.Next = s.CursorKey.Seal("pauses", at, last)
			} else {
				p.Next = ""
			}
		}
		return nil
	})
	return p, err
}

// maxPauseDays is how long the period of one list may be: a quarter.
const maxPauseDays = 92

// checkPausePeriod refuses a period that is empty or longer than one list looks through. Days have 23 to 25 hours.
func checkPausePeriod(from, to time.Time) error {
	switch {
	case !from.Before(to):
		return errs.BadFields(errs.BadField("to", "pauses.field_empty"))
	case to.Sub(from) > maxPauseDays*24*time.Hour+time.Hour:
		return errs.BadFields(errs.BadField("from", "pauses.field_long", "days", maxPauseDays))
	}
	return nil
}

// pauseBatch is how many cases are looked through at once.
const pauseBatch = 200

// someWaits reads the pauses of the cases that follow one in the order of their last change.
func (s *Service) someWaits(tx *db.Tx, from, to time.Time, at int64, last id.ID) (out []WrongPause, n int, _ int64, _ id.ID, err error) {
	err = tx.Query(`SELECT c.tenant_id, c.id, c.number, c.centre, c.updated_at, c.facts, c.priority, cu.key, cu.name FROM support_case c
		JOIN customer cu ON cu.id = c.tenant_id
		WHERE (c.updated_at >= $1 OR c.status = 'waiting_customer') AND c.received_at < $2 AND c.facts LIKE '%"s":"waiting_customer"%' AND (c.updated_at < $3 OR c.updated_at = $3 AND c.id < $4)
		ORDER BY c.updated_at DESC, c.id DESC LIMIT $5`, []any{from, to, at, last, pauseBatch}, func(scan func(...any) error) error {
		var w WrongPause
		var facts string
		var priority int
		if err := scan(&w.tenant, &last, &w.Number, &w.Centre, &at, &facts, &priority, &w.CustomerKey, &w.CustomerName); err != nil {
			return err
		}
		n++
		events, err := sla.ParseFacts(facts)
		if err != nil {
			return err
		}
		p, _ := s.Policy.Now().Priority(priority)
		for _, wait := range slices.Backward(sla.Waits(events, len(p.Reminders))) {
			over := !wait.Known.IsZero() && wait.Known.Before(from)
			if w.Wait = wait; wait.From.Before(to) && !over {
				out = append(out, w)
			}
		}
		return nil
	})
	return out, n, at, last, err
}

// readQuestions adds who asked, and the doubt about a question that asks nothing.
func (s *Service) readQuestions(tx *db.Tx, list []WrongPause) error {
	for i := range list {
		w := &list[i]
		question, err := id.Parse(w.Question)
		if err != nil || question.IsZero() {
			if !slices.Contains(w.Doubts, sla.Nameless) {
				w.Doubts = append(w.Doubts, sla.Nameless)
			}
			continue
		}
		err = tx.Query(`SELECT m.body, m.author_id, coalesce(p.name, '') FROM message m LEFT JOIN person p ON p.id = m.author_id
			WHERE m.tenant_id = $1 AND m.id = $2`, []any{w.tenant, question}, func(scan func(...any) error) error {
			var body string
			err := scan(&body, &w.AskedBy.ID, &w.AskedBy.Name)
			if !strings.ContainsAny(body, "?？¿؟") {
				w.Doubts = append(w.Doubts, NoQuestionMark)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
