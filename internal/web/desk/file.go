package desk

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// download sends a file of a case to be saved, never to be shown in the site's own name.
func (d *desk) download(w http.ResponseWriter, r *http.Request) error {
	file, err := id.Parse(r.PathValue("file"))
	if err != nil {
		return errs.Missing()
	}
	f, body, err := d.Cases.Download(r.Context(), web.CurrentActor(r), r.PathValue("number"), file)
	if err != nil {
		return err
	}
	defer body.Close()
	h := w.Header()
	h.Set("Content-Type", f.ContentType)
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	_, err = io.Copy(w, body)
	if err != nil {
		panic(http.ErrAbortHandler) // a broken file must not look whole
	}
	return nil
}
