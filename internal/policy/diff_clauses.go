package policy

import (
	"maps"
	"slices"
	"strings"
)

// Renumbered is a clause that stands under another number than before.
type Renumbered struct {
	From  string `json:"from"`
	To    string `json:"to"`
	Title Text   `json:"-"`
}

// Moves lists the clauses that b tells under another number than a: in the same words, or under the same title. Links
// to the old number, also those of decisions that were stored, lead elsewhere or nowhere then.
func Moves(a, b *Pack) []Renumbered {
	stays := func(number string) bool {
		was, is := a.clauses[number]
		now, still := b.clauses[number]
		return is && still && a.Clauses[was].isLike(b.Clauses[now])
	}
	var found []Renumbered
	for _, c := range a.Clauses {
		if stays(c.Number) {
			continue
		}
		same := func(in func(Clause) bool) (hits []string) {
			for _, o := range b.Clauses {
				if o.Number != c.Number && !stays(o.Number) && in(o) {
					hits = append(hits, o.Number)
				}
			}
			return hits
		}
		to := same(func(o Clause) bool { return sharesText(c.Text, o.Text) })
		if len(to) != 1 {
			to = same(c.isLike)
		}
		if len(to) == 1 {
			found = append(found, Renumbered{c.Number, to[0], c.Title})
		}
	}
	return found
}

// isLike reports whether two clauses are told in the same words, or under the same title.
func (c Clause) isLike(o Clause) bool {
	return sharesText(c.Text, o.Text) || sharesText(c.Title, o.Title)
}

func sharesText(a, b Text) bool {
	for lang, s := range a {
		if s != "" && b[lang] == s {
			return true
		}
	}
	return false
}

// moves tells the clauses that have another number, and gives the entries of which that is all there is to say.
func (d *differ) moves() (told map[string]bool) {
	told = map[string]bool{}
	for _, m := range Moves(d.a, d.b) {
		d.changes = append(d.changes, Change{Group: "clauses", Label: "clauses", Path: "clauses/" + m.From, Name: d.a.nameOf("clauses", m.From),
			Kind: Moved, Old: m.From, New: m.To})
		if _, still := d.b.Clause(m.From); !still {
			told["clauses/"+m.From], told["links/"+m.From] = true, true
		}
		before, _ := d.a.Clause(m.From)
		now, _ := d.b.Clause(m.To)
		same := maps.Equal(before.Title, now.Title) && maps.Equal(before.Text, now.Text)
		if _, taken := d.a.Clause(m.To); !taken {
			told["clauses/"+m.To], told["links/"+m.To] = true, true
			if !same {
				d.changes = append(d.changes, Change{Group: "clauses", Label: "clauses.text", Path: "clauses/" + m.To + "/text", Name: d.b.nameOf("clauses", m.To), Kind: Retold})
			}
		} else if same {
			told["clauses/"+m.To] = true
		}
	}
	return told
}

// clocks tells for whom another clock is chosen: one change for all kinds of case that go from one clock to another.
func (d *differ) clocks() {
	was := map[[4]string]string{}
	for _, r := range d.a.Matrix() {
		was[r.kind()] = r.Clock
	}
	type change struct{ old, now string }
	var order []change
	moved := map[change][][4]string{}
	for _, r := range d.b.Matrix() {
		before, ok := was[r.kind()]
		if !ok || before == r.Clock {
			continue
		}
		c := change{before, r.Clock}
		if moved[c] == nil {
			order = append(order, c)
		}
		moved[c] = append(moved[c], r.kind())
	}
	for _, c := range order {
		for _, k := range grouped(moved[c]) {
			d.changes = append(d.changes, Change{Group: "clocks", Label: "clocks." + oneOrAll(k[ofDeployment]) + "." + oneOrAll(k[ofEnvironment]),
				Path: "clocks/" + strings.Join([]string{strings.Join(k[ofPlan], ","), oneOrAll(k[ofDeployment]), oneOrAll(k[ofEnvironment]), strings.Join(k[ofPriority], ",")}, "/"),
				Name: d.b.nameKinds(k), Kind: Changed, Old: c.old, New: c.now})
		}
	}
}

func (r MatrixRow) kind() [4]string {
	return [4]string{ofPlan: r.Plan, ofDeployment: r.Deployment, ofEnvironment: r.Environment, ofPriority: r.Priority}
}

// oneOrAll is a value, or "all" for both that there are.
func oneOrAll(values []string) string {
	if len(values) == 1 {
		return values[0]
	}
	return "all"
}

// nameKinds names priorities and plans: "P1, P2, Premier".
func (p *Pack) nameKinds(k kinds) Text {
	named := Text{}
	for _, lang := range p.Languages {
		words := slices.Clone(k[ofPriority])
		for _, key := range k[ofPlan] {
			plan, _ := p.Plan(key)
			words = append(words, plan.Names.In(lang))
		}
		comma := ", "
		if strings.HasPrefix(lang, "zh") {
			comma = "、"
		}
		named[lang] = strings.Join(words, comma)
	}
	return named
}
