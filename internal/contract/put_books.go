package contract

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// PutAgreement records the agreement of a customer that begins on g.From. One that differs takes the place of what was
// recorded: the books say since when.
func (s *Service) PutAgreement(tx *db.Tx, a access.Actor, customer id.ID, g Agreement) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutAgreement(%s)", customer)
	if err := mayKeepBooks(a); err != nil {
		return false, err
	}
	var row id.ID
	var number, country, entity, to string
	err = tx.Row(`SELECT id, number, country, signing_entity, to_date FROM agreement WHERE tenant_id = $1 AND from_date = $2 AND withdrawn_at IS NULL`,
		[]any{customer, g.From.String()}, &row, &number, &country, &entity, &to)
	switch {
	case errors.Is(err, db.ErrNoRows):
	case err != nil:
		return false, err
	case number == g.Number && country == g.Country && entity == g.SigningEntity && to == g.To.String():
		return false, nil
	default:
		if err := s.withdrawAgreement(tx, a, customer, row); err != nil {
			return false, err
		}
	}
	_, err = s.EnterAgreement(tx, a, customer, g)
	return true, err
}

// PutSeats makes the seats that were bought for a system from a day as many as seats: more are bought beside what is
// there, fewer take its place.
func (s *Service) PutSeats(tx *db.Tx, a access.Actor, customer, system id.ID, seats int, from calendar.Date) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutSeats(%s)", system)
	if err := mayKeepBooks(a); err != nil {
		return false, err
	}
	var rows []id.ID
	there := 0
	err = tx.Query(`SELECT id, seats FROM extra_seat WHERE tenant_id = $1 AND system_id = $2 AND from_date = $3 ORDER BY id`,
		[]any{customer, system, from.String()}, func(scan func(...any) error) error {
			var row id.ID
			var n int
			err := scan(&row, &n)
			rows, there = append(rows, row), there+n
			return err
		})
	if err != nil || there == seats {
		return false, err
	}
	if there > seats {
		for _, row := range rows {
			if err := s.Withdraw(tx, a, customer, EntrySeats, row); err != nil {
				return false, err
			}
		}
		there = 0
	}
	_, err = s.EnterSeats(tx, a, customer, system, seats-there, from, true)
	return true, err
}
