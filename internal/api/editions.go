package api

import (
	"encoding/base64"
	"mime"
	"net/http"
	"reflect"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/calendar"
	"liaison/internal/db"
	"liaison/internal/edition"
	"liaison/internal/errs"
	"liaison/internal/report"
)

type packDraftBody struct {
	Archive     string    `json:"archive" doc:"base64 of a zip with the folder of the pack"`
	EffectiveAt time.Time `json:"effectiveAt" doc:"from when it holds; in the future, two years ahead at most, and later than every other edition"`
}

type packPreviewBody struct {
	Archive     string    `json:"archive" doc:"base64 of a zip with the folder of the pack"`
	EffectiveAt time.Time `json:"effectiveAt" doc:"from when it would hold; in the future, two years ahead at most, and later than every other edition"`
	On          string    `json:"on,omitempty" doc:"date on which to look for systems that lose support; without it, from effectiveAt on"`
}

type publishedListView struct {
	Items []edition.Published `json:"items"`
}

type packArchiveView struct {
	Edition string `json:"edition"`
	Archive string `json:"archive" doc:"base64 of a zip with the files of the pack"`
}

type packPublishedView struct {
	Edition     string     `json:"edition"`
	EffectiveAt *time.Time `json:"effectiveAt" doc:"from when it holds; null: since ever"`
	Published   bool       `json:"published" doc:"false: it was published before, with these very files"`
	InForce     string     `json:"editionInForce" doc:"at present: another one where this does not hold yet, or holds no more"`
}

// withdrawBody has nothing in it: the address says all.
type withdrawBody struct{}

type withdrawnView struct {
	Edition     string    `json:"edition"`
	EffectiveAt time.Time `json:"effectiveAt" doc:"from when it would have held"`
	Withdrawn   bool      `json:"withdrawn" doc:"false: it was withdrawn before"`
	Told        bool      `json:"told" doc:"liaisons were told of the edition, and are told that it is withdrawn"`
}

func (a *API) editionOperations() []operation {
	route := func(method, pattern, event string) access.Route {
		r := access.Route{Method: method, Pattern: "/api/v1" + pattern, Permission: access.AdminPolicy, Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}
		if event == access.NoEvent && method != "GET" {
			r.NoEventWhy = "a preview computes and stores nothing"
		}
		return r
	}
	month := access.Route{Method: "GET", Pattern: "/api/v1/statements/{month}", Permission: access.StatementRead, Tenant: access.TenantOwn, Restricted: access.RestrictedSame, Event: access.NoEvent}
	body := reflect.TypeFor[packDraftBody]()
	whose := []param{{name: "customer", in: "query", text: "key of the customer, for staff", kind: "string"}}
	return []operation{
		{Route: route("GET", "/admin/editions", access.NoEvent), id: "listEditions", summary: "The editions of the policy, the newest first",
			answer: reflect.TypeFor[publishedListView](), status: http.StatusOK, serve: (*call).listEditions},
		{Route: route("GET", "/admin/editions/{edition}", access.NoEvent), id: "getEdition", summary: "The files of an edition",
			answer: reflect.TypeFor[packArchiveView](), status: http.StatusOK, serve: (*call).getEdition},
		{Route: route("POST", "/admin/editions/preview", access.NoEvent), id: "previewEdition", summary: "What publishing a pack would do",
			body: reflect.TypeFor[packPreviewBody](), answer: reflect.TypeFor[edition.Preview](), status: http.StatusOK, serve: (*call).previewEdition},
		{Route: route("POST", "/admin/editions", "policy.published"), id: "publishEdition", summary: "Make a pack an edition that holds from an instant on",
			body: body, answer: reflect.TypeFor[packPublishedView](), status: http.StatusCreated, serve: (*call).publishEdition},
		{Route: route("POST", "/admin/editions/{edition}/withdrawal", "policy.withdrawn"), id: "withdrawEdition", summary: "Withdraw an edition that is announced and does not hold yet",
			body: reflect.TypeFor[withdrawBody](), answer: reflect.TypeFor[withdrawnView](), status: http.StatusOK, serve: (*call).withdrawEdition},
		{Route: month, id: "getStatement", summary: "The service statement of a month that is over: signed, or with Accept: text/csv as a table", query: whose, table: true,
			answer: reflect.TypeFor[report.Signed](), status: http.StatusOK, serve: (*call).statement},
	}
}

