package liaisons_test

import (
	"context"
	"sync"
	"testing"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// Two who end each other at the same instant: one of them stays.
func TestOfTwoWhoEndEachOtherOneIsLeft(t *testing.T) {
	ways := map[string]func(w *world, by access.Actor, other id.ID) error{
		"account": func(w *world, by access.Actor, other id.ID) error {
			return w.EndAccount(context.Background(), by, id.ID{}, other)
		},
		"seat": func(w *world, by access.Actor, other id.ID) error {
			_, err := w.try(by, liaisons.Item{System: w.system, Old: other})
			return err
		},
	}
	onBoth(t, "standard", func(t *testing.T, w *world) {
		for way, end := range ways {
			pair := [2]id.ID{w.liaison(way + "1"), w.liaison(way + "2")}
			var done [2]error
			var wait sync.WaitGroup
			for i := range pair {
				wait.Go(func() { done[i] = end(w, w.actor(pair[i]), pair[1-i]) })
			}
			wait.Wait()
			if (done[0] == nil) == (done[1] == nil) {
				t.Errorf("%s: %v and %v", way, done[0], done[1])
			}
			if got := w.column(`SELECT count(*) FROM designation WHERE ended_at IS NULL`); got != "1" {
				t.Errorf("%s: %s liaisons are left", way, got)
			}
			for i, p := range pair {
				if done[i] == nil { // makes room for the next pair
					if err := w.Accounts.Grant(context.Background(), program(), w.customer, p, access.Member, account.Own); err != nil {
						t.Fatal(err)
					}
				}
			}
		}
	})
}
