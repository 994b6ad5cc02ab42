package apptest_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// rule is something that must hold in every cell it is about, written by hand and known to nothing in the program.
type rule struct {
	says string
	cell func(r row, who string) bool // is the rule about this cell?
	ok   func(status int) bool
}

func is(list ...int) func(int) bool         { return func(s int) bool { return slices.Contains(list, s) } }
func isNot(f func(int) bool) func(int) bool { return func(s int) bool { return !f(s) } }
func done(s int) bool                       { return s >= 200 && s < 400 }
func refused(s int) bool                    { return s >= 400 && s < 500 }

func customerSide(who string) bool {
	return slices.Contains([]string{"outsider", "member", "liaison", "liaison_b", "restricted", "suspended", "expired", "ended", "read_token"}, who)
}

func inRole(names ...string) func(string) bool {
	return func(who string) bool { return slices.Contains(names, who) }
}

// writesBooks reports whether the route enters, corrects or ends something in the books of a customer.
func writesBooks(r row) bool {
	return strings.Contains(r.route.Pattern, "/customers/{key}/books/") && r.route.Method != http.MethodGet
}

// ofDirectories reports whether the route is about tokens of a customer's directory.
func ofDirectories(r row) bool {
	return strings.Contains(r.route.Pattern, "/directory-tokens") || strings.HasPrefix(r.route.Pattern, "/admin/customers/{key}/directory")
}

// asksBooks reports whether the route asks before an agreement is taken out.
func asksBooks(r row) bool {
	return r.route.Method == http.MethodGet && strings.HasSuffix(r.route.Pattern, "/books/{kind}/{entry}/end")
}

func ofSystems(r row) bool {
	return strings.Contains(r.route.Pattern, "/books/systems") || strings.Contains(r.route.Pattern, "/books/components")
}

func ofPeople(r row) bool {
	return strings.HasSuffix(r.route.Pattern, "/books/contacts") || strings.HasSuffix(r.route.Pattern, "/books/links")
}

// signedOut are those whom nothing knows: nobody, and somebody whose account was closed.
func signedOut(who string) bool { return who == "nobody" || who == "disabled" }

// publicPlace reports whether everybody may see the address: signing in, the policy, who answers, health, the demo's mail.
func publicPlace(r row) bool {
	for _, open := range []string{"/sign-", "/reset", "/invite", "/preferences", "/help", "/ui", "/policy", "/lifecycle", "/contact", "/calendars/", "/healthz", "/readyz",
		"/demo/mail", "/api/v1/contact-now", "/api/v1/lifecycle", "/api/v1/openapi.json", "/api/v1/policy"} {
		if strings.HasPrefix(r.route.Pattern, open) {
			return true
		}
	}
	return r.route.Pattern == "/api"
}

// holdsCases reports whether the address shows or changes cases of a customer.
func holdsCases(r row) bool {
	p := r.route.Pattern
	return strings.Contains(p, "/cases/{number}") || p == "/api/v1/cases" && r.route.Method == http.MethodGet || p == "/cases" || p == "/api/v1/queue" ||
		p == "/desk/{number}" || p == "/desk/search" || p == "/desk/events"
}

// merging are the routes that merge and split cases, and show before what that does.
func merging(r row) bool {
	p := r.route.Pattern
	return strings.HasSuffix(p, "/merge") || strings.HasSuffix(p, "/split")
}

// waiving are the routes that waive a missed deadline.
func waiving(r row) bool {
	return strings.HasSuffix(r.route.Pattern, "/waivers") || strings.HasSuffix(r.route.Pattern, "/waive")
}

// listsTasks are the routes that list what waits for a decision of staff.
func listsTasks(r row) bool {
	return strings.HasSuffix(r.route.Pattern, "/tasks") && !strings.Contains(r.route.Pattern, "{number}")
}

func readsTasks(who string) bool {
	return inRole("engineer", "dedicated_engineer", "regional_manager", "success_manager", "licensing", "order_desk", "renewals_desk", "account_executive", "administrator")(who)
}

