package mailio

import (
	"fmt"
	"strings"
	"time"

	"liaison/internal/text"
)

// view is what the templates show. Every string is a finished text in the reader's language.
type view struct {
	Lang     string
	Title    string // the subject
	Top      string // where to answer
	Initial  string
	App      string
	CaseLine string
	Headline string
	Box      *box
	Author   string
	Byline   string
	Lead     string
	Body     string
	Blocks   []block
	Button   link
	Footer   string
	Links    []link
}

// box is the promise, in one of three colours and always in words.
type box struct {
	Tone          tone
	Title, Detail string
}

type tone struct{ Back, Border, Ink string }

type link struct{ Label, URL string }

func calm() tone   { return tone{"#e0f5ee", "#a9dfcc", "#005f47"} }
func asking() tone { return tone{"#fdf0d5", "#e8c98a", "#7a4a00"} }
func late() tone   { return tone{"#fbe4dd", "#e9ac9a", "#96240a"} }

// writer is one mail being written.
type writer struct {
	r *Renderer
	m Mail
	f text.Formatter
}

func (r *Renderer) view(m Mail) view {
	w := writer{r, m, text.Formatter{Lang: m.To.Lang, Zone: m.To.Zone, Now: m.At}}
	v := view{
		Lang: string(m.To.Lang), Title: w.subject(), Top: w.t("mail.reply_above"), Initial: w.t("app.name_initial"), App: w.t("app.name"),
		Headline: w.t("mail.password_reset.subject"), Box: w.box(), Lead: w.lead(), Body: m.Body, Blocks: blocks(m.Body),
		Button: link{w.t("mail.button.case"), r.o.Origin + m.Path}, Footer: w.footer(),
	}
	if r.o.ReplyTo == "" || m.Case == nil {
		v.Top = w.t("mail.no_reply")
	}
	switch m.Kind {
	case PasswordReset:
		v.Button.Label = w.t("mail.button.reset")
	case Warning, Breach:
		v.Button.Label = w.t("mail.button.staff")
	}
	if m.Case != nil {
		v.CaseLine, v.Headline = w.caseLine(), m.Case.Subject
		v.Links = []link{{w.t("mail.footer.settings"), r.o.Origin + "/account"}}
	}
	if m.Author != nil {
		v.Author, v.Byline = m.Author.Name, w.f.Clock(m.At)
		if m.Author.Role != "" {
			v.Byline = w.t("role."+m.Author.Role) + " · " + v.Byline
		}
	}
	v.Links = append(v.Links, link{w.t("mail.footer.other_language"), w.otherLanguage()})
	return v
}

func (w writer) t(key string, kv ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		args[kv[i].(string)] = kv[i+1]
	}
	return w.r.words.T(w.m.To.Lang, key, args)
}

func (w writer) subject() string {
	if w.m.Case == nil {
		return w.t("mail.password_reset.subject")
	}
	about := w.t("mail."+string(w.m.Kind)+".subject",
		"title", w.m.Case.Subject, "status", w.t("status."+w.m.Case.Status), "percent", w.m.Percent)
	return oneLine("[#"+w.m.Case.Number+"] "+about, maxSubjectRunes)
}

func (w writer) caseLine() string {
	c := w.m.Case
	who := w.t("mail.unassigned")
	if c.Assignee != "" {
		who = w.t("mail.assignee", "name", c.Assignee)
	}
	return strings.Join([]string{w.t("mail.case", "number", c.Number), fmt.Sprintf("P%d", c.Priority), w.t("status." + c.Status), who}, " · ")
}

func (w writer) box() *box {
	m := w.m
	switch {
	case m.Kind == PasswordReset:
		return &box{asking(), w.t("mail.box.reset", "until", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == Resolved && m.Until.IsZero():
		return &box{calm(), w.t("mail.box.resolved", "at", w.f.Instant(m.At)), w.when(m.At)}
	case m.Kind == Resolved:
		return &box{calm(), w.t("mail.box.resolved", "at", w.f.Instant(m.At)), w.t("mail.box.reopen", "until", w.f.Date(m.Until))}
	case m.Kind == Question:
		return &box{asking(), w.t("mail.box.waiting"), w.t("mail.box.waiting_detail")}
	case m.Promise == nil:
		return nil
	}
	key, colours := "mail.box."+string(m.Promise.Clock), calm()
	switch m.Kind {
	case Warning:
		colours = asking()
	case Breach:
		key, colours = key+"_over", late()
	}
	return &box{colours, w.t(key, "due", w.f.Instant(m.Promise.Due)), w.when(m.Promise.Due)}
}

// when names the zone of the reader and the date, beside an instant that may say "today".
func (w writer) when(t time.Time) string {
	return w.t("mail.box.when", "zone", w.f.ZoneName(), "date", w.f.Date(t))
}

// lead is the sentence before the text of a person; an answer and a question need none.
func (w writer) lead() string {
	m := w.m
	switch m.Kind {
	case Answer, Question:
		return ""
	case Status:
		return w.t("mail.status.lead", "name", m.To.Name, "status", w.t("status."+m.Case.Status))
	case Warning, Breach:
		return w.t("mail."+string(m.Kind)+".lead_"+string(m.Promise.Clock), "percent", m.Percent)
	case Acknowledgement:
		if m.Promise == nil {
			return w.t("mail.acknowledgement.lead_plain", "name", m.To.Name)
		}
	}
	return w.t("mail."+string(m.Kind)+".lead", "name", m.To.Name)
}

func (w writer) footer() string {
	switch w.m.Kind {
	case PasswordReset:
		return w.t("mail.footer.reset", "email", w.m.To.Email)
	case Warning, Breach:
		return w.t("mail.footer.staff")
	}
	return w.t("mail.footer.customer", "customer", w.m.Customer)
}

// otherLanguage is the same page in the language that the mail is not written in.
func (w writer) otherLanguage() string {
	other := text.English
	if w.m.To.Lang == text.English {
		other = text.Chinese
	}
	mark := "?"
	if strings.Contains(w.m.Path, "?") {
		mark = "&"
	}
	return w.r.o.Origin + w.m.Path + mark + "lang=" + string(other)
}
