package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// Tokens with which customers' own directories call (SCIM); administrators make and revoke them.

type directoryTokenView struct {
	ID        id.ID     `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	// LastUsedAt is left out where the directory has never called.
	LastUsedAt *time.Time `json:"lastUsedAt,omitempty" doc:"to within five minutes"`
}

type newDirectoryTokenView struct {
	ID        id.ID     `json:"id" format:"uuid"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"createdAt"`
	Token     string    `json:"token" doc:"shown this once"`
}

type directoryTokensView struct {
	Items []directoryTokenView `json:"items"`
}

type directoryTokenNameBody struct {
	Name string `json:"name" doc:"which directory it is for"`
}

func (a *API) directoryOperations() []operation {
	route := func(method, pattern, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1/customers/{key}/directory-tokens" + pattern, Permission: access.AdminDirectory,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}
	}
	return []operation{
		{Route: route("GET", "", access.NoEvent), id: "listDirectoryTokens", summary: "Tokens of a customer's directory (SCIM)",
			answer: reflect.TypeFor[directoryTokensView](), status: http.StatusOK, serve: (*call).directoryTokens},
		{Route: route("POST", "", "directory_token.created"), id: "createDirectoryToken", summary: "Make a token for a customer's directory (SCIM)",
			body: reflect.TypeFor[directoryTokenNameBody](), answer: reflect.TypeFor[newDirectoryTokenView](), status: http.StatusCreated, serve: (*call).newDirectoryToken},
		{Route: route("DELETE", "/{token}", "directory_token.revoked"), id: "revokeDirectoryToken", summary: "End a token of a customer's directory at once",
			answer: reflect.TypeFor[directoryTokensView](), status: http.StatusOK, serve: (*call).revokeDirectoryToken},
	}
}

func (c *call) directoryTokens() error {
	list, err := c.api.Accounts.DirectoryTokens(c.r.Context(), c.actor, c.r.PathValue("key"))
	if err != nil {
		return err
	}
	v := directoryTokensView{Items: []directoryTokenView{}}
	for _, t := range list {
		v.Items = append(v.Items, c.directoryToken(t))
	}
	return c.reply(v)
}

func (c *call) directoryToken(t account.DirectoryToken) directoryTokenView {
	v := directoryTokenView{ID: t.ID, Name: t.Name, CreatedAt: t.CreatedAt.In(c.zone())}
	if t.LastUsed != nil {
		used := t.LastUsed.In(c.zone())
		v.LastUsedAt = &used
	}
	return v
}

// newDirectoryToken is not kept for an Idempotency-Key: the secret would be.
func (c *call) newDirectoryToken() error {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	var in directoryTokenNameBody
	if err := decode(c.raw, &in); err != nil {
		return err
	}
	t, secret, err := c.api.Accounts.CreateDirectoryToken(c.r.Context(), c.actor, c.r.PathValue("key"), in.Name)
	if err != nil {
		return err
	}
	return c.reply(newDirectoryTokenView{t.ID, t.Name, t.CreatedAt.In(c.zone()), secret})
}

func (c *call) revokeDirectoryToken() error {
	token, err := id.Parse(c.r.PathValue("token"))
	if err != nil {
		token = id.ID{}
	}
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return err
	}
	if token.IsZero() {
		return errs.Missing()
	}
	if err := c.api.Accounts.RevokeDirectoryToken(c.r.Context(), c.actor, c.r.PathValue("key"), token); err != nil {
		return err
	}
	return c.directoryTokens()
}
