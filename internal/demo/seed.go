package demo

import (
	"context"
	"fmt"
	"sync"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/app"
	"liaison/internal/calendar"
	"liaison/internal/clock"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/release"
)

// worldAge is how long before the first instant the world begins: long enough for cases with a history.
const worldAge = 21 * 24 * time.Hour

// seeder makes the world.
type seeder struct {
	app     *app.App
	clk     *clock.Stepping
	first   time.Time // the instant at which the demo starts
	secrets secrets
	version string // the release that most systems run
	expired string // one out of support

	mu     sync.Mutex
	people []listedPerson
	homes  map[string]*home
	staff  map[string]access.Actor // by the part of the mail address before the @
}

// home is a customer as the stories need it.
type home struct {
	shop
	customer id.ID
	system   id.ID
	liaisons []access.Actor
}

// program is who seeds.
func program() access.Actor { return access.Actor{System: true} }

// seed makes releases, customers and people, and lets three weeks of work go by.
func (s *seeder) seed(ctx context.Context) (err error) {
	defer errs.Wrap(&err, "demo.seed")
	s.homes, s.staff = map[string]*home{}, map[string]access.Actor{}
	s.clk.Set(s.first.Add(-worldAge))
	for _, step := range []func(context.Context) error{s.releases, s.seedStaff, s.seedShops, s.guests, s.stories} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	return nil
}

