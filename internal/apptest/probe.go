package apptest

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/id"
)

// Objects are what the parameters of addresses name: the things of one customer.
type Objects struct {
	Customer string // key
	Number   string // of a case
	File     string // of that case
	Token    string // id of an API token
	Undo     string // key of a change that can be taken back
	Mail     string // id of a held mail
	Person   string // id of somebody of that customer
	System   string // id of a system of that customer
	Change   string // id of a request about liaisons that waits
	Member   string // id of a member of that customer
	Scim     string // id of a token of the customer's directory
	Entry    string // id of an agreement in the books of that customer
	Term     string // id of a term of a system of that customer
	Except   string // id of an order exception of it
	Invoice  string // id of an invoice of the customer that is to be paid some day
	Renewal  string // id of a quote of the customer
	Quote    string // id of a quote to be ordered or taken back; "": one is made for it
}

// Probe is one request that a route answers when everything about it is right.
type Probe struct {
	Route access.Route
	Path  string
	Body  any
	Head  []string
}

var parameter = regexp.MustCompile(`\{(\w+)\}`)

// Parameters are the names in a route's pattern that name things of a customer or a person.
func Parameters(r access.Route) (names []string) {
	for _, m := range parameter.FindAllStringSubmatch(r.Pattern, -1) {
		if m[1] != "clause" && m[1] != "calendar" && m[1] != "country" && m[1] != "edition" && m[1] != "month" && m[1] != "kind" && m[1] != "ref" {
			names = append(names, m[1])
		}
	}
	return names
}

// IsREST reports whether a route belongs to the REST edge.
func IsREST(r access.Route) bool { return strings.HasPrefix(r.Pattern, "/api/") || IsSCIM(r) }

// IsSCIM reports whether a route is one of the edge for directories, which knows tokens of directories only.
func IsSCIM(r access.Route) bool { return strings.HasPrefix(r.Pattern, "/scim/") }

// IsPage reports whether a route is a page or a form of one.
func IsPage(r access.Route) bool {
	return !IsREST(r) && r.Pattern != "/healthz" && r.Pattern != "/readyz"
}

// Changes reports whether a route's method may change something.
func Changes(r access.Route) bool { return r.Method != http.MethodGet }

// Probe makes a request for a route that names the given things and carries everything that must be there.
func (w *World) Probe(r access.Route, o Objects) Probe {
	w.t.Helper()
	if !IsEntry(r) && !Cooperates(r) && !Withdraws(r) {
		return w.probe(r, o)
	}
	before := w.Count(`SELECT count(*) FROM journal`)
	p := w.probe(r, o)
	w.Left += w.Count(`SELECT count(*) FROM journal`) - before
	return p
}

func (w *World) probe(r access.Route, o Objects) Probe {
	w.t.Helper()
	path := strings.TrimSuffix(r.Pattern, "{$}")
	values := map[string]string{"ref": o.Customer, "number": o.Number, "file": o.File, "key": o.Customer, "token": o.Token, "id": o.Undo, "person": o.Person, "message": o.Undo, "clause": "3.2",
		"calendar": "emea-cet:DE.ics", "country": "DE",
		"system": o.System, "holder": o.Person, "change": o.Change, "colleague": o.Member, "task": o.Undo, "kind": "agreements", "entry": o.Entry, "invoice": o.Invoice,
		"edition": "2025-02", "month": "2026-02"}
	if strings.Contains(r.Pattern, "/held/") {
		values["id"] = o.Mail
	}
	if strings.Contains(r.Pattern, "/directory-tokens/") || strings.Contains(r.Pattern, "/directory/{token}") {
		values["token"] = o.Scim
	}
	w.bookValues(r, &o, values)
	w.renewalValue(r, &o, values)
	if Withdraws(r) {
		values["edition"] = w.announced()
	}
	w.cooperationValues(r, o, values)
	if strings.HasPrefix(r.Pattern, "/api/v1/crm/customers/") {
		values["ref"] = id.New().String()
	}
	if IsSCIM(r) {
		values["name"] = "User"
		if r.Method == http.MethodDelete {
			values["person"] = w.memberOf(o.Customer)
		}
		values["person"] = w.inDirectory(o.Customer, values["person"])
	}
	for name, value := range values {
		path = strings.ReplaceAll(path, "{"+name+"}", value)
	}
	p := Probe{Route: r, Path: path}
	if r.Method == http.MethodPatch || r.Method == http.MethodPut && Cooperates(r) || r.Method == http.MethodDelete && IsEntry(r) {
		p.Head = []string{"If-Match", "*"}
	}
	switch {
	case r.Method == http.MethodGet && strings.HasSuffix(r.Pattern, "/merge"):
		p.Path += "?into=" + w.otherCase(o.Number)
	case r.Method == http.MethodGet && strings.HasSuffix(r.Pattern, "/split"):
		p.Path += "?message=" + w.messageOn(o.Number)
	case r.Pattern == "/api/v1/rights", r.Pattern == "/desk/simulate":
		p.Path += "?customer=" + o.Customer + "&person=" + o.Person + "&system=" + w.System(o.Customer).ID
	case r.Pattern == "/api/v1/contact-now":
		p.Path += "?country=DE"
	case r.Pattern == "/api/v1/attachments":
		p.Body, p.Head = []byte("a log line"), []string{"X-File-Name", "a.log"}
	case r.Pattern == "/api/v1/invoices/import":
		p.Body = []byte(invoiceFile(o.Customer))
	case !Changes(r):
	case IsREST(r):
		p.Body = w.jsonFor(r, o)
	default:
		p.Body = w.formFor(r, o)
	}
	return p
}

