package moving

import (
	"context"
	"slices"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
)

// Action is what becomes of the thing that a row is about.
type Action string

// The actions.
const (
	Add    Action = "add"
	Modify Action = "change"
	End    Action = "end"
)

// Change is one difference between the files and what is there.
type Change struct {
	Row    *Row // with every cell as it will be
	Action Action
	Cells  []CellChange // of Modify: what differs
}

// CellChange is one cell that differs.
type CellChange struct {
	Column string `json:"column"`
	From   string `json:"from"`
	To     string `json:"to"`
}

// Plan is what files would do.
type Plan struct {
	Changes  []Change // customer by customer, in the order in which they can be made
	Same     int      // rows that are already so
	Left     []Row    // of the customers in the files: what is there and in no row, which stays as it is
	Seatless []Row    // people whom their rows call liaisons, and who have no seat: they count as members
	Problems []Problem
}

// planner goes through rows and keeps what would be there after each of them.
type planner struct {
	s        *Service
	now      time.Time
	releases map[string]bool
	people   map[string]*account.Known // by address; those that the files make have no id
	said     map[string]*Row           // by address and column: the row that says it
	held     stored                    // of the customers at hand
	named    map[string]bool           // kind and key of rows
	once     map[string]int            // of systems that the files bring: how many liaisons they may have had (seats.go)
	products map[string]bool
	exists   map[string]bool // keys of customers that are there or that the files make
	linked   map[string]bool // keys of rows: which links are there
	links    []*Row          // of the files; they come after all customers
	plan     Plan
}

// Plan compares rows with what is there. It changes nothing.
func (s *Service) Plan(ctx context.Context, a access.Actor, rows []Row, tell func(done, all int)) (p Plan, err error) {
	defer errs.Wrap(&err, "moving.Plan")
	if err := may(a); err != nil {
		return p, err
	}
	pl := &planner{s: s, people: map[string]*account.Known{}, said: map[string]*Row{}, named: map[string]bool{}, once: map[string]int{},
		exists: map[string]bool{}, linked: map[string]bool{}}
	groups := pl.group(rows)
	done := 0
	for chunk := range slices.Chunk(groups, atOnce) {
		err := s.DB.View(ctx, scope(a, "compare files"), func(tx *db.Tx) error { return pl.look(tx, chunk) })
		if err != nil {
			return p, err
		}
		for _, g := range chunk {
			pl.customer(g)
			done += len(g.rows)
		}
		tell(done, len(rows))
	}
	pl.relate()
	byPlace(pl.plan.Problems)
	return pl.plan, nil
}

// group is the rows of one customer, in the order in which they are applied.
type group struct {
	key  string
	rows []*Row
}

// group sorts rows by customer and kind, and finds what is wrong with each by itself.
func (p *planner) group(rows []Row) (all []*group) {
	of := map[string]*group{}
	for i := range rows {
		r := &rows[i]
		if bad := r.normal(); len(bad) > 0 {
			p.plan.Problems = append(p.plan.Problems, bad...)
			r.bad = true
		}
		if p.named[string(r.Kind)+"\x00"+r.key()] {
			p.plan.Problems = append(p.plan.Problems, r.problem("", "moving.twice"))
			continue
		}
		p.named[string(r.Kind)+"\x00"+r.key()] = true
		g := of[r.customer()]
		if g == nil {
			g = &group{key: r.customer()}
			of[g.key], all = g, append(all, g)
		}
		if r.Kind == Links {
			p.links = append(p.links, r)
			continue
		}
		g.rows = append(g.rows, r)
	}
	for _, g := range all {
		slices.SortStableFunc(g.rows, byTurn)
	}
	return all
}

