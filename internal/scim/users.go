package scim

import (
	"encoding/json"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// maxPage is the most resources of one answer; usualPage is how many there are where nobody asks.
const (
	maxPage   = 200
	usualPage = 100
)

// page is an answer with a part of a list (RFC 7644, 3.4.2).
type page struct {
	Schemas []string `json:"schemas"`
	Total   int      `json:"totalResults"`
	Start   int      `json:"startIndex"`
	Items   int      `json:"itemsPerPage"`
	Rows    []any    `json:"Resources"`
}

func (c *call) users() error {
	q := c.r.URL.Query()
	var f *filter
	if text := q.Get("filter"); text != "" {
		var err error
		if f, err = parseFilter(text); err != nil {
			return err
		}
	}
	list, err := c.Accounts.DirectoryUsers(c.r.Context(), c.actor)
	if err != nil {
		return err
	}
	var rows []map[string]any
	var shown []user
	for _, u := range list {
		v := c.show(u)
		if f == nil && q.Get("sortBy") == "" {
			shown = append(shown, v)
			continue
		}
		m := values(v)
		if f == nil || f.matches(m) {
			shown, rows = append(shown, v), append(rows, m)
		}
	}
	if by := q.Get("sortBy"); by != "" {
		if shown, err = sorted(shown, rows, by, q.Get("sortOrder")); err != nil {
			return err
		}
	}
	return c.page(len(shown), func(from, to int) (out []any) {
		for _, v := range shown[from:to] {
			out = append(out, c.chosen(v))
		}
		return out
	})
}

// sorted orders resources by an attribute; those without it come last.
func sorted(shown []user, rows []map[string]any, by, order string) ([]user, error) {
	path, ok := pathOf(by)
	if !ok {
		return nil, badPath()
	}
	at := make([]int, len(shown))
	keys := make([]string, len(shown))
	for i := range shown {
		at[i], keys[i] = i, "\xff"
		if v := valuesAt(rows[i], path); len(v) > 0 {
			if s, isText := v[0].(string); isText {
				keys[i] = strings.ToLower(s)
			}
		}
	}
	slices.SortStableFunc(at, func(a, b int) int {
		if strings.EqualFold(order, "descending") {
			a, b = b, a
		}
		return strings.Compare(keys[a], keys[b])
	})
	out := make([]user, len(shown))
	for i, j := range at {
		out[i] = shown[j]
	}
	return out, nil
}

// page answers with the asked part of n resources.
func (c *call) page(n int, part func(from, to int) []any) error {
	q := c.r.URL.Query()
	start, count := 1, usualPage
	for name, into := range map[string]*int{"startIndex": &start, "count": &count} {
		if s := q.Get(name); s != "" {
			v, err := strconv.Atoi(s)
			if err != nil {
				return badValue(name)
			}
			*into = v
		}
	}
	start, count = max(start, 1), min(max(count, 0), maxPage)
	from := min(start-1, n)
	to := min(from+count, n)
	rows := part(from, to)
	if rows == nil {
		rows = []any{}
	}
	return c.reply(http.StatusOK, page{[]string{listSchema}, n, start, len(rows), rows})
}

// chosen leaves out what the query does not want (attributes, excludedAttributes). id, schemas and meta stay.
func (c *call) chosen(v any) any {
	q := c.r.URL.Query()
	only, without := namesIn(q.Get("attributes")), namesIn(q.Get("excludedAttributes"))
	if len(only) == 0 && len(without) == 0 {
		return v
	}
	b, err := json.Marshal(v)
	var m map[string]any
	if err != nil || json.Unmarshal(b, &m) != nil {
		return v
	}
	for name := range m {
		low := strings.ToLower(name)
		if low == "id" || low == "schemas" || low == "meta" {
			continue
		}
		if len(only) > 0 && !slices.Contains(only, low) || slices.Contains(without, low) {
			delete(m, name)
		}
	}
	return m
}

func namesIn(list string) (names []string) {
	for _, n := range strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' }) {
		if p, ok := pathOf(n); ok {
			names = append(names, p.attr)
		}
	}
	return names
}

// person is the id in the address; what is none is as missing as one that nobody has.
func (c *call) person() (id.ID, error) {
	person, err := id.Parse(c.r.PathValue("person"))
	if err != nil {
		return id.ID{}, errs.Missing()
	}
	return person, nil
}

func (c *call) user() error {
	person, err := c.person()
	if err != nil {
		return err
	}
	u, err := c.Accounts.DirectoryUser(c.r.Context(), c.actor, person)
	if err != nil {
		return err
	}
	if c.r.Header.Get("If-None-Match") == tag(u) {
		c.w.WriteHeader(http.StatusNotModified)
		return nil
	}
	return c.answer(http.StatusOK, u)
}

func (c *call) answer(status int, u account.DirectoryUser) error {
	v := c.show(u)
	c.w.Header().Set("ETag", tag(u))
	if status == http.StatusCreated {
		c.w.Header().Set("Location", v.Meta.Location)
	}
	return c.reply(status, c.chosen(v))
}

// said reads the body of a POST.
func (c *call) said() (account.DirectoryData, error) {
	m, err := c.body()
	if err != nil {
		return account.DirectoryData{}, err
	}
	return read(loweredMap(m), true) // somebody new
}

