package sheet_test

import (
	"encoding/csv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liaison/internal/sheet"
)

// Security H12: what a spreadsheet would run is marked, whatever parts its cells; what is harmless stays as it is.
func TestACellThatASpreadsheetWouldRunIsMarked(t *testing.T) {
	t.Parallel()
	for cell, want := range map[string]string{
		"=1+1": "'=1+1", "+49 30 1": "'+49 30 1", "-cmd": "'-cmd", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t'=1", "\r=1": "'\r'=1", "\n=1": "'\n'=1", "\x00=1": "'\x00=1",
		"  =1": "  '=1", "＝1": "'＝1", "－1": "'－1", "＠x": "'＠x", "a;=1": "a;'=1", "a; =1": "a; '=1", "a\n@x": "a\n'@x", "a\t+1": "a\t'+1",
		"-5": "-5", "-5.25": "-5.25", "--5": "'--5", "-5;=1": "'-5;'=1", "-": "'-", "-.5": "'-.5",
		"Nordwind": "Nordwind", "": "", "a=b": "a=b", "x-1": "x-1", "O'Neil": "O'Neil", "'quoted'": "'quoted'", "'=1": "''=1", "2026-11-28": "2026-11-28", "华东银行": "华东银行",
	} {
		if got := sheet.Guard(cell); got != want {
			t.Errorf("%q becomes %q, want %q", cell, got, want)
		}
		if back := sheet.Unguard(want); back != cell {
			t.Errorf("%q comes back as %q", cell, back)
		}
	}
	if got := sheet.Unguard("'Nordwind"); got != "'Nordwind" {
		t.Errorf("an apostrophe that marks nothing was taken away: %q", got)
	}
}

func TestEveryCellComesBackAsItWas(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		cell := rapid.StringOf(rapid.SampledFrom([]rune("=+-@\t\r\n\x00＝ ;,'\"a1é"))).Draw(t, "cell")
		if rapid.Bool().Draw(t, "any") {
			cell = string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		}
		marked := sheet.Guard(cell)
		if back := sheet.Unguard(marked); back != cell {
			t.Fatalf("%q became %q and came back as %q", cell, marked, back)
		}
		for _, part := range strings.FieldsFunc(marked, func(r rune) bool { return strings.ContainsRune(";\t\r\n", r) }) {
			if part = strings.TrimLeft(part, " "); part != marked && part != "" && strings.ContainsRune("=+-@", rune(part[0])) {
				t.Fatalf("%q holds the formula %q", marked, part)
			}
		}
	})
}

func TestATableIsReadAsItWasWritten(t *testing.T) {
	t.Parallel()
	for end, crlf := range map[string]bool{"\n": false, "\r\n": true} {
		var b strings.Builder
		w := sheet.NewWriter(&b)
		if crlf {
			w = w.CRLF()
		}
		for _, row := range [][]string{{"name", "minutes"}, {`=HYPERLINK("//evil.example","a")`, "-5"}, {"two\nlines, \"quoted\"", ""}} {
			if err := w.Write(row...); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
		rows, err := csv.NewReader(strings.NewReader(b.String())).ReadAll()
		if err != nil || len(rows) != 3 || rows[1][0] != `'=HYPERLINK("//evil.example","a")` || rows[1][1] != "-5" || rows[2][0] != "two\nlines, \"quoted\"" {
			t.Errorf("%q: %v, %v", b.String(), rows, err)
		}
		if !strings.HasPrefix(b.String(), "name,minutes"+end) {
			t.Errorf("lines end otherwise: %q", b.String())
		}
	}
}
