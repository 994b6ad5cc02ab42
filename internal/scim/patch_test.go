package scim

import (
	"encoding/json"
	"testing"

	"liaison/internal/errs"
)

func TestEveryFormOfAPatch(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, ops, filter string }{
		{"path", `[{"op":"replace","path":"active","value":false}]`, `active eq false`},
		{"no path", `[{"op":"Replace","value":{"active":false,"displayName":"B"}}]`, `active eq false and displayName eq "b"`},
		{"text of a directory", `[{"op":"Replace","path":"active","value":"False"}]`, `active eq "false"`},
		{"part", `[{"op":"replace","path":"name.familyName","value":"Weiss"}]`, `name.familyName eq "weiss" and name.givenName eq "anna"`},
		{"part without a path", `[{"op":"replace","value":{"name.familyName":"Weiss"}}]`, `name.familyName eq "weiss" and name.givenName eq "anna"`},
		{"urn", `[{"op":"replace","path":"urn:ietf:params:scim:schemas:core:2.0:User:name.familyName","value":"Weiss"}]`, `name.familyName eq "weiss"`},
		{"complex replaced", `[{"op":"replace","path":"name","value":{"givenName":"B"}}]`, `name.givenName eq "b" and name.familyName pr`},
		{"complex added", `[{"op":"add","path":"name","value":{"givenName":"B"}}]`, `name.givenName eq "b" and name.familyName pr`},
		{"element", `[{"op":"replace","path":"emails[type eq \"work\"].value","value":"new@work.example"}]`, `emails[type eq "work" and value eq "new@work.example"] and emails.value eq "ak@home.example"`},
		{"element removed", `[{"op":"remove","path":"emails[type eq \"home\"]"}]`, `not (emails.type eq "home") and emails.type eq "work"`},
		{"elements removed by value", `[{"op":"remove","path":"emails","value":[{"value":"ak@home.example"}]}]`, `not (emails.type eq "home") and emails.type eq "work"`},
		{"list removed", `[{"op":"remove","path":"emails"}]`, `not (emails pr)`},
		{"element added", `[{"op":"add","path":"emails","value":[{"value":"x@y.example","primary":true}]}]`, `emails[value eq "x@y.example" and primary eq true] and not (emails[type eq "work" and primary eq true])`},
		{"element made by its filter", `[{"op":"add","path":"phoneNumbers[type eq \"mobile\"].value","value":"1"}]`, `phoneNumbers[type eq "mobile" and value eq "1"]`},
		{"removed", `[{"op":"remove","path":"externalId"}]`, `not (externalId pr)`},
		{"extension", `[{"op":"add","path":"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department","value":"x"},{"op":"add","value":{"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"department":"y"}}}]`, `userName pr`},
		{"in order", `[{"op":"replace","path":"active","value":false},{"op":"replace","path":"active","value":true}]`, `active eq true`},
		{"what a GET held", `[{"op":"replace","value":{"id":"other","meta":{},"schemas":[],"displayName":"B"}}]`, `id eq "0190" and displayName eq "b"`},
	} {
		out, err := apply(anna(), ops(t, c.ops))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if f, err := parseFilter(c.filter); err != nil || !f.matches(out) {
			t.Errorf("%s: %v, %v", c.name, err, out)
		}
	}
}

func TestAPatchThatCannotBeIsRefusedAsAWhole(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`[{"op":"remove"}]`:                                                             "directory.no_target",
		`[{"op":"move","path":"active"}]`:                                               "error.invalid",
		`[{"op":"replace","path":"id","value":"x"}]`:                                    "directory.read_only",
		`[{"op":"replace","path":"roles","value":[{"value":"administrator"}]}]`:         "directory.read_only",
		`[{"op":"replace","path":"emails[type eq \"fax\"].value","value":"x"}]`:         "directory.no_target",
		`[{"op":"replace","path":"shoeSize","value":"44"}]`:                             "directory.bad_path",
		`[{"op":"add","value":{"shoeSize":"44"}}]`:                                      "directory.bad_path",
		`[{"op":"add","path":"urn:example:extension:User:shoeSize","value":"44"}]`:      "directory.bad_path",
		`[{"op":"replace","path":"emails[","value":"x"}]`:                               "directory.bad_path",
		`[{"op":"replace","path":"userName.x","value":"x"}]`:                            "directory.bad_path",
		`[{"op":"replace","path":"active[x pr]","value":"x"}]`:                          "directory.bad_path",
		`[{"op":"replace","value":3}]`:                                                  "error.invalid",
		`[{"op":"replace","path":"name","value":"Anna"}]`:                               "error.invalid",
		`[{"op":"replace","path":"active","value":false},{"op":"replace","path":"id"}]`: "directory.read_only",
		`[]`: "error.invalid",
	} {
		resource := anna()
		if _, err := apply(resource, ops(t, text)); errs.As(err).Key != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
		if resource["active"] != true {
			t.Errorf("%s: the resource was changed", text)
		}
	}
}

func ops(t *testing.T, text string) (list []operation) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestWhatADirectorySays(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"userName":"a@b.example"}`: "a@b.example|a@b.example|true||",
		`{"userName":"a","displayName":"Anna","emails":[{"value":"x@y.example"},{"value":"w@y.example","type":"work"}],"active":"False","preferredLanguage":"zh-CN"}`:                           "Anna|w@y.example|false|zh-Hans|",
		`{"userName":"a","name":{"givenName":"Anna","familyName":"Keller"},"emails":[{"value":"x@y.example"},{"value":"p@y.example","primary":true}],"timezone":"Europe/Berlin","locale":"de"}`: "Anna Keller|p@y.example|true||Europe/Berlin",
	} {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		d, err := read(lowered(m).(map[string]any), true)
		active := "true"
		if !d.Active {
			active = "false"
		}
		if got := d.Name + "|" + d.Email + "|" + active + "|" + d.Language + "|" + d.Zone; err != nil || got != want {
			t.Errorf("%s: %v %s", text, err, got)
		}
	}
	for _, text := range []string{`{"userName":3}`, `{"userName":"a","active":"yes"}`, `{"userName":"a","emails":"x"}`, `{"userName":"a","emails":[{"value":3}]}`, `{"userName":"a","name":"x"}`} {
		var m map[string]any
		if err := json.Unmarshal([]byte(text), &m); err != nil {
			t.Fatal(err)
		}
		if _, err := read(lowered(m).(map[string]any), true); errs.KindOf(err) != errs.Invalid {
			t.Errorf("%s: %v", text, err)
		}
	}
}
