package moving

import (
	"context"
	"slices"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/policy"
)

// Service takes data out and brings it in. All fields are set once, before use.
type Service struct {
	DB       *db.DB
	Accounts *account.Service
	Contract *contract.Service
	Books    *books.Service
	Policy   policy.Source
}

// atOnce is how many customers are looked at together.
const atOnce = 200

// may lets those through who keep customers and people.
func may(a access.Actor) error {
	if err := access.Check(a, access.AdminCustomers); err != nil {
		return err
	}
	return access.Check(a, access.AdminPeople)
}

// scope spans customers: a file is about many.
func scope(a access.Actor, reason string) db.Scope {
	if a.System {
		return db.ForSystem("moving")
	}
	return db.ForStaff(a.Person, reason)
}

// stored is what the installation has of some customers: rows by kind and key, in the order of the database.
type stored struct {
	rows     map[Kind]map[string]*Row
	order    []*Row // customer by customer, kind by kind
	ids      map[string]id.ID
	terms    map[string][]*Row // of a system
	taken    map[string]int    // seats of a system
	windows  map[string]bool   // documents of extended lifecycle support, as rows of exceptions would name them
	extended map[string][]*Row // windows of a system
	ordered  map[string][]*Row // lines of orders for a system
	extra    map[string]int    // seats that a system has beside those of its plan
}

// load reads everything about these customers. Rows of people and designations that have ended carry the status.
func (s *Service) load(tx *db.Tx, list []account.Customer) (st stored, err error) {
	defer errs.Wrap(&err, "moving.load")
	st = stored{rows: map[Kind]map[string]*Row{}, ids: map[string]id.ID{}, terms: map[string][]*Row{}, taken: map[string]int{}, extra: map[string]int{}, windows: map[string]bool{}, extended: map[string][]*Row{}, ordered: map[string][]*Row{}}
	for _, k := range Kinds() {
		st.rows[k] = map[string]*Row{}
	}
	of, keys := make([]id.ID, len(list)), map[id.ID]string{}
	for i, c := range list {
		of[i], keys[c.ID], st.ids[c.Key] = c.ID, c.Key, c.ID
		st.add(rowOfCustomer(c))
	}
	people, err := account.AccessOf(tx, of)
	if err != nil {
		return st, err
	}
	emails := map[id.ID]string{}
	for _, x := range people {
		emails[x.Person.ID] = x.Person.Norm
		st.add(rowOfAccess(keys[x.Customer], x))
	}
	held, err := s.Contract.HoldingOf(tx, of)
	if err != nil {
		return st, err
	}
	st.addHolding(held, keys, emails)
	kept, err := books.HoldingOf(tx, of)
	if err != nil {
		return st, err
	}
	st.addBooks(kept, held, keys)
	return st, nil
}

// addBooks adds what the books keep beside what contract holds.
func (s *stored) addBooks(b books.Holding, h contract.Holding, keys map[id.ID]string) {
	names := map[id.ID]string{}
	for _, x := range h.Systems {
		names[x.ID] = x.Name
	}
	for _, x := range b.Lines {
		s.add(rowOfLine(keys[x.Customer], names[x.System], x))
	}
	for _, x := range b.Contacts {
		s.add(rowOfContact(keys[x.Customer], x))
	}
	for _, x := range b.Links {
		s.add(rowOfLink(keys[x.Customer], x))
	}
}

func (s *stored) add(r Row) {
	s.put(&r)
	s.order = append(s.order, &r)
}

// put makes a row what is there under its key.
func (s *stored) put(r *Row) {
	was := s.rows[r.Kind][r.key()]
	s.rows[r.Kind][r.key()] = r
	switch r.Kind {
	case Subscriptions:
		terms := slices.DeleteFunc(s.terms[r.system()], func(t *Row) bool { return t == was })
		s.terms[r.system()] = append(terms, r)
	case Extended:
		all := slices.DeleteFunc(s.extended[r.system()], func(t *Row) bool { return t == was })
		s.extended[r.system()] = append(all, r)
	case Orders:
		if was != nil {
			s.ordered[was.system()] = slices.DeleteFunc(s.ordered[was.system()], func(t *Row) bool { return t == was })
		}
		s.ordered[r.system()] = append(s.ordered[r.system()], r)
	case Designations:
		if was != nil && was.get("status") == active {
			s.taken[r.system()]--
		}
		if r.get("status") == active {
			s.taken[r.system()]++
		}
	default: // of the others nothing more is kept
	}
}

func (s *stored) addHolding(h contract.Holding, keys, emails map[id.ID]string) {
	systems := map[id.ID]*Row{}
	for _, x := range h.Systems {
		r := rowOfSystem(keys[x.Customer], x.NewSystem)
		s.ids[r.key()], s.extra[r.key()] = x.ID, x.Beside
		s.add(r)
		systems[x.ID] = &r
	}
	for _, x := range h.Agreements {
		s.add(rowOfAgreement(keys[x.Customer], x.Agreement))
	}
	for _, x := range h.Terms {
		s.add(rowOfTerm(systems[x.System], x.Term))
	}
	for _, x := range h.Components {
		s.add(rowOfComponent(systems[x.System], x))
	}
	for _, x := range h.Windows {
		r := rowOfException(systems[x.System], x.Exception)
		s.windows[r.key()] = true
		s.add(rowOfExtended(systems[x.System], x.Exception))
	}
	for _, x := range h.Exceptions {
		s.add(rowOfException(systems[x.System], x.Exception))
	}
	for _, x := range h.Seats {
		s.add(rowOfSeats(systems[x.System], x))
	}
	for _, x := range h.Bills {
		s.add(rowOfBill(keys[x.Customer], x.Bill))
	}
	for _, x := range h.Designations {
		s.add(rowOfDesignation(systems[x.System], emails[x.Person], x))
	}
}

// Export gives the rows of every customer, in the order of their keys. What has ended is left out: a person whose
// access is over, a liaison who was taken off a system. No password, token or key is in it.
func (s *Service) Export(ctx context.Context, a access.Actor, each func(rows []Row) error) (err error) {
	defer errs.Wrap(&err, "moving.Export")
	if err := may(a); err != nil {
		return err
	}
	for after := ""; ; {
		var list []account.Customer
		var held stored
		err := s.DB.View(ctx, scope(a, "export"), func(tx *db.Tx) (err error) {
			if list, err = account.CustomersAfter(tx, after, atOnce); err == nil {
				held, err = s.load(tx, list)
			}
			return err
		})
		if err != nil || len(list) == 0 {
			return err
		}
		if err := held.each(list, each); err != nil {
			return err
		}
		after = list[len(list)-1].Key
	}
}

// each gives the rows of one customer after the other, without what has ended.
func (s *stored) each(list []account.Customer, fn func([]Row) error) error {
	of := map[string][]Row{}
	for _, r := range s.order {
		if r.get("status") != ended {
			of[r.customer()] = append(of[r.customer()], *r)
		}
	}
	for _, c := range list {
		slices.SortStableFunc(of[c.Key], func(a, b Row) int { return slices.Index(Kinds(), a.Kind) - slices.Index(Kinds(), b.Kind) })
		if err := fn(of[c.Key]); err != nil {
			return err
		}
	}
	return nil
}
