package archive_test

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liaison/internal/archive"
	"liaison/internal/clock"
	"liaison/internal/db/dbtest"
)

// entry is one member of an archive that a test changes.
type entry struct {
	head tar.Header
	body []byte
}

func entries(t *testing.T, path string) (all []entry) {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for r := tar.NewReader(f); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, entry{*h, body})
	}
}

func write(t *testing.T, all []entry) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range all {
		h := e.head
		h.Size = int64(len(e.body))
		if err := w.WriteHeader(&h); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return save(t, b.Bytes())
}

func save(t *testing.T, text []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "changed.liaison")
	if err := os.WriteFile(path, text, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func plainFile(name, body string) entry {
	return entry{tar.Header{Typeflag: tar.TypeReg, Name: name, Mode: 0o600}, []byte(body)}
}

func link(kind byte, name, to string) entry {
	return entry{tar.Header{Typeflag: kind, Name: name, Linkname: to, Mode: 0o600}, nil}
}

// F06: an archive that was made to write elsewhere, or was changed, is refused as a whole and leaves nothing.
func TestAChangedArchiveIsRefusedAndLeavesNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t, dbtest.SQLite(t, clock.NewStepping(dbtest.Start())))
	path, _ := w.backup()
	good := entries(t, path)
	const file = "files/01980000-0000-7000-8000-000000000001"
	second := func(e entry) []entry { return slices.Insert(slices.Clone(good), 1, e) }
	changed := func(i int, f func(*entry)) []entry {
		all := slices.Clone(good)
		all[i].body = bytes.Clone(all[i].body)
		f(&all[i])
		return all
	}
	last := len(good) - 1
	for name, c := range map[string]struct {
		all  []entry
		want string
	}{
		"climbs":                 {second(plainFile("../evil", "x")), "archive.bad_member"},
		"climbs below files":     {second(plainFile("files/../../evil", "x")), "archive.bad_member"},
		"climbs with backslash":  {second(plainFile(`files\..\evil`, "x")), "archive.bad_member"},
		"an absolute name":       {second(plainFile("/etc/evil", "x")), "archive.bad_member"},
		"a dot before":           {second(plainFile("./"+file, "x")), "archive.bad_member"},
		"an id in capitals":      {second(plainFile(strings.ToUpper(file[6:]), "x")), "archive.bad_member"},
		"a symbolic link":        {second(link(tar.TypeSymlink, file, "/etc/passwd")), "archive.bad_member"},
		"a hard link":            {second(link(tar.TypeLink, file, "installation.key")), "archive.bad_member"},
		"a folder":               {second(link(tar.TypeDir, "files/", "")), "archive.bad_member"},
		"a device":               {second(link(tar.TypeChar, file, "")), "archive.bad_member"},
		"the key":                {second(plainFile("installation.key", "x")), "archive.bad_member"},
		"a member twice":         {second(good[1]), "archive.bad_member"},
		"a file not in the list": {second(plainFile(file, "x")), "archive.unlisted_member"},
		"a file taken out":       {slices.Delete(slices.Clone(good), 1, 2), "archive.missing_member"},
		"a byte changed":         {changed(1, func(e *entry) { e.body[5] ^= 1 }), "archive.wrong_member"},
		"no rows":                {slices.Delete(slices.Clone(good), last-1, last), "archive.missing_member"},
		"no list":                {good[:last], "archive.cut"},
		"something after":        {append(slices.Clone(good), plainFile(file, "x")), "archive.bad_member"},
		"another root":           {changed(last, func(e *entry) { e.body = anotherRoot(e.body) }), "archive.journal_differs"},
		"a newer form":           {changed(0, func(e *entry) { e.body = []byte("2\n") }), "archive.newer_format"},
		"no archive of ours":     {good[1:], "archive.not_one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused(t, write(t, c.all), c.want)
		})
	}
	text, err := os.ReadFile(path)
	w.must(err)
	refused(t, save(t, text[:len(text)/2]), "archive.cut")
	refused(t, save(t, []byte("no tar at all")), "archive.not_one")
	refused(t, filepath.Join(t.TempDir(), "nowhere"), "archive.no_such_file")
}

func anotherRoot(manifest []byte) []byte {
	return bytes.Replace(manifest, []byte(`"root": "`), []byte(`"root": "A`), 1)
}

// refused expects the same refusal from restoring and from verifying, with nothing left in the data folder.
func refused(t *testing.T, path, want string) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	if _, err := archive.Unpack(context.Background(), path, dir, nil); keyOf(t, err) != want {
		t.Errorf("restoring gives %v, want %s", err, want)
	}
	if left, _ := os.ReadDir(dir); len(left) != 0 {
		t.Errorf("left in the data folder: %v", left)
	}
	if _, err := archive.VerifyFile(context.Background(), path, nil); keyOf(t, err) != want {
		t.Errorf("verifying gives %v, want %s", err, want)
	}
}
