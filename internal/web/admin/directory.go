package admin

import (
	"net/http"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// DirectoryPage is the tokens with which a customer's own directory keeps its people (SCIM).
type DirectoryPage struct {
	web.Page
	Form      web.Form
	Key, Name string
	Address   string // where the directory calls
	Secret    string // of the token just made; shown this once
	Tokens    []DirectoryTokenRow
	Empty     web.Empty
}

// DirectoryTokenRow is a token that works.
type DirectoryTokenRow struct {
	Name, Revoke string
	Made, Used   web.When
	Never        bool // the directory has not called with it
}

func (o Options) directoryRoutes() []web.Route {
	route := func(method, pattern, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: "/admin/customers/{key}/directory" + pattern, Permission: access.AdminDirectory,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}}
	}
	return []web.Route{
		route("GET", "", access.NoEvent, o.directory),
		route("POST", "", "directory_token.created", o.makeDirectoryToken),
		route("POST", "/{token}/revoke", "directory_token.revoked", o.revokeDirectoryToken),
	}
}

func (o Options) directory(w http.ResponseWriter, r *http.Request) error {
	return o.showDirectory(w, r, http.StatusOK, web.Form{}, "")
}

func (o Options) showDirectory(w http.ResponseWriter, r *http.Request, status int, form web.Form, secret string) error {
	ctx, actor, key := r.Context(), web.CurrentActor(r), r.PathValue("key")
	list, err := o.Accounts.DirectoryTokens(ctx, actor, key)
	if err != nil {
		return err
	}
	c, err := o.Accounts.CustomerOf(ctx, actor, key)
	if err != nil {
		return err
	}
	page := DirectoryPage{Page: o.Site.Page(r, "admin.directory.title", "customers"), Form: form, Key: key, Name: c.Name, Secret: secret, Address: o.URL + "/scim/v2"}
	page.Empty = web.Empty{Icon: "key-round", Title: page.T("admin.directory.none"), Text: page.T("admin.directory.none_text")}
	for _, t := range list {
		page.Tokens = append(page.Tokens, directoryRow(page.Page, key, t))
	}
	return o.Site.Render(w, r, status, page)
}

func directoryRow(p web.Page, key string, t account.DirectoryToken) DirectoryTokenRow {
	row := DirectoryTokenRow{Name: t.Name, Revoke: "/admin/customers/" + key + "/directory/" + t.ID.String() + "/revoke", Made: p.When(t.CreatedAt), Never: t.LastUsed == nil}
	if t.LastUsed != nil {
		row.Used = p.When(*t.LastUsed)
	}
	return row
}

// makeDirectoryToken answers with the page itself and not with a redirect: the secret is shown this once, and must not
// stand in an address.
func (o Options) makeDirectoryToken(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	_, secret, err := o.Accounts.CreateDirectoryToken(r.Context(), web.CurrentActor(r), r.PathValue("key"), form.Value("name"))
	if err == nil {
		return o.showDirectory(w, r, http.StatusOK, web.Form{}, secret)
	}
	typed, ok := o.Site.Page(r, "admin.directory.title", "customers").Explain(form, err)
	if !ok {
		return err
	}
	return o.showDirectory(w, r, web.StatusOf(err), typed, "")
}

func (o Options) revokeDirectoryToken(w http.ResponseWriter, r *http.Request) error {
	if _, err := web.ReadForm(r); err != nil { // nothing is read from it, and nothing that is wrong with it is let through
		return err
	}
	token, err := id.Parse(r.PathValue("token"))
	if err != nil {
		return errs.Missing()
	}
	key := r.PathValue("key")
	if err := o.Accounts.RevokeDirectoryToken(r.Context(), web.CurrentActor(r), key, token); err != nil {
		return err
	}
	return o.Site.Redirect(w, r, "/admin/customers/"+key+"/directory", "directory_token_gone", "")
}
