package moving_test

import (
	"context"
	"maps"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/clock"
	"liaison/internal/db/dbtest"
	"liaison/internal/moving"
)

func eachSQLite(t *testing.T, fn func(t *testing.T, w *world)) {
	t.Helper()
	clk := clock.NewStepping(dbtest.Start())
	fn(t, newWorld(t, dbtest.SQLite(t, clk), clk))
}

func contextThatEnds(t *testing.T) (context.Context, func()) {
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	return ctx, stop
}

// Each case changes one of the files; nothing of any file is applied then.
func TestWhatCannotBeIsNamedByFileRowAndColumn(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		_, err := w.Accounts.CreatePerson(t.Context(), program(), account.NewPerson{Name: "Dan", Email: "dan@vendor.example", Language: "en",
			Zone: "UTC", StaffRole: access.Engineer})
		if err != nil {
			t.Fatal(err)
		}
		const term = "customer,system,from,to,plan\nnordwind,PRD-01,"
		for _, c := range []struct{ name, file, text, want string }{
			{"country", "customers.csv", "customer,name,country\nnordwind,N,XX\nhuadong,H,CN\n", "customers.csv:2 country contract.unknown_country\n"},
			{"key", "customers.csv", "customer,name,country\nnordwind,N,DE\nhuadong,H,CN\nBig Key,B,DE\n", "customers.csv:4 customer account.key_malformed\n"},
			{"centre", "customers.csv", "customer,name,country,centre\nnordwind,N,DE,moon\nhuadong,H,CN,\n", "customers.csv:2 centre moving.unknown_centre\n"},
			{"unknown column", "customers.csv", "customer,name,country,colour\n", "customers.csv:1 colour moving.unknown_column\n"},
			{"missing column", "customers.csv", "customer,name\n", "customers.csv:1 country moving.column_missing\n"},
			{"cells", "customers.csv", "customer,name,country\nnordwind,N\n", "customers.csv:2  moving.cells\n"},
			{"quotes", "customers.csv", "customer,name,country\nnordwind,\"N,DE\n", "customers.csv:2  moving.bad_csv\n"},
			{"characters", "customers.csv", "customer,name,country\nnordwind,N\xff,DE\n", "customers.csv:2  moving.not_utf8\n"},
			{"empty", "customers.csv", "", "customers.csv:1  moving.no_header\n"},
			{"twice", "invoices.csv", "customer,number,due\nnordwind,1,2026-01-31\nnordwind,1,2026-01-31\n", "invoices.csv:3  moving.twice\n"}, //nolint:dupword // a row that stands there twice
			{"no such customer", "invoices.csv", "customer,number,due\nnobody,1,2026-01-31\n", "invoices.csv:2 customer moving.unknown_customer\n"},
			{"day", "invoices.csv", "customer,number,due\nnordwind,1,31.01.2026\n", "invoices.csv:2 due moving.bad_date\n"},
			{"paid tomorrow", "invoices.csv", "customer,number,due,paidAt\nnordwind,1,2026-01-31,2030-01-01T00:00:00Z\n", "invoices.csv:2 paidAt contract.paid_in_future\n"},
			{"release", "systems.csv", "customer,system,deployment,country,product,version,environments\nnordwind,PRD-01,on_prem,DE,server,1999,production\n",
				"systems.csv:2 version contract.unknown_version\n"},
			{"plan", "subscriptions.csv", term + "2026-01-01,2026-12-31,gold\n", "subscriptions.csv:2 plan contract.unknown_plan\n"},
			{"end before start", "subscriptions.csv", term + "2026-01-01,2025-12-31,premier\n", "subscriptions.csv:2 to contract.ends_before_start\n"},
			{"overlap", "subscriptions.csv", term + "2026-01-01,2026-12-31,premier\nnordwind,PRD-01,2026-12-31,2027-12-30,premier\n", "subscriptions.csv:3 from contract.terms_overlap\n"},
			{"scope", "exceptions.csv", "customer,system,document,scope,from,to\nnordwind,PRD-01,O,,2026-01-01,2026-12-31\n", "exceptions.csv:2 scope field.required\n"},
			{"unknown service", "exceptions.csv", "customer,system,document,scope,from,to\nnordwind,PRD-01,O,everything,2026-01-01,2026-12-31\n", "exceptions.csv:2 scope contract.unknown_service\n"},
			{"exceptions overlap", "exceptions.csv", "customer,system,document,scope,from,to\nnordwind,PRD-01,A,full,2026-01-01,2026-12-31\nnordwind,PRD-01,B,bug_fix,2026-12-31,2027-12-30\n",
				"exceptions.csv:3 from contract.exceptions_overlap\n"},
			{"circle", "links.csv", "customer,kind,other\nnordwind,affiliate,huadong\nhuadong,affiliate,nordwind\n", "links.csv:2 other books.circle\nlinks.csv:3 other books.circle\n"},
			{"year", "invoices.csv", "customer,number,due\nnordwind,1,9999-12-31\n", "invoices.csv:2 due moving.bad_date\n"},
			{"paid before it was issued", "invoices.csv", "customer,number,issued,due,paidAt\nnordwind,1,2026-01-15,2026-01-31,2020-01-01T00:00:00Z\n", "invoices.csv:2 paidAt contract.paid_before_issued\n"},
			{"not a liaison", "designations.csv", "customer,system,email\nnordwind,PRD-01,ben@nordwind.example\n", "designations.csv:2 email contract.not_a_liaison\n"},
			{"staff", "people.csv", files()["people.csv"] + "nordwind,dan@vendor.example,Dan,,liaison,,\n", "people.csv:6  moving.address_of_staff\n"},
			{"two names", "people.csv", files()["people.csv"] + "huadong,ben@nordwind.example,Benno,,member,,\n", "people.csv:6 name moving.says_otherwise\n"},
			{"zone", "people.csv", files()["people.csv"] + "huadong,x@huadong.example,X,,member,,Mars\n", "people.csv:6 zone field.not_allowed\n"},
		} {
			all := files()
			all[c.file] = c.text
			rows, bad, err := moving.Read(w.folder(all))
			if err != nil {
				t.Fatal(err)
			}
			if len(bad) == 0 {
				p, _ := w.Apply(t.Context(), program(), rows, silent)
				bad = p.Problems
			}
			if d := differ(c.want, places(bad)); d != "" {
				t.Errorf("%s: %s", c.name, d)
			}
		}
		if w.document() != "" {
			t.Error("something was applied")
		}
	})
}

