package api

import (
	"net/http"
	"reflect"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/inbound"
)

type heldListView struct {
	Items      []heldView `json:"items"`
	NextCursor *string    `json:"nextCursor"`
}

type heldView struct {
	ID            id.ID          `json:"id" format:"uuid"`
	Inbox         string         `json:"inbox"`
	Centre        string         `json:"centre"`
	ReceivedAt    time.Time      `json:"receivedAt"`
	From          string         `json:"from" doc:"address; empty when there is not exactly one sender"`
	FromName      string         `json:"fromName" doc:"as the mail claims"`
	Authenticated bool           `json:"authenticated" doc:"the sender's domain stands for the mail"`
	Subject       string         `json:"subject"`
	Text          string         `json:"text" doc:"plain text"`
	Reason        string         `json:"reason" doc:"code: why it waits"`
	State         string         `json:"state" enum:"held,adopted,released,discarded"`
	Customer      *string        `json:"customer" doc:"key of the customer whose matter it is"`
	Number        *string        `json:"number" doc:"of the case that it is about, or that was made of it"`
	Files         []heldFileView `json:"files"`
}

type heldFileView struct {
	Name        string `json:"name"`
	ContentType string `json:"contentType"`
	Size        int64  `json:"size"`
	Left        bool   `json:"left,omitempty" doc:"it was too large to be taken: nothing of it is kept"`
}

type adoptBody struct {
	System      string `json:"system" format:"uuid"`
	Environment string `json:"environment"`
	Product     string `json:"product"`
	Version     string `json:"version"`
	Priority    string `json:"priority" enum:"P1,P2,P3,P4"`
}

type releaseBody struct {
	Number string `json:"number" doc:"of the case"`
}

type discardBody struct {
	Reason string `json:"reason" enum:"spam,spoofed,duplicate,not_support,handled_otherwise"`
}

type correctionBody struct {
	System      string `json:"system" format:"uuid"`
	Environment string `json:"environment"`
	Product     string `json:"product"`
	Version     string `json:"version"`
}

func (a *API) heldOperations() []operation {
	route := func(method, pattern string, p access.Permission, event string) access.Route {
		return access.Route{Method: method, Pattern: "/api/v1" + pattern, Permission: p, Tenant: access.TenantOwn, Restricted: access.RestrictedSame, Event: event}
	}
	one := reflect.TypeFor[heldView]()
	return []operation{
		{Route: route("GET", "/held", access.HeldRead, access.NoEvent), id: "listHeld", summary: "Mail that waits for a person, the oldest first",
			query:  append(pageParams(), param{name: "state", in: "query", text: "held (default), or ignored: what machines wrote, for staff", kind: "string"}),
			answer: reflect.TypeFor[heldListView](), status: http.StatusOK, serve: (*call).listHeld},
		{Route: route("GET", "/held/{id}", access.HeldRead, access.NoEvent), id: "getHeld", summary: "One held mail", answer: one, status: http.StatusOK, serve: (*call).getHeld},
		{Route: route("POST", "/held/{id}/adopt", access.HeldAdopt, "mail.adopted"), id: "adoptHeld", summary: "Make a case of a colleague's mail",
			body: reflect.TypeFor[adoptBody](), answer: reflect.TypeFor[caseView](), status: http.StatusCreated, serve: (*call).adoptHeld},
		{Route: route("POST", "/held/{id}/release", access.HeldDecide, "mail.released"), id: "releaseHeld", summary: "Put a held mail on a case as its sender's message",
			body: reflect.TypeFor[releaseBody](), answer: one, status: http.StatusOK, serve: (*call).releaseHeld},
		{Route: route("POST", "/held/{id}/discard", access.HeldDecide, "mail.discarded"), id: "discardHeld", summary: "Put a held mail away",
			body: reflect.TypeFor[discardBody](), answer: one, status: http.StatusOK, serve: (*call).discardHeld},
		{Route: route("POST", "/cases/{number}/correction", access.CaseCorrect, "case.corrected"), id: "correctCase",
			summary: "Say which system, environment and version a case by mail is about", body: reflect.TypeFor[correctionBody](),
			answer: reflect.TypeFor[caseView](), status: http.StatusOK, serve: (*call).correctCase},
	}
}

