package liaisons

import (
	"context"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// leave notes that somebody left a seat without a successor, flags the cases that have no owner any more, and reminds
// those who can name one. It gives the number of cases.
func (w *work) leave(it item) (cases int, err error) {
	if cases, err = w.Cases.Forsake(w.tx, w.actor, w.customer, it.system, it.old); err != nil {
		return 0, err
	}
	if err := w.vacate(it, cases); err != nil {
		return 0, err
	}
	if cases == 0 {
		return 0, nil
	}
	contacts, err := w.contactsOf()
	if err != nil {
		return 0, err
	}
	for _, to := range contacts {
		if err := w.mail(Departed, to, it, it.old, cases); err != nil {
			return 0, err
		}
	}
	return cases, nil
}

// vacate keeps the seat that was left; staff look at its cases when nobody has followed after the pack's working days.
// A seat that had ended is there for nobody to fill; its cases wait for staff like others.
func (w *work) vacate(it item, cases int) error {
	var due, filled *time.Time
	if it.why == WhyOverSeat {
		if cases == 0 {
			return nil
		}
		now := w.tx.Now()
		filled = &now
	}
	if cases > 0 {
		at, err := w.taskDue(it.system)
		if err != nil {
			return err
		}
		due = &at
	}
	return w.tx.Buffer(`INSERT INTO vacated_seat (tenant_id, id, system_id, person_id, since, task_due, filled_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`, w.customer, it.id, it.system, it.old, w.tx.Now(), due, filled)
}

// taskDue counts working days of the regional calendar of the system, also for a cloud system: a person has to answer.
func (w *work) taskDue(system id.ID) (time.Time, error) {
	var key string
	err := w.tx.Row(`SELECT calendar FROM system WHERE tenant_id = $1 AND id = $2`, []any{w.customer, system}, &key)
	if err != nil {
		return time.Time{}, err
	}
	cal := w.Policy.Now().Calendars[key]
	if cal == nil {
		cal = w.Policy.Now().Calendars[policy.AlwaysOpenID]
	}
	return cal.AddWorkingDays(w.tx.Now(), w.Policy.Now().Liaisons.DepartedWorkingDays)
}

// contactsOf are those who can name a successor: the contacts for the contract, else every other liaison.
func (w *work) contactsOf() (people []id.ID, err error) {
	people, err = contractContacts(w.tx, w.customer)
	if err != nil || len(people) > 0 {
		return people, err
	}
	err = w.tx.Query(`SELECT DISTINCT d.person_id FROM designation d JOIN person p ON p.id = d.person_id AND p.disabled_at IS NULL
		WHERE d.tenant_id = $1 AND d.ended_at IS NULL ORDER BY d.person_id`, []any{w.customer}, func(scan func(...any) error) error {
		people = append(people, id.ID{})
		return scan(&people[len(people)-1])
	})
	return people, err
}

// EndAccount ends the access of one of the customer's people at once, at every level (2.4): sessions, tokens, live views
// and mail; a designation ends without a successor. Who has access to other customers keeps that.
func (s *Service) EndAccount(ctx context.Context, a access.Actor, named, person id.ID, within ...Within) (err error) {
	defer errs.Wrap(&err, "liaisons.EndAccount(%s)", person)
	if err := s.mayAsk(a, ""); err != nil {
		return err
	}
	customer, err := customerOf(a, named)
	if err != nil {
		return err
	}
	if person == a.Person {
		return errs.New(errs.Conflict, "liaisons.not_yourself")
	}
	return s.DB.Update(ctx, db.ForSystem("liaisons.end_account"), func(tx *db.Tx) error {
		w := &work{Service: s, tx: tx, actor: a, customer: customer}
		if err := s.mayManage(tx, a, customer); err != nil {
			return err
		}
		if err := w.endAccount(person); err != nil {
			return err
		}
		return runAll(tx, within)
	})
}

func (w *work) endAccount(person id.ID) error {
	disabled, err := account.EndAccess(w.tx, w.customer, person)
	if err != nil {
		return err
	}
	systems, left, err := w.leaveAll(person)
	if err != nil {
		return err
	}
	l := onPerson("account.ended", person, map[string]any{"systems": systems, "cases": left, "everywhere": disabled})
	l.Clause = "2.4"
	return w.record(w.tx, w.actor, w.customer, l)
}

// leaveAll ends what hangs on being a liaison of the customer: every seat without a successor, and invitations.
// It gives the number of systems, and of cases that nobody looks after any more.
func (w *work) leaveAll(person id.ID) (systems, cases int, err error) {
	list, err := designatedTo(w.tx, w.customer, person)
	if err != nil {
		return 0, 0, err
	}
	for _, system := range list {
		s, err := w.Contract.SeatsOfSystem(w.tx, w.customer, system)
		if err != nil {
			return 0, 0, err
		}
		if err := w.end(person, system); err != nil {
			return 0, 0, err
		}
		n, err := w.left(person, system, s.Over() > 0)
		if err != nil {
			return 0, 0, err
		}
		cases += n
	}
	return len(list), cases, w.voidInvitations(person, id.ID{})
}

// left notes that a seat was left by another way than a request, with its line in the journal.
func (w *work) left(person, system id.ID, over bool) (cases int, err error) {
	it := item{id: id.New(), system: system, old: person, why: WhyRemoval}
	if over {
		it.why = WhyOverSeat
	}
	if err := w.enterLeaving(it); err != nil {
		return 0, err
	}
	if cases, err = w.leave(it); err != nil {
		return 0, err
	}
	line := onSystem("liaison.removed", system, map[string]any{"item": it.id, "person": person, "cases": cases})
	return cases, w.record(w.tx, w.actor, w.customer, line)
}

// enterLeaving writes what has happened into the ledger of changes, so that the change which fills the seat has a cause
// that people see. Leaving counts nothing.
func (w *work) enterLeaving(it item) error {
	if w.entry.IsZero() {
		q, err := w.quota(w.tx, w.customer)
		if err != nil {
			return err
		}
		w.entry = id.New()
		side := sideOf(w.actor)
		if w.actor.Role == access.Directory {
			side = string(access.Directory)
		}
		err = w.tx.Buffer(`INSERT INTO liaison_change (tenant_id, id, requested_at, requested_by, side, year_from) VALUES ($1, $2, $3, $4, $5, $6)`,
			w.customer, w.entry, w.tx.Now(), orNull(w.actor.Person), side, q.Year.From.String())
		if err != nil {
			return err
		}
	}
	w.leavings++
	return w.tx.Buffer(`INSERT INTO liaison_change_item (tenant_id, id, change_id, position, system_id, old_person, new_person, new_email,
		new_name, project_admin, why, counts, state, settled_at) VALUES ($1, $2, $3, $4, $5, $6, NULL, '', '', FALSE, $7, FALSE, 'done', $8)`,
		w.customer, it.id, w.entry, w.leavings-1, it.system, it.old, it.why, w.tx.Now())
}

// SeatsLost is the step of every use case that takes somebody's access to a customer, or makes a liaison a member: the
// person leaves every seat in the same transaction.
func (s *Service) SeatsLost(tx *db.Tx, a access.Actor, customer, person id.ID) error {
	w := &work{Service: s, tx: tx, actor: a, customer: customer}
	_, _, err := w.leaveAll(person)
	return err
}

// SeatLeft is the step of a use case that has ended one designation: cases are flagged, the seat is one that was left, and
// who had no other one is a member.
func (s *Service) SeatLeft(tx *db.Tx, a access.Actor, customer, person, system id.ID) error {
	w := &work{Service: s, tx: tx, actor: a, customer: customer}
	seats, err := s.Contract.SeatsOfSystem(tx, customer, system)
	if err != nil {
		return err
	}
	if _, err := w.left(person, system, seats.Taken >= seats.Total()); err != nil {
		return err
	}
	if err := w.voidInvitations(person, system); err != nil {
		return err
	}
	return w.lastSeat(person)
}

// CaseLeft is the step of a use case that takes a closed case up again whose liaison has left without a successor: from now
// on it is like those that were open then. Who can name a successor is told, and staff look at it after the working days.
func (s *Service) CaseLeft(tx *db.Tx, a access.Actor, customer, system, person id.ID) error {
	w := &work{Service: s, tx: tx, actor: a, customer: customer}
	it := item{id: id.New(), system: system, old: person, why: WhyOverSeat}
	due, err := w.taskDue(system)
	if err != nil {
		return err
	}
	n, err := tx.Exec(`UPDATE vacated_seat SET task_due = coalesce(task_due, $4) WHERE tenant_id = $1 AND id = (SELECT v.id FROM vacated_seat v
		WHERE v.tenant_id = $1 AND v.system_id = $2 AND v.person_id = $3 AND (v.filled_at IS NULL OR v.item_id IS NULL) ORDER BY v.since DESC, v.id LIMIT 1)`,
		customer, system, person, due)
	if err == nil && n == 0 { // their seat had ended, or an older program took it: there is none for anybody to fill
		err = w.vacate(it, 1)
	}
	if err != nil {
		return err
	}
	contacts, err := w.contactsOf()
	for _, to := range contacts {
		if err == nil {
			err = w.mail(Departed, to, it, person, 1)
		}
	}
	return err
}

// voidInvitations withdraws what waits for somebody whose access has ended, or for their place; of one system, only what
// waits for their place.
func (w *work) voidInvitations(person, system id.ID) error {
	type open struct{ item, change id.ID }
	var list []open
	err := w.tx.Query(`SELECT id, change_id FROM liaison_change_item WHERE tenant_id = $1 AND (new_person = $2 AND $3 OR old_person = $2)
		AND (system_id = $4 OR $3) AND state = 'waiting' ORDER BY id`, []any{w.customer, person, system.IsZero(), system}, func(scan func(...any) error) error {
		list = append(list, open{})
		return scan(&list[len(list)-1].item, &list[len(list)-1].change)
	})
	for _, o := range list {
		if err != nil {
			return err
		}
		of := *w
		of.change = o.change
		err = of.drop(o.item, "withdrawn")
	}
	return err
}

func designatedTo(tx *db.Tx, customer, person id.ID) (systems []id.ID, err error) {
	err = tx.Query(`SELECT system_id FROM designation WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY system_id`,
		[]any{customer, person}, func(scan func(...any) error) error {
			systems = append(systems, id.ID{})
			return scan(&systems[len(systems)-1])
		})
	return systems, err
}
