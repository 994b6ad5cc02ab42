// Package money is the part of the site of the order and finance desk and of the renewals desk: invoices, their
// payments and files of them, renewals.
package money

import (
	"embed"
	"io/fs"

	"liaison/internal/access"
	"liaison/internal/billing"
	"liaison/internal/contract"
	"liaison/internal/policy"
	"liaison/internal/web"
)

//go:embed templates
var files embed.FS

// Options are what the section works with. All are needed.
type Options struct {
	Site     *web.Site
	Billing  *billing.Service
	Contract *contract.Service
	Policy   policy.Source
}

const invoicesPath = "/desk/invoices"

// Section is the pages as a part of the site. The menu is the desk's.
func Section(o Options) web.Section {
	templates, err := fs.Sub(files, "templates")
	if err != nil {
		panic(err) // the folder is embedded: its name is right or the build is broken
	}
	return web.Section{Name: "money", Templates: templates,
		Pages: []web.PageType{
			{File: "invoices.html", Zero: InvoicesPage{}, Layout: web.DeskLayout},
			{File: "invoice.html", Zero: InvoicePage{}, Layout: web.DeskLayout},
			{File: "new.html", Zero: NewPage{}, Layout: web.DeskLayout},
			{File: "import.html", Zero: ImportPage{}, Layout: web.DeskLayout},
			{File: "renewals.html", Zero: RenewalsPage{}, Layout: web.DeskLayout},
			{File: "renewal.html", Zero: RenewalPage{}, Layout: web.DeskLayout},
			{File: "quote.html", Zero: QuotePage{}, Layout: web.DeskLayout},
			{File: "extended.html", Zero: ExtendedPage{}, Layout: web.DeskLayout},
			{File: "terms.html", Zero: TermsPage{}, Layout: web.PortalLayout},
		},
		Routes: append(o.invoiceRoutes(), o.renewalRoutes()...),
	}
}

func (o Options) invoiceRoutes() []web.Route {
	route := func(method, pattern string, may access.Permission, event string, h web.Handler) web.Route {
		return web.Route{Handle: h, Route: access.Route{Method: method, Pattern: invoicesPath + pattern, Permission: may,
			Tenant: access.TenantStaff, Restricted: access.RestrictedSame, Event: event}}
	}
	takes := route("POST", "/import", access.InvoiceWrite, "invoice.added", o.importFile)
	takes.MaxBody = 2 * billing.MaxFile
	return []web.Route{
		route("GET", "", access.InvoiceRead, access.NoEvent, o.invoices),
		route("GET", "/new", access.InvoiceWrite, access.NoEvent, o.newInvoice),
		route("POST", "/new", access.InvoiceWrite, "invoice.added", o.addInvoice),
		route("GET", "/import", access.InvoiceWrite, access.NoEvent, o.importForm),
		takes,
		route("GET", "/{invoice}", access.InvoiceRead, access.NoEvent, o.invoice),
		route("POST", "/{invoice}/payment", access.InvoiceWrite, "invoice.paid", o.pay),
		route("POST", "/{invoice}/void", access.InvoiceWrite, "invoice.voided", o.takeBack),
	}
}
