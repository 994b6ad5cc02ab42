package browsertest

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/calendar"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/inbound"
)

// pages are the addresses at which the walk opens each page route: in every state that an address can bring about.
// A page route that is in neither list fails the walk.
func pages() map[string][]string {
	return map[string][]string{
		"/{$}":                             {"/"},
		"/cases":                           {"/cases", "/cases?tab=all", "/cases?tab=closed", "/cases?tab=all&q=nothing-has-this-word"},
		"/cases/new":                       {"/cases/new"},
		"/cases/{number}":                  {"/cases/{number}"},
		"/cases/{number}/clocks":           {"/cases/{number}/clocks"},
		"/cases/{number}/cooperation":      {"/cases/{number}/cooperation", "/cases/{urgent}/cooperation", "/cases/{urgent}"},
		"/desk/cases/{number}/cooperation": {"/desk/cases/{urgent}/cooperation", "/desk/cases/{number}/cooperation", "/desk/{urgent}"},
		"/cases/{number}/print":            {"/cases/{number}/print"},
		"/contact":                         {"/contact", "/contact?country=DE&deployment=on_prem"},
		"/policy":                          {"/policy"},
		"/policy/matrix":                   {"/policy/matrix", "/policy/matrix?country=DE"},
		"/policy/{clause}":                 {"/policy/3.3", "/policy/2.4"},
		"/lifecycle":                       {"/lifecycle"},
		"/account":                         {"/account"},
		"/account/rights":                  {"/account/rights"},
		"/account/support":                 {"/account/support"},
		"/desk/customers/{key}/support":    {"/desk/customers/tidewater/support", "/desk/customers/nordwind/support"},
		"/desk/invoices":                   {"/desk/invoices", "/desk/invoices?state=overdue", "/desk/invoices?customer=nobody"},
		"/desk/invoices/new":               {"/desk/invoices/new"},
		"/desk/invoices/import":            {"/desk/invoices/import"},
		"/desk/invoices/{invoice}":         {"/desk/invoices/{invoice}"},
		"/desk/renewals":                   {"/desk/renewals", "/desk/renewals?state=open", "/desk/renewals?state=ordered"},
		"/desk/renewals/{renewal}":         {"/desk/renewals/{renewal}"},
		"/desk/customers/{key}/extended":   {"/desk/customers/nordwind/extended"},
		"/desk/customers/{key}/renewal":    {"/desk/customers/nordwind/renewal"},
		"/account/renewal":                 {"/account/renewal"},
		"/desk/simulate": {"/desk/simulate", "/desk/simulate?customer=nordwind", "/desk/simulate?customer=nordwind&person={person}&system={system}&day=2027-01-01", "/desk/simulate?customer=nordwind&person={person}&system={system}&day=soon&action=licence_key",
			"/desk/simulate?customer=nordwind&person={person}&system={system}&day=2027-01-01&action=choose_centre"},
		"/desk/losing-support":             {"/desk/losing-support"},
		"/policy/access":                   {"/policy/access"},
		"/policy/plans":                    {"/policy/plans"},
		"/desk":                            {"/desk", "/desk?view=list", "/desk?due=soon", "/desk?owner=me", "/desk?priority=P1&owner=me&status=development"},
		"/desk/{number}":                   {"/desk/{number}"},
		"/desk/cases/{number}/clocks":      {"/desk/cases/{number}/clocks"},
		"/desk/notices":                    {"/desk/notices"},
		"/desk/cases/{number}/mails":       {"/desk/cases/{number}/mails", "/desk/cases/{bymail}/mails"},
		"/desk/cases/{number}/merge":       {"/desk/cases/{number}/merge"},
		"/desk/cases/{number}/split":       {"/desk/cases/{number}/split"},
		"/desk/wrong-pauses":               {"/desk/wrong-pauses", "/desk/wrong-pauses?from=2020-01-01&to=2020-03-01"},
		"/admin":                           {"/admin"},
		"/admin/policy":                    {"/admin/policy"},
		"/admin/policy/{edition}/withdraw": {"/admin/policy/2025-02/withdraw"},
		"/admin/customers/{key}/directory": {"/admin/customers/nordwind/directory", "/admin/customers/huadong-bank/directory"},
		"/admin/calendars":                 {"/admin/calendars"},
		"/admin/calendars/publish":         {"/admin/calendars/publish"},
		"/admin/calendars/{country}":       {"/admin/calendars/DE", "/admin/calendars/AE?year=2027&day=2027-03-09", "/admin/calendars/HR"},
		"/api":                             {"/api"},
		"/desk/search":                     {"/desk/search", "/desk/search?q=server", "/desk/search?q=服务器", "/desk/search?q=nothing-has-this-word"},
		"/desk/customers":                  {"/desk/customers"},
		"/desk/customers/{key}":            {"/desk/customers/nordwind", "/desk/customers/mercy-valley", "/desk/customers/huadong-bank"},
		"/desk/new":                        {"/desk/new", "/desk/new?q=nordwind", "/desk/new?system={system}"},
		"/desk/held":                       {"/desk/held"},
		"/desk/tasks":                      {"/desk/tasks", "/desk/tasks?centre=emea", "/desk/tasks?centre=apac"},
		"/desk/held/{id}":                  {"/desk/held/{held}"},
		"/held":                            {"/held"},
		"/held/{id}":                       {"/held/{held}"},
		"/sign-in":                         {"/sign-in", "/sign-in?next=/policy"},
		"/reset":                           {"/reset"},
		"/reset/{token}":                   {"/reset/not-a-link", "{reset}"},
		"/help":                            {"/help"},
		"/ui":                              {"/ui"},
		"/demo/mail":                       {"/demo/mail"},
		"/demo/mail/{id}":                  {"/demo/mail/{mail}"},
		"/demo/mail/{id}/html":             {"/demo/mail/{mail}/html"},

		"/statements":                                    {"/statements", "/statements?month=2019-02"},
		"/desk/customers/{key}/statements":               {"/desk/customers/nordwind/statements"},
		"/liaisons":                                      {"/liaisons"},
		"/liaisons/{system}/{holder}":                    {"/liaisons/{holder}"},
		"/desk/customers/{key}/liaisons":                 {"/desk/customers/nordwind/liaisons", "/desk/customers/huadong-bank/liaisons"},
		"/desk/customers/{key}/books":                    {"/desk/customers/nordwind/books", "/desk/customers/huadong-bank/books?on=2020-01-01"},
		"/desk/customers/{key}/books/{kind}/{entry}/end": {"/desk/customers/nordwind/books/contacts/{contact}/end"},
		"/invite/{token}":                                {"/invite/not-a-link", "{invite}"},
	}
}

