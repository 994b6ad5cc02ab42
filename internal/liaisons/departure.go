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
	if it.why != WhyOverSeat {
		if err := w.vacate(it, cases); err != nil {
			return 0, err
		}
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
func (w *work) vacate(it item, cases int) error {
	var due *time.Time
	if cases > 0 {
		at, err := w.taskDue(it.system)
		if err != nil {
			return err
		}
		due = &at
	}
	return w.tx.Buffer(`INSERT INTO vacated_seat (tenant_id, id, system_id, person_id, since, task_due) VALUES ($1, $2, $3, $4, $5, $6)`,
		w.customer, it.id, it.system, it.old, w.tx.Now(), due)
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
		return errs.New(errs.Conflict, "account.not_yourself")
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
	systems, err := designatedTo(w.tx, w.customer, person)
	if err != nil {
		return err
	}
	left := 0
	for _, system := range systems {
		s, err := w.Contract.SeatsOfSystem(w.tx, w.customer, system)
		if err != nil {
			return err
		}
		it := item{id: id.New(), system: system, old: person, why: WhyRemoval}
		if s.Over() > 0 {
			it.why = WhyOverSeat
		}
		if err := w.end(person, system); err != nil {
			return err
		}
		n, err := w.leave(it)
		if err != nil {
			return err
		}
		left += n
	}
	if err := w.endRights(person); err != nil {
		return err
	}
	disabled, err := account.EndAccess(w.tx, w.customer, person)
	if err != nil {
		return err
	}
	if err := w.voidInvitations(person); err != nil {
		return err
	}
	l := onPerson("account.ended", person, map[string]any{"systems": len(systems), "cases": left, "everywhere": disabled})
	l.Clause = "2.4"
	return w.record(w.tx, w.actor, w.customer, l)
}

// voidInvitations withdraws what waits for somebody whose access has ended.
func (w *work) voidInvitations(person id.ID) error {
	err := w.tx.Buffer(`UPDATE vacated_seat SET item_id = NULL WHERE tenant_id = $1 AND filled_at IS NULL AND item_id IN
		(SELECT i.id FROM liaison_change_item i WHERE i.tenant_id = $1 AND i.new_person = $2 AND i.state = 'waiting')`, w.customer, person)
	if err != nil {
		return err
	}
	return w.tx.Buffer(`UPDATE liaison_change_item SET state = 'withdrawn', settled_at = $3, invite_hash = NULL
		WHERE tenant_id = $1 AND (new_person = $2 OR old_person = $2) AND state = 'waiting'`, w.customer, person, w.tx.Now())
}

func designatedTo(tx *db.Tx, customer, person id.ID) (systems []id.ID, err error) {
	err = tx.Query(`SELECT system_id FROM designation WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL ORDER BY system_id`,
		[]any{customer, person}, func(scan func(...any) error) error {
			systems = append(systems, id.ID{})
			return scan(&systems[len(systems)-1])
		})
	return systems, err
}
