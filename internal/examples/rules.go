package examples

import (
	"slices"
	"time"

	"liaison/internal/calendar"
	"liaison/internal/lifecycle"
	"liaison/internal/policy"
	"liaison/internal/sla"
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
		"merge":                merged,
		"split":                split,
		"waiver":               waived,
		sla.KindOfStanding:     caseClocks,
		"new_case_decision":    newCase,
		"plan_features":        planFeatures,
		"access":               accessTo,
		"lifecycle":            lastDays,
		"lifecycle_cascade":    cascade,
		"queue_order":          queueOrder,
		"seat_or_quota":        seatOrQuota,
		"els_order":            extendedOrder,
		"els_renewal":          extendedRenewal,
		"els_scope":            extendedScope,
		"audit_request":        auditRequest,
		"audit_session":        auditSession,
		"scc_update":           clausesUpdate,
		"renewal":              renewal,
		"weekly_review":        weeklyReview,
		"patch_request":        patchRequest,
		"liaison_transfer":     liaisonTransfer,
	}[kind]
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
			FiledAt            time.Time `json:"filed_at"` // another word for Filed
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
		if c.Filed.IsZero() {
			c.Filed = c.FiledAt
		}
		place[c.ID] = policy.QueueKey{Priority: level, PlanOrder: pack.PlanOrder(c.Plan), Due: c.Due, Filed: c.Filed}
		order = append(order, c.ID)
	}
	slices.SortStableFunc(order, func(a, b string) int { return place[a].Compare(place[b]) })
	return answer{clause: "3.3", values: map[string]any{"order": order}}, nil
}
