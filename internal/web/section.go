package web

import (
	"io/fs"
	"net/http"

	"liaison/internal/access"
)

// Every route of this package is open to all: it is how somebody comes to be somebody.
const noLineForNobody = "nobody may be signed in; what it does for a person the account slice records in its own transaction"

// Own is this package's own part of the site.
func (s *Site) Own() Section {
	pages, err := fs.Sub(ownTemplates, "templates/page")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return Section{Name: "web", Templates: pages, Pages: ownPages(), Routes: s.ownRoutes()}
}

func ownPages() []PageType {
	return []PageType{
		{"sign-in.html", SignInPage{}, CardLayout},
		{"resume.html", ResumePage{}, CardLayout},
		{"reset.html", ResetPage{}, CardLayout},
		{"new-password.html", NewPasswordPage{}, CardLayout},
		{"error.html", ErrorPage{}, CardLayout},
		{"help.html", HelpPage{}, CardLayout},
		{"components.html", ComponentsPage{}, PortalLayout},
	}
}

func (s *Site) ownRoutes() []Route {
	routes := []Route{
		public("GET", "/sign-in", access.SignIn, s.signInForm),
		public("POST", "/sign-in", access.SignIn, s.signIn),
		public("POST", "/sign-out", access.SignIn, s.signOut),
		public("GET", "/reset", access.SignIn, s.resetForm),
		public("POST", "/reset", access.SignIn, s.requestReset),
		public("GET", "/reset/{token}", access.SignIn, s.newPasswordForm),
		public("POST", "/reset/{token}", access.SignIn, s.setNewPassword),
		public("POST", "/preferences", access.SignIn, s.setPreferences),
		public("GET", "/help", access.PolicyRead, s.help),
	}
	if s.Components {
		routes = append(routes, public("GET", "/ui", access.PolicyRead, s.components))
	}
	return routes
}

func public(method, pattern string, permission access.Permission, h Handler) Route {
	route := Route{Handle: h, Route: access.Route{Method: method, Pattern: pattern, Permission: permission,
		Tenant: access.TenantPublic, Restricted: access.RestrictedSame, Event: access.NoEvent}}
	if method != http.MethodGet {
		route.NoEventWhy = noLineForNobody
	}
	return route
}

// HelpPage lists the keys for those without a script, and for the link of the menu.
type HelpPage struct{ Page }

func (s *Site) help(w http.ResponseWriter, r *http.Request) error {
	return s.Render(w, r, http.StatusOK, HelpPage{s.Page(r, "keys.title", "")})
}
