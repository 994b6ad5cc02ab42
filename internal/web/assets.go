package web

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"net/http"
	"path"
	"regexp"
	"strings"
	"sync"
)

// staticPrefix is the address under which assets are served: /static/<hash>/<name>. The hash is of all assets, so
// that a style sheet finds its font beside it, and a browser may keep what it has for ever.
const staticPrefix = "/static/"

//go:embed static
var staticFiles embed.FS

type assets struct {
	hash  string
	files map[string]*asset
	icons map[string]bool // the glyphs of the sprite
}

type asset struct {
	kind    string // media type
	plain   []byte
	zip     sync.Once
	gzipped []byte // set by zip
}

func loadAssets() (*assets, error) {
	a := &assets{files: map[string]*asset{}, icons: map[string]bool{}}
	sum := sha256.New()
	err := fs.WalkDir(staticFiles, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || mediaType(name) == "" {
			return err
		}
		body, err := staticFiles.ReadFile(name)
		if err != nil {
			return err
		}
		fmt.Fprintf(sum, "%s %d\n", name, len(body))
		sum.Write(body)
		a.files[strings.TrimPrefix(name, "static/")] = &asset{kind: mediaType(name), plain: body}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("assets: %w", err)
	}
	a.hash = hex.EncodeToString(sum.Sum(nil)[:8])
	for _, m := range regexp.MustCompile(`<symbol id="([^"]+)"`).FindAllSubmatch(a.files["icons.svg"].plain, -1) {
		a.icons[string(m[1])] = true
	}
	return a, nil
}

// mediaType is the type of an asset by its name; "" for what is embedded for readers of the code only.
func mediaType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".woff2":
		return "font/woff2"
	}
	return ""
}

// small is the asset compressed, nil where that gains nothing. It is made when it is first asked for: compressing well
// takes longer than everything else at the start of the program.
func (f *asset) small() []byte {
	if f.kind == "font/woff2" {
		return nil
	}
	f.zip.Do(func() {
		var b bytes.Buffer
		z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
		if err == nil {
			_, err = z.Write(f.plain)
		}
		if err == nil && z.Close() == nil { // a buffer takes everything
			f.gzipped = b.Bytes()
		}
	})
	return f.gzipped
}

// url is the address of an asset.
func (a *assets) url(name string) (string, error) {
	if _, ok := a.files[name]; !ok {
		return "", fmt.Errorf("no asset %q", name)
	}
	return staticPrefix + a.hash + "/" + name, nil
}

// ServeHTTP serves an asset. An address of another build gets the present file, to be asked for again: while a
// new version is rolled out, one server's pages may ask another server.
func (a *assets) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	hash, name, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, staticPrefix), "/")
	f, ok := a.files[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", f.kind)
	h.Set("Cache-Control", "no-cache")
	if hash == a.hash {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	body := f.plain
	if f.kind != "font/woff2" {
		h.Set("Vary", "Accept-Encoding")
		if zipped := f.small(); zipped != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = zipped
		}
	}
	h.Set("Content-Length", fmt.Sprint(len(body)))
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) //nolint:gosec // a file of the program; the browser is gone: nobody to tell
	}
}

// Icon reports whether the sprite has the glyph.
func (s *Site) Icon(name string) bool { return s.assets.icons[name] }
