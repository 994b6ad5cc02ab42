package portal

import (
	"net/http"
	"slices"
	"strings"

	"liaison/internal/errs"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// PolicyPage is the policy in the pack's own words.
type PolicyPage struct {
	web.Page
	Edition string
	Clauses []ClauseView
}

// ClausePage is one clause of it.
type ClausePage struct {
	web.Page
	Edition  string
	Clause   ClauseView
	Previous *ClauseView
	Next     *ClauseView
}

// ClauseView is a clause in the reader's language.
type ClauseView struct {
	Number, Title, Text string
	Deep                bool // stands within a chapter
}

func clauseView(page web.Page, c policy.Clause) ClauseView {
	lang := string(page.Lang)
	return ClauseView{Number: c.Number, Title: c.Title.In(lang), Text: c.Text.In(lang), Deep: strings.Contains(c.Number, ".") && !strings.HasSuffix(c.Number, ".0")}
}

func (p *portal) policy(w http.ResponseWriter, r *http.Request) error {
	page := PolicyPage{Page: p.Site.Page(r, "nav.policy", "policy"), Edition: p.Policy.Now().Edition}
	page.Title = p.Policy.Now().Title.In(string(page.Lang))
	for _, c := range p.Policy.Now().Clauses {
		page.Clauses = append(page.Clauses, clauseView(page.Page, c))
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}

func (p *portal) clause(w http.ResponseWriter, r *http.Request) error {
	at := slices.IndexFunc(p.Policy.Now().Clauses, func(c policy.Clause) bool { return c.Number == r.PathValue("clause") })
	if at < 0 {
		return errs.Missing()
	}
	page := ClausePage{Page: p.Site.Page(r, "nav.policy", "policy"), Edition: p.Policy.Now().Edition, Clause: clauseView(p.Site.Page(r, "nav.policy", ""), p.Policy.Now().Clauses[at])}
	page.Title = page.Clause.Number + " " + page.Clause.Title
	if at > 0 {
		v := clauseView(page.Page, p.Policy.Now().Clauses[at-1])
		page.Previous = &v
	}
	if at+1 < len(p.Policy.Now().Clauses) {
		v := clauseView(page.Page, p.Policy.Now().Clauses[at+1])
		page.Next = &v
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}
