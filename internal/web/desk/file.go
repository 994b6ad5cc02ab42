package desk

import (
	"net/http"

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
	return web.SendFile(w, f, body)
}
