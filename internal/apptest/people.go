package apptest

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/liaisons"
)

// addPeople makes a new member of the customer, and a request about its liaisons that waits: it is the only one, so
// that it neither fills the seats nor uses the year's changes up.
func (w *World) addPeople(o *Objects) {
	w.t.Helper()
	ctx := context.Background()
	customer := w.customerID(o.Customer)
	person, err := w.App.Accounts.CreatePerson(ctx, Program(), account.NewPerson{Name: "New Member", Email: id.New().String() + "@new.example", Language: "en", Zone: "UTC"})
	if err == nil {
		err = w.App.Accounts.Grant(ctx, Program(), customer, person, access.Member, account.Own)
	}
	if err != nil {
		w.t.Fatal(err)
	}
	o.Member = person.String()
	var waiting []id.ID
	w.Rows(`SELECT DISTINCT change_id FROM liaison_change_item WHERE tenant_id = $1 AND state = 'waiting'`, []any{customer}, func(scan func(...any) error) error {
		waiting = append(waiting, id.ID{})
		return scan(&waiting[len(waiting)-1])
	})
	for _, change := range waiting {
		if err := w.App.Liaisons.Withdraw(ctx, Program(), customer, change); err != nil {
			w.t.Fatal(err)
		}
	}
	system, err := id.Parse(o.System)
	if err != nil {
		w.t.Fatal(err)
	}
	it := liaisons.Item{System: system, Name: "New Person", Email: id.New().String() + "@new.example"}
	change, err := w.App.Liaisons.Request(ctx, Program(), liaisons.Request{Customer: customer, Items: []liaisons.Item{it}})
	if o.Change = change.String(); err != nil && errs.KindOf(err) != errs.Conflict { // no seat is free: a request that never was
		w.t.Fatal(err)
	}
}

func (w *World) customerID(key string) (customer id.ID) {
	w.t.Helper()
	w.Rows(`SELECT id FROM customer WHERE key = $1`, []any{key}, func(scan func(...any) error) error { return scan(&customer) })
	return customer
}

// Invitation is the token of an invitation of the customer that waits.
func (w *World) Invitation(customer string) (token string) {
	w.t.Helper()
	var item id.ID
	w.Rows(`SELECT id FROM liaison_change_item WHERE tenant_id = $1 AND state = 'waiting' ORDER BY expires_at DESC`, []any{w.customerID(customer)},
		func(scan func(...any) error) error { return scan(&item) })
	f, ok, err := w.App.Liaisons.MailFacts(context.Background(), liaisons.Mail{Template: liaisons.Invited, Tenant: w.customerID(customer), Item: item, Event: item})
	if err != nil || !ok {
		w.t.Fatalf("no invitation: %v, %v", ok, err)
	}
	return strings.TrimPrefix(f.Path, liaisons.InvitePath)
}

// Task is the id of a new task of staff about the customer.
func (w *World) Task(customer string) string {
	w.t.Helper()
	task := id.New()
	w.Rewrite(func(tx *db.Tx) error {
		return errors.Join(tx.Buffer(`INSERT INTO staff_task (tenant_id, id, kind, centre, made_at) VALUES ($1, $2, 'owner_departed', 'emea', $3)`,
			w.customerID(customer), task, tx.Now()),
			journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "task", Subject: task, Kind: "task.made", Visibility: journal.Staff}))
	})
	return task.String()
}

// liaisonForms are the forms of the pages about liaisons.
func (o Objects) liaisonForms() map[string]url.Values {
	invited := url.Values{"system": {o.System}, "name": {"New Person"}, "email": {id.New().String() + "@new.example"}}
	return map[string]url.Values{
		"/liaisons/request":                  invited,
		"/liaisons/{system}/{holder}":        invited,
		"/desk/customers/{key}/liaisons":     invited,
		"/liaisons/people/{colleague}/view":  {"sees": {"own"}},
		"/liaisons/{system}/{holder}/centre": {"centre": {"latam"}},
	}
}
