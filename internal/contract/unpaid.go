package contract

import (
	"encoding/json"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// stood is the due day of an invoice for as long as it stood in the books.
type stood struct {
	due      string
	from, to time.Time // to is forever for the day that stands
}

// unpaidTimes are the times in which an invoice is or was or will be overdue: one for each due day that it had, none of
// them from before it was recorded (5.2, Clocks 12).
func (s *Service) unpaidTimes(tx *db.Tx, customer id.ID) (gaps []gap, err error) {
	earlier, err := dueDaysBefore(tx, customer)
	if err != nil {
		return nil, err
	}
	err = tx.Query(`SELECT id, due_date, due_known_at, coalesce(paid_at, voided_at) FROM invoice WHERE tenant_id = $1 ORDER BY due_date, id`, []any{customer},
		func(scan func(...any) error) error {
			var invoice id.ID
			now := stood{to: forever()}
			var paid *time.Time
			if err := scan(&invoice, &now.due, db.Time(&now.from), db.NullTime(&paid)); err != nil {
				return err
			}
			for _, day := range append(earlier[invoice], now) {
				due, err := calendar.StoredDate(day.due)
				if err != nil {
					return err
				}
				g := gap{from: entitlement.SuspendsFrom(s.Policy.Now(), due, day.from), to: day.to, reason: entitlement.InvoiceOverdue}
				if paid != nil && paid.Before(g.to) {
					g.to = *paid
				}
				if g.from.Before(g.to) {
					gaps = append(gaps, g)
				}
			}
			return nil
		})
	return gaps, err
}

// dueDaysBefore are the due days that invoices of a customer had and have no longer. They are there after the next Query.
func dueDaysBefore(tx *db.Tx, customer id.ID) (map[id.ID][]stood, error) {
	all := map[id.ID][]stood{}
	err := tx.Ahead(`SELECT entry_id, data, recorded_at, replaced_at FROM superseded_entry WHERE tenant_id = $1 AND kind = $2 ORDER BY replaced_at`,
		[]any{customer, EntryDue}, func(scan func(...any) error) error {
			var invoice id.ID
			var data string
			var day stood
			if err := scan(&invoice, &data, db.Time(&day.from), db.Time(&day.to)); err != nil {
				return err
			}
			var was DueEntry
			err := json.Unmarshal([]byte(data), &was)
			day.due = was.Due
			all[invoice] = append(all[invoice], day)
			return err
		})
	return all, err
}
