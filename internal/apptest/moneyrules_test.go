package apptest_test

import (
	"net/http"
	"strings"

	"liaison/internal/access"
)

// moneyRules are the rules about invoices and what they do to support.
func moneyRules() []rule {
	get := func(r row) bool { return r.route.Method == http.MethodGet }
	return append(renewalRules(), []rule{
		{"invoices are entered, paid and taken back by the finance desk alone", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/invoices") && !get(r) && !inRole("licensing", "administrator", "order_desk")(who)
		}, is(401, 403)},
		{"the finance desk does it for every customer", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/invoices") && !get(r) && inRole("licensing", "administrator", "order_desk")(who)
		}, is(200, 201, 303)},
		{"invoices are read by those who answer for customers", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/invoices") && r.route.Permission == access.InvoiceRead && inRole("regional_manager", "success_manager", "licensing", "administrator", "order_desk", "renewals_desk", "account_executive")(who)
		}, is(200)},
		{"and by nobody else", func(r row, who string) bool {
			return strings.Contains(r.route.Pattern, "/invoices") && get(r) && !signedOut(who) && !inRole("regional_manager", "success_manager", "licensing", "administrator", "order_desk", "renewals_desk", "account_executive")(who)
		}, is(403)},
		{"everybody who is signed in sees their support now", func(r row, who string) bool { return r.route.Pattern == "/account/support" && !signedOut(who) }, is(200)},
		{"all staff see a customer's support now, and nobody of a customer", func(r row, who string) bool {
			return r.route.Pattern == "/desk/customers/{key}/support" && !signedOut(who) && !customerSide(who)
		}, is(200)},
	}...)
}

// renewalRules are the rules about quotes and their orders.
func renewalRules() []rule {
	renewing := func(r row) bool {
		return r.route.Permission == access.BooksWrite && strings.Contains(r.route.Pattern, "/renewal")
	}
	desk := inRole("licensing", "administrator", "order_desk", "renewals_desk")
	reads := inRole("regional_manager", "success_manager", "licensing", "administrator", "order_desk", "renewals_desk", "account_executive")
	ofDesk := func(r row) bool {
		return strings.HasPrefix(r.route.Pattern, "/desk/renewals") && r.route.Permission == access.InvoiceRead
	}
	return []rule{
		{"quotes are made, ordered and taken back by the desks of orders and renewals", func(r row, who string) bool { return renewing(r) && desk(who) }, is(200, 201, 303)},
		{"and by nobody else", func(r row, who string) bool { return renewing(r) && !desk(who) && !signedOut(who) }, is(401, 403)},
		{"quotes of all customers are read by those who answer for customers", func(r row, who string) bool { return ofDesk(r) && reads(who) }, is(200)},
		{"no other desk reads them, and nobody of a customer", func(r row, who string) bool { return ofDesk(r) && !reads(who) && !signedOut(who) }, is(403)},
		{"everybody who is signed in sees the page of their terms", func(r row, who string) bool { return r.route.Pattern == "/account/renewal" && !signedOut(who) }, is(200)},
		{"a liaison reads its customer's quotes", func(r row, who string) bool {
			return strings.HasPrefix(r.route.Pattern, "/api/v1/renewals") && r.route.Method == http.MethodGet && who == "liaison" && r.object != "foreign"
		}, is(200)},
		{"another customer's quote looks like none", func(r row, who string) bool {
			return r.route.Pattern == "/api/v1/renewals/{renewal}" && r.route.Method == http.MethodGet && who == "liaison" && r.object == "foreign"
		}, is(404)},
		{"a member who looks after nothing reads none", func(r row, who string) bool {
			return r.route.Pattern == "/api/v1/renewals" && who == "member"
		}, is(403)},
	}
}
