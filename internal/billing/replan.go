package billing

import (
	"errors"
	"fmt"

	"liaison/internal/db"
	"liaison/internal/journal"
)

// plannedFor is the setting that names the days of the policy by which the next look at each invoice was planned.
const plannedFor = "invoice_reminders_planned"

// replan lets every open invoice be looked at again once the policy reminds on other days than the looks were planned by:
// a day that was added must not be slept through. While the days are the same it reads nothing.
func (s *Service) replan(tx *db.Tx) (int, error) {
	pack := s.Policy.Now()
	days := fmt.Sprint(pack.InvoiceReminderDays, pack.SuspensionGraceDays)
	s.ending.Lock()
	same := s.planned == days
	s.ending.Unlock()
	if same {
		return 0, nil
	}
	var before string
	err := tx.Row(`SELECT value FROM setting WHERE name = $1`, []any{plannedFor}, &before)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return 0, err
	}
	if before != days {
		if before != "" {
			err = tx.Buffer(`UPDATE invoice SET remind_at = 0 WHERE paid_at IS NULL AND voided_at IS NULL AND NOT told_stop`)
		} else {
			err = nil // every look so far was planned by these days
		}
		if err == nil {
			err = tx.Buffer(`INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value`, plannedFor, days)
		}
		if err == nil {
			err = journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "installation", Kind: "invoice.reminders_planned", Visibility: journal.System,
				Edition: pack.Edition, Data: map[string]any{"days": pack.InvoiceReminderDays, "grace": pack.SuspensionGraceDays}})
		}
		if err != nil {
			return 0, err
		}
	}
	tx.AfterCommit(func() {
		s.ending.Lock()
		defer s.ending.Unlock()
		s.planned = days
	})
	return 0, nil
}
