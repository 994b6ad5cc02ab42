package api

import (
	"net/http"
	"reflect"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
)

// What the program that keeps the vendor's customers brings, by ids of its own.

type broughtView struct {
	ID      id.ID `json:"id" format:"uuid"`
	Made    bool  `json:"made" doc:"the id was not known before, and the customer was not there"`
	Changed bool  `json:"changed" doc:"false: everything was like this already"`
}

type broughtCustomerBody struct {
	Key      string `json:"key" doc:"short stable name"`
	Name     string `json:"name"`
	Kind     string `json:"kind" enum:"customer,partner,reseller"`
	Country  string `json:"country" doc:"contract country, ISO 3166 alpha-2"`
	Centre   string `json:"centre,omitempty" doc:"left out: that of the country"`
	Language string `json:"language,omitempty" enum:"en,zh-Hans"`
	TakeOver bool   `json:"takeOver,omitempty" doc:"true: a customer who has the key already and was never brought is the one that is meant; otherwise that is 409"`
}

type broughtContactBody struct {
	Customer string   `json:"customer" doc:"external id of the customer"`
	Email    string   `json:"email" format:"email"`
	Name     string   `json:"name"`
	Phone    string   `json:"phone,omitempty"`
	Language string   `json:"language,omitempty" enum:"en,zh-Hans"`
	Zone     string   `json:"zone,omitempty" doc:"IANA name"`
	Kinds    []string `json:"kinds,omitempty" doc:"contract, billing, security, privacy: exactly these are theirs; left out: those that they have"`
}

type broughtSystemBody struct {
	Customer     string   `json:"customer" doc:"external id of the customer"`
	Name         string   `json:"name"`
	Deployment   string   `json:"deployment" enum:"on_prem,cloud"`
	Country      string   `json:"country"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments" doc:"production first"`
}

type broughtAgreementBody struct {
	Customer      string `json:"customer" doc:"external id of the customer"`
	Number        string `json:"number"`
	Country       string `json:"country"`
	SigningEntity string `json:"signingEntity"`
	From          string `json:"from" format:"date"`
	To            string `json:"to" format:"date"`
}

func (a *API) crmOperations() []operation {
	put := func(kind, event, name, summary string, body reflect.Type, serve func(*call) error) operation {
		return operation{Route: access.Route{Method: "PUT", Pattern: "/api/v1/crm/" + kind + "/{ref}", Permission: access.CRMSync, Tenant: access.TenantStaff,
			Restricted: access.RestrictedSame, Event: event}, id: name, summary: summary + " by an id of the caller's; the same again changes nothing",
			body: body, answer: reflect.TypeFor[broughtView](), status: http.StatusOK, serve: serve}
	}
	return []operation{
		put("customers", "customer.created", "bringCustomer", "Make or change a customer", reflect.TypeFor[broughtCustomerBody](), (*call).bringCustomer),
		put("contacts", "person.created", "bringContact", "Make or change a person of a customer", reflect.TypeFor[broughtContactBody](), (*call).bringContact),
		put("systems", "system.added", "bringSystem", "Make or change a system of a customer", reflect.TypeFor[broughtSystemBody](), (*call).bringSystem),
		put("agreements", "agreement.added", "bringAgreement", "Record an agreement of a customer", reflect.TypeFor[broughtAgreementBody](), (*call).bringAgreement),
	}
}

// brought checks who calls and reads the body.
func (c *call) brought(body any) (ref string, err error) {
	if err := access.Check(c.actor, c.op.Permission); err != nil {
		return "", err
	}
	return c.r.PathValue("ref"), decode(c.raw, body)
}

func (c *call) tellBrought(b books.Brought, err error) error {
	if err != nil {
		return err
	}
	return c.reply(broughtView{b.ID, b.Made, b.Changed})
}

func (c *call) bringCustomer() error {
	var b broughtCustomerBody
	ref, err := c.brought(&b)
	if err != nil {
		return err
	}
	if b.Language == "" {
		b.Language = "en"
	}
	return c.tellBrought(c.api.Books.BringCustomer(c.r.Context(), c.actor, ref, books.BroughtCustomer{TakeOver: b.TakeOver,
		Customer: account.Customer{Key: b.Key, Name: b.Name, Kind: b.Kind, Country: b.Country, Centre: b.Centre, Language: b.Language}}))
}

func (c *call) bringContact() error {
	var b broughtContactBody
	ref, err := c.brought(&b)
	if err != nil {
		return err
	}
	if b.Customer == "" {
		return errs.BadFields(errs.BadField("customer", "field.required"))
	}
	return c.tellBrought(c.api.Books.BringContact(c.r.Context(), c.actor, ref, b.Customer, books.BroughtContact{Kinds: b.Kinds,
		Contact: account.Contact{Email: b.Email, Name: b.Name, Phone: b.Phone, Language: b.Language, Zone: b.Zone}}))
}

func (c *call) bringSystem() error {
	var b broughtSystemBody
	ref, err := c.brought(&b)
	if err != nil {
		return err
	}
	if b.Customer == "" {
		return errs.BadFields(errs.BadField("customer", "field.required"))
	}
	return c.tellBrought(c.api.Books.BringSystem(c.r.Context(), c.actor, ref, b.Customer, contract.NewSystem{Name: b.Name, Deployment: b.Deployment,
		Country: b.Country, Product: b.Product, Version: b.Version, Environments: b.Environments}))
}

func (c *call) bringAgreement() error {
	var b broughtAgreementBody
	ref, err := c.brought(&b)
	if err != nil {
		return err
	}
	var bad []errs.Field
	g := contract.Agreement{Number: b.Number, Country: b.Country, SigningEntity: b.SigningEntity, From: dayField("from", b.From, &bad), To: dayField("to", b.To, &bad)}
	if b.Customer == "" {
		bad = append(bad, errs.BadField("customer", "field.required"))
	}
	if err := errs.BadFields(bad...); err != nil {
		return err
	}
	return c.tellBrought(c.api.Books.BringAgreement(c.r.Context(), c.actor, ref, b.Customer, g))
}
