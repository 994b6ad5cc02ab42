package browsertest

import (
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/cases"
)

// urgentCase is the number of an urgent case that the visitor sees, with tasks where one has some; "" for who sees none.
func (s *stage) urgentCase(t *testing.T, a access.Actor) (number string) {
	t.Helper()
	if !access.Allows(a, access.CaseRead) {
		return ""
	}
	found, err := s.Cases.List(t.Context(), a, cases.Filter{Priorities: []int{1, 2}, Limit: 100})
	if err != nil {
		t.Fatal(err)
	}
	for i := range found.Items {
		tasks, err := s.Cases.Tasks(t.Context(), a, found.Items[i].Number)
		if err != nil {
			t.Fatal(err)
		}
		if number == "" || len(tasks) > 0 {
			number = found.Items[i].Number
		}
		if len(tasks) > 0 {
			break
		}
	}
	return number
}

// taskStory is an urgent case on which support asks for something and the liaison answers in Chinese.
func (s *stage) taskStory(t *testing.T) {
	w := s.window(t, person{})
	w.signIn(s.by(t, "chen.li"))
	w.visit("/cases/new?lang=zh-Hans")
	in := chinese()
	w.write("#subject", in.subject)
	w.click(`input[name=priority][value=P1]`)
	w.describe(in)
	if status := w.follow(`#filing button.pri`); status != 200 {
		t.Fatalf("filing answers %d: %s", status, w.shows())
	}
	number, _ := strings.CutPrefix(w.path(), "/cases/")
	desk := s.window(t, s.by(t, "zhou.yu"))
	desk.visit("/desk/cases/" + number + "/cooperation?lang=zh-Hans")
	desk.write("#ask-text", "请提供今天早上的内核日志。")
	if status := desk.follow(`form[action$="/cooperation/tasks"] button.pri`); status != 200 {
		t.Fatalf("asking answers %d: %s", status, desk.shows())
	}
	desk.says("main", "请提供今天早上的内核日志。")
	w.visit("/cases/" + number + "?lang=zh-Hans")
	w.says("#cooperation", "请提供今天早上的内核日志。")
	if status := w.follow(`#cooperation a[href*="#task-"]`); status != 200 {
		t.Fatalf("the way to the task answers %d", status)
	}
	w.write(`textarea[name=text]`, "日志已上传至案例。")
	if status := w.follow(`form[action*="/cooperation/tasks/"] button.pri`); status != 200 {
		t.Fatalf("answering answers %d: %s", status, w.shows())
	}
	w.says("main", "日志已上传至案例。")
	w.says("main", "已完成")
}
