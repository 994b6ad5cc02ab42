package lifecycle_test

import (
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/lifecycle"
	"liaison/internal/policy"
	"liaison/policies"
)

func pack(t *testing.T) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, "reference-2025-02")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

type example struct {
	ID, Kind string
	Inputs   struct {
		GA           calendar.Date
		PublishedEnd *calendar.Date `json:"published_end"`
		Today        calendar.Date
		Platform     struct {
			LastSupportedDay calendar.Date `json:"last_supported_day"`
		}
		Updates, Patches []struct{ Released calendar.Date }
	}
	Expected json.RawMessage
}

func TestExamplesOfLifecycle(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../testdata/examples/public.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Examples []json.RawMessage }
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	p, ran := pack(t), map[string]int{}
	for _, raw := range all.Examples {
		var kind struct{ Kind string }
		if err := json.Unmarshal(raw, &kind); err != nil {
			t.Fatal(err)
		}
		answer := map[string]func(*policy.Pack, example) any{"lifecycle": lastDays, "lifecycle_cascade": cascade}[kind.Kind]
		if answer == nil {
			continue
		}
		var e example
		if err := json.Unmarshal(raw, &e); err != nil {
			t.Fatal(err)
		}
		ran[e.Kind]++
		if got, want := answer(p, e), decoded(t, e.Expected); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%s: %v, want %v", e.ID, got, want)
		}
	}
	if ran["lifecycle"] == 0 || ran["lifecycle_cascade"] == 0 {
		t.Errorf("ran %v", ran)
	}
}

func decoded(t *testing.T, raw []byte) (v map[string]any) {
	t.Helper()
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatal(err)
	}
	return v
}

func lastDays(p *policy.Pack, e example) any {
	d := lifecycle.Dates{GA: e.Inputs.GA}
	if e.Inputs.PublishedEnd != nil {
		d.PublishedEnd = *e.Inputs.PublishedEnd
	}
	return map[string]any{
		"computed_last_supported_day": lifecycle.ComputedLastDay(p, d.GA).String(),
		"last_supported_day":          lifecycle.LastSupportedDay(p, d).String(),
	}
}

func cascade(_ *policy.Pack, e example) any {
	last, today := e.Inputs.Platform.LastSupportedDay, e.Inputs.Today
	var updates, patches []any
	for _, u := range e.Inputs.Updates {
		updates = append(updates, lifecycle.PhaseWithin(last, u.Released, today))
	}
	for _, u := range e.Inputs.Patches {
		patches = append(patches, lifecycle.PhaseWithin(last, u.Released, today))
	}
	return map[string]any{"platform": lifecycle.PhaseWithin(last, calendar.Date{}, today), "updates": updates, "patches": patches}
}

func TestTheLastSupportedDayIsIncluded(t *testing.T) {
	t.Parallel()
	p := pack(t)
	d := lifecycle.Dates{GA: day(t, "2024-12-13")}
	for on, want := range map[string]lifecycle.Phase{
		"2024-12-12": lifecycle.Planned,
		"2024-12-13": lifecycle.Supported,
		"2027-12-13": lifecycle.Supported,
		"2027-12-14": lifecycle.Expired,
	} {
		if got := lifecycle.PhaseOn(p, d, day(t, on)); got != want {
			t.Errorf("on %s: %s, want %s", on, got, want)
		}
	}
}

func TestThePublishedEndGovernsAlsoWhenItIsEarlier(t *testing.T) {
	t.Parallel()
	d := lifecycle.Dates{GA: day(t, "2023-12-15"), PublishedEnd: day(t, "2025-06-30")}
	if got := lifecycle.LastSupportedDay(pack(t), d); got != d.PublishedEnd {
		t.Errorf("last supported day %s", got)
	}
}

func TestAPatchDoesNotOutliveItsPlatformRelease(t *testing.T) {
	t.Parallel()
	last, out := day(t, "2026-12-31"), day(t, "2026-12-18")
	for on, want := range map[string]lifecycle.Phase{
		"2026-12-17": lifecycle.Planned, "2026-12-31": lifecycle.Supported, "2027-01-01": lifecycle.Expired,
	} {
		if got := lifecycle.PhaseWithin(last, out, day(t, on)); got != want {
			t.Errorf("on %s: %s, want %s", on, got, want)
		}
	}
}

func TestVersionsAreOrderedAsPeopleReadThem(t *testing.T) {
	t.Parallel()
	want := []string{"11.3", "2019", "2023", "2023.2", "2023.12", "2023.12-p1", "2023.12-p10", "2024", "2026.beta", "2026.1", "2026.10"}
	got := slices.Clone(want)
	slices.Reverse(got)
	slices.SortFunc(got, lifecycle.CompareVersions)
	if !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if lifecycle.CompareVersions("2026.02", "2026.2") != 0 {
		t.Error("2026.02 is not 2026.2")
	}
}
