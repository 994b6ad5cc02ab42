package cases_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// A notice of a centre is read by each of its people for themselves; what came after the page was made stays unread; and
// nobody opens what is put before others.
func TestEachReadsTheNoticesForThemselves(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva, ben := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer(), w.person(id.ID{}, access.Engineer, "Ben")
		elsewhere := ben
		elsewhere.Person, elsewhere.Centre = id.New(), "apac"
		ctx := context.Background()
		w.at("2026-11-23T10:00:00-05:00")
		c := w.register(s, 1)
		w.at("2026-11-23T13:00:00-05:00") // two warnings and the breach
		w.sweep()
		unread := func(what string, a access.Actor, want int) {
			t.Helper()
			n, err := w.UnreadNotices(ctx, a)
			list, errList := w.Notices(ctx, a, 100)
			shown := 0
			for _, one := range list {
				if !one.Read {
					shown++
				}
			}
			if err != nil || errList != nil || n != want || shown != want {
				t.Errorf("%s: %d unread, %d shown so, want %d; %v, %v", what, n, shown, want, err, errList)
			}
		}
		list, err := w.Notices(ctx, eva, 100)
		if err != nil || len(list) < 2 {
			t.Fatalf("%d notices, %v", len(list), err)
		}
		all := len(list)
		unread("at first", eva, all)
		for range 2 { // twice is once
			if number, err := w.OpenNotice(ctx, eva, list[0].ID); number != c.Number || err != nil {
				t.Fatalf("opening leads to %q, %v", number, err)
			}
		}
		unread("one is opened", eva, all-1)
		unread("a colleague", ben, all)
		if _, err := w.OpenNotice(ctx, elsewhere, list[0].ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another centre opens it: %v", err)
		}
		unread("another centre", elsewhere, 0)

		w.at("2026-11-24T09:00:00-05:00")
		w.told(s, c)
		if err := w.ReadNotices(ctx, eva, list[0].At); err != nil {
			t.Fatal(err)
		}
		unread("all of the page are read", eva, 1)
		if err := w.ReadNotices(ctx, eva, list[0].At.Add(-time.Hour)); err != nil { // an older page, sent late
			t.Fatal(err)
		}
		unread("an older page changes nothing", eva, 1)
		if err := w.ReadNotices(ctx, eva, w.clk.Now().Add(1000*time.Hour)); err != nil {
			t.Fatal(err)
		}
		unread("everything", eva, 0)
		w.at("2026-11-25T09:00:00-05:00")
		w.told(s, c)
		unread("what comes later is new, whatever was asked for", eva, 1)
		unread("a colleague has read nothing", ben, all+2)
		w.at("2027-03-25T09:00:00-05:00")
		if _, err := w.Forget(ctx); err != nil {
			t.Fatal(err)
		}
		unread("after a season", ben, 0)
	})
}

// told puts one more notice before whoever handles a case.
func (w *world) told(s shop, c *cases.Case) {
	w.t.Helper()
	w.rows(func(tx *db.Tx) error { return w.TellMail(tx, s.customer, c.ID, cases.NoticeUnreachable) })
}

// Two warnings about one case read differently: which promise, how much of its time is used, when it is due. Its owner,
// who works in the centre that is told too, is told once.
func TestANoticeSaysWhichPromiseAndTellsTheOwnerOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva, ben := w.shop(shopSpec{key: "nordwind", country: "US", plan: "elite"}), w.engineer(), w.person(id.ID{}, access.Engineer, "Ben")
		w.at("2026-11-23T10:00:00-05:00")
		c := w.register(s, 1)
		me := eva.Person.String()
		w.change(eva, c.Number, cases.Change{Assignee: &me})
		for _, at := range []string{"11:01", "11:31", "12:01"} {
			w.at("2026-11-23T" + at + ":00-05:00")
			w.sweep()
		}
		due := w.at("2026-11-23T12:00:00-05:00")
		for _, who := range []access.Actor{eva, ben} {
			list, err := w.Notices(context.Background(), who, 100)
			if err != nil {
				t.Fatal(err)
			}
			var told []string
			for _, n := range list {
				if n.Clock == "" {
					continue
				}
				if told = append(told, fmt.Sprint(n.Kind, " ", n.Percent)); n.Clock != "initial_response" || !n.Due.Equal(due) {
					t.Errorf("a %s of %s is due %s", n.Kind, n.Clock, n.Due)
				}
			}
			if want := []string{"breach 100", "warning 75", "warning 50"}; !slices.Equal(told, want) {
				t.Errorf("%s reads %v, want %v", who.Name, told, want)
			}
			if unread, err := w.UnreadNotices(context.Background(), who); err != nil || unread != len(list) {
				t.Errorf("%s: the bell counts %d of %d, %v", who.Name, unread, len(list), err)
			}
		}
	})
}
