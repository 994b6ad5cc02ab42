package entitlement_test

import (
	"encoding/json"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/policy/policytest"
	"liaison/internal/text"
)

func pack(t *testing.T) *policy.Pack {
	t.Helper()
	return policytest.Reference(t)
}

func day(t *testing.T, s string) (d calendar.Date) {
	t.Helper()
	if s == "" {
		return d
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// fine are facts against which no rule speaks on noon of 2 December 2026.
func fine(t *testing.T) entitlement.RegisterFacts {
	return entitlement.RegisterFacts{Liaison: true, Channel: policy.ChannelPortal,
		SubscriptionFrom: day(t, "2026-03-15"), SubscriptionTo: day(t, "2027-03-14"),
		LastSupportedDay: day(t, "2027-12-13"), Deployment: policy.OnPrem}
}

const noon = "2026-12-02T12:00:00-05:00"

// spoiled are facts against which every rule speaks, in the order in which they are asked.
func spoiled(t *testing.T) entitlement.RegisterFacts {
	return entitlement.RegisterFacts{Channel: policy.ChannelEmail, Restricted: true,
		SubscriptionFrom: day(t, "2025-03-15"), SubscriptionTo: day(t, "2026-03-14"), OldestDue: day(t, "2026-11-30"),
		LastSupportedDay: day(t, "2026-01-31"), Deployment: policy.OnPrem}
}

func TestTheFirstReasonWins(t *testing.T) {
	t.Parallel()
	p, f, at := pack(t), spoiled(t), instant(t, "2027-01-01T00:00:00-05:00")
	for _, step := range []struct {
		code, clause, requirement string
		mend                      func()
	}{
		{"not_a_liaison_with_community_pointer", "3.2", "R3.2-02", func() { f.Liaison = true }},
		{"use_portal_or_phone", "7.1", "R7.1-01", func() { f.Channel = policy.ChannelPhone }},
		{"subscription_inactive", "0", "R0-04", func() { f.SubscriptionTo = day(t, "2027-03-14") }},
		{"invoice_overdue", "5.2", "R5.2-01", func() { f.OldestDue = calendar.Date{} }},
		{"version_expired", "4.5", "R4.5-01", func() { f.LastSupportedDay = day(t, "2027-12-13") }},
		{"on_prem_support_ended", "4.7", "R4.7-01", func() { f.Deployment = policy.Cloud }},
		{"accepted", "3.2", "R3.2-01", func() {}},
	} {
		d := entitlement.Register(p, f, at)
		if d.Code != step.code || d.Clause != step.clause || d.Requirement != step.requirement || d.Edition != p.Edition ||
			d.Allowed != (step.code == "accepted") {
			t.Fatalf("want %s by %s (%s), got %+v", step.code, step.clause, step.requirement, d)
		}
		if _, ok := p.Clause(d.Clause); !ok {
			t.Errorf("%s: the pack has no clause %s", d.Code, d.Clause)
		}
		if again := entitlement.Register(p, replayed(t, d), instant(t, d.Inputs["at"].(string))); !reflect.DeepEqual(again, d) {
			t.Errorf("replaying the inputs of %s gives %+v", d.Code, again)
		}
		step.mend()
	}
}

// replayed makes facts of nothing but the inputs of a decision, as they come back from the journal.
func replayed(t *testing.T, d errs.Decision) entitlement.RegisterFacts {
	t.Helper()
	text := func(name string) string { s, _ := d.Inputs[name].(string); return s }
	liaison, _ := d.Inputs["liaison"].(bool)
	restricted, _ := d.Inputs["restricted"].(bool)
	return entitlement.RegisterFacts{Liaison: liaison, Channel: text("channel"), Restricted: restricted,
		SubscriptionFrom: day(t, text("subscription_from")), SubscriptionTo: day(t, text("subscription_to")),
		OldestDue: day(t, text("due")), LastSupportedDay: day(t, text("last_supported_day")),
		Deployment: text("deployment"), Exception: strings.Fields(text("exception"))}
}

func TestEdgesOfTheRules(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, c := range []struct {
		name, at, want string
		change         func(*entitlement.RegisterFacts)
	}{
		{"all is fine", noon, "accepted", func(*entitlement.RegisterFacts) {}},
		{"a restricted customer in the portal", noon, "accepted", func(f *entitlement.RegisterFacts) { f.Restricted = true }},
		{"a channel that is none", noon, "use_portal_or_phone", func(f *entitlement.RegisterFacts) { f.Channel = "fax" }},
		{"mail of any other customer", noon, "accepted", func(f *entitlement.RegisterFacts) { f.Channel = policy.ChannelEmail }},
		{"never subscribed", noon, "subscription_inactive", func(f *entitlement.RegisterFacts) {
			f.SubscriptionFrom, f.SubscriptionTo = calendar.Date{}, calendar.Date{}
		}},
		{"the last day of the term ends in the vendor's zone", "2027-03-15T03:59:00Z", "accepted", func(f *entitlement.RegisterFacts) { f.Deployment = policy.Cloud }},
		{"the day after the term", "2027-03-15T04:00:00Z", "subscription_inactive", func(f *entitlement.RegisterFacts) { f.Deployment = policy.Cloud }},
		{"the last day to pay", "2026-11-30T23:59:59-05:00", "accepted", func(f *entitlement.RegisterFacts) { f.OldestDue = day(t, "2026-11-30") }},
		{"the day after it", "2026-12-01T00:00:00-05:00", "invoice_overdue", func(f *entitlement.RegisterFacts) { f.OldestDue = day(t, "2026-11-30") }},
		{"the last supported day", noon, "accepted", func(f *entitlement.RegisterFacts) { f.LastSupportedDay = day(t, "2026-12-02") }},
		{"the day after it", noon, "version_expired", func(f *entitlement.RegisterFacts) { f.LastSupportedDay = day(t, "2026-12-01") }},
		{"a release that is not known", noon, "accepted", func(f *entitlement.RegisterFacts) { f.LastSupportedDay = calendar.Date{} }},
		{"the last minute of on-premises support", "2026-12-31T23:59:00-05:00", "accepted", func(*entitlement.RegisterFacts) {}},
		{"its end", "2027-01-01T00:00:00-05:00", "on_prem_support_ended", func(*entitlement.RegisterFacts) {}},
		{"an order of full scope", "2027-01-01T00:00:00-05:00", "accepted", func(f *entitlement.RegisterFacts) { f.Exception = []string{"full"} }},
		{"technical help", "2027-01-01T00:00:00-05:00", "accepted", func(f *entitlement.RegisterFacts) {
			f.Exception = []string{"critical_security_patch", "technical_assistance"}
		}},
		{"patches only", "2027-01-01T00:00:00-05:00", "on_prem_support_ended", func(f *entitlement.RegisterFacts) { f.Exception = []string{"critical_security_patch"} }},
	} {
		f := fine(t)
		c.change(&f)
		if d := entitlement.Register(p, f, instant(t, c.at)); d.Code != c.want {
			t.Errorf("%s: %s, want %s", c.name, d.Code, c.want)
		}
	}
}

func TestDaysOfGraceMoveTheSuspension(t *testing.T) {
	t.Parallel()
	p := *pack(t)
	p.SuspensionGraceDays = 3
	f := fine(t)
	f.OldestDue = day(t, "2026-11-30")
	for at, want := range map[string]string{"2026-12-03T23:59:00-05:00": "accepted", "2026-12-04T00:00:00-05:00": "invoice_overdue"} {
		if d := entitlement.Register(&p, f, instant(t, at)); d.Code != want {
			t.Errorf("at %s: %s, want %s", at, d.Code, want)
		}
	}
}

// Every refusal has its sentence and its next step in both languages, and finds the inputs that they name.
func TestRefusalsAreSaidWithWhatCanBeDone(t *testing.T) {
	t.Parallel()
	catalogue, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	p, f, at, mend := pack(t), spoiled(t), instant(t, "2027-01-01T00:00:00-05:00"), []func(*entitlement.RegisterFacts){
		func(f *entitlement.RegisterFacts) { f.Liaison = true },
		func(f *entitlement.RegisterFacts) { f.Restricted = false },
		func(f *entitlement.RegisterFacts) { f.SubscriptionTo = day(t, "2027-03-14") },
		func(f *entitlement.RegisterFacts) { f.OldestDue = calendar.Date{} },
		func(f *entitlement.RegisterFacts) { f.LastSupportedDay = calendar.Date{} },
		func(*entitlement.RegisterFacts) {},
	}
	for _, next := range mend {
		refusal := errs.Refuse(entitlement.Register(p, f, at))
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			for _, key := range []string{refusal.Key, refusal.Key + ".todo"} {
				if got := catalogue.T(lang, key, refusal.Args); got == key || strings.Contains(got, "{") {
					t.Errorf("%s in %s reads %q", key, lang, got)
				}
			}
		}
		next(&f)
	}
}

type example struct {
	ID, Kind string
	Inputs   struct {
		At       time.Time
		Zone     string `json:"vendor_timezone"`
		Invoices []struct {
			Due  calendar.Date `json:"due_date"`
			Paid *time.Time    `json:"paid_at"`
		}
		Subscription struct{ Start, End calendar.Date }
		Deployment   string
		LastDay      *calendar.Date `json:"version_last_supported_day"`
		ELS          *struct{ Start, End calendar.Date }
		Exception    bool `json:"order_exception"`

		Plan, Role, Channel string
		CustomerStatus      string `json:"customer_subscription"`
		Restricted          bool
		CommunityAccount    *bool `json:"community_account"`
		Action              string
	}
	Expected map[string]any
}

func examples(t *testing.T, kind string) (found []example) {
	t.Helper()
	raw, err := os.ReadFile("../../testdata/examples/public.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Examples []json.RawMessage }
	if err := json.Unmarshal(raw, &all); err != nil {
		t.Fatal(err)
	}
	for _, one := range all.Examples {
		var head struct{ Kind string }
		if err := json.Unmarshal(one, &head); err != nil {
			t.Fatal(err)
		}
		if head.Kind != kind {
			continue
		}
		var e example
		if err := json.Unmarshal(one, &e); err != nil {
			t.Fatal(err)
		}
		found = append(found, e)
	}
	if len(found) == 0 {
		t.Fatalf("no example of the kind %s", kind)
	}
	return found
}

func TestExamplesOfNewCaseDecision(t *testing.T) {
	t.Parallel()
	p := *pack(t)
	for _, e := range examples(t, "new_case_decision") {
		in := e.Inputs
		f := entitlement.RegisterFacts{Liaison: true, Channel: policy.ChannelPortal, Deployment: in.Deployment,
			SubscriptionFrom: in.Subscription.Start, SubscriptionTo: in.Subscription.End}
		for _, inv := range in.Invoices {
			if inv.Paid == nil || inv.Paid.After(in.At) {
				f.OldestDue = inv.Due
			}
		}
		if in.LastDay != nil {
			f.LastSupportedDay = *in.LastDay
		}
		if in.Exception {
			f.Exception = []string{entitlement.ServiceAll}
		}
		zone, err := time.LoadLocation(in.Zone)
		if err != nil {
			t.Fatal(err)
		}
		p.Vendor.Zone = zone
		d := entitlement.Register(&p, f, in.At)
		if d.Allowed != e.Expected["accept"] || (!d.Allowed && d.Code != e.Expected["reason"]) {
			t.Errorf("%s: %s, want %v", e.ID, d.Code, e.Expected)
		}
	}
}
