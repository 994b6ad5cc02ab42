package db_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
)

// Rows that wait for each other are all there, in their order, whatever number of them makes a statement, and whichever
// table the first one of a text was for; whoever asks in between sees those before.
func TestGatheredRowsAreWrittenInTheirOrder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		old, _ := addCustomer(t, d, "old")
		const many = 64 + 16 + 4 + 3
		var want []string
		inSystem(t, d, func(tx *db.Tx) error {
			if err := tx.Gather("customer", "person", "access_grant", "journal"); err != nil {
				return err
			}
			bring := func(customer, person id.ID, n int) error {
				name := fmt.Sprintf("p%03d", n)
				want = append(want, name)
				return errors.Join(
					tx.Buffer("INSERT INTO person (id, email, email_norm, name, created_at) VALUES ($1, $2, $2, $2, $3)", person, name, tx.Now()),
					tx.Buffer("INSERT INTO access_grant (tenant_id, person_id, role, created_at) VALUES ($1, $2, 'liaison', $3)", customer, person, tx.Now()),
					tx.Buffer(`INSERT INTO journal (at, occurred_at, actor_kind, subject_kind, subject_id, kind, visibility, data)
						VALUES ($1, $1, 'system', 'person', $2, $3, 'staff', '{}')`, tx.Now(), person, name))
			}
			if err := bring(old, id.New(), 0); err != nil { // a grant comes before the first customer
				return err
			}
			for n := 1; n < many; n++ {
				customer := id.New()
				err := tx.Buffer("INSERT INTO customer (id, key, name, country, centre, data_key, created_at) VALUES ($1, $2, $2, 'DE', 'emea', $3, $4)",
					customer, fmt.Sprint("c", n), []byte{1}, tx.Now())
				if err := errors.Join(err, bring(customer, id.New(), n)); err != nil {
					return err
				}
			}
			var seen int64
			if err := tx.Row("SELECT count(*) FROM access_grant", nil, &seen); err != nil || seen != many {
				t.Errorf("%d of %d grants are seen by the next statement: %v", seen, many, err)
			}
			if err := bring(old, id.New(), many); err != nil {
				return err
			}
			err := tx.Buffer("UPDATE person SET name = 'last' WHERE email = $1", want[many]) // is no INSERT: it finds what came before
			return errors.Join(err, bring(old, id.New(), many+1))
		})
		var got []string
		err := d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return tx.Query("SELECT kind FROM journal WHERE subject_kind = 'person' ORDER BY seq", nil, func(scan func(...any) error) error {
				var kind string
				err := scan(&kind)
				got = append(got, kind)
				return err
			})
		})
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("the journal says %v, want %v: %v", got, want, err)
		}
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM person WHERE name = 'last'"); n != 1 {
			t.Errorf("a statement between gathered rows has changed %d", n)
		}
	})
}

// What the database refuses of a row that waited fails the Update, as a row that is written at once.
func TestAGatheredRowThatIsRefusedFailsTheUpdate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			if err := tx.Gather("setting"); err != nil {
				return err
			}
			for _, name := range []string{"a", "b", "c", "d", "a"} {
				if err := tx.Buffer("INSERT INTO setting (name, value) VALUES ($1, $1)", name); err != nil {
					return err
				}
			}
			return nil
		})
		if !db.IsUnique(err) {
			t.Errorf("the failure of a gathered row is lost: %v", err)
		}
		if n := count(t, d, db.ForSystem("test"), "SELECT count(*) FROM setting"); n != 0 {
			t.Errorf("%d rows stayed", n)
		}
	})
}
