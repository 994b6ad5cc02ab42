package policy

import (
	"slices"

	"liaison/internal/calendar"
)

// The services that end for on-premises software (4.7), and of which an order exception or extended lifecycle support
// may keep some.
const (
	TechnicalAssistance      = "technical_assistance"
	CriticalSecurityPatch    = "critical_security_patch"
	NonCriticalSecurityPatch = "non_critical_security_patch"
	BugFix                   = "bug_fix"
	Enhancement              = "enhancement"
	FeatureUpdate            = "feature_update"
)

// Services lists them.
func Services() []string {
	return []string{TechnicalAssistance, CriticalSecurityPatch, NonCriticalSecurityPatch, BugFix, Enhancement, FeatureUpdate}
}

// ExtendedSupport is what the pack says of extended lifecycle support of on-premises software (4.7). Days are of the
// vendor's zone and both included. The zero value: the vendor does not sell it.
type ExtendedSupport struct {
	SKUs       []string      // by which an order names it; none of them is the name of a plan
	FirstStart calendar.Date // no window begins earlier
	LastEnd    calendar.Date // no window ends later, renewed or not
	MaxMonths  int           // of all windows of a system in sum
	Scope      []string      // the services that it keeps
	Deployment string        // of the systems that it is for
	NoticeDays []int         // calendar days before the end of on-premises support on which customers who lose it are told, falling
}

// IsSKU reports whether an order that names sku orders extended lifecycle support.
func (e ExtendedSupport) IsSKU(sku string) bool { return slices.Contains(e.SKUs, sku) }

// PatchRules says when a patch may be asked for and what the vendor weighs (4.3, 4.4).
type PatchRules struct {
	Priorities []string // of the cases that are critical enough
	Criteria   []string // of the vendor's decision, in the order in which they are shown
}

// AuditRules are those of the customer's audits (8.8).
type AuditRules struct {
	NoticeDays int // calendar days between the notice and the earliest start
	PerMonths  int // at most one audit begins in so many months
}

// The types above as policy.yaml has them.
type extendedFile struct {
	SKUs       []string      `yaml:"skus"`
	FirstStart calendar.Date `yaml:"first_start"`
	LastEnd    calendar.Date `yaml:"last_end"`
	MaxMonths  int           `yaml:"max_months"`
	Scope      []string      `yaml:"scope"`
	Deployment string        `yaml:"deployment"`
	NoticeDays []int         `yaml:"notice_days"`
}

type patchFile struct {
	Priorities []string `yaml:"priorities"`
	Criteria   []string `yaml:"criteria"`
}

type auditFile struct {
	NoticeDays int `yaml:"notice_days"`
	PerMonths  int `yaml:"per_months"`
}

// usualReminders is how many reminders stay unanswered where the pack does not say it (R3.3-05).
const usualReminders = 2

// buildTerms takes over what needs no look at the rest of the pack.
func buildTerms(p *Pack, f *packFile) {
	p.Extended = ExtendedSupport(f.Extended)
	p.Patches = PatchRules(f.Patches)
	p.Audits = AuditRules(f.Audits)
	p.ClausesPublishDays = f.ClausesPublishDays
	p.InvoiceReminderDays = f.InvoiceReminderDays
	p.RenewalReminderDays = f.RenewalReminderDays
	if p.NoContactReminders = f.NoContactReminders; p.NoContactReminders == 0 {
		p.NoContactReminders = usualReminders
	}
}

func (c *checker) checkTerms() {
	p := c.pack
	c.eachOneOf("policy.patches.priorities", p.Patches.Priorities, c.priorityKeys())
	if len(p.Patches.Priorities) == 0 || len(p.Patches.Criteria) == 0 {
		c.add("policy.patches", "pack.required")
	}
	c.atLeast("policy.audits.notice_days", p.Audits.NoticeDays, 0)
	c.atLeast("policy.audits.per_months", p.Audits.PerMonths, 1)
	c.atLeast("policy.clauses_publish_days", p.ClausesPublishDays, 0)
	c.falling("policy.invoice_reminder_days", p.InvoiceReminderDays)
	c.falling("policy.renewal_reminder_days", p.RenewalReminderDays)
	c.checkNoContact()
	c.checkExtended()
}

// checkNoContact wants no more reminders than each priority that can be lowered sends. One that sends none is never
// lowered for want of contact.
func (c *checker) checkNoContact() {
	fewest := mostDays
	for _, pr := range c.pack.Priorities {
		if n := len(pr.Reminders); n > 0 && pr.Level < len(c.pack.Priorities) {
			fewest = min(fewest, n)
		}
	}
	c.within("policy.no_contact_reminders", c.pack.NoContactReminders, fewest)
}

// falling wants days before something, the most first.
func (c *checker) falling(path string, all []int) {
	for i, days := range all {
		if days < 0 || i > 0 && days >= all[i-1] {
			c.add(path, "pack.not_falling", "found", days)
		}
	}
}

// extendedFits wants windows that begin when the support on premises has ended, and a length that a window can reach:
// a longer one would promise months that no order can have.
func (c *checker) extendedFits(path string) {
	e := c.pack.Extended
	if e.FirstStart.IsZero() || e.LastEnd.Compare(e.FirstStart) < 0 {
		return // is told already
	}
	if e.FirstStart.Compare(c.pack.OnPremEnd) < 0 {
		c.add(path+".first_start", "pack.starts_while_supported", "found", e.FirstStart.String(), "other", c.pack.OnPremEnd.String())
	}
	if e.FirstStart.AddMonths(e.MaxMonths).Compare(e.LastEnd.AddDays(1)) > 0 {
		c.add(path+".max_months", "pack.longer_than_window", "found", e.MaxMonths, "from", e.FirstStart.String(), "to", e.LastEnd.String())
	}
}

// checkExtended wants nothing of a vendor that does not sell it, and everything of one that does.
func (c *checker) checkExtended() {
	e := c.pack.Extended
	const path = "policy.extended_lifecycle"
	if len(e.SKUs) == 0 {
		if !e.FirstStart.IsZero() || !e.LastEnd.IsZero() || len(e.Scope) > 0 {
			c.add(path+".skus", "pack.required")
		}
		return
	}
	for _, sku := range e.SKUs {
		c.required(path+".skus", sku)
		for _, pl := range c.pack.Plans {
			if sku == pl.Key || slices.Contains(pl.OtherNames, sku) || sku == pl.Names.In("en") || sku == pl.Names.In("zh-Hans") {
				c.add(path+".skus", "pack.sku_is_plan", "found", sku)
			}
		}
	}
	if e.FirstStart.IsZero() || e.LastEnd.IsZero() || len(e.Scope) == 0 {
		c.add(path, "pack.required")
	}
	if e.LastEnd.Compare(e.FirstStart) < 0 {
		c.add(path+".last_end", "pack.ends_before_start", "found", e.LastEnd.String(), "other", e.FirstStart.String())
	}
	c.atLeast(path+".max_months", e.MaxMonths, 1)
	c.extendedFits(path)
	c.eachOneOf(path+".scope", e.Scope, Services())
	for i, days := range e.NoticeDays {
		if days < 1 || i > 0 && days >= e.NoticeDays[i-1] {
			c.add(path+".notice_days", "pack.not_falling", "found", days)
		}
	}
	c.oneOf(path+".deployment", e.Deployment, []string{OnPrem, Cloud})
}
