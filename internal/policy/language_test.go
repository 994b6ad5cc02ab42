package policy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liaison/internal/policy"
	"liaison/policies"
)

// overlay loads a policy.yaml that lies over a shipped pack.
func overlay(t *testing.T, text string) (*policy.Pack, error) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "mine")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "policy.yaml"), []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return policy.LoadDir(dir, policies.FS)
}

// The language of work outside regional hours is a setting of each plan and of the cloud (A.2; RA-07).
func TestTheLanguageOutsideRegionalHoursIsASettingOfEachPlanAndOfTheCloud(t *testing.T) {
	t.Parallel()
	base := "base: reference-2025-02\n"
	for _, c := range []struct {
		name, pack string
		want       map[string]string // plan and deployment -> language
	}{
		{"the reference", "reference-2025-02", map[string]string{"standard on_prem": "", "extended on_prem": "en", "premier on_prem": "en",
			"elite on_prem": "en", "standard cloud": "", "elite cloud": ""}},
		{"a vendor without a cloud of its own hours", "harbour-2026", map[string]string{"harbour on_prem": "", "lighthouse on_prem": "en",
			"lighthouse cloud": "en", "harbour cloud": ""}},
		{"each as it says", base + "plans: {premier: {language_24x7: zh-Hans}, elite: {language_24x7: any}}\ncloud_language_24x7: en\n",
			map[string]string{"standard on_prem": "", "extended on_prem": "en", "premier on_prem": "zh-Hans", "elite on_prem": "", "standard cloud": "en", "elite cloud": "en"}},
		{"a plan that says nothing", base + "language_24x7: zh-Hans\nplans: {gold: {names: {en: Gold, zh-Hans: 黄金}, rank: 4, seats: 2, clause: A.4}}\n" + goldClocks,
			map[string]string{"gold on_prem": "zh-Hans", "elite on_prem": "en"}},
	} {
		p, err := packOf(t, c.pack)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		for kind, want := range c.want {
			plan, deployment, _ := strings.Cut(kind, " ")
			if got := p.LanguageOutside(plan, deployment); got != want {
				t.Errorf("%s, %s: %q, want %q", c.name, kind, got, want)
			}
		}
	}
}

// goldClocks are the clocks of the reference with one more plan around the clock.
const goldClocks = `clocks:
  - {clock: 24x7, deployments: [cloud], clause: "9.3", requirement: R9.3-01}
  - {clock: 24x7, deployments: [on_prem], priorities: [P1, P2], environment: production, plans: [extended, premier, elite, gold], clause: "9.2", requirement: R9.2-05}
  - {clock: regional, deployments: [on_prem], priorities: [P1, P2], environment: production, plans: [standard], clause: "9.2", requirement: R9.2-03}
  - {clock: regional, deployments: [on_prem], priorities: [P1, P2], environment: other, clause: "9.2", requirement: R9.2-03}
  - {clock: regional, deployments: [on_prem], priorities: [P3, P4], clause: "9.2", requirement: R9.2-03}
`

func packOf(t *testing.T, text string) (*policy.Pack, error) {
	t.Helper()
	if !strings.Contains(text, "\n") {
		return load(t, text), nil
	}
	return overlay(t, text)
}

