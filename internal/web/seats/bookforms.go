package seats

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/contract"
	"liaison/internal/liaisons"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// BookForm is a form that enters or corrects one kind of entry.
type BookForm struct {
	Action, Title, Button, Etag string
	Open                        bool
	Fields                      []BookField
}

// BookField is one field of it: a select where there are options, else an input of Type.
type BookField struct {
	ID, Name, Label, Type, Value, Hint string
	Options                            []Option
	Err                                *web.FieldError
}

// orderLines is how many lines of an order the form takes; programs record longer ones.
const orderLines = 3

// chooser makes the forms of one page.
type chooser struct {
	o        Options
	page     web.Page
	base     string
	asked    string // the form that was not done, by its address
	form     web.Form
	systems  []Option
	people   []Option
	staff    []Option
	products []Option
	versions []Option
}

// chooser reads what can be chosen from. Who may enter nothing gets none.
func (o Options) chooser(ctx context.Context, p web.Page, a access.Actor, all liaisons.Overview, b books.Books) (*chooser, error) {
	c := &chooser{o: o, page: p}
	for _, s := range b.Systems {
		c.systems = append(c.systems, Option{Value: s.ID.String(), Text: s.Name})
	}
	if access.Allows(a, access.BooksRelate) {
		for _, who := range all.People {
			c.people = append(c.people, Option{Value: who.ID.String(), Text: who.Name + " · " + p.T("role."+string(who.Role))})
		}
		staff, err := o.Accounts.Staff(ctx, a)
		if err != nil {
			return nil, err
		}
		for _, who := range staff {
			c.staff = append(c.staff, Option{Value: who.ID.String(), Text: who.Name + " · " + p.T("role."+string(who.Role))})
		}
	}
	lines, err := o.Releases.Lines(ctx)
	if err != nil {
		return nil, err
	}
	for _, x := range lines {
		c.products = append(c.products, Option{Value: x.ID, Text: x.Name})
		for _, r := range x.Releases {
			c.versions = append(c.versions, Option{Value: x.ID + " " + r.Version, Text: x.Name + " " + r.Version})
		}
	}
	return c, nil
}

// make completes a form: what was typed stays, and every field says what is wrong with it.
func (c *chooser) make(path, title, button, etag string, fields ...BookField) *BookForm {
	f := &BookForm{Action: c.base + "/" + path, Title: title, Button: button, Etag: etag, Fields: fields}
	f.Open = c.asked == f.Action
	for i := range f.Fields {
		x := &f.Fields[i]
		x.ID = strings.NewReplacer("/", "-", "[", "-", "]", "-", ".", "-").Replace(path + "-" + x.Name)
		if x.Label == "" {
			x.Label = c.page.T("books.field." + x.Name)
		}
		if f.Open {
			x.Value, x.Err = c.form.Value(x.Name), c.form.Error(x.Name)
		}
		for j, o := range x.Options {
			if o.Value == x.Value {
				x.Options = append([]Option{}, x.Options...)
				x.Options[j].Selected = true
			}
		}
	}
	return f
}

func text(name, value string) BookField { return BookField{Name: name, Value: value, Type: "text"} }
func day(name, value string) BookField  { return BookField{Name: name, Value: value, Type: "date"} }
func count(name, value string) BookField {
	return BookField{Name: name, Value: value, Type: "number"}
}
func choose(name, value string, options []Option) BookField {
	return BookField{Name: name, Value: value, Options: options}
}

// enter is the form that enters something of a kind.
func (c *chooser) enter(kind string) *BookForm {
	var fields []BookField
	switch kind {
	case books.Agreements:
		fields = []BookField{text("number", ""), text("country", ""), text("signingEntity", ""), day("from", ""), day("to", "")}
	case books.Orders:
		fields = append([]BookField{text("number", ""), day("signedOn", ""), day("from", ""), day("to", "")}, c.orderLines()...)
	case books.Systems:
		fields = append([]BookField{text("name", "")}, c.systemFields(contract.SystemEntry{Environments: []string{"production"}})...)
	case books.Components:
		fields = []BookField{choose("system", "", c.systems), text("name", ""), text("vendor", ""), text("version", "")}
	case books.Terms:
		fields = []BookField{choose("system", "", c.systems), choose("plan", "", c.plans()), day("from", ""), day("to", "")}
	case books.Exceptions:
		fields = []BookField{choose("system", "", c.systems), text("document", ""), c.scope(""), day("from", ""), day("to", "")}
	case books.BoughtKind:
		fields = []BookField{choose("system", "", c.systems), count("seats", "1"), day("from", ""),
			choose("further", "", []Option{{Text: c.page.T("books.seats_once")}, {Value: "yes", Text: c.page.T("books.seats_further")}})}
	case books.Contacts:
		fields = []BookField{choose("kind", "", c.contactKinds()), choose("person", "", append(append([]Option{}, c.people...), c.staff...))}
	case books.Links:
		other := text("customer", "")
		other.Label = c.page.T("books.field.other")
		fields = []BookField{choose("kind", "", c.linkKinds()), other}
	}
	return c.make(kind, c.page.T("books.add."+kind), c.page.T("books.add"), "", fields...)
}

