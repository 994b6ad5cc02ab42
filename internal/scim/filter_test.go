package scim

import (
	"strings"
	"testing"
)

func anna() map[string]any {
	return lowered(map[string]any{
		"id": "0190", "externalId": "E-7", "userName": "Anna.Keller@nordwind.example", "active": true, "nickName": "",
		"name":   map[string]any{"givenName": "Anna", "familyName": "Keller"},
		"emails": []any{map[string]any{"value": "anna@work.example", "type": "work", "primary": true}, map[string]any{"value": "ak@home.example", "type": "home"}},
		"meta":   map[string]any{"lastModified": "2026-03-04T09:00:00Z", "resourceType": "User"},
	}).(map[string]any)
}

func TestFiltersOfRFC7644(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		`userName eq "anna.keller@NORDWIND.example"`:                    true,
		`USERNAME Eq "anna.keller@nordwind.example"`:                    true,
		`urn:ietf:params:scim:schemas:core:2.0:User:userName sw "anna"`: true,
		`externalId eq "e-7"`:                                           false, // exact
		`externalId eq "E-7"`:                                           true,
		`userName ne "ben"`:                                             true,
		`name.familyName co "ELL"`:                                      true,
		`name.familyName ew "er"`:                                       true,
		`name.middleName pr`:                                            false,
		`nickName pr`:                                                   false,
		`emails pr`:                                                     true,
		`emails co "home"`:                                              true,
		`emails.type eq "home"`:                                         true,
		`emails[type eq "work" and value co "home"]`:                    false,
		`emails[type eq "home" and not (primary eq true)]`:              true,
		`active eq true`:                                                true,
		`active eq false`:                                               false,
		`active eq "true"`:                                              false,
		`meta.lastModified gt "2026-03-04T10:00:00+02:00"`:              true,
		`meta.lastModified ge "2026-03-04T09:00:00Z"`:                   true,
		`meta.lastModified lt "2026-03-04T09:00:00Z"`:                   false,
		`meta.lastModified le "2026-03-04T09:00:00.000Z"`:               true,
		`title eq null`:                                                 true,
		`userName ne null`:                                              true,
		`active eq false or name.givenName eq "anna"`:                   true,
		`active eq true or active eq true and id eq "x"`:                true, // and binds closer
		`(active eq true or active eq true) and id eq "x"`:              false,
		`not (active eq true)`:                                          false,
		`not(active eq false) and (userName pr)`:                        true,
		`name.givenName eq "An\u006ea"`:                                 true,
		`password eq "secret"`:                                          false,
	} {
		f, err := parseFilter(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := f.matches(anna()); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}

func TestWhatIsNoFilterIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"", " ", "userName", "userName eq", `userName is "a"`, `userName eq "a`, `userName eq a`, `eq "a"`, `(userName pr`, `userName pr)`,
		`emails[type eq "work"`, `emails[]`, `userName eq "a" and`, `and userName pr`, `not userName pr`, `userName co 3`, `active gt true`, `a.b.c pr`, `x:y pr`,
		`userName eq "a" userName eq "b"`, `.a pr`, `a. pr`, `1a pr`, "userName eq \"\xff\"", strings.Repeat("(", 50) + "userName pr" + strings.Repeat(")", 50),
		strings.Repeat("userName pr and ", 110) + "userName pr", `userName eq "` + strings.Repeat("a", 3000) + `"`, `meta.created gt "yesterday"`, `meta.lastModified eq "2026-13-01T00:00:00Z"`,
		`meta.created ne 3`, `userName eq {"a":1}`, `userName eq [1]`} {
		if f, err := parseFilter(text); err == nil {
			t.Errorf("%.60q is read as %+v", text, f)
		}
	}
}

// Whatever is sent, reading and matching end, and what was read is bounded.
func FuzzFilter(f *testing.F) {
	for _, seed := range []string{`userName eq "a"`, `emails[type eq "work" and not (value pr)] or (active eq true)`, `a.b co "\u00e9" and c gt -1.5e3`, "((((", `not(`, `x[y[z pr]]`} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := parseFilter(text)
		if err != nil {
			return
		}
		if n := size(filter); n > 3*maxTerms || len(text) > maxFilter {
			t.Errorf("%d parts of %d bytes", n, len(text))
		}
		filter.matches(anna())
		if _, err := parsePath(text); err == nil && len(text) > maxFilter {
			t.Error("a path without a limit")
		}
	})
}

func size(f *filter) int {
	n := 1
	for _, x := range f.of {
		n += size(x)
	}
	return n
}
