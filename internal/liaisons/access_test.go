package liaisons_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// withoutAccess ends somebody's grant and leaves the seat, as a file or a program of before did.
func (w *world) withoutAccess(person id.ID) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`UPDATE access_grant SET ended_at = $2 WHERE person_id = $1`, person, tx.Now())
	})
}

// inDirectory is what the customer's directory calls a person.
func (w *world) inDirectory(person id.ID) (user id.ID) {
	w.t.Helper()
	err := w.DB.View(context.Background(), db.ForTenant(w.customer), func(tx *db.Tx) error {
		return tx.Row(`SELECT coalesce(directory_id, person_id) FROM access_grant WHERE tenant_id = $1 AND person_id = $2`, []any{w.customer, person}, &user)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return user
}

func (w *world) grant(person id.ID) string {
	return w.column(`SELECT role || CASE WHEN ended_at IS NULL THEN '' ELSE ' ended' END FROM access_grant WHERE person_id = $1`, person)
}

func (w *world) byEmail(email string) (person id.ID) {
	w.t.Helper()
	err := w.DB.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) (err error) {
		person, err = w.Accounts.PersonByEmail(tx, email)
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return person
}

func TestWhoHasNoAccessAnyMoreGetsNoneByLeavingASeat(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		removed, replaced, stays := w.liaison("removed"), w.liaison("replaced"), w.liaison("stays")
		w.withoutAccess(removed)
		w.withoutAccess(replaced)
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: removed})
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: replaced, New: w.person("next", access.Liaison)})
		if a, b := w.grant(removed), w.grant(replaced); a != "liaison ended" || b != "liaison ended" {
			t.Errorf("the grants are %q and %q", a, b)
		}
	})
}

func TestEveryRoleThatChangesHasALineInTheJournal(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		first := w.liaison("first")
		lines := func(kind string, person id.ID) string {
			return w.column(`SELECT count(*) FROM journal WHERE kind = $1 AND subject_id = $2`, kind, person)
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "New", Email: "new@nordwind.example"})
		if err := w.accept(w.link()); err != nil {
			t.Fatal(err)
		}
		known := w.byEmail("new@nordwind.example")
		if a, b := lines("person.created", known), lines("access.granted", known); a != "1" || b != "1" {
			t.Errorf("the new person has %s lines of the person and %s of the access", a, b)
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Old: known})
		if n := lines("access.granted", known); n != "2" || w.grant(known) != "member" {
			t.Errorf("after the removal there are %s lines of the access, the grant is %s", n, w.grant(known))
		}
	})
}

func TestNobodyWidensTheirOwnView(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		narrow, wide, other := w.actor(w.liaison("narrow")), w.actor(w.liaison("wide")), w.actor(w.liaison("other"))
		sees := func(a access.Actor) string {
			return w.column(`SELECT sees FROM access_grant WHERE person_id = $1`, a.Person)
		}
		if err := w.SetView(ctx, wide, id.ID{}, narrow.Person, "own"); err != nil {
			t.Fatal(err)
		}
		narrow.Sees = access.SeesOwn
		wantKey(t, w.SetView(ctx, narrow, id.ID{}, narrow.Person, "all"), "liaisons.not_your_view")
		wantKey(t, w.SetView(ctx, narrow, id.ID{}, other.Person, "own"), "liaisons.not_your_view")
		wantKey(t, w.SetView(ctx, wide, id.ID{}, wide.Person, "own"), "liaisons.not_your_view")
		if sees(narrow) != "own" || sees(other) != "all" || sees(wide) != "all" {
			t.Errorf("they see %s, %s, %s", sees(narrow), sees(other), sees(wide))
		}
		w.withoutAccess(narrow.Person)
		wantKey(t, w.SetView(ctx, wide, id.ID{}, narrow.Person, "all"), "error.not_found")
	})
}

