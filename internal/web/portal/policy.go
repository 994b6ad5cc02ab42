package portal

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"liaison/internal/errs"
	"liaison/internal/examples"
	"liaison/internal/policy"
	"liaison/internal/web"
)

// PolicyPage is the policy in the pack's own words, with the readings taken and what changed from edition to edition.
type PolicyPage struct {
	web.Page
	Edition  string
	Other    OtherEdition
	Clauses  []ClauseView
	Readings []ReadingView
	Editions []EditionView // the last published first
	Coming   []Announcement
}

// ClausePage is one clause of it, with what makes it true.
type ClausePage struct {
	web.Page
	Edition  string
	Other    OtherEdition
	Clause   ClauseView
	Rules    []RuleView
	Duty     string // of people; "" where nothing is left to them
	Evidence string
	Readings []ReadingView
	Examples []ExampleView
	Previous *ClauseView
	Next     *ClauseView
}

// OtherEdition says of a page that it shows an edition that is not in force; the zero one: it shows that which is.
type OtherEdition struct {
	Query string // keeps the links of the page within the edition: "?edition=2025-02"
	Text  string
}

// asked gives the edition that the address asks for, the one in force when it names none. Error: error.missing for a name
// that no edition has.
func (p *portal) asked(r *http.Request, page web.Page) (pack *policy.Pack, other OtherEdition, err error) {
	name, now := r.URL.Query().Get("edition"), p.Policy.Now()
	if name == "" || name == now.Edition {
		return now, other, nil
	}
	e, ok := p.Policy.Book().Named(name)
	if !ok {
		return nil, other, errs.Missing()
	}
	other = OtherEdition{Query: "?edition=" + url.QueryEscape(name), Text: page.T("policy.edition.reads_old", "edition", name, "now", now.Edition)}
	if e.From.After(page.Format.Now) {
		other.Text = page.T("policy.edition.reads_announced", "edition", name, "now", now.Edition, "from", page.Instant(e.From))
	}
	return e.Pack, other, nil
}

// ClauseView is a clause in the reader's language.
type ClauseView struct {
	Number, Title, Text string
	Deep                bool // stands within a chapter
	Facts               []FactView
}

// FactView is a list that belongs to a clause.
type FactView struct {
	Title string
	Items []string
}

// ReadingView is what the text leaves open or contradicts, and what it is taken to mean.
type ReadingView struct {
	Key, Found, Reading string
	Clauses             []string
}

// EditionView is an edition of the policy with what it changed.
type EditionView struct {
	Edition string
	From    web.When // the zero one for the first edition, which holds since ever
	State   string   // in words: in force, announced, replaced
	Groups  []ChangesView
}

// ChangesView is a group of changes, in words.
type ChangesView struct {
	Title string
	Lines []string
}

// RuleView is a rule of the program with the code and the tests that hold it.
type RuleView struct {
	Name, Code string
	Tests      []string
}

// ExampleView is a worked example of a clause.
type ExampleView struct {
	ID, Kind, Title, Inputs, Expected string
}

func clauseView(page web.Page, pack *policy.Pack, c policy.Clause) ClauseView {
	lang := string(page.Lang)
	v := ClauseView{Number: c.Number, Title: c.Title.In(lang), Text: c.Text.In(lang), Deep: strings.Contains(c.Number, ".") && !strings.HasSuffix(c.Number, ".0")}
	for _, f := range pack.FactsOf(c.Number) {
		fact := FactView{Title: f.Title.In(lang)}
		for _, i := range f.Items {
			fact.Items = append(fact.Items, i.In(lang))
		}
		v.Facts = append(v.Facts, fact)
	}
	return v
}

func readingViews(page web.Page, list []policy.Reading) []ReadingView {
	views := make([]ReadingView, len(list))
	for i, r := range list {
		views[i] = ReadingView{Key: r.Key, Found: r.Found.In(string(page.Lang)), Reading: r.Reading.In(string(page.Lang)), Clauses: r.Clauses}
	}
	return views
}