func TestSeatsOfThePlanAreCountedOverAllRows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := files() // standard until the end of June: two seats
		for _, name := range []string{"x", "y"} {
			all["people.csv"] += "nordwind," + name + "@nordwind.example," + name + ",,liaison,,\n"
			all["designations.csv"] += "nordwind,PRD-01," + name + "@nordwind.example\n"
		}
		p, _ := w.Apply(t.Context(), program(), w.read(w.folder(all)), silent)
		if d := differ("designations.csv:4 email refusal.no_free_seat\n", places(p.Problems)); d != "" {
			t.Error(d)
		}
		moved := maps.Clone(all)
		moved["designations.csv"] = "customer,system,email,status\nnordwind,PRD-01,x@nordwind.example,\nnordwind,PRD-01,anna.keller@nordwind.example,\n"
		w.apply(w.folder(moved))
		moved["designations.csv"] = "customer,system,email,status\nnordwind,PRD-01,y@nordwind.example,\nnordwind,PRD-01,x@nordwind.example,ended\n"
		if p := w.apply(w.folder(moved)); len(p.Changes) != 4 { // who leaves their last seat becomes a member, and who gets one a liaison
			t.Errorf("%v: a seat that becomes free in the file can be taken in it", p.Changes)
		}
		lines := w.lines()
		if p := w.apply(w.folder(moved)); len(p.Changes) != 0 || w.lines() != lines {
			t.Errorf("%v: the same file again changes something", p.Changes)
		}
	})
}

func TestAPaymentThatIsRecordedStays(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.apply(w.folder(files()))
		all := map[string]string{"invoices.csv": "customer,number,due,paidAt\nnordwind,INV-1,2026-01-31,2026-02-02T10:00:00Z\n"}
		p, _ := w.Apply(t.Context(), program(), w.read(w.folder(all)), silent)
		if d := differ("invoices.csv:2 paidAt contract.already_paid\n", places(p.Problems)); d != "" {
			t.Error(d)
		}
	})
}

func TestAYAMLDocumentIsReadStrictly(t *testing.T) {
	t.Parallel()
	eachSQLite(t, func(t *testing.T, w *world) {
		for text, want := range map[string]string{
			"customer: a\nname: A\ncountry: DE\ncolour: red\n": "a.yaml:4 colour moving.unknown_column\n",
			"customer: a\nname: A\nname: B\ncountry: DE\n":     "a.yaml:1  moving.bad_yaml\n",
			"customer: a\nname: [A\n":                          "a.yaml:1  moving.bad_yaml\n",
			"- a\n":                                            "a.yaml:1 customers moving.no_mapping\n",
			"customer: a\nname: A\npeople: Anna\n":             "a.yaml:3 people moving.no_list\n",
			"customer: a\nname: {x: y}\n":                      "a.yaml:2 name moving.no_scalar\n",
			"customer: a\nname: &x A\ncountry: *x\n":           "a.yaml:2 name moving.no_scalar\na.yaml:3 country moving.no_scalar\n",
			"customer: a\n---\n\ncustomer: b\npeople:\n  - email: x@y.example\n    customer: a\n": "a.yaml:7 customer moving.unknown_column\n",
		} {
			_, bad, err := moving.Read(w.folder(map[string]string{"a.yaml": text}))
			if d := differ(want, places(bad)); d != "" || err != nil {
				t.Errorf("%q: %v %s", text, err, d)
			}
		}
	})
}
