// Package release owns products and their releases with the dates that decide how long each is supported. They are
// the installation's, not a customer's. A release is a platform release, or an update that belongs to one and ends
// with it (4.1, 4.2, 4.5). It has no states: the phase of a release follows from its dates.
package release

import (
	"context"
	"errors"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/internal/text"
)

// Service holds the use cases of releases. Both fields are set once, before use.
type Service struct {
	DB     *db.DB
	Policy policy.Source
}

// Product is something the vendor releases.
type Product struct {
	ID   string `json:"id"` // stable key, e.g. "analytics-server"
	Name string `json:"name"`
}

// NewRelease is what the release manager says about a release.
type NewRelease struct {
	Product      string
	Version      string        // e.g. "2026.2"
	Platform     string        // version of the platform release it belongs to; its own for a platform release
	GA           calendar.Date // day of general availability
	PublishedEnd calendar.Date // last supported day as published, of platform releases only; zero: computed from GA
}

// Release is one version of a product.
type Release struct {
	Product          string        `json:"product"`
	Version          string        `json:"version"`
	Platform         string        `json:"platform"`
	GA               calendar.Date `json:"ga"`
	LastSupportedDay calendar.Date `json:"lastSupportedDay"` // inclusive, vendor's zone; that of its platform release
	Published        bool          `json:"published"`        // the day stands in the published table, else it is computed
}

// AddProduct records a product.
func (s *Service) AddProduct(ctx context.Context, a access.Actor, p Product) (err error) {
	defer errs.Wrap(&err, "release.AddProduct(%s)", p.ID)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return err
	}
	if err := required(entry{"id", p.ID}, entry{"name", p.Name}); err != nil {
		return err
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		n, err := tx.Exec(`INSERT INTO product (id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING`, p.ID, p.Name)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "release.product_exists", "product", p.ID)
		}
		return s.record(tx, a, "product.added", map[string]any{"product": p.ID})
	})
}

// AddRelease records a release of a product that is there. The platform release comes before its updates.
func (s *Service) AddRelease(ctx context.Context, a access.Actor, r NewRelease) (err error) {
	defer errs.Wrap(&err, "release.AddRelease(%s %s)", r.Product, r.Version)
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return err
	}
	if err := r.check(); err != nil {
		return err
	}
	return s.DB.Update(ctx, scope(a), func(tx *db.Tx) error {
		if err := s.platformExists(tx, r); err != nil {
			return err
		}
		var end *string
		if !r.PublishedEnd.IsZero() {
			text := r.PublishedEnd.String()
			end = &text
		}
		n, err := tx.Exec(`INSERT INTO product_release (product_id, version, platform, ga_date, end_date)
			VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`, r.Product, r.Version, r.Platform, r.GA.String(), end)
		if err != nil {
			return err
		}
		if n == 0 {
			return errs.New(errs.Conflict, "release.version_exists", "product", r.Product, "version", r.Version)
		}
		return s.record(tx, a, "release.added", map[string]any{
			"product": r.Product, "version": r.Version, "platform": r.Platform, "ga": r.GA, "end": end,
		})
	})
}

func (r NewRelease) check() error {
	if err := required(entry{"product", r.Product}, entry{"version", r.Version}, entry{"platform", r.Platform}); err != nil {
		return err
	}
	if r.GA.IsZero() {
		return errs.BadFields(errs.BadField("ga", "field.required"))
	}
	if !r.PublishedEnd.IsZero() && r.Platform != r.Version {
		return errs.BadFields(errs.BadField("publishedEnd", "release.update_ends_with_platform"))
	}
	if !r.PublishedEnd.IsZero() && r.PublishedEnd.Compare(r.GA) < 0 {
		return errs.BadFields(errs.BadField("publishedEnd", "release.ends_before_ga"))
	}
	return nil
}

// entry is a field of the form with what was typed.
type entry struct{ name, value string }

func required(entries ...entry) error {
	var bad []errs.Field
	for _, e := range entries {
		if text.Blank(e.value) {
			bad = append(bad, errs.BadField(e.name, "field.required"))
		}
	}
	return errs.BadFields(bad...)
}

func (s *Service) platformExists(tx *db.Tx, r NewRelease) error {
	var one int64
	q, args, field := `SELECT 1 FROM product WHERE id = $1`, []any{r.Product}, "product"
	if r.Platform != r.Version {
		q, args, field = `SELECT 1 FROM product_release WHERE product_id = $1 AND version = $2 AND platform = version`,
			[]any{r.Product, r.Platform}, "platform"
	}
	err := tx.Row(q, args, &one)
	if errors.Is(err, db.ErrNoRows) {
		return errs.BadFields(errs.BadField(field, "release.unknown_"+field))
	}
	return err
}

func (s *Service) record(tx *db.Tx, a access.Actor, kind string, data map[string]any) error {
	who := "staff"
	if a.System {
		who = "system"
	}
	return journal.Record(tx, journal.Line{Actor: a.Person, ActorKind: who, SubjectKind: "installation", Kind: kind,
		Visibility: journal.Staff, Data: data, Edition: s.Policy.Now().Edition})
}

func scope(a access.Actor) db.Scope {
	if a.System {
		return db.ForSystem("release")
	}
	return db.ForStaff(a.Person, "releases")
}
