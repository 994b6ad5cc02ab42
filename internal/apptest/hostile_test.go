package apptest_test

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
	"liaison/internal/apptest"
	"liaison/internal/id"
	"liaison/internal/inbound"
)

// changing are the routes that may change something, each with what the caller needs.
func changing(w *apptest.World, pick func(access.Route) bool) (out []access.Route) {
	for _, r := range w.App.Routes.Routes() {
		if apptest.Changes(r) && pick(r) {
			out = append(out, r)
		}
	}
	return out
}

// able is somebody whom the route lets in.
func able(w *apptest.World, r access.Route) *apptest.Caller {
	person := "katrin.vogel"
	switch {
	case r.Permission == access.CRMSync:
		return w.CRM()
	case strings.Contains(r.Pattern, "/books/"):
		person = "otis.greene"
	case strings.Contains(r.Pattern, "/liaisons") && strings.HasPrefix(r.Pattern, "/desk"), r.Permission == access.CaseWaive, r.Permission == access.PausesRead, r.Permission == access.MailOriginal:
		person = "helen.marsh"
	case strings.HasSuffix(r.Pattern, "/merge"), strings.HasSuffix(r.Pattern, "/split"), r.Pattern == "/api/v1/cases/{number}/tasks":
		person = "lin.wei"
	case r.Permission == access.InvoiceWrite, r.Permission == access.BooksWrite, r.Permission == access.InvoiceRead && strings.HasPrefix(r.Pattern, "/desk"):
		person = "carl.jensen"
	case strings.HasPrefix(r.Pattern, "/desk"):
		person = "lin.wei"
	case strings.HasPrefix(r.Pattern, "/admin"), r.Permission == access.AdminCustomers, r.Permission == access.AdminDirectory, r.Permission == access.AdminPolicy:
		person = "sam.carter"
	case apptest.IsSCIM(r):
		return w.DirectoryOf(home)
	}
	if apptest.IsREST(r) {
		return w.As(person)
	}
	return w.In(person)
}

// journalLines are those of the journal, without what the making of probes has left.
func journalLines(w *apptest.World) int64 { return w.Count(`SELECT count(*) FROM journal`) - w.Left }

func TestAnotherSiteCannotMakeABrowserChangeAnything(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		session := map[bool]*apptest.Caller{true: w.In("lin.wei"), false: w.In("katrin.vogel")}
		before := journalLines(w)
		tried := 0
		for _, r := range changing(w, func(access.Route) bool { return true }) {
			for _, head := range [][]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}, {"Origin", "null"}} {
				tried++
				p := w.Probe(r, things)
				got := session[strings.HasPrefix(r.Pattern, "/desk")].Do(r.Method, p.Path, p.Body, slices.Concat(p.Head, head)...)
				if got.Status != 403 {
					t.Errorf("%s with %v: %d", r, head, got.Status)
				}
				if got.Cookie("session") != "" {
					t.Errorf("%s with %v sets a session", r, head)
				}
			}
		}
		if after := journalLines(w); after != before || tried < 20 {
			t.Errorf("%d tries left %d lines in the journal", tried, after-before)
		}
	})
}

func TestNoGetChangesAnything(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		katrin, lin := w.In("katrin.vogel"), w.In("lin.wei")
		before := journalLines(w)
		for _, r := range w.App.Routes.Routes() {
			if apptest.Changes(r) {
				continue
			}
			for _, who := range []*apptest.Caller{katrin, lin, w.As("katrin.vogel"), w.As("lin.wei"), w.Nobody()} {
				who.Try(w.Probe(r, things))
			}
		}
		for _, r := range changing(w, func(access.Route) bool { return true }) { // asked for with GET they are other routes, or none
			lin.Get(w.Probe(r, things).Path)
		}
		if after := journalLines(w); after != before {
			t.Errorf("reading left %d lines in the journal", after-before)
		}
	})
}

