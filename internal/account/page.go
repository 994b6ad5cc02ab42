package account

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/errs"
)

// MaxPage is the most rows that one page of a list holds.
const MaxPage = 200

// Find narrows and pages a list of people or customers.
type Find struct {
	Customer string // key, of people: of this customer; missing where the actor may not ask about it
	Text     string // every word of it is in the name, the address or the key; "" finds all
	Cursor   string // of the page before
	Limit    int    // at most MaxPage; 0 is MaxPage
}

// PeoplePage is a part of a list of people; Next is the cursor of the following one, "" on the last.
type PeoplePage struct {
	Items []Person
	Next  string
}

// CustomersPage is a part of a list of customers.
type CustomersPage struct {
	Items []Customer
	Next  string
}

// conditions is a WHERE being put together; each "$?" becomes the next "$n".
type conditions struct {
	parts []string
	args  []any
}

func (c *conditions) add(condition string, args ...any) {
	for _, a := range args {
		c.args = append(c.args, a)
		condition = strings.Replace(condition, "$?", "$"+strconv.Itoa(len(c.args)), 1)
	}
	c.parts = append(c.parts, condition)
}

func (c *conditions) sql() string {
	if len(c.parts) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(c.parts, " AND ")
}

// words adds that one of the columns holds each word, in small letters or as it was typed: the engines make small
// letters of A to Z only.
func (c *conditions) words(text string, columns ...string) {
	for word := range strings.FieldsSeq(text) {
		var either []string
		var args []any
		for _, column := range columns {
			either = append(either, "lower("+column+") LIKE $? ESCAPE '\\' OR "+column+" LIKE $? ESCAPE '\\'")
			args = append(args, like(strings.ToLower(word)), like(word))
		}
		c.add("("+strings.Join(either, " OR ")+")", args...)
	}
}

// like is a word as a pattern: anywhere.
func like(word string) string {
	return "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(word) + "%"
}

// A cursor is the sort key of the last row of a page. It must be that of a row which the reader sees: nobody finds out by
// one whether there is another (T21).
func sealCursor(parts ...string) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x00")))
}

func openCursor(s string, n int) ([]string, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(s)
	parts := strings.Split(string(raw), "\x00")
	if err != nil || len(parts) != n {
		return nil, errs.New(errs.Malformed, "error.bad_cursor")
	}
	return parts, nil
}

// after starts a page behind the row of the cursor; seen reads the rows with that key among those the reader sees.
func (c *conditions) after(cursor string, columns []string, seen func(c conditions) (int, error)) error {
	if cursor == "" {
		return nil
	}
	key, err := openCursor(cursor, len(columns))
	if err != nil {
		return err
	}
	var marks []string
	row := conditions{parts: slices.Clone(c.parts), args: slices.Clone(c.args)}
	for i, column := range columns {
		marks = append(marks, "$?")
		row.add(column+" = $?", key[i])
	}
	if n, err := seen(row); err != nil || n == 0 {
		return errors.Join(err, errs.New(errs.Malformed, "error.bad_cursor"))
	}
	args := make([]any, 0, len(key))
	for _, part := range key {
		args = append(args, part)
	}
	c.add("("+strings.Join(columns, ", ")+") > ("+strings.Join(marks, ", ")+")", args...)
	return nil
}

func (f Find) limit() int {
	if f.Limit <= 0 || f.Limit > MaxPage {
		return MaxPage
	}
	return f.Limit
}