func (w *World) jsonFor(r access.Route, o Objects) any {
	if Withdraws(r) {
		return map[string]any{}
	}
	switch r.Method + " " + r.Pattern {
	case "POST /api/v1/cases":
		return NewCase(w.System(o.Customer), "P3")
	case "POST /api/v1/cases/{number}/messages":
		return map[string]any{"text": "It still happens."}
	case "POST /api/v1/cases/{number}/merge":
		return map[string]any{"into": w.otherCase(o.Number), "reason": "The same outage."}
	case "POST /api/v1/cases/{number}/split":
		return map[string]any{"message": w.messageOn(o.Number), "subject": "Another matter"}
	case "POST /api/v1/cases/{number}/waivers":
		return map[string]any{"kind": "initial_response", "breachedAt": w.missedOn(o.Number), "reason": "The customer asked us to wait."}
	case "POST /api/v1/cases/{number}/correction", "POST /api/v1/held/{id}/adopt":
		s := w.System(o.Customer)
		body := map[string]any{"system": s.ID, "environment": "production", "product": s.Product, "version": s.Version}
		if strings.HasSuffix(r.Pattern, "/adopt") {
			body["priority"] = "P3"
		}
		return body
	case "POST /api/v1/extended-support":
		window := w.nextWindow()
		return map[string]any{"system": w.System(o.Customer).ID, "document": "O-1", "sku": "Technical Support Extended (ELS)", "from": window, "to": window}
	case "POST /api/v1/invoices":
		return map[string]any{"customer": o.Customer, "number": id.New().String(), "due": "2026-12-01", "amount": "100.00", "currency": "EUR"}
	case "POST /api/v1/invoices/{invoice}/payment":
		return map[string]any{"paidAt": "2026-02-02T10:00:00Z"}
	case "POST /api/v1/invoices/{invoice}/void":
		return map[string]any{"reason": "entered twice"}
	case "POST /api/v1/customers/{key}/renewals":
		return map[string]any{"months": 12, "validUntil": "2027-12-31"}
	case "POST /api/v1/renewals/{renewal}/order":
		return map[string]any{"number": id.New().String(), "signedOn": "2026-03-01"}
	case "POST /api/v1/held/{id}/release":
		return map[string]any{"number": o.Number}
	case "POST /api/v1/held/{id}/discard":
		return map[string]any{"reason": "spam"}
	case "POST /api/v1/liaisons/requests":
		return map[string]any{"items": []any{map[string]any{"system": o.System, "name": "New Person", "email": id.New().String() + "@new.example"}}}
	case "POST /api/v1/liaisons/people/{colleague}/view":
		return map[string]any{"sees": "own"}
	case "POST /api/v1/liaisons/centre":
		return map[string]any{"system": o.System, "person": o.Person, "centre": "latam"}
	case "POST /api/v1/admin/editions", "POST /api/v1/admin/editions/preview":
		archive, effective := w.nextEdition()
		return map[string]any{"archive": base64.StdEncoding.EncodeToString(archive), "effectiveAt": effective.Format(time.RFC3339)}
	case "PATCH /api/v1/cases/{number}":
		return map[string]any{"status": "closed", "reason": "done"}
	}
	if body := w.bookBody(r, o); body != nil {
		return body
	}
	if body := w.cooperationBody(r, o); body != nil {
		return body
	}
	return w.directoryFor(r, o)
}