// byTurn: kinds in their order; terms from the first, so that one is cut before the next begins; what ends before what
// takes its seat.
func byTurn(a, b *Row) int {
	if c := slices.Index(Kinds(), a.Kind) - slices.Index(Kinds(), b.Kind); c != 0 {
		return c
	}
	switch a.Kind {
	case Orders:
		return strings.Compare(a.get("number"), b.get("number")) // in one order, as the file has them
	case Subscriptions, Agreements, Extended, Exceptions:
		return strings.Compare(a.get("from"), b.get("from"))
	case Designations:
		return strings.Compare(b.get("status"), a.get("status")) // "ended" before "active" and ""
	default: // the others stay in the order of the file
		return 0
	}
}

// look reads what is there of some customers and of the people that their rows name.
func (p *planner) look(tx *db.Tx, groups []*group) (err error) {
	p.now = tx.Now()
	if p.releases == nil {
		if p.releases, err = contract.Releases(tx); err != nil {
			return err
		}
		if p.products, err = contract.Products(tx); err != nil {
			return err
		}
	}
	var keys, emails []string
	for _, g := range groups {
		keys = append(keys, g.key)
		for _, r := range g.rows {
			if e := r.get("email"); e != "" && p.people[e] == nil && (r.Kind == People || r.Kind == Contacts) {
				emails = append(emails, e)
			}
		}
	}
	list, err := account.CustomersByKey(tx, keys)
	if err == nil {
		err = p.lookOthers(tx, keys, list)
	}
	if err != nil {
		return err
	}
	if p.held, err = p.s.load(tx, list); err != nil {
		return err
	}
	for key := range p.held.rows[Links] {
		p.linked[key] = true
	}
	known, err := account.PeopleByEmail(tx, emails)
	for i := range known {
		p.people[known[i].Norm] = &known[i]
	}
	return err
}

// customer goes through the rows of one customer and then lists what no row names.
func (p *planner) customer(g *group) {
	left, seated := p.unseated(g), seatedBy(g)
	for _, r := range g.rows {
		before := len(p.plan.Problems)
		full, was := p.fill(r)
		if full.Kind == People && full.get("role") == string(access.Liaison) {
			p.seatOrMember(&full, was, left[full.get("email")], seated[full.get("email")])
		}
		switch {
		case r.bad:
		case full.Kind != Customers && p.held.rows[Customers][g.key] == nil:
			p.refuse(r.problem("customer", "moving.unknown_customer"))
		default:
			p.check(&full, was)
		}
		switch {
		case !r.bad && len(p.plan.Problems) == before:
			p.note(&full, was)
		case full.Kind == Customers || full.Kind == People || full.Kind == Systems:
			p.exists[g.key] = true
			p.held.put(&full) // so that the rows that hang on it are not blamed for what is wrong with this one
		}
	}
	for _, r := range p.held.order {
		if r.customer() == g.key && r.File == "" && r.get("status") != ended && !p.named[string(r.Kind)+"\x00"+r.key()] {
			p.plan.Left = append(p.plan.Left, *r)
		}
	}
}

// unseated are the addresses of those whom the rows of a customer take a seat and leave none. They are members then, whatever
// their own row says: a liaison is who is designated (1.1).
func (p *planner) unseated(g *group) map[string]bool {
	left, seats := map[string]bool{}, map[string]string{} // of seats: the status by the row's key
	for _, r := range g.rows {
		if r.Kind == Designations && r.get("status") == ended {
			left[r.get("email")] = true
		}
	}
	if len(left) == 0 {
		return nil
	}
	for key, r := range p.held.rows[Designations] {
		if r.customer() == g.key {
			seats[key] = r.get("email") + "\x00" + r.get("status")
		}
	}
	for _, r := range g.rows {
		if r.Kind == Designations {
			seats[r.key()] = r.get("email") + "\x00" + r.get("status")
		}
	}
	for _, s := range seats {
		if email, state, _ := strings.Cut(s, "\x00"); state != ended {
			delete(left, email)
		}
	}
	return left
}

