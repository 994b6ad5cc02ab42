package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/errs"
)

func (a *API) bookOperations() []operation {
	return []operation{{Route: access.Route{Method: "GET", Pattern: "/api/v1/customers/{key}/books", Permission: access.BooksRead, Tenant: access.TenantStaff,
		Restricted: access.RestrictedSame, Event: access.NoEvent}, id: "customerBooks",
		summary: "Agreements, orders, bought seats, contacts and liaisons of a customer, as they were recorded at an instant",
		query:   []param{{name: "at", in: "query", text: "RFC 3339; now when left out", kind: "string"}},
		answer:  reflect.TypeFor[books.Books](), status: http.StatusOK, serve: (*call).customerBooks}}
}

func (c *call) customerBooks() error {
	at := c.api.Clock.Now()
	if text := c.r.URL.Query().Get("at"); text != "" {
		t, err := time.Parse(time.RFC3339, text)
		if err != nil {
			return errs.BadFields(errs.BadField("at", "field.instant"))
		}
		at = t.UTC().Truncate(time.Microsecond)
	}
	if err := access.Check(c.actor, access.BooksRead); err != nil {
		return err
	}
	customer, err := c.named(c.r.PathValue("key"))
	if err != nil {
		return err
	}
	b, err := c.api.Books.AsOf(c.r.Context(), c.actor, customer, at)
	if err != nil {
		return err
	}
	b.At = b.At.In(c.zone())
	return c.reply(b)
}
