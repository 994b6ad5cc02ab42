package cases_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/sla"
)

func (w *world) ask(a access.Actor, number, due string) *cases.Task {
	w.t.Helper()
	at, err := time.Parse(time.RFC3339, due)
	if err != nil {
		w.t.Fatal(err)
	}
	t, err := w.AskTask(w.t.Context(), a, number, cases.NewTask{Kind: "test", Text: "Please try without the cache.", Due: at})
	if err != nil {
		w.t.Fatal(err)
	}
	return t
}

func (w *world) tasks(a access.Actor, number string) []cases.Task {
	w.t.Helper()
	all, err := w.Tasks(w.t.Context(), a, number)
	if err != nil {
		w.t.Fatal(err)
	}
	return all
}

// lines counts the lines of a case that a liaison reads, by kind, and gives the last one of each.
func (w *world) lines(a access.Actor, number string) (n map[string]int, last map[string]cases.Item) {
	w.t.Helper()
	line, err := w.Timeline(w.t.Context(), a, number, "", cases.MaxPage)
	if err != nil {
		w.t.Fatal(err)
	}
	n, last = map[string]int{}, map[string]cases.Item{}
	for _, it := range line.Items {
		n[it.Kind]++
		last[it.Kind] = it
	}
	return n, last
}

func TestACustomerDoesATaskOnAnUrgentCase(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 1)
		task := w.ask(eva, c.Number, "2026-11-16T15:00:00-05:00")
		if k := clockOf(t, w.get(eva, c.Number), sla.InitialResponse); k.State != sla.Met {
			t.Errorf("what support asks for is no answer: %+v", k)
		}
		if got := w.get(eva, c.Number); got.Status != cases.Open || w.mail.count("task") != 1 {
			t.Errorf("asked: %s, %d mails", got.Status, w.mail.count("task"))
		}
		w.say(eva, c.Number, cases.NewMessage{Text: "And which driver is it?", Question: true})
		end := func(a access.Actor, etag string, state cases.TaskState, text string) error {
			_, err := w.AnswerTask(t.Context(), a, c.Number, task.ID, etag, cases.EndTask{State: state, Text: text})
			return err
		}
		for name, err := range map[string]error{
			"declined without a word": end(s.liaison, "*", cases.TaskDeclined, " "), "given up by the customer": end(s.liaison, "*", cases.TaskGivenUp, "No."),
			"declined by support": end(eva, "*", cases.TaskDeclined, "No."), "opened": end(eva, "*", cases.TaskOpen, "No."), "no state": end(eva, "*", "", "x"),
			"declined with what nobody sees": end(s.liaison, "*", cases.TaskDeclined, "<!-- no -->"), "done with what nobody sees": end(s.liaison, "*", cases.TaskDone, "<!-- yes -->"),
		} {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if err := end(s.liaison, `"7"`, cases.TaskDone, ""); errs.KindOf(err) != errs.Stale {
			t.Errorf("another version: %v", err)
		}
		if err := end(s.member, "*", cases.TaskDone, ""); errs.KindOf(err) != errs.Refused {
			t.Errorf("a member: %v", err)
		}
		w.at("2026-11-16T14:00:00-05:00")
		if err := end(s.liaison, task.ETag(), cases.TaskDone, "It opens now."); err != nil {
			t.Fatal(err)
		}
		if got := w.get(eva, c.Number); got.Status != cases.Open {
			t.Errorf("an act of the customer ends the wait: %s", got.Status)
		}
		if err := end(s.liaison, "*", cases.TaskDeclined, "Once more."); errs.KindOf(err) != errs.Conflict {
			t.Errorf("a second end: %v", err)
		}
		w.at("2026-11-16T16:00:00-05:00")
		w.sweep()
		got := w.tasks(s.liaison, c.Number)
		if len(got) != 1 || got[0].State != cases.TaskDone || got[0].Answer != "It opens now." || got[0].EndedBy.Name != s.liaison.Name || got[0].AskedBy.Name != eva.Name ||
			got[0].LateAt != nil || got[0].Text != "Please try without the cache." {
			t.Errorf("done: %+v", got)
		}
		n, last := w.lines(s.liaison, c.Number)
		if n["customer_task.asked"] != 1 || n["customer_task.ended"] != 1 || n["customer_task.late"] != 0 || last["customer_task.ended"].Message == nil ||
			last["customer_task.ended"].Data["state"] != "done" || last["customer_task.asked"].Clause != "3.3" {
			t.Errorf("the history: %v, %+v", n, last["customer_task.ended"])
		}
	})
}

func TestATaskThatIsLateIsToldOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 2)
		w.change(eva, c.Number, cases.Change{Assignee: new("me")})
		task := w.ask(eva, c.Number, "2026-11-16T12:00:00-05:00")
		w.at("2026-11-16T12:00:00-05:00")
		w.sweep()
		if n, _ := w.lines(s.liaison, c.Number); n["customer_task.late"] != 0 {
			t.Error("late at the very instant until which there was time")
		}
		w.at("2026-11-16T12:01:00-05:00")
		w.sweep()
		if n := w.sweep(); n != 0 {
			t.Errorf("%d found at once again", n)
		}
		n, last := w.lines(s.liaison, c.Number)
		late := last["customer_task.late"]
		if n["customer_task.late"] != 1 || w.mail.count("task_late") != 1 || late.Side != cases.SystemSide || !late.Occurred.Equal(task.DueAt) ||
			late.Data["due"] != json.Number("1794848400000000") {
			t.Errorf("told %d times, %d mails: %+v", n["customer_task.late"], w.mail.count("task_late"), late)
		}
		list, err := w.Notices(t.Context(), eva, 50)
		if err != nil || len(list) == 0 || list[0].Kind != "task_late" {
			t.Errorf("the owner's notices: %+v, %v", list, err)
		}
		if got := w.tasks(eva, c.Number)[0]; !got.Late(w.clk.Now()) || got.LateAt == nil {
			t.Errorf("%+v", got)
		}
		facts := func(template string) bool {
			w.mail.mu.Lock()
			jobs := append([]cases.Mail{}, w.mail.jobs...)
			w.mail.mu.Unlock()
			for _, m := range jobs {
				if m.Template == template {
					f, ok, err := w.MailFacts(t.Context(), m)
					if err != nil || ok && (f.Message == nil || f.Message.Text != "Please try without the cache.") {
						t.Errorf("%s: %+v, %v", template, f.Message, err)
					}
					return ok
				}
			}
			return false
		}
		if !facts("task") || !facts("task_late") {
			t.Error("the mails are not sent")
		}
		if _, err := w.AnswerTask(t.Context(), s.liaison, c.Number, task.ID, "*", cases.EndTask{State: cases.TaskDeclined, Text: "We may not."}); err != nil {
			t.Fatal(err)
		}
		if facts("task") || facts("task_late") {
			t.Error("a task that is over is still asked for")
		}
	})
}

func TestTasksAreForUrgentCasesThatGoOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		due := w.clk.Now().Add(time.Hour)
		quiet, c := w.register(s, 3), w.register(s, 1)
		ask := func(a access.Actor, number string, in cases.NewTask) error {
			_, err := w.AskTask(t.Context(), a, number, in)
			return err
		}
		good := cases.NewTask{Kind: "measure", Text: "Restart it.", Due: due}
		wantRefusal(t, ask(eva, quiet.Number, good), "cooperation_urgent_only", "3.3")
		for name, in := range map[string]cases.NewTask{"no kind": {Text: "x", Due: due}, "no such kind": {Kind: "wish", Text: "x", Due: due}, "no text": {Kind: "test", Due: due}, "what nobody sees": {Kind: "test", Text: "<!-- soon -->", Due: due},
			"no time": {Kind: "test", Text: "x"}, "a time that is over": {Kind: "test", Text: "x", Due: w.clk.Now()}, "a time in two years": {Kind: "test", Text: "x", Due: due.AddDate(2, 0, 0)}} {
			err := ask(eva, c.Number, in)
			if errs.KindOf(err) != errs.Invalid {
				t.Fatalf("%s: %v", name, err)
			}
			if field := errs.As(err).Fields[0].Name; strings.Contains(name, " time") && field != "dueAt" {
				t.Errorf("%s: the fault is in %s", name, field)
			}
		}
		if err := ask(s.liaison, c.Number, good); errs.KindOf(err) != errs.Refused {
			t.Errorf("a liaison gives a task: %v", err)
		}
		other := w.shop(shopSpec{key: "lakeshore", country: "US", plan: "standard"})
		first := w.ask(eva, c.Number, "2026-11-16T11:00:00-05:00")
		if _, err := w.Tasks(t.Context(), other.liaison, c.Number); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another customer reads the tasks: %v", err)
		}
		if _, err := w.AnswerTask(t.Context(), other.liaison, c.Number, first.ID, "*", cases.EndTask{State: cases.TaskDone}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another customer answers it: %v", err)
		}
		if _, err := w.AnswerTask(t.Context(), s.liaison, quiet.Number, first.ID, "*", cases.EndTask{State: cases.TaskDone}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("answered on another case: %v", err)
		}

		w.change(eva, c.Number, cases.Change{Priority: 3, Reason: "A workaround holds."})
		wantRefusal(t, ask(eva, c.Number, good), "cooperation_urgent_only", "3.3")
		if _, err := w.AnswerTask(t.Context(), s.liaison, c.Number, first.ID, "*", cases.EndTask{State: cases.TaskDone}); err != nil {
			t.Errorf("what was asked before the priority dropped: %v", err)
		}
		w.change(eva, c.Number, cases.Change{Priority: 1, Reason: "It came back."})
		second, third := w.ask(eva, c.Number, "2026-11-16T11:00:00-05:00"), w.ask(eva, c.Number, "2026-11-17T11:00:00-05:00")
		w.change(eva, c.Number, cases.Change{Status: cases.Resolved, Remedy: &cases.Remedy{Kind: "workaround", Text: "Restart it."}})
		wantRefusal(t, ask(eva, c.Number, good), "cooperation_case_over", "3.3")
		_, err := w.AnswerTask(t.Context(), s.liaison, c.Number, second.ID, "*", cases.EndTask{State: cases.TaskDone})
		wantRefusal(t, err, "cooperation_case_over", "3.3")
		w.at("2026-11-16T12:00:00-05:00")
		w.sweep()
		if n, _ := w.lines(s.liaison, c.Number); n["customer_task.late"] != 0 {
			t.Error("late on a case that is resolved")
		}
		w.change(s.liaison, c.Number, cases.Change{Status: cases.Closed})
		n, last := w.lines(s.liaison, c.Number)
		if n["customer_task.given_up"] != 1 || last["customer_task.given_up"].Data["count"] != json.Number("2") {
			t.Errorf("closing with open tasks: %v %v", n, last["customer_task.given_up"].Data)
		}
		for _, got := range w.tasks(s.liaison, c.Number) {
			if want := map[id.ID]cases.TaskState{first.ID: cases.TaskDone, second.ID: cases.TaskGivenUp, third.ID: cases.TaskGivenUp}[got.ID]; got.State != want {
				t.Errorf("%s instead of %s", got.State, want)
			}
		}
	})
}

