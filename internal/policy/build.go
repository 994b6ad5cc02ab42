package policy

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// build makes the pack of what the files say and notes everything that cannot be right.
func build(d *decoder, raw *rawPack) *Pack {
	f := &raw.policy
	p := &Pack{
		Edition: f.Edition, Languages: f.Languages, Title: f.Title,
		Vendor: Vendor{Name: f.Vendor.Name, Zone: d.zone("policy.vendor.zone", f.Vendor.Zone),
			PortalURL: f.Vendor.PortalURL, Renewal: f.Vendor.RenewalEmail},
		Channels: f.Channels, RestrictedChannels: f.RestrictedChannels, CommonFeatures: f.CommonFeatures,
		Liaisons:            Liaisons(f.Liaisons),
		SuspensionGraceDays: f.SuspensionGraceDays, OnPremEnd: f.OnPremEnd, MaxLifecycleYears: f.MaxLifecycleYears,
		Warnings: f.Warnings, ReopenDays: f.ReopenDays, ConfirmWorkingDays: f.ConfirmWorkingDays,
		RaiseStrategy: RaiseStrategy(f.RaiseStrategy), CloudLanguage: languageOf(f.CloudLanguage24x7, ""),
		names: maps.Clone(raw.names),
	}
	if p.names == nil {
		p.names = map[string]Text{}
	}
	buildTerms(p, f)
	c := &checker{decoder: d, pack: p, raw: raw}
	p.Clauses, p.clauses = buildClauses(c)
	p.Plans = buildPlans(f)
	p.Priorities = buildPriorities(c)
	p.Centres = buildCentres(f)
	p.HoursGroups = buildHours(c)
	p.Resources = buildResources(f)
	p.clocks = buildClocks(f)
	buildCountries(c)
	p.Holidays = buildHolidays(c)
	buildCalendars(c)
	buildTold(c)
	c.checkAll()
	for i, plan := range p.Plans {
		p.Plans[i].P1P2Around = p.ClockFor(plan.Key, 1, true, OnPrem, "").ID == AlwaysOpenID
		if p.works(plan.Key) {
			p.Plans[i].Language24x7 = languageOf(f.Plans[plan.Key].Language24x7, f.Language24x7)
		}
	}
	return p
}

func (d *decoder) zone(path, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" || name == "Local" {
		d.add(path, "pack.unknown_zone", "found", name)
		return time.UTC
	}
	return loc
}

func buildClauses(c *checker) ([]Clause, map[string]int) {
	byNumber := map[string]*Clause{}
	for lang, clauses := range c.raw.clauses {
		for number, text := range clauses {
			cl := byNumber[number]
			if cl == nil {
				cl = &Clause{Number: number, Title: Text{}, Text: Text{}}
				byNumber[number] = cl
			}
			cl.Title[lang], cl.Text[lang] = text.Title, text.Text
		}
	}
	numbers := slices.SortedFunc(maps.Keys(byNumber), CompareClauses)
	clauses, index := make([]Clause, len(numbers)), make(map[string]int, len(numbers))
	for i, n := range numbers {
		clauses[i], index[n] = *byNumber[n], i
	}
	return clauses, index
}

// CompareClauses orders clause numbers as the policy does: 3.2 before 3.10, 9.4 before A, A before A.1.
func CompareClauses(a, b string) int {
	return slices.CompareFunc(strings.Split(a, "."), strings.Split(b, "."), func(x, y string) int {
		m, errX := strconv.Atoi(x)
		n, errY := strconv.Atoi(y)
		if errX == nil && errY == nil {
			return cmp.Compare(m, n)
		}
		return cmp.Compare(x, y) // digits come before letters
	})
}

func buildPlans(f *packFile) []Plan {
	var plans []Plan
	for key, pl := range f.Plans {
		plans = append(plans, Plan{Key: key, Names: pl.Names, OtherNames: pl.OtherNames, Rank: pl.Rank, Seats: pl.Seats, AddedSeats: pl.AddedSeats,
			ChooseCentre: pl.ChooseCentre, WeeklyReview: pl.WeeklyReview, DedicatedEngineers: pl.DedicatedEngineers, Clause: pl.Clause})
	}
	slices.SortFunc(plans, func(a, b Plan) int { return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(a.Key, b.Key)) })
	return plans
}

func buildPriorities(c *checker) []Priority {
	var found []Priority
	for _, key := range slices.Sorted(maps.Keys(c.raw.policy.Priorities)) {
		pr, path := c.raw.policy.Priorities[key], "policy.priorities."+key
		level, err := strconv.Atoi(strings.TrimPrefix(key, "P"))
		if err != nil || "P"+strconv.Itoa(level) != key || level < 1 || level > 4 {
			c.add(path, "pack.not_one_of", "found", key, "allowed", "P1, P2, P3, P4")
			continue
		}
		response, err := time.ParseDuration(pr.Response)
		if err != nil || response <= 0 {
			c.add(path+".response", "pack.bad_duration", "found", pr.Response)
		}
		found = append(found, Priority{Level: level, Key: key, Response: response, UpdateDays: pr.UpdateDays,
			Reminders: pr.Reminders, ProductionOnly: pr.ProductionOnly, Definition: pr.Definition, Example: pr.Example})
	}
	return found
}

func buildCentres(f *packFile) []Centre {
	var found []Centre
	for key, ce := range f.Centres {
		centre := Centre{Key: key, Names: ce.Names, Email: ce.Email, Phones: lines(ce.Phones), Faxes: lines(ce.Faxes), Clause: ce.Clause,
			Renewal: Renewal{Phone: ce.Renewal.Phone, Fax: ce.Renewal.Fax, Role: ce.Renewal.Role}}
		for group, h := range f.HoursGroups {
			if h.Centre == key {
				centre.HoursGroups = append(centre.HoursGroups, group)
			}
		}
		slices.Sort(centre.HoursGroups)
		found = append(found, centre)
	}
	slices.SortFunc(found, func(a, b Centre) int { return cmp.Or(CompareClauses(a.Clause, b.Clause), cmp.Compare(a.Key, b.Key)) })
	return found
}

func lines(raw []lineFile) []Line {
	found := make([]Line, len(raw))
	for i, l := range raw {
		found[i] = Line{Countries: l.Countries, Number: l.Number, Language: l.Language}
	}
	return found
}

func buildHours(c *checker) []HoursGroup {
	var found []HoursGroup
	for _, key := range slices.Sorted(maps.Keys(c.raw.policy.HoursGroups)) {
		h, path := c.raw.policy.HoursGroups[key], "policy.hours_groups."+key
		found = append(found, HoursGroup{Key: key, Centre: h.Centre, Names: h.Names,
			Zone: c.zone(path+".zone", h.Zone), Week: c.week(path+".week", h.Week), HolidaysOf: h.HolidaysOf})
	}
	return found
}

func buildResources(f *packFile) []Resource {
	var found []Resource
	for _, key := range slices.Sorted(maps.Keys(f.Resources)) {
		r := f.Resources[key]
		found = append(found, Resource{Key: key, Liaison: r.Liaison, Member: r.Member, Clause: r.Clause, Requirement: r.Requirement})
	}
	return found
}

func buildClocks(f *packFile) []clockRule {
	found := make([]clockRule, len(f.Clocks))
	for i, r := range f.Clocks {
		found[i] = clockRule{Around: r.Clock == AlwaysOpenID, Deployments: r.Deployments, Priorities: r.Priorities,
			Plans: r.Plans, Clause: r.Clause, Requirement: r.Requirement}
		if r.Environment != "" {
			production := r.Environment == "production"
			found[i].Production = &production
		}
	}
	return found
}
