package seats

import (
	"errors"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liaison/internal/books"
	"liaison/internal/calendar"
	"liaison/internal/contract"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

func booksBase(r *http.Request) string { return "/desk/customers/" + r.PathValue("key") + "/books" }

// formDay reads a day of a form; "" is none: the use case says what is missing.
func formDay(form web.Form, name string, bad *[]errs.Field) (d calendar.Date) {
	if form.Value(name) == "" {
		return d
	}
	d, err := calendar.ParseDate(form.Value(name))
	if err != nil {
		*bad = append(*bad, errs.BadField(name, "books.not_a_day"))
	}
	return d
}

func formCount(form web.Form, name string, bad *[]errs.Field) int {
	n, err := strconv.Atoi(strings.TrimSpace(form.Value(name)))
	if err != nil {
		*bad = append(*bad, errs.BadField(name, "books.not_a_number"))
	}
	return n
}

// formSystem reads the id of a system.
func formSystem(form web.Form, name string, bad *[]errs.Field) id.ID {
	v, err := formID(form, name)
	if err != nil {
		*bad = append(*bad, errs.As(err).Fields...)
	}
	return v
}

// actBooks does what a form of the books asks for, and shows the books again with the reason when it is not done.
func (o Options) actBooks(w http.ResponseWriter, r *http.Request, notice string, do func(form web.Form, customer id.ID) error) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	customer, err := o.Liaisons.Named(r.Context(), web.CurrentActor(r), r.PathValue("key"))
	if err != nil {
		return err
	}
	if err = do(form, customer); err == nil {
		return o.Site.Redirect(w, r, booksBase(r), notice, "")
	}
	asked, ok := undone(o.Site.Page(r, "books.title", "customers"), form, err)
	if !ok || errs.KindOf(err) == errs.Refused || errs.KindOf(err) == errs.NotFound {
		return err
	}
	return o.showBooks(w, r, web.StatusOf(err), asked)
}

func (o Options) enterBooks(w http.ResponseWriter, r *http.Request) error {
	return o.actBooks(w, r, "books_entered", func(form web.Form, customer id.ID) error {
		e, err := o.entry(r, form)
		if err == nil {
			_, err = o.Books.Enter(r.Context(), web.CurrentActor(r), customer, e)
		}
		switch r.PathValue("kind") {
		case books.Orders:
			err = lineDays(err)
		case books.Systems:
			err = releaseField(err)
		}
		return err
	})
}

// lineDays says what is wrong with the days of an order's lines at the two fields that are the days of all of them, once.
func lineDays(err error) error {
	e, ok := errors.AsType[*errs.Error](err)
	if !ok {
		return err
	}
	var said []errs.Field
	for _, f := range e.Fields {
		if _, name, ofLine := strings.Cut(f.Name, "]."); ofLine && (name == "from" || name == "to") {
			f.Name = name
		}
		if !slices.ContainsFunc(said, func(b errs.Field) bool { return b.Name == f.Name }) {
			said = append(said, f)
		}
	}
	e.Fields = said
	return err
}

// entry reads what a form enters, with what could not be read of it; a kind that is none is missing.
func (o Options) entry(r *http.Request, form web.Form) (e books.Entry, err error) {
	var bad []errs.Field
	from, to := formDay(form, "from", &bad), formDay(form, "to", &bad)
	switch r.PathValue("kind") {
	case books.Agreements:
		e = books.Agreement{Number: form.Value("number"), Country: country(form), SigningEntity: form.Value("signingEntity"), From: from, To: to}
	case books.Orders:
		e = books.Order{Number: form.Value("number"), SignedOn: formDay(form, "signedOn", &bad), Lines: linesOf(form, from, to, &bad)}
	case books.Systems:
		n := systemOf(form)
		n.Name = form.Value("name")
		e = books.System(n)
	case books.Components:
		e = books.Component{System: formSystem(form, "system", &bad), Name: form.Value("name"), Vendor: form.Value("vendor"), Version: form.Value("version")}
	case books.Terms:
		e = books.Term{System: formSystem(form, "system", &bad), Term: contract.Term{Plan: form.Value("plan"), From: from, To: to}}
	case books.Exceptions:
		e = books.Exception{System: formSystem(form, "system", &bad), Exception: contract.Exception{Document: form.Value("document"), Scope: form.Value("scope"), From: from, To: to}}
	case books.BoughtKind:
		e = books.Seats{System: formSystem(form, "system", &bad), Seats: formCount(form, "seats", &bad), From: from, Further: form.Value("further") != ""}
	case books.Contacts:
		e = books.Contact{Kind: form.Value("kind"), Person: formSystem(form, "person", &bad)}
	case books.Links:
		other, err := o.Liaisons.Named(r.Context(), web.CurrentActor(r), strings.TrimSpace(form.Value("customer")))
		if err != nil && errs.KindOf(err) != errs.NotFound {
			return nil, err
		}
		e = books.Tied{Kind: form.Value("kind"), Other: other} // one that is none is told by the use case
	default:
		return nil, errs.Missing()
	}
	return books.Read(e, bad), nil
}

func country(form web.Form) string { return strings.ToUpper(strings.TrimSpace(form.Value("country"))) }

func systemOf(form web.Form) contract.NewSystem {
	product, version, _ := strings.Cut(form.Value("release"), " ")
	return contract.NewSystem{Deployment: form.Value("deployment"), Country: country(form), Product: product, Version: version,
		Environments: strings.FieldsFunc(form.Value("environments"), func(r rune) bool { return r == ' ' || r == ',' || r == '，' || r == '、' })}
}

func linesOf(form web.Form, from, to calendar.Date, bad *[]errs.Field) (lines []books.Line) {
	for i := range orderLines {
		at := "lines[" + strconv.Itoa(i) + "]."
		if form.Value(at+"sku") == "" {
			continue
		}
		lines = append(lines, books.Line{SKU: form.Value(at + "sku"), Product: form.Value(at + "product"), Quantity: formCount(form, at+"quantity", bad),
			System: formSystem(form, at+"system", bad), From: from, To: to})
	}
	return lines
}

func (o Options) correctBooks(w http.ResponseWriter, r *http.Request) error {
	return o.actBooks(w, r, "books_corrected", func(form web.Form, customer id.ID) error {
		entry, err := pathID(r, "entry")
		if err != nil {
			return err
		}
		ctx, actor, tag := r.Context(), web.CurrentActor(r), form.Value("etag")
		var bad []errs.Field
		from, to := formDay(form, "from", &bad), formDay(form, "to", &bad)
		if err := errs.BadFields(bad...); err != nil {
			return err
		}
		switch r.PathValue("kind") {
		case books.Terms:
			_, err = o.Books.CorrectTerm(ctx, actor, customer, entry, tag, form.Value("plan"), to)
		case books.Exceptions:
			_, err = o.Books.CorrectException(ctx, actor, customer, entry, tag, contract.Exception{Scope: form.Value("scope"), From: from, To: to})
		case books.Systems:
			_, err = o.Books.CorrectSystem(ctx, actor, customer, entry, tag, systemOf(form))
			err = releaseField(err)
		default:
			err = errs.Missing()
		}
		return err
	})
}

// releaseField says a wrong version at the field that chooses it.
func releaseField(err error) error {
	if e, ok := errors.AsType[*errs.Error](err); ok {
		for i := range e.Fields {
			if e.Fields[i].Name == "version" {
				e.Fields[i].Name = "release"
			}
		}
	}
	return err
}