// directoryFor is what a directory would say, and what makes its token.
func (w *World) directoryFor(r access.Route, o Objects) map[string]any {
	switch r.Method + " " + r.Pattern {
	case "POST /api/v1/customers/{key}/directory-tokens":
		return map[string]any{"name": "main directory"}
	case "POST /scim/v2/Users":
		return map[string]any{"userName": "new." + id.New().String() + "@" + o.Customer + ".example", "displayName": "New"}
	case "PUT /scim/v2/Users/{person}":
		return map[string]any{"userName": w.LiaisonOf(o.Customer).Email, "displayName": "Somebody Else"}
	case "PATCH /scim/v2/Users/{person}":
		return map[string]any{"Operations": []any{map[string]any{"op": "replace", "path": "displayName", "value": "Another One"}}}
	}
	return map[string]any{}
}

// memberOf is the id of a member of the customer; one that nobody has where there is none.
func (w *World) memberOf(customer string) string {
	w.t.Helper()
	for _, p := range w.People {
		if p.Role == "member" && p.Customer != nil && *p.Customer == customer {
			return w.personID(p.Email)
		}
	}
	return id.New().String()
}

// DirectoryOf is the directory of a customer with the first token that was made for it.
func (w *World) DirectoryOf(customer string) *Caller {
	if w.scim == nil {
		w.scim = map[string]*Caller{}
	}
	if w.scim[customer] == nil {
		w.scim[customer], _ = w.Directory(customer)
	}
	return w.scim[customer]
}

// Directory is a customer's directory with a token of its own, which nobody else calls with: it may be revoked.
func (w *World) Directory(customer string) (c *Caller, token id.ID) {
	w.t.Helper()
	t, secret, err := w.App.Accounts.CreateDirectoryToken(context.Background(), Program(), customer, "test")
	if err != nil {
		w.t.Fatal(err)
	}
	return w.WithToken(secret), t.ID
}

// formFor fills the form that a page would post.
func (w *World) formFor(r access.Route, o Objects) url.Values {
	s := w.System(o.Customer)
	filing := url.Values{"system": {s.ID}, "environment": {"production"}, "product": {s.Product}, "version": {s.Version}, "subject": {"Empty tiles"},
		"symptoms": {"No data."}, "errorMessages": {"none"}, "stepsTaken": {"none"}, "impact": {"report missing"}, "priority": {"P3"}}
	switch {
	case strings.HasPrefix(r.Pattern, "/cases/new"):
		return filing
	case Withdraws(r):
		return url.Values{}
	case strings.HasPrefix(r.Pattern, "/admin/policy/"):
		archive, effective := w.nextEdition()
		zone := w.App.Editions.Now().Vendor.Zone
		return url.Values{"archive": {base64.RawURLEncoding.EncodeToString(archive)}, "effective": {effective.In(zone).Format("2006-01-02T15:04")}}
	case r.Pattern == "/desk/new":
		filing.Set("onBehalfOf", w.LiaisonOf(o.Customer).Email)
		filing.Set("channel", "phone")
		filing.Set("receivedAt", "2026-03-04T08:30")
		return filing
	}
	forms := map[string]url.Values{
		"/cases/{number}/messages":          {"text": {"It still happens."}},
		"/cases/{number}/draft":             {"text": {"It still"}},
		"/cases/{number}/priority":          {"requested": {"P2"}, "reason": {"more people"}},
		"/account/settings":                 {"language": {"en"}, "zone": {"Europe/Berlin"}, "theme": {"dark"}},
		"/account/tokens":                   {"name": {"script"}},
		"/account/password":                 {"current": {"not this one at all"}, "password": {"correct horse battery 1"}, "repeat": {"correct horse battery 1"}},
		"/preferences":                      {"theme": {"dark"}, "back": {"/"}},
		"/sign-in":                          {"email": {id.New().String() + "@elsewhere.example"}, "password": {"not this one at all"}},
		"/reset":                            {"email": {"nobody@elsewhere.example"}},
		"/desk/cases/{number}/message":      {"text": {"We are looking into it."}, "visibility": {"reply"}},
		"/desk/cases/{number}/draft":        {"text": {"We are"}},
		"/desk/cases/{number}/merge":        {"into": {w.otherCase(o.Number)}},
		"/desk/cases/{number}/split":        {"message": {w.messageOn(o.Number)}, "subject": {"Another matter"}},
		"/desk/cases/{number}/waive":        {"kind": {"initial_response"}, "breachedAt": {w.missedOn(o.Number)}, "reason": {"The customer asked us to wait."}},
		"/desk/cases/{number}/change":       {"etag": {"*"}, "priority": {"P2"}, "status": {"open"}, "reason": {"more people than said"}, "assignee": {"me"}},
		"/desk/bulk":                        {"no": {o.Number}, "do": {"assign"}, "assignee": {"me"}},
		"/account/tokens/{token}/revoke":    {},
		"/cases/{number}/correction":        {"place": {w.System(o.Customer).ID + " production"}},
		"/desk/cases/{number}/correction":   {"place": {w.System(o.Customer).ID + " production"}},
		"/account/mail":                     {"mail_answer": {"digest"}},
		"/account/system":                   {"defaultSystem": {w.System(o.Customer).ID}},
		"/desk/held/{id}/release":           {"number": {o.Number}},
		"/desk/held/{id}/discard":           {"reason": {"spam"}},
		"/held/{id}/discard":                {"reason": {"spam"}},
		"/admin/customers/{key}/directory":  {"name": {"HR directory"}},
		"/desk/notices/read":                {"to": {"1772618400000000"}},
		"/admin/calendars/{country}/days":   {"day": {"2026-12-24"}, "kind": {"hours"}, "hours": {"09:00-12:00"}},
		"/admin/calendars/{country}/week":   {"day_1": {"08:00-12:00 13:00-17:00"}, "day_2": {"22:00-06:00"}},
		"/admin/calendars/{country}/keep":   {"keep": {"day=2026-12-23&kind=hours&hours=09%3A00-12%3A00"}},
		"/admin/calendars/publish":          {"from": {"2026-03-05T12:00"}},
		"/admin/calendars/{country}/drop":   {"day": {"2026-12-24"}},
		"/admin/calendars/{country}/review": {"year": {"2026"}},
		"/admin/calendars/{country}/import": {"text": {"date,name\n2026-12-24,Christmas Eve\n"}},
		"/held/{id}/adopt":                  {"place": {w.System(o.Customer).ID + " production"}, "priority": {"P3"}},
	}
	maps.Copy(forms, o.liaisonForms())
	maps.Copy(forms, o.moneyForms())
	maps.Copy(forms, w.cooperationForms(o))
	if strings.HasSuffix(r.Pattern, "/extended") {
		window := w.nextWindow()
		forms[r.Pattern] = url.Values{"system": {s.ID}, "document": {"O-1"}, "sku": {"Technical Support Extended (ELS)"}, "from": {window}, "to": {window}}
	}
	if strings.HasPrefix(r.Pattern, "/desk/customers/{key}/books/") {
		return w.bookForm(r, o)
	}
	if form, ok := forms[r.Pattern]; ok {
		return form
	}
	return url.Values{}
}

