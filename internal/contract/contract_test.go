package contract_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
)

func TestCountryAndDeploymentDecideCalendarAndCentre(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		for _, tt := range []struct{ country, deployment, calendar, centre string }{
			{"DE", contract.OnPrem, "emea-cet:DE", "emea"},
			{"US", contract.OnPrem, "na:US", "na"},
			{"MX", contract.OnPrem, "", "latam"},
			{"CN", contract.Cloud, "apac:CN", "cloud"},
		} {
			n := german("SYS-" + tt.country)
			n.Country, n.Deployment = tt.country, tt.deployment
			got, err := w.System(context.Background(), engineer(), w.system(nordwind, n))
			if err != nil {
				t.Fatal(err)
			}
			if tt.calendar == "" {
				tt.calendar, _, _ = w.Policy.Now().CalendarFor(tt.country)
			}
			if got.Calendar != tt.calendar || got.Centre != tt.centre {
				t.Errorf("%s %s: calendar %s, centre %s, want %s, %s", tt.country, tt.deployment, got.Calendar, got.Centre, tt.calendar, tt.centre)
			}
		}
	})
}

func TestSystemIsRefusedWithEveryWrongValueNamed(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		for name, tt := range map[string]struct {
			change func(*contract.NewSystem)
			field  string
		}{
			"no name":                {func(n *contract.NewSystem) { n.Name = " " }, "name"},
			"deployment":             {func(n *contract.NewSystem) { n.Deployment = "hybrid" }, "deployment"},
			"country":                {func(n *contract.NewSystem) { n.Country = "ZZ" }, "country"},
			"version":                {func(n *contract.NewSystem) { n.Version = "1999" }, "version"},
			"no environment":         {func(n *contract.NewSystem) { n.Environments = nil }, "environments"},
			"production not first":   {func(n *contract.NewSystem) { n.Environments = []string{"test", "production"} }, "environments"},
			"environment twice":      {func(n *contract.NewSystem) { n.Environments = []string{"production", "test", "test"} }, "environments"},
			"comma in a name":        {func(n *contract.NewSystem) { n.Environments = []string{"production", "a,b"} }, "environments"},
			"environment marked '*'": {func(n *contract.NewSystem) { n.Environments = []string{"production", "*a"} }, "environments"},
			"comma inside of a name": {func(n *contract.NewSystem) { n.Environments = []string{"production", "x,*y"} }, "environments"},
		} {
			n := german("PRD-01")
			tt.change(&n)
			_, err := w.AddSystem(context.Background(), seed(), nordwind, n)
			if e := errs.As(err); e.Kind != errs.Invalid || len(e.Fields) == 0 || e.Fields[0].Name != tt.field {
				t.Errorf("%s: %v, want field %s refused", name, err, tt.field)
			}
		}
		w.system(nordwind, german("PRD-01"))
		_, err := w.AddSystem(context.Background(), seed(), nordwind, german("PRD-01"))
		wantKind(t, err, errs.Conflict, "contract.name_taken")
		_, err = w.AddSystem(context.Background(), seed(), id.New(), german("PRD-01"))
		wantKind(t, err, errs.NotFound, "error.not_found")
	})
}

func TestOnlyThoseWhoKeepContractsMayChangeThem(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		person := w.person(nordwind, access.Liaison)
		for _, a := range []access.Actor{{}, liaisonOf(nordwind, person), engineer()} {
			if _, err := w.AddSystem(context.Background(), a, nordwind, german("PRD-01")); err == nil {
				t.Errorf("%s may add a system", a.Role)
			}
			if _, err := w.AddInvoice(context.Background(), a, nordwind, "A-1", date("2026-01-01")); err == nil {
				t.Errorf("%s may add an invoice", a.Role)
			}
		}
	})
}

func TestOverlappingTermsAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		system, other := w.system(nordwind, german("PRD-01")), w.system(nordwind, german("PRD-02"))
		w.term(nordwind, system, "premier", "2026-01-01", "2026-12-31")
		for _, tt := range []struct {
			from, to string
			overlaps bool
		}{
			{"2026-12-31", "2027-12-30", true},
			{"2025-01-01", "2026-01-01", true},
			{"2026-05-01", "2026-05-31", true},
			{"2025-01-01", "2027-12-31", true},
			{"2027-01-01", "2027-12-31", false},
			{"2025-01-01", "2025-12-31", false},
		} {
			term := contract.Term{Plan: "extended", From: date(tt.from), To: date(tt.to)}
			_, err := w.AddSubscription(context.Background(), seed(), nordwind, system, term)
			if overlaps := err != nil; overlaps != tt.overlaps {
				t.Errorf("%s to %s: %v", tt.from, tt.to, err)
			}
			if err != nil {
				wantKind(t, err, errs.Conflict, "contract.terms_overlap")
			}
		}
		w.term(nordwind, other, "elite", "2026-05-01", "2026-05-31")
	})
}

func TestTermsAndExceptionsNeedTheirDays(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		nordwind := w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		for _, term := range []contract.Term{
			{Plan: "gold", From: date("2026-01-01"), To: date("2026-12-31")},
			{Plan: "elite", To: date("2026-12-31")},
			{Plan: "elite", From: date("2026-01-01")},
			{Plan: "elite", From: date("2026-01-02"), To: date("2026-01-01")},
		} {
			_, err := w.AddSubscription(context.Background(), seed(), nordwind, system, term)
			wantKind(t, err, errs.Invalid, "error.invalid")
		}
		for _, e := range []contract.Exception{
			{Document: "O-1", From: date("2027-01-01"), To: date("2027-12-31")},
			{Scope: contract.ScopeFull, From: date("2027-01-01"), To: date("2027-12-31")},
			{Document: "O-1", Scope: contract.ScopeFull, From: date("2027-01-01")},
			{Document: "O-1", Scope: "full everything", From: date("2027-01-01"), To: date("2027-12-31")},
		} {
			_, err := w.AddException(context.Background(), seed(), nordwind, system, e)
			wantKind(t, err, errs.Invalid, "error.invalid")
		}
	})
}

// By hand or by a file: a system has one exception of a document, and one at a time, so that what is written out can be
// read in again.
func TestASystemHasOneExceptionOfADocumentAndOneOnADay(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		system, other := w.system(nordwind, german("PRD-01")), w.system(nordwind, german("PRD-02"))
		exception := func(document, from, to string) contract.Exception {
			return contract.Exception{Document: document, Scope: "bug_fix  full bug_fix", From: date(from), To: date(to)}
		}
		put := func(e contract.Exception) error {
			return w.DB.Update(ctx, db.ForTenant(nordwind), func(tx *db.Tx) error {
				_, err := w.PutException(tx, seed(), nordwind, system, e)
				return err
			})
		}
		first := exception("O-1", "2027-01-01", "2027-12-31")
		for _, of := range []id.ID{system, other} {
			if _, err := w.AddException(ctx, seed(), nordwind, of, first); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.AddException(ctx, seed(), nordwind, system, exception("O-1", "2029-01-01", "2029-12-31"))
		wantKind(t, err, errs.Conflict, "books.exception_exists")
		_, err = w.AddException(ctx, seed(), nordwind, system, exception("O-2", "2027-12-31", "2029-12-31"))
		wantKind(t, err, errs.Conflict, "contract.exceptions_overlap")
		wantKind(t, put(exception("O-2", "2027-12-31", "2029-12-31")), errs.Conflict, "contract.exceptions_overlap")
		if err := errors.Join(put(first), put(exception("O-2", "2028-01-01", "2028-12-31"))); err != nil {
			t.Error(err)
		}
		wantKind(t, put(exception("O-1", "2027-01-01", "2028-01-01")), errs.Conflict, "contract.exceptions_overlap")
		var scope string
		w.read(nordwind, func(tx *db.Tx) error {
			return tx.Row(`SELECT scope FROM order_exception WHERE tenant_id = $1 AND system_id = $2 AND document = 'O-2'`, []any{nordwind, system}, &scope)
		})
		if scope != "bug_fix full" {
			t.Errorf("the scope is kept as %q", scope)
		}
	})
}

