package api

import (
	"net/http"
	"net/url"
	"reflect"
	"unicode/utf8"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
	"liaison/internal/errs"
)

func (a *API) attachmentOperations() []operation {
	return []operation{{
		Route: access.Route{Method: "POST", Pattern: "/api/v1/attachments", Permission: access.CaseReply, Tenant: access.TenantOwn,
			Restricted: access.RestrictedRefused, Event: "file.uploaded"},
		id: "uploadAttachment", summary: "Upload a file: the bytes are the body; it is yours until it is used once",
		query:  []param{{name: "X-File-Name", in: "header", text: "percent-encoded UTF-8", kind: "string"}},
		answer: reflect.TypeFor[fileView](), status: http.StatusCreated, serve: (*call).upload,
	}}
}

func (c *call) upload() error {
	name, err := url.PathUnescape(c.r.Header.Get("X-File-Name"))
	if err != nil || name == "" || !utf8.ValidString(name) {
		return errs.BadFields(errs.BadField("X-File-Name", "field.file_name"))
	}
	f, err := c.api.Cases.Upload(c.r.Context(), c.actor, cases.NewFile{
		Name: name, Body: c.r.Body,
		Within: func(tx *db.Tx, f *cases.Attachment) error {
			if c.key != nil {
				c.key.Hash = c.sent.Sum(nil)
			}
			return c.keep(tx, fileViewOf(*f))
		},
	})
	if err != nil {
		return err
	}
	return c.reply(fileViewOf(*f))
}
