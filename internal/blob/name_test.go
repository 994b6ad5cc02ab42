package blob_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"liaison/internal/blob"
)

func TestFileNamesBecomeHarmless(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("长", 100)
	for _, c := range []struct{ why, in, want string }{
		{"an ordinary name stays", "server.log", "server.log"},
		{"Chinese stays", "启动日志 2026.2.txt", "启动日志 2026.2.txt"},
		{"German stays", "Übersicht März.pdf", "Übersicht März.pdf"},
		{"a climbing path", "../../etc/passwd", "passwd"},
		{"a Windows path", `C:\Users\chen\dump.zip`, "dump.zip"},
		{"only a climb", "../", "file"},
		{"only dots", "..", "file"},
		{"nothing", "", "file"},
		{"an encoded climb", "..%2f..%5Cx.txt", "x.txt"},
		{"the extended form of a header", "utf-8''..%2f%E6%97%A5%E5%BF%97.txt", "日志.txt"},
		{"the extended form with nothing but a climb", "utf-8''..%2f", "file"},
		{"a second ending behind a semicolon", "x.html;.png", "x.html_.png"},
		{"a zero byte", "x.php\x00.png", "x.php.png"},
		{"zero-width characters", "in\u200bvoice\ufeff.pd\u200df", "invoice.pdf"},
		{"an override of direction that hides exe", "photo\u202egnp.exe", "photognp.exe"},
		{"line ends for a header", "a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"},
		{"a hidden file", ".htaccess", "htaccess"},
		{"a stream of NTFS", "report.txt::$DATA", "report.txt__$DATA"},
		{"dots and spaces at the end", "report.exe. . ", "report.exe"},
		{"a device", "con.txt", "_con.txt"},
		{"a device with a digit above", "COM¹", "_COM¹"},
		{"no device", "console.txt", "console.txt"},
		{"slashes of other scripts", "a／b⁄c.txt", "a_b_c.txt"},
		{"bad UTF-8", "a\xff\xfeb.txt", "ab.txt"},
		{"a long name keeps its ending", long + ".tar.gz", strings.Repeat("长", 65) + ".gz"},
	} {
		if got := blob.CleanName(c.in); got != c.want {
			t.Errorf("%s: CleanName(%q) = %q, want %q", c.why, c.in, got, c.want)
		}
	}
}

func checkName(t interface{ Fatalf(string, ...any) }, in string) {
	got := blob.CleanName(in)
	switch {
	case got == "" || len(got) > 200 || !utf8.ValidString(got):
		t.Fatalf("CleanName(%q) = %q: empty, too long or no UTF-8", in, got)
	case strings.ContainsAny(got, "/\\<>:\"|?*;%\r\n\x00") || strings.HasPrefix(got, "."):
		t.Fatalf("CleanName(%q) = %q: holds a reserved character", in, got)
	case strings.ContainsFunc(got, func(r rune) bool { return unicode.In(r, unicode.C, unicode.Zl, unicode.Zp) }):
		t.Fatalf("CleanName(%q) = %q: holds a character that cannot be seen", in, got)
	case blob.CleanName(got) != got:
		t.Fatalf("CleanName(%q) = %q, cleaned again %q", in, got, blob.CleanName(got))
	}
}

func TestCleanNamesHoldNothingHarmfulAndStayAsTheyAre(t *testing.T) {
	t.Parallel()
	part := rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"../", "%2f", "%2", "utf-8''", "UTF-8''", "%25", "\u200b", "\u202e",
		";", ".", " ", "con", "com1", "日志", "．", "\u00ad", strings.Repeat("长", 70), ".html", "%00", "%e2%80%8b"}))
	rapid.Check(t, func(t *rapid.T) {
		checkName(t, strings.Join(rapid.SliceOfN(part, 0, 8).Draw(t, "parts"), ""))
	})
}

func FuzzCleanName(f *testing.F) {
	for _, s := range []string{"../", "a\u200bb", "utf-8''..%2f", "x.html;.png", "CON. .txt", "utf-8''utf-8''%25252f"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) { checkName(t, s) })
}

func TestOnlyHarmlessTypesAreServedAsSuch(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a.PNG": "image/png", "启动.log": "text/plain; charset=utf-8", "a.html": "application/octet-stream",
		"a.svg": "application/octet-stream", "a.xml": "application/octet-stream", "a": "application/octet-stream",
		"a.png.html": "application/octet-stream", "a.js": "application/octet-stream",
	} {
		if got := blob.ContentType(name); got != want {
			t.Errorf("ContentType(%q) = %q, want %q", name, got, want)
		}
	}
}