// mergeRules are those on merging, splitting, waiving and pauses that look wrong.
func mergeRules() []rule {
	rest := func(r row) bool { return apptest.IsREST(r.route) }
	worksOnCases := inRole("engineer", "dedicated_engineer", "regional_manager", "administrator")
	return []rule{
		{"what is for staff only refuses a customer alike, whatever it names", func(r row, who string) bool {
			return rest(r) && (merging(r) || waiving(r)) && inRole("liaison", "liaison_b", "restricted", "suspended", "expired", "ended")(who)
		}, is(403)},
		{"nobody but those who work on cases merges and splits them", func(r row, who string) bool {
			return merging(r) && !worksOnCases(who) && !signedOut(who)
		}, isNot(done)},
		{"who works on cases merges them, and sees before what it would do", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/merge") && worksOnCases(who) && r.object == "own"
		}, is(200, 303)},
		{"who works on cases splits them", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/split") && worksOnCases(who) && r.object == "own"
		}, is(200, 201, 303)},
		{"only a regional manager or an administrator waives, and only what was missed", func(r row, who string) bool {
			return waiving(r) && inRole("regional_manager", "administrator")(who)
		}, is(422)},
		{"nobody else waives", func(r row, who string) bool {
			return waiving(r) && !inRole("regional_manager", "administrator")(who) && !signedOut(who)
		}, is(401, 403)},
		{"pauses that look wrong are for those who answer for the figures", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "wrong-pauses") && inRole("regional_manager", "success_manager", "administrator")(who)
		}, is(200)},
		{"and for nobody else", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "wrong-pauses") && !inRole("regional_manager", "success_manager", "administrator")(who) && !signedOut(who)
		}, is(403)},
	}
}

