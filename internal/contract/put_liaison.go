package contract

import (
	"errors"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// LiaisonDetails are what is kept of a liaison of a system beside that they are one (1.1).
type LiaisonDetails struct {
	ProjectAdmin bool   // administers the projects of the system, too
	Centre       string // that they have chosen for their new cases; "": none
}

// PutDesignation makes a person a liaison of a system, or ends that (ended). It is refused like Designate: the person
// has to be a liaison of the customer, and a seat has to be free.
func (s *Service) PutDesignation(tx *db.Tx, a access.Actor, customer, person, system id.ID, ended bool) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutDesignation(%s, %s)", person, system)
	live, err := s.isDesignated(tx, a, customer, person, system)
	switch {
	case err != nil || live != ended:
		return false, err
	case ended:
		return true, s.endDesignation(tx, a, customer, person, system)
	}
	return true, s.designate(tx, a, customer, person, system)
}

// PutMovedDesignation makes a person a liaison of a system that comes from elsewhere with more liaisons than it has seats
// today. Nobody asks for a seat: whoever calls it knows that there was one, and when a seat ends nobody is removed (1.1).
func (s *Service) PutMovedDesignation(tx *db.Tx, a access.Actor, customer, person, system id.ID) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutMovedDesignation(%s, %s)", person, system)
	if live, err := s.isDesignated(tx, a, customer, person, system); err != nil || live {
		return false, err
	}
	if err := s.startLiaison(tx, customer, person, system); err != nil {
		return false, err
	}
	return true, s.recordDesignated(tx, a, customer, system, map[string]any{"person": person, "moved": true})
}

func (s *Service) isDesignated(tx *db.Tx, a access.Actor, customer, person, system id.ID) (live bool, err error) {
	if err := mayManage(a); err != nil {
		return false, err
	}
	err = tx.Row(`SELECT ended_at IS NULL FROM designation WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3`,
		[]any{customer, system, person}, &live)
	if errors.Is(err, db.ErrNoRows) {
		return false, nil
	}
	return live, err
}

// PutLiaison brings what is kept of a liaison of a system beside that they are one. A chosen centre is a record here, which
// counts for new cases while the plan gives the choice (R1.1-13). Missing for somebody who is no liaison of it.
func (s *Service) PutLiaison(tx *db.Tx, a access.Actor, customer, person, system id.ID, to LiaisonDetails) (changed bool, err error) {
	defer errs.Wrap(&err, "contract.PutLiaison(%s, %s)", person, system)
	if err := mayManage(a); err != nil {
		return false, err
	}
	var was LiaisonDetails
	err = tx.Row(`SELECT d.project_admin, coalesce(r.centre, '') FROM designation d
		LEFT JOIN region_choice r ON r.tenant_id = d.tenant_id AND r.system_id = d.system_id AND r.person_id = d.person_id
		WHERE d.tenant_id = $1 AND d.system_id = $2 AND d.person_id = $3 AND d.ended_at IS NULL`, []any{customer, system, person}, &was.ProjectAdmin, &was.Centre)
	if err != nil {
		return false, missing(err)
	}
	if was.ProjectAdmin != to.ProjectAdmin {
		err = tx.Buffer(`UPDATE designation SET project_admin = $4 WHERE tenant_id = $1 AND system_id = $2 AND person_id = $3`, customer, system, person, to.ProjectAdmin)
		if err == nil {
			err = s.recordLiaison(tx, a, customer, system, "liaison.project_admin_changed", map[string]any{"person": person, "admin": to.ProjectAdmin})
		}
	}
	if err == nil && was.Centre != to.Centre {
		if err = SetCentre(tx, customer, system, person, to.Centre); err == nil {
			err = s.recordCentre(tx, a, customer, person, system, to.Centre)
		}
	}
	return was != to, err
}

func (s *Service) recordCentre(tx *db.Tx, a access.Actor, customer, person, system id.ID, centre string) error {
	return s.recordLiaison(tx, a, customer, system, "liaison.centre_chosen", map[string]any{"person": person, "centre": centre})
}

func (s *Service) recordDesignated(tx *db.Tx, a access.Actor, customer, system id.ID, data map[string]any) error {
	return s.recordLiaison(tx, a, customer, system, "liaison.designated", data)
}

func (s *Service) recordLiaison(tx *db.Tx, a access.Actor, customer, system id.ID, kind string, data map[string]any) error {
	l := onSystem(kind, system, data)
	l.Clause = "1.1"
	return s.record(tx, a, customer, l)
}
