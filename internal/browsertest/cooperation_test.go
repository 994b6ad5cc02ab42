package browsertest

import (
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
