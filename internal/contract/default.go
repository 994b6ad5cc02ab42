package contract

import (
	"context"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

// SetDefaultSystem chooses the system that the actor's cases by mail are about; the zero id takes the choice back.
// Invalid for a system that they are no liaison of.
func (s *Service) SetDefaultSystem(ctx context.Context, a access.Actor, system id.ID) (err error) {
	defer errs.Wrap(&err, "contract.SetDefaultSystem")
	if err := access.Check(a, access.ProfileEdit); err != nil {
		return err
	}
	if a.Customer.IsZero() {
		return errs.Missing()
	}
	return s.DB.Update(ctx, db.ForTenant(a.Customer), func(tx *db.Tx) error {
		var one int64
		err := tx.Row(`SELECT count(*) FROM designation WHERE tenant_id = $1 AND person_id = $2 AND system_id = $3 AND ended_at IS NULL`,
			[]any{a.Customer, a.Person, system}, &one)
		if err != nil {
			return err
		}
		if one == 0 && !system.IsZero() {
			return errs.BadFields(errs.BadField("defaultSystem", "case.unknown_system"))
		}
		err = tx.Buffer(`UPDATE access_grant SET default_system_id = $3 WHERE tenant_id = $1 AND person_id = $2`, a.Customer, a.Person, system)
		if err != nil {
			return err
		}
		return s.record(tx, a, a.Customer, journal.Line{SubjectKind: "person", Subject: a.Person, Kind: "default_system.set",
			Visibility: journal.Customer, Data: map[string]any{"system": system}})
	})
}

// OwnDefaultSystem is the actor's choice; zero when there is none.
func (s *Service) OwnDefaultSystem(ctx context.Context, a access.Actor) (system id.ID, err error) {
	defer errs.Wrap(&err, "contract.OwnDefaultSystem")
	if a.Customer.IsZero() {
		return id.ID{}, nil
	}
	err = s.DB.View(ctx, db.ForTenant(a.Customer), func(tx *db.Tx) error {
		return tx.Query(`SELECT default_system_id FROM access_grant WHERE tenant_id = $1 AND person_id = $2`, []any{a.Customer, a.Person},
			func(scan func(...any) error) error { return scan(&system) })
	})
	return system, err
}