// nextEdition is a pack that may be published, an hour after whatever was published last.
func (w *World) nextEdition() (archive []byte, effective time.Time) {
	w.t.Helper()
	effective = w.Clock.Now()
	if last := w.App.Editions.Book().Last().From; last.After(effective) {
		effective = last
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	f, err := z.Create("next/policy.yaml")
	if err == nil {
		_, err = f.Write([]byte("base: reference-2025-02\nedition: \"" + id.New().String() + "\"\n"))
	}
	if err = errors.Join(err, z.Close()); err != nil {
		w.t.Fatal(err)
	}
	return b.Bytes(), effective.Add(time.Hour).Truncate(time.Minute)
}

// Withdraws reports whether a route withdraws an edition of the policy.
func Withdraws(r access.Route) bool {
	return Changes(r) && (strings.HasSuffix(r.Pattern, "/{edition}/withdraw") || strings.HasSuffix(r.Pattern, "/{edition}/withdrawal"))
}

// announced is an edition that may be withdrawn: the last one, or another one that is published for it.
func (w *World) announced() string {
	w.t.Helper()
	if last := w.App.Editions.Book().Last(); last.From.After(w.Clock.Now().Add(time.Minute)) {
		return last.Pack.Edition
	}
	archive, effective := w.nextEdition()
	p, err := w.App.Editions.Read(archive)
	if err == nil {
		_, err = w.App.Editions.Publish(context.Background(), Program(), p, effective)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	return p.Edition
}

// LiaisonOf is the first liaison of a customer.
func (w *World) LiaisonOf(customer string) Person {
	w.t.Helper()
	for _, p := range w.People {
		if p.Role == "liaison" && p.Customer != nil && *p.Customer == customer {
			return p
		}
	}
	w.t.Fatalf("customer %s has no liaison", customer)
	return Person{}
}

// Things gives things of a customer: a new case where it may register one, else one of its old ones; a file of it where
// it may have files; a token of its liaison.
func (w *World) Things(customer string) Objects {
	w.t.Helper()
	o := Objects{Customer: customer, File: id.New().String(), Undo: id.New().String(), Token: id.New().String(), Mail: w.heldMail(customer),
		Person: w.personID(w.LiaisonOf(customer).Email), System: w.System(customer).ID}
	w.addPeople(&o)
	o.Invoice = w.Invoice(customer, "2026-12-01")
	o.Renewal = w.Renewal(customer)
	_, scim := w.Directory(customer)
	o.Scim = scim.String()
	liaison := &Caller{w: w, token: w.LiaisonOf(customer).Token}
	a := liaison.Post("/api/v1/cases", NewCase(w.System(customer), "P3"))
	if a.Status != http.StatusCreated {
		o.Number = w.OldCase(customer)
		return o
	}
	o.Number = Is[Case](w.t, a, http.StatusCreated).Number
	up := liaison.Post("/api/v1/attachments", []byte("a log line"), "X-File-Name", "a.log")
	if up.Status == http.StatusCreated {
		o.File = Is[File](w.t, up, http.StatusCreated).ID
		liaison.Say(o.Number, "The log.", "attachments", []string{o.File})
	}
	o.Token = w.NewToken(customer, access.ScopeRead).ID.String()
	return o
}

// heldMail is a mail of a member of the customer that waits for a liaison; one that nobody knows where there is no member.
func (w *World) heldMail(customer string) string {
	w.t.Helper()
	for _, p := range w.People {
		if p.Role == "member" && p.Customer != nil && *p.Customer == customer {
			return w.Mail(Letter{From: p.Email, Subject: "Empty tiles", Text: "No data since this morning."}).Mail.String()
		}
	}
	return id.New().String()
}

// inDirectory is what a customer's directory calls a person; the id itself where they are nobody of the customer.
func (w *World) inDirectory(customer, person string) string {
	w.t.Helper()
	user, err := id.Parse(person)
	if err != nil {
		return person // whatever names nobody
	}
	w.Rows(`SELECT coalesce(g.directory_id, g.person_id) FROM access_grant g JOIN customer c ON c.id = g.tenant_id WHERE c.key = $1 AND g.person_id = $2`,
		[]any{customer, user}, func(scan func(...any) error) error { return scan(&user) })
	return user.String()
}

func (w *World) personID(email string) string {
	w.t.Helper()
	var person id.ID
	w.Rows(`SELECT id FROM person WHERE email = $1`, []any{email}, func(scan func(...any) error) error { return scan(&person) })
	return person.String()
}

// OldCase is a case that the customer had before, "" when it had none.
func (w *World) OldCase(customer string) (number string) {
	w.t.Helper()
	w.Rows(`SELECT c.number FROM support_case c JOIN customer k ON k.id = c.tenant_id WHERE k.key = $1 ORDER BY c.number LIMIT 1`,
		[]any{customer}, func(scan func(...any) error) error { return scan(&number) })
	return number
}

// Token is an API token with its text.
type Token struct {
	account.Token
	Text string
}

// NewToken makes a token of a customer's liaison with scopes.
func (w *World) NewToken(customer string, scopes ...string) Token {
	w.t.Helper()
	var person, tenant id.ID
	w.Rows(`SELECT p.id, g.tenant_id FROM person p JOIN access_grant g ON g.person_id = p.id JOIN customer c ON c.id = g.tenant_id
		WHERE p.email = $1 AND c.key = $2`, []any{w.LiaisonOf(customer).Email, customer},
		func(scan func(...any) error) error { return scan(&person, &tenant) })
	t, text, err := w.App.Accounts.CreateToken(context.Background(), Program(), account.NewToken{Name: "test", Scopes: scopes, Person: person,
		Customer: tenant, Secret: []byte(id.New().String())})
	if err != nil {
		w.t.Fatal(err)
	}
	return Token{t, text}
}

// Disable ends every way in of a person.
func (w *World) Disable(name string) {
	w.t.Helper()
	var person id.ID
	w.Rows(`SELECT id FROM person WHERE email = $1`, []any{w.Person(name).Email}, func(scan func(...any) error) error { return scan(&person) })
	if err := w.App.Accounts.DisablePerson(context.Background(), Program(), person); err != nil {
		w.t.Fatal(err)
	}
}

// Rewrite runs a statement by hand, as somebody at the database could.
func (w *World) Rewrite(fn func(tx *db.Tx) error) {
	w.t.Helper()
	if err := w.App.DB.Update(context.Background(), db.ForSystem("test"), fn); err != nil {
		w.t.Fatal(err)
	}
}

// Try sends a probe in a caller's name.
func (c *Caller) Try(p Probe) Answer {
	c.w.t.Helper()
	return c.Do(p.Route.Method, p.Path, p.Body, p.Head...)
}

// PersonID is the id of a person, named by the part of the address before the @.
func (w *World) PersonID(name string) string { return w.personID(w.Person(name).Email) }