func rules() []rule {
	get := func(r row) bool { return r.route.Method == http.MethodGet }
	rest := func(r row) bool { return apptest.IsREST(r.route) }
	page := func(r row) bool { return apptest.IsPage(r.route) }
	desk := func(r row) bool { return strings.HasPrefix(r.route.Pattern, "/desk") }
	number := func(r row) bool { return strings.Contains(r.route.Pattern, "{number}") }
	correction := func(r row) bool { return strings.HasSuffix(r.route.Pattern, "/correction") }
	nobodysCase := inRole("licensing", "release_manager", "order_desk", "renewals_desk", "account_executive")
	return []rule{
		{"nothing fails", func(row, string) bool { return true }, func(s int) bool { return s < 500 || s == 503 }},
		{"who is not signed in gets 401 from REST", func(r row, who string) bool { return signedOut(who) && rest(r) && !publicPlace(r) }, is(401)},
		{"who is not signed in is led to the sign-in page", func(r row, who string) bool { return signedOut(who) && page(r) && get(r) && !publicPlace(r) }, is(303)},
		{"who is not signed in posts nothing", func(r row, who string) bool { return signedOut(who) && page(r) && !get(r) && !publicPlace(r) }, is(401)},
		{"what is public is shown to everybody", func(r row, _ string) bool {
			return publicPlace(r) && get(r) && r.object == "-" && !strings.HasPrefix(r.route.Pattern, "/sign-") && r.route.Pattern != "/readyz"
		}, is(200)},
		{"no one of a customer reaches the desk", func(r row, who string) bool { return desk(r) && customerSide(who) }, isNot(done)},
		{"no one of a customer reaches the queue", func(r row, who string) bool { return r.route.Pattern == "/api/v1/queue" && customerSide(who) }, isNot(done)},
		{"a foreign case does not exist for a customer: REST reads", func(r row, who string) bool {
			return rest(r) && number(r) && !merging(r) && !waiving(r) && !asking(r) && r.object == "foreign" && inRole("liaison", "liaison_b", "restricted", "suspended", "expired", "ended")(who)
		}, is(404)},
		{"a foreign case does not exist for a customer: pages", func(r row, who string) bool {
			return page(r) && !desk(r) && number(r) && r.object == "foreign" && inRole("liaison", "liaison_b", "restricted", "suspended", "expired", "ended")(who)
		}, func(s int) bool { return s == 404 || s == 303 }},
		{"nothing foreign is reached by a customer", func(r row, who string) bool {
			return r.object == "foreign" && customerSide(who) && !publicPlace(r) && !strings.HasSuffix(r.route.Pattern, "/draft")
		}, isNot(done)},
		{"service statements are told to liaisons, and to those of the staff who answer for customers", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/statements") && inRole("outsider", "member", "engineer", "dedicated_engineer", "licensing", "release_manager", "privacy_officer")(who)
		}, is(403)},
		{"staff read who loses support, and nobody else", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "losing-support") && customerSide(who)
		}, is(403)},
		{"all staff read who loses support", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "losing-support") && !customerSide(who) && !signedOut(who)
		}, is(200)},
		{"everybody who is signed in sees what they may do themselves", func(r row, who string) bool { return r.route.Pattern == "/account/rights" && !signedOut(who) }, is(200)},
		{"who works on cases simulates what somebody may do", func(r row, who string) bool {
			return r.route.Pattern == "/desk/simulate" && inRole("engineer", "dedicated_engineer", "regional_manager", "success_manager", "administrator")(who)
		}, is(200)},
		{"nobody else does", func(r row, who string) bool {
			return r.route.Pattern == "/desk/simulate" && inRole("licensing", "release_manager")(who)
		}, is(403)},
		{"member and outsider never reach a case", func(r row, who string) bool { return holdsCases(r) && inRole("member", "outsider")(who) }, isNot(done)},
		{"members who are no contact, outsiders and engineers change no liaisons", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/liaisons") && r.route.Method == http.MethodPost &&
				inRole("member", "outsider", "engineer", "dedicated_engineer", "release_manager", "privacy_officer")(who)
		}, refused},
		{"only those who keep customers allow one more than the year's changes", func(r row, who string) bool {
			return r.route.Pattern == "/desk/customers/{key}/liaisons" && r.route.Method == http.MethodPost && r.object == "own" &&
				inRole("regional_manager", "success_manager", "licensing", "administrator")(who)
		}, is(303)},
		{"member and outsider register nothing", func(r row, who string) bool {
			return (r.route.Pattern == "/api/v1/cases" || r.route.Pattern == "/cases/new") && r.route.Method == http.MethodPost && inRole("member", "outsider")(who)
		}, refused},
		{"licensing and releases have no business with cases", func(r row, who string) bool { return holdsCases(r) && nobodysCase(who) }, isNot(done)},
		{"a success manager changes no case", func(r row, who string) bool {
			return who == "success_manager" && !apptest.IsSCIM(r.route) && (r.route.Method == http.MethodPatch || strings.HasSuffix(r.route.Pattern, "/change") ||
				strings.HasSuffix(r.route.Pattern, "/take") || r.route.Pattern == "/desk/bulk" || r.route.Pattern == "/desk/new" && !get(r))
		}, is(403)},
		{"a privacy officer reads and changes no case", func(r row, who string) bool {
			return who == "privacy_officer" && !get(r) && number(r)
		}, isNot(done)},
		{"a token that reads does not write by REST", func(r row, who string) bool {
			return who == "read_token" && rest(r) && !get(r) && !apptest.IsSCIM(r.route)
		}, is(403)},
		{"the edge for directories knows no person", func(r row, _ string) bool { return apptest.IsSCIM(r.route) }, is(401)},
		{"only an administrator keeps the tokens of directories", func(r row, who string) bool {
			return ofDirectories(r) && !signedOut(who) && who != "administrator"
		}, is(401, 403)},
		{"an administrator keeps the tokens of every customer's directory", func(r row, who string) bool {
			return ofDirectories(r) && who == "administrator"
		}, is(200, 201, 303)},
		{"a token posts no form", func(r row, who string) bool { return who == "read_token" && page(r) && !get(r) && !publicPlace(r) }, is(401)},
		{"a restricted customer uploads nothing", func(r row, who string) bool { return who == "restricted" && r.route.Pattern == "/api/v1/attachments" }, is(403)},
		{"who is suspended, runs a version out of support or has ended registers nothing", func(r row, who string) bool {
			return inRole("suspended", "expired", "ended")(who) && r.route.Pattern == "/api/v1/cases" && !get(r)
		}, is(403)},
		{"a liaison reads and writes on the own case", func(r row, who string) bool {
			return who == "liaison" && rest(r) && number(r) && r.object == "own" && !correction(r) && !merging(r) && !waiving(r) && !asking(r)
		}, is(200, 201)},
		{"an engineer reads and writes on every case", func(r row, who string) bool {
			return inRole("engineer", "dedicated_engineer", "regional_manager", "administrator")(who) && rest(r) && number(r) && !correction(r) && !merging(r) && !waiving(r)
		}, is(200, 201)},
		{"a case that was not filed by mail has nothing to correct, for those who may", func(r row, who string) bool {
			return correction(r) && (who == "liaison" && r.object == "own" && !desk(r) || inRole("engineer", "dedicated_engineer", "regional_manager", "administrator")(who))
		}, is(409)},
		{"only a liaison adopts a mail, and only of the own customer", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/adopt") && (who != "liaison" || r.object != "own")
		}, isNot(done)},
		{"who does not work on cases decides on no mail", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/held/") && !get(r) && inRole("member", "outsider", "read_token", "success_manager", "licensing", "release_manager")(who)
		}, is(401, 403)},
		{"nobody but an administrator sees the queue of mail that goes out", func(r row, who string) bool {
			return strings.HasPrefix(r.route.Pattern, "/admin") && who != "administrator"
		}, isNot(is(200))},
	}
}

