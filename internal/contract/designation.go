package contract

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Designate makes a person a liaison of a system from now on. The person has to be a liaison of the customer, and
// a seat of the system's plan has to be free (R1.1-04).
func (s *Service) Designate(ctx context.Context, a access.Actor, customer, person, system id.ID) (err error) {
	defer errs.Wrap(&err, "contract.Designate(%s, %s)", person, system)
	if err := mayManage(a); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error { return s.designate(tx, a, customer, person, system) })
}

func (s *Service) designate(tx *db.Tx, a access.Actor, customer, person, system id.ID) error {
	if err := s.startLiaison(tx, customer, person, system); err != nil {
		return err
	}
	if err := s.withinSeats(tx, customer, system); err != nil {
		return err
	}
	return s.recordDesignated(tx, a, customer, system, map[string]any{"person": person})
}

// startLiaison starts the designation of somebody who is a liaison of the customer and not yet one of the system.
func (s *Service) startLiaison(tx *db.Tx, customer, person, system id.ID) error {
	if err := systemExists(tx, customer, system); err != nil {
		return err
	}
	if err := isLiaison(tx, customer, person); err != nil {
		return err
	}
	started, err := StartDesignation(tx, customer, person, system, false)
	if err != nil {
		return err
	}
	if !started {
		return errs.New(errs.Conflict, "contract.already_designated")
	}
	return nil
}

// EndDesignation takes the designation of a system from a person. Cases that they own stay as they are; SeatLeft says
// that nobody looks after them any more.
func (s *Service) EndDesignation(ctx context.Context, a access.Actor, customer, person, system id.ID) (err error) {
	defer errs.Wrap(&err, "contract.EndDesignation(%s, %s)", person, system)
	if err := mayManage(a); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error { return s.endDesignation(tx, a, customer, person, system) })
}

func (s *Service) endDesignation(tx *db.Tx, a access.Actor, customer, person, system id.ID) error {
	ended, err := EndDesignationNow(tx, customer, person, system)
	if err != nil {
		return err
	}
	if !ended {
		return errs.Missing()
	}
	l := onSystem("liaison.designation_ended", system, map[string]any{"person": person})
	l.Clause = "1.1"
	if err := s.record(tx, a, customer, l); err != nil || s.SeatLeft == nil {
		return err
	}
	return s.SeatLeft(tx, a, customer, person, system)
}

func isLiaison(tx *db.Tx, customer, person id.ID) error {
	var role string
	err := tx.Row(`SELECT role FROM access_grant WHERE tenant_id = $1 AND person_id = $2 AND ended_at IS NULL`,
		[]any{customer, person}, &role)
	if err != nil {
		return missing(err)
	}
	if role != string(access.Liaison) {
		return errs.New(errs.Conflict, "contract.not_a_liaison")
	}
	return nil
}

// withinSeats refuses more designations than there are seats, of which an open invitation holds one: those of the plan in force, or of the last plan when none
// is, with the extra ones. A lapsed subscription gives no more seats than it had, and takes none away.
func (s *Service) withinSeats(tx *db.Tx, customer, system id.ID) error {
	seats, err := s.SeatsOfSystem(tx, customer, system)
	if err != nil {
		return err
	}
	// Whoever keeps the books enters a designation before the subscription, too, and then within the base plan.
	d := entitlement.DesignateNew(s.Policy.Now(), entitlement.SeatFacts{Plan: s.planOrBase(seats.Plan).Key, Extended: seats.Extended,
		Extra: seats.Extra, Active: seats.Taken + seats.Promised - 1}) // one of them is new
	if d.Allowed {
		return nil
	}
	refused := errs.Refuse(d)
	refused.Kind = errs.Conflict
	return refused
}

// StartDesignation makes a person a liaison of a system in the caller's transaction, which decides and writes the line
// in the journal; false when they are one already.
func StartDesignation(tx *db.Tx, customer, person, system id.ID, projectAdmin bool) (started bool, err error) {
	n, err := tx.Exec(`INSERT INTO designation (tenant_id, system_id, person_id, since, project_admin) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (tenant_id, system_id, person_id) DO UPDATE SET since = excluded.since, ended_at = NULL, project_admin = excluded.project_admin
		WHERE designation.ended_at IS NOT NULL`, customer, system, person, tx.Now(), projectAdmin)
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.Buffer(`INSERT INTO designation_period (tenant_id, id, system_id, person_id, since) VALUES ($1, $2, $3, $4, $5)`,
		customer, id.New(), system, person, tx.Now())
}

// EndDesignationNow ends it in the caller's transaction, with a chosen centre; false when they are no liaison of it.
func EndDesignationNow(tx *db.Tx, customer, person, system id.ID) (ended bool, err error) {
	n, err := tx.Exec(`UPDATE designation SET ended_at = $4
		WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3 AND ended_at IS NULL`, customer, system, person, tx.Now())
	if err != nil || n == 0 {
		return false, err
	}
	err = tx.Buffer(`UPDATE designation_period SET ended_at = $4 WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3 AND ended_at IS NULL`,
		customer, system, person, tx.Now())
	if err != nil {
		return false, err
	}
	_, err = EndCentre(tx, customer, system, person)
	return true, err
}
