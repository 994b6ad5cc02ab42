package contract

import (
	"strings"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
	"liaison/internal/lifecycle"
	"liaison/internal/policy"
)

// Intake says for whom and for what a case is to be registered. Customer is zero for staff: the system decides it.
// Product and Version are what the case is about; both empty: what the system runs.
type Intake struct {
	Customer, System, Person id.ID
	Product, Version         string
	Today                    calendar.Date // in the vendor's zone
}

// Facts is everything that the decision on a case and its row need to know about system, customer and person, on
// one day of the vendor's zone. A zero date or "" means that there is none.
type Facts struct {
	Customer         id.ID
	CustomerKey      string
	CustomerName     string
	CustomerCountry  string // contract country
	CustomerCentre   string // regional centre of the contract
	CustomerLanguage string
	Restricted       bool // section 7: never takes files, never registers by mail

	System       id.ID
	SystemName   string
	Deployment   string
	Country      string
	Calendar     string // regional calendar, also of a cloud system
	Centre       string // that serves it; "cloud" for a cloud system
	Product      string // what the system runs
	Version      string
	Environments []Environment // production first

	Role       access.Role // of the person at this customer; "" when they have no grant
	Designated bool        // the person is a liaison of this system

	Plan             string        // in force today; "" when no term covers the day
	Term             Term          // the last one that has begun; zero when none has
	OldestDue        calendar.Date // due day of the oldest invoice that is not paid, overdue or not
	Exception        []string      // what order exceptions promise today (4.7): services, or ScopeFull
	OnlyExtended     bool          // nothing but extended lifecycle support covers the system (4.7)
	ProductKnown     bool          // there is the product asked for
	VersionKnown     bool          // there is a release of the product and version asked for
	LastSupportedDay calendar.Date // of that release, inclusive (4.5)
	Today            calendar.Date
}

// Environment is an installation within a system.
type Environment struct {
	Name       string
	Production bool
}

// Environment gives the environment of that name.
func (f Facts) Environment(name string) (Environment, bool) {
	for _, e := range f.Environments {
		if e.Name == name {
			return e, true
		}
	}
	return Environment{}, false
}

// Terms is what decides how a case of a priority is counted.
func (f Facts) Terms(priority int, production bool) policy.Terms {
	return policy.Terms{Plan: f.Plan, Extended: f.OnlyExtended, Priority: priority, Production: production, Deployment: f.Deployment, Calendar: f.Calendar}
}

// Entitlement is what the decision on registering a case by a channel looks at.
func (f Facts) Entitlement(channel string) entitlement.RegisterFacts {
	return entitlement.RegisterFacts{
		Liaison: f.Role == access.Liaison && f.Designated, Channel: channel, Restricted: f.Restricted,
		SubscriptionFrom: f.Term.From, SubscriptionTo: f.Term.To, OldestDue: f.OldestDue,
		LastSupportedDay: f.LastSupportedDay, Deployment: f.Deployment, Exception: f.Exception,
	}
}

// environmentList lists the environments of s in one column, production marked: "*production,development".
const environmentList = `(SELECT string_agg(CASE WHEN e.production THEN '*' ELSE '' END || e.name, ',' ORDER BY e.position)
	FROM environment e WHERE e.tenant_id = s.tenant_id AND e.system_id = s.id)`

func readEnvironments(list *string) []Environment {
	if list == nil {
		return nil
	}
	var all []Environment
	for name := range strings.SplitSeq(*list, ",") {
		plain, isProduction := strings.CutPrefix(name, "*")
		all = append(all, Environment{Name: plain, Production: isProduction})
	}
	return all
}

// exceptionScope lists in one column what the order exceptions of s promise on day $3.
const exceptionScope = `(SELECT coalesce(string_agg(x.scope, ' ' ORDER BY x.id), '') FROM order_exception x
	WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id AND x.from_date <= $3 AND x.to_date >= $3)`

