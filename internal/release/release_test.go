package release_test

import (
	"context"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
	"liaison/internal/release"
	"liaison/policies"
)

func onBoth(t *testing.T, fn func(t *testing.T, s *release.Service)) {
	t.Helper()
	t.Parallel()
	pack, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		s := &release.Service{DB: d, Policy: pack}
		if err := s.AddProduct(context.Background(), seed(), release.Product{ID: "server", Name: "Server"}); err != nil {
			t.Fatal(err)
		}
		fn(t, s)
	})
}

func seed() access.Actor { return access.Actor{System: true} }

func administrator() access.Actor { return access.Actor{Person: id.New(), Role: access.Administrator} }

func platform(version, ga, end string) release.NewRelease {
	return release.NewRelease{Product: "server", Version: version, Platform: version, GA: date(ga), PublishedEnd: date(end)}
}

func update(version, of, ga string) release.NewRelease {
	return release.NewRelease{Product: "server", Version: version, Platform: of, GA: date(ga)}
}

// date reads a day; "" is none.
func date(text string) calendar.Date {
	if text == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(text)
	if err != nil {
		panic(err)
	}
	return d
}

func TestUpdatesEndWithTheirPlatformRelease(t *testing.T) {
	onBoth(t, func(t *testing.T, s *release.Service) {
		ctx := context.Background()
		for _, r := range []release.NewRelease{
			platform("2024", "2024-02-29", ""), update("2024.1", "2024", "2024-06-01"),
			platform("2025", "2025-03-01", "2029-12-31"), update("2025.2", "2025", "2025-09-01"),
		} {
			if err := s.AddRelease(ctx, administrator(), r); err != nil {
				t.Fatal(err)
			}
		}
		got, err := s.Releases(ctx, "server")
		if err != nil {
			t.Fatal(err)
		}
		var lines []string
		for _, r := range got {
			end := r.LastSupportedDay.String()
			if r.Published {
				end += " published"
			}
			lines = append(lines, r.Version+" of "+r.Platform+" "+r.GA.String()+" until "+end)
		}
		want := []string{
			"2025.2 of 2025 2025-09-01 until 2029-12-31 published", "2025 of 2025 2025-03-01 until 2029-12-31 published",
			"2024.1 of 2024 2024-06-01 until 2027-02-28", "2024 of 2024 2024-02-29 until 2027-02-28",
		}
		if strings.Join(lines, "\n") != strings.Join(want, "\n") {
			t.Errorf("releases are\n%s, want\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
	})
}

func TestReleasesThatDoNotFitAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, s *release.Service) {
		ctx := context.Background()
		for _, r := range []release.NewRelease{platform("2025", "2025-03-01", ""), update("2025.1", "2025", "2025-06-01")} {
			if err := s.AddRelease(ctx, seed(), r); err != nil {
				t.Fatal(err)
			}
		}
		ended := update("2025.3", "2025", "2025-09-01")
		ended.PublishedEnd = date("2030-01-01")
		unknown := platform("2025", "2025-03-01", "")
		unknown.Product = "desktop"
		for name, tt := range map[string]struct {
			r          release.NewRelease
			key, field string
		}{
			"no such product":            {unknown, "release.unknown_product", "product"},
			"no such platform":           {update("2026.1", "2026", "2026-01-01"), "release.unknown_platform", "platform"},
			"update of an update":        {update("2025.1.1", "2025.1", "2026-01-01"), "release.unknown_platform", "platform"},
			"update with its own end":    {ended, "release.update_ends_with_platform", "publishedEnd"},
			"end before the release":     {platform("2026", "2026-01-01", "2025-12-31"), "release.ends_before_ga", "publishedEnd"},
			"no day of availability":     {platform("2026", "", ""), "field.required", "ga"},
			"no version, so no platform": {platform("", "2026-01-01", ""), "field.required", ""},
		} {
			e := errs.As(s.AddRelease(ctx, seed(), tt.r))
			if e.Kind != errs.Invalid || len(e.Fields) == 0 || e.Fields[0].Key != tt.key || (tt.field != "" && e.Fields[0].Name != tt.field) {
				t.Errorf("%s: %v, want %s", name, e, tt.key)
			}
		}
		if e := errs.As(s.AddRelease(ctx, seed(), platform("2025", "2025-03-01", ""))); e.Key != "release.version_exists" {
			t.Errorf("the same release again: %v", e)
		}
		if e := errs.As(s.AddProduct(ctx, seed(), release.Product{ID: "server", Name: "Other"})); e.Key != "release.product_exists" {
			t.Errorf("the same product again: %v", e)
		}
	})
}

func TestOnlyAdministratorsAddProductsAndEverybodyReadsThem(t *testing.T) {
	onBoth(t, func(t *testing.T, s *release.Service) {
		ctx := context.Background()
		for _, a := range []access.Actor{{}, {Person: id.New(), Role: access.Engineer}, {Person: id.New(), Role: access.Liaison, Customer: id.New()}} {
			if err := s.AddProduct(ctx, a, release.Product{ID: "desktop", Name: "Desktop"}); err == nil {
				t.Errorf("%s may add a product", a.Role)
			}
		}
		if err := s.AddProduct(ctx, administrator(), release.Product{ID: "desktop", Name: "Desktop"}); err != nil {
			t.Fatal(err)
		}
		got, err := s.Products(ctx)
		if err != nil || len(got) != 2 || got[0].ID != "desktop" || got[1].Name != "Server" {
			t.Errorf("products are %+v, %v", got, err)
		}
		none, err := s.Releases(ctx, "nothing")
		if err != nil || none == nil || len(none) != 0 {
			t.Errorf("releases of no product are %+v, %v", none, err)
		}
	})
}
