package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/errs"
)

func (a *API) bookOperations() []operation {
	return []operation{{Route: access.Route{Method: "GET", Pattern: "/api/v1/customers/{key}/books", Permission: access.BooksRead, Tenant: access.TenantStaff,
		Restricted: access.RestrictedSame, Event: access.NoEvent}, id: "customerBooks",
		summary: "Agreements, orders, bought seats, contacts, liaisons and people with access of a customer, as they were recorded at an instant",
		query: []param{{name: "at", in: "query", text: "RFC 3339; now when left out", kind: "string"},
			{name: "on", in: "query", text: "day of the vendor's zone, as it stood when it ended; instead of at", kind: "string"}},
		answer: reflect.TypeFor[books.Books](), status: http.StatusOK, serve: (*call).customerBooks}}
}

func (c *call) customerBooks() error {
	at, err := c.bookedAt()
	if err != nil {
		return err
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

// bookedAt is the instant whose books are asked for: now, one by name, or the end of a day.
func (c *call) bookedAt() (at time.Time, err error) {
	q := c.r.URL.Query()
	instant, on := q.Get("at"), q.Get("on")
	switch {
	case instant != "" && on != "":
		return at, errs.BadFields(errs.BadField("on", "field.not_allowed"))
	case instant != "":
		if at, err = time.Parse(time.RFC3339, instant); err != nil {
			return at, errs.BadFields(errs.BadField("at", "field.instant"))
		}
		return at.UTC().Truncate(time.Microsecond), nil
	case on != "":
		day, err := calendar.ParseDate(on)
		if err != nil {
			return at, errs.BadFields(errs.BadField("on", "rights.field_day"))
		}
		return day.AddDays(1).StartIn(c.api.Policy.Now().Vendor.Zone).Add(-time.Microsecond), nil
	}
	return c.api.Clock.Now(), nil
}
