package contract

import (
	"errors"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Component is somebody else's product that runs beside a system: what a case may be waiting for (RA-10).
type Component struct {
	ID      id.ID     `json:"id"`
	System  id.ID     `json:"system"`
	Name    string    `json:"name"`
	Vendor  string    `json:"vendor"`
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
	Etag    string    `json:"etag,omitempty"`
}

// AddComponent records one from now on. Conflict for a name that the system has already: end that one first.
func (s *Service) AddComponent(tx *db.Tx, a access.Actor, customer id.ID, c Component) (component id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddComponent(%s)", c.System)
	if err := mayKeepSystems(a); err != nil {
		return component, err
	}
	if err := CheckComponent(c); err != nil {
		return component, err
	}
	if err := needSystem(tx, customer, c.System); err != nil {
		return component, err
	}
	component = id.New()
	n, err := tx.Exec(`INSERT INTO system_component (tenant_id, id, system_id, name, vendor, version, since) VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (tenant_id, system_id, name) WHERE ended_at IS NULL DO NOTHING`, customer, component, c.System, c.Name, c.Vendor, c.Version, tx.Now())
	if err != nil {
		return component, err
	}
	if n == 0 {
		return component, errs.New(errs.Conflict, "books.component_exists")
	}
	return component, s.record(tx, a, customer, onSystem("component.added", c.System, map[string]any{"component": component}))
}

// EndComponent says that it does not run there any more. Missing when there is none.
func (s *Service) EndComponent(tx *db.Tx, a access.Actor, customer, component id.ID) (err error) {
	defer errs.Wrap(&err, "contract.EndComponent(%s)", component)
	if err := mayKeepSystems(a); err != nil {
		return err
	}
	var system id.ID
	err = tx.Row(`UPDATE system_component SET ended_at = $3 WHERE tenant_id = $1 AND id = $2 AND ended_at IS NULL RETURNING system_id`,
		[]any{customer, component, tx.Now()}, &system)
	if err != nil {
		return missing(err)
	}
	return s.record(tx, a, customer, onSystem("component.ended", system, map[string]any{"component": component}))
}

// needSystem is systemExists for a system that a form names.
func needSystem(tx *db.Tx, customer, system id.ID) error {
	err := systemExists(tx, customer, system)
	if errs.KindOf(err) == errs.NotFound || errors.Is(err, db.ErrNoRows) {
		return errs.BadFields(errs.BadField("system", "books.unknown_system"))
	}
	return err
}
