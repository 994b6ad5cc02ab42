package examples

import (
	"fmt"
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/lifecycle"
	"liaison/internal/policy"
)

// rule answers the inputs of one kind.
type rule func(pack *policy.Pack, inputs []byte) (answer, error)

// rules gives who answers a kind; nil for one that no rule of this program answers.
func rules(kind string) rule {
	return map[string]rule{
		"initial_response_due": initialResponse,
		"next_opening":         nextOpening,
		"status_update_due":    statusUpdate,
		"priority_change":      priorityChange,
		"plan_change":          planChange,
		"suspension_pause":     suspension,
		"response_met":         responseMet,
		"new_case_decision":    newCase,
		"plan_features":        planFeatures,
		"access":               accessTo,
		"lifecycle":            lastDays,
		"lifecycle_cascade":    cascade,
		"queue_order":          queueOrder,
	}[kind]
}

func newCase(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		At       time.Time
		Zone     string `json:"vendor_timezone"`
		Invoices []struct {
			No   string
			Due  calendar.Date `json:"due_date"`
			Paid *time.Time    `json:"paid_at"`
		}
		Subscription struct{ Start, End calendar.Date }
		Deployment   string
		LastDay      *calendar.Date `json:"version_last_supported_day"`
		Extended     *struct {
			SKU        string
			Start, End calendar.Date
		} `json:"els"`
		Exception bool `json:"order_exception"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return answer{}, err
	}
	p := *pack
	p.Vendor.Zone = zone
	f := entitlement.RegisterFacts{Liaison: true, Channel: policy.ChannelPortal, Deployment: in.Deployment,
		SubscriptionFrom: in.Subscription.Start, SubscriptionTo: in.Subscription.End}
	for _, inv := range in.Invoices {
		unpaid := inv.Paid == nil || inv.Paid.After(in.At)
		if unpaid && (f.OldestDue.IsZero() || inv.Due.Compare(f.OldestDue) < 0) {
			f.OldestDue = inv.Due
		}
	}
	if in.LastDay != nil {
		f.LastSupportedDay = *in.LastDay
	}
	if in.Exception {
		f.Exception = append(f.Exception, entitlement.ServiceAll)
	}
	today := calendar.DateOf(in.At, zone)
	if e := in.Extended; e != nil && today.Compare(e.Start) >= 0 && today.Compare(e.End) <= 0 {
		f.Exception = append(f.Exception, entitlement.TechnicalAssistance)
	}
	d := entitlement.Register(&p, f, in.At)
	got := answer{values: map[string]any{"accept": d.Allowed, "reason": nil}, clause: d.Clause}
	if !d.Allowed {
		got.values["reason"] = d.Code
	}
	return got, nil
}

func planFeatures(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct{ Plan string }
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	f, ok := entitlement.PlanFeatures(pack, in.Plan)
	if !ok {
		return answer{}, fmt.Errorf("the pack has no plan %q", in.Plan)
	}
	return answer{values: asMap(f), clause: "B"}, nil
}

func asMap(v any) map[string]any {
	m, _ := plain(v).(map[string]any)
	return m
}

func accessTo(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Role, Channel    string
		Subscription     string `json:"customer_subscription"`
		Restricted       bool
		NewCase          *bool  `json:"new_case"`
		CommunityAccount *bool  `json:"community_account"`
		RequestedVia     string `json:"requested_via"`
		Action, Plan     string
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	liaison, subscribed := in.Role == "liaison", in.Subscription == "active" || in.Subscription == ""
	switch {
	case in.Action != "":
		return featureOf(pack, in.Plan, in.Action)
	case in.CommunityAccount != nil, in.RequestedVia != "", in.NewCase != nil && !*in.NewCase:
		return answer{}, errNotBuilt
	case in.Channel == "":
		return answer{values: asMap(entitlement.ResourcesOf(pack, liaison, subscribed)), clause: "2.4"}, nil
	}
	day := calendar.Date{Year: 2026, Month: time.March, Day: 2}
	f := entitlement.RegisterFacts{Liaison: liaison, Channel: in.Channel, Restricted: in.Restricted, Deployment: policy.Cloud}
	if subscribed {
		f.SubscriptionFrom, f.SubscriptionTo = day, day
	}
	d := entitlement.Register(pack, f, day.StartIn(pack.Vendor.Zone))
	return answer{values: map[string]any{"case_created": d.Allowed, "reply": d.Code}, clause: d.Clause}, nil
}

// featureOf says whether a plan includes what somebody wants to do, and otherwise which plans do.
func featureOf(pack *policy.Pack, plan, action string) (answer, error) {
	with := []string{}
	for _, p := range pack.Plans {
		f, _ := entitlement.PlanFeatures(pack, p.Key)
		has, known := asMap(f)[action].(bool)
		if !known {
			return answer{}, errNotBuilt
		}
		if has {
			with = append(with, p.Key)
		}
	}
	return answer{clause: "B", values: map[string]any{"allowed": slices.Contains(with, plan), "required_plans": with}}, nil
}

func lastDays(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		GA        calendar.Date
		Published *calendar.Date `json:"published_end"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	d := lifecycle.Dates{GA: in.GA}
	if in.Published != nil {
		d.PublishedEnd = *in.Published
	}
	return answer{clause: "4.1", values: map[string]any{
		"computed_last_supported_day": lifecycle.ComputedLastDay(pack, d.GA).String(),
		"last_supported_day":          lifecycle.LastSupportedDay(pack, d).String(),
	}}, nil
}

// issued is an update or a patch of a platform release.
type issued struct {
	ID       string // of a patch
	Version  string // of an update
	Released calendar.Date
}

func cascade(_ *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Today    calendar.Date
		Platform struct {
			Version string
			LastDay calendar.Date `json:"last_supported_day"`
		}
		Updates, Patches []issued
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	phases := func(list []issued) []lifecycle.Phase {
		out := make([]lifecycle.Phase, len(list))
		for i, x := range list {
			out[i] = lifecycle.PhaseWithin(in.Platform.LastDay, x.Released, in.Today)
		}
		return out
	}
	return answer{clause: "4.5", values: map[string]any{
		"platform": lifecycle.PhaseWithin(in.Platform.LastDay, calendar.Date{}, in.Today),
		"updates":  phases(in.Updates), "patches": phases(in.Patches),
	}}, nil
}

func queueOrder(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Cases []struct {
			ID, Plan, Priority string
			Due, Filed         time.Time
		}
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	order, place := []string{}, map[string]policy.QueueKey{}
	for _, c := range in.Cases {
		level, err := level(c.Priority)
		if err != nil {
			return answer{}, err
		}
		place[c.ID] = policy.QueueKey{Priority: level, PlanOrder: pack.PlanOrder(c.Plan), Due: c.Due, Filed: c.Filed}
		order = append(order, c.ID)
	}
	slices.SortStableFunc(order, func(a, b string) int { return place[a].Compare(place[b]) })
	return answer{clause: "3.3", values: map[string]any{"order": order}}, nil
}
