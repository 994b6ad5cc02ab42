package archtest

import (
	"slices"
	"strings"
	"testing"
)

// place says which rooms may import something from outside the module, and why no other.
type place struct {
	prefix string // import path, or the beginning of it
	rooms  []string
	why    string
}

// places is the list of what is wrapped where it enters. What it does not name may not be imported at all from
// outside the standard library.
func places() []place {
	return []place{
		{"database/sql/driver", []string{"db", "id"}, "an id knows how it is stored; everything else is db's"},
		{"database/sql", []string{"db"}, "one door to the data: scopes, tenants and the fixed now of a transaction hold only there"},
		{"modernc.org/sqlite", []string{"db"}, "the engine is db's affair"},
		{"modernc.org/libc", []string{"db"}, "the engine's own memory, for the tests' disk"},
		{"github.com/jackc/pgx", []string{"db"}, "the engine is db's affair"},
		{"github.com/jackc/puddle", []string{"db"}, "the engine is db's affair"},
		{"github.com/pressly/goose", []string{"db"}, "migrations are db's affair"},
		{"github.com/riverqueue/river", []string{"jobs"}, "a job is enqueued through jobs, in the transaction that causes it"},
		{"github.com/google/uuid", []string{"id"}, "an id has one text and one form"},
		{"github.com/goccy/go-yaml", []string{"config", "policy", "text", "demo", "moving"}, "YAML is read strictly, where a file of ours is read"},
		{"github.com/minio/sio", []string{"blob"}, "files are encrypted in one place"},
		{"golang.org/x/crypto", []string{"account"}, "passwords are hashed in one place"},
		{"golang.org/x/mod", []string{"journal"}, "the Merkle tree is the journal's"},
		{"golang.org/x/net/idna", []string{"account", "mailmsg"}, "addresses are compared in one form"},
		{"golang.org/x/net", []string{"mailmsg", "mailio", "web"}, "HTML is parsed where it comes in or goes out"},
		{"golang.org/x/text/encoding", []string{"mailmsg"}, "a foreign character set is read where mail is read"},
		{"golang.org/x/text/currency", []string{"billing"}, "how fine a currency is matters where amounts are read"},
		{"golang.org/x/text/language", []string{"policy", "text"}, "which countries there are is asked where a pack names them, and what they are called where it is said"},
		{"golang.org/x/text", []string{"account", "blob", "search", "text"}, "text is normalised where it is compared"},
		{"golang.org/x/sync", []string{"app", "db", "jobs"}, "goroutines are started by the wiring and the storage"},
		{"github.com/yuin/goldmark", []string{"text"}, "Markdown becomes HTML in one place, for pages and mails alike"},
		{"github.com/microcosm-cc/bluemonday", []string{"web", "mailio", "mailmsg", "text"}, "HTML is cleaned where it is made or comes in"},
		{"github.com/emersion/go-msgauth", []string{"mailio", "mailmsg"}, "a domain's word is given and checked where mail passes"},
		{"github.com/wneessen/go-mail", []string{"mailio"}, "mail leaves through one door"},
		{"github.com/danielgtaylor/huma", []string{"api"}, "REST is api's affair"},
		{"github.com/prometheus", []string{"app"}, "figures are gathered by the wiring"},
		{"github.com/alecthomas/kong", []string{"cmd/liaison"}, "the command line is cmd's affair"},
		{"github.com/jba/templatecheck", []string{"web"}, "templates are checked where they live"},
		{"github.com/chromedp", []string{"browsertest"}, "a browser is driven in tests of pages"},
		{"github.com/emersion/go-smtp", []string{"mailio"}, "mail comes in through one door"},
		{"github.com/emersion/go-imap", []string{"mailio"}, "mail comes in through one door"},
		{"blitiri.com.ar/go/spf", []string{"mailio"}, "a domain's word is checked where mail comes in"},
		{"github.com/jhillyerd/enmime", []string{"mailmsg"}, "mail is read in one place"},
		{"pgregory.net/rapid", nil, ""},
		{"github.com/google/go-cmp", nil, ""},
		{"github.com/santhosh-tekuri/jsonschema", nil, ""},
		{"github.com/rogpeppe/go-internal", nil, ""},
		{"net/http", []string{"web", "api", "scim", "mailio", "outbound", "app", "demo", "apptest", "bench", "cmd/liaison"}, "the core knows no transport"},
		{"html/template", []string{"web", "mailio"}, "pages are an edge's affair"},
	}
}

