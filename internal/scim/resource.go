package scim

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"liaison/internal/account"
	"liaison/internal/errs"
)

// The URNs of RFC 7643 and 7644 that are used here.
const (
	userSchema  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
	listSchema  = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
	errorSchema = "urn:ietf:params:scim:api:messages:2.0:Error"
	patchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// user is a person as the answer shows them.
type user struct {
	Schemas    []string `json:"schemas"`
	ID         string   `json:"id"`
	ExternalID string   `json:"externalId,omitempty"`
	UserName   string   `json:"userName"`
	Name       name     `json:"name"`
	Display    string   `json:"displayName"`
	Emails     []entry  `json:"emails"`
	Phones     []entry  `json:"phoneNumbers,omitempty"`
	Language   string   `json:"preferredLanguage,omitempty"`
	Zone       string   `json:"timezone,omitempty"`
	Active     bool     `json:"active"`
	Roles      []entry  `json:"roles"`
	Meta       meta     `json:"meta"`
}

type name struct {
	Formatted  string `json:"formatted"`
	GivenName  string `json:"givenName,omitempty"`
	FamilyName string `json:"familyName,omitempty"`
}

type entry struct {
	Value   string `json:"value"`
	Type    string `json:"type,omitempty"`
	Primary bool   `json:"primary,omitempty"`
}

type meta struct {
	ResourceType string `json:"resourceType"`
	Created      string `json:"created,omitempty"`
	LastModified string `json:"lastModified,omitempty"`
	Location     string `json:"location"`
	Version      string `json:"version,omitempty"`
}

// tag is the ETag of a person's entry.
func tag(u account.DirectoryUser) string { return fmt.Sprintf(`W/"%d"`, u.Version) }

func (s *Server) show(u account.DirectoryUser) user {
	v := user{Schemas: []string{userSchema}, ID: u.ID.String(), ExternalID: u.ExternalID, UserName: u.UserName, Display: u.DirectoryData.Name,
		Name: name{u.DirectoryData.Name, u.GivenName, u.FamilyName}, Emails: []entry{{u.Email, "work", true}}, Language: u.Language, Zone: u.Zone,
		Active: u.Active, Roles: []entry{{Value: string(u.Role)}},
		Meta: meta{"User", instant(u.CreatedAt), instant(u.UpdatedAt), s.URL + "/scim/v2/Users/" + u.ID.String(), tag(u)}}
	if u.Phone != "" {
		v.Phones = []entry{{Value: u.Phone, Type: "work"}}
	}
	return v
}

func instant(t time.Time) string { return t.UTC().Format(time.RFC3339Nano) }

// values gives a resource as JSON values under lower-case names.
func values(v any) map[string]any {
	b, err := json.Marshal(v)
	var m map[string]any
	if err == nil {
		err = json.Unmarshal(b, &m)
	}
	if err != nil {
		return map[string]any{} // our own structs of text: it does not fail
	}
	return loweredMap(m)
}

func isMulti(attr string) bool {
	return slices.Contains([]string{"emails", "phonenumbers", "roles"}, attr)
}

func isComplex(attr string) bool { return attr == "name" || attr == "meta" }

func isKnown(attr string) bool {
	return isMulti(attr) || isComplex(attr) || isReadOnly(attr) ||
		slices.Contains([]string{"username", "externalid", "displayname", "preferredlanguage", "locale", "timezone", "active"}, attr)
}

// isOfSchema: attributes of a user, and of one of an enterprise, that directories send and nothing here keeps (RFC 7643,
// 4.1 and 4.3). Any other name is a mistake that its directory should hear of.
func isOfSchema(attr string) bool {
	return slices.Contains([]string{"nickname", "profileurl", "title", "usertype", "password", "ims", "photos", "addresses", "entitlements",
		"x509certificates", "employeenumber", "costcenter", "organization", "division", "department", "manager"}, attr)
}

// read makes what a directory says of a resource with lower-case names. Values of a wrong kind are Invalid. active is what holds
// where the resource does not say it: a directory that leaves it out gives nobody access back (RFC 7644, 3.5.1).
func read(m map[string]any, active bool) (d account.DirectoryData, err error) {
	r := reader{m: m}
	d.UserName = r.text("username")
	d.ExternalID = r.text("externalid")
	d.Active = r.flag("active", active)
	full, _ := m["name"].(map[string]any)
	if m["name"] != nil && full == nil {
		r.wrong("name")
	}
	in := reader{m: full}
	d.GivenName, d.FamilyName = in.text("givenname"), in.text("familyname")
	formatted := in.text("formatted")
	r.bad = append(r.bad, in.bad...)
	d.Name = firstOf(r.text("displayname"), formatted, strings.TrimSpace(d.GivenName+" "+d.FamilyName), d.UserName)
	d.Email = firstOf(r.main("emails"), d.UserName)
	d.Phone = r.main("phonenumbers")
	d.Language = language(firstOf(r.text("preferredlanguage"), r.text("locale")))
	d.Zone = r.text("timezone")
	if _, err := time.LoadLocation(d.Zone); err != nil || d.Zone == "Local" {
		d.Zone = "" // directories write zones in several ways: a person sets their own
	}
	return d, errs.BadFields(r.bad...)
}

type reader struct {
	m   map[string]any
	bad []errs.Field
}

func (r *reader) wrong(name string) {
	r.bad = append(r.bad, errs.BadField(name, "field.wrong_type"))
}

func (r *reader) text(name string) string {
	switch v := r.m[name].(type) {
	case string:
		return strings.TrimSpace(v)
	case nil:
	default:
		r.wrong(name)
	}
	return ""
}

// flag takes "True" and "False" too, as one of the large directories writes them.
func (r *reader) flag(name string, usual bool) bool {
	switch v := r.m[name].(type) {
	case bool:
		return v
	case nil:
		return usual
	case string:
		switch strings.ToLower(v) {
		case "true":
			return true
		case "false":
			return false
		}
	}
	r.wrong(name)
	return usual
}

// main is the value of a list that counts: the primary one, else that of work, else the first.
func (r *reader) main(name string) string {
	list, ok := r.m[name].([]any)
	if r.m[name] != nil && !ok {
		r.wrong(name)
	}
	best, rank := "", 0
	for _, v := range list {
		e, ok := v.(map[string]any)
		text, isText := e["value"].(string)
		if !ok || e["value"] != nil && !isText {
			r.wrong(name)
			continue
		}
		n := 1
		switch {
		case e["primary"] == true:
			n = 3
		case e["type"] == "work":
			n = 2
		}
		if text != "" && n > rank {
			best, rank = strings.TrimSpace(text), n
		}
	}
	return best
}

func firstOf(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}

// language is the catalogue's name of a language tag: "zh-CN" is zh-Hans, "en_US" is en; "" for others.
func language(tag string) string {
	switch low := strings.ToLower(tag); {
	case strings.HasPrefix(low, "zh"):
		return "zh-Hans"
	case strings.HasPrefix(low, "en"):
		return "en"
	}
	return ""
}
