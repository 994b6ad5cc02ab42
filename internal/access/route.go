package access

import (
	"fmt"
	"slices"
	"strings"
)

// TenantRule says whose rows a route reaches.
type TenantRule string

// The tenant rules.
const (
	TenantPublic TenantRule = "public"       // the same for everybody, also for nobody
	TenantOwn    TenantRule = "own_customer" // the customer acted for; staff reach every customer's
	TenantStaff  TenantRule = "staff_any"    // staff only, rows of every customer
	TenantSelf   TenantRule = "self"         // what belongs to the person who acts
	TenantNone   TenantRule = "none"         // no rows at all, e.g. health
)

// RestrictedRule says what a route does for a restricted customer, whose cases never take files.
type RestrictedRule string

// The rules for restricted customers.
const (
	RestrictedSame    RestrictedRule = "same"     // nothing differs
	RestrictedNoFiles RestrictedRule = "no_files" // files are refused, the rest is done
	RestrictedRefused RestrictedRule = "refused"  // the route does nothing for them
)

// NoEvent is the event of a route that changes nothing worth a line in the journal.
const NoEvent = "none"

// Route is one route of an edge with everything that must be decided before it may exist.
type Route struct {
	Method     string // GET, POST, PUT, PATCH, DELETE
	Pattern    string // as net/http.ServeMux reads it, without the method: "/cases/{number}"
	Permission Permission
	Tenant     TenantRule
	Restricted RestrictedRule
	Event      string // kind of the journal line, e.g. "case.registered"; NoEvent for a route that reads
	NoEventWhy string // why a POST, PUT, PATCH or DELETE has no line; must stand with NoEvent on such a route
}

// String is "POST /cases", the form that ServeMux takes.
func (r Route) String() string { return r.Method + " " + r.Pattern }

// Table is the list of routes of the program. It is filled while the program is put together, by one goroutine.
type Table struct {
	routes []Route
	seen   map[string]bool
}

// NewTable gives an empty table.
func NewTable() *Table { return &Table{seen: map[string]bool{}} }

// Mount declares r and only then calls mount with the pattern for the mux ("POST /cases"): a route cannot be
// mounted undeclared. It returns what Register says; mount is not called then.
func (t *Table) Mount(r Route, mount func(pattern string)) error {
	if err := t.Register(r); err != nil {
		return err
	}
	mount(r.String())
	return nil
}

// Register declares r. It refuses a route that leaves open who may use it, whose rows it reaches, what a
// restricted customer gets, or which journal line it writes, and one that is already there.
func (t *Table) Register(r Route) error {
	if err := r.check(); err != nil {
		return fmt.Errorf("access: route %q: %w", r.String(), err)
	}
	if t.seen[r.String()] {
		return fmt.Errorf("access: route %q is declared twice", r.String())
	}
	t.seen[r.String()] = true
	t.routes = append(t.routes, r)
	return nil
}

// Routes is what was declared, sorted by pattern and method.
func (t *Table) Routes() []Route {
	all := slices.Clone(t.routes)
	slices.SortFunc(all, func(a, b Route) int {
		return strings.Compare(a.Pattern+" "+a.Method, b.Pattern+" "+b.Method)
	})
	return all
}

func (r Route) check() error {
	if !strings.HasPrefix(r.Pattern, "/") {
		return fmt.Errorf("the pattern must start with a slash")
	}
	v, _, ok := ruleOf(r.Permission)
	if !ok {
		return fmt.Errorf("permission %q does not exist", r.Permission)
	}
	switch r.Tenant {
	case TenantPublic, TenantNone:
	case TenantOwn, TenantStaff, TenantSelf:
		if v == openToAll {
			return fmt.Errorf("permission %q is open to all, tenant rule %q is not", r.Permission, r.Tenant)
		}
	default:
		return fmt.Errorf("tenant rule %q does not exist", r.Tenant)
	}
	switch r.Restricted {
	case RestrictedSame, RestrictedNoFiles, RestrictedRefused:
	default:
		return fmt.Errorf("rule for restricted customers %q does not exist", r.Restricted)
	}
	return r.checkEvent()
}

// checkEvent: a GET changes nothing, so it names no event; whatever changes something names one or says why not.
func (r Route) checkEvent() error {
	switch r.Method {
	case "GET": //nolint:usestdlibvars // the core knows no transport
		if r.Event != NoEvent || r.NoEventWhy != "" {
			return fmt.Errorf("a GET changes nothing: its event is %q", NoEvent)
		}
		return nil
	case "POST", "PUT", "PATCH", "DELETE": //nolint:usestdlibvars // the core knows no transport
	default:
		return fmt.Errorf("method %q is none of GET, POST, PUT, PATCH, DELETE", r.Method)
	}
	switch {
	case r.Event == "":
		return fmt.Errorf("no journal event is declared")
	case r.Event == NoEvent && r.NoEventWhy == "":
		return fmt.Errorf("event %q needs a reason on a %s", NoEvent, r.Method)
	case r.Event != NoEvent && r.NoEventWhy != "":
		return fmt.Errorf("event %q stands with a reason for having none", r.Event)
	}
	return nil
}
