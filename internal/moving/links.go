package moving

import (
	"liaison/internal/account"
	"liaison/internal/db"
)

// lookOthers finds out which customers are there: those at hand, and those to which rows of these link.
func (p *planner) lookOthers(tx *db.Tx, keys []string, list []account.Customer) error {
	at := map[string]bool{}
	for _, k := range keys {
		at[k] = true
	}
	for _, c := range list {
		p.exists[c.Key] = true
	}
	var others []string
	for _, r := range p.links {
		if other := r.get("other"); at[r.customer()] && !p.exists[other] {
			others = append(others, other)
		}
	}
	for len(others) > 0 {
		n := min(len(others), atOnce)
		found, err := account.CustomersByKey(tx, others[:n])
		if err != nil {
			return err
		}
		for _, c := range found {
			p.exists[c.Key] = true
		}
		others = others[n:]
	}
	return nil
}

// relate goes through the links between customers, when it is known of all customers whether they are there.
func (p *planner) relate() {
	above := map[string][]string{} // by kind and customer: as the files say it
	for _, r := range p.links {
		if r.get("status") != ended {
			at := r.get("kind") + "\x00" + r.customer()
			above[at] = append(above[at], r.get("other"))
		}
	}
	for _, r := range p.links {
		full := *r
		if full.get("status") == "" {
			full.Cells = append([]string{}, r.Cells...)
			full.set("status", active)
		}
		over, is := full.get("status") == ended, p.linked[r.key()]
		switch {
		case r.bad:
		case !p.exists[r.customer()]:
			p.refuse(r.problem("customer", "moving.unknown_customer"))
		case r.get("other") == r.customer():
			p.refuse(r.problem("other", "books.itself"))
		case !p.exists[r.get("other")]:
			p.refuse(r.problem("other", "books.unknown_customer"))
		case !over && leadsTo(above, r.get("kind"), r.get("other"), r.customer(), map[string]bool{}):
			p.refuse(r.problem("other", "books.circle"))
		case over == !is:
			p.plan.Same++
		case over:
			p.plan.Changes = append(p.plan.Changes, Change{Row: &full, Action: End})
		default:
			p.plan.Changes = append(p.plan.Changes, Change{Row: &full, Action: Add})
		}
	}
}

// leadsTo reports whether a customer is found on the way up from another one.
func leadsTo(above map[string][]string, kind, from, to string, seen map[string]bool) bool {
	for _, next := range above[kind+"\x00"+from] {
		if next == to {
			return true
		}
		if !seen[next] {
			seen[next] = true
			if leadsTo(above, kind, next, to, seen) {
				return true
			}
		}
	}
	return false
}
