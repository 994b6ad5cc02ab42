package examples

import (
	"fmt"
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/entitlement"
	"liaison/internal/policy"
	"liaison/internal/protection"
)

func auditRequest(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Notice   calendar.Date `json:"notice_received"`
		Previous calendar.Date `json:"previous_audit_start"`
		Start    calendar.Date `json:"requested_start"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	r := protection.AuditRequest{Notice: in.Notice, Start: in.Start, LastStart: in.Previous}
	got := verdict("8.8", protection.Audit(pack, r))
	got.values["earliest_start"] = protection.EarliestStart(pack, r).String()
	return got, nil
}

// auditSession says which part of a session is in the hours: one stretch, or a list of them where hours end in between.
func auditSession(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Calendar string
		Session  [2]time.Time
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	c := pack.Calendars[in.Calendar]
	if c == nil {
		return answer{}, fmt.Errorf("there is no calendar %q", in.Calendar)
	}
	if !in.Session[0].Before(in.Session[1]) {
		return answer{}, fmt.Errorf("the session ends before it begins")
	}
	open, d := protection.AuditSession(pack, c, protection.Span{From: in.Session[0], To: in.Session[1]})
	codes := []string{}
	if !d.Allowed {
		codes = append(codes, d.Code)
	}
	parts := make([]any, len(open))
	for i, s := range open {
		parts[i] = []any{s.From, s.To}
	}
	got := answer{clause: d.Clause, values: map[string]any{"valid": d.Allowed, "errors": codes, "allowed_part": nil}}
	switch len(parts) {
	case 0:
	case 1:
		got.values["allowed_part"] = parts[0]
	default:
		got.values["allowed_part"] = parts
	}
	return got, nil
}

func clausesUpdate(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Effective calendar.Date `json:"new_form_effective"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	return answer{clause: "8.5", values: map[string]any{"publish_by": protection.PublishClausesBy(pack, in.Effective).String()}}, nil
}

func weeklyReview(pack *policy.Pack, inputs []byte) (answer, error) {
	var in struct {
		Plan, Zone string
		First      time.Time
		Count      int
		Holidays   []calendar.Date
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return answer{}, err
	}
	d, with, known := entitlement.InPlan(pack, in.Plan, entitlement.WeeklyReview)
	if !known {
		return answer{}, fmt.Errorf("the pack has no plan %q", in.Plan)
	}
	meetings, holidays := []any{}, []string{}
	if d.Allowed {
		for _, o := range entitlement.Occurrences(in.First, zone, in.Count, func(day calendar.Date) bool { return slices.Contains(in.Holidays, day) }) {
			meetings = append(meetings, o.At)
			if o.OnHoliday {
				holidays = append(holidays, o.On.String())
			}
		}
	}
	return answer{clause: d.Clause, values: map[string]any{"allowed": d.Allowed, "required_plans": with,
		"occurrences_utc": meetings, "on_holiday": holidays}}, nil
}

func patchRequest(pack *policy.Pack, inputs []byte) (answer, error) {
	type place struct{ DSI, Environment string }
	var in struct {
		place
		Priority string
		Platform string
		LastDay  calendar.Date `json:"platform_last_supported_day"`
		Defect   string
		Fixed    *string `json:"fixed_in_released_update"`
		Today    calendar.Date
		BoundTo  *place `json:"patch_bound_to"`
	}
	if err := decode(inputs, &in); err != nil {
		return answer{}, err
	}
	if _, err := level(in.Priority); err != nil {
		return answer{}, err
	}
	f := entitlement.PatchFacts{For: entitlement.Configuration{System: in.DSI, Environment: in.Environment}, Production: in.Environment == "production",
		Priority: in.Priority, LastSupported: in.LastDay, FixedInReleased: fromNull(in.Fixed)}
	if b := in.BoundTo; b != nil {
		f.Bound = &entitlement.Configuration{System: b.DSI, Environment: b.Environment}
	}
	d := entitlement.RequestPatch(pack, f, in.Today)
	got := answer{clause: d.Clause, values: map[string]any{"outcome": d.Code, "update": nil, "criteria": []string{}}}
	switch d.Code {
	case entitlement.AdoptUpdate:
		got.values["update"] = f.FixedInReleased
	case entitlement.PatchPending:
		got.values["criteria"] = pack.Patches.Criteria
	}
	return got, nil
}
