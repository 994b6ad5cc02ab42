package policy

import (
	"cmp"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"liaison/internal/calendar"
)

// Change is one difference between two packs. What it is about is told by the catalogue: policydiff.label.<Label> with
// the argument name, or the path where there is no such text.
type Change struct {
	Group string // "plans", "priorities", "clocks", "hours", "countries", "holidays", "contact", "access", "settings", "clauses", "told"
	Label string // "plans.seats"
	Path  string // "plans.elite.seats"
	Name  Text   // of what it belongs to: the plan, the country, the clause
	Lang  string // of a text that stands in one of the pack's languages, "zh-Hans"; "" for what has none
	Kind  ChangeKind
	Old   string // as the pack has it; "" where it was not there
	New   string

	OldName, NewName Text // what people call them; nil where the values speak for themselves
}

// ChangeKind says what happened.
type ChangeKind string

// The kinds of change. A retold text is a long one, whose wording is not repeated; what moved has another number.
const (
	Added   ChangeKind = "added"
	Removed ChangeKind = "removed"
	Changed ChangeKind = "changed"
	Retold  ChangeKind = "retold"
	Moved   ChangeKind = "moved"
)

// Diff lists what changes from a to b, by group and path. It compares everything that the packs' files say, what
// follows for the clocks of cases, and of each country the days on which it is closed and the hours of its own.
func Diff(a, b *Pack) []Change {
	d := &differ{a: a, b: b, old: a.values(), now: b.values()}
	d.entries()
	d.clocks()
	d.countries()
	d.holidays()
	d.ownHours()
	slices.SortStableFunc(d.changes, func(x, y Change) int {
		return cmp.Or(cmp.Compare(slices.Index(DiffGroups(), x.Group), slices.Index(DiffGroups(), y.Group)), cmp.Compare(x.Path, y.Path))
	})
	return d.changes
}

// DiffGroups are the groups of changes in the order in which they are told.
func DiffGroups() []string {
	return []string{"clocks", "priorities", "plans", "access", "hours", "countries", "holidays", "contact", "settings", "clauses", "told"}
}

type differ struct {
	a, b     *Pack
	old, now map[string]string
	changes  []Change
}

func (d *differ) entries() {
	paths := slices.Sorted(maps.Keys(d.old))
	for path := range d.now {
		if _, ok := d.old[path]; !ok {
			paths = append(paths, path)
		}
	}
	slices.Sort(paths)
	told := d.moves()
	whole := map[string]bool{} // entries that came or went: their values say nothing more
	for _, path := range paths {
		before, was := d.old[path]
		after, is := d.now[path]
		entry := entryOf(path)
		if before == after && was == is || entry != path && whole[entry] || told[entry] {
			continue
		}
		c := Change{Path: path, Kind: Changed, Old: before, New: after}
		switch {
		case !was:
			c.Kind = Added
		case !is:
			c.Kind = Removed
		case len(before)+len(after) > 120:
			c.Kind, c.Old, c.New = Retold, "", ""
		}
		if entry == path {
			whole[entry] = true
			c.Old, c.New = "", ""
		}
		d.name(&c)
		d.changes = append(d.changes, c)
	}
}

// name finds group, label and name of a path.
func (d *differ) name(c *Change) {
	parts := strings.Split(c.Path, "/")
	c.Group = groupOf(parts[0])
	if strings.HasPrefix(c.Path, "extended_lifecycle/priorities/") {
		c.Name = Text{"en": parts[2]}
		parts = slices.Delete(parts, 2, 3)
	}
	if len(parts) > 1 && isEntry(parts[0]) {
		if c.Name = d.b.nameOf(parts[0], parts[1]); c.Name == nil {
			c.Name = d.a.nameOf(parts[0], parts[1])
		}
		parts = slices.Delete(parts, 1, 2)
	}
	if last := len(parts) - 1; slices.Contains(d.b.Languages, parts[last]) || slices.Contains(d.a.Languages, parts[last]) {
		c.Lang, parts = parts[last], parts[:last]
	}
	c.Label = strings.Join(parts, ".")
}

// isEntry reports whether the part of a pack is a list of named entries.
func isEntry(part string) bool {
	return slices.Contains([]string{"plans", "priorities", "hours_groups", "centres", "resources", "clauses", "facts", "readings", "links"}, part)
}

// entryOf is the path of the named entry that a path belongs to; "" for none.
func entryOf(path string) string {
	parts := strings.SplitN(path, "/", 3)
	if len(parts) < 2 || !isEntry(parts[0]) {
		return ""
	}
	return parts[0] + "/" + parts[1]
}

func groupOf(part string) string {
	groups := map[string]string{"plans": "plans", "common_features": "plans", "priorities": "priorities", "hours_groups": "hours",
		"centres": "contact", "channels": "contact", "restricted_channels": "contact", "vendor": "contact", "language_24x7": "contact", "cloud_language_24x7": "contact",
		"resources": "access", "clauses": "clauses", "facts": "told", "readings": "told", "links": "told"}
	if g, ok := groups[part]; ok {
		return g
	}
	return "settings"
}

