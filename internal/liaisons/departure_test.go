package liaisons_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

func TestOneWhoLeavesWithoutASuccessorLeavesFlaggedCasesAndATaskAfterFiveWorkingDays(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		gone, stays := w.liaison("gone"), w.liaison("stays")
		open, closed := w.openCase(gone, "open"), w.openCase(gone, "closed")
		csm, err := w.Accounts.CreatePerson(ctx, program(), account.NewPerson{Name: "Csm", Email: "csm@vendor.example", Language: "en", Zone: "UTC", StaffRole: access.SuccessManager})
		if err != nil {
			t.Fatal(err)
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`INSERT INTO customer_contact (tenant_id, id, kind, person_id, since) VALUES ($1, $2, 'success_manager', $3, $4)`, w.customer, id.New(), csm, tx.Now())
		})
		if _, err := w.Sweep(ctx); err != nil { // plans the review
			t.Fatal(err)
		}
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		flagged := func(number string) string {
			return w.column(`SELECT CASE WHEN owner_departed_at IS NULL THEN '' ELSE 'flagged ' END || status FROM support_case WHERE number = $1`, number)
		}
		if flagged(open) != "flagged open" || flagged(closed) != "closed" {
			t.Errorf("cases are %s and %s", flagged(open), flagged(closed))
		}
		if got := w.mail.to(stays); !slices.Contains(got, "liaison_departed") {
			t.Errorf("who can name a successor was told %v", got)
		}
		// Wednesday 4 March 09:00 UTC is 10:00 in Paris: the fifth working day after is Wednesday 11 March.
		w.clk.Set(time.Date(2026, 3, 11, 8, 59, 59, 0, time.UTC))
		if n, err := w.Sweep(ctx); err != nil || n != 0 || len(w.overview().Tasks) != 0 {
			t.Errorf("before the five working days were over the sweep did %d (%v), tasks %+v", n, err, w.overview().Tasks)
		}
		w.clk.Forward(time.Second)
		if n, err := w.Sweep(ctx); err != nil || n != 1 {
			t.Errorf("the sweep did %d, %v", n, err)
		}
		if n, err := w.Sweep(ctx); err != nil || n != 0 {
			t.Errorf("a second sweep did %d, %v", n, err)
		}
		o := w.overview()
		if len(o.Tasks) != 1 || o.Tasks[0].Cases != 1 || o.Tasks[0].Person != "gone" {
			t.Fatalf("tasks are %+v", o.Tasks)
		}
		if got := w.column(`SELECT string_agg(number || ' ' || centre, ',' ORDER BY centre) FROM notice WHERE kind = 'owner_departed'`); got != open+" ,"+open+" emea" {
			t.Errorf("the bell tells %q, want the centre and the success manager", got)
		}
		w.clk.Forward(90 * 24 * time.Hour)
		if _, err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		if flagged(open) != "flagged open" {
			t.Error("a case was closed by itself")
		}
		w.ask(w.actor(stays), liaisons.Item{System: w.system, New: w.person("next", access.Liaison)})
		if flagged(open) != "open" || w.owner(open) != "next" || len(w.overview().Tasks) != 0 {
			t.Errorf("after the seat was filled: %s, owner %s, tasks %+v", flagged(open), w.owner(open), w.overview().Tasks)
		}
	})
}

func TestStaffFinishATaskOnce(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		gone, stays := w.liaison("gone"), w.liaison("stays")
		w.openCase(gone, "open")
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		w.clk.Forward(10 * 24 * time.Hour)
		if _, err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		task := w.overview().Tasks[0].ID
		wantKey(t, w.FinishTask(ctx, w.actor(stays), w.customer, task), "error.forbidden")
		wantKey(t, w.FinishTask(ctx, manager(), id.New(), task), "error.not_found")
		if err := w.FinishTask(ctx, manager(), w.customer, task); err != nil {
			t.Fatal(err)
		}
		wantKey(t, w.FinishTask(ctx, manager(), w.customer, task), liaisons.TaskWasDone)
	})
}