func TestALanguageThatNobodySpeaksIsRefusedAndOneThatIsNeverSpokenIsNoted(t *testing.T) {
	t.Parallel()
	base := "base: reference-2025-02\n"
	for name, c := range map[string]struct{ text, path, note string }{
		"of a plan":               {"plans: {elite: {language_24x7: de}}\n", "policy.plans.elite.language_24x7", ""},
		"of the cloud":            {"cloud_language_24x7: German\n", "policy.cloud_language_24x7", ""},
		"of all":                  {"language_24x7: de\n", "policy.language_24x7", ""},
		"of a plan that has none": {"plans: {standard: {language_24x7: en}}\n", "", "policy.plans.standard.language_24x7"},
		"any is none":             {"plans: {standard: {language_24x7: any}}\n", "", ""},
	} {
		p, err := overlay(t, base+c.text)
		var got, noted []string
		var found policy.Problems
		errors.As(err, &found)
		for _, q := range found {
			if q.Key == "pack.not_one_of" {
				got = append(got, q.Path)
			}
		}
		if p != nil {
			for _, q := range p.Notes() {
				if q.Key == "pack.language_never" {
					noted = append(noted, q.Path)
				}
			}
		}
		if strings.Join(got, " ") != c.path || strings.Join(noted, " ") != c.note {
			t.Errorf("%s: refused at %q, noted at %q (%v)", name, got, noted, err)
		}
	}
}

// On the contact page only the plans that are worked on then are named, each with its language.
func TestContactNamesThePlansThatAreWorkedOnOutsideOfTheHours(t *testing.T) {
	t.Parallel()
	p, err := overlay(t, "base: reference-2025-02\nplans: {elite: {language_24x7: any}}\n")
	if err != nil {
		t.Fatal(err)
	}
	got, _ := p.Contact("DE", policy.OnPrem, instant(t, "2026-11-23T10:00:00Z"))
	var said []string
	for _, o := range got.Outside {
		said = append(said, o.Plan.Key+":"+o.Language)
	}
	if strings.Join(said, " ") != "extended:en premier:en elite:" || got.Language24x7 != "" {
		t.Errorf("outside: %v, one language: %q", said, got.Language24x7)
	}
	if got, _ := p.Contact("DE", policy.Cloud, instant(t, "2026-11-23T10:00:00Z")); got.Outside != nil || got.Language24x7 != "" {
		t.Errorf("the cloud: %+v", got)
	}
}

// Which cases of a plan these are, and by which clause, follows from the pack's clocks.
func TestContactSaysWhichCasesAreWorkedOnOutsideOfTheHours(t *testing.T) {
	t.Parallel()
	reference, err := overlay(t, "base: reference-2025-02\n")
	if err != nil {
		t.Fatal(err)
	}
	wide, err := overlay(t, `base: reference-2025-02
clocks:
  - {clock: 24x7, deployments: [cloud], clause: "9.3", requirement: R9.3-01}
  - {clock: 24x7, deployments: [on_prem], plans: [elite], clause: "9.2", requirement: R9.2-05}
  - {clock: 24x7, deployments: [on_prem], plans: [premier], environment: other, clause: "9.2", requirement: R9.2-05}
  - {clock: regional, deployments: [on_prem], plans: [premier], environment: production, clause: "9.2", requirement: R9.2-03}
  - {clock: regional, deployments: [on_prem], plans: [standard, extended], clause: "9.2", requirement: R9.2-03}
`)
	if err != nil {
		t.Fatal(err)
	}
	for want, p := range map[string]*policy.Pack{
		"extended [{[P1 P2] true false false 9.2}] premier [{[P1 P2] true false false 9.2}] elite [{[P1 P2] true false false 9.2}]": reference, //nolint:dupword // fields of a struct
		"premier [{[P1 P2 P3 P4] false true false 9.2}] elite [{[P1 P2 P3 P4] true true false 9.2}]":                                wide,      //nolint:dupword // fields of a struct
	} {
		got, _ := p.Contact("DE", policy.OnPrem, instant(t, "2026-11-23T10:00:00Z"))
		var said []string
		for _, o := range got.Outside {
			said = append(said, fmt.Sprint(o.Plan.Key, " ", o.Around))
		}
		if strings.Join(said, " ") != want {
			t.Errorf("outside: %s, want %s", said, want)
		}
		if cloud, _ := p.Contact("DE", policy.Cloud, instant(t, "2026-11-23T10:00:00Z")); cloud.Clause != "9.3" {
			t.Errorf("the cloud by %q", cloud.Clause)
		}
	}
}
