package policy

import "slices"

// AnyLanguage says in a pack that work outside regional hours is done in every language.
const AnyLanguage = "any"

// PlanLanguage is a plan some of whose cases are worked on around the clock, with the only language of that work.
type PlanLanguage struct {
	Plan     Plan
	Language string   // "": any
	Around   []Around // which cases these are
}

// Around is the cases of a plan that are worked on around the clock by one clause.
type Around struct {
	Priorities []string // their keys, the most urgent first
	Production bool     // cases of production
	Other      bool     // cases of other environments
	Extended   bool     // those only that extended lifecycle support alone covers
	Clause     string   // "9.2"
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
		if around := p.around(pl.Key, deployment); len(around) > 0 {
			list = append(list, PlanLanguage{pl, p.LanguageOutside(pl.Key, deployment), around})
		}
	}
	return list
}

// around is the cases of a plan that are worked on around the clock in that deployment, also those that only extended
// lifecycle support covers.
func (p *Pack) around(plan, deployment string) (list []Around) {
	for _, t := range []Terms{{Production: true}, {}, {Production: true, Extended: true}, {Extended: true}} {
		if t.Extended && p.Extended.Deployment != deployment {
			continue
		}
		t.Plan, t.Deployment = plan, deployment
		for _, a := range p.aroundOf(t) {
			same := slices.IndexFunc(list, func(b Around) bool {
				return !b.Other && b.Extended == a.Extended && b.Clause == a.Clause && slices.Equal(b.Priorities, a.Priorities)
			})
			if a.Other && same >= 0 {
				list[same].Other = true
				continue
			}
			list = append(list, a)
		}
	}
	return list
}

// aroundOf is the priorities that are worked on around the clock under some terms, by clause. What is so without extended
// lifecycle support too is not said of it.
func (p *Pack) aroundOf(t Terms) (list []Around) {
	for _, pr := range p.Priorities {
		t.Priority = pr.Level
		c, plain := p.ClockOf(t), p.ClockFor(t.Plan, t.Priority, t.Production, t.Deployment, "")
		if c.ID != AlwaysOpenID || t.Extended && plain.ID == AlwaysOpenID {
			continue
		}
		i := slices.IndexFunc(list, func(a Around) bool { return a.Clause == c.Clause })
		if i < 0 {
			i = len(list)
			list = append(list, Around{Production: t.Production, Other: !t.Production, Extended: t.Extended, Clause: c.Clause})
		}
		list[i].Priorities = append(list[i].Priorities, pr.Key)
	}
	return list
}

// works reports whether any case of a plan is worked on around the clock for its plan: that a cloud as such is served so
// says nothing of a plan.
func (p *Pack) works(plan string) bool {
	return len(p.around(plan, OnPrem)) > 0 || len(p.around(plan, Cloud)) > 0 && !p.cloudAround()
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
