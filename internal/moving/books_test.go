package moving_test

import (
	"errors"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/entitlement"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/moving"
)

// A window of extended lifecycle support has limits of its own (4.7): no row of an exception changes it.
func TestNoExceptionChangesAWindowOfExtendedSupport(t *testing.T) {
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
		second := calendar.Date{Year: 2028, Month: 1, Day: 1}
		for _, year := range []entitlement.Term{{From: from, To: to}, {From: second, To: calendar.Date{Year: 2028, Month: 12, Day: 31}}} { // one order of two windows
			_, err = w.Contract.OrderExtended(t.Context(), program(), system, contract.ExtendedOrder{Document: "ELS-1", SKU: "Technical Support Extended (ELS)", Term: year})
			if err != nil {
				t.Fatal(err)
			}
		}
		lines := w.lines()
		if got := w.document(); strings.Count(got, "ELS-1") != 2 || !strings.Contains(got, "ORD-7") {
			t.Errorf("the export holds no window:\n%s", got)
		}
		if p := w.apply(w.export(true)); len(p.Changes) != 0 || w.lines() != lines {
			t.Errorf("applying the export again changes %v", p.Changes)
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

// everything are files with every kind.
func everything() map[string]string {
	all := files()
	all["customers.csv"] = "customer,name,kind,country,restricted\nnordwind,Nordwind Logistik,customer,DE,\nhuadong,华东银行,customer,CN,true\nzephyr,Zephyr Partners,reseller,FR,\n"
	all["agreements.csv"] = "customer,from,to,number,country,signingEntity\nnordwind,2026-01-01,2026-12-31,A-1,DE,Corvane GmbH\n"
	all["seats.csv"] = "customer,system,from,seats\nnordwind,PRD-01,2026-01-01,2\n"
	all["components.csv"] = "customer,system,name,vendor,version\nnordwind,PRD-01,Database,Elsewhere,15\nnordwind,PRD-01,Cache,Elsewhere,\n"
	all["orders.csv"] = "customer,number,line,signedOn,sku,product,system,quantity,from,to\n" +
		"nordwind,O-1,1,2025-12-01,product,server,PRD-01,1,2026-01-01,2026-12-31\n" +
		"nordwind,O-1,2,2025-12-01,plan.premier,,PRD-01,1,2026-07-01,2026-12-31\n" +
		"nordwind,O-1,3,2025-12-01,seat,,PRD-01,2,2026-01-01,2026-12-31\n" +
		"nordwind,O-2,1,2025-12-01,els,,PRD-01,1,2027-01-01,2027-12-31\n" +
		"nordwind,O-2,2,2025-12-01,map_key,,,3,2027-01-01,2027-12-31\n"
	all["extended.csv"] = "customer,system,document,from,to\nnordwind,PRD-01,ELS-1,2027-01-01,2027-12-31\n"
	all["invoices.csv"] = "customer,number,due,paidAt,issued,amount,currency\nnordwind,INV-1,2026-01-31,2026-02-01T10:00:00+01:00,2026-01-01,1200.50,EUR\n" +
		"nordwind,INV-2,2026-05-31,,,,\nhuadong,INV-3,2026-05-31,,,120000,JPY\n"
	all["contacts.csv"] = "customer,kind,email\nnordwind,contract,ben@nordwind.example\nnordwind,billing,anna.keller@nordwind.example\nnordwind,success_manager,dan@vendor.example\n"
	all["links.csv"] = "customer,kind,other\nnordwind,partner,zephyr\nhuadong,affiliate,nordwind\n"
	return all
}

func (w *world) staff() {
	w.t.Helper()
	_, err := w.Accounts.CreatePerson(w.t.Context(), program(), account.NewPerson{Name: "Dan", Email: "dan@vendor.example", Language: "en", Zone: "UTC", StaffRole: access.SuccessManager})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestEveryKindMovesToAnEmptyInstallationAndBack(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		dir := w.folder(everything())
		before := w.document()
		p, err := w.Plan(t.Context(), program(), w.read(dir), silent)
		if err != nil || len(p.Problems) > 0 || w.document() != before {
			t.Fatalf("the dry run: %v %s", err, places(p.Problems))
		}
		w.apply(dir)
		first, lines := w.document(), w.lines()
		kinds := map[moving.Kind]bool{}
		if err := w.Export(t.Context(), program(), func(rows []moving.Row) error {
			for _, r := range rows {
				kinds[r.Kind] = true
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for _, k := range moving.Kinds() {
			if !kinds[k] {
				t.Errorf("no row of %s comes back", k)
			}
		}
		exports := map[string]string{"YAML": w.export(false), "CSV": w.export(true)}
		for what, again := range exports {
			if p := w.apply(again); len(p.Changes) != 0 || len(p.Left) != 0 || w.document() != first || w.lines() != lines {
				t.Errorf("applying %s again: %d changes, %d left, %d new lines in the journal", what, len(p.Changes), len(p.Left), w.lines()-lines)
			}
		}
		for what, from := range exports {
			eachSQLite(t, func(t *testing.T, other *world) {
				other.staff()
				other.apply(from)
				if d := differ(first, other.document()); d != "" {
					t.Errorf("from %s another installation became %s", what, d)
				}
			})
		}
	})
}

func TestAChangeOfEveryKindIsOneDifference(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		w.apply(w.folder(everything()))
		for file, text := range map[string]string{
			"components.csv": "customer,system,name,vendor,version,status\nnordwind,PRD-01,Database,Elsewhere,16,\nnordwind,PRD-01,Cache,Elsewhere,,ended\n",
			"orders.csv":     "customer,number,line,signedOn,sku,product,system,quantity,from,to\nnordwind,O-1,3,2025-12-01,seat,,PRD-01,3,2026-01-01,2026-12-31\nnordwind,O-1,4,2025-12-01,map_key,,,1,2026-01-01,2026-12-31\n",
			"extended.csv":   "customer,system,document,from,to\nnordwind,PRD-01,ELS-1,2027-01-01,2028-06-30\nnordwind,PRD-01,ELS-2,2028-07-01,2028-12-31\n",
			"invoices.csv":   "customer,number,due,amount,currency\nnordwind,INV-2,2026-06-30,,\nhuadong,INV-3,2026-05-31,130000,JPY\n",
			"contacts.csv":   "customer,kind,email,status\nnordwind,billing,anna.keller@nordwind.example,ended\nnordwind,privacy,ben@nordwind.example,\n",
			"links.csv":      "customer,kind,other,status\nnordwind,partner,zephyr,ended\nnordwind,affiliate,zephyr,\n",
		} {
			dir := w.folder(map[string]string{file: text})
			lines := w.lines()
			if p := w.apply(dir); len(p.Changes) != 2 || w.lines() < lines+2 {
				t.Errorf("%s: %d changes, want 2", file, len(p.Changes))
			}
			lines = w.lines()
			if p := w.apply(dir); len(p.Changes) != 0 || w.lines() != lines {
				t.Errorf("%s again: %d changes", file, len(p.Changes))
			}
		}
	})
}

func TestWhatCannotBeInTheBooksIsNamedByFileRowAndColumn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		w.apply(w.folder(everything()))
		before, lines := w.document(), w.lines()
		all := map[string]string{
			"components.csv": "customer,system,name,vendor\nnordwind,SYS-9,Database,Elsewhere\n",
			"orders.csv": "customer,number,line,signedOn,sku,product,system,quantity,from,to\n" +
				"nordwind,O-9,1,2025-12-01,plan.gold,,,1,2026-01-01,2026-12-31\nnordwind,O-9,2,2025-12-02,seat,,SYS-9,-1,2026-01-01,2025-12-31\n" +
				"nordwind,O-9,0,2025-12-01,product,tablecloth,,1,2026-01-01,2026-12-31\nnordwind,O-9,4,2025-12-01,seat,,,x,2026-01-01,2026-12-31\n" +
				"nordwind,O-9,5,2025-12-01,seat,,,1,2026-01-01,2026-06-30\nnordwind,O-8,1,2039-12-01,els,,,1,2027-01-01,2028-12-31\n",
			"extended.csv": "customer,system,document,from,to\nnordwind,PRD-01,ELS-2,2026-12-31,2027-12-31\nhuadong,NO,ELS-3,2027-01-01,2027-12-31\n",
			"invoices.csv": "customer,number,due,amount,currency\nnordwind,INV-1,2026-01-31,1200.51,EUR\nnordwind,INV-7,2026-01-31,1.234,EUR\nnordwind,INV-8,2026-01-31,1,EURO\nnordwind,INV-9,2026-01-31,-1,EUR\n",
			"contacts.csv": "customer,kind,email\nhuadong,billing,ben@nordwind.example\nnordwind,success_manager,ben@nordwind.example\nnordwind,billing,dan@vendor.example\nnordwind,chef,ben@nordwind.example\n",
			"links.csv":    "customer,kind,other\nnordwind,partner,nowhere\nnordwind,affiliate,nordwind\nnordwind,friend,zephyr\nnowhere,partner,zephyr\n",
		}
		p, err := w.Apply(t.Context(), program(), w.read(w.folder(all)), silent)
		var rejected *moving.Rejected
		if !errors.As(err, &rejected) || w.document() != before || w.lines() != lines {
			t.Fatalf("%v, or something was applied", err)
		}
		want := `components.csv:2 system moving.unknown_system
contacts.csv:2 email books.unknown_member
contacts.csv:3 email books.unknown_staff
contacts.csv:4 email books.unknown_member
contacts.csv:5 kind field.not_allowed
extended.csv:2 from extended.starts_before
extended.csv:2 from extended.overlaps_earlier_window
extended.csv:3 system extended.extended_support_not_for_this_deployment
invoices.csv:2 amount contract.already_paid
invoices.csv:3 amount billing.too_fine
invoices.csv:4 currency billing.unknown_currency
invoices.csv:5 amount contract.amount_positive
links.csv:2 other books.unknown_customer
links.csv:3 other books.itself
links.csv:4 kind field.not_allowed
links.csv:5 customer moving.unknown_customer
orders.csv:2 sku field.not_allowed
orders.csv:2 system books.line_of_no_system
orders.csv:3 quantity contract.seats_between
orders.csv:3 to contract.ends_before_start
orders.csv:3 system moving.unknown_system
orders.csv:3 signedOn moving.order_says_otherwise
orders.csv:4 line books.line_count
orders.csv:4 product books.unknown_product
orders.csv:5 quantity books.not_a_number
orders.csv:6 system books.line_of_no_system
orders.csv:6 to books.seat_line_year
orders.csv:7 system books.line_of_no_system
orders.csv:7 signedOn books.signed_later
`
		if d := differ(want, places(p.Problems)); d != "" {
			t.Error(d)
		}
	})
}

