package moving_test

import (
	"errors"
	"strings"
	"testing"

	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/moving"
)

// A window of extended lifecycle support has limits of its own (4.7): no file changes it, and no export holds it.
func TestNoFileChangesAWindowOfExtendedSupport(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(files()))
		var customer, system id.ID
		err := w.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return tx.Row(`SELECT tenant_id, id FROM system WHERE name = 'PRD-01'`, nil, &customer, &system)
		})
		if err != nil {
			t.Fatal(err)
		}
		from, to := calendar.Date{Year: 2027, Month: 1, Day: 1}, calendar.Date{Year: 2027, Month: 12, Day: 31}
		_, err = w.Contract.OrderExtended(t.Context(), program(), system, contract.ExtendedOrder{Document: "ELS-1",
			SKU: "Technical Support Extended (ELS)", Term: entitlement.Term{From: from, To: to}})
		if err != nil {
			t.Fatal(err)
		}
		if got := w.document(); strings.Contains(got, "ELS-1") || !strings.Contains(got, "ORD-7") {
			t.Errorf("the export holds the window:\n%s", got)
		}
		row := files()
		row["exceptions.csv"] = "customer,system,document,scope,from,to\nnordwind,PRD-01,ELS-1,full,2027-01-01,2039-12-31\n"
		p, err := w.Plan(t.Context(), program(), w.read(w.folder(row)), silent)
		if err != nil || !strings.Contains(places(p.Problems), "exceptions.csv:2 document books.extended_is_ordered") {
			t.Errorf("%v, %s", err, places(p.Problems))
		}
		err = w.DB.Update(t.Context(), db.ForTenant(customer), func(tx *db.Tx) error {
			_, err := w.Contract.PutException(tx, program(), customer, system, contract.Exception{Document: "ELS-1", Scope: "full", From: from, To: to.AddDays(5000)})
			return err
		})
		if errs.As(err).Key != "books.extended_is_ordered" {
			t.Errorf("an exception of the window's document: %v", err)
		}
	})
}

func TestAgreementsAndBoughtSeatsMoveWithTheRest(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := files()
		all["agreements.csv"] = "customer,from,to,number,country,signingEntity\nnordwind,2026-01-01,2026-12-31,A-1,DE,Corvane GmbH\n"
		all["seats.csv"] = "customer,system,from,seats\nnordwind,PRD-01,2026-01-01,2\n"
		if p := w.apply(w.folder(all)); len(p.Changes) != 16 {
			t.Errorf("%d changes, want 16", len(p.Changes))
		}
		for _, csv := range []bool{true, false} {
			lines := w.lines()
			dir := w.export(csv)
			if p := w.apply(dir); len(p.Changes) != 0 || w.lines() != lines {
				t.Errorf("applying the export again makes %d changes and %d lines", len(p.Changes), w.lines()-lines)
			}
		}
		if got := w.document(); !strings.Contains(got, "Corvane GmbH") || !strings.Contains(got, `seats: "2"`) {
			t.Errorf("the export has no agreement or no seats:\n%s", got)
		}
		all["agreements.csv"] = "customer,from,to,number,country,signingEntity\nnordwind,2026-01-01,2027-12-31,A-1,DE,Corvane GmbH\n"
		all["seats.csv"] = "customer,system,from,seats\nnordwind,PRD-01,2026-01-01,1\n"
		if p := w.apply(w.folder(all)); len(p.Changes) != 2 {
			t.Errorf("%d changes, want 2", len(p.Changes))
		}
		all["agreements.csv"] += "nordwind,2027-12-31,2028-12-31,A-2,DE,Corvane GmbH\nnordwind,2029-12-31,2029-01-01,A-3,ZZ,Corvane GmbH\n"
		all["seats.csv"] = "customer,system,from,seats\nnordwind,PRD-01,2026-01-01,-1\nnordwind,PRD-01,2026-02-01,many\nnordwind,SYS-9,2026-02-01,1\n"
		rows, _, err := moving.Read(w.folder(all))
		if err != nil {
			t.Fatal(err)
		}
		lines := w.lines()
		var rejected *moving.Rejected
		_, err = w.Apply(t.Context(), program(), rows, func(int, int) {})
		if !errors.As(err, &rejected) || w.lines() != lines {
			t.Fatalf("%v", err)
		}
		var said []string
		for _, x := range rejected.Plan.Problems {
			said = append(said, x.File+" "+x.Column+" "+x.Field.Key)
		}
		for _, want := range []string{"agreements.csv from contract.agreements_overlap", "agreements.csv to contract.ends_before_start", "agreements.csv country contract.unknown_country",
			"seats.csv seats contract.seats_between", "seats.csv seats books.not_a_number", "seats.csv system moving.unknown_system"} {
			if !strings.Contains(strings.Join(said, "\n"), want) {
				t.Errorf("nobody says %q:\n%s", want, strings.Join(said, "\n"))
			}
		}
	})
}