// keptByOrders is exceptionScope without extended lifecycle support, and a column that says whether a window of that has
// begun by day $3: what OnlyExtended looks at.
const keptByOrders = `(SELECT coalesce(string_agg(x.scope, ' ' ORDER BY x.id), '') FROM order_exception x
	WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id AND x.from_date <= $3 AND x.to_date >= $3 AND x.kind <> '` + extendedKind + `'),
	EXISTS (SELECT 1 FROM order_exception x WHERE x.tenant_id = s.tenant_id AND x.system_id = s.id AND x.from_date <= $3 AND x.kind = '` + extendedKind + `')`

// intakeQuery reads the facts of system $1 for person $2 on day $3 with release $4, $5. It is one statement because
// it runs for every case that is registered.
const intakeQuery = `SELECT s.id, s.tenant_id, c.key, c.name, c.country, c.centre, c.language, c.restricted,
	s.name, s.deployment, s.country, s.calendar, s.centre, s.product_id, s.version, ` + environmentList + `,
	coalesce(g.role, ''),
	EXISTS (SELECT 1 FROM designation d
		WHERE d.tenant_id = s.tenant_id AND d.system_id = s.id AND d.person_id = $2 AND d.ended_at IS NULL),
	coalesce(t.plan, ''), t.from_date, t.to_date,
	(SELECT min(i.due_date) FROM invoice i WHERE i.tenant_id = s.tenant_id AND i.paid_at IS NULL AND i.voided_at IS NULL),
	` + exceptionScope + `, ` + keptByOrders + `,
	coalesce((SELECT r.centre FROM region_choice r WHERE r.tenant_id = s.tenant_id AND r.system_id = s.id AND r.person_id = $2), ''),
	EXISTS (SELECT 1 FROM product q WHERE q.id = coalesce($4, s.product_id)), p.ga_date, p.end_date
	FROM system s
	JOIN customer c ON c.id = s.tenant_id
	LEFT JOIN access_grant g ON g.tenant_id = s.tenant_id AND g.person_id = $2 AND g.ended_at IS NULL
	LEFT JOIN subscription t ON t.tenant_id = s.tenant_id AND t.system_id = s.id AND t.from_date = (
		SELECT max(u.from_date) FROM subscription u
		WHERE u.tenant_id = s.tenant_id AND u.system_id = s.id AND u.from_date <= $3)
	LEFT JOIN product_release r ON r.product_id = coalesce($4, s.product_id) AND r.version = coalesce($5, s.version)
	LEFT JOIN product_release p ON p.product_id = r.product_id AND p.version = r.platform`

// IntakeFacts reads the facts in one statement. It returns db.ErrNoRows when the system is not there, or not that
// customer's. Staff have no customer: they see every system.
func (s *Service) IntakeFacts(tx *db.Tx, in Intake) (f Facts, err error) {
	q, args := intakeQuery+` WHERE s.id = $1`, []any{in.System, in.Person, in.Today.String(), orNull(in.Product), orNull(in.Version)}
	customer := in.Customer
	if customer.IsZero() {
		customer = tx.Scope().Tenant()
	}
	if !customer.IsZero() {
		q, args = q+` AND s.tenant_id = $6`, append(args, customer)
	}
	err = s.readFacts(&f, in.Today, func(dest ...any) error { return tx.Row(q, args, dest...) })
	return f, err
}

// EverySystem reads the facts of every system that the transaction may see, for nobody in particular, as they are on a
// day of the vendor's zone.
func EverySystem(tx *db.Tx, s *Service, today calendar.Date) (all []Facts, err error) {
	err = tx.Query(intakeQuery+` WHERE s.id = coalesce($1, s.id) ORDER BY c.key, s.name`, []any{id.ID{}, id.ID{}, today.String(), nil, nil},
		func(scan func(...any) error) error {
			var f Facts
			err := s.readFacts(&f, today, scan)
			all = append(all, f)
			return err
		})
	return all, err
}

