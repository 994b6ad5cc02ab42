package edition_test

import (
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/edition"
	"liaison/internal/journal"
	"liaison/internal/policy"
	"liaison/policies"
)

func load(t *testing.T, name string) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, name)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func open(t *testing.T, d *db.DB, clk clock.Clock, configured *policy.Pack) *edition.Service {
	t.Helper()
	s, err := edition.Open(t.Context(), &edition.Service{DB: d, Clock: clk}, configured)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheConfiguredPackIsTheFirstEditionAndStaysIt(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		ref := load(t, "reference-2025-02")
		first := open(t, d, clk, ref)
		if first.Now() != ref || first.At(time.Time{}) != ref {
			t.Error("a new installation begins with the configured pack, since ever")
		}
		// Another pack in the settings changes nothing: what is stored governs.
		again := open(t, d, clk, load(t, "example"))
		got := again.Now()
		if got.Name != ref.Name || got.Digest() != ref.Digest() || len(again.Book().Editions()) != 1 {
			t.Errorf("the second start has %s, %d editions", got.Name, len(again.Book().Editions()))
		}
		err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			lines, _, err := journal.Tail(tx, 0, 10)
			if len(lines) != 1 || lines[0].Kind != "policy.imported" || lines[0].Edition != ref.Edition {
				t.Errorf("journal: %+v", lines)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
