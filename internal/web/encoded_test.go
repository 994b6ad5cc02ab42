package web

import (
	"bytes"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"liaison/internal/errs"
)

func readEncoded(body io.Reader) (Form, error) {
	r := httptest.NewRequest(http.MethodPost, "/", body)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return ReadForm(r)
}

func TestATextThatIsTooLongLosesNothingBehindIt(t *testing.T) {
	t.Parallel()
	long := url.QueryEscape(strings.Repeat("日志", 200_000)) // 1.2 MB of text, 3.6 MB as it travels
	for name, body := range map[string]string{
		"one":                 "text=" + url.QueryEscape(strings.Repeat("日志", 400_000)) + "&reason=Driver+4+leaks.&then=resolved",
		"two":                 "text=" + long + "&more=" + long + "&reason=Driver+4+leaks.&then=resolved",
		"fits in no whole":    "more=" + strings.Repeat("x", 1<<20) + "&text=" + long + "&reason=Driver+4+leaks.&then=resolved",
		"behind what is said": "reason=Driver+4+leaks.&then=resolved&text=" + strings.Repeat("x", maxFormBytes),
	} {
		form, err := readEncoded(strings.NewReader(body))
		if e := errs.As(err); e.Kind != errs.Invalid || e.Fields[0].Key != "field.cut" {
			t.Errorf("%s: %v", name, err)
		}
		if form.Value("reason") != "Driver 4 leaks." || form.Value("then") != "resolved" {
			t.Errorf("%s: kept the reason %q and %q", name, form.Value("reason"), form.Value("then"))
		}
		if got := len([]rune(form.Value("text"))); got != MaxTyped && name != "two" {
			t.Errorf("%s: %d characters of the text are kept", name, got)
		}
	}
}

func TestAFormIsReadAsTheLibraryReadsIt(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 6))
	letters := []string{"a", "Z", "0", " ", "+", "%", "&", "=", ";", "\n", "\r\n", "é", "日", "😀", "\x00", "\"", "</textarea>", "#"}
	for range 500 {
		want := url.Values{}
		for range random.IntN(6) {
			name := "n" + letters[random.IntN(len(letters))]
			var value strings.Builder
			for range random.IntN(12) {
				value.WriteString(letters[random.IntN(len(letters))])
			}
			want.Add(name, value.String())
		}
		got, err := readEncoded(strings.NewReader(want.Encode()))
		if err != nil || !reflect.DeepEqual(got.values, want) {
			t.Fatalf("%q gives %v, %v", want.Encode(), got.values, err)
		}
	}
}

func TestAFormThatNoBrowserSendsIsMalformed(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"a=%", "a=%4", "a=%zz", "%g1=b", "a=%ff", "a=b&c=%e6%97", strings.Repeat("n", maxEntryName+1) + "=b"} {
		if _, err := readEncoded(strings.NewReader(body)); errs.KindOf(err) != errs.Malformed {
			t.Errorf("%.40q: %v", body, err)
		}
	}
	for body, want := range map[string]url.Values{"": {}, "&&": {}, "a": {"a": {""}}, "a&b=&=c": {"a": {""}, "b": {""}}, "a=1&a=2": {"a": {"1", "2"}}} {
		if got, err := readEncoded(strings.NewReader(body)); err != nil || !reflect.DeepEqual(got.values, want) {
			t.Errorf("%q: %v, %v", body, got.values, err)
		}
	}
	if _, err := readEncoded(strings.NewReader(strings.Repeat("a=b&", maxEntries+1))); errs.KindOf(err) != errs.TooLarge {
		t.Errorf("too many entries: %v", err)
	}
}

// What a stranger sends does not lie in memory.
func TestAHugeFormTakesLittleMemory(t *testing.T) { //nolint:paralleltest // it counts what the process allocates
	body := bytes.Repeat([]byte("%E6%97%A5"), maxFormBytes/9)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	form, err := readEncoded(io.MultiReader(strings.NewReader("text="), bytes.NewReader(body)))
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 || errs.KindOf(err) != errs.Invalid || len([]rune(form.Value("text"))) != MaxTyped {
		t.Errorf("%d MB taken, %v, %d bytes kept", used>>20, err, len(form.Value("text")))
	}
}