func TestASeatIsFreeFromTheInstantWhenItsInvitationIsOver(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		gone, stays := w.liaison("gone"), w.liaison("stays")
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Name: "N", Email: "late@nordwind.example"})
		w.clk.Forward(60 * 24 * time.Hour) // nobody has swept
		w.wantUsed("an invitation that ran out", 0)
		w.ask(w.actor(stays), liaisons.Item{System: w.system, New: w.person("next", access.Liaison)})
		w.wantUsed("the seat was filled", 1)
	})
}

func TestAccessThatEndsByAnyDoorLeavesTheSeats(t *testing.T) {
	ways := map[string]func(w *world, p id.ID) error{
		"end of the grant": func(w *world, p id.ID) error {
			return w.Accounts.EndGrant(context.Background(), program(), w.customer, p)
		},
		"member": func(w *world, p id.ID) error {
			return w.Accounts.Grant(context.Background(), program(), w.customer, p, access.Member, account.Own)
		},
		"file": func(w *world, p id.ID) error {
			return w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
				_, err := w.Accounts.PutGrant(tx, program(), w.customer, p, access.Liaison, account.Own, true)
				return err
			})
		},
		"disabled": func(w *world, p id.ID) error {
			return w.Accounts.DisablePerson(context.Background(), program(), p)
		},
		"end of the account": func(w *world, p id.ID) error {
			return w.EndAccount(context.Background(), program(), w.customer, p)
		},
		"end of the designation": func(w *world, p id.ID) error {
			return w.Contract.EndDesignation(context.Background(), program(), w.customer, p, w.system)
		},
		"directory": func(w *world, p id.ID) error {
			return w.Accounts.DeleteDirectoryUser(context.Background(), access.Actor{Role: access.Directory, Customer: w.customer, Token: id.New(),
				Scopes: []string{access.ScopeDirectory}}, w.inDirectory(p))
		},
		"designation of a file": func(w *world, p id.ID) error {
			return w.DB.Update(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error {
				_, err := w.Contract.PutDesignation(tx, program(), w.customer, p, w.system, true)
				return err
			})
		},
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(ways)), 4) { // a year has six changes
		t.Run(some[0], func(t *testing.T) { leaveBy(t, ways, some) })
	}
}

func leaveBy(t *testing.T, ways map[string]func(w *world, p id.ID) error, some []string) {
	t.Helper()
	onBoth(t, "elite", func(t *testing.T, w *world) {
		w.liaison("stays")
		for _, way := range some {
			end := ways[way]
			gone := w.liaison(strings.ReplaceAll(way, " ", "."))
			number := w.openCase(gone, "open")
			w.ask(program(), liaisons.Item{System: w.system, Old: gone, Name: "N", Email: "next@nordwind.example"})
			if err := end(w, gone); err != nil {
				t.Fatalf("%s: %v", way, err)
			}
			for what, q := range map[string]string{
				"0 seats":     `SELECT count(*) || ' seats' FROM designation WHERE person_id = $1 AND ended_at IS NULL`,
				"0 liaisons":  `SELECT count(*) || ' liaisons' FROM access_grant WHERE person_id = $1 AND role = 'liaison' AND ended_at IS NULL`,
				"1 left":      `SELECT count(*) || ' left' FROM vacated_seat WHERE person_id = $1 AND task_due IS NOT NULL`,
				"1 lines":     `SELECT count(*) || ' lines' FROM journal WHERE kind = 'liaison.removed' AND data LIKE '%' || $1 || '%'`,
				"0 waiting":   `SELECT count(*) || ' waiting' FROM liaison_change_item WHERE old_person = $1 AND state = 'waiting'`,
				"1 withdrawn": `SELECT count(*) || ' withdrawn' FROM liaison_change_item i JOIN journal j ON j.kind = 'liaison.change_withdrawn' AND j.subject_id = i.change_id WHERE i.old_person = $1`,
			} {
				arg := any(gone)
				if what == "1 lines" {
					arg = gone.String()
				}
				if got := w.column(q, arg); got != what {
					t.Errorf("%s: %s, want %s", way, got, what)
				}
			}
			if got := w.column(`SELECT count(*) FROM support_case WHERE number = $1 AND owner_departed_at IS NOT NULL`, number); got != "1" {
				t.Errorf("%s: the case is not flagged", way)
			}
		}
	})
}

