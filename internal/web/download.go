package web

import (
	"context"
	"io"
	"mime"
	"net/http"
	"strconv"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// SendFile hands out a file of a case: always to be saved, never to be shown or run in this site's name (F01). It
// closes body.
func SendFile(w http.ResponseWriter, f cases.Attachment, body io.ReadCloser) error {
	defer body.Close()
	h := w.Header()
	h.Set("Content-Type", f.ContentType)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if _, err := io.Copy(w, body); err != nil {
		panic(http.ErrAbortHandler) // the head is sent: only a cut connection tells the reader that the file is not whole
	}
	return nil
}

// SendHTML shows the HTML of a mail in a document of its own that runs nothing, loads nothing from elsewhere, posts
// nothing and stands in no frame but ours (H01, H06, H07, H09).
func SendHTML(w http.ResponseWriter, html string) {
	h := w.Header()
	h.Set("Content-Security-Policy", "sandbox allow-popups; default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'none'; base-uri 'none'; frame-ancestors 'self'")
	h.Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, html) // the browser has gone: nobody is left to tell
}

// SentHTML finds the HTML of a message that came by mail; cases.Service.MessageHTML is one.
type SentHTML func(ctx context.Context, a access.Actor, number string, message id.ID) (html string, err error)

// ShowSent serves a mail as it was sent: that of the {message} of the case {number}, or the one the case was filed with.
func ShowSent(find SentHTML) Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		message, text := id.ID{}, r.PathValue("message")
		if text != "" {
			var err error
			if message, err = id.Parse(text); err != nil || message.IsZero() {
				return errs.Missing()
			}
		}
		html, err := find(r.Context(), CurrentActor(r), r.PathValue("number"), message)
		if err != nil {
			return err
		}
		SendHTML(w, html)
		return nil
	}
}
