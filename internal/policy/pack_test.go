package policy_test

import (
	"io/fs"
	"strings"
	"testing"

	"liaison/internal/policy"
	"liaison/policies"
)

const reference = "reference-2025-02"

func load(t testing.TB, name string) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestBothShippedPacksLoad(t *testing.T) {
	t.Parallel()
	for _, name := range []string{reference, "example"} {
		p := load(t, name)
		if p.Name != name || p.Edition != "2025-02" || len(p.Plans) != 4 || len(p.Priorities) != 4 {
			t.Errorf("%s: name %q, edition %q, %d plans, %d priorities", name, p.Name, p.Edition, len(p.Plans), len(p.Priorities))
		}
	}
}

func TestTheExampleHasNothingOfTheReferenceVendor(t *testing.T) {
	t.Parallel()
	base, p := load(t, reference), load(t, "example")
	if got := p.Vendor.Name.In("zh-Hans"); got != "科凡分析" {
		t.Errorf("vendor in Chinese is %q", got)
	}
	real := map[string]bool{base.Vendor.PortalURL: true, base.Vendor.Renewal: true}
	for _, c := range base.Centres {
		for _, l := range append(append([]policy.Line{}, c.Phones...), c.Faxes...) {
			real[l.Number] = true
		}
		real[c.Email], real[c.Renewal.Phone], real[c.Renewal.Fax] = true, true, true
	}
	delete(real, "")
	seen := []string{p.Vendor.PortalURL, p.Vendor.Renewal, p.Vendor.Name.In("en")}
	for _, c := range p.Centres {
		seen = append(seen, c.Email, c.Renewal.Phone, c.Renewal.Fax)
		for _, l := range append(append([]policy.Line{}, c.Phones...), c.Faxes...) {
			seen = append(seen, l.Number)
		}
	}
	for _, v := range seen {
		if real[v] || strings.Contains(strings.ToLower(v), strings.ToLower(base.Vendor.Name.In("en"))) {
			t.Errorf("the example pack shows %q", v)
		}
	}
}

func TestClausesNameNoVendor(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for _, c := range p.Clauses {
		for lang, text := range c.Text {
			if strings.Contains(text, p.Vendor.Name.In("en")) {
				t.Errorf("clause %s in %s names the vendor", c.Number, lang)
			}
		}
	}
}

func TestClausesStandInTheOrderOfThePolicy(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	order := map[string]int{}
	for i, c := range p.Clauses {
		order[c.Number] = i
	}
	chain := []string{"0", "1.0", "3.2", "8.2", "8.10", "9.2", "9.2.1", "9.3", "A", "A.1", "B"}
	for i := 1; i < len(chain); i++ {
		if order[chain[i-1]] >= order[chain[i]] {
			t.Errorf("clause %s does not come before %s", chain[i-1], chain[i])
		}
	}
}

func TestPlanOrderServesTheHigherPlanFirst(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for i, plan := range []string{"elite", "premier", "extended", "standard", "none of ours"} {
		if got := p.PlanOrder(plan); got != i {
			t.Errorf("PlanOrder(%s) = %d, want %d", plan, got, i)
		}
	}
}

func TestCountriesAreServedByTheirCentreAndCalendar(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for _, c := range []struct{ country, calendar, centre string }{
		{"US", "na:US", "na"},
		{"CA", "na:US", "na"}, // North America closes on the holidays of its centre
		{"MX", "latam-ar:MX", "latam"},
		{"CL", "latam-ar", "latam"}, // hours of the group, no list of holidays
		{"BR", "latam-br:BR", "latam"},
		{"DE", "emea-cet:DE", "emea"},
		{"NO", "emea-cet:NO", "emea"}, // YAML could read it as "no"
		{"CH", "emea-cet", "emea"},
		{"TR", "emea-cet:TR", "emea"},
		{"IE", "emea-uk:IE", "emea"},
		{"SA", "emea-gulf:SA", "emea"},
		{"CN", "apac:CN", "apac"},
		{"IN", "apac", "apac"},
		{"KR", "apac-jpkr:KR", "apac"},
	} {
		id, centre, ok := p.CalendarFor(c.country)
		if !ok || id != c.calendar || centre != c.centre {
			t.Errorf("CalendarFor(%s) = %q, %q, %v", c.country, id, centre, ok)
		}
		if p.Calendars[id] == nil {
			t.Errorf("%s: no calendar %s", c.country, id)
		}
	}
	for _, no := range []string{"", "XX", "de", "24x7"} {
		if _, _, ok := p.CalendarFor(no); ok {
			t.Errorf("CalendarFor(%q) is a country", no)
		}
	}
}

func TestEveryAssignedCountryCodeIsServed(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	n := 0
	for _, g := range p.HoursGroups {
		n += len(p.Countries(g.Key))
	}
	if n != 249 { // ISO 3166-1 has 249 officially assigned codes
		t.Errorf("%d countries are served, want 249", n)
	}
}

func TestHolidaysHaveNamesInBothLanguages(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for country, list := range p.Holidays {
		if list.Source == "" || len(list.Holidays) == 0 {
			t.Errorf("%s: source %q, %d holidays", country, list.Source, len(list.Holidays))
		}
		for _, h := range list.Holidays {
			if p.HolidayName(h.Name, "en") == h.Name || p.HolidayName(h.Name, "zh-Hans") == p.HolidayName(h.Name, "en") {
				t.Errorf("%s %s: %q has no name", country, h.Date, h.Name)
			}
		}
	}
}

func TestPlansFollowTheirClock(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for plan, want := range map[string]bool{"standard": false, "extended": true, "premier": true, "elite": true} {
		if pl, ok := p.Plan(plan); !ok || pl.P1P2Around != want {
			t.Errorf("%s: around the clock %v, want %v", plan, pl.P1P2Around, want)
		}
	}
}

func TestAPackMayBeAnOwnFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir() + "/own"
	sub, err := fs.Sub(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	writeFolder(t, dir, sub)
	p, err := policy.LoadDir(dir, policies.FS)
	if err != nil || p.Name != "own" || p.Vendor.Name.In("en") != "Corvane Analytics" {
		t.Fatalf("LoadDir: %v, %v", p, err)
	}
}

func BenchmarkLoad(b *testing.B) {
	for b.Loop() {
		load(b, "example")
	}
}