func TestEveryChangeLeavesALineOfItsKind(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for _, r := range changing(w, func(r access.Route) bool { return r.Event != access.NoEvent && r.Pattern != "/desk/undo/{id}" }) {
			things := w.Things(home)
			who, p := able(w, r), w.Probe(r, things)
			if strings.HasPrefix(r.Pattern, "/api/v1/crm/") && !strings.Contains(r.Pattern, "/customers/") { // the customer was brought before
				w.CRM().Do("PUT", "/api/v1/crm/customers/"+home, map[string]any{"key": home, "name": "Nordwind Logistik AG", "kind": "customer", "country": "DE", "takeOver": true})
			}
			switch r.Pattern {
			case "/account/customer": // only somebody of two customers can choose
				who = w.In("amelia.stone")
				p.Body = url.Values{"customer": {customerID(w, "northgate")}}
			case "/account/password":
				who = w.Fresh("oliver.hartwell")
				p.Body = url.Values{"current": {w.Person("oliver.hartwell").Password}, "password": {"a new one 2026 x"}, "repeat": {"a new one 2026 x"}}
			case "/invite/{token}", "/invite/{token}/decline": // somebody was invited
				p.Path = strings.Replace(r.Pattern, "{token}", w.Invitation(home), 1)
				p.Body = url.Values{"name": {"New Person"}, "password": {"a new one 2026 x"}, "repeat": {"a new one 2026 x"}}
			case "/desk/customers/{key}/liaisons/tasks/{task}/done": // a liaison left cases, and nobody followed
				p.Path = strings.Replace(p.Path, things.Undo, w.Task(home), 1)
			case "/api/v1/cases/{number}/waivers", "/desk/cases/{number}/waive": // something was missed
				things.Number = w.LateCase(home)
				p = w.Probe(r, things)
			case "/cases/{number}/reopen":
				w.As("katrin.vogel").Change(things.Number, map[string]any{"status": "closed"})
			case "/api/v1/cases/{number}/correction", "/cases/{number}/correction", "/desk/cases/{number}/correction": // a case by mail is to be corrected
				things.Number = w.Mail(apptest.Letter{From: w.Person("katrin.vogel").Email, Subject: "Empty tiles", Text: "No data."}).Number
				p = w.Probe(r, things)
			case "/held/{id}/approve": // a colleague answered on the case
				things.Mail = w.Mail(apptest.Letter{From: noted(t, w, "member", "").Email, To: token(w, things.Number), Subject: "Re: it", Text: "As he said."}).Mail.String()
				p = w.Probe(r, things)
			case "/desk/cases/{number}/mails/{id}": // a case that came by mail
				out := w.Mail(apptest.Letter{From: w.LiaisonOf(stranger).Email, Subject: "Empty tiles", Text: "No data."})
				p.Path = "/desk/cases/" + out.Number + "/mails/" + out.Mail.String()
			case "/admin/mail/{person}/clear":
				bounced(t, w, things.Person)
			case "/admin/calendars/publish": // a day waits in the draft
				who.Post("/admin/calendars/DE/days", url.Values{"day": {"2026-12-23"}, "kind": {"hours"}, "hours": {"09:00-12:00"}})
				look := who.Get("/admin/calendars/publish?from=2026-03-05T12:00")
				p.Body = url.Values{"from": {"2026-03-05T12:00"}, "seen": {seenOn(t, string(look.Body))}}
			}
			var last int64
			w.Rows(`SELECT max(seq) FROM journal`, nil, func(scan func(...any) error) error { return scan(&last) })
			if got := who.Try(p); got.Status >= 400 {
				t.Errorf("%s: %d %.300s", r, got.Status, got.Body)
				continue
			}
			kinds := map[string]bool{}
			w.Rows(`SELECT kind FROM journal WHERE seq > $1`, []any{last}, func(scan func(...any) error) error {
				var kind string
				err := scan(&kind)
				kinds[kind] = true
				return err
			})
			if len(kinds) == 0 {
				t.Errorf("%s leaves no line", r)
			} else if !kinds[r.Event] && !sameAct(r, kinds) {
				t.Errorf("%s says it leaves %q and leaves %v", r, r.Event, kinds)
			}
		}
	})
}

// bounced lets a mail to a person come back for good.
func bounced(t *testing.T, w *apptest.World, person string) {
	t.Helper()
	of := personOf(t, person)
	out := w.Mail(report(w.App.Tokens.BounceAddress(w.App.Inbound.Inboxes[0].Address, of), "delivery-status", "Action: failed\r\nStatus: 5.1.1"))
	if out.Reason != inbound.DeliveryReport || w.Count(`SELECT count(*) FROM mail_failure WHERE person_id = $1`, of) != 1 {
		t.Fatalf("%+v", out)
	}
}

func personOf(t *testing.T, text string) id.ID {
	t.Helper()
	of, err := id.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return of
}

// sameAct are the routes that do one of several things; the form of the test asks for another one than their name says.
func sameAct(r access.Route, kinds map[string]bool) bool {
	return r.Pattern == "/desk/cases/{number}/change" && kinds["priority.changed"]
}

func customerID(w *apptest.World, key string) string {
	var customer id.ID
	w.Rows(`SELECT id FROM customer WHERE key = $1`, []any{key}, func(scan func(...any) error) error { return scan(&customer) })
	return customer.String()
}

// endless is a body that counts what is read of it.
type endless struct {
	left, read int64
	unit       string
}

func (e *endless) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n+len(e.unit) <= len(p) {
		n += copy(p[n:], e.unit)
	}
	if n == 0 {
		n = copy(p, e.unit)
	}
	e.left -= int64(n)
	e.read += int64(n)
	return n, nil
}

