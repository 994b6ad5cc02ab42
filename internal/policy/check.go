package policy

import (
	"fmt"
	"maps"
	"net/mail"
	"net/url"
	"slices"
	"strings"
)

// The resources that table 2.4 has to decide on.
const (
	Community         = "community"
	SupportCentre     = "support_centre"
	ProductDownloads  = "product_downloads"
	LicenceKeyRequest = "licence_key_request"
)

// checker finds what no type can: values that contradict each other or name what does not exist.
type checker struct {
	*decoder
	pack *Pack
	raw  *rawPack
}

func (c *checker) checkAll() {
	c.checkHead()
	c.checkClauses()
	c.checkPlans()
	c.checkPriorities()
	c.checkCentres()
	c.checkResources()
	c.checkDates()
	c.checkTerms()
	c.checkClockRules()
	c.checkClockTotal()
	c.checkTold()
	c.checkCovered()
	c.checkYears()
	for _, name := range slices.Sorted(maps.Keys(c.raw.names)) {
		c.text("holidays."+name, c.raw.names[name])
	}
}

func (c *checker) checkHead() {
	f := &c.raw.policy
	c.required("policy.edition", f.Edition)
	if f.Edition != "" && !isEditionName(f.Edition) {
		c.add("policy.edition", "pack.bad_edition", "found", f.Edition)
	}
	c.required("policy.vendor.portal_url", f.Vendor.PortalURL)
	if u, err := url.Parse(f.Vendor.PortalURL); f.Vendor.PortalURL != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
		c.add("policy.vendor.portal_url", "pack.bad_url", "found", f.Vendor.PortalURL)
	}
	if f.Vendor.RenewalEmail != "" {
		c.email("policy.vendor.renewal_email", f.Vendor.RenewalEmail)
	}
	if len(f.Languages) == 0 {
		c.add("policy.languages", "pack.required")
	}
	c.text("policy.title", f.Title)
	c.text("policy.vendor.name", f.Vendor.Name)
	c.oneOf("policy.language_24x7", f.Language24x7, c.spoken())
	if f.CloudLanguage24x7 != "" {
		c.oneOf("policy.cloud_language_24x7", f.CloudLanguage24x7, c.spoken())
	}
	channels := []string{"portal", "email", "phone"}
	c.eachOneOf("policy.channels", f.Channels, channels)
	c.eachOneOf("policy.restricted_channels", f.RestrictedChannels, f.Channels)
	if len(f.Channels) == 0 || len(f.RestrictedChannels) == 0 {
		c.add("policy.channels", "pack.required")
	}
	c.oneOf("policy.raise_strategy", f.RaiseStrategy,
		[]string{string(RaiseMin), string(RaiseCarryElapsed), string(RaiseRetroactive)})
}

