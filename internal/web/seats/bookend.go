package seats

import (
	"net/http"

	"liaison/internal/access"
	"liaison/internal/books"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/web"
)

// EndPage asks once more before an entry of the books is ended or taken out, and says what follows from it.
type EndPage struct {
	web.Page
	Asked
	Key, Name, Kind, Question, Follows, Does, Etag string
	Facts                                          []BookRow
}

func (o Options) askEnd(w http.ResponseWriter, r *http.Request) error {
	customer, entry, err := o.entryNamed(r)
	if err != nil {
		return err
	}
	return o.showEnd(w, r, http.StatusOK, customer, entry, Asked{})
}

// entryNamed is the entry of the address. Who may not end entries of the kind learns nothing about which there are.
func (o Options) entryNamed(r *http.Request) (customer, entry id.ID, err error) {
	actor := web.CurrentActor(r)
	if p := books.EnterPermission(r.PathValue("kind")); p != "" {
		if err := access.Check(actor, p); err != nil {
			return customer, entry, err
		}
	}
	if customer, err = o.Liaisons.Named(r.Context(), actor, r.PathValue("key")); err == nil {
		entry, err = pathID(r, "entry")
	}
	return customer, entry, err
}

func (o Options) showEnd(w http.ResponseWriter, r *http.Request, status int, customer, entry id.ID, asked Asked) error {
	ctx, actor, kind := r.Context(), web.CurrentActor(r), r.PathValue("kind")
	b, err := o.Books.AsOf(ctx, actor, customer, o.Site.Clock.Now())
	if err != nil {
		return err
	}
	page := EndPage{Page: o.Site.Page(r, "books.end_title", "customers"), Asked: asked, Key: r.PathValue("key"), Kind: kind, Etag: b.Etag(kind, entry)}
	if page.Etag == "" {
		return errs.Missing()
	}
	all, err := o.Liaisons.Overview(ctx, actor, customer)
	if err != nil {
		return err
	}
	page.Name = all.Name
	for _, s := range o.bookSections(page.Page, b, &chooser{o: o, page: page.Page, base: booksBase(r)}) {
		for _, row := range s.Rows {
			if s.Kind != kind || row.entry != entry {
				continue
			}
			page.Facts = append(page.Facts, row)
			if row.Does != "" {
				page.Does = row.Does
				page.Question = page.T("books.ask."+row.does, "name", row.Name)
			}
		}
	}
	page.Follows = page.T("books.follows." + kind)
	return o.Site.Render(w, r, status, page)
}

// endBooks ends the entry. When somebody was faster it asks again, about what is there now.
func (o Options) endBooks(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	customer, entry, err := o.entryNamed(r)
	if err != nil {
		return err
	}
	err = o.Books.End(r.Context(), web.CurrentActor(r), customer, r.PathValue("kind"), entry, form.Value("etag"))
	if err == nil {
		return o.Site.Redirect(w, r, booksBase(r), "books_ended", "")
	}
	asked, ok := undone(o.Site.Page(r, "books.end_title", "customers"), form, err)
	if !ok || errs.KindOf(err) == errs.Refused || errs.KindOf(err) == errs.NotFound {
		return err
	}
	return o.showEnd(w, r, web.StatusOf(err), customer, entry, asked)
}
