// Package web is the floor that every page stands on: the frame around it, its words and parts, who looks at it,
// what happens when something fails. The pages themselves live in sections: this package has the section of
// signing in; packages portal and desk below it have the customers' and the engineers' pages.
//
// # A page
//
// A page is an exported struct that embeds Page, a template of the same name in the section's templates folder, and
// one line in the section's list of pages:
//
//	type CasesPage struct {
//		web.Page
//		Rows []CaseRow
//	}
//
//	Pages: []web.PageType{{File: "cases.html", Zero: CasesPage{}, Layout: web.PortalLayout}}
//
// The template defines "main" and reads the struct; a test (webtest.Check) holds each template against its struct,
// its message keys against the catalogue and its icons against the sprite:
//
//	{{define "main"}}<h1 class="h1">{{t "cases.title"}}</h1>
//	{{range .Rows}}{{template "prio" .Prio}} {{template "when" ($.When .NextDue)}}{{end}}{{end}}
//
// Functions know the language; methods of Page know the reader's zone and the present instant:
//
//	t "key" "name" value ...   a message of the catalogue
//	icon "inbox"               a glyph of the sprite; hidden from screen readers
//	md .Text                   Markdown of people, sanitised
//	langattr .Subject          the lang attribute of people's text, where it differs from the page's
//	static "app.js"            the address of an asset
//	$.When t, $.Due t, $.Instant t, $.Date t, $.DateISO t, $.Duration d, $.Countdown t, $.Size n
//
// The handler builds the struct and gives it to Render, which finds the template by the struct's type:
//
//	func (p *Portal) cases(w http.ResponseWriter, r *http.Request) error {
//		actor := web.CurrentActor(r)
//		rows, err := p.Cases.List(r.Context(), actor, ...)
//		if err != nil {
//			return err
//		}
//		return p.Site.Render(w, r, http.StatusOK, CasesPage{Page: p.Site.Page(r, "cases.title", "cases"), Rows: ...})
//	}
//
// Fragment renders one defined template of a page for htmx. Whatever a handler returns as an error becomes a page
// (or, for htmx, a notice), a status and a line in the log in one place: fail.
//
// # Without a script
//
// Every feature is a link or a form first. app.js only adds: it ticks <time data-due>, clicks what carries data-key,
// saves forms with data-draft, warns before leaving forms with data-guard. Pages hold no script, no colour and no
// style attribute other than custom properties.
package web
