package web

import (
	"compress/gzip"
	"net/http"
	"strings"
	"sync"
)

// compressed sends pages compressed to those who asked for them from this site or by themselves (Sec-Fetch-Site).
// An answer that another site has a browser ask for stays as it is: who can choose a part of a page and watch how
// long the compressed page gets could guess its other parts, letter by letter (BREACH). Pages hold no token that
// guards a form, but they hold what customers wrote.
type compressed struct {
	next http.Handler
	zips sync.Pool // of *gzip.Writer: one costs more to make than a page to compress
}

// ServeHTTP answers.
func (c *compressed) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	from := r.Header.Get("Sec-Fetch-Site")
	if from != "same-origin" && from != "none" || !strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		c.next.ServeHTTP(w, r)
		return
	}
	page := &pageWriter{ResponseWriter: w, pool: &c.zips}
	defer page.finish()
	c.next.ServeHTTP(page, r)
}

// pageWriter compresses an answer that turns out to be HTML, and passes everything else through: files, streams of
// events, and answers without a body.
type pageWriter struct {
	http.ResponseWriter
	pool *sync.Pool
	zip  *gzip.Writer // nil: not compressed
	sent bool         // the header
}

// Unwrap lets http.ResponseController reach the connection.
func (w *pageWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// WriteHeader decides by the header.
func (w *pageWriter) WriteHeader(status int) {
	h := w.Header()
	if !w.sent && strings.HasPrefix(h.Get("Content-Type"), "text/html") && status != http.StatusNoContent && status != http.StatusNotModified {
		h.Add("Vary", "Accept-Encoding, Sec-Fetch-Site")
		h.Set("Content-Encoding", "gzip")
		h.Del("Content-Length")
		var ok bool
		if w.zip, ok = w.pool.Get().(*gzip.Writer); ok {
			w.zip.Reset(w.ResponseWriter)
		} else {
			w.zip, _ = gzip.NewWriterLevel(w.ResponseWriter, gzip.BestSpeed) // fails for a level that does not exist
		}
	}
	w.sent = true
	w.ResponseWriter.WriteHeader(status)
}

// Write writes a part of the body.
func (w *pageWriter) Write(b []byte) (int, error) {
	if !w.sent {
		w.WriteHeader(http.StatusOK)
	}
	if w.zip != nil {
		return w.zip.Write(b)
	}
	return w.ResponseWriter.Write(b)
}

// finish ends the compressed body. A handler that panics after it has begun to answer has its connection cut by
// net/http, as without compression.
func (w *pageWriter) finish() {
	if w.zip == nil {
		return
	}
	_ = w.zip.Close() // the reader has gone: nobody to tell
	w.zip.Reset(nil)
	w.pool.Put(w.zip)
}