// FindPeople is a page of the people that the actor may see, by name. Staff see everybody, one line per customer; a liaison
// sees the people of the customer acted for; a member and an outsider see themselves. Disabled people are left out. Error Malformed for a cursor that is none of the actor's list.
func (s *Service) FindPeople(ctx context.Context, a access.Actor, f Find) (page PeoplePage, err error) {
	defer errs.Wrap(&err, "account.FindPeople")
	page.Items = []Person{}
	if err := access.Check(a, access.PersonRead); err != nil {
		return page, err
	}
	join, scope, w := " LEFT JOIN", readScope(a, "list people"), &conditions{}
	on := ""
	switch {
	case a.Role.IsStaff():
	case a.Role == access.Liaison:
		join = " JOIN"
		w.add("g.tenant_id = $?", a.Customer)
	default:
		scope = db.ForSystem("account.self")
		w.args = append(w.args, a.Customer)
		on = " AND g.tenant_id = $1"
		w.add("p.id = $?", a.Person)
	}
	from := join + ` access_grant g ON g.person_id = p.id AND g.ended_at IS NULL` + on + join + ` customer c ON c.id = g.tenant_id`
	if a.Role.IsStaff() || a.Role == access.Liaison {
		w.parts = append(w.parts, "p.disabled_at IS NULL")
	}
	w.words(f.Text, "p.name", "p.email_norm", "coalesce(c.key, '')")
	by, limit := []string{"p.name", "p.email_norm", "coalesce(c.key, '')"}, f.limit()
	if f.Customer != "" {
		w.add("c.key = $?", f.Customer)
	}
	err = s.db.View(ctx, scope, func(tx *db.Tx) error {
		if err := mayList(tx, a, f.Customer); err != nil {
			return err
		}
		read := func(c conditions, tail string) ([]Person, error) { return people(tx, from+c.sql()+tail, c.args...) }
		err := w.after(f.Cursor, by, func(c conditions) (int, error) {
			rows, err := read(c, "")
			return len(rows), err
		})
		if err != nil {
			return err
		}
		page.Items, err = read(*w, " ORDER BY "+strings.Join(by, ", ")+" LIMIT "+strconv.Itoa(limit+1))
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		last := page.Items[limit-1]
		norm, err := NormaliseEmail(last.Email)
		if err != nil {
			return page, err
		}
		page.Next = sealCursor(last.Name, norm, last.CustomerKey)
	}
	return page, err
}

// mayList: a customer that is asked for by its key is there, and the actor's own outside of the vendor.
func mayList(tx *db.Tx, a access.Actor, key string) error {
	if key == "" {
		return nil
	}
	list, err := CustomersByKey(tx, []string{key})
	if err == nil && (len(list) == 0 || !a.Role.IsStaff() && list[0].ID != a.Customer) {
		err = errs.Missing()
	}
	return err
}

// FindCustomers is a page of Customers. Error Malformed for a cursor that is none of the actor's list.
func (s *Service) FindCustomers(ctx context.Context, a access.Actor, f Find) (page CustomersPage, err error) {
	defer errs.Wrap(&err, "account.FindCustomers")
	page.Items = []Customer{}
	if err := access.Check(a, access.CustomerRead); err != nil {
		return page, err
	}
	w := &conditions{}
	if !a.Role.IsStaff() {
		if a.Customer.IsZero() {
			return page, nil
		}
		w.add("id = $?", a.Customer)
	}
	w.words(f.Text, "name", "key")
	by, limit := []string{"name", "key"}, f.limit()
	err = s.db.View(ctx, readScope(a, "list customers"), func(tx *db.Tx) error {
		err := w.after(f.Cursor, by, func(c conditions) (int, error) {
			rows, err := customers(tx, c.sql(), c.args...)
			return len(rows), err
		})
		if err != nil {
			return err
		}
		page.Items, err = customers(tx, w.sql()+" ORDER BY "+strings.Join(by, ", ")+" LIMIT "+strconv.Itoa(limit+1), w.args...)
		return err
	})
	if len(page.Items) > limit {
		page.Items = page.Items[:limit]
		page.Next = sealCursor(page.Items[limit-1].Name, page.Items[limit-1].Key)
	}
	return page, err
}

// CustomerOf is one customer that the actor may see, by its key. Another one is as missing as none.
func (s *Service) CustomerOf(ctx context.Context, a access.Actor, key string) (c Customer, err error) {
	defer errs.Wrap(&err, "account.CustomerOf(%s)", key)
	if err := access.Check(a, access.CustomerRead); err != nil {
		return c, err
	}
	w := &conditions{}
	w.add("key = $?", key)
	if !a.Role.IsStaff() {
		if a.Customer.IsZero() {
			return c, errs.Missing()
		}
		w.add("id = $?", a.Customer)
	}
	list, err := customersBy(s.alone(ctx, readScope(a, "read a customer")), w.sql(), w.args...)
	if err == nil && len(list) == 0 {
		err = errs.Missing()
	}
	if err != nil {
		return c, err
	}
	return list[0], nil
}
