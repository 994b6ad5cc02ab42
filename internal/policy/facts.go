package policy

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Fact is what a clause says in a list or in single values that people read and no rule counts with: what a case
// needs, what a kind of update is. What rules decide on is a field of Pack.
type Fact struct {
	Key    string // "case_required_information"
	Clause string
	Title  Text
	Items  []FactItem // in the pack's order
}

// FactItem is one of them. Value is a figure or a code in the form of the policy's facts, "" for a plain entry of a
// list; the text may name it as {value}.
type FactItem struct {
	Key   string
	Value string
	text  Text
}

// In is the item's sentence in lang.
func (i FactItem) In(lang string) string {
	return strings.ReplaceAll(i.text.In(lang), "{value}", i.Value)
}

// Reading says where the published text contradicts itself or leaves a gap, and what this pack takes it to mean.
type Reading struct {
	Key     string // "I-04"
	Clauses []string
	Found   Text
	Reading Text
}

// Duty is what people do to make a clause true, and the evidence that remains.
type Duty struct {
	Text     Text
	Evidence Text
}

type factFile struct {
	Clause string         `yaml:"clause"`
	Title  Text           `yaml:"title"`
	Items  []factItemFile `yaml:"items"`
}

type factItemFile struct {
	Key   string `yaml:"key"`
	Value string `yaml:"value"`
	Text  Text   `yaml:"text"`
}

type readingFile struct {
	Clauses []string `yaml:"clauses"`
	Found   Text     `yaml:"found"`
	Reading Text     `yaml:"reading"`
}

type linkFile struct {
	Rules []string `yaml:"rules"`
	Duty  struct {
		Text     Text `yaml:"text"`
		Evidence Text `yaml:"evidence"`
	} `yaml:"duty"`
}

// toldFile is what the pack tells beside its figures: facts.yaml, readings.yaml, links.yaml.
type toldFile struct {
	facts    map[string]factFile
	readings map[string]readingFile
	links    map[string]linkFile
}

// add lays a file over what is there; false when it is none of these.
func (t *toldFile) add(d *decoder, s source) bool {
	switch s.root {
	case "facts":
		d.decode(s, &t.facts)
	case "readings":
		d.decode(s, &t.readings)
	case "links":
		d.decode(s, &t.links)
	default:
		return false
	}
	return true
}

// buildTold reads facts and readings and gives the clauses their rules and duties.
func buildTold(c *checker) {
	p, told := c.pack, c.raw.told
	for _, key := range slices.Sorted(maps.Keys(told.facts)) {
		f := told.facts[key]
		fact := Fact{Key: key, Clause: f.Clause, Title: f.Title}
		for _, i := range f.Items {
			fact.Items = append(fact.Items, FactItem{Key: i.Key, Value: i.Value, text: i.Text})
		}
		p.Facts = append(p.Facts, fact)
	}
	slices.SortStableFunc(p.Facts, func(a, b Fact) int { return cmp.Or(CompareClauses(a.Clause, b.Clause), cmp.Compare(a.Key, b.Key)) })
	for _, key := range slices.Sorted(maps.Keys(told.readings)) {
		r := told.readings[key]
		p.Readings = append(p.Readings, Reading{Key: key, Clauses: r.Clauses, Found: r.Found, Reading: r.Reading})
	}
	for number, link := range told.links {
		i, ok := p.clauses[number]
		if !ok {
			continue // checkTold says so
		}
		p.Clauses[i].Rules = link.Rules
		if len(link.Duty.Text) > 0 {
			p.Clauses[i].Duty = &Duty{Text: link.Duty.Text, Evidence: link.Duty.Evidence}
		}
	}
}

// checkTold wants every fact, reading and link to stand on a clause that is there, and every rule to be one of the program.
func (c *checker) checkTold() {
	for _, f := range c.pack.Facts {
		path := "facts." + f.Key
		c.clause(path+".clause", f.Clause, "")
		c.text(path+".title", f.Title)
		c.checkItems(path+".items", f.Items)
	}
	for _, r := range c.pack.Readings {
		path := "readings." + r.Key
		c.text(path+".found", r.Found)
		c.text(path+".reading", r.Reading)
		if len(r.Clauses) == 0 {
			c.add(path, "pack.required", "allowed", "clauses")
		}
		for i, number := range r.Clauses {
			c.clause(fmt.Sprintf("%s.clauses[%d]", path, i), number, "")
		}
	}
	known := RuleKeys()
	for _, number := range slices.Sorted(maps.Keys(c.raw.told.links)) {
		link, path := c.raw.told.links[number], "links."+number
		c.clause(path, number, "")
		c.eachOneOf(path+".rules", link.Rules, known)
		if len(link.Duty.Text)+len(link.Duty.Evidence) > 0 {
			c.text(path+".duty.text", link.Duty.Text)
			c.text(path+".duty.evidence", link.Duty.Evidence)
		}
	}
}

func (c *checker) checkItems(path string, items []FactItem) {
	if len(items) == 0 {
		c.add(path, "pack.required")
	}
	taken := map[string]bool{}
	for i, item := range items {
		at := fmt.Sprintf("%s[%d]", path, i)
		c.required(at+".key", item.Key)
		c.text(at+".text", item.text)
		if taken[item.Key] {
			c.add(at+".key", "pack.duplicate_key", "found", item.Key)
		}
		taken[item.Key] = true
	}
}

// FactsOf lists the facts of a clause.
func (p *Pack) FactsOf(number string) []Fact {
	var found []Fact
	for _, f := range p.Facts {
		if f.Clause == number {
			found = append(found, f)
		}
	}
	return found
}

// Fact gives the fact of that key.
func (p *Pack) Fact(key string) (Fact, bool) {
	i := slices.IndexFunc(p.Facts, func(f Fact) bool { return f.Key == key })
	if i < 0 {
		return Fact{}, false
	}
	return p.Facts[i], true
}

// ReadingsOf lists the readings that concern a clause.
func (p *Pack) ReadingsOf(number string) []Reading {
	var found []Reading
	for _, r := range p.Readings {
		if slices.Contains(r.Clauses, number) {
			found = append(found, r)
		}
	}
	return found
}
