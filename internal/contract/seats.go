package contract

import (
	"context"
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// Seats says how many liaisons a system may have on a day, and how many it has (1.1).
type Seats struct {
	System   id.ID
	Name     string
	Plan     string        // in force on the day, else the last one; "" where none has begun: there are no seats
	Extended bool          // nothing but extended lifecycle support covers the system (4.7)
	OfPlan   int           // seats of the plan, or those that extended lifecycle support has of its own
	Extra    int           // bought beside it, of terms that cover the day
	NextEnd  calendar.Date // last day of the extra seats that end first; zero: none
	Taken    int           // liaisons
	Promised int           // invitations that nobody has answered yet; one that is to replace somebody takes no seat
}

// Total is how many liaisons there may be.
func (s Seats) Total() int { return s.OfPlan + s.Extra }

// Free is how many more may be designated or invited.
func (s Seats) Free() int { return max(0, s.Total()-s.Taken-s.Promised) }

// Over is how many liaisons there are beyond the seats: an extra seat or a larger plan has ended. Nobody is removed.
func (s Seats) Over() int { return max(0, s.Taken-s.Total()) }

const seatsQuery = `SELECT s.id, s.name, s.deployment,
	(SELECT coalesce(string_agg(x.scope, ' ' ORDER BY x.id), '') FROM order_exception x WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id
		AND x.from_date <= $2 AND x.to_date >= $2 AND x.kind <> '` + extendedKind + `'),
	EXISTS (SELECT 1 FROM order_exception x WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id AND x.from_date <= $2 AND x.kind = '` + extendedKind + `'),
	coalesce((SELECT u.plan FROM subscription u WHERE u.tenant_id = s.tenant_id AND u.system_id = s.id AND u.from_date <= $2
		ORDER BY u.from_date DESC LIMIT 1), ''),
	(SELECT coalesce(sum(e.seats), 0) FROM extra_seat e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id
		AND e.from_date <= $2 AND e.to_date >= $2),
	(SELECT min(e.to_date) FROM extra_seat e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id
		AND e.from_date <= $2 AND e.to_date >= $2),
	(SELECT count(*) FROM designation d WHERE d.tenant_id = s.tenant_id AND d.system_id = s.id AND d.ended_at IS NULL),
	(SELECT count(*) FROM liaison_change_item i WHERE i.tenant_id = s.tenant_id AND i.system_id = s.id
		AND i.state = 'waiting' AND i.old_person IS NULL AND i.expires_at > $3)
	FROM system s WHERE s.tenant_id = $1`

// AllSeats gives the seats of a customer's systems by name, at the transaction's instant.
func (s *Service) AllSeats(tx *db.Tx, customer id.ID) (list []Seats, err error) {
	return s.seats(tx, seatsQuery+` ORDER BY s.name`, customer)
}

// SeatsOfSystem gives those of one system. Missing when the customer has no such system.
func (s *Service) SeatsOfSystem(tx *db.Tx, customer, system id.ID) (Seats, error) {
	list, err := s.seats(tx, seatsQuery+` AND s.id = $4`, customer, system)
	if err != nil {
		return Seats{}, err
	}
	if len(list) == 0 {
		return Seats{}, errs.Missing()
	}
	return list[0], nil
}

func (s *Service) seats(tx *db.Tx, q string, customer id.ID, more ...any) (list []Seats, err error) {
	today := s.today(tx.Now())
	args := append([]any{customer, today.String(), tx.Now()}, more...)
	err = tx.Query(q, args, func(scan func(...any) error) error {
		var one Seats
		var deployment, kept string
		var begun bool
		var end *string
		if err := scan(&one.System, &one.Name, &deployment, &kept, &begun, &one.Plan, &one.Extra, &end, &one.Taken, &one.Promised); err != nil {
			return err
		}
		if one.Plan == "" { // what was bought beside no plan gives no seats
			one.Extra, end = 0, nil
		} else {
			one.Plan = s.planOrBase(one.Plan).Key
			one.Extended = entitlement.OnlyExtended(s.Policy.Now(), deployment, strings.Fields(kept), begun, today)
			one.OfPlan = s.Policy.Now().SeatsOf(one.Plan, one.Extended)
		}
		err := days(dayColumn{end, &one.NextEnd})
		list = append(list, one)
		return err
	})
	return list, err
}

// planOrBase is the plan of a key; the base plan for none.
func (s *Service) planOrBase(key string) policy.Plan {
	if bought, ok := s.Policy.Now().Plan(key); ok {
		return bought
	}
	return s.Policy.Now().Plans[0]
}

// maxExtraSeats is the most seats that one order may buy: a slip of the finger is more.
const maxExtraSeats = 1000

// AddExtraSeats records seats that a customer has bought for a system, for one year from a day (1.1).
func (s *Service) AddExtraSeats(ctx context.Context, a access.Actor, customer, system id.ID, seats int, from calendar.Date) (bought id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddExtraSeats(%s)", system)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		bought, err = s.EnterSeats(tx, a, customer, system, seats, from, false)
		return err
	})
	return bought, err
}

// EnterSeats is AddExtraSeats in the caller's transaction. As many for the same system from the same day as were entered
// already are Conflict, unless they are said to be further ones: a form that is sent twice buys once.
func (s *Service) EnterSeats(tx *db.Tx, a access.Actor, customer, system id.ID, seats int, from calendar.Date, further bool) (bought id.ID, err error) {
	if err := mayKeepBooks(a); err != nil {
		return id.ID{}, err
	}
	if err := CheckSeats(seats, from); err != nil {
		return id.ID{}, err
	}
	if err := systemExists(tx, customer, system); err != nil {
		return id.ID{}, err
	}
	if !further {
		if err := notEntered(tx, customer, system, seats, from); err != nil {
			return id.ID{}, err
		}
	}
	bought = id.New()
	to := Anniversary(from, 1).AddDays(-1)
	err = tx.Buffer(`INSERT INTO extra_seat (tenant_id, id, system_id, seats, from_date, to_date, recorded_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
		customer, bought, system, seats, from.String(), to.String(), tx.Now())
	if err != nil {
		return id.ID{}, err
	}
	l := onSystem("seats.bought", system, map[string]any{"term": bought, "seats": seats, "from": from, "to": to})
	l.Clause = "1.1"
	return bought, s.record(tx, a, customer, l)
}

func notEntered(tx *db.Tx, customer, system id.ID, seats int, from calendar.Date) error {
	var there int64
	err := tx.Row(`SELECT count(*) FROM extra_seat WHERE tenant_id = $1 AND system_id = $2 AND from_date = $3 AND seats = $4`,
		[]any{customer, system, from.String(), seats}, &there)
	if err == nil && there > 0 {
		err = errs.New(errs.Conflict, "books.seats_exist", "seats", seats, "from", from.String())
	}
	return err
}

// CheckSeats says what of bought seats cannot be.
func CheckSeats(seats int, from calendar.Date) error {
	var bad []errs.Field
	if seats < 1 || seats > maxExtraSeats {
		bad = append(bad, errs.BadField("seats", "contract.seats_between", "max", maxExtraSeats))
	}
	if from.IsZero() {
		bad = append(bad, errs.BadField("from", "field.required"))
	}
	return errs.BadFields(bad...)
}

// Anniversary is the day n years after d; 29 February becomes the 28th in a year without one: as contract years begin.
func Anniversary(d calendar.Date, n int) calendar.Date { return d.AddMonths(12 * n) }
