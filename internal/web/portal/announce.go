package portal

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// Announcement is an edition of the policy that is published and does not hold yet (R0-03).
type Announcement struct {
	Edition string
	From    web.When
	Lines   []string // what changes for the reader, the first of it
	More    string   // how much else changes; "" when nothing does
	Nothing bool     // nothing of it changes anything for the reader
}

// mostLines is how many changes the notice tells; the page of the policy tells all.
const mostLines = 4

// reach is what a reader's systems have to do with: plans, centres and groups of hours by key, countries by code.
type reach map[string]bool

func (p *portal) reachOf(systems []contract.System) reach {
	r, pack := reach{}, p.Policy.Now()
	for _, s := range systems {
		_, centre, _ := pack.CalendarFor(s.Country)
		group, _ := pack.HoursGroup(pack.GroupOf(s.Country))
		nation, _, _ := strings.Cut(s.Country, "-")
		r[nation], r[cmp.Or(group.HolidaysOf, nation)] = true, true // whose days off hold for the country
		r[s.Plan], r[s.Country], r[centre], r[pack.GroupOf(s.Country)] = true, true, true, true
	}
	return r
}

// concerns reports whether a change is about the reader: what is about another plan, centre or country alone is not.
func (r reach) concerns(c policy.Change) bool {
	part, rest, _ := strings.Cut(c.Path, "/")
	of, _, _ := strings.Cut(rest, "/")
	named := strings.Split(of, ",") // of clocks: several plans
	return r == nil || !slices.Contains([]string{"plans", "clocks", "centres", "hours_groups", "countries", "holidays", "own_days", "own_week", "own_zone"}, part) ||
		slices.ContainsFunc(named, func(one string) bool { return r[one] })
}

// announcements are the editions to come, the next one first. r nil tells all that changes.
func (p *portal) announcements(page web.Page, r reach) (list []Announcement) {
	editions := p.Policy.Book().Editions()
	for i, e := range editions {
		if i == 0 || !e.From.After(page.Format.Now) {
			continue
		}
		a := Announcement{Edition: e.Pack.Edition, From: page.When(e.From)}
		more := 0
		for _, c := range p.changes.between(editions[i-1].Pack, e.Pack) {
			switch {
			case !r.concerns(c), len(a.Lines) == mostLines:
				more++
			default:
				a.Lines = append(a.Lines, tell(page, c))
			}
		}
		a.Nothing = len(a.Lines) == 0
		if more > 0 {
			a.More = page.T("announce.more", "count", more)
		}
		list = append(list, a)
	}
	return list
}

// tell says a change in the page's words, countries and days by their names.
func tell(page web.Page, c policy.Change) string {
	part, rest, _ := strings.Cut(c.Path, "/")
	code, day, _ := strings.Cut(rest, "/")
	lang := string(page.Lang)
	switch date, err := calendar.ParseDate(day); {
	case part == "countries", part == "own_week", part == "own_zone":
		c.Name = policy.Text{lang: page.Format.Country(code)}
	case (part == "holidays" || part == "own_days") && err == nil:
		nation, sub, _ := strings.Cut(code, "-")
		country := strings.TrimSpace(page.Format.Country(nation) + " " + sub)
		c.Name = policy.Text{lang: page.T("announce.day", "country", country, "day", dayText(page, date))}
	}
	return c.Tell(lang, page.Knows, func(key string, args map[string]any) string {
		var kv []any
		for k, v := range args {
			kv = append(kv, k, v)
		}
		return page.T(key, kv...)
	})
}

// differences remembers what changes from one edition to the next, but for its name, which stands above: editions never
// change.
type differences struct {
	mu    sync.Mutex
	known map[[2]*policy.Pack][]policy.Change
}

func (d *differences) between(a, b *policy.Pack) []policy.Change {
	d.mu.Lock()
	defer d.mu.Unlock()
	key := [2]*policy.Pack{a, b}
	list, ok := d.known[key]
	if !ok {
		if d.known == nil {
			d.known = map[[2]*policy.Pack][]policy.Change{}
		}
		list = slices.DeleteFunc(policy.Diff(a, b), func(c policy.Change) bool { return c.Path == "edition" })
		d.known[key] = list
	}
	return list
}
