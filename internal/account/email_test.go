package account_test

import (
	"strings"
	"testing"

	"liaison/internal/account"
)

func TestAnAddressHasOneNormalisedForm(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"anna@nordwind.example":             "anna@nordwind.example",
		" Anna.Keller@NordWind.EXAMPLE ":    "anna.keller@nordwind.example", //nolint:gocritic // the blanks are what is tested
		"anna+desk@nordwind.example":        "anna+desk@nordwind.example",
		"JÖRG@müller.example":               "jörg@xn--mller-kva.example",
		"jo\u0308rg@mu\u0308ller.example":   "jörg@xn--mller-kva.example",
		"a@XN--MLLER-KVA.example":           "a@xn--mller-kva.example",
		"zhang@公司.example":                  "zhang@xn--55qx5d.example",
		"o'hara_1!#$%&*/=?^`{|}~@x.example": "o'hara_1!#$%&*/=?^`{|}~@x.example",
		"a@vict\u0456m.example":             "a@xn--victm-q2e.example", // Cyrillic: another domain, never the Latin one
	} {
		if got, err := account.NormaliseEmail(in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
		if again, err := account.NormaliseEmail(want); err != nil || again != want {
			t.Errorf("%q is not its own form: %q, %v", want, again, err)
		}
	}
}

func TestWhatIsNotOnePlainAddressIsRefused(t *testing.T) {
	t.Parallel()
	for _, in := range []string{
		"", "anna", "@nordwind.example", "anna@", "anna@localhost", "a@@x.example", "a@b@x.example",
		"a@x.example,b@x.example", "a@x.example b@x.example", "a@x.example;b@x.example", "Anna <a@x.example>", "<a@x.example>",
		`"a b"@x.example`, `"ceo@victim.example" <evil@x.example>`, "ceo@victim.example (evil@x.example)", "group:a@x.example;",
		"a\x00@x.example", "a\n@x.example", "a@x.example\r\nBcc: b@x.example", "a\u200b@x.example", "a@x\u200b.example", "a\u202e@x.example",
		"ceo@victim。example", "ceo@victim．example", "ceo@victim｡example", "ceo@ｖｉｃｔｉｍ.example", "ceo@xn--victim-.example",
		".a@x.example", "a.@x.example", "a..b@x.example", "a@x..example", "a@.example", "a@-x.example", "a@x_y.example", "a@[192.0.2.1]",
		"\xff@x.example", "a@\xff.example", "a@x.example.", strings.Repeat("a", 250) + "@x.example", "a@" + strings.Repeat("x", 64) + ".example",
	} {
		if got, err := account.NormaliseEmail(in); err == nil {
			t.Errorf("%q was taken as %q", in, got)
		}
	}
}

func FuzzNormaliseEmail(f *testing.F) {
	for _, s := range []string{"a@x.example", "JÖRG@müller.example", "a@b@c", "İ@x.example", "ß@ß.example", "a@xn--a.example"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		once, err := account.NormaliseEmail(in)
		if err != nil {
			return
		}
		if twice, err := account.NormaliseEmail(once); err != nil || twice != once {
			t.Errorf("%q became %q and then %q, %v", in, once, twice, err)
		}
		if strings.Count(once, "@") != 1 || strings.ContainsAny(once, " \r\n\t,;<>\"") {
			t.Errorf("%q became %q", in, once)
		}
	})
}