// releases are relative to the first instant: the newest platform release has had two updates, one from four years
// before it is out of support.
func (s *seeder) releases(ctx context.Context) error {
	r := s.app.Releases
	if err := r.AddProduct(ctx, program(), release.Product{ID: productID, Name: productName}); err != nil {
		return err
	}
	newest := s.first.AddDate(0, 0, -200).Year()
	s.version, s.expired = fmt.Sprintf("%d.2", newest), fmt.Sprintf("%d.2", newest-4)
	for year := newest - 4; year <= newest; year++ {
		platform := fmt.Sprint(year)
		for update, month := range []time.Month{time.January, time.April, time.July} {
			version := platform
			if update > 0 {
				version = fmt.Sprintf("%d.%d", year, update)
			}
			err := r.AddRelease(ctx, program(), release.NewRelease{Product: productID, Version: version, Platform: platform,
				GA: calendar.Date{Year: year, Month: month, Day: 15}})
			if err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *seeder) seedStaff(ctx context.Context) error {
	return inParallel(staff(), func(m staffMember) error {
		m.centre = centreOf(s.app.Pack, m.centre)
		role := access.Role(m.role)
		a, err := s.person(ctx, account.NewPerson{Name: m.name, Email: m.mail + "@" + vendorDomain, Language: m.language, Zone: m.zone,
			StaffRole: role, Centre: m.centre}, listedPerson{Role: m.role, Language: m.language}, id.ID{})
		a.Role, a.Centre = role, m.centre
		s.mu.Lock()
		defer s.mu.Unlock()
		s.staff[m.mail] = a
		return err
	})
}

func (s *seeder) seedShops(ctx context.Context) error {
	if err := inParallel(shopsOf(s.app.Pack), func(sh shop) error { return s.seedShop(ctx, sh) }); err != nil {
		return err
	}
	o := outsider()
	_, err := s.person(ctx, account.NewPerson{Name: o.name, Email: o.mail + "@" + outsiderDomain, Language: "en", Zone: "Europe/London"},
		listedPerson{Role: string(access.Outsider), Language: "en"}, id.ID{})
	return err
}

// seedShop makes a customer with what it has bought and its people.
func (s *seeder) seedShop(ctx context.Context, sh shop) error {
	sh = sh.withDefaults()
	_, centre, ok := s.app.Pack.CalendarFor(sh.country)
	if !ok {
		return fmt.Errorf("the policy pack serves no customer in %s", sh.country)
	}
	customer, err := s.app.Accounts.CreateCustomer(ctx, program(), account.Customer{Key: sh.key, Name: sh.name, Kind: sh.kind,
		Country: sh.country, Centre: centre, Language: sh.language, Restricted: sh.note == noteRestricted})
	if err != nil {
		return err
	}
	h := &home{shop: sh, customer: customer}
	if err := s.contract(ctx, h); err != nil {
		return err
	}
	for _, p := range sh.people {
		if err := s.shopPerson(ctx, h, p); err != nil {
			return err
		}
	}
	if err := s.books(ctx, h); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.homes[sh.key] = h
	return nil
}

func (sh shop) withDefaults() shop {
	if sh.kind == "" {
		sh.kind = "customer"
	}
	if sh.language == "" {
		sh.language = "en"
	}
	if sh.deployment == "" {
		sh.deployment = contract.OnPrem
	}
	return sh
}

// contract records the system, its term, and what is special about the customer.
func (s *seeder) contract(ctx context.Context, h *home) (err error) {
	c, today := s.app.Contract, calendar.DateOf(s.first, s.app.Pack.Vendor.Zone)
	version := s.version
	if h.note == noteExpired {
		version = s.expired
	}
	h.system, err = c.AddSystem(ctx, program(), h.customer, contract.NewSystem{Name: "PRD-01", Deployment: h.deployment,
		Country: h.country, Product: productID, Version: version, Environments: []string{"production", "development"}})
	if err != nil {
		return err
	}
	term := contract.Term{Plan: h.plan, From: today.AddDays(-300), To: today.AddDays(1100)}
	if h.note == noteEnded {
		term.To = today.AddDays(-12)
	}
	if _, err := c.AddSubscription(ctx, program(), h.customer, h.system, term); err != nil {
		return err
	}
	if h.deployment == contract.OnPrem && h.note != noteOnPremEnds {
		_, err = c.AddException(ctx, program(), h.customer, h.system, contract.Exception{Document: "ORD-" + h.key,
			Scope: contract.ScopeFull, From: today.AddDays(-300), To: today.AddDays(1100)})
		if err != nil {
			return err
		}
	}
	if h.note == noteSuspended {
		_, err = c.RecordInvoice(ctx, program(), h.customer, contract.Invoice{Number: "INV-1042", Issued: today.AddDays(-39), Due: today.AddDays(-9), Amount: 1848000, Currency: "USD"})
	}
	return err
}

func (s *seeder) shopPerson(ctx context.Context, h *home, p person) error {
	role := access.Liaison
	if p.member {
		role = access.Member
	}
	listed := listedPerson{Role: string(role), Customer: &h.key, Plan: &h.plan, Language: h.language}
	if h.note != "" {
		listed.Notes = []string{h.note}
	}
	a, err := s.person(ctx, account.NewPerson{Name: p.name, Email: p.mail + "@" + h.key + ".example", Phone: "+1 703-555-0199",
		Language: h.language, Zone: h.zone}, listed, h.customer)
	if err != nil {
		return err
	}
	if err := s.app.Accounts.Grant(ctx, program(), h.customer, a.Person, role, account.Own); err != nil {
		return err
	}
	if err := s.token(ctx, a.Person, h.customer, p.mail+"@"+h.key+".example"); err != nil {
		return err
	}
	if p.member {
		return nil
	}
	a.Role, a.Customer = role, h.customer
	h.liaisons = append(h.liaisons, a)
	return s.app.Contract.Designate(ctx, program(), h.customer, a.Person, h.system)
}

// guests get access to the other customers they act for, and a seat there.
func (s *seeder) guests(ctx context.Context) error {
	for _, h := range s.homes {
		for i, p := range h.people {
			if p.guestOf == "" {
				continue
			}
			other, ok := s.homes[p.guestOf]
			if !ok { // the pack does not serve that customer
				continue
			}
			if err := s.app.Accounts.Grant(ctx, program(), other.customer, h.liaisons[i].Person, access.Liaison, account.Partner); err != nil {
				return err
			}
			if err := s.app.Contract.Designate(ctx, program(), other.customer, h.liaisons[i].Person, other.system); err != nil {
				return err
			}
		}
	}
	return nil
}

// person makes a person with the derived password, and, for those of no customer, the token.
func (s *seeder) person(ctx context.Context, in account.NewPerson, listed listedPerson, customer id.ID) (access.Actor, error) {
	in.Password = s.secrets.password(in.Email)
	p, err := s.app.Accounts.CreatePerson(ctx, program(), in)
	if err != nil {
		return access.Actor{}, err
	}
	zone, err := time.LoadLocation(in.Zone)
	if err != nil {
		return access.Actor{}, err
	}
	if customer.IsZero() {
		if err := s.token(ctx, p, id.ID{}, in.Email); err != nil {
			return access.Actor{}, err
		}
	}
	listed.Name, listed.Email = in.Name, in.Email
	s.mu.Lock()
	defer s.mu.Unlock()
	s.people = append(s.people, listed)
	return access.Actor{Person: p, Name: in.Name, Email: in.Email, Language: in.Language, Zone: zone}, nil
}

func (s *seeder) token(ctx context.Context, person, customer id.ID, mail string) error {
	_, _, err := s.app.Accounts.CreateToken(ctx, program(), account.NewToken{Name: "demo", Scopes: []string{"read", "write"},
		Person: person, Customer: customer, Secret: s.secrets.token(mail)})
	return err
}

// inParallel runs fn on every item, on as many goroutines as there are items: they wait for the database most of the
// time. It returns the first error.
func inParallel[T any](items []T, fn func(T) error) (first error) {
	var wg sync.WaitGroup
	var once sync.Once
	for _, it := range items {
		wg.Go(func() {
			if err := fn(it); err != nil {
				once.Do(func() { first = err })
			}
		})
	}
	wg.Wait()
	return first
}