func (c *call) listEditions() error {
	all, err := c.api.Editions.List(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	return c.reply(publishedListView{all})
}

func (c *call) getEdition() error {
	name := c.r.PathValue("edition")
	archive, err := c.api.Editions.Export(c.r.Context(), c.actor, name)
	if err != nil {
		return err
	}
	return c.reply(packArchiveView{name, base64.StdEncoding.EncodeToString(archive)})
}

// packBody reads what was sent. Who may not publish is told so before anything is read.
func (c *call) packBody(into any) error {
	if err := access.Check(c.actor, access.AdminPolicy); err != nil {
		return err
	}
	return decode(c.raw, into)
}

// draft reads the pack of a body; other are fields of it that are wrong already.
func (c *call) draft(b packDraftBody, other ...errs.Field) (d edition.Draft, err error) {
	archive, err := base64.StdEncoding.DecodeString(b.Archive)
	var bad []errs.Field
	if b.Archive == "" {
		bad = append(bad, errs.BadField("archive", "field.required"))
	} else if err != nil {
		bad = append(bad, errs.BadField("archive", "field.base64"))
	}
	if b.EffectiveAt.IsZero() {
		bad = append(bad, errs.BadField("effectiveAt", "field.required"))
	}
	if err := errs.BadFields(append(bad, other...)...); err != nil {
		return d, err
	}
	d.Effective = b.EffectiveAt.UTC()
	d.Pack, err = c.api.Editions.Read(archive)
	return d, err
}

func (c *call) previewEdition() error {
	var b packPreviewBody
	if err := c.packBody(&b); err != nil {
		return err
	}
	var on calendar.Date
	var bad []errs.Field
	if b.On != "" {
		var err error
		if on, err = calendar.ParseDate(b.On); err != nil {
			bad = append(bad, errs.BadField("on", "rights.field_day"))
		}
	}
	d, err := c.draft(packDraftBody{b.Archive, b.EffectiveAt}, bad...)
	if err != nil {
		return err
	}
	v, err := c.api.Editions.Preview(c.r.Context(), c.actor, d.Pack, d.Effective, on)
	if err != nil {
		return err
	}
	if err := c.keepAlone(v); err != nil {
		return err
	}
	return c.reply(v)
}

func (c *call) publishEdition() error {
	var b packDraftBody
	if err := c.packBody(&b); err != nil {
		return err
	}
	d, err := c.draft(b)
	if err != nil {
		return err
	}
	var v packPublishedView
	_, err = c.api.Editions.PublishWithin(c.r.Context(), c.actor, d.Pack, d.Effective, func(tx *db.Tx, done bool) error {
		v = c.published(d, done)
		return c.keep(tx, v)
	})
	if err != nil {
		return err
	}
	return c.reply(v)
}

// published is what became of a pack that was sent. One that was published before holds from then.
func (c *call) published(d edition.Draft, done bool) packPublishedView {
	from := d.Effective
	if e, ok := c.api.Policy.Book().Named(d.Pack.Edition); ok && !done {
		from = e.From
	}
	v := packPublishedView{Edition: d.Pack.Edition, Published: done, InForce: c.api.Policy.Now().Edition}
	if !from.IsZero() {
		at := from.In(c.zone())
		v.EffectiveAt = &at
	}
	return v
}

func (c *call) withdrawEdition() error {
	if err := access.Check(c.actor, access.AdminPolicy); err != nil {
		return err
	}
	if err := decode(c.raw, &withdrawBody{}); err != nil {
		return err
	}
	var v withdrawnView
	_, err := c.api.Editions.Withdraw(c.r.Context(), c.actor, c.r.PathValue("edition"), func(tx *db.Tx, w edition.Withdrawal) error {
		v = withdrawnView{w.Edition, w.Effective.In(c.zone()), !w.Withdrawn, w.Told}
		return c.keep(tx, v)
	})
	if err != nil {
		return err
	}
	return c.reply(v)
}

func (c *call) made() (report.Made, error) {
	return c.api.Reports.Make(c.r.Context(), c.actor, c.r.URL.Query().Get("customer"), c.r.PathValue("month"))
}

func (c *call) statement() error {
	m, err := c.made()
	if err != nil {
		return err
	}
	c.w.Header().Set("Vary", "Accept")
	if c.wantsTable() {
		lines, err := report.CSV(m.Statement)
		if err == nil {
			writeBody(c.w, http.StatusOK, "text/csv; charset=utf-8", lines)
		}
		return err
	}
	writeBody(c.w, http.StatusOK, "application/json", m.File)
	return nil
}

// wantsTable reports whether the caller would rather have CSV than JSON.
func (c *call) wantsTable() bool {
	table, signed := 0.0, 0.0
	for part := range strings.SplitSeq(strings.Join(c.r.Header.Values("Accept"), ","), ",") {
		kind, params, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		weight := 1.0
		if q, err := strconv.ParseFloat(params["q"], 64); err == nil {
			weight = q
		}
		switch kind {
		case "text/csv":
			table = max(table, weight)
		case "application/json":
			signed = max(signed, weight)
		}
	}
	return table > signed
}