// pureRooms decide from values alone: no disk, network, randomness or log.
func pureRooms() []string {
	return []string{"calendar", "sla", "lifecycle", "entitlement", "access", "dayfile"}
}

// misplaced finds imports that do not belong where they stand.
func misplaced(list []place, all []pkg) []finding {
	var found []finding
	for _, p := range all {
		name := roomOf(p.ImportPath)
		for _, to := range p.Imports {
			if what := misplacedImport(list, name, to); what != "" {
				found = append(found, finding{p.ImportPath + " -> " + to, what})
			}
		}
		for _, to := range slices.Concat(p.TestImports, p.XTestImports) {
			if isThirdParty(to) && placeOf(list, to) == nil {
				found = append(found, finding{p.ImportPath + " -> " + to, "is in no row of places(): a new dependency needs a reason"})
			}
		}
	}
	return found
}

// misplacedImport says why a package of the room may not import to; "" when it may.
func misplacedImport(list []place, name, to string) string {
	if slices.Contains(pureRooms(), name) {
		for _, impure := range []string{"os", "net", "log", "math/rand", "crypto/rand", "database", "io/ioutil", "path/filepath"} {
			if to == impure || strings.HasPrefix(to, impure+"/") && to != "net/netip" && to != "net/mail" && to != "net/url" {
				return "a rule is handed values and reads nothing"
			}
		}
	}
	p := placeOf(list, to)
	switch {
	case p == nil && isThirdParty(to):
		return "is in no row of places(): a new dependency needs a reason and one package that wraps it"
	case p == nil || slices.Contains(p.rooms, name):
		return ""
	case p.rooms == nil:
		return "is for tests only"
	}
	return p.why + "; it may be imported by: " + strings.Join(p.rooms, ", ")
}

// placeOf is the first row that fits: narrower rows stand first.
func placeOf(list []place, to string) *place {
	for i, p := range list {
		if to == p.prefix || strings.HasPrefix(to, p.prefix+"/") {
			return &list[i]
		}
	}
	return nil
}

// isThirdParty reports whether an import comes from another module: its first element is a host name.
func isThirdParty(to string) bool {
	host, _, _ := strings.Cut(to, "/")
	return strings.Contains(host, ".")
}

func TestWhatComesFromOutsideIsWrappedInOnePlace(t *testing.T) {
	t.Parallel()
	report(t, misplaced(places(), packages(t)))
}

func TestAMisplacedImportIsNamedWithItsReason(t *testing.T) {
	t.Parallel()
	expect(t, misplaced(places(), []pkg{
		{ImportPath: "liaison/internal/db", Imports: []string{"database/sql", "github.com/jackc/pgx/v5/stdlib"}},
		{ImportPath: "liaison/internal/id", Imports: []string{"database/sql/driver", "database/sql"}},
		{ImportPath: "liaison/internal/cases", Imports: []string{"net/http", "github.com/jackc/pgx/v5"}},
		{ImportPath: "liaison/internal/sla", Imports: []string{"os", "net/netip"}},
		{ImportPath: "liaison/internal/web", Imports: []string{"github.com/new/thing"}, TestImports: []string{"pgregory.net/rapid", "github.com/other/thing"}},
		{ImportPath: "liaison/internal/policy", Imports: []string{"pgregory.net/rapid"}},
	}),
		"liaison/internal/id -> database/sql", "liaison/internal/cases -> net/http", "liaison/internal/cases -> github.com/jackc/pgx/v5",
		"liaison/internal/sla -> os", "liaison/internal/web -> github.com/new/thing", "liaison/internal/web -> github.com/other/thing",
		"liaison/internal/policy -> pgregory.net/rapid")
}