func TestDesignationsAreLimitedByTheSeatsOfThePlan(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		system := w.system(nordwind, german("PRD-01"))
		w.term(nordwind, system, "standard", "2026-01-01", "2026-12-31")
		first, second, third := w.person(nordwind, access.Liaison), w.person(nordwind, access.Liaison), w.person(nordwind, access.Liaison)
		for _, p := range []id.ID{first, second} {
			if err := w.Designate(ctx, seed(), nordwind, p, system); err != nil {
				t.Fatal(err)
			}
		}
		wantKind(t, w.Designate(ctx, seed(), nordwind, first, system), errs.Conflict, "contract.already_designated")
		err := w.Designate(ctx, seed(), nordwind, third, system)
		wantKind(t, err, errs.Conflict, "refusal.no_free_seat")
		if d := errs.As(err).Decision; d == nil || d.Requirement != "R1.1-04" {
			t.Errorf("decision is %+v", d)
		}
		if err := w.EndDesignation(ctx, seed(), nordwind, first, system); err != nil {
			t.Fatal(err)
		}
		wantKind(t, w.EndDesignation(ctx, seed(), nordwind, first, system), errs.NotFound, "error.not_found")
		if err := w.Designate(ctx, seed(), nordwind, third, system); err != nil {
			t.Errorf("the vacated seat is not free: %v", err)
		}
		if err := w.EndDesignation(ctx, seed(), nordwind, third, system); err != nil {
			t.Fatal(err)
		}
		if err := w.Designate(ctx, seed(), nordwind, first, system); err != nil {
			t.Errorf("a former liaison cannot come back: %v", err)
		}
	})
}

func TestOnlyLiaisonsOfTheCustomerAreDesignated(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind, other := context.Background(), w.customer("nordwind"), w.customer("other")
		system := w.system(nordwind, german("PRD-01"))
		wantKind(t, w.Designate(ctx, seed(), nordwind, w.person(nordwind, access.Member), system), errs.Conflict, "contract.not_a_liaison")
		wantKind(t, w.Designate(ctx, seed(), nordwind, w.person(other, access.Liaison), system), errs.NotFound, "error.not_found")
	})
}

func TestEveryChangeWritesOneLineWithoutNames(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		ctx, nordwind := context.Background(), w.customer("nordwind")
		person := w.person(nordwind, access.Liaison)
		before := len(w.lines())
		system := w.system(nordwind, german("SECRET-NAME"))
		w.term(nordwind, system, "elite", "2026-01-01", "2026-12-31")
		exception := contract.Exception{Document: "SECRET-ORDER", Scope: contract.ScopeFull, From: date("2027-01-01"), To: date("2027-12-31")}
		if _, err := w.AddException(ctx, seed(), nordwind, system, exception); err != nil {
			t.Fatal(err)
		}
		invoice, err := w.AddInvoice(ctx, seed(), nordwind, "SECRET-NUMBER", date("2026-02-01"))
		if err != nil {
			t.Fatal(err)
		}
		paid := w.clk.Now().Add(-time.Hour)
		for _, err := range []error{
			w.RecordPayment(ctx, seed(), nordwind, invoice, paid),
			w.Designate(ctx, seed(), nordwind, person, system),
			w.EndDesignation(ctx, seed(), nordwind, person, system),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		var kinds []string
		for _, l := range w.lines()[before:] {
			kinds = append(kinds, l.Kind)
			if l.Tenant != nordwind || strings.Contains(string(l.Data), "SECRET") || !json.Valid(l.Data) {
				t.Errorf("%s: tenant %s, data %s", l.Kind, l.Tenant, l.Data)
			}
			if l.Kind == "invoice.paid" && !l.Occurred.Equal(paid) {
				t.Errorf("the payment happened at %s, the line says %s", paid, l.Occurred)
			}
		}
		want := "system.added subscription.added exception.added invoice.added invoice.paid liaison.designated liaison.designation_ended"
		if got := strings.Join(kinds, " "); got != want {
			t.Errorf("lines are\n%s, want\n%s", got, want)
		}
	})
}

// lines reads the whole journal. Tail is not used: on PostgreSQL it holds back what tests beside this one could overtake.
func (w *world) lines() (all []journal.Entry) {
	w.read(id.ID{}, func(tx *db.Tx) error {
		return tx.Query(`SELECT kind, tenant_id, occurred_at, data FROM journal ORDER BY seq`, nil, func(scan func(...any) error) error {
			var l journal.Entry
			var data string
			err := scan(&l.Kind, &l.Tenant, db.Time(&l.Occurred), &data)
			l.Data = json.RawMessage(data)
			all = append(all, l)
			return err
		})
	})
	return all
}