// readingRules are about who reads a mail as it came, their notices, and what waits for a decision.
func readingRules() []rule {
	return []rule{
		{"what waits for a decision is read by those who read the books, of all customers", func(r row, who string) bool {
			return listsTasks(r) && readsTasks(who)
		}, is(200)},
		{"and by nobody else", func(r row, who string) bool { return listsTasks(r) && !readsTasks(who) && !signedOut(who) }, is(403)},
		{"who is not cleared gets no mail as it came, and no list of them", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/mails") && !signedOut(who) && !inRole("regional_manager", "administrator")(who)
		}, is(401, 403)},
		{"cleared staff list the mails of a case", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/mails") && inRole("regional_manager", "administrator")(who)
		}, is(200)},
		{"a mail that is not of the case is missing", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/mails/{id}") && inRole("regional_manager", "administrator")(who)
		}, is(404)},
		{"a notice that is put before somebody else is missing", func(r row, who string) bool {
			return r.route.Pattern == "/desk/notices/{id}/open" && inRole("engineer", "dedicated_engineer", "regional_manager", "success_manager", "administrator")(who)
		}, is(404)},
		{"who reads the queue marks their notices as read, and nobody else does", func(r row, who string) bool {
			return r.route.Pattern == "/desk/notices/read" && !signedOut(who) && who != "read_token"
		},
			func(s int) bool { return s == 303 || s == 403 }},
	}
}

// bookRules are about who writes what customers have signed and ordered.
func bookRules() []rule {
	return []rule{
		{"no customer, no engineer and nobody outside writes the books", func(r row, who string) bool {
			return writesBooks(r) && !inRole("success_manager", "licensing", "administrator", "order_desk", "renewals_desk", "account_executive")(who)
		}, is(401, 403)},
		{"nobody brings customers in but a program with a token for that", func(r row, _ string) bool {
			return strings.HasPrefix(r.route.Pattern, "/api/v1/crm/")
		}, is(401, 403)},
		{"the order desk, licensing and administrators write all of the books", func(r row, who string) bool {
			return writesBooks(r) && inRole("licensing", "administrator", "order_desk")(who)
		}, is(200, 201, 303)},
		{"the renewals desk writes everything but systems", func(r row, who string) bool {
			return writesBooks(r) && who == "renewals_desk" && !ofSystems(r)
		}, is(200, 201, 303)},
		{"account executives and success managers name contacts and partners, and nothing else", func(r row, who string) bool {
			return writesBooks(r) && inRole("account_executive", "success_manager")(who) && ofPeople(r)
		}, is(201)},
		{"they enter nothing else", func(r row, who string) bool {
			return writesBooks(r) && inRole("account_executive", "success_manager")(who) && !ofPeople(r)
		}, is(403)},
		{"who writes agreements is asked before one is taken out", func(r row, who string) bool {
			return asksBooks(r) && inRole("licensing", "administrator", "order_desk", "renewals_desk")(who)
		}, is(200)},
		{"nobody else is asked", func(r row, who string) bool {
			return asksBooks(r) && !inRole("licensing", "administrator", "order_desk", "renewals_desk")(who)
		}, is(303, 401, 403)},
		{"extended lifecycle support is ordered by who writes orders", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/extended-support") && inRole("licensing", "administrator", "order_desk", "renewals_desk")(who)
		}, is(201)},
		{"nobody else orders it", func(r row, who string) bool {
			return strings.HasSuffix(r.route.Pattern, "/extended-support") && !inRole("licensing", "administrator", "order_desk", "renewals_desk")(who)
		}, is(401, 403)},
		{"systems are not for the renewals desk", func(r row, who string) bool {
			return writesBooks(r) && who == "renewals_desk" && ofSystems(r)
		}, is(403)},
	}
}

func checkRules(t *testing.T, m matrix) {
	t.Helper()
	for _, rule := range slices.Concat(rules(), bookRules(), moneyRules(), cooperationRules(), mergeRules(), readingRules()) {
		about := 0
		for _, r := range m.rows {
			for _, c := range allColumns() {
				if !rule.cell(r, c.name) {
					continue
				}
				about++
				if s := m.cells[r.String()][c.name]; !rule.ok(s) {
					t.Errorf("%s: %s gets %d from %s", rule.says, c.name, s, r)
				}
			}
		}
		if about == 0 {
			t.Errorf("the rule %q is about no cell: has the route another name?", rule.says)
		}
	}
}
