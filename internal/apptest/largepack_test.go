package apptest_test

import (
	"archive/zip"
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"liaison/internal/apptest"
)

// padded is an archive with a comment of random letters behind its policy, stored as it is: a large pack.
func padded(t *testing.T, archive []byte, bytesMore int) []byte {
	t.Helper()
	in, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	random, line := rand.NewChaCha8([32]byte{12}), make([]byte, 50)
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range in.File {
		body, err := in.Open(f.Name)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(body)
		if err != nil {
			t.Fatal(err)
		}
		for more := bytesMore; strings.HasSuffix(f.Name, "policy.yaml") && more > 0; more -= 2*len(line) + 3 {
			_, _ = random.Read(line) // it never fails
			text = append(text, "\n# "+hex.EncodeToString(line)...)
		}
		to, err := w.CreateHeader(&zip.FileHeader{Name: f.Name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := to.Write(text); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// The page of the preview sends the pack back as text, which is longer than what people type into a form.
func TestALargePackIsPublishedByPage(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		archive, err := changedPack(t, "large", "2026-03-05").Archive()
		if err != nil {
			t.Fatal(err)
		}
		w.Clock.Set(berlin(t, "2026-03-04T16:00:00+01:00"))
		form := url.Values{"archive": {base64.RawURLEncoding.EncodeToString(padded(t, archive, 2<<20))}, "effective": {"2026-03-06T09:00"}}
		if got := w.In("sam.carter").Post("/admin/policy/publish", form); got.Status != http.StatusSeeOther || w.App.Editions.Book().Last().Pack.Edition != "large" {
			t.Errorf("%d: %.1000s", got.Status, got.Body)
		}
	})
}
