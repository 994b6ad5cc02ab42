package mailio

import (
	"fmt"
	htmltemplate "html/template"
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
	HTML     htmltemplate.HTML // Body as the mail shows it
	Lines    []line
	More     string
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

// line is a case in a digest.
type line struct {
	link
	What string
}

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
		Lang: string(m.To.Lang), Title: w.subject(), Top: w.t("mail.no_reply"), Initial: w.t("app.name_initial"), App: w.t("app.name"),
		Headline: w.heading(), Box: w.box(), Lead: w.lead(), Body: m.Body, HTML: w.body(), Lines: w.lines(),
		Button: link{w.button(), r.o.Origin + m.Path}, Footer: w.footer(),
	}
	if m.number() != "" && r.inbox(m) != "" && m.Kind != Closed {
		v.Top = w.t("mail.reply_above")
	}
	if m.More > 0 {
		v.More = w.t("mail.digest.more", "count", m.More)
	}
	if m.Case != nil {
		v.CaseLine = w.caseLine()
	}
	if m.Case != nil || m.Kind == Digest {
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

// button is what the one button of a mail does.
func (w writer) button() string {
	switch k := w.m.Kind; {
	case k == PasswordReset:
		return w.t("mail.button.reset")
	case k == PolicyEdition, k == PolicyWithdrawn:
		return w.t("mail.button.policy")
	case k.traits().staff:
		return w.t("mail.button.staff")
	case k == Digest:
		return w.t("mail.button.digest")
	case k.traits().reply, k.traits().people, k.traits().money, k == ColleagueWrote:
		return w.t("mail.button." + string(k))
	}
	return w.t("mail.button.case")
}

// heading stands over the text: the case's title, or what the mail is about.
func (w writer) heading() string {
	switch {
	case w.m.Case != nil && w.m.Case.Subject != "":
		return w.m.Case.Subject
	case w.m.Case != nil:
		return w.t("mail.case", "number", w.m.Case.Number)
	}
	return w.t("mail." + string(w.m.Kind) + ".subject")
}

// lines tell a digest's cases.
func (w writer) lines() (out []line) {
	for _, l := range w.m.Lines {
		var what []string
		for _, k := range l.Kinds {
			what = append(what, w.t("mail.digest."+string(k)))
		}
		title := "#" + l.Number
		if l.Subject != "" {
			title += " " + oneLine(l.Subject, maxSubjectRunes)
		}
		what = append(what, w.t("status."+l.Status), w.f.Instant(l.At))
		out = append(out, line{link{title, w.r.o.Origin + "/cases/" + l.Number}, strings.Join(what, " · ")})
	}
	return out
}

func (w writer) t(key string, kv ...any) string {
	args := map[string]any{}
	for i := 0; i+1 < len(kv); i += 2 {
		name, ok := kv[i].(string)
		if !ok {
			panic(fmt.Sprintf("mailio: %v is no name of an argument", kv[i])) // callers write the names out
		}
		args[name] = kv[i+1]
	}
	return w.r.words.T(w.m.To.Lang, key, args)
}

// subject stays the same for all mails of a case to a customer: mail programs that thread by subject keep them
// together, and an answer to any of them comes back to the thread. An alarm says in its subject what is wrong.
func (w writer) subject() string {
	c := w.m.Case
	switch {
	case c == nil && w.m.Title != "" && w.m.Kind.traits().reply: // programs show it with the mail that it answers
		if strings.HasPrefix(strings.ToLower(w.m.Title), "re:") {
			return oneLine(w.m.Title, maxSubjectRunes)
		}
		return oneLine("Re: "+w.m.Title, maxSubjectRunes)
	case c == nil:
		return w.t("mail." + string(w.m.Kind) + ".subject")
	case w.m.Kind.traits().staff:
		about := w.t("mail."+string(w.m.Kind)+".subject", "title", c.Subject, "percent", w.m.Percent)
		return oneLine("[#"+c.Number+"] "+strings.TrimRight(about, " :："), maxSubjectRunes)
	}
	return oneLine("[#"+c.Number+"] "+c.Subject, maxSubjectRunes)
}

func (w writer) caseLine() string {
	c := w.m.Case
	parts := []string{w.t("mail.case", "number", c.Number), fmt.Sprintf("P%d", c.Priority), w.t("status." + c.Status)}
	switch {
	case w.m.Bare: // names stay in the portal
	case c.Assignee != "":
		parts = append(parts, w.t("mail.assignee", "name", c.Assignee))
	default:
		parts = append(parts, w.t("mail.unassigned"))
	}
	return strings.Join(parts, " · ")
}

func (w writer) box() *box {
	m := w.m
	switch {
	case m.Kind == PasswordReset:
		return &box{asking(), w.t("mail.box.reset", "until", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == LiaisonInvited:
		return &box{asking(), w.t("mail.box.invited", "until", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == PolicyWithdrawn:
		return &box{calm(), w.t("mail.box.policy_withdrawn", "edition", m.Edition), w.t("mail.box.policy_withdrawn_detail", "from", w.f.Instant(m.Until), "zone", w.f.ZoneName())}
	case m.Kind == PolicyEdition:
		return &box{calm(), w.t("mail.box.policy_edition", "edition", m.Edition, "from", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == Resolved && m.Until.IsZero():
		return &box{calm(), w.t("mail.box.resolved", "at", w.f.Instant(m.At)), w.when(m.At)}
	case m.Kind == Resolved:
		return &box{calm(), w.t("mail.box.resolved", "at", w.f.Instant(m.At)), w.t("mail.box.reopen", "until", w.f.Date(m.Until))}
	case m.Kind == Question:
		return &box{asking(), w.t("mail.box.waiting"), w.t("mail.box.waiting_detail")}
	case m.Kind == Task:
		return &box{asking(), w.t("mail.box.task", "due", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == TaskLate:
		return &box{late(), w.t("mail.box.task_late", "due", w.f.Instant(m.Until)), w.when(m.Until)}
	case m.Kind == Refused && m.Decision != nil:
		return w.decision(*m.Decision)
	case m.Kind == TooLarge && len(m.Left) > 0:
		return &box{asking(), w.files(), w.t("mail.box.too_large", "number", m.Number)}
	case m.Kind.traits().money:
		return w.money()
	case m.Promise == nil:
		return nil
	}
	key, colours := "mail.box."+string(m.Promise.Clock), calm()
	switch m.Kind {
	case Warning:
		colours = asking()
	case Breach:
		key, colours = key+"_over", late()
	default: // calm, as begun
	}
	return &box{colours, w.t(key, "due", w.f.Instant(m.Promise.Due)), w.when(m.Promise.Due)}
}

// files names what was not taken, the first few of it.
func (w writer) files() string {
	const most = 10
	var all []string
	for _, f := range w.m.Left[:min(len(w.m.Left), most)] {
		name := oneLine(f.Name, maxNameRunes)
		if f.Size > 0 {
			name = w.t("mail.box.file", "name", name, "size", w.f.Size(f.Size))
		}
		all = append(all, name)
	}
	if len(w.m.Left) > most {
		all = append(all, "…")
	}
	return strings.Join(all, w.t("mail.box.file_between"))
}

// money says what is to be paid or ordered, and by when.
func (w writer) money() *box {
	day := w.m.Money.Day
	b := &box{asking(), w.t("mail.box."+string(w.m.Kind), "number", w.m.Money.Number, "day", w.f.CivilDate(day.Year, day.Month, day.Day)), w.m.Money.Amount}
	if w.m.Kind == InvoiceOverdue {
		b.Tone = late()
	}
	return b
}

// stops is the day from which an invoice suspends support, in words.
func (w writer) stops() string {
	day := w.m.Money.Stops
	return w.f.CivilDate(day.Year, day.Month, day.Day)
}

// decision says why a case was refused, and what to do instead; without a sentence for its code the lead stands alone.
func (w writer) decision(d Decision) *box {
	key := "refusal." + d.Code
	if !w.r.words.Has(key) {
		return nil
	}
	args := w.readable(d.Args)
	b := &box{Tone: asking(), Title: w.r.words.T(w.m.To.Lang, key, args)}
	if w.r.words.Has(key + ".todo") {
		b.Detail = w.r.words.T(w.m.To.Lang, key+".todo", args)
	}
	if d.Clause != "" {
		b.Detail = strings.TrimSpace(b.Detail + " " + w.t(text.ClauseKey("mail.refused.clause", d.Clause), "clause", d.Clause))
	}
	return b
}

// readable writes the dates and instants of a decision for the reader.
func (w writer) readable(args map[string]any) map[string]any {
	out := map[string]any{}
	for name, v := range args {
		out[name] = v
		s, _ := v.(string)
		if day, err := time.Parse(time.DateOnly, s); err == nil {
			out[name] = w.f.CivilDate(day.Year(), day.Month(), day.Day())
		} else if at, err := time.Parse(time.RFC3339, s); err == nil {
			out[name] = w.f.Instant(at)
		}
	}
	return out
}

// when names the zone of the reader and the date, beside an instant that may say "today".
func (w writer) when(t time.Time) string {
	return w.t("mail.box.when", "zone", w.f.ZoneName(), "date", w.f.Date(t))
}

// lead is the sentence before the text of a person; an answer and a question need none.
func (w writer) lead() string {
	m := w.m
	switch people := m.Kind.traits().people; {
	case people && m.Bare:
		return w.t("mail."+string(m.Kind)+".lead_bare", "name", m.To.Name, "count", m.About.Count, "time", w.t("desk.target.days", "count", m.About.Days))
	case people:
		return w.t("mail."+string(m.Kind)+w.leads(), "name", m.To.Name, "customer", m.Customer, "system", m.About.System, "other", m.About.Other, "count", m.About.Count,
			"time", w.t("desk.target.days", "count", m.About.Days))
	}
	switch money := m.Kind.traits().money; {
	case money && m.Bare:
		return w.t("mail."+string(m.Kind)+".lead_bare", "name", m.To.Name, "count", m.Money.Count, "stops", w.stops())
	case money:
		return w.t("mail."+string(m.Kind)+".lead", "name", m.To.Name, "customer", m.Customer, "count", m.Money.Count, "stops", w.stops())
	}
	switch m.Kind {
	case Task, TaskLate:
		if m.Bare {
			return w.t("mail."+string(m.Kind)+".lead_bare", "name", m.To.Name)
		}
	case Answer, Question:
		if m.Bare {
			return w.t("mail."+string(m.Kind)+".lead_bare", "name", m.To.Name)
		}
		return ""
	case Status:
		return w.t("mail.status.lead", "name", m.To.Name, "status", w.t("status."+m.Case.Status))
	case Warning, Breach:
		return w.t("mail."+string(m.Kind)+".lead_"+string(m.Promise.Clock), "percent", m.Percent)
	case Resolved:
		lead := w.t("mail.resolved.lead", "name", m.To.Name)
		if m.Closes > 0 {
			lead += w.t("mail.resolved.closes", "count", m.Closes)
		}
		return lead
	case Merged:
		return w.t("mail.merged.lead", "name", m.To.Name, "number", m.Number)
	case Waived:
		return w.t("mail.waived.lead", "name", m.To.Name, "due", w.f.Instant(m.Until))
	case Digest:
		return w.t("mail.digest.lead", "name", m.To.Name, "count", len(m.Lines))
	case RestrictedFiles, TooLarge, Closed:
		return w.t("mail."+string(m.Kind)+".lead", "name", m.To.Name, "number", m.Number)
	case Acknowledgement:
		return w.registered()
	default: // the words of the kind say all
	}
	return w.t("mail."+string(m.Kind)+".lead", "name", m.To.Name)
}

// leads ends the key of the lead about liaisons: an invitation to follow somebody says whom.
func (w writer) leads() string {
	if w.m.Kind == LiaisonInvited && w.m.About.Other != "" {
		return ".lead_follows"
	}
	return ".lead"
}

// registered says that a case has come in and, of one by mail, what it is taken to be about until that is confirmed.
func (w writer) registered() string {
	key, g := "mail.acknowledgement.lead", w.m.Guess
	if w.m.Promise == nil {
		key += "_plain"
	}
	if g == nil {
		return w.t(key, "name", w.m.To.Name)
	}
	return w.t(key+"_guess", "name", w.m.To.Name, "system", g.System, "environment", g.Environment, "version", g.Version)
}

func (w writer) footer() string {
	switch k := w.m.Kind; {
	case k == PasswordReset:
		return w.t("mail.footer.reset", "email", w.m.To.Email)
	case k == LiaisonInvited && w.m.Bare:
		return w.t("mail.footer.invited_bare", "email", w.m.To.Email)
	case k == LiaisonInvited:
		return w.t("mail.footer.invited", "email", w.m.To.Email)
	case k.traits().staff && w.m.To.Person.IsZero():
		return w.t("mail.footer.duty")
	case k.traits().staff:
		return w.t("mail.footer.staff")
	case k.traits().reply:
		return w.t("mail.footer.answer")
	case k.traits().money, k == LiaisonDeparted:
		return w.t("mail.footer.money")
	case k == LiaisonEnded, k == LiaisonReplaced:
		return w.t("mail.footer.was_liaison")
	case k == Digest, w.m.Customer == "":
		return w.t("mail.footer.liaison")
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