// noPages are the GET routes that are no page of their own, with what they are.
func noPages() map[string]string {
	return map[string]string{
		"/demo/mail/{id}/raw":                           "a file",
		"/healthz":                                      "text for machines",
		"/calendars/{calendar}":                         "a file",
		"/readyz":                                       "text for machines",
		"/desk/held/{id}/raw":                           "a file",
		"/cases/{number}/sent":                          "a mail in a document of its own",
		"/cases/{number}/sent/{message}":                "a mail in a document of its own",
		"/desk/cases/{number}/sent":                     "a mail in a document of its own",
		"/desk/cases/{number}/sent/{message}":           "a mail in a document of its own",
		"/cases/new/similar":                            "a part of the page of filing",
		"/cases/{number}/files/{file}":                  "a download",
		"/desk/cases/{number}/files/{file}":             "a download",
		"/desk/events":                                  "a stream of changes",
		"/desk/losing-support.csv":                      "a download",
		"/desk/renewals/{renewal}/lines.csv":            "a download",
		"/account/renewal.csv":                          "a download",
		"/desk/wrong-pauses.csv":                        "a download",
		"/statements/{month}/csv":                       "a download",
		"/statements/{month}/json":                      "a download",
		"/desk/customers/{key}/statements/{month}/csv":  "a download",
		"/desk/customers/{key}/statements/{month}/json": "a download",
	}
}

