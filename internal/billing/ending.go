package billing

import (
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// announceEnd tells customers whose support ends with that of software on premises, and who have neither an order
// exception nor extended lifecycle support: each mail of the pack's series once (4.7). Who is left is read once a day, and
// as long as there are more.
func (s *Service) announceEnd(tx *db.Tx) (int, error) {
	pack, today := s.Policy.Now(), s.today(tx)
	step, days := entitlement.EndNotice(pack, tx.Now())
	if step == 0 || !s.endDue(today, step) {
		return 0, nil
	}
	type losing struct {
		customer id.ID
		systems  int
	}
	var list []losing
	err := tx.Query(`SELECT s.tenant_id, count(*) `+contract.FromLosing+` AND NOT EXISTS (SELECT 1 FROM support_end_notice n
			WHERE n.tenant_id = s.tenant_id AND n.ends_on = $2 AND n.step >= $3)
		GROUP BY s.tenant_id ORDER BY s.tenant_id LIMIT $4`, []any{today.String(), pack.OnPremEnd.String(), step, sweepBatch},
		func(scan func(...any) error) error {
			var l losing
			err := scan(&l.customer, &l.systems)
			list = append(list, l)
			return err
		})
	for _, l := range list {
		if err != nil {
			return 0, err
		}
		err = tx.Buffer(`INSERT INTO support_end_notice (tenant_id, ends_on, step, sent_at) VALUES ($1, $2, $3, $4)`, l.customer, pack.OnPremEnd.String(), step, tx.Now())
		people := 0
		if err == nil {
			people, err = s.mail(tx, Mail{Template: SupportEnds, Tenant: l.customer}, "contract", true)
		}
		if err == nil {
			err = s.record(tx, program(), l.customer, journal.Line{Kind: "support_end.announced", Clause: "4.7",
				Data: map[string]any{"days": days, "systems": l.systems, "people": people, "ends": pack.OnPremEnd}})
		}
	}
	if err == nil && len(list) < sweepBatch {
		tx.AfterCommit(func() { s.endLooked(today, step) })
	}
	return len(list), err
}

// endDue reports whether this process has not yet looked for the step on the day.
func (s *Service) endDue(today calendar.Date, step int) bool {
	s.ending.Lock()
	defer s.ending.Unlock()
	return s.lookedOn != today || s.lookedFor != step
}

func (s *Service) endLooked(today calendar.Date, step int) {
	s.ending.Lock()
	defer s.ending.Unlock()
	s.lookedOn, s.lookedFor = today, step
}

// aboutEnd says how many systems lose support, and the last day of it; false when none does any more.
func (s *Service) aboutEnd(tx *db.Tx, m Mail, f *MailFacts) (bool, error) {
	end := s.Policy.Now().OnPremEnd
	f.Day = end.AddDays(-1)
	err := tx.Row(`SELECT count(*) `+contract.FromLosing+` AND s.tenant_id = $3`, []any{s.today(tx).String(), end.String(), m.Tenant}, &f.Count)
	return f.Count > 0 && s.today(tx).Compare(end) < 0, err
}
