package release

import (
	"context"

	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/lifecycle"
)

// Products lists all products by name. It is public.
func (s *Service) Products(ctx context.Context) (all []Product, err error) {
	defer errs.Wrap(&err, "release.Products")
	all = []Product{}
	err = s.DB.View(ctx, db.ForSystem("release.public"), func(tx *db.Tx) error {
		all = all[:0]
		return tx.Query(`SELECT id, name FROM product ORDER BY name, id`, nil, func(scan func(...any) error) error {
			var p Product
			err := scan(&p.ID, &p.Name)
			all = append(all, p)
			return err
		})
	})
	return all, err
}

// Line is a product with its releases, the newest first.
type Line struct {
	Product
	Releases []Release
}

// Lines lists all products by name with all their releases. It is public (R4.5-03).
func (s *Service) Lines(ctx context.Context) (all []Line, err error) {
	defer errs.Wrap(&err, "release.Lines")
	products, err := s.Products(ctx)
	if err != nil {
		return nil, err
	}
	releases, err := s.releases(ctx, "")
	for _, p := range products {
		line := Line{Product: p, Releases: []Release{}}
		for _, r := range releases {
			if r.Product == p.ID {
				line.Releases = append(line.Releases, r)
			}
		}
		all = append(all, line)
	}
	return all, err
}

// Releases lists the releases of a product, the newest first. It is public (R4.5-03); a product that does not exist
// has none.
func (s *Service) Releases(ctx context.Context, product string) (all []Release, err error) {
	defer errs.Wrap(&err, "release.Releases(%s)", product)
	return s.releases(ctx, product)
}

// releases lists those of a product, of all for "".
func (s *Service) releases(ctx context.Context, product string) (all []Release, err error) {
	q, args := `SELECT r.product_id, r.version, r.platform, r.ga_date, p.ga_date, p.end_date
		FROM product_release r
		JOIN product_release p ON p.product_id = r.product_id AND p.version = r.platform`, []any(nil)
	if product != "" {
		q, args = q+` WHERE r.product_id = $1`, []any{product}
	}
	err = s.DB.View(ctx, db.ForSystem("release.public"), func(tx *db.Tx) error {
		all = []Release{}
		return tx.Query(q+` ORDER BY r.ga_date DESC, r.version DESC`, args, func(scan func(...any) error) error {
			r, err := s.read(scan)
			all = append(all, r)
			return err
		})
	})
	return all, err
}

// read scans a release with the dates of the platform release that it ends with (R4.5-02).
func (s *Service) read(scan func(...any) error) (r Release, err error) {
	var ga, platformGA string
	var platformEnd *string
	if err := scan(&r.Product, &r.Version, &r.Platform, &ga, &platformGA, &platformEnd); err != nil {
		return Release{}, err
	}
	var platform lifecycle.Dates
	if r.GA, err = calendar.StoredDate(ga); err != nil {
		return Release{}, err
	}
	if platform.GA, err = calendar.StoredDate(platformGA); err != nil {
		return Release{}, err
	}
	if platformEnd != nil {
		if platform.PublishedEnd, err = calendar.StoredDate(*platformEnd); err != nil {
			return Release{}, err
		}
	}
	r.Published = platformEnd != nil
	r.LastSupportedDay = lifecycle.LastSupportedDay(s.Policy.Now(), platform)
	return r, nil
}
