package apptest_test

import (
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/entitlement"
)

// bookedAccess is what GET /customers/{key}/books says of the people with access.
type bookedAccess struct {
	Access  []struct{ Name, Role, Kind string }
	Changes struct{ Used, Limit int }
}

func (b bookedAccess) of(name string) string {
	for _, x := range b.Access {
		if x.Name == name {
			return x.Role + " " + x.Kind
		}
	}
	return ""
}

// A directory takes somebody's access away and gives it back: the books of a day in between do not list them, and what they
// might have done that day is answered so.
func TestWhoHadAccessIsReadAsOfAnyDay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		directory, _ := w.Directory(home)
		jonas := scimID(t, directory, w.Person("jonas.brandt").Email)
		const hours = 48 * time.Hour
		var at []time.Time
		for _, active := range []bool{true, false, true} {
			got := directory.Do("PATCH", "/scim/v2/Users/"+jonas, map[string]any{"schemas": []string{"x"},
				"Operations": []any{map[string]any{"op": "replace", "path": "active", "value": active}}})
			if got.Status != 200 {
				t.Fatalf("active %v: %d %s", active, got.Status, got.Body)
			}
			w.Clock.Forward(hours / 2)
			at = append(at, w.Clock.Now())
			w.Clock.Forward(hours / 2)
		}
		section, otis := regexp.MustCompile(`(?s)<section[^>]*id="access".*?</section>`), w.As("otis.greene")
		for i, want := range []string{"member own", "", "member own"} {
			day := at[i].In(w.App.Editions.Now().Vendor.Zone).Format(time.DateOnly)
			for _, query := range []string{"?at=" + url.QueryEscape(at[i].Format(time.RFC3339)), "?on=" + day} {
				b := apptest.Is[bookedAccess](t, otis.Get("/api/v1/customers/"+home+"/books"+query), 200)
				if got := b.of("Jonas Brandt"); got != want || b.of("Katrin Vogel") != "liaison own" || b.Changes.Limit != 6 {
					t.Errorf("the books%s: Jonas %q, want %q; all %+v", query, got, want, b)
				}
				for lang, words := range map[string][]string{"en": {"People with access", "Support liaison"}, "zh-Hans": {"有访问权限的人员", "支持联络员"}} {
					page := otis.Get("/desk/customers/" + home + "/books" + query + "&lang=" + lang)
					shown := string(section.Find(page.Body))
					if slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(shown, word) }) || strings.Contains(shown, "Jonas Brandt") != (want != "") {
						t.Errorf("the page of the books%s in %s: %d %s", query, lang, page.Status, shown)
					}
				}
			}
			q := url.Values{"customer": {home}, "person": {w.PersonID("jonas.brandt")}, "system": {w.System(home).ID}, "day": {day}, "action": {string(entitlement.AskCommunity)}}
			told := apptest.Is[rights](t, w.As("noah.becker").Get("/api/v1/rights?"+q.Encode()), 200)
			if len(told.Items) != 1 || told.Items[0].Allowed != (want != "") {
				t.Errorf("on %s he may open the community: %+v", day, told)
			}
		}
	})
}