// A file that brings a line of an order is asked what a person is asked who types it: windows, and one add-on at a time.
func TestLinesOfFilesKeepToTheRulesOfAnOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.staff()
		w.apply(w.folder(everything()))
		before, lines := w.document(), w.lines()
		const head = "customer,number,line,signedOn,sku,product,system,quantity,from,to\n"
		all := map[string]string{"orders.csv": head +
			"nordwind,O-3,1,2025-12-01,els,,PRD-01,1,2027-12-31,2028-06-30\n" + // shares a day with O-2
			"nordwind,O-3,2,2025-12-01,els,,PRD-01,1,2028-01-01,2028-06-30\n" + // does not
			"nordwind,O-3,3,2025-12-01,els,,PRD-01,1,2028-06-30,2028-11-30\n" + // shares one with the line above
			"nordwind,O-3,4,2025-12-01,plan.elite,,PRD-01,1,2026-12-31,2027-12-31\n" + // a second add-on
			"nordwind,O-3,5,2025-12-01,plan.standard,,PRD-01,1,2026-12-31,2027-12-31\n" + // the base is none
			"huadong,O-4,1,2025-12-01,els,,NO,1,2027-01-01,2027-12-31\n"}
		p, err := w.Apply(t.Context(), program(), w.read(w.folder(all)), silent)
		var rejected *moving.Rejected
		if !errors.As(err, &rejected) || w.document() != before || w.lines() != lines {
			t.Fatalf("%v, or something was applied", err)
		}
		want := `orders.csv:2 from extended.overlaps_earlier_window
orders.csv:4 from extended.overlaps_earlier_window
orders.csv:5 from books.second_add_on
orders.csv:7 system extended.extended_support_not_for_this_deployment
`
		if d := differ(want, places(p.Problems)); d != "" {
			t.Error(d)
		}
		longer := w.folder(map[string]string{"orders.csv": head + "nordwind,O-2,1,2025-12-01,els,,PRD-01,1,2027-01-01,2028-06-30\n"})
		if p := w.apply(longer); len(p.Changes) != 1 { // a line does not stand in its own way
			t.Errorf("a longer window: %d changes", len(p.Changes))
		}
	})
}
