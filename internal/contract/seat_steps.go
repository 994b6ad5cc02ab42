package contract

import (
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// timedStep is a step in the story of a system's seats with its instant.
type timedStep struct {
	at   time.Time
	kind entitlement.StepKind
}

// AddedSeats is how many seats of a system were bought, or came with another plan, and have not been filled yet at the
// transaction's instant; an open invitation fills the seat that it is for.
func (s *Service) AddedSeats(tx *db.Tx, customer, system id.ID) (n int, err error) {
	defer errs.Wrap(&err, "contract.AddedSeats(%s)", system)
	var all []timedStep // seats first: who is designated at the instant at which one comes sits in it
	for _, read := range []func(*db.Tx, id.ID, id.ID) ([]timedStep, error){s.planSteps, s.boughtSteps, designationSteps, invitationSteps} {
		some, err := read(tx, customer, system)
		if err != nil {
			return 0, err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b timedStep) int { return a.at.Compare(b.at) })
	var steps []entitlement.SeatStep
	for _, x := range all {
		if !x.at.After(tx.Now()) {
			steps = append(steps, entitlement.SeatStep{Kind: x.kind})
		}
	}
	return entitlement.FreeAfter(steps).Added, nil
}

// planSteps are the seats that came or went with another plan, and with extended lifecycle support where that has seats of
// its own: from the instant at which nothing else covers the system, until something does again (4.7).
func (s *Service) planSteps(tx *db.Tx, customer, system id.ID) (steps []timedStep, err error) {
	terms, err := storedTerms(tx, customer, system)
	if err != nil || len(terms) == 0 {
		return nil, err
	}
	turns, err := s.extendedTurns(tx, customer, system)
	if err != nil {
		return nil, err
	}
	var points []time.Time
	for _, t := range terms {
		points = append(points, s.beginning(t.From))
	}
	first := points[0]
	for _, t := range turns {
		if t.From.After(first) {
			points = append(points, t.From)
		}
	}
	slices.SortFunc(points, time.Time.Compare)
	before := 0
	for i, at := range points {
		seats := s.seatsAt(terms, turns, at)
		if i > 0 {
			steps = append(steps, moreSeats(at, seats-before)...)
		}
		before = seats
	}
	return steps, nil
}

// seatsAt is how many liaisons the terms of a system give at an instant; terms and turns are in order.
func (s *Service) seatsAt(terms []storedTerm, turns []turn, at time.Time) int {
	plan := terms[0].Plan
	for _, t := range terms {
		if !s.beginning(t.From).After(at) {
			plan = t.Plan
		}
	}
	return s.Policy.Now().SeatsOf(s.planOrBase(plan).Key, onlyAt(turns, at))
}

// boughtSteps are the extra seats. Those that were entered later than their first day were there for nobody before.
func (s *Service) boughtSteps(tx *db.Tx, customer, system id.ID) (steps []timedStep, err error) {
	err = tx.Query(`SELECT seats, from_date, to_date, recorded_at FROM extra_seat WHERE tenant_id = $1 AND system_id = $2 ORDER BY from_date, id`,
		[]any{customer, system}, func(scan func(...any) error) error {
			var n int
			var from, to *string
			var recorded time.Time
			var t entitlement.Term
			if err := scan(&n, &from, &to, db.Time(&recorded)); err != nil {
				return err
			}
			err := days(dayColumn{from, &t.From}, dayColumn{to, &t.To})
			begin := s.beginning(t.From)
			if begin.Before(recorded) {
				begin = recorded
			}
			steps = append(append(steps, moreSeats(begin, n)...), moreSeats(s.beginning(t.To.AddDays(1)), -n)...)
			return err
		})
	return steps, err
}

func (s *Service) beginning(d calendar.Date) time.Time { return d.StartIn(s.Policy.Now().Vendor.Zone) }

// moreSeats are as many seats more, or fewer, from an instant.
func moreSeats(at time.Time, n int) []timedStep {
	if n < 0 {
		return slices.Repeat([]timedStep{{at, entitlement.StepEnded}}, -n)
	}
	return slices.Repeat([]timedStep{{at, entitlement.StepAdded}}, n)
}

// designationSteps are who took a seat in which somebody may or may not have been. A swap, and the seat of somebody who
// has left, fill none that was added.
func designationSteps(tx *db.Tx, customer, system id.ID) ([]timedStep, error) {
	return designated(tx, `SELECT p.since FROM designation_period p LEFT JOIN liaison_change_item i ON i.tenant_id = p.tenant_id
			AND i.system_id = p.system_id AND i.new_person = p.person_id AND i.state = 'done' AND i.settled_at = p.since
		WHERE p.tenant_id = $1 AND p.system_id = $2 AND (i.why IS NULL OR i.why = $3) ORDER BY p.since`, customer, system, FirstDesignation)
}

// invitationSteps are those who are invited to a seat that nobody has left, as if they sat in it.
func invitationSteps(tx *db.Tx, customer, system id.ID) (steps []timedStep, err error) {
	steps, err = designated(tx, `SELECT i.expires_at FROM liaison_change_item i WHERE i.tenant_id = $1 AND i.system_id = $2 AND i.why = $3
		AND i.state = 'waiting' AND i.expires_at > $4 ORDER BY i.id`, customer, system, FirstDesignation, tx.Now())
	for i := range steps {
		steps[i].at = tx.Now()
	}
	return steps, err
}

func designated(tx *db.Tx, q string, args ...any) (steps []timedStep, err error) {
	err = tx.Query(q, args, func(scan func(...any) error) error {
		one := timedStep{kind: entitlement.StepDesignated}
		err := scan(db.Time(&one.at))
		steps = append(steps, one)
		return err
	})
	return steps, err
}

// FirstDesignation is why an item of a request counts nothing: nobody has left the seat that it fills.
const FirstDesignation = "first_designation"
