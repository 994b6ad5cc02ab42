package billing

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// termEnded is the reminder that terms have ended, among those that count the days before.
const termEnded = -1

// endedFor is how many days after the end of a term it is still told.
const endedFor = 14

// fromEnding are the last terms t that end from day $1 to day $2, of systems s of customers c that have not given the
// licences back. It reads the index over the last days.
const fromEnding = `FROM subscription t JOIN customer c ON c.id = t.tenant_id JOIN system s ON s.tenant_id = t.tenant_id AND s.id = t.system_id
	WHERE t.to_date >= $1 AND t.to_date <= $2 AND ` + contract.LastTerm + ` AND ` + contract.StillLicensed

// termStep is one reminder of the series: the last days of terms for which it is due on a day.
type termStep struct {
	days     int
	from, to calendar.Date
}

// termSteps are the reminders of a day: a term is in the last of the series that has come due.
func (s *Service) termSteps(today calendar.Date) (steps []termStep) {
	all := s.Policy.Now().RenewalReminderDays
	for i, days := range all {
		nearest := today
		if i+1 < len(all) {
			nearest = today.AddDays(all[i+1] + 1)
		}
		steps = append(steps, termStep{days, nearest, today.AddDays(days)})
	}
	return append(steps, termStep{termEnded, today.AddDays(-endedFor), today.AddDays(-1)})
}

// announceTerms reminds customers of terms that end and are not renewed, and tells when they have ended: each once (5.1).
// Who is left is read once a day, and as long as there are more.
func (s *Service) announceTerms(tx *db.Tx) (int, error) {
	today := s.today(tx)
	if !s.termsDue(today) {
		return 0, nil
	}
	done := 0
	for _, step := range s.termSteps(today) {
		n, err := s.announceStep(tx, step, sweepBatch-done)
		if done += n; err != nil || done == sweepBatch {
			return done, err
		}
	}
	tx.AfterCommit(func() { s.termsLooked(today) })
	return done, nil
}

func (s *Service) announceStep(tx *db.Tx, step termStep, limit int) (int, error) {
	type ending struct {
		customer id.ID
		on       string
		systems  int
	}
	var list []ending
	err := tx.Query(`SELECT t.tenant_id, t.to_date, count(*) `+fromEnding+` AND NOT EXISTS (SELECT 1 FROM term_notice n
			WHERE n.tenant_id = t.tenant_id AND n.ends_on = t.to_date AND n.days <= $3)
		GROUP BY t.tenant_id, t.to_date ORDER BY t.to_date, t.tenant_id LIMIT $4`, []any{step.from.String(), step.to.String(), step.days, limit},
		func(scan func(...any) error) error {
			var e ending
			err := scan(&e.customer, &e.on, &e.systems)
			list = append(list, e)
			return err
		})
	for _, e := range list {
		if err != nil {
			return 0, err
		}
		err = tx.Buffer(`INSERT INTO term_notice (tenant_id, ends_on, days, sent_at) VALUES ($1, $2, $3, $4)`, e.customer, e.on, step.days, tx.Now())
		people := 0
		m := Mail{Template: TermEnds, Tenant: e.customer, Day: e.on}
		if step.days == termEnded {
			m.Template = TermEnded
		}
		if err == nil {
			people, err = s.mail(tx, m, "contract", true)
		}
		if err == nil {
			err = s.record(tx, program(), e.customer, journal.Line{Kind: "term.announced", Clause: "5.1",
				Data: map[string]any{"days": step.days, "systems": e.systems, "people": people, "ends": e.on}})
		}
	}
	return len(list), err
}

func (s *Service) termsDue(today calendar.Date) bool {
	s.ending.Lock()
	defer s.ending.Unlock()
	return s.termsOn != today
}

func (s *Service) termsLooked(today calendar.Date) {
	s.ending.Lock()
	defer s.ending.Unlock()
	s.termsOn = today
}

// aboutTerm says how many systems have no term after the day that the mail names; false when all of them have.
func (s *Service) aboutTerm(tx *db.Tx, m Mail, f *MailFacts) (ok bool, err error) {
	if f.Day, err = calendar.StoredDate(m.Day); err != nil {
		return false, err
	}
	f.Path = "/account/renewal"
	err = tx.Row(`SELECT count(*) `+fromEnding+` AND t.tenant_id = $3`, []any{m.Day, m.Day, m.Tenant}, &f.Count)
	return f.Count > 0, err
}

// Ending is a system whose support ends, or has ended, and is not renewed.
type Ending struct {
	System           id.ID
	Customer, Name   string // key, and name
	SystemName, Plan string
	Until            calendar.Date
	Quote            id.ID // open quote of the customer; zero: none
	term             id.ID
}

// EndingPage is a part of the list.
type EndingPage struct {
	Items []Ending
	Next  string
}

const endingList = "terms ending"

// EndingWithin lists the systems whose last term ends within so many days, or has ended as many days ago, the first to
// end first.
func (s *Service) EndingWithin(ctx context.Context, a access.Actor, days int, cursor string, limit int) (page EndingPage, err error) {
	defer errs.Wrap(&err, "billing.EndingWithin")
	if err := mayRead(a); err != nil {
		return page, err
	}
	if limit <= 0 || limit > MaxPage {
		limit = MaxPage
	}
	var after string
	var last id.ID
	given, err := s.CursorKey.Open(endingList, cursor, &after, &last)
	if err != nil {
		return page, err
	}
	page.Items = []Ending{}
	err = s.DB.View(ctx, s.scope(a), func(tx *db.Tx) error {
		today := s.today(tx)
		q, args := `SELECT t.id, s.id, c.key, c.name, s.name, t.plan, t.to_date,
			(SELECT q.id FROM renewal q WHERE q.tenant_id = t.tenant_id AND q.ordered_at IS NULL AND q.withdrawn_at IS NULL AND q.valid_until >= $4) `+fromEnding,
			[]any{today.AddDays(-days).String(), today.AddDays(days).String(), limit + 1, today.String()}
		if given {
			q, args = q+` AND (t.to_date, t.id) > ($5, $6)`, append(args, after, last)
		}
		return tx.Query(q+` ORDER BY t.to_date, t.id LIMIT $3`, args, func(scan func(...any) error) error {
			if n := len(page.Items); n == limit {
				page.Next = s.CursorKey.Seal(endingList, page.Items[n-1].Until.String(), page.Items[n-1].term)
				return nil
			}
			var e Ending
			var until string
			err := scan(&e.term, &e.System, &e.Customer, &e.Name, &e.SystemName, &e.Plan, &until, &e.Quote)
			if err == nil {
				e.Until, err = calendar.StoredDate(until)
			}
			page.Items = append(page.Items, e)
			return err
		})
	})
	return page, err
}
