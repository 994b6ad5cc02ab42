package liaisons_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/liaisons"
)

// task makes one of a customer that is about no system.
func (w *world) task(customer id.ID, centre string, made int64) id.ID {
	task := id.New()
	w.rows(func(tx *db.Tx) error {
		return tx.Buffer(`INSERT INTO staff_task (tenant_id, id, kind, centre, made_at) VALUES ($1, $2, 'owner_departed', $3, $4)`, customer, task, centre, made)
	})
	return task
}

func TestTasksOfAllCustomersAreListedTheOldestFirst(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		other := w.newCustomer("othercorp")
		gone, stays := w.liaison("gone"), w.liaison("stays")
		w.openCase(gone, "open")
		w.openCase(gone, "open")
		w.openCase(gone, "closed")
		w.ask(w.actor(stays), liaisons.Item{System: w.system, Old: gone})
		w.clk.Forward(10 * 24 * time.Hour)
		if _, err := w.Sweep(ctx); err != nil {
			t.Fatal(err)
		}
		raised := w.overview().Tasks[0].ID
		tie := []id.ID{w.task(other, "apac", 1000), w.task(w.customer, "emea", 1000)}
		slices.SortFunc(tie, func(a, b id.ID) int { return slices.Compare(a[:], b[:]) })
		first := w.task(other, "apac", 999)
		done := w.task(other, "apac", 5)
		if err := w.FinishTask(ctx, manager(), other, done); err != nil {
			t.Fatal(err)
		}
		want := []id.ID{first, tie[0], tie[1], raised}
		var got []id.ID
		q := liaisons.TaskQuery{Limit: 1}
		for range len(want) + 1 {
			page, err := w.Tasks(ctx, manager(), q)
			if err != nil || !page.May {
				t.Fatal(err, page.May)
			}
			for _, one := range page.Items {
				got = append(got, one.ID)
			}
			if q.Cursor = page.Next; q.Cursor == "" {
				break
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("page by page: %v, want %v", got, want)
		}
		whole, err := w.Tasks(ctx, access.Actor{Person: id.New(), Role: access.Engineer}, liaisons.TaskQuery{Centre: "emea"})
		if err != nil || whole.May || len(whole.Items) != 2 {
			t.Fatalf("an engineer reads those of a centre and decides on none: %+v %v", whole, err)
		}
		last := whole.Items[1]
		if last.CustomerKey != "nordwind" || last.CustomerName != "nordwind Ltd" || last.System != "PRD-01" || last.Person != "gone" || last.Cases != 2 || last.Centre != "emea" {
			t.Errorf("a task says %+v", last)
		}
		if n, err := w.CountTasks(ctx, manager()); n != 4 || err != nil {
			t.Error(n, err)
		}
	})
}

func TestNobodyOfACustomerReadsTheTasks(t *testing.T) {
	onBoth(t, "standard", func(t *testing.T, w *world) {
		ctx := context.Background()
		w.task(w.customer, "emea", 1)
		who := w.actor(w.liaison("one"))
		_, err := w.Tasks(ctx, who, liaisons.TaskQuery{})
		wantKey(t, err, "error.forbidden")
		if n, err := w.CountTasks(ctx, who); n != 0 || err != nil {
			t.Error("a count for a customer:", n, err)
		}
		_, err = w.Tasks(ctx, manager(), liaisons.TaskQuery{Cursor: "made up"})
		wantKey(t, err, "error.bad_cursor")
		var e *errs.Error
		if _, err = w.Tasks(ctx, manager(), liaisons.TaskQuery{Centre: "nowhere"}); !errors.As(err, &e) || e.Kind != errs.Invalid {
			t.Error("a centre that is none:", err)
		}
	})
}
