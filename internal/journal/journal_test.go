package journal_test

import (
	"encoding/base64"
	"fmt"
	"slices"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/journal"
)

func line(tenant, subject id.ID, kind string, v journal.Visibility) journal.Line {
	return journal.Line{Tenant: tenant, Subject: subject, ActorKind: "staff", SubjectKind: "case", Kind: kind, Visibility: v}
}

func record(t testing.TB, d *db.DB, lines ...journal.Line) {
	t.Helper()
	err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		for _, l := range lines {
			if err := journal.Record(tx, l); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func kinds(lines []journal.Entry) (out []string) {
	for _, l := range lines {
		out = append(out, l.Kind)
	}
	return out
}

func TestALineComesBackAsItWasRecorded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		l := journal.Line{Occurred: clk.Now().Add(-time.Hour), Tenant: id.New(), Actor: id.New(), ActorKind: "customer", SubjectKind: "case",
			Subject: id.New(), Kind: "case.registered", Visibility: journal.Customer, Data: map[string]any{"plan": "premier", "n": 1},
			Clause: "3.2", Edition: "2025-02"}
		record(t, d, l, line(l.Tenant, l.Subject, "case.bare", journal.Customer))
		err := d.View(t.Context(), db.ForTenant(l.Tenant), func(tx *db.Tx) error {
			got, err := journal.OfSubject(tx, l.Tenant, l.Subject, 0, 10, []journal.Visibility{journal.Customer})
			if err != nil || len(got) != 2 {
				return fmt.Errorf("%v: %w", got, err)
			}
			e := got[0]
			if e.Seq < 1 || !e.At.Equal(clk.Now()) || !e.Occurred.Equal(l.Occurred) || e.Tenant != l.Tenant || e.Actor != l.Actor ||
				e.ActorKind != l.ActorKind || e.SubjectKind != l.SubjectKind || e.Subject != l.Subject || e.Kind != l.Kind ||
				e.Visibility != l.Visibility || string(e.Data) != `{"n":1,"plan":"premier"}` || e.Clause != l.Clause || e.Edition != l.Edition {
				t.Errorf("%+v", e)
			}
			if b := got[1]; !b.Actor.IsZero() || !b.Occurred.Equal(clk.Now()) || string(b.Data) != "{}" {
				t.Errorf("%+v", b)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}

func TestOnlyTheVisibilitiesAskedForAreShown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		a, b, of := id.New(), id.New(), id.New()
		record(t, d, line(a, of, "c1", journal.Customer), line(a, of, "s", journal.Staff), line(a, id.New(), "other", journal.Customer),
			line(a, of, "y", journal.System), line(b, of, "of b", journal.Customer), line(a, of, "c2", journal.Customer))
		for _, c := range []struct {
			visible []journal.Visibility
			after   int64
			limit   int
			want    []string
		}{
			{nil, 0, 10, nil},
			{[]journal.Visibility{journal.Customer}, 0, 10, []string{"c1", "c2"}},
			{[]journal.Visibility{journal.Customer, journal.Staff}, 0, 10, []string{"c1", "s", "c2"}},
			{[]journal.Visibility{journal.Customer, journal.Staff, journal.System}, 0, 3, []string{"c1", "s", "y"}},
			{[]journal.Visibility{journal.Customer}, 1, 10, []string{"c2"}},
		} {
			err := d.View(t.Context(), db.ForTenant(a), func(tx *db.Tx) error {
				got, err := journal.OfSubject(tx, a, of, c.after, c.limit, c.visible)
				if !slices.Equal(kinds(got), c.want) {
					t.Errorf("%v: %v", c, kinds(got))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func TestALineThatSaysTooLittleIsRefused(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, clock.Real{})
	for _, l := range []journal.Line{
		{}, line(id.New(), id.New(), "", journal.Staff), line(id.New(), id.New(), "k", "public"),
		{Kind: "k", ActorKind: "staff", Visibility: journal.Staff}, {Kind: "k", SubjectKind: "case", Visibility: journal.Staff},
		{Kind: "k", ActorKind: "staff", SubjectKind: "case", Visibility: journal.Staff, Data: func() {}},
	} {
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error { return journal.Record(tx, l) })
		if err == nil {
			t.Errorf("%+v was recorded", l)
		}
	}
}

// tail reads from a position on and returns the kinds and the next position.
func tail(t testing.TB, d *db.DB, after int64, limit int) (got []string, next int64) {
	t.Helper()
	err := d.View(t.Context(), db.ForSystem("tail"), func(tx *db.Tx) error {
		lines, n, err := journal.Tail(tx, after, limit)
		got, next = kinds(lines), n
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return got, next
}

func TestTheTailReadsEveryLineOnceAndKeepsATransactionTogether(t *testing.T) { // not parallel: the other tests' transactions, in the same server, hold it up
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		if got, next := tail(t, d, 0, 10); len(got) != 0 || next != 0 {
			t.Error(got, next)
		}
		l := func(kind string) journal.Line { return line(id.New(), id.New(), kind, journal.Staff) }
		record(t, d, l("1"))
		record(t, d, l("2a"), l("2b"), l("2c"))
		record(t, d, l("3"))
		var end int64
		err := d.View(t.Context(), db.ForSystem("tail"), func(tx *db.Tx) (err error) { end, err = journal.End(tx); return err })
		if err != nil {
			t.Fatal(err)
		}
		record(t, d, l("4"))
		for limit := 1; limit < 8; limit++ {
			var all []string
			for next := int64(0); ; {
				var got []string
				if got, next = tail(t, d, next, limit); len(got) == 0 {
					break
				}
				all = append(all, got...)
			}
			if want := []string{"1", "2a", "2b", "2c", "3", "4"}; !slices.Equal(all, want) {
				t.Errorf("limit %d: %v", limit, all)
			}
		}
		if got, _ := tail(t, d, end, 10); !slices.Equal(got, []string{"4"}) {
			t.Errorf("from the end: %v", got)
		}
	})
}

// On PostgreSQL a line with a lower number may be committed later; a reader that follows the numbers would lose it.
func TestTheTailWaitsForATransactionThatIsStillRunning(t *testing.T) { // not parallel: the other tests' transactions, in the same server, hold it up
	if dbtest.WithoutPostgres() {
		return
	}
	d := dbtest.Postgres(t, clock.NewStepping(dbtest.Start()))
	var position int64
	err := d.Update(t.Context(), db.ForSystem("slow"), func(tx *db.Tx) error {
		if err := journal.Record(tx, line(id.New(), id.New(), "slow", journal.Staff)); err != nil {
			return err
		}
		if _, err := tx.Exec("SELECT 1"); err != nil { // sends the line: it has its number now
			return err
		}
		record(t, d, line(id.New(), id.New(), "quick", journal.Staff))
		got, next := tail(t, d, 0, 10)
		if len(got) != 0 {
			t.Errorf("read %v while an older transaction runs", got)
		}
		position = next
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got, _ := tail(t, d, position, 10); !slices.Equal(got, []string{"slow", "quick"}) {
		t.Errorf("then %v", got)
	}
}

func root(t testing.TB, d *db.DB) (size int64, hash string) {
	t.Helper()
	err := d.View(t.Context(), db.ForSystem("root"), func(tx *db.Tx) (err error) { size, hash, err = journal.Root(tx); return err })
	if err != nil {
		t.Fatal(err)
	}
	return size, hash
}

// The tree head must be that of RFC 6962 over the leaves, computed here in the way the RFC defines it.
func TestTheRootIsTheTreeHeadOfAllLines(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		if size, hash := root(t, d); size != 0 || hash != "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=" { // SHA-256 of nothing
			t.Error(size, hash)
		}
		tenant := id.New()
		subject := id.New()
		seen := map[string]bool{}
		for n := 1; n <= 9; n++ {
			record(t, d, line(tenant, subject, fmt.Sprint("kind ", n), journal.Customer))
			size, hash := root(t, d)
			var leaves [][]byte
			err := d.View(t.Context(), db.ForTenant(tenant), func(tx *db.Tx) error {
				lines, err := journal.OfSubject(tx, tenant, subject, 0, 100, []journal.Visibility{journal.Customer})
				for _, l := range lines {
					leaf, err := journal.Leaf(l)
					if err != nil {
						return err
					}
					leaves = append(leaves, leaf)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			want := head(leaves)
			if size != int64(n) || hash != base64.StdEncoding.EncodeToString(want[:]) || seen[hash] {
				t.Errorf("%d lines: %d %s", n, size, hash)
			}
			seen[hash] = true
		}
	})
}

func head(leaves [][]byte) tlog.Hash {
	if len(leaves) == 1 {
		return tlog.RecordHash(leaves[0])
	}
	k := 1
	for k*2 < len(leaves) {
		k *= 2
	}
	return tlog.NodeHash(head(leaves[:k]), head(leaves[k:]))
}

func TestALeafHasOneForm(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 4, 9, 0, 0, 1000, time.UTC)
	got, err := journal.Leaf(journal.Entry{Seq: 7, At: at, Occurred: at, Tenant: id.MustParse("01890a5d-ac96-774b-bcce-b302099a8057"),
		ActorKind: "system", SubjectKind: "case", Kind: "case.registered", Visibility: journal.Customer, Data: []byte(`{"a":"<&>"}`), Clause: "3.2"})
	want := `[7,1772614800000001,1772614800000001,"01890a5d-ac96-774b-bcce-b302099a8057","","system","case","","case.registered","customer","{\"a\":\"<&>\"}","3.2",""]`
	if err != nil || string(got) != want {
		t.Errorf("%s, want %s (%v)", got, want, err)
	}
}