func TestAnInvitationHoldsItsSeatAgainstEveryDoor(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		first := w.liaison("first")
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "N", Email: "next@nordwind.example"})
		err := w.Contract.Designate(context.Background(), program(), w.customer, w.person("other", access.Liaison), w.system)
		wantRefusal(t, err, "no_free_seat")
	})
}

func TestStaffLookAtTheCasesOfASeatThatHadEnded(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		if _, err := w.Contract.AddExtraSeats(context.Background(), program(), w.customer, w.system, 1, date("2026-01-15")); err != nil {
			t.Fatal(err)
		}
		gone, stays, _ := w.liaison("gone"), w.liaison("stays"), w.liaison("third")
		w.clk.Forward(400 * 24 * time.Hour)
		w.openCase(gone, "open")
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		w.clk.Forward(10 * 24 * time.Hour)
		if _, err := w.Sweep(context.Background()); err != nil {
			t.Fatal(err)
		}
		if o := w.overview(); len(o.Tasks) != 1 || o.Tasks[0].Person != "gone" || o.Systems[0].Free() != 0 {
			t.Errorf("tasks are %+v, %d seats are free", o.Tasks, o.Systems[0].Free())
		}
	})
}

func TestWhoWasDisabledComesBackByAnInvitationAndStaffGetNone(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		ctx := context.Background()
		first, gone := w.liaison("first"), w.liaison("gone")
		if err := w.EndAccount(ctx, w.actor(first), id.ID{}, gone); err != nil {
			t.Fatal(err)
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "Gone", Email: "gone@nordwind.example"})
		if err := w.accept(w.link()); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Accounts.SignIn(ctx, "gone@nordwind.example", "correct horse battery 1", "192.0.2.1"); err != nil || w.grant(gone) != "liaison" {
			t.Errorf("they sign in with %v, the grant is %s", err, w.grant(gone))
		}
		if n := w.column(`SELECT count(*) FROM journal WHERE kind = 'person.enabled' AND subject_id = $1`, gone); n != "1" {
			t.Errorf("%s lines", n)
		}
		_, err := w.Accounts.CreatePerson(ctx, program(), account.NewPerson{Name: "Staff", Email: "staff@vendor.example", Language: "en", Zone: "UTC", StaffRole: access.Engineer})
		if err != nil {
			t.Fatal(err)
		}
		w.ask(w.actor(first), liaisons.Item{System: w.system, Name: "Staff", Email: "staff@vendor.example"})
		m := w.mail.mails[len(w.mail.mails)-1]
		if _, ok, err := w.MailFacts(ctx, m); ok || err != nil || m.Template != liaisons.Invited {
			t.Errorf("a mail %s would go to staff: %v, %v", m.Template, ok, err)
		}
	})
}

func TestADayHasSoManyInvitationsWithdrawnOnesToo(t *testing.T) {
	onBoth(t, "elite", func(t *testing.T, w *world) {
		w.InvitationsPerDay = 2
		first := w.liaison("first")
		it := liaisons.Item{System: w.system, Name: "N", Email: "next@nordwind.example"}
		for range 2 {
			change := w.ask(w.actor(first), it)
			if err := w.Withdraw(context.Background(), w.actor(first), id.ID{}, change); err != nil {
				t.Fatal(err)
			}
		}
		_, err := w.try(w.actor(first), it)
		wantKey(t, err, "liaisons.too_many_invitations")
		w.clk.Forward(25 * time.Hour)
		w.ask(w.actor(first), it)
	})
}
