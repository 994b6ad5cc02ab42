package liaisons

import (
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// item is one item of a request, ready to be carried out.
type item struct {
	id, system  id.ID
	old, person id.ID // zero: a designation, a removal
	admin       bool
	why         string
	vacated     id.ID // the seat that it fills
}

// carryOut does an item as a whole: designation, rights, cases, mails and the line in the journal. It is called in one
// transaction with everything else of its request; a step that fails leaves nothing behind.
func (w *work) carryOut(it item) error {
	n, err := w.tx.Exec(`UPDATE liaison_change_item SET state = 'done', settled_at = $3, new_person = $4, invite_hash = NULL
		WHERE tenant_id = $1 AND id = $2 AND state = 'waiting'`, w.customer, it.id, w.tx.Now(), orNull(it.person))
	if err != nil {
		return err
	}
	if n == 0 {
		return badInvitation()
	}
	switch {
	case it.person.IsZero():
		return w.remove(it)
	case it.old.IsZero():
		return w.designate(it)
	}
	return w.replace(it)
}

// replace puts one person in the place of another: open cases in every state, announcements and keys go over, the old
// person's secure transfer ends and the new one asks for an own one by case (7.2). No clock moves.
func (w *work) replace(it item) error {
	if err := w.end(it.old, it.system); err != nil {
		return err
	}
	if err := w.start(it); err != nil {
		return err
	}
	moved, err := w.Cases.HandOver(w.tx, w.actor, w.customer, it.system, it.old, it.person)
	if err != nil {
		return err
	}
	line := onSystem("liaison.replaced", it.system, map[string]any{"item": it.id, "old": it.old, "new": it.person, "cases": moved})
	if err := w.record(w.tx, w.actor, w.customer, line); err != nil {
		return err
	}
	if err := w.mail(Replaced, it.old, it, it.person, moved); err != nil {
		return err
	}
	return w.mail(Succeeded, it.person, it, it.old, moved)
}

// designate gives somebody a free seat. In the seat of one who has left they take over the cases that were left there.
func (w *work) designate(it item) error {
	if err := w.start(it); err != nil {
		return err
	}
	moved, template, old := 0, Began, id.ID{}
	if !it.vacated.IsZero() {
		left, err := w.fill(it)
		if err != nil {
			return err
		}
		if moved, err = w.Cases.HandOver(w.tx, w.actor, w.customer, it.system, left, it.person); err != nil {
			return err
		}
		template, old = Succeeded, left
	}
	line := onSystem("liaison.designated", it.system, map[string]any{"item": it.id, "person": it.person, "why": it.why, "cases": moved})
	if err := w.record(w.tx, w.actor, w.customer, line); err != nil {
		return err
	}
	return w.mail(template, it.person, it, old, moved)
}

// fill takes the seat that somebody has left; nobody of the vendor has to look at their cases any more.
func (w *work) fill(it item) (left id.ID, err error) {
	err = w.tx.Row(`UPDATE vacated_seat SET filled_at = $3, item_id = $4, task_due = NULL
		WHERE tenant_id = $1 AND id = $2 AND filled_at IS NULL RETURNING person_id`, []any{w.customer, it.vacated, w.tx.Now(), it.id}, &left)
	if err != nil {
		return left, err
	}
	return left, w.tx.Buffer(`UPDATE staff_task SET done_at = $4 WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3 AND done_at IS NULL`,
		w.customer, it.system, left, w.tx.Now())
}

// remove ends a designation without a successor. The cases are flagged and stay as they are: closing them is a person's
// decision (R1.1-09).
func (w *work) remove(it item) error {
	if err := w.end(it.old, it.system); err != nil {
		return err
	}
	left, err := w.leave(it)
	if err != nil {
		return err
	}
	line := onSystem("liaison.removed", it.system, map[string]any{"item": it.id, "person": it.old, "cases": left})
	if err := w.record(w.tx, w.actor, w.customer, line); err != nil {
		return err
	}
	return w.mail(Ended, it.old, it, id.ID{}, left)
}

// start makes somebody a liaison: the grant and the designation. Announcements and keys follow from that.
func (w *work) start(it item) error {
	if err := account.MakeLiaison(w.tx, w.actor, w.customer, it.person); err != nil {
		return err
	}
	started, err := contract.StartDesignation(w.tx, w.customer, it.person, it.system, it.admin)
	if err != nil {
		return err
	}
	if !started {
		return errs.New(errs.Conflict, "contract.already_designated")
	}
	return nil
}

// end takes a system from a liaison.
func (w *work) end(person, system id.ID) error {
	ended, err := contract.EndDesignationNow(w.tx, w.customer, person, system)
	if err != nil {
		return err
	}
	if !ended {
		return errs.BadFields(errs.BadField("old", "liaisons.not_designated"))
	}
	return w.lastSeat(person)
}

// lastSeat makes who has left their last seat a member: a liaison is who is designated (1.1, 2.4), and announcements, keys
// and cases go with that. Every way in which a seat ends comes by here. One whose access has ended already gets none back.
func (w *work) lastSeat(person id.ID) error {
	others, err := designatedTo(w.tx, w.customer, person)
	if err != nil || len(others) > 0 {
		return err
	}
	return account.MakeMember(w.tx, w.actor, w.customer, person)
}

// mail tells one person what has happened. other is the person whom it is about besides. Each mail is an event of its own: one
// thing that happens may be told to the same person twice, as the one who went and as the one who can name a successor, and
// two mails of one event to one person would be taken for the same.
func (w *work) mail(template string, to id.ID, it item, other id.ID, count int) error {
	return w.Jobs.Enqueue(w.tx, MailJob, Mail{Template: template, Tenant: w.customer, Person: to, System: it.system, Other: other,
		Item: it.id, Event: id.New(), Count: count, At: w.tx.Now().UnixMicro()})
}