// seatedBy are the addresses of those to whom the rows of a customer give a seat.
func seatedBy(g *group) map[string]bool {
	seated := map[string]bool{}
	for _, r := range g.rows {
		if r.Kind == Designations && r.get("status") != ended {
			seated[r.get("email")] = true
		}
	}
	return seated
}

// seatOrMember makes a member of somebody whose row says liaison, where the rows take the last seat from them, or give
// them none and they were no liaison: the role comes with a seat and with nothing else (1.1, 2.4).
func (p *planner) seatOrMember(full, was *Row, left, seated bool) {
	is := was != nil && was.get("role") == string(access.Liaison) && was.get("status") != ended
	switch {
	case full.get("status") == ended:
	case left:
		full.set("role", string(access.Member))
	case !is && !seated:
		full.set("role", string(access.Member))
		p.plan.Seatless = append(p.plan.Seatless, *full)
	}
}

func (p *planner) refuse(bad ...Problem) { p.plan.Problems = append(p.plan.Problems, bad...) }

// fill gives the row with the cells that it leaves empty: as they are there, or the usual ones of something new.
func (p *planner) fill(r *Row) (full Row, was *Row) {
	full = *r
	full.Cells = slices.Clone(r.Cells)
	was = p.held.rows[r.Kind][r.key()]
	if r.Kind == People {
		was = p.personRow(r, was)
	}
	for i, c := range columnsOf(r.Kind) {
		switch {
		case full.Cells[i] != "":
		case c.name == "status":
			full.Cells[i] = active
		case was != nil && was.Cells[i] != "":
			full.Cells[i] = was.Cells[i]
		default:
			full.Cells[i] = p.usual(&full, c.name)
		}
	}
	full.exact()
	return full, was
}

// personRow is what is there about a person and a customer: the contact as it is now, also when another customer's row
// has just changed it.
func (p *planner) personRow(r, was *Row) *Row {
	known := p.people[r.get("email")]
	if known == nil {
		return nil
	}
	now := rowOfAccess(r.customer(), account.Access{Person: *known, Ended: true})
	if was != nil {
		for _, c := range []string{"role", "kind", "sees", "status"} {
			now.set(c, was.get(c))
		}
	}
	return &now
}

func (p *planner) usual(r *Row, column string) string {
	switch {
	case column == "kind" && r.Kind == Customers:
		return "customer"
	case column == "kind":
		return string(account.Own)
	case column == "language":
		return "en"
	case column == "zone":
		return "UTC"
	case column == "sees":
		return string(access.SeesAll)
	case column == "restricted", column == "projectAdmin":
		return "false"
	case column == "centre" && r.Kind == Customers:
		_, centre, _ := p.s.Policy.Now().CalendarFor(r.get("country"))
		return centre
	}
	return ""
}

// note keeps what a row would do, and that it is so from here on.
func (p *planner) note(full, was *Row) {
	isNew := was == nil || full.Kind == People && was.get("role") == ""
	over := full.get("status") == ended
	c := Change{Row: full, Action: Modify}
	switch {
	case over && (isNew || was.get("status") == ended):
		p.plan.Same++
		return
	case over:
		c.Action = End
	case isNew:
		c.Action = Add
	default:
		for i, col := range columnsOf(full.Kind) {
			if from, to := was.Cells[i], full.Cells[i]; from != to {
				c.Cells = append(c.Cells, CellChange{col.name, from, to})
			}
		}
		if len(c.Cells) == 0 {
			p.plan.Same++
			return
		}
	}
	p.plan.Changes = append(p.plan.Changes, c)
	p.exists[full.customer()] = true
	p.held.put(full)
	if full.Kind == Seats {
		p.countSeats(full, was)
	}
	if full.Kind == People {
		known := p.people[full.get("email")]
		if known == nil {
			known = &account.Known{Norm: full.get("email")}
			p.people[known.Norm] = known
		}
		known.Contact = full.toContact()
	}
}
