package apptest_test

import (
	"strings"

	"liaison/internal/access"
)

// moneyRules are the rules about invoices and what they do to support.
func moneyRules() []rule {
	get := func(r row) bool { return r.route.Method == "GET" }
	return []rule{
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
	}
}