func (c *chooser) correctTerm(e contract.TermEntry) *BookForm {
	return c.make(books.Terms+"/"+e.ID.String(), c.page.T("books.correct"), c.page.T("books.save"), e.Etag, choose("plan", e.Plan, c.plans()), day("to", e.To.String()))
}

func (c *chooser) correctException(e contract.ExceptionEntry) *BookForm {
	return c.make(books.Exceptions+"/"+e.ID.String(), c.page.T("books.correct"), c.page.T("books.save"), e.Etag, c.scope(e.Scope), day("from", e.From.String()), day("to", e.To.String()))
}

func (c *chooser) correctSystem(e contract.SystemEntry) *BookForm {
	return c.make(books.Systems+"/"+e.ID.String(), c.page.T("books.correct"), c.page.T("books.save"), e.Etag, c.systemFields(e)...)
}

// scope is what an order keeps: everything, what extended support has, or one service. What else a program has recorded
// stays a choice of its own.
func (c *chooser) scope(value string) BookField {
	scopes := []string{contract.ScopeFull}
	if e := c.o.Policy.Now().Extended; len(e.Scope) > 1 {
		scopes = append(scopes, strings.Join(e.Scope, " "))
	}
	scopes = append(scopes, policy.Services()...)
	if value != "" && !slices.Contains(scopes, value) {
		scopes = append(scopes, value)
	}
	var options []Option
	for _, s := range scopes {
		options = append(options, Option{Value: s, Text: services(c.page, s)})
	}
	return choose("scope", value, options)
}

// services are the words for a scope; a code that a program has made up stands as it is.
func services(p web.Page, scope string) string {
	var words []string
	for s := range strings.FieldsSeq(scope) {
		if s == contract.ScopeFull || slices.Contains(policy.Services(), s) {
			s = p.T("books.service." + s)
		}
		words = append(words, s)
	}
	return strings.Join(words, p.T("books.service.and"))
}

func (c *chooser) systemFields(e contract.SystemEntry) []BookField {
	deployments := []Option{}
	for _, d := range []string{contract.OnPrem, contract.Cloud} {
		deployments = append(deployments, Option{Value: d, Text: c.page.T("desk.deployment." + d)})
	}
	environments := text("environments", strings.Join(e.Environments, " "))
	environments.Hint = c.page.T("books.environments_hint")
	return []BookField{choose("deployment", e.Deployment, deployments), text("country", e.Country),
		choose("release", e.Product+" "+e.Version, c.versions), environments}
}

func (c *chooser) orderLines() (fields []BookField) {
	skus := []Option{{Text: c.page.T("books.no_line")}}
	for _, p := range c.o.Policy.Now().Plans {
		skus = append(skus, Option{Value: books.SKUPlan + p.Key, Text: c.o.sku(c.page, books.SKUPlan+p.Key)})
	}
	for _, s := range []string{books.SKUProduct, books.SKUSeat, books.SKUELS, books.SKUMapKey} {
		skus = append(skus, Option{Value: s, Text: c.o.sku(c.page, s)})
	}
	none := Option{Text: c.page.T("books.whole_customer")}
	for i := range orderLines {
		at := "lines[" + strconv.Itoa(i) + "]."
		line := []BookField{choose(at+"sku", "", skus), choose(at+"product", "", append([]Option{{Text: "—"}}, c.products...)), count(at+"quantity", "1"),
			choose(at+"system", "", append([]Option{none}, c.systems...))}
		for j, name := range []string{"sku", "product", "quantity", "system"} {
			line[j].Label = c.page.T("books.line", "n", i+1, "what", c.page.T("books.field."+name))
		}
		if i == 0 {
			line[0].Hint = c.page.T("books.lines_hint", "count", orderLines)
		}
		fields = append(fields, line...)
	}
	return fields
}

func (c *chooser) plans() (list []Option) {
	for _, p := range c.o.Policy.Now().Plans {
		list = append(list, Option{Value: p.Key, Text: p.Names.In(string(c.page.Lang))})
	}
	return list
}

func (c *chooser) contactKinds() (list []Option) {
	for _, k := range books.Kinds() {
		list = append(list, Option{Value: k, Text: c.page.T("books.contact." + k)})
	}
	return list
}

func (c *chooser) linkKinds() (list []Option) {
	for _, k := range []string{books.Affiliate, books.Partner} {
		list = append(list, Option{Value: k, Text: c.page.T("books.link." + k)})
	}
	return list
}