func TestTheEndOfAnAccountEndsEveryWayInAtOnce(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		gone, stays := w.liaison("gone"), w.liaison("stays")
		number := w.openCase(gone, "open")
		_, bearer, err := w.Accounts.CreateToken(ctx, program(), account.NewToken{Name: "t", Scopes: []string{access.ScopeRead}, Person: gone, Customer: w.customer})
		if err != nil {
			t.Fatal(err)
		}
		w.rows(func(tx *db.Tx) error {
			return tx.Buffer(`INSERT INTO session (id, token_hash, person_id, customer_id, created_at, seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $5, $6)`,
				id.New(), []byte("hash"), gone, w.customer, tx.Now(), tx.Now().Add(time.Hour))
		})
		wantKey(t, w.EndAccount(ctx, w.actor(gone), id.ID{}, gone), "liaisons.not_yourself")
		if err := w.EndAccount(ctx, w.actor(stays), id.ID{}, gone); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accounts.ByToken(ctx, bearer); err == nil {
			t.Error("the token still works")
		}
		for what, q := range map[string]string{
			"sessions": `SELECT count(*) FROM session WHERE person_id = $1`,
			"grants":   `SELECT count(*) FROM access_grant WHERE person_id = $1 AND ended_at IS NULL`,
			"seats":    `SELECT count(*) FROM designation WHERE person_id = $1 AND ended_at IS NULL`,
			"accounts": `SELECT count(*) FROM person WHERE id = $1 AND disabled_at IS NULL`,
		} {
			if n := w.column(q, gone); n != "0" {
				t.Errorf("%s %s are left", n, what)
			}
		}
		if got := w.column(`SELECT CASE WHEN owner_departed_at IS NULL THEN '' ELSE 'flagged' END FROM support_case WHERE number = $1`, number); got != "flagged" {
			t.Error("the cases are not flagged")
		}
		if _, ok, err := w.MailFacts(ctx, liaisons.Mail{Template: liaisons.Ended, Tenant: w.customer, Person: gone, Event: id.New()}); ok || err != nil {
			t.Errorf("a mail would still go to them: %v, %v", ok, err)
		}
		wantKey(t, w.EndAccount(ctx, w.actor(stays), id.ID{}, gone), "error.not_found")
	})
}

func TestEveryHalfYearLiaisonsAreAskedWhoHasAccess(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx, first := context.Background(), w.liaison("first")
		member := w.person("member", access.Member)
		sweep := func() {
			t.Helper()
			if _, err := w.Sweep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		sweep()
		sent := func() (n int) {
			for _, template := range w.mail.to(first) {
				if template == liaisons.Review {
					n++
				}
			}
			return n
		}
		w.clk.Set(time.Date(2026, 9, 4, 8, 59, 59, 0, time.UTC))
		sweep()
		if sent() != 0 {
			t.Error("the review came early")
		}
		w.clk.Forward(time.Second)
		sweep()
		sweep()
		if sent() != 1 || len(w.mail.to(member)) != 0 {
			t.Errorf("the liaison got %d reviews, the member %v", sent(), w.mail.to(member))
		}
		w.clk.Set(time.Date(2027, 3, 4, 9, 0, 0, 0, time.UTC))
		sweep()
		if sent() != 2 {
			t.Errorf("the liaison got %d reviews in a year", sent())
		}
	})
}

func TestOnlyPlansWithTheChoiceGiveACentre(t *testing.T) {
	t.Parallel()
	for plan, may := range map[string]bool{"standard": false, "extended": false, "premier": true, "elite": true} {
		t.Run(plan, func(t *testing.T) {
			onBoth(t, plan, func(t *testing.T, w *world) {
				ctx, first := context.Background(), w.liaison("first")
				err := w.ChooseCentre(ctx, w.actor(first), id.ID{}, w.system, first, "apac")
				switch {
				case may && err != nil:
					t.Error(err)
				case !may:
					if d := errsDecision(err); d != "not_in_plan" {
						t.Errorf("the refusal is %q", d)
					}
				}
				wantKey(t, w.ChooseCentre(ctx, w.actor(first), id.ID{}, w.system, first, "moon"), "field.not_allowed")
				wantKey(t, w.ChooseCentre(ctx, w.actor(first), id.ID{}, w.system, id.New(), "apac"), "error.not_found")
			})
		})
	}
}

// What the pages and the interface offer is what the use case lets through: also for a customer with an overdue invoice, and
// when the term is over.
func TestTheChoiceOfACentreIsOfferedWhereItIsLetThrough(t *testing.T) {
	onBoth(t, "premier", func(t *testing.T, w *world) {
		ctx, first := context.Background(), w.liaison("first")
		for _, c := range []struct {
			name, want string
			first      func(tx *db.Tx) error
		}{
			{"paid", "", nil},
			{"overdue", "invoice_overdue", func(tx *db.Tx) error {
				return tx.Buffer(`INSERT INTO invoice (tenant_id, id, number, due_date, issued_on, amount, currency) VALUES ($1, $2, 'I-1', '2026-01-31', '', 1, 'EUR')`, w.customer, id.New())
			}},
			{"over", "subscription_inactive", func(tx *db.Tx) error {
				return tx.Buffer(`UPDATE subscription SET to_date = '2026-01-31' WHERE tenant_id = $1`, w.customer)
			}},
		} {
			if c.first != nil {
				w.rows(c.first)
			}
			offered := w.overview().Systems[0].Choice
			if err := w.ChooseCentre(ctx, w.actor(first), id.ID{}, w.system, first, "apac"); offered.Allowed != (err == nil) || offered.Allowed != (c.want == "") {
				t.Errorf("%s: offered %v (%s), and then: %v", c.name, offered.Allowed, offered.Code, err)
			}
			if c.want != "" && offered.Code != c.want {
				t.Errorf("%s: the refusal is %q", c.name, offered.Code)
			}
		}
	})
}
