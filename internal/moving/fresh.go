package moving

import (
	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/contract"
	"liaison/internal/db"
)

// fresh is what one unit makes and nobody had before. Who moves in brings customers with everything: what hangs on a new
// customer can hang on nothing that is there, so that no row of it has to be looked for. Everything else is put, one
// after the other.
type fresh struct {
	absent    map[string]bool // customers by key and people by "@" and address that are not there and nobody has made yet
	releases  map[string]bool
	customers map[string]bool
	people    map[string]*Row            // by "@" and address: the row that has made them
	terms     map[string][]contract.Term // of the new systems
	taken     map[string]int             // seats of the new systems
	slow      map[string]bool            // systems with seats beside those of the plan, or of extended lifecycle support
}

// see reads, at once for the unit, which of its customers and people are there.
func (m *maker) see(tx *db.Tx, changes []Change) (err error) {
	m.fresh = fresh{absent: map[string]bool{}, customers: map[string]bool{}, people: map[string]*Row{}, terms: map[string][]contract.Term{},
		taken: map[string]int{}, slow: map[string]bool{}}
	var keys, emails []string
	for _, c := range changes {
		switch {
		case c.Action != Add:
		case c.Row.Kind == Customers:
			keys = append(keys, c.Row.customer())
			m.absent[c.Row.customer()] = true
		case c.Row.Kind == People:
			emails = append(emails, c.Row.get("email"))
			m.absent["@"+c.Row.get("email")] = true
		}
	}
	for len(keys) > 0 {
		n := min(len(keys), atOnce)
		found, err := account.CustomersByKey(tx, keys[:n])
		if err != nil {
			return err
		}
		for _, c := range found {
			delete(m.absent, c.Key)
		}
		keys = keys[n:]
	}
	found, err := account.PeopleByEmail(tx, emails)
	for _, k := range found {
		delete(m.absent, "@"+k.Norm)
	}
	if err == nil {
		m.releases, err = contract.Releases(tx)
	}
	return err
}

// add makes what nobody had before; done is false for everything else.
func (m *maker) add(tx *db.Tx, r *Row) (done bool, err error) {
	switch r.Kind {
	case Customers:
		return m.addCustomer(tx, r)
	case People:
		return m.addPerson(tx, r)
	case Systems:
		return m.addSystem(tx, r)
	case Subscriptions:
		return m.addTerm(tx, r)
	case Designations:
		return m.addDesignation(tx, r)
	case Seats, Extended:
		m.slow[r.system()] = true
	default: // the others are made one by one, by the use cases
	}
	return false, nil
}

func (m *maker) addCustomer(tx *db.Tx, r *Row) (done bool, err error) {
	if !m.absent[r.customer()] {
		return false, nil
	}
	delete(m.absent, r.customer())
	m.customers[r.customer()] = true
	m.made[r.customer()], err = m.s.Accounts.AddCustomer(tx, m.a, r.toCustomer())
	return true, err
}

func (m *maker) addPerson(tx *db.Tx, r *Row) (done bool, err error) {
	key := "@" + r.get("email")
	role, kind, over := r.toGrant()
	if !m.absent[key] || over {
		return false, nil
	}
	delete(m.absent, key)
	customer, err := m.customer(tx, r)
	if err != nil {
		return false, err
	}
	m.people[key] = r
	m.made[key], err = m.s.Accounts.AddPerson(tx, m.a, customer, r.toContact(), role, kind, access.View(r.get("sees")))
	return true, err
}

func (m *maker) addSystem(tx *db.Tx, r *Row) (done bool, err error) {
	_, twice := m.made[r.system()]
	if !m.customers[r.customer()] || twice || !m.releases[r.get("product")+" "+r.get("version")] {
		return false, nil
	}
	m.terms[r.system()] = []contract.Term{}
	m.made[r.system()], err = m.s.Contract.AddFreshSystem(tx, m.a, m.made[r.customer()], r.toSystem())
	return true, err
}

func (m *maker) addTerm(tx *db.Tx, r *Row) (done bool, err error) {
	before, ok := m.terms[r.system()]
	if !ok {
		return false, nil
	}
	t := r.toTerm()
	m.terms[r.system()] = append(before, t)
	return true, m.s.Contract.AddFreshTerm(tx, m.a, m.made[r.customer()], m.made[r.system()], t, before)
}

// addDesignation is for new liaisons of new systems while seats of the plan are free; the rest is decided one by one.
func (m *maker) addDesignation(tx *db.Tx, r *Row) (done bool, err error) {
	terms, ok := m.terms[r.system()]
	person := m.people["@"+r.get("email")]
	if !ok || m.slow[r.system()] || person == nil || person.customer() != r.customer() || person.get("role") != string(access.Liaison) || r.get("status") == ended {
		return false, nil
	}
	if m.taken[r.system()] >= m.s.Contract.SeatsOf(terms, contract.Beside{}, tx.Now()) {
		return false, nil
	}
	m.taken[r.system()]++
	return true, m.s.Contract.AddFreshDesignation(tx, m.a, m.made[r.customer()], m.made["@"+r.get("email")], m.made[r.system()], r.toLiaison())
}