// visitor is somebody who walks, with what stands for the variable parts of addresses.
type visitor struct {
	person
	role   access.Role
	actor  access.Actor
	values *strings.Replacer
}

// visitors are nobody and one person of each role.
func (s *stage) visitors(t *testing.T) []visitor {
	t.Helper()
	roles := []access.Role{access.Liaison, access.Engineer, access.Member, access.Outsider, access.DedicatedEngineer, access.RegionalManager,
		access.SuccessManager, access.Licensing, access.ReleaseManager, access.PrivacyOfficer, access.Administrator, access.OrderDesk}
	all := []visitor{{}}
	for _, role := range roles {
		all = append(all, visitor{person: s.ofRole(t, role), role: role})
	}
	for i := range all {
		s.equip(t, &all[i])
	}
	return all
}

// equip finds the case, the system and the mail that the visitor's addresses name.
func (s *stage) equip(t *testing.T, v *visitor) {
	t.Helper()
	var number, own, mail string
	if v.Email != "" {
		v.actor = s.actor(t, v.person)
	}
	if access.Allows(v.actor, access.CaseRead) {
		found, err := s.Cases.List(t.Context(), v.actor, cases.Filter{Limit: 50})
		if err != nil || len(found.Items) == 0 {
			t.Fatalf("%s sees no case: %v", v.Email, err)
		}
		number, own = longest(found.Items), found.Items[0].Number
		if mine, err := s.Cases.Queue(t.Context(), v.actor, cases.Filter{Mine: true, Open: true}); err == nil && len(mine.Items) > 0 {
			own = mine.Items[0].Number
		}
	}
	mail = s.someMail(t)
	v.values = strings.NewReplacer("{held}", s.someHeld(t, v.actor), "{number}", number, "{own}", own, "{mail}", mail, "{bymail}", s.byMail(t), "{urgent}", s.urgentCase(t, v.actor), "{system}", s.systemOf(t, "nordwind"), "{person}", s.personOf(t, "nordwind"), "{reset}", s.resetPath(t), "{invite}", s.invitePath(t), "{invoice}", s.someInvoice(t), "{renewal}", s.someRenewal(t), "{contact}", s.contactOf(t, "nordwind"), "/liaisons/{holder}", s.holderPath(t, v.actor))
}

