package cases

import (
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// MailJob is the kind of job that sends one mail about a case.
const MailJob = "mail.case"

// Mail is the argument of a MailJob: ids only, the texts are read when it is sent. Event names what happened, so that
// the Message-ID of a mail that is sent twice is the same.
type Mail struct {
	Template string `json:"template"`
	Tenant   id.ID  `json:"tenant"`
	Case     id.ID  `json:"case"`
	Person   id.ID  `json:"person"`
	Event    id.ID  `json:"event"` // the message, or the event's own id
	At       int64  `json:"at"`    // when it happened, UTC microseconds
	Clock    string `json:"clock,omitempty"`
	Percent  int    `json:"percent,omitempty"`
	Due      int64  `json:"due,omitempty"`    // UTC microseconds
	Number   string `json:"number,omitempty"` // of another case that it is about besides
	Task     id.ID  `json:"task,omitzero"`    // of the customer that it is about
}

// AlarmJob is the kind of job that tells the people on duty, and the web hook, about a case of priority 1.
const AlarmJob = "alarm.raise"

// Urgent is the kind of an Alarm about a registration; the others are those of the mails, warning and breach.
const Urgent = "urgent"

// Alarm is the argument of an AlarmJob.
type Alarm struct {
	Kind    string `json:"kind"` // urgent, warning, breach
	Tenant  id.ID  `json:"tenant"`
	Case    id.ID  `json:"case"`
	Event   id.ID  `json:"event"` // names what happened
	At      int64  `json:"at"`    // UTC microseconds
	Clock   string `json:"clock,omitempty"`
	Percent int    `json:"percent,omitempty"`
	Due     int64  `json:"due,omitempty"` // UTC microseconds
}

// tellDuty enqueues an alarm about c, if it is one of priority 1.
func (s *Service) tellDuty(tx *db.Tx, c *Case, al Alarm) error {
	if c.Priority != 1 {
		return nil
	}
	al.Tenant, al.Case, al.At = c.Tenant, c.ID, micros(tx.Now())
	return s.Jobs.Enqueue(tx, AlarmJob, al)
}

// TellMail puts a notice before the owner of a case, or its centre, about a mail of it that did not arrive or may not
// have.
func (s *Service) TellMail(tx *db.Tx, tenant, of id.ID, kind string) error {
	c, err := loadByID(tx, tenant, of)
	if err != nil {
		return err
	}
	return s.tellOwner(tx, c, kind)
}

// mail enqueues a mail to one person about c. What its liaison is told, those of the cases that were merged into it are
// told too.
func (s *Service) mail(tx *db.Tx, template string, c *Case, to, event id.ID) error {
	m := Mail{Template: template, Tenant: c.Tenant, Case: c.ID, Person: to, Event: event, At: micros(tx.Now())}
	if err := s.Jobs.Enqueue(tx, MailJob, m); err != nil || to != c.Liaison.ID || template == "acknowledgement" { // of a new case
		return err
	}
	others, err := otherLiaisons(tx, c)
	for _, m.Person = range others {
		if err == nil {
			err = s.Jobs.Enqueue(tx, MailJob, m)
		}
	}
	return err
}

func (s *Service) notify(tx *db.Tx, n Notice) error {
	return tx.Buffer(`INSERT INTO notice (id, person_id, centre, kind, tenant_id, case_id, number, data, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
		id.New(), n.Person, n.Centre, n.Kind, n.Case.Tenant, n.Case.ID, n.Case.Number,
		mustJSON(noticeData{n.Clock, n.Percent, n.due()}), tx.Now())
}

func (n *Notice) due() int64 {
	if n.Due.IsZero() {
		return 0
	}
	return micros(n.Due)
}

// tellOwner puts a notice before the owner, or before the centre while nobody owns the case.
func (s *Service) tellOwner(tx *db.Tx, c *Case, kind string) error {
	n := Notice{Kind: kind, Case: c, Centre: c.Centre}
	if c.Assignee != nil {
		n.Person, n.Centre = c.Assignee.ID, ""
	}
	return s.notify(tx, n)
}

// alarm tells the owner and the centre about a warning or a breach (semantics, Clocks 17).
func (s *Service) alarm(tx *db.Tx, c *Case, kind string, al sla.Alarm, event id.ID) error {
	clock, percent := string(al.Deadline), al.Step
	if err := s.tellDuty(tx, c, Alarm{Kind: kind, Event: event, Clock: clock, Percent: percent, Due: micros(al.Due)}); err != nil {
		return err
	}
	if err := s.notify(tx, Notice{Kind: kind, Case: c, Centre: c.Centre, Clock: clock, Percent: percent, Due: al.Due}); err != nil {
		return err
	}
	if c.Assignee == nil {
		return nil
	}
	if err := s.notify(tx, Notice{Kind: kind, Case: c, Person: c.Assignee.ID, Clock: clock, Percent: percent, Due: al.Due}); err != nil {
		return err
	}
	return s.mailAlarm(tx, c, Mail{Template: kind, Tenant: c.Tenant, Case: c.ID, Person: c.Assignee.ID, Event: event,
		At: micros(tx.Now()), Clock: clock, Percent: percent, Due: micros(al.Due)})
}

// NoticeUnreachable is the kind of a notice that mail to the case's liaison comes back.
const NoticeUnreachable = "address_fails"

// NoticeDeparted is the kind of a notice that the case's liaison has left, and nobody was named within the working days.
const NoticeDeparted = "owner_departed"

// TellDeparted puts a notice before the centre of each case of a system that a liaison has left without a successor, and
// before the customer's success managers: it is theirs to decide what becomes of it (R1.1-09).
func (s *Service) TellDeparted(tx *db.Tx, customer, system, person id.ID) (err error) {
	defer errs.Wrap(&err, "cases.TellDeparted")
	var open []Case
	err = tx.Query(`SELECT id, number, centre FROM support_case WHERE tenant_id = $1 AND system_id = $2 AND liaison_id = $3
		AND owner_departed_at IS NOT NULL AND status <> 'closed' ORDER BY number LIMIT 50`, []any{customer, system, person}, func(scan func(...any) error) error {
		c := Case{Tenant: customer}
		err := scan(&c.ID, &c.Number, &c.Centre)
		open = append(open, c)
		return err
	})
	if err != nil {
		return err
	}
	var managers []id.ID
	err = tx.Query(`SELECT DISTINCT k.person_id FROM customer_contact k JOIN person p ON p.id = k.person_id AND p.disabled_at IS NULL
		WHERE k.tenant_id = $1 AND k.kind = 'success_manager' AND k.ended_at IS NULL ORDER BY k.person_id`, []any{customer}, func(scan func(...any) error) error {
		managers = append(managers, id.ID{})
		return scan(&managers[len(managers)-1])
	})
	for i := range open {
		if err == nil {
			err = s.notify(tx, Notice{Kind: NoticeDeparted, Case: &open[i], Centre: open[i].Centre})
		}
		for _, who := range managers {
			if err == nil {
				err = s.notify(tx, Notice{Kind: NoticeDeparted, Case: &open[i], Person: who})
			}
		}
	}
	return err
}

// TellColleagueWrote mails the liaisons of a case that a colleague's reply on it waits among the held mails for them to decide.
func (s *Service) TellColleagueWrote(tx *db.Tx, number string, mail id.ID) (err error) {
	defer errs.Wrap(&err, "cases.TellColleagueWrote")
	c, err := load(tx, number)
	if err != nil {
		return err
	}
	return s.mail(tx, "colleague_wrote", c, c.Liaison.ID, mail)
}

// TellUnreachable puts a notice before those who handle a person's open cases: the person gets no mail any more.
func (s *Service) TellUnreachable(tx *db.Tx, person id.ID) (err error) {
	defer errs.Wrap(&err, "cases.TellUnreachable")
	type one struct{ tenant, of id.ID }
	var open []one
	err = tx.Query(`SELECT c.tenant_id, c.id FROM access_grant g JOIN support_case c ON c.tenant_id = g.tenant_id AND c.liaison_id = g.person_id
		WHERE g.person_id = $1 AND c.status NOT IN ('resolved', 'closed') ORDER BY c.id DESC LIMIT 50`, []any{person}, func(scan func(...any) error) error {
		var o one
		err := scan(&o.tenant, &o.of)
		open = append(open, o)
		return err
	})
	for _, o := range open {
		if err == nil {
			err = s.TellMail(tx, o.tenant, o.of, NoticeUnreachable)
		}
	}
	return err
}
