package examples

import (
	"fmt"
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
)

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
		LastDay      calendar.Date `json:"version_last_supported_day"`
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
		SubscriptionFrom: in.Subscription.Start, SubscriptionTo: in.Subscription.End, LastSupportedDay: in.LastDay}
	for _, inv := range in.Invoices {
		unpaid := inv.Paid == nil || inv.Paid.After(in.At)
		if unpaid && (f.OldestDue.IsZero() || inv.Due.Compare(f.OldestDue) < 0) {
			f.OldestDue = inv.Due
		}
	}
	var kept entitlement.Kept
	if in.Exception {
		kept.Exception = []string{entitlement.ServiceAll}
	}
	if e := in.Extended; e != nil && (e.SKU == "" || p.Extended.IsSKU(e.SKU)) {
		kept.Extended = entitlement.Term{From: e.Start, To: e.End}.Covers(calendar.DateOf(in.At, zone))
	}
	f.Exception = kept.Services(&p)
	d := entitlement.Register(&p, f, in.At)
	return answer{clause: d.Clause, values: map[string]any{"accept": d.Allowed, "reason": reason(d), "offer": orNull(entitlement.Offer(d))}}, nil
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

// accessInputs are all inputs of the kind "access"; which are there says what is asked.
type accessInputs struct {
	Role, Channel string
	Subscription  *string `json:"customer_subscription"`
	Restricted    bool
	NewCase       *bool  `json:"new_case"`
	Account       *bool  `json:"community_account"`
	RequestedVia  string `json:"requested_via"`
	Action, Plan  string
}

func accessTo(pack *policy.Pack, inputs []byte) (answer, error) {
	var in accessInputs
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if in.Action != "" {
		d, with, known := entitlement.InPlan(pack, in.Plan, featureOf(in.Action))
		if !known {
			return answer{}, fmt.Errorf("plan %q or action %q is unknown", in.Plan, in.Action)
		}
		return answer{clause: d.Clause, values: map[string]any{"allowed": d.Allowed, "required_plans": with}}, nil
	}
	s, at, err := in.standing(pack)
	if err != nil {
		return answer{}, err
	}
	switch {
	case in.Account != nil || in.RequestedVia != "":
		d := entitlement.IssueTransferAccount(pack, s, at)
		return answer{clause: d.Clause, values: map[string]any{"account_issued": d.Allowed, "reply": reason(d)}}, nil
	case in.Channel != "" || in.NewCase != nil:
		r := entitlement.Contact(pack, s, in.sender(), in.NewCase == nil || *in.NewCase, at)
		return answer{clause: r.Clause, values: map[string]any{"case_created": r.Allowed, "reply": orNull(r.Reply)}}, nil
	}
	return answer{clause: "2.4", values: asMap(entitlement.Resources{
		Community:        entitlement.MayOpen(pack, s, policy.Community, at).Allowed,
		SupportCentre:    entitlement.MayOpen(pack, s, policy.SupportCentre, at).Allowed,
		ProductDownloads: entitlement.MayOpen(pack, s, policy.ProductDownloads, at).Allowed,
		LicenceKeys:      entitlement.MayOpen(pack, s, policy.LicenceKeyRequest, at).Allowed,
	})}, nil
}

// sender is who the person is to a channel that has to find out.
func (in accessInputs) sender() entitlement.Sender {
	switch {
	case in.Role == "liaison":
		return entitlement.SenderLiaison
	case isMember(in.Role):
		return entitlement.SenderMember
	}
	return entitlement.SenderUnknown
}

// isMember reports whether a word for a person means somebody of the customer who is no liaison, or none any more.
func isMember(role string) bool {
	return slices.Contains([]string{"member", "community_member", "other_member", "former_liaison", "non_liaison", "colleague"}, role)
}

// featureOf reads the word for a row of appendix B.
func featureOf(action string) string {
	switch action {
	case "dedicated_engineers":
		return entitlement.DedicatedEngineer
	case "24x7_phone", "phone_24x7", "p1p2_24x7":
		return entitlement.AroundTheClock
	case "weekly_review", "weekly_reviews", "weekly_case_reviews":
		return entitlement.WeeklyReview
	case "choose_centre", "choose_center", "choose_regional_center":
		return entitlement.ChooseCentre
	}
	return action
}

// channelOf reads the word for a way to register a case; a voicemail is a call.
func channelOf(word string) string {
	switch word {
	case "voicemail", "telephone", "call", "phone_call":
		return policy.ChannelPhone
	case "mail", "e-mail", "e_mail":
		return policy.ChannelEmail
	}
	return word
}

// standing makes facts of the words for a person and the customer's subscription. The examples name no day: the first
// day of the subscription is as good as any, as cloud systems and current versions are meant.
func (in accessInputs) standing(pack *policy.Pack) (s entitlement.Standing, at time.Time, err error) {
	day := calendar.Date{Year: 2026, Month: time.March, Day: 2}
	at = day.StartIn(pack.Vendor.Zone)
	s.Channel, s.Restricted, s.Request, s.Deployment = channelOf(in.Channel), in.Restricted, in.RequestedVia, policy.Cloud
	outsiders := []string{"outsider", "non_member", "visitor", "anonymous", "anyone", "unknown", "unknown_sender", "unauthenticated", "stranger"}
	switch {
	case in.Role == "liaison":
		s.Liaison, s.Member = true, true
	case isMember(in.Role):
		s.Member = true
	case !slices.Contains(outsiders, in.Role):
		return s, at, fmt.Errorf("unknown role %q", in.Role)
	}
	if in.Account != nil {
		s.Member = *in.Account
	}
	subscription := "active"
	if in.Subscription != nil {
		subscription = *in.Subscription
	}
	switch subscription {
	case "active", "valid":
		s.SubscriptionFrom, s.SubscriptionTo = day, day
	case "suspended", "overdue", "invoice_overdue":
		s.SubscriptionFrom, s.SubscriptionTo, s.OldestDue = day, day, day.AddDays(-1-pack.SuspensionGraceDays)
	case "expired", "lapsed", "ended", "inactive":
		s.SubscriptionFrom, s.SubscriptionTo = day.AddDays(-1), day.AddDays(-1)
	case "none", "never":
	default:
		return s, at, fmt.Errorf("unknown subscription %q", subscription)
	}
	return s, at, nil
}
