package db

import "fmt"

// statement is what the hook must know of a text: which tables it names, whether each is held to the customer, and
// what it changes.
type statement struct {
	sources []*source
	params  []int    // every $n that stands for the tenant
	writes  string   // table it changes, "" for none
	set     []string // columns that its UPDATE assigns
	problem string
}

// source is a table as a statement names it. Sources whose tenant_id are equal hang together; one that is compared
// with a parameter holds them all. A subquery is held by what stands in it.
type source struct {
	table, alias string
	held         bool
	up           *source
}

func (s *source) root() *source {
	for s.up != nil {
		s = s.up
	}
	return s
}

func join(a, b *source) {
	a, b = a.root(), b.root()
	if a != b {
		a.up = b
		b.held = b.held || a.held
	}
}

// unheld is the first table that may show rows of another customer, or "".
func (s *statement) unheld() string {
	for _, x := range s.sources {
		if !x.root().held {
			return x.table
		}
	}
	return ""
}

// frame is one SELECT, INSERT, UPDATE or DELETE while it is read.
type frame struct {
	outer   *frame
	sources []*source
	clause  string
	or      bool     // the clause has an OR beside its conditions: they hold nothing
	holds   []func() // what conditions hold, called when all tables are known
	sure    int      // those of earlier clauses
	target  *source  // of an INSERT
	column  int      // where the INSERT's columns have tenant_id, -1 for nowhere
}

// find gives the source with a name; without a name the first tenant's table of the nearest frame that has one.
func (f *frame) find(name string) *source {
	for ; f != nil; f = f.outer {
		for _, s := range f.sources {
			if s.alias == name || s.table == name || name == "" && s.table != "" {
				return s
			}
		}
	}
	return nil
}

func (f *frame) enter(clause string) {
	if f.or {
		f.holds = f.holds[:f.sure]
	}
	f.clause, f.or, f.sure = clause, false, len(f.holds)
}

type parser struct {
	toks     []token
	i        int // of the token after the current one
	isTenant func(table string) bool
	frames   []*frame // that have been read
	out      *statement
}

// parse reads a statement; isTenant says which tables hold rows of customers.
func parse(q string, isTenant func(table string) bool) *statement {
	p := &parser{toks: lex(q), isTenant: isTenant, out: &statement{}}
	p.query(&frame{column: -1})
	for _, f := range p.frames {
		for _, hold := range f.holds {
			hold()
		}
	}
	return p.out
}

func (p *parser) at(i int) token {
	if i < 0 || i >= len(p.toks) {
		return token{}
	}
	return p.toks[i]
}

func (p *parser) is(i int, text string) bool {
	return i >= 0 && i < len(p.toks) && p.toks[i].text == text
}

// query reads to the parenthesis that closes f, or to the end.
func (p *parser) query(f *frame) {
	defer func() { p.leave(f) }()
	for p.i < len(p.toks) {
		t := p.toks[p.i]
		p.i++
		switch t.text {
		case ")":
			return
		case "(":
			p.parenthesis(f)
		case ",":
			if f.clause == "from" {
				p.table(f)
			}
		case "or":
			f.or = true
		case "union", "except", "intersect":
			p.leave(f)
			f = &frame{outer: f.outer, column: -1}
		case "tenant_id":
			p.condition(f)
		default:
			p.keyword(f, t.text)
		}
	}
}

func (p *parser) leave(f *frame) {
	f.enter("")
	p.frames = append(p.frames, f)
}

func (p *parser) keyword(f *frame, word string) {
	before := p.at(p.i - 2).text
	switch word {
	case "select":
		f.enter("select")
		if f.target != nil {
			p.insertSelect(f)
		}
	case "from", "join":
		if before != "distinct" { // IS DISTINCT FROM
			f.enter("from")
			if _, name := p.table(f); before == "delete" {
				p.out.writes = name
			}
		}
	case "insert":
		p.insert(f)
	case "update":
		if before != "do" {
			_, p.out.writes = p.table(f)
		}
	case "set":
		f.enter("set")
		p.assigned()
	case "using":
		p.using(f)
	case "values":
		f.enter("values")
		p.values(f)
	case "on", "where", "group", "order", "having", "limit", "returning", "window":
		f.enter(word)
	}
}

// parenthesis reads what stands in parentheses: a query of its own, or a group whose conditions hold nothing.
func (p *parser) parenthesis(f *frame) {
	if p.is(p.i, "select") || p.is(p.i, "with") || p.is(p.i, "values") {
		p.query(&frame{outer: f, column: -1})
		if f.clause == "from" {
			f.sources = append(f.sources, &source{alias: p.alias(), held: true})
		}
		return
	}
	for p.i < len(p.toks) {
		t := p.toks[p.i]
		p.i++
		switch t.text {
		case ")":
			return
		case "(":
			p.parenthesis(&frame{outer: f, column: -1})
		case "tenant_id":
			p.condition(&frame{outer: f, column: -1, or: true})
		}
	}
}

// table reads a table of FROM, JOIN, UPDATE or INTO with its alias.
func (p *parser) table(f *frame) (s *source, name string) {
	if p.is(p.i, "(") {
		return nil, "" // the next token: a subquery
	}
	p.i++
	if p.is(p.i, ".") {
		p.i += 2
	}
	name = p.at(p.i - 1).text
	s = &source{table: name}
	if p.isTenant(name) {
		p.out.sources = append(p.out.sources, s)
	} else {
		s.table, s.held = "", true
	}
	s.alias = p.alias()
	if s.alias == "" {
		s.alias = name
	}
	f.sources = append(f.sources, s)
	return s, name
}

