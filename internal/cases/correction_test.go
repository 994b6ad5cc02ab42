package cases_test

import (
	"context"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/contract"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/sla"
)

// put corrects the books of a customer at the present instant.
func (w *world) put(s shop, fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.DB.Update(context.Background(), db.ForTenant(s.customer), fn); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) putTerm(s shop, plan, from, to string) {
	w.t.Helper()
	w.put(s, func(tx *db.Tx) error {
		_, err := w.Contract.PutTerm(tx, admin(), s.customer, s.system, contract.Term{Plan: plan, From: day(from), To: day(to)})
		return err
	})
}

func (w *world) putBill(s shop, number, due string) {
	w.t.Helper()
	// over all customers: an invoice's number is the vendor's own
	if err := w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
		_, err := w.Contract.PutInvoice(tx, admin(), s.customer, contract.Bill{Invoice: contract.Invoice{Number: number, Due: day(due)}})
		return err
	}); err != nil {
		w.t.Fatal(err)
	}
}

// wantLedger wants a first response that runs, is due then, and whose ledger counts so many minutes.
func wantLedger(t *testing.T, w *world, eva access.Actor, number, due string, minutes int) {
	t.Helper()
	c := w.get(eva, number)
	k := clockOf(t, c, sla.InitialResponse)
	if c.Suspended || k.State != sla.Running {
		t.Errorf("suspended %t, %s", c.Suspended, k.State)
	}
	wantDue(t, k, due)
	x, err := w.Explain(t.Context(), admin(), number)
	if err != nil {
		t.Fatal(err)
	}
	counted, ledger := 0, x.Clocks[0].Ledger
	for _, seg := range ledger {
		counted += int(seg.Counted / 60_000_000)
	}
	if counted != minutes {
		t.Errorf("the ledger counts %d minutes, want %d: %+v", counted, minutes, ledger)
	}
}

// Clocks 12, 13: a correction of the books lets the clocks go on from its own instant; what has stood still stays so.
func TestACorrectionOfTheBooksReinstatesFromItsOwnInstant(t *testing.T) {
	t.Parallel()
	for name, how := range map[string]struct {
		before, after func(w *world, s shop)
	}{
		"a due day that is moved": {
			func(w *world, s shop) { w.putBill(s, "A-1", "2026-11-16") },
			func(w *world, s shop) { w.putBill(s, "A-1", "2026-12-31") },
		},
		"an expired term that is extended": {
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-01-01", "2026-11-16") },
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-01-01", "2027-12-31") },
		},
		"a renewal that is entered late": {
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-01-01", "2026-11-16") },
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-11-17", "2027-12-31") },
		},
		"a term with a gap that is entered late": {
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-01-01", "2026-11-16") },
			func(w *world, s shop) { w.putTerm(s, "standard", "2026-11-18", "2027-12-31") },
		},
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
				w.at("2026-11-16T09:00:00-05:00")
				how.before(w, s)
				w.at("2026-11-16T18:00:00-05:00")
				c := w.register(s, 3)
				w.at("2026-11-17T00:00:30-05:00")
				w.sweep()
				if !w.get(eva, c.Number).Suspended {
					t.Fatal("it is not suspended")
				}
				w.at("2026-11-24T09:00:00-05:00")
				how.after(w, s)
				w.sweep()
				wantLedger(t, w, eva, c.Number, "2026-11-24T12:00:00-05:00", 240)
			})
		})
	}
}

func TestATermThatIsWithdrawnSuspendsFromTheWithdrawal(t *testing.T) {
	t.Parallel()
	for name, correct := range map[string]func(w *world, s shop){
		"withdrawn": func(w *world, s shop) {
			w.put(s, func(tx *db.Tx) error {
				var term id.ID
				err := tx.Row(`SELECT id FROM subscription WHERE tenant_id = $1 AND system_id = $2`, []any{s.customer, s.system}, &term)
				if err != nil {
					return err
				}
				return w.Contract.Withdraw(tx, admin(), s.customer, contract.EntryTerm, term)
			})
		},
		"cut short": func(w *world, s shop) { w.putTerm(s, "standard", "2026-01-01", "2026-11-10") },
	} {
		t.Run(name, func(t *testing.T) {
			onBoth(t, func(t *testing.T, w *world) {
				s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
				w.at("2026-11-16T10:00:00-05:00")
				c := w.register(s, 3)
				w.at("2026-11-16T13:00:00-05:00")
				correct(w, s)
				w.at("2026-11-16T13:00:40-05:00")
				w.sweep()
				if !w.get(eva, c.Number).Suspended {
					t.Fatal("it is not suspended")
				}
				w.at("2026-11-16T15:00:00-05:00")
				w.putTerm(s, "standard", "2026-01-01", "2027-12-31")
				w.sweep()
				wantLedger(t, w, eva, c.Number, "2026-11-16T16:00:00-05:00", 240) // three hours were used before
			})
		})
	}
}

// Clocks 13, 15: a case that is split off, or entered late, stood still while support was suspended.
func TestASuspensionBeforeTheEntryHoldsTheClockToo(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		invoice, err := w.Contract.AddInvoice(t.Context(), admin(), s.customer, "A-1", day("2026-11-16"))
		if err != nil {
			t.Fatal(err)
		}
		c := w.register(s, 3)
		received := w.at("2026-11-16T18:30:00-05:00")
		m := w.say(s.liaison, c.Number, cases.NewMessage{Text: "And the export fails as well."})
		w.at("2026-11-24T09:00:00-05:00")
		if err := w.Contract.RecordPayment(t.Context(), admin(), s.customer, invoice, w.clk.Now()); err != nil {
			t.Fatal(err)
		}
		w.putTerm(s, "extended", "2026-01-01", "2027-12-31") // entered anew since: no gap before it grows
		w.at("2026-11-24T10:00:00-05:00")
		p, err := w.PreviewSplit(t.Context(), eva, c.Number, m.ID, 3)
		if err != nil {
			t.Fatal(err)
		}
		wantDue(t, p.Clock, "2026-11-24T12:30:00-05:00")
		made, err := w.Split(t.Context(), eva, c.Number, cases.Splitting{Message: m.ID, Subject: "Export", Priority: 3})
		if err != nil {
			t.Fatal(err)
		}
		wantLedger(t, w, eva, made.Number, "2026-11-24T12:30:00-05:00", 240)
		call, voicemail := form(s.system, 3), false
		call.OnBehalfOf, call.Channel, call.ReceivedAt, call.Answered = s.liaison.Person.String(), "phone", &received, &voicemail
		late, err := w.Register(t.Context(), eva, call)
		if err != nil {
			t.Fatal(err)
		}
		wantLedger(t, w, eva, late.Number, "2026-11-24T12:30:00-05:00", 240)
	})
}