func (c *checker) checkClauses() {
	for _, number := range Cited() {
		if _, ok := c.pack.clauses[number]; !ok {
			c.add("policy", "pack.cited_clause", "found", number)
		}
	}
	told := slices.DeleteFunc(slices.Clone(c.pack.Languages), func(lang string) bool { return c.raw.clauses[lang] == nil })
	for _, lang := range c.pack.Languages {
		if !slices.Contains(told, lang) {
			c.add("policy.languages", "pack.no_clauses", "found", lang)
		}
	}
	for _, cl := range c.pack.Clauses {
		for _, lang := range told {
			path := "clauses " + lang + "." + cl.Number
			if cl.Title[lang] == "" || cl.Text[lang] == "" {
				c.add(path, "pack.clause_untold", "found", cl.Number, "allowed", lang)
			}
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(c.raw.clauses)) {
		c.oneOf("clauses "+lang, lang, c.pack.Languages)
	}
}

func (c *checker) checkPlans() {
	if len(c.pack.Plans) == 0 {
		c.add("policy.plans", "pack.required")
	}
	ranks := map[int]string{}
	for _, pl := range c.pack.Plans {
		path := "policy.plans." + pl.Key
		c.text(path+".names", pl.Names)
		c.atLeast(path+".seats", pl.Seats, 1)
		c.clause(path+".clause", pl.Clause, "")
		c.checkLanguage(pl.Key)
		if other, taken := ranks[pl.Rank]; taken {
			c.add(path+".rank", "pack.rank_twice", "found", pl.Rank, "other", other)
		}
		ranks[pl.Rank] = pl.Key
		if base := c.pack.Plans[0]; pl.Seats != base.Seats+pl.AddedSeats {
			c.add(path+".seats", "pack.seats_do_not_add_up", "found", pl.Seats, "base", base.Seats, "added", pl.AddedSeats)
		}
	}
}

func (c *checker) checkPriorities() {
	for _, key := range c.priorityKeys() {
		if _, ok := c.raw.policy.Priorities[key]; !ok {
			c.add("policy.priorities", "pack.required", "allowed", key)
		}
	}
	for _, pr := range c.pack.Priorities {
		path := "policy.priorities." + pr.Key
		c.within(path+".update_days", pr.UpdateDays, mostDays)
		c.rising(path+".reminders", pr.Reminders, 1, 366)
		c.text(path+".definition", pr.Definition)
		c.text(path+".example", pr.Example)
	}
}

func (c *checker) checkCentres() {
	centres := slices.Collect(maps.Keys(c.raw.policy.Centres))
	slices.Sort(centres)
	for _, ce := range c.pack.Centres {
		path := "policy.centres." + ce.Key
		c.text(path+".names", ce.Names)
		c.clause(path+".clause", ce.Clause, "")
		c.email(path+".email", ce.Email)
		if len(ce.Renewal.Role) > 0 {
			c.text(path+".renewal.role", ce.Renewal.Role)
		}
		c.checkLines(path+".phones", ce.Phones)
		c.checkLines(path+".faxes", ce.Faxes)
	}
	for _, g := range c.pack.HoursGroups {
		path := "policy.hours_groups." + g.Key
		c.text(path+".names", g.Names)
		c.oneOf(path+".centre", g.Centre, centres)
		if of := c.raw.policy.HoursGroups[g.Key].HolidaysOf; of != "" {
			if _, ok := c.raw.calendars[of]; !ok {
				c.add(path+".holidays_of", "pack.no_holiday_list", "found", of)
			}
		}
	}
}

func (c *checker) checkLines(path string, lines []Line) {
	taken := map[string]bool{}
	for i, l := range lines {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.required(at+".number", l.Number)
		countries := l.Countries
		if len(countries) == 0 {
			countries = []string{""}
		}
		for _, country := range countries {
			if _, ok := c.pack.countries[country]; !ok && country != "" {
				c.add(at+".countries", "pack.country_without_hours", "found", country)
			}
			if taken[country] {
				c.add(at+".countries", "pack.line_twice", "found", country)
			}
			taken[country] = true
		}
	}
}

func (c *checker) checkResources() {
	keys := []string{Community, SupportCentre, ProductDownloads, LicenceKeyRequest}
	for _, key := range keys {
		if _, ok := c.raw.policy.Resources[key]; !ok {
			c.add("policy.resources", "pack.required", "allowed", key)
		}
	}
	for _, r := range c.pack.Resources {
		c.oneOf("policy.resources."+r.Key, r.Key, keys)
		c.clause("policy.resources."+r.Key+".clause", r.Clause, r.Requirement)
	}
}

func (c *checker) checkDates() {
	p := c.pack
	c.atLeast("policy.liaisons.changes_per_year", p.Liaisons.ChangesPerYear, 0)
	c.oneOf("policy.liaisons.year", p.Liaisons.Year, []string{ContractYear, CalendarYear})
	c.within("policy.liaisons.invitation_days", p.Liaisons.InvitationDays, mostDays)
	c.within("policy.liaisons.departed_working_days", p.Liaisons.DepartedWorkingDays, mostDays)
	c.atLeast("policy.liaisons.review_months", p.Liaisons.ReviewMonths, 1)
	c.atLeast("policy.suspension_grace_days", p.SuspensionGraceDays, 0)
	c.atLeast("policy.max_lifecycle_years", p.MaxLifecycleYears, 1)
	c.atLeast("policy.reopen_days", p.ReopenDays, 0)
	c.within("policy.confirm_working_days", p.ConfirmWorkingDays, mostDays)
	c.rising("policy.warnings", p.Warnings, 1, 99)
	if p.OnPremEnd.IsZero() {
		c.add("policy.on_prem_end", "pack.required")
	}
}

func (c *checker) priorityKeys() []string { return []string{"P1", "P2", "P3", "P4"} }

// text wants a text in exactly the pack's languages.
func (c *checker) text(path string, t Text) {
	for _, lang := range c.raw.policy.Languages {
		if strings.TrimSpace(t[lang]) == "" {
			c.add(path, "pack.untranslated", "allowed", lang)
		}
	}
	for _, lang := range slices.Sorted(maps.Keys(t)) {
		c.oneOf(join(path, lang), lang, c.raw.policy.Languages)
	}
}

func (c *checker) required(path, v string) {
	if strings.TrimSpace(v) == "" {
		c.add(path, "pack.required")
	}
}

func (c *checker) atLeast(path string, v, least int) {
	if v < least {
		c.add(path, "pack.too_small", "found", v, "allowed", least)
	}
}

// mostDays is more than anybody waits for: a number above it is a slip of the hand.
const mostDays = 366

// within wants a number from 1 on.
func (c *checker) within(path string, v, most int) {
	c.atLeast(path, v, 1)
	if v > most {
		c.add(path, "pack.too_large", "found", v, "allowed", most)
	}
}

// email wants one address as people type it.
func (c *checker) email(path, v string) {
	if a, err := mail.ParseAddress(v); err != nil || a.Address != v {
		c.add(path, "pack.bad_email", "found", v)
	}
}

// isEditionName reports whether s can name an edition: it is part of addresses and of names of files.
func isEditionName(s string) bool {
	word := strings.Trim(s, "-.")
	return word == s && len(s) <= 64 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789.-") == ""
}

// rising wants numbers from least to most, each larger than the one before.
func (c *checker) rising(path string, list []int, least, most int) {
	last := least - 1
	for i, v := range list {
		if v <= last || v > most {
			c.add(fmt.Sprintf("%s[%d]", path, i), "pack.not_rising", "found", v, "allowed", fmt.Sprintf("%d-%d", least, most))
		}
		last = v
	}
}

func (c *checker) oneOf(path, v string, allowed []string) {
	if !slices.Contains(allowed, v) {
		c.add(path, "pack.not_one_of", "found", v, "allowed", strings.Join(allowed, ", "))
	}
}

func (c *checker) eachOneOf(path string, list, allowed []string) {
	for i, v := range list {
		c.oneOf(fmt.Sprintf("%s[%d]", path, i), v, allowed)
	}
}

// clause wants a clause of the pack and, where one is named, a requirement of that clause: "9.2" and "R9.2-05".
func (c *checker) clause(path, number, requirement string) {
	if _, ok := c.pack.clauses[number]; !ok {
		c.add(path, "pack.unknown_clause", "found", number, "allowed", c.clausesNear(number))
	}
	if requirement != "" && !strings.HasPrefix(requirement, "R"+number+"-") {
		c.add(path, "pack.requirement_elsewhere", "found", requirement, "allowed", "R"+number+"-")
	}
}

// clausesNear lists the clauses of the same chapter as a number that is none: a clause that moved is most likely there.
func (c *checker) clausesNear(number string) string {
	chapter, _, _ := strings.Cut(number, ".")
	var found []string
	for _, cl := range c.pack.Clauses {
		if of, _, _ := strings.Cut(cl.Number, "."); of == chapter || number == "" {
			found = append(found, cl.Number)
		}
	}
	if len(found) == 0 {
		for _, cl := range c.pack.Clauses {
			if !strings.Contains(strings.TrimSuffix(cl.Number, ".0"), ".") {
				found = append(found, cl.Number)
			}
		}
	}
	return strings.Join(found, ", ")
}
