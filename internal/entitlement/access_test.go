package entitlement_test

import (
	"encoding/json"
	"reflect"
	"testing"

	"liaison/internal/entitlement"
)

func TestExamplesOfPlanFeatures(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for _, e := range examples(t, "plan_features") {
		f, ok := entitlement.PlanFeatures(p, e.Inputs.Plan)
		if got := asMap(t, f); !ok || !reflect.DeepEqual(got, e.Expected) {
			t.Errorf("%s: %v\nwant %v", e.ID, got, e.Expected)
		}
	}
	if _, ok := entitlement.PlanFeatures(p, "gold"); ok {
		t.Error("there is a plan gold")
	}
}

func asMap(t *testing.T, v any) (m map[string]any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestExamplesOfAccess(t *testing.T) {
	t.Parallel()
	p, ran := pack(t), 0
	for _, e := range examples(t, "access") {
		in, liaison := e.Inputs, e.Inputs.Role == "liaison"
		var got map[string]any
		switch {
		case in.Action != "" || in.CommunityAccount != nil:
			continue // of other rules: the choice of a centre, secure transfer
		case in.Channel != "":
			f := fine(t)
			f.Liaison, f.Channel, f.Restricted = liaison, in.Channel, in.Restricted
			d := entitlement.Register(p, f, instant(t, noon))
			got = map[string]any{"case_created": d.Allowed, "reply": d.Code}
		default:
			got = asMap(t, entitlement.ResourcesOf(p, liaison, in.CustomerStatus == "active"))
		}
		ran++
		if !reflect.DeepEqual(got, e.Expected) {
			t.Errorf("%s: %v, want %v", e.ID, got, e.Expected)
		}
	}
	if ran < 4 {
		t.Errorf("%d examples ran", ran)
	}
}

func TestWithoutSubscriptionOnlyDownloadsAndKeysClose(t *testing.T) {
	t.Parallel()
	want := entitlement.Resources{Community: true, SupportCentre: true}
	if got := entitlement.ResourcesOf(pack(t), true, false); got != want {
		t.Errorf("a liaison without subscription may open %+v", got)
	}
}

func TestOneSwitchOfThePackOpensDownloadsToEveryMember(t *testing.T) {
	t.Parallel()
	p := pack(t)
	for i, r := range p.Resources {
		if r.Key == "product_downloads" {
			p.Resources[i].Member = true
		}
	}
	want := entitlement.Resources{Community: true, ProductDownloads: true}
	if got := entitlement.ResourcesOf(p, false, true); got != want {
		t.Errorf("a member may open %+v", got)
	}
}
