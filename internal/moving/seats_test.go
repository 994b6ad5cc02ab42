package moving_test

import (
	"maps"
	"strings"
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/policy"
)

// Files are asked for the seats that extended lifecycle support gives, as everybody else is (4.7): in place of those of the
// plan or beside them, from the first day of the window on, and until an order keeps help again.
func TestFilesSitOnTheSeatsOfExtendedSupport(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		w := newWorld(t, d, clk)
		clk.Set(time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
		all := files()
		all["subscriptions.csv"] = "customer,system,from,to,plan\nnordwind,PRD-01,2027-01-01,2027-12-31,standard\n"
		all["extended.csv"] = "customer,system,document,from,to\nnordwind,PRD-01,ELS-1,2027-01-01,2027-12-31\n"
		delete(all, "exceptions.csv")
		for _, name := range []string{"x", "y"} {
			all["people.csv"] += "nordwind," + name + "@nordwind.example," + name + ",,liaison,,\n"
			all["designations.csv"] += "nordwind,PRD-01," + name + "@nordwind.example\n"
		}
		kept := maps.Clone(all)
		kept["exceptions.csv"] = "customer,system,document,scope,from,to\nnordwind,PRD-01,ORD-7,full,2027-02-01,2027-12-31\n"
		for _, c := range []struct {
			name   string
			seats  policy.ExtendedSupport
			files  map[string]string
			refuse string
		}{
			{"one in place of two", policy.ExtendedSupport{Seats: 1}, all, "designations.csv:3 email refusal.no_free_seat\ndesignations.csv:4 email refusal.no_free_seat\n"},
			{"an order keeps help", policy.ExtendedSupport{Seats: 1}, kept, "designations.csv:4 email refusal.no_free_seat\n"},
			{"two and one", policy.ExtendedSupport{AddedSeats: 1}, all, ""},
		} {
			pack := w.Policy.Now()
			pack.Extended.Seats, pack.Extended.AddedSeats = c.seats.Seats, c.seats.AddedSeats
			p, err := w.Apply(t.Context(), program(), w.read(w.folder(c.files)), silent)
			if d := differ(c.refuse, places(p.Problems)); d != "" || (err == nil) != (c.refuse == "") {
				t.Errorf("%s: %v %s", c.name, err, d)
			}
		}
	})
}

// The role of a liaison comes with a seat: who has it in the file alone is a member, and that is said. Once somebody designates
// them in a file, they are a liaison; an export brings both back.
func TestNobodyIsALiaisonByTheirRowAlone(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := files() // 李娜 is called a liaison and has no seat
		p := w.apply(w.folder(all))
		if len(p.Seatless) != 1 || p.Seatless[0].File != "people.csv" || p.Seatless[0].Line != 4 {
			t.Errorf("%d have no seat: %v", len(p.Seatless), p.Seatless)
		}
		role := func(email, want string) {
			t.Helper()
			var got string
			err := w.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
				return tx.Row(`SELECT g.role FROM access_grant g JOIN person p ON p.id = g.person_id JOIN customer c ON c.id = g.tenant_id
					WHERE p.email_norm = $1 AND c.key = $2`, []any{email, strings.TrimSuffix(strings.SplitAfter(email, "@")[1], ".example")}, &got)
			})
			if err != nil || got != want {
				t.Errorf("%s is %s, want %s (%v)", email, got, want, err)
			}
		}
		role("li@huadong.example", "member")
		role("anna.keller@nordwind.example", "liaison")
		lines := w.lines()
		if p := w.apply(w.folder(all)); len(p.Changes) != 0 || len(p.Seatless) != 1 || w.lines() != lines {
			t.Errorf("the same file again: %v", p.Changes)
		}
		all["designations.csv"] += "huadong,NO,li@huadong.example\n"
		if p := w.apply(w.folder(all)); len(p.Seatless) != 0 {
			t.Errorf("with a seat: %v", p.Seatless)
		}
		role("li@huadong.example", "liaison")
	})
}

// What a file says in another form is no other thing: the second time nothing changes, also when the invoice is paid.
func TestAnAmountAndAScopeHaveOneForm(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := files()
		all["invoices.csv"] = "customer,number,issued,due,amount,currency,paidAt\nnordwind,INV-1,2026-01-01,2026-01-31,10,EUR,2026-02-01T10:00:00+01:00\n"
		all["exceptions.csv"] = "customer,system,document,scope,from,to\nnordwind,PRD-01,ORD-7,bug_fix full full,2026-01-01,2028-12-31\n"
		w.apply(w.folder(all))
		if p := w.apply(w.folder(all)); len(p.Changes) != 0 {
			t.Errorf("again: %+v", p.Changes)
		}
	})
}
