package scim

import (
	"net/http"

	"liaison/internal/access"
	"liaison/internal/errs"
)

// The groups are what the vendor has made people: members and liaisons. They can be read only, since who is a liaison
// is a matter of seats and of the contract (1.1).

type group struct {
	Schemas []string      `json:"schemas"`
	ID      string        `json:"id"`
	Display string        `json:"displayName"`
	Members []groupMember `json:"members"`
	Meta    meta          `json:"meta"`
}

type groupMember struct {
	Value   string `json:"value"`
	Ref     string `json:"$ref"`
	Display string `json:"display"`
}

func (c *call) allGroups() (list []group, err error) {
	people, err := c.Accounts.DirectoryUsers(c.r.Context(), c.actor)
	if err != nil {
		return nil, err
	}
	for _, role := range []access.Role{access.Liaison, access.Member} {
		g := group{[]string{groupSchema}, string(role), string(role), []groupMember{}, meta{ResourceType: "Group", Location: c.URL + "/scim/v2/Groups/" + string(role)}}
		for _, u := range people {
			if u.Role == role && u.Active {
				g.Members = append(g.Members, groupMember{u.ID.String(), c.URL + "/scim/v2/Users/" + u.ID.String(), u.DirectoryData.Name})
			}
		}
		list = append(list, g)
	}
	return list, nil
}

func (c *call) groups() error {
	var f *filter
	if text := c.r.URL.Query().Get("filter"); text != "" {
		var err error
		if f, err = parseFilter(text); err != nil {
			return err
		}
	}
	all, err := c.allGroups()
	if err != nil {
		return err
	}
	var rows []any
	for _, g := range all {
		if f == nil || f.matches(values(g)) {
			rows = append(rows, c.chosen(g))
		}
	}
	return c.page(len(rows), func(from, to int) []any { return rows[from:to] })
}

func (c *call) group() error {
	all, err := c.allGroups()
	if err != nil {
		return err
	}
	for _, g := range all {
		if g.ID == c.r.PathValue("name") {
			return c.reply(http.StatusOK, c.chosen(g))
		}
	}
	return errs.Missing()
}

// listOf answers with everything there is of a description.
func (c *call) listOf(list []object) error {
	rows := make([]any, len(list))
	for i, o := range list {
		rows[i] = o
	}
	return c.reply(http.StatusOK, page{[]string{listSchema}, len(rows), 1, len(rows), rows})
}

func (c *call) oneOf(list []object) error {
	for _, o := range list {
		if o["id"] == c.r.PathValue("name") {
			return c.reply(http.StatusOK, o)
		}
	}
	return errs.Missing()
}