// nameOf is how people call an entry; nil when the pack has none of that key.
func (p *Pack) nameOf(part, key string) Text {
	if pl, ok := p.Plan(key); ok && part == "plans" {
		return pl.Names
	}
	if g, ok := p.HoursGroup(key); ok && part == "hours_groups" {
		return g.Names
	}
	if c, ok := p.Centre(key); ok && part == "centres" {
		return c.Names
	}
	if f, ok := p.Fact(key); ok && part == "facts" {
		return f.Title
	}
	if c, ok := p.Clause(key); ok && part == "clauses" {
		named := Text{}
		for lang, title := range c.Title {
			named[lang] = c.Number + " " + title
		}
		return named
	}
	return Text{"en": key}
}

// countries tells which are served in other hours.
func (d *differ) countries() {
	all := slices.Sorted(maps.Keys(d.a.countries))
	for country := range d.b.countries {
		if _, ok := d.a.countries[country]; !ok {
			all = append(all, country)
		}
	}
	for _, country := range all {
		old, now := d.a.countries[country], d.b.countries[country]
		d.compare(Change{Group: "countries", Label: "countries", Path: "countries/" + country, Name: Text{"en": country}, Old: old, New: now,
			OldName: d.a.nameOf("hours_groups", old), NewName: d.b.nameOf("hours_groups", now)})
	}
}

// holidays tells which days are closed and were not, or the other way round.
func (d *differ) holidays() {
	closed := func(p *Pack) map[string]string {
		days := map[string]string{}
		for country, list := range p.Holidays {
			for _, h := range list.Holidays {
				days[country+"/"+h.Date.String()] = h.Name
			}
			for _, part := range list.Subdivisions {
				for _, h := range part.Holidays {
					days[country+"-"+part.Code+"/"+h.Date.String()] = h.Name
				}
			}
		}
		return days
	}
	was, is := closed(d.a), closed(d.b)
	for _, day := range slices.Sorted(maps.Keys(merged(was, is))) {
		d.compare(Change{Group: "holidays", Label: "holidays", Path: "holidays/" + day, Name: Text{"en": strings.Replace(day, "/", " ", 1)},
			Old: was[day], New: is[day], OldName: d.a.names[was[day]], NewName: d.b.names[is[day]]})
	}
}

func merged[V any](a, b map[string]V) map[string]V {
	all := maps.Clone(a)
	maps.Copy(all, b)
	return all
}

// compare notes a change where there is one.
func (d *differ) compare(c Change) {
	switch {
	case c.Old == c.New:
		return
	case c.Old == "":
		c.Kind = Added
	case c.New == "":
		c.Kind = Removed
	default:
		c.Kind = Changed
	}
	d.changes = append(d.changes, c)
}

// values lists every single value of the pack's files by its path. Clock rules, countries and days are left out: what
// follows from them is compared instead.
func (p *Pack) values() map[string]string {
	found := map[string]string{}
	if p.raw == nil {
		return found
	}
	flatten(found, "", reflect.ValueOf(p.raw.policy))
	for lang, clauses := range p.raw.clauses {
		for number, c := range clauses {
			found["clauses/"+number] = ""
			found["clauses/"+number+"/title/"+lang], found["clauses/"+number+"/text/"+lang] = c.Title, c.Text
		}
	}
	flatten(found, "facts", reflect.ValueOf(p.raw.told.facts))
	flatten(found, "readings", reflect.ValueOf(p.raw.told.readings))
	flatten(found, "links", reflect.ValueOf(p.raw.told.links))
	maps.DeleteFunc(found, func(path, _ string) bool {
		return path == "base" || strings.HasPrefix(path, "clocks") || strings.HasPrefix(path, "hours_groups/") && strings.HasSuffix(path, "/countries")
	})
	return found
}

func flatten(into map[string]string, path string, v reflect.Value) {
	at := func(key string) string { return strings.TrimPrefix(path+"/"+key, "/") }
	switch {
	case v.Type() == reflect.TypeFor[calendar.Date]():
		into[path] = fmt.Sprint(v.Interface())
	case v.Kind() == reflect.Struct:
		for i := range v.NumField() {
			flatten(into, at(v.Type().Field(i).Tag.Get("yaml")), v.Field(i))
		}
	case v.Kind() == reflect.Map:
		for _, key := range v.MapKeys() {
			if isEntry(path) {
				into[at(key.String())] = ""
			}
			flatten(into, at(key.String()), v.MapIndex(key))
		}
	case v.Kind() == reflect.Slice:
		flattenList(into, path, v)
	case v.Kind() != reflect.String || v.Len() > 0:
		into[path] = fmt.Sprint(v.Interface())
	}
}

// flattenList tells a list as one value: what is in it and its order belong together.
func flattenList(into map[string]string, path string, v reflect.Value) {
	if v.Len() == 0 {
		return
	}
	parts := make([]string, v.Len())
	for i := range parts {
		one := map[string]string{}
		flatten(one, "", v.Index(i))
		var words []string
		for _, key := range slices.Sorted(maps.Keys(one)) {
			words = append(words, one[key])
		}
		parts[i] = strings.Join(words, " ")
	}
	into[path] = strings.Join(parts, ", ")
}
