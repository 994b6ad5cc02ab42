package policy

import "slices"

// AnyLanguage says in a pack that work outside regional hours is done in every language.
const AnyLanguage = "any"

// PlanLanguage is a plan some of whose cases are worked on around the clock, with the only language of that work.
type PlanLanguage struct {
	Plan     Plan
	Language string // "": any
}

// LanguageOutside is the only language of work outside regional hours for a case of that plan and deployment; "" where it
// is done in any, or where no case of that kind is worked on then (A.2; reading: a setting of each plan, and one of a
// cloud that as such is served around the clock). Clocks do not follow it.
func (p *Pack) LanguageOutside(plan, deployment string) string {
	if deployment == Cloud && p.cloudAround() {
		return p.CloudLanguage
	}
	pl, _ := p.Plan(plan)
	return pl.Language24x7
}

// outside are the plans some of whose cases are worked on around the clock in that deployment, by rank.
func (p *Pack) outside(deployment string) (list []PlanLanguage) {
	for _, pl := range p.Plans {
		if p.around(pl.Key, deployment) {
			list = append(list, PlanLanguage{pl, p.LanguageOutside(pl.Key, deployment)})
		}
	}
	return list
}

// around reports whether any case of a plan is worked on around the clock in that deployment, also one that only extended
// lifecycle support covers.
func (p *Pack) around(plan, deployment string) bool {
	for _, pr := range p.Priorities {
		for _, production := range []bool{true, false} {
			for _, extended := range []bool{true, false} {
				if extended && p.Extended.Deployment != deployment {
					continue
				}
				if p.ClockOf(Terms{Plan: plan, Extended: extended, Priority: pr.Level, Production: production, Deployment: deployment}).ID == AlwaysOpenID {
					return true
				}
			}
		}
	}
	return false
}

// works reports whether any case of a plan is worked on around the clock for its plan: that a cloud as such is served so
// says nothing of a plan.
func (p *Pack) works(plan string) bool {
	return p.around(plan, OnPrem) || p.around(plan, Cloud) && !p.cloudAround()
}

// languageOf reads a setting of a language; "" takes that of the whole pack.
func languageOf(own, whole string) string {
	if own == "" {
		own = whole
	}
	if own == AnyLanguage {
		return ""
	}
	return own
}

// spoken is what may stand where a language of work is asked for.
func (c *checker) spoken() []string { return append(slices.Clone(c.raw.policy.Languages), AnyLanguage) }

// checkLanguage wants a language of a plan to be one of the pack's, and notes one that is never spoken.
func (c *checker) checkLanguage(plan string) {
	own, path := c.raw.policy.Plans[plan].Language24x7, "policy.plans."+plan+".language_24x7"
	if own == "" {
		return
	}
	c.oneOf(path, own, c.spoken())
	if own != AnyLanguage && !c.pack.works(plan) {
		c.pack.notes = append(c.pack.notes, c.problem(path, "pack.language_never", "found", own, "plan", plan))
	}
}
