package release

import (
	"context"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/lifecycle"
)

// Life is a product with its platform releases, the newest first.
type Life struct {
	Product
	Cycles []Cycle
}

// Cycle is a platform release and what belongs to it: updates and patches end with their platform (4.5).
type Cycle struct {
	Release
	Phase   lifecycle.Phase
	Updates []Release // the newest first; without the platform release itself
}

// Latest is the newest release of the cycle.
func (c Cycle) Latest() Release {
	if len(c.Updates) > 0 {
		return c.Updates[0]
	}
	return c.Release
}

// Lifecycle gives all products with the phase of each platform release on today's day of the vendor's zone. It is
// public (R4.5-03).
func (s *Service) Lifecycle(ctx context.Context) (all []Life, err error) {
	defer errs.Wrap(&err, "release.Lifecycle")
	lines, err := s.Lines(ctx)
	if err != nil {
		return nil, err
	}
	all = []Life{}
	pack := s.Policy.Now()
	today := calendar.DateOf(s.DB.Clock().Now(), pack.Vendor.Zone)
	for _, line := range lines {
		releases := line.Releases
		life := Life{Product: line.Product, Cycles: []Cycle{}}
		at := map[string]int{}
		for _, r := range releases {
			if r.Version == r.Platform {
				at[r.Version] = len(life.Cycles)
				life.Cycles = append(life.Cycles, Cycle{Release: r, Phase: lifecycle.PhaseWithin(r.LastSupportedDay, r.GA, today)})
			}
		}
		for _, r := range releases {
			if i, ok := at[r.Platform]; ok && r.Version != r.Platform {
				life.Cycles[i].Updates = append(life.Cycles[i].Updates, r)
			}
		}
		all = append(all, life)
	}
	return all, nil
}
