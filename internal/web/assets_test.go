package web

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"
)

func TestVendoredFilesAreWhatWasReviewed(t *testing.T) {
	t.Parallel()
	list, err := staticFiles.ReadFile("static/vendor/SHA256SUMS")
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{}
	for line := range strings.Lines(string(list)) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		want["static/"+name] = sum
	}
	err = fs.WalkDir(staticFiles, "static/vendor", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(name, "SHA256SUMS") {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		sum := sha256.Sum256(body)
		if got := hex.EncodeToString(sum[:]); got != want[name] {
			t.Errorf("%s: %s, the list says %q", name, got, want[name])
		}
		delete(want, name)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range want {
		t.Errorf("%s is listed and not there", name)
	}
}

func TestFirstVisitIsSmall(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	total := len(read(t, h.ask("GET", "/ui", "session-1", nil)))
	for name, f := range h.assets.files {
		size := len(f.plain)
		if zipped := f.small(); zipped != nil {
			size = len(zipped)
		}
		t.Logf("%s: %d", name, size)
		total += size
	}
	if total > 120_000 {
		t.Errorf("a first visit takes %d bytes", total)
	}
	if n := len(h.assets.files["app.js"].plain); n >= 10_000 {
		t.Errorf("app.js has %d bytes", n)
	}
}

func TestAssetIsKeptForEverUnderItsHash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, tt := range []struct{ path, encoding, cache, kind string }{
		{"/static/" + h.assets.hash + "/app.css", "gzip", "immutable", "text/css"},
		{"/static/" + h.assets.hash + "/icons.svg", "gzip", "immutable", "image/svg+xml"},
		{"/static/" + h.assets.hash + "/vendor/inter-latin-wght-normal.woff2", "", "immutable", "font/woff2"},
		{"/static/0123456789abcdef/app.js", "gzip", "no-cache", "text/javascript"},
	} {
		res := h.ask("GET", tt.path, "", nil, "Accept-Encoding", "gzip, br")
		if res.StatusCode != http.StatusOK || res.Header.Get("Content-Encoding") != tt.encoding || !strings.Contains(res.Header.Get("Cache-Control"), tt.cache) || !strings.HasPrefix(res.Header.Get("Content-Type"), tt.kind) {
			t.Errorf("%s: %d %v", tt.path, res.StatusCode, res.Header)
		}
	}
	for _, path := range []string{"/static/", "/static/x/../site.go", "/static/x/vendor/SHA256SUMS", "/static/x/none.css"} {
		if res := h.ask("GET", path, "", nil); res.StatusCode == http.StatusOK {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

func TestStyleSheetIsTheOnlyOneWithColours(t *testing.T) {
	t.Parallel()
	js, err := staticFiles.ReadFile("static/app.js")
	if err != nil {
		t.Fatal(err)
	}
	if hit := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|rgb\(|innerHTML|eval\(`).Find(js); hit != nil {
		t.Errorf("app.js holds %s", hit)
	}
}
