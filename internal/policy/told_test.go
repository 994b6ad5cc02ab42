package policy_test

import (
	"cmp"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/goccy/go-yaml"

	"liaison/internal/policy"
)

// source is the list of facts of the published policy. The pack's folder keeps it, unread by the program.
func source(t *testing.T) map[string]any {
	t.Helper()
	text, err := os.ReadFile("../../policies/reference-2025-02/_source/policy-facts.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := yaml.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

// leaves lists single values and lists of single values by their path.
func leaves(path string, v any, add func(path string, v any)) {
	m, ok := v.(map[string]any)
	if !ok {
		add(path, v)
		return
	}
	for k, v := range m {
		leaves(strings.TrimPrefix(path+"."+k, "."), v, add)
	}
}

// given is the value at a path of the source.
func given(t *testing.T, all map[string]any, path ...string) any {
	t.Helper()
	var v any = all
	for _, key := range path {
		m, ok := v.(map[string]any)
		if !ok || m[key] == nil {
			t.Fatalf("the source has no %s", strings.Join(path, "."))
		}
		v = m[key]
	}
	return v
}

func words(v any) []string {
	list, ok := v.([]any)
	if !ok {
		return []string{fmt.Sprint(v)}
	}
	found := make([]string, len(list))
	for i, w := range list {
		found[i], _, _ = strings.Cut(fmt.Sprint(w), "(")
	}
	return found
}

// typed lists what fields of the pack hold and the tests below compare; everything else is a told fact.
func typed(path string) bool {
	for _, prefix := range []string{"policy.edition", "policy.vendor_zone", "policy.language", "policy.title", "policy.vendor_example",
		"channels.case", "channels.restricted_customer_case", "plans.", "plan_common_features", "plan_notes.language_24x7",
		"priorities.", "clock_24x7.", "resource_access.", "regions.", "cloud_support.", "renewal_general.email", "portal_case_url",
		"dst.", "lifecycle.on_premise_end.full_support_ends", "commercial.overdue_invoice.grace_days", "restricted_customers.case_channels"} {
		if strings.HasPrefix(path, prefix) {
			return true
		}
	}
	for _, end := range []string{".zone", ".text", ".days", ".open", ".close", ".countries", ".also", ".default_for", ".note"} {
		if strings.HasPrefix(path, "hours_groups.") && strings.HasSuffix(path, end) {
			return true
		}
	}
	return false
}

func TestEveryFactOfThePolicyIsInThePack(t *testing.T) {
	t.Parallel()
	p, seen := load(t, reference), 0
	leaves("", source(t), func(path string, v any) {
		seen++
		if !typed(path) {
			compareTold(t, p, path, v)
		}
	})
	if seen < 330 {
		t.Errorf("only %d facts were compared", seen)
	}
}

// compareTold finds "dpa.audit.notice_days" as the item notice_days of the fact dpa_audit, and a list as a fact of
// its own or as the words of one item.
func compareTold(t *testing.T, p *policy.Pack, path string, v any) {
	t.Helper()
	parts := strings.Split(path, ".")
	if fact, ok := p.Fact(strings.Join(parts, "_")); ok {
		var keys []string
		for _, i := range fact.Items {
			keys = append(keys, cmp.Or(i.Value, i.Key))
		}
		if !slices.Equal(keys, words(v)) {
			t.Errorf("%s: the pack has %q, the policy %q", path, keys, words(v))
		}
		return
	}
	for n := len(parts) - 1; n > 0; n-- {
		fact, ok := p.Fact(strings.Join(parts[:n], "_"))
		if !ok && n == 1 && parts[0] == "policy" {
			fact, ok = p.Fact("policy_changes")
		}
		if !ok {
			continue
		}
		key := strings.TrimPrefix(strings.Join(parts[n:], "_"), "changes_")
		i := slices.IndexFunc(fact.Items, func(i policy.FactItem) bool { return i.Key == key })
		if i < 0 {
			t.Errorf("%s: the fact %s has no %s", path, fact.Key, key)
			return
		}
		if want := sentence(v); fact.Items[i].Value != want {
			t.Errorf("%s: the pack has %q, the policy %q", path, fact.Items[i].Value, want)
		}
		return
	}
	t.Errorf("%s (%v) is nowhere in the pack", path, v)
}

func sentence(v any) string {
	if list, ok := v.([]any); ok {
		found := make([]string, len(list))
		for i, w := range list {
			found[i] = fmt.Sprint(w)
		}
		return strings.Join(found, ", ")
	}
	return fmt.Sprint(v)
}

func TestPlansAndPrioritiesAreThoseOfThePolicy(t *testing.T) {
	t.Parallel()
	p, all := load(t, reference), source(t)
	plans, _ := given(t, all, "plans").(map[string]any)
	if len(plans) != len(p.Plans) {
		t.Errorf("the pack has %d plans, the policy %d", len(p.Plans), len(plans))
	}
	for key := range plans {
		pl, _ := p.Plan(key)
		got := map[string]any{"names_zh": slices.Concat([]string{pl.Names["zh-Hans"]}, pl.OtherNames), "rank": pl.Rank,
			"liaison_seats": pl.Seats, "added_seats": pl.AddedSeats, "p1p2_24x7": pl.P1P2Around, "choose_regional_centre": pl.ChooseCentre,
			"weekly_case_review": pl.WeeklyReview, "dedicated_engineers": pl.DedicatedEngineers}
		for field, want := range given(t, all, "plans", key).(map[string]any) {
			if fmt.Sprint(got[field]) != fmt.Sprint(want) {
				t.Errorf("plan %s, %s: the pack has %v, the policy %v", key, field, got[field], want)
			}
		}
	}
	for _, pr := range p.Priorities {
		want := given(t, all, "priorities", pr.Key).(map[string]any)
		if iso := fmt.Sprintf("PT%dH", int(pr.Response.Hours())); iso != want["response"] {
			t.Errorf("%s: response %s, want %v", pr.Key, iso, want["response"])
		}
		if every := given(t, all, "priorities", pr.Key, "update", "every"); fmt.Sprint(every) != fmt.Sprint(pr.UpdateDays) {
			t.Errorf("%s: update every %d days, want %v", pr.Key, pr.UpdateDays, every)
		}
		if want["production_only"] != nil != pr.ProductionOnly {
			t.Errorf("%s: production only is %v", pr.Key, pr.ProductionOnly)
		}
	}
	for _, feature := range words(given(t, all, "plan_common_features")) {
		if !slices.Contains(p.CommonFeatures, strings.TrimSuffix(feature, "_access")) && !slices.Contains(p.CommonFeatures, feature) && feature != "case_registration_portal_phone_email" {
			t.Errorf("the common feature %s is missing", feature)
		}
	}
}

func TestHeadAndSettingsAreThoseOfThePolicy(t *testing.T) {
	t.Parallel()
	p, all := load(t, reference), source(t)
	portal := strings.Join(p.Channels, " ")
	for _, c := range []struct {
		got  any
		path []string
	}{
		{p.Edition, []string{"policy", "edition"}}, {p.Vendor.Zone, []string{"policy", "vendor_zone"}},
		{p.Title["zh-Hans"], []string{"policy", "title"}}, {p.Vendor.Name.In("en"), []string{"policy", "vendor_example"}},
		{"[" + portal + "]", []string{"channels", "case"}},
		{p.RestrictedChannels, []string{"channels", "restricted_customer_case"}}, {p.RestrictedChannels, []string{"restricted_customers", "case_channels"}},
		{p.LanguageOutside("extended", policy.OnPrem), []string{"plan_notes", "language_24x7"}}, {p.Vendor.PortalURL, []string{"portal_case_url"}},
		{p.Vendor.Renewal, []string{"renewal_general", "email"}}, {p.OnPremEnd, []string{"lifecycle", "on_premise_end", "full_support_ends"}},
		{p.SuspensionGraceDays, []string{"commercial", "overdue_invoice", "grace_days"}},
		{fmt.Sprintf("P%dY", p.MaxLifecycleYears), []string{"lifecycle", "platform_release", "support"}},
	} {
		if want := given(t, all, c.path...); fmt.Sprint(c.got) != fmt.Sprint(want) {
			t.Errorf("%s: the pack has %v, the policy %v", strings.Join(c.path, "."), c.got, want)
		}
	}
	if !slices.Contains(p.Languages, fmt.Sprint(given(t, all, "policy", "language"))) {
		t.Error("the language of the policy is none of the pack's")
	}
	for _, r := range p.Resources {
		key := r.Key
		if key != "licence_key_request" && key != "product_downloads" && key != "support_centre" && key != "community" {
			continue
		}
		want := given(t, all, "resource_access", key).(map[string]any)
		if want["liaison"] != r.Liaison || want["other_member"] != r.Member {
			t.Errorf("%s: liaison %v, member %v, want %v", key, r.Liaison, r.Member, want)
		}
	}
}

func TestContactsAreThoseOfThePolicy(t *testing.T) {
	t.Parallel()
	p, all := load(t, reference), source(t)
	for name, raw := range given(t, all, "regions").(map[string]any) {
		region := raw.(map[string]any)
		key := map[string]string{"north_america": "na"}[name]
		ce, ok := p.Centre(cmp.Or(key, name))
		if !ok || ce.Email != region["email"] {
			t.Errorf("%s: e-mail %q, want %v", name, ce.Email, region["email"])
		}
		groups := words(region["hours_groups"])
		slices.Sort(groups)
		if !slices.Equal(ce.HoursGroups, groups) {
			t.Errorf("%s: hours groups %v, want %v", name, ce.HoursGroups, groups)
		}
		compareLines(t, name+" phone", ce.Phones, region["phone"])
		compareLines(t, name+" fax", ce.Faxes, region["fax"])
		if renewal, ok := region["renewal"].(map[string]any); ok {
			if fmt.Sprint(renewal["phone"]) != ce.Renewal.Phone || renewal["fax"] != nil && renewal["fax"] != ce.Renewal.Fax || renewal["role"] != nil && len(ce.Renewal.Role) == 0 {
				t.Errorf("%s: renewals by %+v, want %v", name, ce.Renewal, renewal)
			}
		}
	}
	cloud, _ := p.Centre("cloud")
	if cloud.Email != given(t, all, "cloud_support", "email") || cloud.Phones[0].Number != given(t, all, "cloud_support", "phone") || len(cloud.HoursGroups) > 0 {
		t.Errorf("cloud support is %+v", cloud)
	}
}

func compareLines(t *testing.T, name string, lines []policy.Line, want any) {
	t.Helper()
	got := map[string]any{}
	for _, l := range lines {
		for _, country := range l.Countries {
			got[country] = l.Number
		}
		if len(l.Countries) == 0 {
			got["default"] = l.Number
		}
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s:\n got %v\nwant %v", name, got, want)
	}
}

func TestHoursAreThoseOfThePolicy(t *testing.T) {
	t.Parallel()
	p, all := load(t, reference), source(t)
	days := []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}
	groups := given(t, all, "hours_groups").(map[string]any)
	if len(groups) != len(p.HoursGroups) {
		t.Errorf("the pack has %d hours groups, the policy %d", len(p.HoursGroups), len(groups))
	}
	for _, g := range p.HoursGroups {
		want := groups[g.Key].(map[string]any)
		var open []string
		for i, windows := range g.Week {
			for _, w := range windows {
				open = append(open, fmt.Sprintf("%s %v", days[i], w))
			}
		}
		if len(open) != len(words(want["days"])) || g.Zone.String() != want["zone"] {
			t.Errorf("%s: open %v in %s, want %v", g.Key, open, g.Zone, want)
		}
		for i, windows := range g.Week {
			if named := slices.Contains(words(want["days"]), days[i]); named != (len(windows) == 1) {
				t.Errorf("%s: %s is open in %v", g.Key, days[i], windows)
			}
		}
		served := append(words(want["countries"]), slices.DeleteFunc(defaults(want["default_for"]), func(s string) bool { return len(s) != 2 })...)
		for _, country := range served {
			if !slices.Contains(p.Countries(g.Key), country) {
				t.Errorf("%s does not serve %s", g.Key, country)
			}
		}
		opens, _ := time.ParseInLocation("2006-01-02 15:04", "2026-02-04 "+fmt.Sprint(want["open"]), g.Zone) // a Wednesday
		closes, _ := time.ParseInLocation("2006-01-02 15:04", "2026-02-04 "+fmt.Sprint(want["close"]), g.Zone)
		id, _, _ := p.CalendarFor(served[0])
		if c := p.Calendars[id]; !c.IsOpen(opens) || c.IsOpen(opens.Add(-time.Microsecond)) || !c.IsOpen(closes.Add(-time.Microsecond)) || c.IsOpen(closes) {
			t.Errorf("%s is not open from %s to %s", g.Key, opens, closes)
		}
	}
}

func defaults(v any) []string {
	if v == nil {
		return nil
	}
	return words(v)
}

func TestSummerTimeChangesWhenThePolicyExpects(t *testing.T) {
	t.Parallel()
	all := source(t)
	zones := map[string]string{"America/New_York": "America/New_York", "europe_all": "Europe/Paris"}
	for name, years := range given(t, all, "dst").(map[string]any) {
		if name == "no_dst" {
			for _, zone := range words(years) {
				if n := len(changes(t, zone)); n > 0 {
					t.Errorf("%s changes its offset %d times", zone, n)
				}
			}
			continue
		}
		var want []string
		byYear := years.(map[string]any)
		for _, y := range slices.Sorted(maps.Keys(byYear)) {
			want = append(want, words(byYear[y])...)
		}
		if got := changes(t, zones[name]); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", name, got, want)
		}
	}
}

// changes lists the hours at which a zone's offset changes, 2026 to 2028.
func changes(t *testing.T, zone string) (found []string) {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for ; at.Year() < 2029; at = at.Add(time.Hour) {
		_, before := at.Add(-time.Second).In(loc).Zone()
		if _, after := at.In(loc).Zone(); before != after {
			found = append(found, at.Format("2006-01-02T15:04Z"))
		}
	}
	return found
}

func TestTheReadingsOfAllInconsistenciesAreTold(t *testing.T) {
	t.Parallel()
	p := load(t, reference)
	for i := 1; i <= 28; i++ {
		key := fmt.Sprintf("I-%02d", i)
		if j := slices.IndexFunc(p.Readings, func(r policy.Reading) bool { return r.Key == key }); j < 0 {
			t.Errorf("%s is missing", key)
		}
	}
}