// alias reads [AS] name.
func (p *parser) alias() string {
	if p.is(p.i, "as") {
		p.i++
	}
	switch t := p.at(p.i); t.text {
	case "", "on", "using", "where", "join", "left", "right", "inner", "cross", "full", "natural", "set", "group", "order",
		"limit", "union", "except", "intersect", "returning", "values", "select", "having", "window", "default":
	default:
		if t.param == 0 && isWord(t.text[0]) {
			p.i++
			return t.text
		}
	}
	return ""
}

// condition reads "tenant_id = ..." or "$1 = tenant_id" around the current token.
func (p *parser) condition(f *frame) {
	left, first := p.column(p.i - 1)
	if f.clause == "set" {
		p.out.problem = "it assigns tenant_id"
		return
	}
	other := p.i + 1
	if !p.is(p.i, "=") {
		if other = first - 2; !p.is(first-1, "=") || p.at(other).param == 0 {
			return
		}
	}
	if n := p.at(other).param; n > 0 {
		p.out.params = append(p.out.params, n)
		f.hold(func() {
			if s := f.find(left); s != nil {
				s.root().held = true
			}
		})
		return
	}
	if p.is(other+1, ".") {
		other += 2
	}
	if p.is(other, "tenant_id") {
		right, _ := p.column(other)
		p.i = other + 1
		f.hold(func() {
			if a, b := f.find(left), f.find(right); a != nil && b != nil {
				join(a, b)
			}
		})
	}
}

// hold notes what a condition of WHERE or ON holds.
func (f *frame) hold(fn func()) {
	if f.clause == "where" || f.clause == "on" {
		f.holds = append(f.holds, fn)
	}
}

// column is the qualifier of the column at i, and where the column's name begins.
func (p *parser) column(i int) (qualifier string, first int) {
	if p.is(i-1, ".") {
		return p.at(i - 2).text, i - 2
	}
	return "", i
}

// using reads JOIN ... USING (tenant_id, ...): the new table hangs with the one before it.
func (p *parser) using(f *frame) {
	if n := len(f.sources); f.clause == "from" && n > 1 {
		for i := p.i; !p.is(i, ")") && i < len(p.toks); i++ {
			if p.is(i, "tenant_id") {
				join(f.sources[n-2], f.sources[n-1])
			}
		}
	}
}

// assigned lists the columns of SET a = ..., b = ... without leaving the place.
func (p *parser) assigned() {
	depth := 0
	for i := p.i; i < len(p.toks) && depth >= 0; i++ {
		switch p.toks[i].text {
		case "(":
			depth++
		case ")":
			depth--
		case "where", "from", "returning":
			if depth == 0 {
				return
			}
		case "=":
			if before := p.at(i - 2).text; depth == 0 && (before == "set" || before == ",") {
				p.out.set = append(p.out.set, p.at(i-1).text)
			}
		}
	}
}

// insert reads INSERT INTO table (columns).
func (p *parser) insert(f *frame) {
	p.i++ // INTO
	f.target, p.out.writes = p.table(f)
	f.column = -1
	for n := 0; p.i < len(p.toks); p.i++ {
		switch p.toks[p.i].text {
		case ",":
			n++
		case "tenant_id":
			f.column = n
		case ")":
			p.i++
			return
		}
	}
}

// values reads the rows of VALUES of an INSERT: each must store the tenant from a parameter.
func (p *parser) values(f *frame) {
	if f.target == nil || f.target.table == "" {
		return
	}
	for p.is(p.i, "(") {
		item, end := p.item(p.i+1, f.column)
		p.i = end + 1
		if p.is(p.i, ",") {
			p.i++
		}
		if f.column < 0 || len(item) != 1 || item[0].param == 0 {
			p.out.problem = fmt.Sprintf("it stores rows in %s without the tenant as a parameter", f.target.table)
			return
		}
		p.out.params = append(p.out.params, item[0].param)
	}
	f.target.held = true
}

// insertSelect looks at what INSERT ... SELECT stores as tenant_id: a parameter, or the tenant_id of a table it reads.
func (p *parser) insertSelect(f *frame) {
	target := f.target
	f.target, f.sources = nil, nil // from here on f reads: a bare tenant_id is not the target's
	item, _ := p.item(p.i, f.column)
	switch {
	case f.column < 0:
	case len(item) == 1 && item[0].param > 0:
		p.out.params = append(p.out.params, item[0].param)
		target.held = true
	case len(item) == 3 && item[2].text == "tenant_id":
		f.holds = append(f.holds, func() {
			if s := f.find(item[0].text); s != nil {
				join(target, s)
			}
		})
		f.sure = len(f.holds)
	}
}

// item is the n-th of the comma separated items from i on, and where the list ends: at ")" or FROM.
func (p *parser) item(i, n int) (item []token, end int) {
	depth := 0
	for ; i < len(p.toks); i++ {
		switch t := p.toks[i].text; {
		case t == "(":
			depth++
		case t == ")" && depth > 0:
			depth--
		case depth == 0 && (t == ")" || t == "from"):
			return item, i
		case depth == 0 && t == ",":
			n--
			continue
		}
		if n == 0 {
			item = append(item, p.toks[i])
		}
	}
	return item, i
}
