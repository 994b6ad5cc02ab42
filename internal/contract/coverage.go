package contract

import (
	"encoding/json"
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// Coverage says whether support of a system is owed at an instant (R0-04, 5.2), and since when that has been so.
type Coverage struct {
	Covered bool
	Reason  string // code of the decision that refuses a new case meanwhile; "" when covered
	// Since is when the present state began: 00:00 vendor's zone of the first day without a term or of the first
	// day overdue, the instant of the payment, or 00:00 of the first day of a term. It is zero when it was never
	// otherwise. It may lie before a case was registered, when an invoice was entered late.
	Since time.Time
	// Known is set when Covered began with a term that was entered later than it begins: the instant of the entry.
	Known time.Time
}

// Coverage gives the coverage of a customer's system at an instant, as what is recorded by now makes it. A system that
// does not exist is not covered.
func (s *Service) Coverage(tx *db.Tx, customer, system id.ID, at time.Time) (Coverage, error) {
	gaps, err := s.gaps(tx, customer, system)
	if err != nil {
		return Coverage{}, err
	}
	return coverageAt(gaps, at), nil
}

// strayQuery finds open cases that are suspended although they are covered on day $1, or not suspended although they are
// not, or have another plan than their system; $2 is the first due day that is not overdue yet. Terms do not overlap, so
// the last one that has begun decides. It reads the index case_coverage and, for each system in it, one entry of
// subscription_system: its cost grows with the systems that have open cases.
const strayQuery = `SELECT k.tenant_id, k.system_id, k.look_at FROM (
		SELECT DISTINCT o.tenant_id, o.system_id, o.suspended, o.plan, s.look_at FROM support_case o
		JOIN system s ON s.tenant_id = o.tenant_id AND s.id = o.system_id WHERE o.is_open) k
	WHERE k.suspended = (
		k.tenant_id NOT IN (SELECT i.tenant_id FROM invoice i WHERE i.paid_at IS NULL AND i.voided_at IS NULL AND i.due_date < $2)
		AND coalesce((SELECT t.to_date FROM subscription t
			WHERE t.tenant_id = k.tenant_id AND t.system_id = k.system_id AND t.from_date <= $1
			ORDER BY t.from_date DESC LIMIT 1), '') >= $1)
	OR k.plan <> coalesce((SELECT t.plan FROM subscription t
			WHERE t.tenant_id = k.tenant_id AND t.system_id = k.system_id AND t.from_date <= $1
			ORDER BY t.from_date DESC LIMIT 1), k.plan)
	LIMIT $3`

// Stray lists at most limit systems with open cases whose suspended flag or plan is not right at the present instant. Due
// finds them first; what it misses, because a case was registered while another transaction wrote, is found here. Once
// all is set the list is empty.
func (s *Service) Stray(tx *db.Tx, at time.Time, limit int) ([]Place, error) {
	today := s.today(at)
	var found []Place
	err := tx.Query(strayQuery, []any{today.String(), s.firstNotOverdue(today).String(), limit},
		func(scan func(...any) error) error {
			var p Place
			err := scan(&p.Customer, &p.System, &p.LookAt)
			found = append(found, p)
			return err
		})
	return found, err
}

// firstNotOverdue is the earliest due day of an unpaid invoice that is not overdue on day d.
func (s *Service) firstNotOverdue(d calendar.Date) calendar.Date {
	return d.AddDays(-s.Policy.Now().SuspensionGraceDays)
}

// gap is a time without support: from inclusive, to exclusive.
type gap struct {
	from, to time.Time
	reason   string
	known    time.Time // when the term that ends it was entered, if that was after to
}

// forever is the end of a gap whose end is not known.
func forever() time.Time { return time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC) }

// gaps are the times without support: first those between the terms, then one for each invoice that is or was or will
// be overdue. They may overlap.
func (s *Service) gaps(tx *db.Tx, customer, system id.ID) ([]gap, error) {
	terms, err := termsOf(tx, customer, system)
	if err != nil {
		return nil, err
	}
	return s.gapsBeside(tx, customer, system, terms[system])
}

// gapsBeside is gaps for terms that were read.
func (s *Service) gapsBeside(tx *db.Tx, customer, system id.ID, terms []entered) ([]gap, error) {
	corrections, err := correctionsOf(tx, customer)
	if err != nil {
		return nil, err
	}
	overdue, err := s.unpaidTimes(tx, customer)
	return s.gapsOf(system, terms, corrections, overdue), err
}

// gapsOf puts together what is recorded of one system and of its customer.
func (s *Service) gapsOf(system id.ID, terms []entered, corrections []correction, overdue []gap) []gap {
	gaps := s.betweenTerms(terms)
	s.sinceCorrections(system, corrections, gaps)
	return append(gaps, overdue...)
}

// correction is a term as it stood before it was corrected, and when that was.
type correction struct {
	TermEntry
	at time.Time
}

func correctionsOf(tx *db.Tx, customer id.ID) (list []correction, err error) {
	err = correctionsBy(tx.Query, customer, &list)
	return list, err
}

