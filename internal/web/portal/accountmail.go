package portal

import (
	"net/http"

	"liaison/internal/dispatch"
	"liaison/internal/web"
)

// MailRow is a kind of mail in the person's settings.
type MailRow struct {
	Name, Text, Hint string
	Choices          []Option // one: it cannot be chosen
}

// mailRows are the kinds of mail that the reader's role gets.
func (p *portal) mailRows(r *http.Request, page web.Page) (rows []MailRow, err error) {
	settings, err := p.Dispatch.Settings(r.Context(), web.CurrentActor(r))
	for _, s := range settings {
		row := MailRow{Name: "mail_" + s.Kind, Text: page.T("mail.kind." + s.Kind), Hint: page.T("mail.kind." + s.Kind + "_hint")}
		for _, mode := range s.Choices {
			row.Choices = append(row.Choices, Option{string(mode), page.T("mail.mode." + string(mode)), mode == s.Mode})
		}
		rows = append(rows, row)
	}
	return rows, err
}

// saveMail stores which mails the person wants.
func (p *portal) saveMail(w http.ResponseWriter, r *http.Request) error {
	form, err := web.ReadForm(r)
	if err != nil {
		return err
	}
	settings, err := p.Dispatch.Settings(r.Context(), web.CurrentActor(r))
	if err != nil {
		return err
	}
	chosen := map[string]dispatch.Mode{}
	for _, s := range settings {
		if mode := form.Value("mail_" + s.Kind); mode != "" {
			chosen[s.Kind] = dispatch.Mode(mode)
		}
	}
	if err := p.Dispatch.Choose(r.Context(), web.CurrentActor(r), chosen); err != nil {
		return p.accountFailed(w, r, form, err)
	}
	return p.Site.Redirect(w, r, "/account", "my_settings", "")
}
