package contract

import (
	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// The adds below are the puts for those who bring very many things to customers and systems that the same transaction
// has made: they read nothing, so that a thousand of them are one round trip. The caller has seen that the product's
// release is there, that no term shares a day with another, that the person is a liaison, and that a seat is free.

// AddFreshSystem makes a system with a name that the customer has not.
func (s *Service) AddFreshSystem(tx *db.Tx, a access.Actor, customer id.ID, n NewSystem) (system id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddFreshSystem(%s)", customer)
	if err := mayKeepSystems(a); err != nil {
		return id.ID{}, err
	}
	if err := s.CheckSystem(n); err != nil {
		return id.ID{}, err
	}
	calendarID, centre, _ := s.Policy.Now().CalendarFor(n.Country)
	if n.Deployment == Cloud {
		centre = Cloud
	}
	system = id.New()
	err = tx.Buffer(insertSystemRow, customer, system, n.Name, n.Deployment, n.Country, calendarID, centre, n.Product, n.Version, tx.Now())
	if err == nil {
		err = insertEnvironments(tx, customer, system, n.Environments)
	}
	if err != nil {
		return id.ID{}, err
	}
	return system, s.record(tx, a, customer, onSystem("system.added", system, map[string]any{"deployment": n.Deployment, "country": n.Country,
		"calendar": calendarID, "centre": centre, "product": n.Product, "version": n.Version, "environments": len(n.Environments)}))
}

// AddFreshTerm records a term of a system beside those that the caller has recorded before.
func (s *Service) AddFreshTerm(tx *db.Tx, a access.Actor, customer, system id.ID, t Term, before []Term) error {
	if err := mayKeepBooks(a); err != nil {
		return err
	}
	if err := s.CheckTerm(t); err != nil {
		return err
	}
	for _, o := range before {
		if o.From.Compare(t.To) <= 0 && t.From.Compare(o.To) <= 0 {
			return overlap(o)
		}
	}
	return s.insertTerm(tx, a, customer, system, id.New(), t)
}

// AddFreshDesignation makes a person a liaison of a system of which they have never been one.
func (s *Service) AddFreshDesignation(tx *db.Tx, a access.Actor, customer, person, system id.ID, d LiaisonDetails) error {
	if err := mayManage(a); err != nil {
		return err
	}
	err := tx.Buffer(`INSERT INTO designation (tenant_id, system_id, person_id, since, project_admin) VALUES ($1, $2, $3, $4, $5)`,
		customer, system, person, tx.Now(), d.ProjectAdmin)
	if err == nil {
		err = tx.Buffer(`INSERT INTO designation_period (tenant_id, id, system_id, person_id, since) VALUES ($1, $2, $3, $4, $5)`,
			customer, id.New(), system, person, tx.Now())
	}
	if err != nil {
		return err
	}
	if err := s.recordDesignated(tx, a, customer, system, map[string]any{"person": person}); err != nil || d.Centre == "" {
		return err
	}
	if err := SetCentre(tx, customer, system, person, d.Centre); err != nil {
		return err
	}
	return s.recordCentre(tx, a, customer, person, system, d.Centre)
}
