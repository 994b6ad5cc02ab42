package text

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func mustNew(t *testing.T) *Catalogue {
	t.Helper()
	c, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestLanguagesHoldTheSameKeysAndPlaceholders(t *testing.T) {
	t.Parallel()
	c := mustNew(t)
	en, zh := c.messages[English], c.messages[Chinese]
	for key, m := range en {
		other, ok := zh[key]
		if !ok {
			t.Errorf("%s is not in zh-Hans", key)
			continue
		}
		if a, b := m.placeholders(), other.placeholders(); !maps.Equal(withoutCount(a), withoutCount(b)) {
			t.Errorf("%s: en has %v, zh-Hans has %v", key, slices.Sorted(maps.Keys(a)), slices.Sorted(maps.Keys(b)))
		}
	}
	for key := range zh {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is not in en", key)
		}
	}
}

// withoutCount leaves out {count}: a singular may say "one case" where the other language shows the figure.
func withoutCount(set map[string]bool) map[string]bool {
	set = maps.Clone(set)
	delete(set, "count")
	return set
}

func TestTextsFollowTheHouseRules(t *testing.T) {
	t.Parallel()
	c := mustNew(t)
	banned := map[Lang][]string{
		English: {"!", "Oops", "oops", "Please note", "successfully"},
		Chinese: {"你", "!", "！", "成功地", "  ", "策略包", "次级处理方", "技术帮助"}, // the last three: another word for what has one
	}
	for lang, messages := range c.messages {
		for key, m := range messages {
			for _, p := range slices.Concat(m.one, m.other) {
				for _, word := range banned[lang] {
					if strings.Contains(p.text, word) {
						t.Errorf("%s %s holds %q: %s", lang, key, word, p.text)
					}
				}
				if lang == Chinese && strings.ContainsAny(p.text, ",;?") && !strings.ContainsAny(p.text, "0123456789") {
					t.Errorf("%s %s holds half-width punctuation: %s", lang, key, p.text)
				}
			}
		}
	}
}

// The page draws the space between Chinese and other letters; one that was typed would be drawn beside it.
func TestTheTextsAboutThePolicyHaveNoTypedSpaces(t *testing.T) {
	t.Parallel()
	typed := regexp.MustCompile(`\p{Han} [A-Za-z0-9{]|[A-Za-z0-9}/] \p{Han}`)
	for _, name := range []string{"editions", "statements", "packs", "policypages", "policydiff", "calendars"} {
		text, err := files.ReadFile("catalogue/zh-Hans/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") && typed.MatchString(line) {
				t.Errorf("%s: %s", name, line)
			}
		}
	}
}

func TestPluralFormFollowsCount(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, `k: {one: "One case", other: "{count} cases"}`, `k: "{count}个案例"`)
	for _, tt := range []struct {
		lang  Lang
		count any
		want  string
	}{
		{English, 1, "One case"},
		{English, int64(1), "One case"},
		{English, 0, "0 cases"},
		{English, 2, "2 cases"},
		{English, 12000, "12,000 cases"},
		{English, -12000, "-12,000 cases"},
		{Chinese, 1, "1个案例"},
	} {
		if got := c.T(tt.lang, "k", map[string]any{"count": tt.count}); got != tt.want {
			t.Errorf("T(%s, count %v) = %q, want %q", tt.lang, tt.count, got, tt.want)
		}
	}
}

func TestMissingKeyComesBackAndIsCounted(t *testing.T) {
	t.Parallel()
	c := mustNew(t)
	var seen []string
	c.OnMissing(func(_ Lang, key string) { seen = append(seen, key) })
	if got := c.T(English, "no.such_key", nil); got != "no.such_key" {
		t.Errorf("T = %q", got)
	}
	if c.Missing() != 1 || len(seen) != 1 {
		t.Errorf("missing = %d, seen = %v", c.Missing(), seen)
	}
	if c.Has("no.such_key") || !c.Has("app.name") {
		t.Error("Has is wrong")
	}
}

func TestMissingArgumentShowsItsName(t *testing.T) {
	t.Parallel()
	c := catalogueOf(t, `k: "by {due}"`, `k: "{due}前"`)
	if got := c.T(English, "k", nil); got != "by {due}" {
		t.Errorf("T = %q", got)
	}
}

func TestBadCatalogueIsRefused(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"empty text":          `k: ""`,
		"number":              `k: 7`,
		"unknown plural form": `k: {few: "x", other: "y"}`,
		"no other form":       `k: {one: "x"}`,
		"open placeholder":    `k: "a {b"`,
		"empty placeholder":   `k: "a {}"`,
		"same key twice":      "k: a\nk: b",
		"nested area":         "k: {other: {x: y}}",
	} {
		fsys := fstest.MapFS{"catalogue/en/a.yaml": {Data: []byte(content)}}
		if _, err := load(fsys); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
	two := fstest.MapFS{"catalogue/en/a.yaml": {Data: []byte("k: x")}, "catalogue/en/b.yaml": {Data: []byte("k: y")}}
	if _, err := load(two); err == nil || !strings.Contains(err.Error(), `"k"`) {
		t.Errorf("the same key in two areas: %v", err)
	}
}

func TestParseLang(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]Lang{"en": English, "en-GB": English, "zh": Chinese, "zh-CN": Chinese, "zh-Hans": Chinese, "ZH-hans-SG": Chinese} {
		if got, ok := ParseLang(tag); !ok || got != want {
			t.Errorf("ParseLang(%q) = %q, %v", tag, got, ok)
		}
	}
	for _, tag := range []string{"", "de", "zh-TW", "zh-Hant", "english", "enx"} {
		if got, ok := ParseLang(tag); ok {
			t.Errorf("ParseLang(%q) = %q, want none", tag, got)
		}
	}
}

func catalogueOf(t *testing.T, en, zh string) *Catalogue {
	t.Helper()
	c, err := load(fstest.MapFS{"catalogue/en/a.yaml": {Data: []byte(en)}, "catalogue/zh-Hans/a.yaml": {Data: []byte(zh)}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}