func (p *portal) policy(w http.ResponseWriter, r *http.Request) error {
	page := PolicyPage{Page: p.Site.Page(r, "nav.policy", "policy")}
	pack, other, err := p.asked(r, page.Page)
	if err != nil {
		return err
	}
	page.Edition, page.Other = pack.Edition, other
	page.Title = pack.Title.In(string(page.Lang))
	for _, c := range pack.Clauses {
		page.Clauses = append(page.Clauses, clauseView(page.Page, pack, c))
	}
	page.Readings = readingViews(page.Page, pack.Readings)
	page.Editions = p.editionViews(page.Page)
	page.Coming = p.announcements(page.Page, nil)
	return p.Site.Render(w, r, http.StatusOK, page)
}

// editionViews tells of each edition what it changed, also of one that is announced and not in force yet.
func (p *portal) editionViews(page web.Page) []EditionView {
	var views []EditionView
	editions, now := p.Policy.Book().Editions(), page.Format.Now
	for i, e := range slices.Backward(editions) {
		v := EditionView{Edition: e.Pack.Edition, From: page.When(e.From), State: page.T("policy.edition.in_force")}
		switch {
		case e.From.After(now):
			v.State = page.T("policy.edition.announced")
		case i+1 < len(editions) && !editions[i+1].From.After(now):
			v.State = page.T("policy.edition.replaced")
		}
		if i > 0 {
			v.Groups = changeViews(page, p.changes.between(editions[i-1].Pack, e.Pack))
		}
		views = append(views, v)
	}
	return views
}

// changeViews are the changes in words, by group.
func changeViews(page web.Page, changes []policy.Change) []ChangesView {
	var views []ChangesView
	for i, c := range changes {
		if i == 0 || c.Group != changes[i-1].Group {
			views = append(views, ChangesView{Title: page.T("policydiff.group." + c.Group)})
		}
		last := &views[len(views)-1]
		last.Lines = append(last.Lines, tell(page, c))
	}
	return views
}

func (p *portal) clause(w http.ResponseWriter, r *http.Request) error {
	page := ClausePage{Page: p.Site.Page(r, "nav.policy", "policy")}
	pack, other, err := p.asked(r, page.Page)
	if err != nil {
		return err
	}
	page.Edition, page.Other = pack.Edition, other
	at := slices.IndexFunc(pack.Clauses, func(c policy.Clause) bool { return c.Number == r.PathValue("clause") })
	if at < 0 {
		return errs.Missing()
	}
	clause, lang := pack.Clauses[at], string(page.Lang)
	page.Clause = clauseView(page.Page, pack, clause)
	page.Title = page.Clause.Number + " " + page.Clause.Title
	for _, key := range clause.Rules {
		rule, _ := policy.RuleOf(key)
		page.Rules = append(page.Rules, RuleView{Name: page.T("rule." + key), Code: rule.Code, Tests: rule.Tests})
	}
	if clause.Duty != nil {
		page.Duty, page.Evidence = clause.Duty.Text.In(lang), clause.Duty.Evidence.In(lang)
	}
	page.Readings = readingViews(page.Page, pack.ReadingsOf(clause.Number))
	for _, e := range examples.ForClauseOf(p.Examples, p.Policy, pack, clause.Number) {
		title, _ := e.TitleIn(lang)
		page.Examples = append(page.Examples, ExampleView{ID: e.ID, Kind: page.T("kind." + e.Kind), Title: title, Inputs: string(e.Inputs), Expected: e.ExpectedText()})
	}
	if at > 0 {
		v := clauseView(page.Page, pack, pack.Clauses[at-1])
		page.Previous = &v
	}
	if at+1 < len(pack.Clauses) {
		v := clauseView(page.Page, pack, pack.Clauses[at+1])
		page.Next = &v
	}
	return p.Site.Render(w, r, http.StatusOK, page)
}