func (c *call) create() error {
	in, err := c.said()
	if err != nil {
		return err
	}
	u, made, err := c.Accounts.CreateDirectoryUser(c.r.Context(), c.actor, in)
	switch {
	case err != nil:
		return err
	case !made:
		return c.answer(http.StatusOK, u)
	}
	return c.answer(http.StatusCreated, u)
}

// ifMatch is the version that the caller has read; -1 where they do not say.
func (c *call) ifMatch() (int64, error) {
	h := c.r.Header.Get("If-Match")
	if h == "" || h == "*" {
		return -1, nil
	}
	n, err := strconv.ParseInt(strings.Trim(strings.TrimPrefix(h, "W/"), `"`), 10, 64)
	if err != nil || n < 0 {
		return 0, errs.New(errs.Stale, "directory.changed_meanwhile")
	}
	return n, nil
}

func (c *call) replace() error {
	person, err := c.person()
	if err != nil {
		return err
	}
	m, bad := c.body()
	version, err := c.ifMatch()
	if err != nil {
		return err
	}
	was, err := c.Accounts.DirectoryUser(c.r.Context(), c.actor, person)
	if err != nil { // of somebody who is not there nothing can be wrong
		return err
	}
	if bad != nil {
		return bad
	}
	body := loweredMap(m)
	in, err := read(body, was.Active)
	if err != nil {
		return err
	}
	if body["active"] == nil && version < 0 {
		version = was.Version // what was read has to be so still
	}
	u, err := c.Accounts.ReplaceDirectoryUser(c.r.Context(), c.actor, person, in, version)
	if err != nil {
		return err
	}
	return c.answer(http.StatusOK, u)
}

// tries is how often a PATCH is made anew because somebody changed the person meanwhile.
const tries = 3

func (c *call) patch() error {
	person, err := c.person()
	if err != nil {
		return err
	}
	m, bad := c.body()
	wanted, err := c.ifMatch()
	if err != nil {
		return err
	}
	for n := 1; ; n++ {
		u, err := c.Accounts.DirectoryUser(c.r.Context(), c.actor, person)
		switch {
		case err != nil:
			return err
		case bad != nil:
			return bad
		case wanted >= 0 && wanted != u.Version:
			return errs.New(errs.Stale, "directory.changed_meanwhile")
		}
		u, err = c.patched(m, u)
		if err != nil && errs.KindOf(err) == errs.Stale && wanted < 0 && n < tries {
			continue
		}
		if err != nil {
			return err
		}
		return c.answer(http.StatusOK, u)
	}
}

func (c *call) patched(m map[string]any, u account.DirectoryUser) (account.DirectoryUser, error) {
	ops, err := operations(m)
	if err != nil {
		return u, err
	}
	out, err := apply(values(c.show(u)), ops)
	if err != nil {
		return u, err
	}
	renamed(out, values(c.show(u)))
	in, err := read(out, u.Active)
	if err != nil {
		return u, err
	}
	return c.Accounts.ReplaceDirectoryUser(c.r.Context(), c.actor, u.ID, in, u.Version)
}

// renamed lets the name follow what was changed: a directory that changes one of its forms means all of them.
func renamed(out, was map[string]any) {
	now, _ := out["name"].(map[string]any)
	before, _ := was["name"].(map[string]any)
	switch {
	case out["displayname"] != nil && isText(out["displayname"]) && out["displayname"] != was["displayname"]:
	case isText(now["formatted"]) && now["formatted"] != before["formatted"]:
		delete(out, "displayname")
	case differs(now["givenname"], before["givenname"]) || differs(now["familyname"], before["familyname"]):
		delete(out, "displayname")
		delete(now, "formatted")
	}
}

func isText(v any) bool {
	_, ok := v.(string)
	return ok
}

func differs(a, b any) bool {
	x, _ := a.(string)
	y, _ := b.(string)
	return x != y
}

// operations reads the body of a PATCH.
func operations(m map[string]any) ([]operation, error) {
	var raw any
	for k, v := range m {
		if strings.EqualFold(k, "Operations") {
			raw = v
		}
	}
	list, ok := raw.([]any)
	if !ok {
		return nil, badValue("Operations")
	}
	if len(list) > maxOperations {
		return nil, errs.New(errs.TooLarge, "directory.too_many_operations", "limit", maxOperations)
	}
	ops := make([]operation, len(list))
	for i, v := range list {
		o, ok := v.(map[string]any)
		if !ok {
			return nil, badValue("Operations")
		}
		for k, x := range o {
			var isOK = true
			switch strings.ToLower(k) {
			case "op":
				ops[i].Op, isOK = x.(string)
			case "path":
				ops[i].Path, isOK = x.(string)
				isOK = isOK || x == nil
			case "value":
				ops[i].Value = x
			}
			if !isOK {
				return nil, badValue(k)
			}
		}
	}
	return ops, nil
}

func (c *call) remove() error {
	person, err := c.person()
	if err != nil {
		return err
	}
	version, err := c.ifMatch()
	if err == nil && version >= 0 {
		u, readErr := c.Accounts.DirectoryUser(c.r.Context(), c.actor, person)
		if err = readErr; err == nil && u.Version != version {
			err = errs.New(errs.Stale, "directory.changed_meanwhile")
		}
	}
	if err == nil {
		err = c.Accounts.DeleteDirectoryUser(c.r.Context(), c.actor, person)
	}
	if err != nil {
		return err
	}
	c.w.WriteHeader(http.StatusNoContent)
	return nil
}