func (s *Service) readFacts(into *Facts, today calendar.Date, scan func(dest ...any) error) (err error) {
	f := Facts{Today: today}
	var role, exceptions, kept, chosen string
	var begun bool
	var environments, from, to, due, ga, end *string
	err = scan(&f.System, &f.Customer, &f.CustomerKey, &f.CustomerName, &f.CustomerCountry, &f.CustomerCentre,
		&f.CustomerLanguage, &f.Restricted, &f.SystemName, &f.Deployment, &f.Country, &f.Calendar, &f.Centre, &f.Product,
		&f.Version, &environments, &role, &f.Designated, &f.Term.Plan, &from, &to, &due, &exceptions, &kept, &begun, &chosen, &f.ProductKnown, &ga, &end)
	if err != nil {
		return err
	}
	f.Role, f.Environments, f.VersionKnown = access.Role(role), readEnvironments(environments), ga != nil
	f.Exception = strings.Fields(exceptions)
	f.OnlyExtended = entitlement.OnlyExtended(s.Policy.Now(), f.Deployment, strings.Fields(kept), begun, today)
	if f.LastSupportedDay, err = s.lastSupportedDay(ga, end); err != nil {
		return err
	}
	err = days(dayColumn{from, &f.Term.From}, dayColumn{to, &f.Term.To}, dayColumn{due, &f.OldestDue})
	if f.Term.Covers(today) {
		f.Plan = f.Term.Plan
	}
	f.Centre = s.centreFor(f, chosen)
	*into = f
	return err
}

// centreFor is the centre that a new case goes to: the one that the liaison has chosen, while the plan in force gives
// the choice, else the system's (R1.1-12, R1.1-13). A cloud system has its own queue. The calendar stays the contract
// country's.
func (s *Service) centreFor(f Facts, chosen string) string {
	if chosen == "" || f.Deployment == Cloud {
		return f.Centre
	}
	if d, _, _ := entitlement.InPlan(s.Policy.Now(), f.Plan, entitlement.ChooseCentre); !d.Allowed {
		return f.Centre
	}
	return chosen
}

// DefaultSystem is where a case by mail of a liaison goes: the system they have chosen, else the only one, else the one
// they are a liaison of for the longest time. The product and version are what the system runs, the environment is its
// production. ErrNoRows when they are liaison of none.
func DefaultSystem(tx *db.Tx, customer, person id.ID) (s Default, err error) {
	err = tx.Row(`SELECT s.id, s.product_id, s.version, e.name FROM designation d
		JOIN access_grant g ON g.tenant_id = d.tenant_id AND g.person_id = d.person_id AND g.ended_at IS NULL
		JOIN system s ON s.tenant_id = d.tenant_id AND s.id = d.system_id
		JOIN environment e ON e.tenant_id = s.tenant_id AND e.system_id = s.id AND e.production
		WHERE d.tenant_id = $1 AND d.person_id = $2 AND d.ended_at IS NULL
		ORDER BY CASE WHEN s.id = g.default_system_id THEN 0 ELSE 1 END, d.since, s.name, e.position LIMIT 1`,
		[]any{customer, person}, &s.System, &s.Product, &s.Version, &s.Environment)
	return s, err
}

// Default is a system as a case by mail names it.
type Default struct {
	System                        id.ID
	Product, Version, Environment string
}

// lastSupportedDay is that of a release, from the dates of its platform release: updates end with it (R4.5-02). It is
// zero where there is no such release.
func (s *Service) lastSupportedDay(ga, publishedEnd *string) (calendar.Date, error) {
	var d lifecycle.Dates
	err := days(dayColumn{ga, &d.GA}, dayColumn{publishedEnd, &d.PublishedEnd})
	if err != nil || d.GA.IsZero() {
		return calendar.Date{}, err
	}
	return lifecycle.LastSupportedDay(s.Policy.Now(), d), nil
}

func orNull(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}
