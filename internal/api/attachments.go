package api

import (
	"crypto/sha256"
	"io"
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
	sum := sha256.New()
	f, err := c.api.Cases.Upload(c.r.Context(), c.actor, cases.NewFile{
		Name: name, Body: io.TeeReader(c.r.Body, sum),
		Within: func(tx *db.Tx, f *cases.Attachment) error {
			if c.key != nil {
				c.key.Hash = sum.Sum(nil)
			}
			return c.keep(tx, fileViewOf(*f))
		},
	})
	if err != nil {
		return err
	}
	return c.reply(fileViewOf(*f))
}

// hashOf reads a body to its end to know what was sent, without keeping it.
func hashOf(r io.Reader) ([]byte, error) {
	sum := sha256.New()
	if _, err := io.Copy(sum, r); err != nil {
		return nil, errs.Because(errs.Malformed, "error.upload_cut", err)
	}
	return sum.Sum(nil), nil
}
