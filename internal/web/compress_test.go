package web

import (
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestPagesAreCompressedOnlyForThoseWhoAskFromHere(t *testing.T) {
	t.Parallel()
	h := newHouse(t).Handler()
	for _, c := range []struct {
		from, accept string
		want         bool
	}{
		{"none", "gzip, br", true}, {"same-origin", "gzip", true}, {"none", "br", false}, {"", "gzip", false},
		{"cross-site", "gzip", false}, {"same-site", "gzip", false},
	} {
		r := httptest.NewRequest(http.MethodGet, "/sign-in", nil)
		r.Header.Set("Sec-Fetch-Site", c.from)
		r.Header.Set("Accept-Encoding", c.accept)
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != c.want {
			t.Errorf("from %q, accepting %q: compressed %v, want %v", c.from, c.accept, got, c.want)
		}
		var body io.Reader = w.Body
		if c.want {
			z, err := gzip.NewReader(w.Body)
			if err != nil {
				t.Fatal(err)
			}
			body = z
		}
		if b, err := io.ReadAll(body); err != nil || !strings.HasSuffix(strings.TrimSpace(string(b)), "</html>") {
			t.Errorf("from %q: the page does not end: %v", c.from, err)
		}
	}
}