func TestATaskThatEndsWhileTheLateOnesAreToldIsNotLate(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		w.at("2026-11-16T10:00:00-05:00")
		c := w.register(s, 2)
		w.ask(eva, c.Number, "2026-11-16T11:00:00-05:00")
		second := w.ask(eva, c.Number, "2026-11-16T12:00:00-05:00")
		w.mail.on = func(tx *db.Tx, args any) error {
			if m, ok := args.(cases.Mail); !ok || m.Template != "task_late" {
				return nil
			}
			return tx.Buffer(`UPDATE customer_task SET state = 'done' WHERE tenant_id = $1 AND id = $2`, s.customer, second.ID)
		}
		w.at("2026-11-16T13:00:00-05:00")
		w.sweep()
		if n, _ := w.lines(s.liaison, c.Number); n["customer_task.late"] != 1 || w.mail.count("task_late") != 1 || w.tasks(eva, c.Number)[1].LateAt != nil {
			t.Errorf("%d found late", n["customer_task.late"])
		}
	})
}

func TestTasksGoOnWithTheCaseThatGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, w *world) {
		s, eva := w.shop(shopSpec{key: "nordwind", country: "US", plan: "standard"}), w.engineer()
		first, second := two(w, s)
		task := w.ask(eva, second.Number, "2026-11-17T11:00:00-05:00")
		w.merge(eva, second.Number, first.Number)
		for _, number := range []string{first.Number, second.Number} { // by either number
			if got := w.tasks(s.liaison, number); len(got) != 1 || got[0].ID != task.ID || got[0].State != cases.TaskOpen {
				t.Errorf("%s: %+v", number, got)
			}
		}
		if _, ok, err := w.MailFacts(t.Context(), w.mail.jobs[len(w.mail.jobs)-1]); err != nil || !ok {
			t.Errorf("the last mail: %v %v", ok, err)
		}
		w.at("2026-11-17T12:00:00-05:00")
		w.sweep()
		if n, _ := w.lines(s.liaison, first.Number); n["customer_task.late"] != 1 {
			t.Error("not late on the case that goes on")
		}
		got, err := w.AnswerTask(t.Context(), s.liaison, second.Number, task.ID, "*", cases.EndTask{State: cases.TaskDone, Text: "Done."})
		if err != nil || got.Number != first.Number {
			t.Errorf("by the old number: %+v, %v", got, err)
		}
	})
}
