package web

import (
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"liaison/internal/access"
)

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// uploading mounts a route for large files that counts what it was sent.
func (h *house) uploading(t *testing.T, most int64) {
	t.Helper()
	err := h.Mount(Section{Name: "uploading", Routes: []Route{{MaxBody: most,
		Handle: func(w http.ResponseWriter, r *http.Request) error {
			if _, err := io.Copy(io.Discard, r.Body); err != nil {
				return brokenForm(err)
			}
			w.WriteHeader(http.StatusNoContent)
			return nil
		},
		Route: access.Route{Method: "POST", Pattern: "/upload", Permission: access.CaseRegister, Tenant: access.TenantOwn,
			Restricted: access.RestrictedSame, Event: "case.registered"}}}})
	if err != nil {
		t.Fatal(err)
	}
}

// send posts so many bytes to the uploading route.
func (h *house) send(as string, bytes int64) int {
	r := httptest.NewRequest(http.MethodPost, "/upload", io.LimitReader(zeros{}, bytes))
	r.AddCookie(&http.Cookie{Name: h.cookieName("session"), Value: as})
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, r)
	return w.Code
}

// What is read of a request is bounded by who sends it, and by nobody who came before.
func TestAStrangersBoundIsTheirsOnly(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.uploading(t, maxNobodyBody+2)
	if got := h.send("session-1", maxNobodyBody+1); got != http.StatusNoContent {
		t.Fatalf("a large file is answered with %d", got)
	}
	if got := h.send("ended", 10); got != http.StatusUnauthorized {
		t.Fatalf("a session that has ended is answered with %d", got)
	}
	if got := h.send("session-1", maxNobodyBody+1); got != http.StatusNoContent {
		t.Errorf("after a stranger's request a large file is answered with %d", got)
	}
	if got := h.send("session-1", maxNobodyBody+3); got != http.StatusRequestEntityTooLarge {
		t.Errorf("beyond the route's own bound: %d", got)
	}
}

// Run with the race detector, this fails where one request writes what another reads.
func TestRequestsShareNoBound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.uploading(t, 1<<30)
	var all sync.WaitGroup
	for _, as := range []string{"ended", "session-1", "ended", "session-1"} {
		all.Go(func() { h.send(as, 1000) })
	}
	all.Wait()
}