func TestGreedyRequestsAreRefusedBeforeTheyAreRead(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		for _, r := range changing(w, func(access.Route) bool { return true }) {
			p := w.Probe(r, things)
			kind, unit := "application/x-www-form-urlencoded", "a=b&"
			switch {
			case r.Pattern == "/api/v1/attachments":
				continue // takes large files by nature
			case apptest.IsREST(r):
				kind, unit = "application/json", "[[[["
			}
			body := &endless{left: 64 << 20, unit: unit}
			req := able(w, r).Request(r.Method, p.Path, body, slices.Concat(p.Head, []string{"Content-Type", kind})...)
			got, err := w.Raw(req)
			switch {
			case err != nil: // the connection was cut while we wrote: refused as well
			case readsForm(r) && got != 413 && got != 400:
				t.Errorf("%s with 64 MB: %d", r, got)
			}
			if body.read > 16<<20 { // what the machine's own buffers take is not the program's reading
				t.Errorf("%s read %d MB of a body of 64 MB", r, body.read>>20)
			}
		}
		for name, head := range map[string][]string{
			"10,000 cookies":          {"Cookie", strings.Repeat("a=b; ", 10_000) + "c=d"},
			"1 MB of languages":       {"Accept-Language", strings.Repeat("en;q=0.5,", 110_000)},
			"60 KB of languages":      {"Accept-Language", strings.Repeat("en;q=0.5,", 6_500)},
			"a long bearer":           {"Authorization", "Bearer " + strings.Repeat("x", 50_000)},
			"a long idempotency key":  {"Idempotency-Key", strings.Repeat("k", 40_000)},
			"a header of bytes":       {"Accept-Language", "\xff\xfe, zh-\xff"},
			"a hostile session value": {"Cookie", "session=' OR 1=1 --"},
		} {
			for _, path := range []string{"/contact", "/api/v1/contact-now?country=DE", "/api/v1/me", "/cases"} {
				req := w.Nobody().Request("GET", path, nil, head...)
				if got, err := w.Raw(req); err == nil && (got >= 500 || got == 0) {
					t.Errorf("%s at %s: %d", name, path, got)
				}
			}
		}
	})
}

func TestTextThatIsNoUTF8IsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		w.In("katrin.vogel")
		w.In("lin.wei")
		w.In("sam.carter")
		w.In("helen.marsh")
		w.In("otis.greene")
		w.In("carl.jensen")
		w.CRM()
		w.DirectoryOf(home)
		before := journalLines(w)
		for _, r := range changing(w, func(r access.Route) bool { return !takesFile(r) }) {
			p := w.Probe(r, things)
			kind, body := "application/x-www-form-urlencoded", []byte("text=%ff%fe&reason=%c3%28&email=%ff&password=x&name=%ff&zone=%ff&subject=%ff")
			if apptest.IsREST(r) {
				kind, body = "application/json", []byte("{\"text\":\"\xff\xfe\"}")
			}
			if !readsForm(r) {
				continue
			}
			got := able(w, r).Do(r.Method, p.Path, body, slices.Concat(p.Head, []string{"Content-Type", kind})...)
			if got.Status != 400 {
				t.Errorf("%s: %d %.200s", r, got.Status, got.Body)
			}
			if bytes.Contains(got.Body, []byte{0xff}) {
				t.Errorf("%s gives the bytes back", r)
			}
		}
		if n := journalLines(w) - before; n != 0 {
			t.Errorf("%d lines in the journal", n)
		}
	})
}

// readsForm reports whether a route looks at what was posted; the others are one button each.
func readsForm(r access.Route) bool {
	return r.Method != http.MethodDelete && !slices.Contains([]string{"/sign-out", "/cases/new/discard", "/desk/cases/{number}/take",
		"/account/tokens/{token}/revoke", "/admin/mail/{person}/clear", "/desk/notices/{id}/open", "/desk/cases/{number}/mails/{id}"}, r.Pattern)
}

// takesFile reports whether the body of a REST route is a file, which may be of any kind.
func takesFile(r access.Route) bool {
	return r.Pattern == "/api/v1/attachments" || r.Pattern == "/api/v1/invoices/import"
}

func TestMalformedJSONIsRefusedWithoutAnEcho(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		things := w.Things(home)
		w.DirectoryOf(home) // its token is a line of its own
		w.CRM()
		before := journalLines(w)
		for _, r := range changing(w, func(r access.Route) bool {
			return apptest.IsREST(r) && readsForm(r) && !takesFile(r)
		}) {
			p := w.Probe(r, things)
			for _, body := range []string{"", "null", "[]", `"x"`, "{", `{"` + canary + `":1}`, `{"tenant_id":"` + canary + `"}`, `{"is_internal":true}`,
				`{"role":"administrator"}`, `{"sla_due":"2099-01-01"}`, `{"restricted":false}`, `{} {}`, `{}x`, "\ufeff{}", `{"text":"` + canary + `","text":"b"}`,
				`{"status":"` + canary + `","status":"closed"}`, `{"subject":"` + canary + `","subject":"b"}`, strings.Repeat("[", 100_000)} {
				got := able(w, r).Do(r.Method, p.Path, []byte(body), slices.Concat(p.Head, []string{"Content-Type", "application/json"})...)
				if got.Status != 400 {
					t.Errorf("%s %.60s: %d %.200s", r, body, got.Status, got.Body)
				}
				if strings.Contains(string(got.Body), canary) {
					t.Errorf("%s %.60s: gives it back: %s", r, body, got.Body)
				}
			}
		}
		if n := journalLines(w) - before; n != 0 {
			t.Errorf("%d lines in the journal", n)
		}
	})
}
