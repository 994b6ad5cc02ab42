package entitlement

import (
	"slices"

	"liaison/internal/calendar"
	"liaison/internal/errs"
	"liaison/internal/policy"
)

// The outcomes of a request for a patch, besides VersionExpired.
const (
	PatchElsewhere = "patch_bound_to_other_configuration"
	AdoptUpdate    = "adopt_update"
	PatchPending   = "pending_vendor_decision"
)

// Configuration is the one installation that a patch is made for: an environment of a system (4.3).
type Configuration struct {
	System      string
	Environment string
}

// PatchFacts is what a request for a patch looks at.
type PatchFacts struct {
	For             Configuration
	Production      bool           // the environment is the production one
	Priority        string         // of the case, "P1"
	LastSupported   calendar.Date  // of the platform release
	Bound           *Configuration // that an existing patch was made for; nil: none exists
	FixedInReleased string         // the released update that corrects the defect; "" for none
}

// RequestPatch decides what becomes of a request for a patch. It is Allowed only where the vendor still has to decide;
// what is left then is a matter of discretion, by the pack's criteria (4.4). A problem that is not critical by its
// priority is no refusal: a manager of the vendor may still approve it (R4.3-03), and the input needs_approval says so.
func RequestPatch(p *policy.Pack, f PatchFacts, today calendar.Date) errs.Decision {
	d := errs.Decision{Edition: p.Edition, Inputs: map[string]any{"today": dayText(today), "last_supported_day": dayText(f.LastSupported),
		"priority": f.Priority, "production": f.Production, "update": f.FixedInReleased, "bound": f.Bound != nil && *f.Bound != f.For,
		"criteria": p.Patches.Criteria, "needs_approval": !slices.Contains(p.Patches.Priorities, f.Priority)}}
	is := func(code, clause, requirement string) errs.Decision {
		d.Code, d.Clause, d.Requirement = code, clause, requirement
		return d
	}
	switch {
	case !f.LastSupported.IsZero() && today.Compare(f.LastSupported) > 0:
		return is(VersionExpired, "4.5", "R4.5-01")
	case f.Bound != nil && *f.Bound != f.For:
		return is(PatchElsewhere, "4.3", "R4.3-02")
	case f.FixedInReleased != "":
		return is(AdoptUpdate, "4.4", "R4.4-05")
	case !f.Production:
		return is(PatchElsewhere, "4.3", "R4.3-01") // a patch belongs to a configuration whose production is affected
	}
	d.Allowed = true
	if !slices.Contains(p.Patches.Priorities, f.Priority) {
		return is(PatchPending, "4.3", "R4.3-03")
	}
	return is(PatchPending, "4.4", "R4.4-02")
}

// UsePatch decides whether a patch may be installed, or its file and key be given, for a configuration: only for the
// one that it was made for, and no longer than its platform release is supported.
func UsePatch(p *policy.Pack, bound, wanted Configuration, platformLastDay, today calendar.Date) errs.Decision {
	d := errs.Decision{Code: Accepted, Clause: "4.3", Requirement: "R4.3-02", Edition: p.Edition,
		Inputs: map[string]any{"today": dayText(today), "last_supported_day": dayText(platformLastDay), "bound": bound != wanted}}
	switch {
	case !platformLastDay.IsZero() && today.Compare(platformLastDay) > 0:
		d.Code, d.Clause, d.Requirement = VersionExpired, "4.5", "R4.5-02"
	case bound != wanted:
		d.Code = PatchElsewhere
	default:
		d.Allowed = true
	}
	return d
}
