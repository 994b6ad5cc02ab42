package portal

import (
	"net/http"
	"slices"
	"time"

	"liaison/internal/access"
	"liaison/internal/account"
	"liaison/internal/errs"
	"liaison/internal/id"
	"liaison/internal/text"
	"liaison/internal/web"
)

// AccountPage is a person's own account.
type AccountPage struct {
	web.Page
	Form      web.Form
	Person    Contact
	Role      string
	Languages []Option
	Zones     []string
	Themes    []Option
	Keys      bool // single-key shortcuts
	Customers []Option
	Mails     []MailRow
	Systems   []Option // to choose the default for cases by mail from
	Tokens    []TokenRow
	Secret    string // of the token just made; shown this once
	MinLength int
	ByToken   bool // shown by a token: nothing can be changed
	MayCRM    bool // may make a token for the program that keeps the vendor's customers
}

// TokenRow is an API token in the list.
type TokenRow struct {
	ID, Name, Scopes string
	Made             web.When
	Ends             web.When
}

func (p *portal) account(w http.ResponseWriter, r *http.Request) error {
	page := AccountPage{Page: p.Site.Page(r, "nav.account", "account")}
	return p.renderAccount(w, r, http.StatusOK, page)
}

func (p *portal) renderAccount(w http.ResponseWriter, r *http.Request, status int, page AccountPage) error {
	ctx, actor := r.Context(), web.CurrentActor(r)
	me, err := p.Accounts.Me(ctx, actor)
	if err != nil {
		return err
	}
	page.Person, page.Role = Contact{me.Name, me.Email, me.Phone}, page.T("role."+string(me.Role))
	page.MinLength, page.Keys, page.ByToken = account.MinPassword, me.Settings.Shortcuts, actor.Session.IsZero()
	for _, lang := range text.Langs() {
		page.Languages = append(page.Languages, Option{string(lang), page.T("lang." + string(lang)), string(lang) == me.Settings.Language})
	}
	for _, theme := range []string{"", "light", "dark"} {
		name := map[string]string{"": "auto", "light": "light", "dark": "dark"}[theme]
		page.Themes = append(page.Themes, Option{theme, page.T("layout.theme_" + name), theme == me.Settings.Theme})
	}
	for _, c := range me.Choices {
		page.Customers = append(page.Customers, Option{c.Customer.String(), c.Name, c.Customer == actor.Customer})
	}
	if page.Mails, err = p.mailRows(r, page.Page); err != nil {
		return err
	}
	if err := p.defaultSystem(ctx, actor, &page); err != nil {
		return err
	}
	page.Zones = p.zones(me.Settings.Zone)
	if page.Form.Value("zone") == "" {
		page.Form = page.Form.With("zone", me.Settings.Zone)
	}
	page.MayCRM = access.Allows(actor, access.CRMSync)
	if !page.ByToken {
		tokens, err := p.Accounts.Tokens(ctx, actor)
		if err != nil {
			return err
		}
		for _, t := range tokens {
			page.Tokens = append(page.Tokens, tokenRow(page.Page, t))
		}
	}
	return p.Site.Render(w, r, status, page)
}

// zones are offered for choosing: those in which support works, and the reader's.
func (p *portal) zones(own string) []string {
	list := []string{own, "UTC"}
	for _, g := range p.Policy.Now().HoursGroups {
		list = append(list, g.Zone.String())
	}
	for _, cal := range p.Policy.Now().Calendars {
		list = append(list, cal.Zone().String())
	}
	slices.Sort(list)
	list = slices.Compact(list)
	return slices.DeleteFunc(list, func(z string) bool { return z == "" })
}

func tokenRow(page web.Page, t account.Token) TokenRow {
	row := TokenRow{ID: t.ID.String(), Name: t.Name, Made: page.When(t.CreatedAt)}
	for i, scope := range t.Scopes {
		if i > 0 {
			row.Scopes += page.T("portal.account.and")
		}
		row.Scopes += page.T("portal.account.scope_" + scope)
	}
	if t.ExpiresAt != nil {
		row.Ends = page.When(*t.ExpiresAt)
	}
	return row
}

// accountFailed shows the account again with what was typed, passwords excepted.
func (p *portal) accountFailed(w http.ResponseWriter, r *http.Request, form web.Form, err error) error {
	page := AccountPage{Page: p.Site.Page(r, "nav.account", "account")}
	form, ok := page.Explain(form, err)
	if !ok {
		return err
	}
	page.Form = form
	return p.renderAccount(w, r, http.StatusUnprocessableEntity, page)
}

func (p *portal) saveSettings(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	in := account.Settings{Language: form.Value("language"), Zone: form.Value("zone"), Theme: form.Value("theme"), Shortcuts: form.Value("shortcuts") != ""}
	if err := p.Accounts.UpdateSettings(r.Context(), web.CurrentActor(r), in); err != nil {
		return p.accountFailed(w, r, form, err)
	}
	p.Site.RememberSettings(w, in)
	return p.Site.Redirect(w, r, "/account", "my_settings", "")
}

func (p *portal) actFor(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	customer, err := id.Parse(form.Value("customer"))
	if err != nil {
		return errs.Missing()
	}
	if err := p.Accounts.ActFor(r.Context(), web.CurrentActor(r), customer); err != nil {
		return err
	}
	return p.Site.Redirect(w, r, "/", "my_customer", "")
}

func (p *portal) changePassword(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	if form.Value("password") != form.Value("repeat") {
		return p.accountFailed(w, r, form, errs.BadFields(errs.BadField("repeat", "auth.set.mismatch")))
	}
	token, err := p.Accounts.ChangePassword(r.Context(), web.CurrentActor(r), form.Value("current"), form.Value("password"))
	if err != nil {
		return p.accountFailed(w, r, form, err)
	}
	p.Site.KeepSession(w, token)
	return p.Site.Redirect(w, r, "/account", "my_password", "")
}

// tokenLife is how long a token lives that is made here with an end.
const tokenLife = 90 * 24 * time.Hour

// createToken answers with the page itself and not with a redirect: the secret is shown this once, and must not
// stand in an address.
func (p *portal) createToken(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	page := AccountPage{Page: p.Site.Page(r, "nav.account", "account")}
	in := account.NewToken{Name: form.Value("name"), Scopes: []string{access.ScopeRead}}
	if form.Value("write") != "" {
		in.Scopes = append(in.Scopes, access.ScopeWrite)
	}
	if form.Value("crm") != "" { // for a program that does nothing else
		in.Scopes = []string{access.ScopeCRM}
	}
	if form.Value("ends") != "" {
		end := page.Format.Now.Add(tokenLife)
		in.ExpiresAt = &end
	}
	if _, page.Secret, err = p.Accounts.CreateToken(r.Context(), web.CurrentActor(r), in); err != nil {
		return p.accountFailed(w, r, form, err)
	}
	return p.renderAccount(w, r, http.StatusOK, page)
}

func (p *portal) revokeToken(w http.ResponseWriter, r *http.Request) error {
	token, err := id.Parse(r.PathValue("token"))
	if err != nil {
		return errs.Missing()
	}
	if err := p.Accounts.RevokeToken(r.Context(), web.CurrentActor(r), token); err != nil {
		return err
	}
	return p.Site.Redirect(w, r, "/account", "my_token_gone", "")
}
