package apptest_test

import (
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// openTasks is the part of GET /tasks that the story reads.
type openTasks struct {
	Items []struct {
		ID, Kind, Customer, CustomerName string
		Cases                            int
	}
	NextCursor *string
}

func TestStaffFindWhatIsToBeDecidedOfAllCustomers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		helen := w.As("helen.marsh")
		before := apptest.Is[openTasks](t, helen.Get("/api/v1/tasks"), 200)
		mine, foreign := w.Task(home), w.Task(stranger)
		first := apptest.Is[openTasks](t, helen.Get("/api/v1/tasks?limit=1"), 200)
		if first.NextCursor == nil || len(first.Items) != 1 {
			t.Fatalf("a page of one: %+v", first)
		}
		all := apptest.Is[openTasks](t, helen.Get("/api/v1/tasks?limit=200"), 200)
		seen := map[string]string{}
		for _, one := range all.Items {
			seen[one.ID] = one.Customer
		}
		if len(all.Items) != len(before.Items)+2 || seen[mine] != home || seen[foreign] != stranger {
			t.Errorf("both customers' tasks: %+v", all)
		}
		if got := helen.Get("/api/v1/tasks?limit=1&cursor=" + *first.NextCursor + "x"); got.Status != 400 {
			t.Errorf("a changed cursor: %d", got.Status)
		}

		action := "/desk/customers/" + stranger + "/liaisons/tasks/" + foreign + "/done"
		page := string(w.In("helen.marsh").Get("/desk/tasks").Body)
		if !strings.Contains(page, action) || !strings.Contains(page, `href="/desk/customers/`+stranger+`/liaisons"`) {
			t.Errorf("the page has no way to the task of %s", stranger)
		}
		if page := string(w.In("sofia.lindqvist").Get("/desk/tasks").Body); strings.Contains(page, action) || !strings.Contains(page, "/desk/customers/"+stranger) {
			t.Error("an engineer may read it, and is offered no button that is not theirs")
		}
		lines := w.Count(`SELECT count(*) FROM journal WHERE kind = 'task.done'`)
		form := url.Values{"from": {"tasks"}, "centre": {"emea"}}
		for _, notice := range []string{"seats_task", "seats_task_was_done"} {
			got := w.In("helen.marsh").Post(action, form)
			if to := got.Header.Get("Location"); got.Status != 303 || to != "/desk/tasks?centre=emea&notice="+notice {
				t.Errorf("%s: %d to %s", notice, got.Status, to)
			}
		}
		if now := w.Count(`SELECT count(*) FROM journal WHERE kind = 'task.done'`); now != lines+1 {
			t.Errorf("two presses left %d lines", now-lines)
		}
		if page := string(w.In("helen.marsh").Get("/desk/tasks").Body); strings.Contains(page, foreign) || !strings.Contains(page, mine) {
			t.Error("the one that is done stays, or the other went")
		}
		if got := w.In("helen.marsh").Post(strings.Replace(action, "/"+stranger+"/", "/"+home+"/", 1), form); got.Status != 404 {
			t.Errorf("a task of another customer than the address says: %d", got.Status)
		}
	})
}
