package contract_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/id"
)

// facts reads them in the scope of a customer, or as staff for the zero id.
func (w *world) facts(customer, system, person id.ID) (f contract.Facts, err error) {
	w.t.Helper()
	w.read(customer, func(tx *db.Tx) error {
		in := contract.Intake{Customer: customer, System: system, Person: person, Today: calendar.DateOf(w.clk.Now(), newYorkZone())}
		f, err = w.IntakeFacts(tx, in)
		return nil
	})
	return f, err
}

func TestFactsOfAnotherCustomersSystemDoNotExist(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind, other := w.customer("nordwind"), w.customer("other")
		person, foreign := w.person(nordwind, access.Liaison), w.system(other, german("PRD-01"))
		for _, system := range []id.ID{foreign, id.New()} {
			if f, err := w.facts(nordwind, system, person); !errors.Is(err, db.ErrNoRows) || f.System != (id.ID{}) {
				t.Errorf("facts are %+v, %v", f, err)
			}
		}
		f, err := w.facts(id.ID{}, foreign, person)
		if err != nil || f.Customer != other || f.Role != "" {
			t.Errorf("staff read %+v, %v", f, err)
		}
	})
}

func TestOnlyTheFirstEnvironmentIsProduction(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		n := german("PRD-01")
		n.Environments = []string{"production", "test", "a-1"}
		f, err := w.facts(nordwind, w.system(nordwind, n), id.New())
		if err != nil {
			t.Fatal(err)
		}
		want := []contract.Environment{{Name: "production", Production: true}, {Name: "test"}, {Name: "a-1"}}
		if !slices.Equal(f.Environments, want) {
			t.Errorf("environments are %v, want %v", f.Environments, want)
		}
		if _, ok := f.Environment("development"); ok {
			t.Error("an environment is found that the system does not have")
		}
	})
}

func TestFactsNameTheVersionAskedFor(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		system, person := w.system(nordwind, german("PRD-01")), w.person(nordwind, access.Liaison)
		for _, tt := range []struct {
			product, version  string
			theProduct, known bool
			until             calendar.Date
		}{
			{"", "", true, true, date("2028-01-15")},
			{"server", "2022.3", true, true, date("2025-05-01")},
			{"server", "1999", true, false, calendar.Date{}},
			{"desktop", "2025.1", false, false, calendar.Date{}},
		} {
			w.read(nordwind, func(tx *db.Tx) error {
				f, err := w.IntakeFacts(tx, contract.Intake{System: system, Person: person, Product: tt.product, Version: tt.version, Today: date("2026-03-04")})
				if err != nil || f.ProductKnown != tt.theProduct || f.VersionKnown != tt.known || f.LastSupportedDay != tt.until || f.Version != "2025.1" {
					t.Errorf("%s %s: known %v until %s, runs %s, %v", tt.product, tt.version, f.VersionKnown, f.LastSupportedDay, f.Version, err)
				}
				return nil
			})
		}
	})
}

// TestFactsLeadToTheDecisionOfASlowReading makes random contracts and compares the decision from the one joined
// read with the decision from facts that are read row by row.
func TestFactsLeadToTheDecisionOfASlowReading(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		random := rand.New(rand.NewPCG(3, 2))
		met := map[string]int{}
		for n := range 60 {
			w.clk.Set(newYork("2026-12-20 12:00"))
			customer, system, person := w.randomContract(random, fmt.Sprint("c", n))
			w.clk.Set(newYork("2026-12-20 12:00").AddDate(0, 0, random.IntN(40)))
			f, err := w.facts(customer, system, person)
			if err != nil {
				t.Fatal(err)
			}
			channel := []string{"portal", "email", "phone"}[random.IntN(3)]
			got := entitlement.Register(w.Policy.Now(), f.Entitlement(channel), w.clk.Now())
			want := entitlement.Register(w.Policy.Now(), w.slowly(customer, system, person, channel), w.clk.Now())
			if fmt.Sprint(got) != fmt.Sprint(want) {
				t.Errorf("decision is\n%+v, a slow reading gives\n%+v", got, want)
			}
			met[got.Code]++
			if covered := w.coverage(customer, system, w.clk.Now()); got.Code == entitlement.Accepted && !covered.Covered ||
				(got.Code == entitlement.InvoiceOverdue || got.Code == entitlement.SubscriptionNone) && covered.Reason != got.Code {
				t.Errorf("decision %s and coverage %+v do not agree", got.Code, covered)
			}
		}
		if len(met) != 7 {
			t.Errorf("only these decisions were met: %v", met)
		}
	})
}