func (c *call) heldView(m inbound.HeldMail) heldView {
	v := heldView{ID: m.ID, Inbox: m.Inbox, Centre: m.Centre, ReceivedAt: m.ReceivedAt.In(c.zone()), From: m.Sender, FromName: m.SenderName,
		Authenticated: m.Authenticated, Subject: m.Subject, Text: m.Body, Reason: m.Reason, State: string(m.State),
		Customer: orNull(m.CustomerKey), Number: orNull(m.CaseNumber), Files: []heldFileView{}}
	for _, f := range m.Files {
		v.Files = append(v.Files, heldFileView(f))
	}
	return v
}

func (c *call) listHeld() error {
	query, bad := c.r.URL.Query(), []errs.Field(nil)
	q := inbound.HeldQuery{Cursor: query.Get("cursor"), Limit: limitOf(query.Get("limit"), &bad)}
	switch query.Get("state") {
	case "", string(inbound.StateHeld):
	case string(inbound.StateIgnored):
		q.Ignored = true
	default:
		bad = append(bad, errs.BadField("state", "field.one_of", "allowed", "held, ignored"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	page, err := c.api.Inbound.Held(c.r.Context(), c.actor, q)
	if err != nil {
		return err
	}
	v := heldListView{Items: []heldView{}, NextCursor: orNull(page.Next)}
	for _, m := range page.Items {
		v.Items = append(v.Items, c.heldView(m))
	}
	return c.reply(v)
}

func (c *call) heldID() (id.ID, error) {
	mail, err := id.Parse(c.r.PathValue("id"))
	if err != nil {
		return mail, errs.Missing()
	}
	return mail, nil
}

func (c *call) getHeld() error {
	mail, err := c.heldID()
	if err != nil {
		return err
	}
	m, err := c.api.Inbound.HeldOne(c.r.Context(), c.actor, mail)
	if err != nil {
		return err
	}
	return c.reply(c.heldView(m))
}

func (c *call) adoptHeld() error {
	mail, err := c.heldID()
	var b adoptBody
	if err == nil {
		err = decode(c.raw, &b)
	}
	if err != nil {
		return err
	}
	system, bad := idOf("system", b.System)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	k, err := c.api.Inbound.Adopt(c.r.Context(), c.actor, mail, inbound.Adoption{System: system, Environment: b.Environment, Product: b.Product,
		Release: b.Version, Priority: cases.ParsePriority(b.Priority),
		Within: func(tx *db.Tx, k *cases.Case) error { return c.keepCase(tx, k) }})
	if err != nil {
		return err
	}
	return c.replyCase(k)
}

// idOf reads an id of the body; one that is none names nothing, as the use case will say.
func idOf(name, text string) (v id.ID, bad []errs.Field) {
	if text == "" {
		return v, []errs.Field{errs.BadField(name, "field.required")}
	}
	if parsed, err := id.Parse(text); err == nil {
		v = parsed
	}
	return v, nil
}

func (c *call) releaseHeld() error {
	mail, err := c.heldID()
	var b releaseBody
	if err == nil {
		err = decode(c.raw, &b)
	}
	if err == nil && b.Number == "" {
		err = errs.BadFields(errs.BadField("number", "field.required"))
	}
	if err == nil {
		err = c.api.Inbound.Release(c.r.Context(), c.actor, mail, inbound.ReleaseTo{Number: b.Number})
	}
	if err != nil {
		return err
	}
	return c.getHeld()
}

func (c *call) discardHeld() error {
	mail, err := c.heldID()
	var b discardBody
	if err == nil {
		err = decode(c.raw, &b)
	}
	if err == nil {
		err = c.api.Inbound.Discard(c.r.Context(), c.actor, mail, b.Reason)
	}
	if err != nil {
		return err
	}
	return c.getHeld()
}

func (c *call) correctCase() error {
	var b correctionBody
	if err := decode(c.raw, &b); err != nil {
		return err
	}
	system, bad := idOf("system", b.System)
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	k, err := c.api.Cases.Correct(c.r.Context(), c.actor, c.r.PathValue("number"), cases.Correction{System: system, Environment: b.Environment,
		Product: b.Product, Release: b.Version})
	if err != nil {
		return err
	}
	return c.replyCase(k)
}
