package policy

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
	p.Extended = buildExtended(f.Extended)
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