func (w *world) randomContract(random *rand.Rand, key string) (customer, system, person id.ID) {
	w.t.Helper()
	ctx := context.Background()
	chance := func(percent int) bool { return random.IntN(100) < percent }
	customer = w.customer(key)
	if chance(30) {
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`UPDATE customer SET restricted = TRUE WHERE id = $1`, customer)
		})
	}
	role := access.Liaison
	if chance(10) {
		role = access.Member
	}
	n := german("PRD-01")
	if chance(30) {
		n.Deployment = contract.Cloud
	}
	if chance(20) {
		n.Version = "2022.3"
	}
	person, system = w.person(customer, role), w.system(customer, n)
	if role == access.Liaison && chance(90) {
		if err := w.Designate(ctx, seed(), customer, person, system); err != nil {
			w.t.Fatal(err)
		}
		if chance(10) {
			if err := w.EndDesignation(ctx, seed(), customer, person, system); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	if chance(90) {
		w.term(customer, system, "premier", "2026-01-01", fmt.Sprintf("2027-01-%02d", 1+random.IntN(31)))
	}
	if chance(40) {
		w.term(customer, system, "standard", "2027-02-01", "2027-12-31")
	}
	for i := range random.IntN(5) {
		invoice := w.invoice(customer, fmt.Sprint("A-", i), fmt.Sprintf("2027-01-%02d", 5+random.IntN(25)))
		if chance(60) {
			if err := w.RecordPayment(ctx, seed(), customer, invoice, w.clk.Now()); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	from := date("2026-12-01")
	for _, scope := range []string{contract.ScopeFull, "bug_fix", "technical_assistance critical_security_patch"} {
		if chance(60) {
			e := contract.Exception{Document: "O-" + scope, Scope: scope, From: from, To: from.AddDays(random.IntN(40))}
			from = e.To.AddDays(1)
			if _, err := w.AddException(ctx, seed(), customer, system, e); err != nil {
				w.t.Fatal(err)
			}
		}
	}
	return customer, system, person
}

// slowly reads the facts row by row and decides in Go what holds today.
func (w *world) slowly(customer, system, person id.ID, channel string) (f entitlement.RegisterFacts) {
	w.t.Helper()
	today := calendar.DateOf(w.clk.Now(), newYorkZone()).String()
	f.Channel = channel
	w.read(customer, func(tx *db.Tx) error {
		var role, version, platform, ga string
		var designations int
		errRows := errors.Join(
			tx.Row(`SELECT restricted FROM customer WHERE id = $1`, []any{customer}, &f.Restricted),
			tx.Row(`SELECT deployment, version FROM system WHERE tenant_id = $1 AND id = $2`, []any{customer, system}, &f.Deployment, &version),
			tx.Row(`SELECT role FROM access_grant WHERE tenant_id = $1 AND person_id = $2`, []any{customer, person}, &role),
			tx.Row(`SELECT count(*) FROM designation WHERE tenant_id = $1 AND person_id = $2 AND system_id = $3 AND ended_at IS NULL`,
				[]any{customer, person, system}, &designations),
			tx.Row(`SELECT platform FROM product_release WHERE version = $1`, []any{version}, &platform),
			tx.Row(`SELECT ga_date FROM product_release WHERE version = $1`, []any{platform}, &ga),
		)
		f.Liaison = role == "liaison" && designations > 0
		f.LastSupportedDay = date(ga)
		f.LastSupportedDay.Year += 3
		eachRow := func(q string, row func(a, b, c string)) {
			errRows = errors.Join(errRows, tx.Query(q, []any{customer}, func(scan func(...any) error) error {
				var a, b, c string
				err := scan(&a, &b, &c)
				row(a, b, c)
				return err
			}))
		}
		eachRow(`SELECT from_date, to_date, '' FROM subscription WHERE tenant_id = $1 ORDER BY from_date`, func(from, to, _ string) {
			if from <= today {
				f.SubscriptionFrom, f.SubscriptionTo = date(from), date(to)
			}
		})
		eachRow(`SELECT due_date, coalesce(CAST(paid_at AS TEXT), ''), '' FROM invoice WHERE tenant_id = $1 ORDER BY due_date DESC`, func(due, paid, _ string) {
			if paid == "" {
				f.OldestDue = date(due)
			}
		})
		eachRow(`SELECT scope, from_date, to_date FROM order_exception WHERE tenant_id = $1 ORDER BY id`, func(scope, from, to string) {
			if from <= today && today <= to {
				f.Exception = slices.Concat(f.Exception, strings.Fields(scope))
			}
		})
		return errRows
	})
	return f
}
