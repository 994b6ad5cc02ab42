package contract

import (
	"context"
	"errors"
	"slices"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/text"
)

// production is the name of every system's first environment; only there P1 and P2 exist (R3.3-02).
const production = "production"

// maxName is how many bytes the name of a system or an environment may have.
const maxName = 80

// NewSystem is what an order says about a system.
type NewSystem struct {
	Name         string
	Deployment   string   // on_prem, cloud
	Country      string   // contract country, ISO 3166 alpha-2
	Product      string   // key of the product
	Version      string   // one of its releases
	Environments []string // "production" first, any other is none
}

// AddSystem records a system (DSI) of a customer. The contract country decides its regional calendar and centre; a
// cloud system is served by the centre "cloud", whatever its country (9.2, 9.3).
func (s *Service) AddSystem(ctx context.Context, a access.Actor, customer id.ID, n NewSystem) (system id.ID, err error) {
	defer errs.Wrap(&err, "contract.AddSystem(%s)", customer)
	err = s.DB.Update(ctx, db.ForTenant(customer), func(tx *db.Tx) (err error) {
		system, err = s.EnterSystem(tx, a, customer, n)
		return err
	})
	return system, err
}

// EnterSystem is AddSystem in the caller's transaction.
func (s *Service) EnterSystem(tx *db.Tx, a access.Actor, customer id.ID, n NewSystem) (system id.ID, err error) {
	if err := mayKeepSystems(a); err != nil {
		return id.ID{}, err
	}
	calendarID, centre, known := s.Policy.Now().CalendarFor(n.Country)
	if err := n.check(known); err != nil {
		return id.ID{}, err
	}
	if n.Deployment == Cloud {
		centre = Cloud
	}
	if err := customerExists(tx, customer); err != nil {
		return id.ID{}, err
	}
	if err := releaseExists(tx, n.Product, n.Version); err != nil {
		return id.ID{}, err
	}
	system = id.New()
	if err := insertSystem(tx, customer, system, n, calendarID, centre); err != nil {
		return id.ID{}, err
	}
	return system, s.record(tx, a, customer, onSystem("system.added", system, map[string]any{
		"deployment": n.Deployment, "country": n.Country, "calendar": calendarID, "centre": centre,
		"product": n.Product, "version": n.Version, "environments": len(n.Environments),
	}))
}

func (n NewSystem) check(knownCountry bool) error {
	var bad []errs.Field
	if text.Blank(n.Name) || len(n.Name) > maxName {
		bad = append(bad, errs.BadField("name", "contract.name_length", "max", maxName))
	}
	if n.Deployment != OnPrem && n.Deployment != Cloud {
		bad = append(bad, errs.BadField("deployment", "contract.unknown_deployment"))
	}
	if !knownCountry {
		bad = append(bad, errs.BadField("country", "contract.unknown_country"))
	}
	if len(n.Environments) == 0 || n.Environments[0] != production {
		bad = append(bad, errs.BadField("environments", "contract.production_first"))
	}
	if !environmentNames(n.Environments) {
		bad = append(bad, errs.BadField("environments", "contract.environment_names", "max", maxName))
	}
	return errs.BadFields(bad...)
}

// environmentNames reports whether the names are plain and different. Plain names can be listed in one column.
func environmentNames(names []string) bool {
	for i, n := range names {
		if n == "" || len(n) > maxName || strings.Trim(n, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
		if slices.Contains(names[:i], n) {
			return false
		}
	}
	return true
}

func customerExists(tx *db.Tx, customer id.ID) error {
	var one int64
	err := tx.Row(`SELECT 1 FROM customer WHERE id = $1`, []any{customer}, &one)
	return missing(err)
}

func releaseExists(tx *db.Tx, product, version string) error {
	var one int64
	err := tx.Row(`SELECT 1 FROM product_release WHERE product_id = $1 AND version = $2`, []any{product, version}, &one)
	if errors.Is(err, db.ErrNoRows) {
		return errs.BadFields(errs.BadField("version", "contract.unknown_version", "product", product, "version", version))
	}
	return err
}

const insertSystemRow = `INSERT INTO system (tenant_id, id, name, deployment, country, calendar, centre, product_id, version, created_at, recorded_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)`

func insertSystem(tx *db.Tx, customer, system id.ID, n NewSystem, calendarID, centre string) error {
	_, err := tx.Exec(insertSystemRow,
		customer, system, n.Name, n.Deployment, n.Country, calendarID, centre, n.Product, n.Version, tx.Now())
	if db.IsUnique(err) {
		return errs.Because(errs.Conflict, "contract.name_taken", err)
	}
	if err != nil {
		return err
	}
	return insertEnvironments(tx, customer, system, n.Environments)
}

func insertEnvironments(tx *db.Tx, customer, system id.ID, names []string) error {
	for i, name := range names {
		err := tx.Buffer(`INSERT INTO environment (tenant_id, system_id, name, production, position) VALUES ($1, $2, $3, $4, $5)`,
			customer, system, name, i == 0, i)
		if err != nil {
			return err
		}
	}
	return nil
}

// systemExists answers Missing for a system that the customer does not have.
func systemExists(tx *db.Tx, customer, system id.ID) error {
	var one int64
	err := tx.Row(`SELECT 1 FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, system}, &one)
	return missing(err)
}

// missing turns "no row" into the one answer for what does not exist and for what is another customer's.
func missing(err error) error {
	if errors.Is(err, db.ErrNoRows) {
		return errs.Missing()
	}
	return err
}
