package web

import (
	"io"
	"mime"
	"net/http"
	"strconv"

	"liaison/internal/cases"
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
