package once_test

import (
	"testing"
	"time"

	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
	"liaison/internal/id"
	"liaison/internal/once"
)

func save(t *testing.T, d *db.DB, r once.Request, body string) error {
	t.Helper()
	return d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return once.Save(tx, r, once.Answer{Status: 201, Header: map[string]string{"ETag": `"1"`}, Body: []byte(body)})
	})
}

// enter is the answer that a call with the key would get.
func enter(t *testing.T, k *once.Keeper, r once.Request) string {
	t.Helper()
	answer, leave, err := k.Enter(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	defer leave()
	if answer == nil {
		return "none"
	}
	return answer.Header["ETag"] + string(answer.Body)
}

func TestASecondAnswerUnderAKeyIsRefusedAsTaken(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, _ *clock.Stepping) {
		k, r := once.New(d), once.Request{Actor: id.New(), Route: "POST /x", Key: "a", Hash: []byte{1}}
		if got := enter(t, k, r); got != "none" {
			t.Errorf("a new key has the answer %q", got)
		}
		if err := save(t, d, r, "first"); err != nil {
			t.Fatal(err)
		}
		if err := save(t, d, r, "second"); !once.Taken(err) {
			t.Errorf("as another process would: %v", err)
		}
		if got := enter(t, k, r); got != `"1"first` {
			t.Errorf("the answer is %q", got)
		}
		other := r
		other.Actor = id.New()
		if got := enter(t, k, other); got != "none" {
			t.Errorf("somebody else gets %q", got)
		}
		err := d.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
			return tx.Buffer("INSERT INTO setting (name, value) VALUES ('a', '1'), ('a', '2')")
		})
		if !db.IsUnique(err) || once.Taken(err) {
			t.Errorf("another key that is taken is none of ours: %v", err)
		}
	})
}

func TestAKeyIsFreeAgainAfterADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB, clk *clock.Stepping) {
		k, r := once.New(d), once.Request{Actor: id.New(), Route: "POST /x", Key: "a", Hash: []byte{1}}
		if err := save(t, d, r, "first"); err != nil {
			t.Fatal(err)
		}
		clk.Forward(once.Keep - time.Second)
		if got := enter(t, k, r); got != `"1"first` {
			t.Errorf("within the day the answer is %q", got)
		}
		clk.Forward(time.Second)
		if got := enter(t, k, r); got != "none" {
			t.Errorf("after a day the answer is %q", got)
		}
		if err := save(t, d, r, "anew"); err != nil {
			t.Fatal(err)
		}
		if got := enter(t, k, r); got != `"1"anew` {
			t.Errorf("the new answer is %q", got)
		}
	})
}
