package cases

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// deliverAt is when a mail about a warning or a breach reaches its recipient: at once where they are on call, as on a case
// of the two highest priorities that is worked on around the clock; else when their centre is open (Clocks 17).
func (s *Service) deliverAt(tx *db.Tx, c *Case, to id.ID) (time.Time, error) {
	now := tx.Now()
	pack := s.Policy.At(now)
	if c.Priority <= 2 && pack.ClockOf(c.Terms()).ID == policy.AlwaysOpenID {
		return now, nil
	}
	var centre string
	err := tx.Row(`SELECT centre FROM person WHERE id = $1`, []any{to}, &centre)
	if errors.Is(err, db.ErrNoRows) {
		return now, nil
	}
	return pack.CentreOpens(centre, now), err
}

// mailAlarm sends the mail, or keeps it until its recipient works again.
func (s *Service) mailAlarm(tx *db.Tx, c *Case, m Mail) error {
	at, err := s.deliverAt(tx, c, m.Person)
	if err != nil || !at.After(tx.Now()) {
		if err == nil {
			err = s.Jobs.Enqueue(tx, MailJob, m)
		}
		return err
	}
	return tx.Buffer(`INSERT INTO late_alarm (tenant_id, id, case_id, at, args) VALUES ($1, $2, $3, $4, $5)`, c.Tenant, id.New(), c.ID, at, mustJSON(m))
}

// lateAlarm is a mail that waits.
type lateAlarm struct {
	tenant, id id.ID
	mail       Mail
}

// sweepLate sends what has waited for somebody's working time.
func (s *Service) sweepLate(ctx context.Context) (n int, err error) {
	var due []lateAlarm
	err = s.DB.View(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) (err error) {
		due, err = lateAlarms(tx)
		return err
	})
	if err != nil || len(due) == 0 {
		return 0, err
	}
	err = s.DB.Update(ctx, db.ForSystem("cases.sweep"), func(tx *db.Tx) error {
		n = 0
		due, err := lateAlarms(tx)
		for _, l := range due {
			if err != nil {
				break
			}
			if err = tx.Buffer(`DELETE FROM late_alarm WHERE tenant_id = $1 AND id = $2`, l.tenant, l.id); err == nil {
				err = s.sendLate(tx, l.mail)
			}
			n++
		}
		tx.MarkJournaled() // the warning has its line since it was raised; this only sends what tells of it
		return err
	})
	return n, err
}

// sendLate sends a mail that has waited to who has the case now, or keeps it until they work: what was answered during the
// night is told to nobody, and a case that was given back is the centre's, which has its notice.
func (s *Service) sendLate(tx *db.Tx, m Mail) error {
	c, err := loadByID(tx, m.Tenant, m.Case)
	if err != nil {
		return err
	}
	if err = s.recompute(c, tx.Now()); err != nil || c.Assignee == nil || !owed(c, m.Clock, m.At) {
		return err
	}
	m.Person = c.Assignee.ID
	return s.mailAlarm(tx, c, m)
}

func lateAlarms(tx *db.Tx) (out []lateAlarm, err error) {
	err = tx.Query(`SELECT tenant_id, id, args FROM late_alarm WHERE at <= $1 ORDER BY at, id LIMIT $2`, []any{tx.Now(), sweepBatch}, func(scan func(...any) error) error {
		var l lateAlarm
		var args string
		err := scan(&l.tenant, &l.id, &args)
		if err == nil {
			err = json.Unmarshal([]byte(args), &l.mail)
		}
		out = append(out, l)
		return err
	})
	return out, err
}
