package web

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"liaison/internal/errs"
	"liaison/internal/text"
)

// posted reads a form of entries: name, value, ...; a name that begins with @ is a file.
func posted(t *testing.T, take func(string, io.Reader) error, entries ...string) (Form, error) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(entries); i += 2 {
		var err error
		if name, is := strings.CutPrefix(entries[i], "@"); is {
			var part io.Writer
			if part, err = w.CreateFormFile("files", name); err == nil {
				_, err = io.WriteString(part, entries[i+1])
			}
		} else {
			err = w.WriteField(entries[i], entries[i+1])
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodPost, "/", &b)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return ReadFiles(r, take)
}

func TestAFileThatFailsLosesNoWordThatFollowsIt(t *testing.T) {
	t.Parallel()
	full, taken := errs.New(errs.NoSpace, "error.disk_full"), 0
	form, err := posted(t, func(string, io.Reader) error { taken++; return full },
		"text", "Use the other driver.", "@a.log", "aaaa", "then", "resolved", "@b.log", "bbbb", "reason", "Driver 4 leaks.")
	if !errors.Is(err, full) || taken != 1 || form.Value("text") != "Use the other driver." || form.Value("then") != "resolved" || form.Value("reason") != "Driver 4 leaks." {
		t.Errorf("%v, %d files taken, kept %v", err, taken, form.values)
	}
}

func TestAnEntryThatIsTooLongIsCutAndTheRestIsKept(t *testing.T) {
	t.Parallel()
	form, err := posted(t, nil, "text", strings.Repeat("日志", 1<<20), "reason", "Driver 4 leaks.")
	if e := errs.As(err); e.Kind != errs.Invalid || e.Fields[0].Name != "text" || e.Fields[0].Key != "field.cut" {
		t.Errorf("%v", err)
	}
	if got := form.Value("text"); got != strings.Repeat("日志", MaxTyped/2) || form.Value("reason") != "Driver 4 leaks." {
		t.Errorf("kept %d bytes of the text, and the reason %q", len(got), form.Value("reason"))
	}
}

func TestBothKindsOfAFormHoldTheSameNumberOfEntries(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]error{maxEntries: nil, maxEntries + 1: errs.New(errs.TooLarge, "error.too_large")} {
		entries := slices.Repeat([]string{"a", "b"}, n)
		if form, err := posted(t, nil, entries...); errs.KindOf(err) != errs.KindOf(want) || len(form.Values("a")) != maxEntries {
			t.Errorf("%d parts: %v, %d kept", n, err, len(form.Values("a")))
		}
		if form, err := readEncoded(strings.NewReader(strings.Repeat("a=b&", n-1) + "a=b")); errs.KindOf(err) != errs.KindOf(want) || len(form.Values("a")) != maxEntries {
			t.Errorf("%d entries: %v, %d kept", n, err, len(form.Values("a")))
		}
	}
}

func TestNamesAndLongTextsAreUTF8Too(t *testing.T) {
	t.Parallel()
	for name, entry := range map[string][2]string{
		"a name":                  {"te\xffxt", "a"},
		"a text":                  {"text", "a\xff"},
		"a long one":              {"text", "\xff" + strings.Repeat("日志", 400_000)},
		"a long one in its midst": {"text", strings.Repeat("日", 1000) + "\xe6" + strings.Repeat("日志", 400_000)},
	} {
		if _, err := posted(t, nil, entry[0], entry[1]); errs.KindOf(err) != errs.Malformed {
			t.Errorf("%s in a part: %v", name, err)
		}
		if _, err := readEncoded(strings.NewReader(url.QueryEscape(entry[0]) + "=" + url.QueryEscape(entry[1]))); errs.KindOf(err) != errs.Malformed {
			t.Errorf("%s: %v", name, err)
		}
	}
	for n := range 4 { // a limit that falls into a character is no fault of the text
		if _, err := posted(t, nil, "text", strings.Repeat("x", n)+strings.Repeat("😀", 600_000)); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%d: %v", n, err)
		}
	}
}

// Every entry that a rule or a page finds fault with has a name, so that the summary above a form can say which it is.
func TestTheSummaryCanNameEveryEntry(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	programs := map[string]bool{ // entries of calls by programs and of files, which no form has
		"If-Match": true, "Idempotency-Key": true, "X-File-Name": true, "docs": true, "q": true,
		"mail_": true, "products[": true} // and two that are put together
	call, found := regexp.MustCompile(`BadField\("([^"]+)"`), 0
	err = filepath.WalkDir("..", func(path string, _ os.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range call.FindAllStringSubmatch(string(source), -1) {
			if found++; !programs[m[1]] && !words.Has("field.name."+m[1]) {
				t.Errorf("%s: the entry %q has no name: add field.name.%s", path, m[1], m[1])
			}
		}
		return err
	})
	if err != nil || found < 100 {
		t.Errorf("%d entries found, %v", found, err)
	}
}
