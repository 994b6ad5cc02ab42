package apptest_test

import (
	"net/http"
	"strings"

	"liaison/internal/apptest"
)

// asking is the call with which support gives a customer a task.
func asking(r row) bool {
	return r.route.Method == http.MethodPost && r.route.Pattern == "/api/v1/cases/{number}/tasks"
}

// cooperationRules are those on what a customer does on an urgent case.
func cooperationRules() []rule {
	together := func(r row) bool { return apptest.Cooperates(r.route) }
	changes := func(r row) bool { return apptest.Changes(r.route) }
	desk := func(r row) bool { return strings.HasPrefix(r.route.Pattern, "/desk") }
	works := inRole("engineer", "dedicated_engineer", "regional_manager", "administrator")
	return []rule{
		{"only who works on cases gives a customer a task", func(r row, who string) bool { return asking(r) && !signedOut(who) && !works(who) }, is(403)},
		{"who works on cases does, on every urgent case", func(r row, who string) bool { return asking(r) && works(who) }, is(201)},
		{"a liaison reads what is agreed, and answers it, on a case of the own customer", func(r row, who string) bool {
			return together(r) && !asking(r) && !desk(r) && who == "liaison" && r.object == "own"
		}, is(200, 303)},
		{"who works on cases reads and changes it at the desk", func(r row, who string) bool { return together(r) && desk(r) && works(who) }, is(200, 303)},
		{"a success manager and a privacy officer read it and change nothing", func(r row, who string) bool {
			return together(r) && changes(r) && inRole("success_manager", "privacy_officer")(who)
		}, is(403)},
		{"nobody of a customer without a support centre sees it", func(r row, who string) bool { return together(r) && inRole("member", "outsider")(who) }, is(403, 404)},
	}
}
