package access_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"liaison/internal/access"
)

func declared() access.Route {
	return access.Route{Method: "POST", Pattern: "/api/v1/cases", Permission: access.CaseRegister,
		Tenant: access.TenantOwn, Restricted: access.RestrictedNoFiles, Event: "case.registered"}
}

func TestARouteThatLeavesSomethingOpenIsRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(*access.Route)
		says   string
	}{
		{"no permission", func(r *access.Route) { r.Permission = "" }, "permission"},
		{"unknown permission", func(r *access.Route) { r.Permission = "case.delete" }, "permission"},
		{"no tenant rule", func(r *access.Route) { r.Tenant = "" }, "tenant rule"},
		{"no rule for restricted customers", func(r *access.Route) { r.Restricted = "" }, "restricted"},
		{"no event", func(r *access.Route) { r.Event = "" }, "journal event"},
		{"no event and no reason", func(r *access.Route) { r.Event = access.NoEvent }, "reason"},
		{"an event and a reason for none", func(r *access.Route) { r.NoEventWhy = "reads" }, "reason"},
		{"a GET with an event", func(r *access.Route) { r.Method = "GET" }, "GET"},
		{"a GET without any event", func(r *access.Route) { r.Method, r.Event = "GET", "" }, "GET"},
		{"no method", func(r *access.Route) { r.Method = "" }, "method"},
		{"another method", func(r *access.Route) { r.Method = "TRACE" }, "method"},
		{"a pattern with its method", func(r *access.Route) { r.Pattern = "POST /cases" }, "slash"},
		{"open to all but own rows", func(r *access.Route) { r.Permission = access.PolicyRead }, "open to all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := declared()
			c.change(&r)
			table, mounted := access.NewTable(), false
			err := table.Mount(r, func(string) { mounted = true })
			if err == nil || !strings.Contains(err.Error(), c.says) {
				t.Errorf("error %v does not speak of %q", err, c.says)
			}
			if mounted || len(table.Routes()) != 0 {
				t.Error("the refused route was mounted or kept")
			}
		})
	}
}

func TestADeclaredRouteIsMountedUnderItsPattern(t *testing.T) {
	t.Parallel()
	table, mux := access.NewTable(), http.NewServeMux()
	mount := func(p string) { mux.Handle(p, http.NotFoundHandler()) }
	draft := access.Route{Method: "PUT", Pattern: "/drafts/{name}", Permission: access.CaseRegister, Tenant: access.TenantSelf,
		Restricted: access.RestrictedSame, Event: access.NoEvent, NoEventWhy: "a draft is nobody's business but its writer's"}
	read := access.Route{Method: "GET", Pattern: "/api/v1/cases", Permission: access.CaseRead, Tenant: access.TenantOwn,
		Restricted: access.RestrictedSame, Event: access.NoEvent}
	for _, r := range []access.Route{draft, declared(), read} {
		if err := table.Mount(r, mount); err != nil {
			t.Fatal(err)
		}
	}
	if got := table.Routes(); !slices.Equal(got, []access.Route{read, declared(), draft}) {
		t.Errorf("routes %v", got)
	}
	if err := table.Register(read); err == nil {
		t.Error("the same route was declared twice")
	}
	req, err := http.NewRequest(http.MethodPost, "/api/v1/cases", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, pattern := mux.Handler(req); pattern != "POST /api/v1/cases" {
		t.Errorf("mounted as %q", pattern)
	}
}
