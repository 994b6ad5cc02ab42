package policy

import (
	"maps"
	"slices"
	"strings"
)

// Tell says a change in words. has and say are the catalogue in lang: whether it has a text, and the text with its
// arguments.
func (c Change) Tell(lang string, has func(key string) bool, say func(key string, args map[string]any) string) string {
	args := map[string]any{"name": c.Name.In(lang)}
	label := strings.ReplaceAll(c.Path, "/", ".")
	if has("policydiff.label." + c.Label) {
		label = say("policydiff.label."+c.Label, args)
	}
	if c.Lang != "" {
		language := c.Lang
		if key := "policydiff.language." + c.Lang; has(key) {
			language = say(key, nil)
		}
		label = say("policydiff.in_language", map[string]any{"label": label, "language": language})
	}
	var value func(v string, name Text) string
	value = func(v string, name Text) string {
		if name != nil && c.Label == ownDays { // the name of the day says nothing of its hours
			return say("policydiff.hours_of", map[string]any{"hours": value(v, nil), "name": name.In(lang)})
		}
		if name != nil {
			return name.In(lang)
		}
		if key := "policydiff.value." + v; v != "" && has(key) {
			return say(key, nil)
		}
		if strings.HasSuffix(v, ".") || strings.HasSuffix(v, "。") { // a sentence within ours
			return say("policydiff.sentence", map[string]any{"text": v})
		}
		return v
	}
	key := "policydiff." + string(c.Kind)
	if c.Old == "" && c.New == "" && c.Kind != Retold { // a whole entry
		key += "_entry"
	}
	return say(key, map[string]any{"label": label, "old": value(c.Old, c.OldName), "new": value(c.New, c.NewName)})
}

// DiffLabels lists the labels of everything in a pack that can change.
func DiffLabels(p *Pack) []string {
	d, found := &differ{a: p, b: p}, map[string]bool{"clocks.on_prem.production": true, "countries": true, "holidays": true, ownDays: true, "own_zone": true}
	for _, day := range weekdays() {
		found["own_week."+day] = true
	}
	for path := range p.values() {
		c := Change{Path: path}
		d.name(&c)
		found[c.Label] = true
	}
	return slices.Sorted(maps.Keys(found))
}
