package contract

import (
	"context"
	"errors"

	"liaison/internal/access"
	"liaison/internal/db"
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
	if err := systemExists(tx, customer, system); err != nil {
		return err
	}
	if err := isLiaison(tx, customer, person); err != nil {
		return err
	}
	n, err := tx.Exec(`INSERT INTO designation (tenant_id, system_id, person_id, since) VALUES ($1, $2, $3, $4)
		ON CONFLICT (tenant_id, system_id, person_id) DO UPDATE SET since = excluded.since, ended_at = NULL
		WHERE designation.ended_at IS NOT NULL`, customer, system, person, tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.New(errs.Conflict, "contract.already_designated")
	}
	if err := s.withinSeats(tx, customer, system); err != nil {
		return err
	}
	l := onSystem("liaison.designated", system, map[string]any{"person": person})
	l.Clause = "1.1"
	return s.record(tx, a, customer, l)
}

// EndDesignation takes the designation of a system from a person. Cases they own stay theirs until somebody moves
// them: that is a decision of its own.
func (s *Service) EndDesignation(ctx context.Context, a access.Actor, customer, person, system id.ID) (err error) {
	defer errs.Wrap(&err, "contract.EndDesignation(%s, %s)", person, system)
	if err := mayManage(a); err != nil {
		return err
	}
	return s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) error { return s.endDesignation(tx, a, customer, person, system) })
}

func (s *Service) endDesignation(tx *db.Tx, a access.Actor, customer, person, system id.ID) error {
	n, err := tx.Exec(`UPDATE designation SET ended_at = $4
		WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3 AND ended_at IS NULL`, customer, system, person, tx.Now())
	if err != nil {
		return err
	}
	if n == 0 {
		return errs.Missing()
	}
	l := onSystem("liaison.designation_ended", system, map[string]any{"person": person})
	l.Clause = "1.1"
	return s.record(tx, a, customer, l)
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

// withinSeats refuses more designations than the plan in force has seats, or the last plan when none is: a lapsed
// subscription gives no more seats than it had, and takes none away.
func (s *Service) withinSeats(tx *db.Tx, customer, system id.ID) error {
	plan := s.Policy.Now().Plans[0]
	var key string
	err := tx.Row(`SELECT plan FROM subscription WHERE tenant_id = $1 AND system_id = $2 AND from_date <= $3
		ORDER BY from_date DESC LIMIT 1`, []any{customer, system, s.today(tx.Now()).String()}, &key)
	if err != nil && !errors.Is(err, db.ErrNoRows) {
		return err
	}
	if bought, ok := s.Policy.Now().Plan(key); ok {
		plan = bought
	}
	var taken int
	err = tx.Row(`SELECT count(*) FROM designation WHERE tenant_id = $1 AND system_id = $2 AND ended_at IS NULL`,
		[]any{customer, system}, &taken)
	if err != nil || taken <= plan.Seats {
		return err
	}
	refused := errs.Refuse(errs.Decision{Code: "no_free_seat", Clause: "1.1", Requirement: "R1.1-04", Edition: s.Policy.Now().Edition,
		Inputs: map[string]any{"plan": plan.Key, "seats": plan.Seats}})
	refused.Kind = errs.Conflict
	return refused
}
