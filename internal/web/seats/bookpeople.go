package seats

import (
	"slices"
	"strings"
	"time"

	"liaison/internal/account"
	"liaison/internal/books"
	"liaison/internal/id"
	"liaison/internal/web"
)

// mostPeople is how many people with access the page lists at most: a directory may keep very many. REST gives all.
const mostPeople = 200

// fact is a row that nothing is done to; parts that are "" are left out.
func fact(entry id.ID, name string, parts ...string) BookRow {
	parts = slices.DeleteFunc(parts, func(s string) bool { return s == "" })
	return BookRow{Name: name, Text: strings.Join(parts, " · "), entry: entry}
}

// peopleSections are what the books say of the people of the customer: who was a liaison, who had access, what was chosen for
// them. Systems are the names of the systems of then.
func (o Options) peopleSections(p web.Page, b books.Books, systems map[id.ID]string, since func(time.Time) string) []BookSection {
	designated := BookSection{Kind: "designated", Title: p.T("seats.title")}
	for _, d := range b.Designated {
		designated.Rows = append(designated.Rows, fact(d.Person, d.Name, systems[d.System], since(d.Since)))
	}
	centres := BookSection{Kind: "centres", Title: p.T("books.centres")}
	for _, x := range b.Centres {
		centres.Rows = append(centres.Rows, fact(x.Person, x.Name, systems[x.System], o.centre(p, x.Centre)))
	}
	views := BookSection{Kind: "views", Title: p.T("books.views")}
	for _, x := range b.Views {
		views.Rows = append(views.Rows, fact(x.Person, x.Name, p.T("seats.sees."+x.Sees)))
	}
	return []BookSection{designated, withAccess(p, b.Access, since), centres, views}
}

func withAccess(p web.Page, list []books.BookedAccess, since func(time.Time) string) BookSection {
	s := BookSection{Kind: "access", Title: p.T("books.access"), Count: len(list)}
	for _, x := range list[:min(len(list), mostPeople)] {
		kind := ""
		if x.Kind != string(account.Own) {
			kind = p.T("books.access." + x.Kind)
		}
		s.Rows = append(s.Rows, fact(x.Person, x.Name, p.T("role."+x.Role), kind, since(x.Since)))
	}
	if hidden := len(list) - len(s.Rows); hidden > 0 {
		s.More = p.T("books.access.more", "count", hidden)
	}
	return s
}