// byMail is the number of a case whose original mail is kept.
func (s *stage) byMail(t *testing.T) (number string) {
	t.Helper()
	err := s.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT case_number FROM inbound_mail WHERE case_id IS NOT NULL AND sealed_id IS NOT NULL ORDER BY id LIMIT 1`, nil, &number)
	})
	if err != nil {
		t.Fatalf("no case of the world came by mail: %v", err)
	}
	return number
}

// someHeld is the id of a mail that waits for the person; one that nobody knows when none does, so that its page
// answers 404 where somebody looks for it.
func (s *stage) someHeld(t *testing.T, a access.Actor) string {
	t.Helper()
	if !access.Allows(a, access.HeldRead) {
		return id.New().String()
	}
	found, err := s.Inbound.Held(t.Context(), a, inbound.HeldQuery{})
	if err != nil {
		t.Fatal(err)
	}
	if len(found.Items) == 0 {
		return id.New().String()
	}
	return found.Items[0].ID.String()
}

// personOf is the id of somebody of a customer.
func (s *stage) personOf(t *testing.T, customer string) string {
	t.Helper()
	found, err := s.Accounts.PeopleOf(t.Context(), s.actor(t, s.by(t, "sam.carter")), customer)
	if err != nil || len(found) == 0 {
		t.Fatalf("%s has no people: %v", customer, err)
	}
	return found[0].ID.String()
}

// contactOf is the id of an entry of a customer's contacts.
func (s *stage) contactOf(t *testing.T, customer string) (contact string) {
	t.Helper()
	err := s.DB.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		var entry id.ID
		err := tx.Row(`SELECT k.id FROM customer_contact k JOIN customer c ON c.id = k.tenant_id WHERE c.key = $1 AND k.ended_at IS NULL ORDER BY k.id LIMIT 1`, []any{customer}, &entry)
		contact = entry.String()
		return err
	})
	if err != nil {
		t.Fatalf("%s has no contact: %v", customer, err)
	}
	return contact
}

// someInvoice is the id of an invoice that is overdue.
func (s *stage) someInvoice(t *testing.T) string {
	t.Helper()
	found, err := s.Billing.Invoices(t.Context(), s.actor(t, s.by(t, "sam.carter")), billing.Filter{State: billing.Overdue})
	if err != nil || len(found.Items) == 0 {
		t.Fatalf("no invoice is overdue: %v", err)
	}
	return found.Items[0].ID.String()
}

// someRenewal is the id of a quote; one is made where there is none.
func (s *stage) someRenewal(t *testing.T) string {
	t.Helper()
	desk := s.actor(t, s.by(t, "sam.carter"))
	found, err := s.Billing.Renewals(t.Context(), desk, billing.RenewalFilter{State: billing.Open})
	if err == nil && len(found.Items) > 0 {
		return found.Items[0].ID.String()
	}
	made, err := s.Billing.Quote(t.Context(), desk, "nordwind", billing.QuoteRequest{Months: 12, ValidUntil: calendar.DateOf(s.Clock.Now(), time.UTC).AddDays(30)}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return made.ID.String()
}

// longest is the number of a case with much on it: the one that was changed most often.
func longest(list []cases.Case) string {
	return slices.MaxFunc(list, func(a, b cases.Case) int { return int(a.Version - b.Version) }).Number
}

// may reports whether the visitor may open the route.
func (v visitor) may(r access.Route) bool {
	switch {
	case !access.Allows(v.actor, r.Permission):
		return false
	case r.Tenant == access.TenantStaff:
		return v.role.IsStaff()
	case r.Permission == access.LiaisonRead && r.Tenant == access.TenantOwn:
		return v.role == access.Liaison // a member reaches the decision, which refuses with its clause
	}
	return true
}

// paths are the addresses of all pages that the visitor may open, by route: in every state that is listed, or in the
// first one only.
func (s *stage) paths(t *testing.T, v visitor, everyState bool) []string {
	t.Helper()
	var list []string
	for _, r := range s.Routes.Routes() {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Pattern, "/api/") || !v.may(r) {
			continue
		}
		for i, path := range pages()[r.Pattern] {
			if i > 0 && !everyState {
				break
			}
			list = append(list, v.values.Replace(path))
		}
	}
	return list
}

// everyRouteIsListed fails for a page route that nobody told the walk about, and for a row that has no route any more.
func (s *stage) everyRouteIsListed(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range s.Routes.Routes() {
		if r.Method != http.MethodGet || strings.HasPrefix(r.Pattern, "/api/") || strings.HasPrefix(r.Pattern, "/scim/") { // for programs
			continue
		}
		seen[r.Pattern] = true
		if pages()[r.Pattern] == nil && noPages()[r.Pattern] == "" {
			t.Errorf("no example of GET %s: add it to pages(), or to noPages() with what it is", r.Pattern)
		}
	}
	for pattern := range pages() {
		if !seen[pattern] {
			t.Errorf("pages() has %s, the program does not", pattern)
		}
	}
	for pattern := range noPages() {
		if !seen[pattern] {
			t.Errorf("noPages() has %s, the program does not", pattern)
		}
	}
}
