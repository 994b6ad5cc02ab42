package contract

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
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
	err = tx.Row(`SELECT id FROM agreement WHERE tenant_id = $1 AND from_date = $2 AND withdrawn_at IS NULL`, []any{customer, g.From.String()}, &row)
	if errors.Is(err, db.ErrNoRows) {
		_, err = s.EnterAgreement(tx, a, customer, g)
		return true, err
	}
	if err != nil {
		return false, err
	}
	return s.BringAgreement(tx, a, customer, row, g)
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

// PutComponent makes somebody else's product run beside a system, or ends that (ended). One of another vendor or version
// takes the place of the one of the same name.
func (s *Service) PutComponent(tx *db.Tx, a access.Actor, customer id.ID, c Component, ended bool) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutComponent(%s)", c.System)
	if err := mayKeepSystems(a); err != nil {
		return false, err
	}
	var was Component
	err = tx.Row(`SELECT id, vendor, version FROM system_component WHERE tenant_id = $1 AND system_id = $2 AND name = $3 AND ended_at IS NULL`,
		[]any{customer, c.System, c.Name}, &was.ID, &was.Vendor, &was.Version)
	none := errors.Is(err, db.ErrNoRows)
	switch {
	case err != nil && !none:
		return false, err
	case ended && none, !ended && !none && was.Vendor == c.Vendor && was.Version == c.Version:
		return false, nil
	case !none:
		if err := s.EndComponent(tx, a, customer, was.ID); err != nil || ended {
			return true, err
		}
	}
	_, err = s.AddComponent(tx, a, customer, c)
	return true, err
}

// CheckComponent says what of a component cannot be, beside its system.
func CheckComponent(c Component) error {
	bad := append(checkLine("name", c.Name), checkLine("vendor", c.Vendor)...)
	if c.Version != "" {
		bad = append(bad, checkLine("version", c.Version)...)
	}
	return errs.BadFields(bad...)
}

// PutExtended orders the window of extended lifecycle support of this document and first day, or orders it anew with
// another end (4.7): one order may have several windows of a system. Their limits are those of an order that a person enters.
func (s *Service) PutExtended(tx *db.Tx, a access.Actor, customer, system id.ID, document string, t entitlement.Term) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutExtended(%s)", system)
	if err := mayManage(a); err != nil {
		return false, err
	}
	var row id.ID
	var to, deployment string
	err = tx.Row(`SELECT id, to_date FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND document = $3 AND from_date = $4 AND kind = $5`,
		[]any{customer, system, document, t.From.String(), extendedKind}, &row, &to)
	switch {
	case errors.Is(err, db.ErrNoRows):
	case err != nil:
		return false, err
	case to == t.To.String():
		return false, nil
	default:
		if err := s.Withdraw(tx, a, customer, EntryException, row); err != nil {
			return false, err
		}
	}
	if err := tx.Row(`SELECT deployment FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, system}, &deployment); err != nil {
		return false, missing(err)
	}
	earlier, err := windows(tx, customer, system)
	if err != nil {
		return false, err
	}
	if err := s.CheckExtended(document, deployment, t, earlier); err != nil {
		return false, err
	}
	_, err = s.insertExtended(tx, a, customer, system, id.New(), document, t)
	return true, err
}

// CheckExtended says what of a window cannot be, beside the windows that the system has earlier.
func (s *Service) CheckExtended(document, deployment string, t entitlement.Term, earlier []entitlement.Term) error {
	if err := errs.BadFields(append(checkDays(t.From, t.To), checkLine("document", document)...)...); err != nil {
		return err
	}
	pack := s.Policy.Now()
	return refusedOrder(entitlement.OrderExtended(pack, entitlement.ExtendedOrderOf(pack, deployment, t, earlier)))
}
