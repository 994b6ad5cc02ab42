package contract

import (
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/id"
)

// RunningSystem is a system with the last term of its support, which runs or has run out: what a renewal goes on with.
type RunningSystem struct {
	System     id.ID
	Name       string
	Product    string
	Version    string
	Deployment string
	Plan       string
	From, To   calendar.Date // of the last term, both inclusive, vendor's zone
	Seats      int           // extra seats in force today, or on the last day of a term that is over
	SeatsTo    calendar.Date // last day of the extra seats that end last; zero: none
}

// StillLicensed is a condition on a system s and its last term t: its licences were not given back since (5.1).
const StillLicensed = `NOT EXISTS (SELECT 1 FROM renewal_line l JOIN renewal q ON q.tenant_id = l.tenant_id AND q.id = l.renewal_id
		WHERE l.tenant_id = t.tenant_id AND l.system_id = t.system_id AND l.sku = 'returned' AND q.ordered_at >= t.recorded_at)`

// LastTerm is a condition on a term t: no later one of its system is there.
const LastTerm = `NOT EXISTS (SELECT 1 FROM subscription u WHERE u.tenant_id = t.tenant_id AND u.system_id = t.system_id AND u.from_date > t.from_date)`

// RunningOf lists the systems of a customer that have, or had, support, by name.
func (s *Service) RunningOf(tx *db.Tx, customer id.ID) (list []RunningSystem, err error) {
	err = tx.Query(`SELECT s.id, s.name, s.product_id, s.version, s.deployment, t.plan, t.from_date, t.to_date,
		(SELECT coalesce(sum(e.seats), 0) FROM extra_seat e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id
			AND e.from_date <= CASE WHEN t.to_date < $2 THEN t.to_date ELSE $2 END AND e.to_date >= CASE WHEN t.to_date < $2 THEN t.to_date ELSE $2 END),
		(SELECT max(e.to_date) FROM extra_seat e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id)
		FROM system s JOIN subscription t ON t.tenant_id = s.tenant_id AND t.system_id = s.id AND `+LastTerm+`
		WHERE s.tenant_id = $1 AND `+StillLicensed+` ORDER BY s.name`, []any{customer, s.today(tx.Now()).String()}, func(scan func(...any) error) error {
		var r RunningSystem
		var from, to, seats *string
		err := scan(&r.System, &r.Name, &r.Product, &r.Version, &r.Deployment, &r.Plan, &from, &to, &r.Seats, &seats)
		if err != nil {
			return err
		}
		err = days(dayColumn{from, &r.From}, dayColumn{to, &r.To}, dayColumn{seats, &r.SeatsTo})
		list = append(list, r)
		return err
	})
	return list, err
}