// asking is Query of a transaction, or Ahead, after which the answer comes with the next Query.
type asking func(q string, args []any, row func(scan func(dest ...any) error) error) error

func correctionsBy(ask asking, customer id.ID, list *[]correction) error {
	return ask(`SELECT data, replaced_at FROM superseded_entry WHERE tenant_id = $1 AND kind = $2 ORDER BY replaced_at`, []any{customer, EntryTerm},
		func(scan func(...any) error) error {
			var data string
			var was correction
			if err := scan(&data, db.Time(&was.at)); err != nil {
				return err
			}
			err := json.Unmarshal([]byte(data), &was.TermEntry)
			*list = append(*list, was)
			return err
		})
}

// sinceCorrections lets a gap that a correction has made begin with it: until a current term was withdrawn or cut short
// support was owed, and no past is rewritten (Clocks 12).
func (s *Service) sinceCorrections(system id.ID, corrections []correction, gaps []gap) {
	for _, was := range corrections {
		if was.System != system || was.at.Before(s.start(was.From)) || !was.at.Before(s.start(was.To.AddDays(1))) {
			continue
		}
		for i := range gaps {
			if g := &gaps[i]; g.from.Before(was.at) && was.at.Before(g.to) {
				g.from = was.at
			}
		}
	}
}

// entered is a term with the instant at which it was entered as it is.
type entered struct {
	Term
	at time.Time
}

// Pause is a time without support that is over: From inclusive, To exclusive.
type Pause struct{ From, To time.Time }

// PausesSince lists the times without support that ended after an instant and by now, joined and in order.
func (s *Service) PausesSince(tx *db.Tx, customer, system id.ID, since time.Time) (out []Pause, err error) {
	gaps, err := s.gaps(tx, customer, system)
	if err != nil {
		return nil, err
	}
	for _, g := range joined(gaps) {
		if g.To.After(since) {
			out = append(out, Pause{g.From, *g.To})
		}
	}
	out = slices.DeleteFunc(out, func(p Pause) bool { return p.To.After(tx.Now()) })
	for i := range out {
		if out[i].From.Before(since) {
			out[i].From = since
		}
	}
	return out, nil
}

// termsOf gives the terms of a customer's system in order, of all systems for a zero one.
func termsOf(tx *db.Tx, customer, system id.ID) (terms map[id.ID][]entered, err error) {
	return termsBy(tx.Query, customer, system)
}

func termsBy(ask asking, customer, system id.ID) (terms map[id.ID][]entered, err error) {
	q, args := `SELECT system_id, plan, from_date, to_date, recorded_at FROM subscription WHERE tenant_id = $1`, []any{customer}
	if !system.IsZero() {
		q, args = q+` AND system_id = $2`, append(args, system)
	}
	terms = map[id.ID][]entered{}
	err = ask(q+` ORDER BY system_id, from_date`, args, func(scan func(...any) error) error {
		var of id.ID
		var t entered
		var from, to *string
		if err := scan(&of, &t.Plan, &from, &to, db.Time(&t.at)); err != nil {
			return err
		}
		err := days(dayColumn{from, &t.From}, dayColumn{to, &t.To})
		terms[of] = append(terms[of], t)
		return err
	})
	return terms, err
}

// betweenTerms gives the gaps before, between and after terms that are in order.
func (s *Service) betweenTerms(terms []entered) (gaps []gap) {
	g := gap{reason: entitlement.SubscriptionNone}
	for _, t := range terms {
		g.to, g.known = s.start(t.From), time.Time{}
		if t.at.After(g.to) {
			g.known = t.at
		}
		if g.from.Before(g.to) {
			gaps = append(gaps, g)
		}
		g.from = s.start(t.To.AddDays(1))
	}
	g.to, g.known = forever(), time.Time{}
	return append(gaps, g)
}

// start is the first instant of d in the vendor's zone.
func (s *Service) start(d calendar.Date) time.Time { return d.StartIn(s.Policy.Now().Vendor.Zone) }

// joined are the gaps in order and apart from each other, by the rule for suspensions (5.2): support is back only when
// nothing is left that suspends it.
func joined(gaps []gap) []entitlement.Suspension {
	single := make([]entitlement.Suspension, len(gaps))
	for i := range gaps {
		single[i] = entitlement.Suspension{From: gaps[i].from, To: &gaps[i].to}
	}
	return entitlement.Merge(single)
}

// coverageAt finds the last of the joined gaps that has begun at at.
func coverageAt(gaps []gap, at time.Time) Coverage {
	holds := slices.IndexFunc(gaps, func(g gap) bool { return !g.from.After(at) && at.Before(g.to) })
	var begun []gap
	for _, g := range gaps {
		if !g.from.After(at) {
			begun = append(begun, g)
		}
	}
	all := joined(begun)
	if len(all) == 0 {
		return Coverage{Covered: true}
	}
	last := all[len(all)-1]
	if holds >= 0 {
		return Coverage{Reason: gaps[holds].reason, Since: last.From}
	}
	ended := slices.IndexFunc(begun, func(g gap) bool { return g.to.Equal(*last.To) })
	return Coverage{Covered: true, Since: *last.To, Known: begun[ended].known}
}
