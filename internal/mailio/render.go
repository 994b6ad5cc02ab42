package mailio

import (
	"bytes"
	"embed"
	"errors"
	htmltemplate "html/template"
	"net/url"
	"slices"
	"strings"
	texttemplate "text/template"

	"liaison/internal/errs"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
	"liaison/internal/text/markup"
)

//go:embed templates
var templateFiles embed.FS

// Options of a Renderer: facts of the installation.
type Options struct {
	Origin  string            // scheme and host of the pages, e.g. "https://support.example.org"; every link begins with it
	Tokens  mailmsg.Tokens    // sign what leads an answer or a report back
	Inboxes map[string]string // address that is read, by regional centre; "" is for all others. None: answers are not read, which a mail then says
}

// Renderer writes mails.
type Renderer struct {
	o      Options
	words  *text.Catalogue
	markup *markup.Markup
	styles *strings.Replacer // the look of markup
	html   *htmltemplate.Template
	plain  *texttemplate.Template
}

// NewRenderer checks the options and the templates.
func NewRenderer(words *text.Catalogue, o Options) (r *Renderer, err error) {
	defer errs.Wrap(&err, "mailio.NewRenderer")
	origin, err := url.Parse(o.Origin)
	if err != nil || (origin.Scheme != "https" && origin.Scheme != "http") || origin.Host == "" || origin.Path != "" {
		return nil, errors.New("the origin must be a scheme and a host, without a path")
	}
	if d := o.Tokens.Domain(); d == "" || strings.ContainsFunc(d, unfit) {
		return nil, errors.New("mail needs a domain")
	}
	for _, inbox := range o.Inboxes {
		if _, err := address("", inbox); err != nil {
			return nil, err
		}
	}
	r = &Renderer{o: o, words: words, markup: markup.New(), styles: styles()}
	if r.html, err = htmltemplate.ParseFS(templateFiles, "templates/mail.html"); err != nil {
		return nil, err
	}
	r.plain, err = texttemplate.ParseFS(templateFiles, "templates/mail.txt")
	return r, err
}

// Render writes m in the recipient's language and zone. Errors: Invalid for an address that is none; any other is a
// mistake of the caller.
func (r *Renderer) Render(m Mail) (msg Message, err error) {
	defer errs.Wrap(&err, "mailio.Render(%s, %s)", m.Kind, m.Event)
	to, err := address(m.To.Name, m.To.Email)
	if err != nil {
		return Message{}, err
	}
	if err := m.check(); err != nil {
		return Message{}, err
	}
	m.To.Name = to.Name
	v := r.view(m.clean())
	var html, plain bytes.Buffer
	if err := errors.Join(r.html.Execute(&html, v), r.plain.Execute(&plain, v)); err != nil {
		return Message{}, err
	}
	return Message{
		To: to, Subject: v.Title, Text: plain.String(), HTML: html.String(), At: m.At.UTC(),
		MessageID: r.MessageID(m), Return: r.returnPath(m), Headers: r.headers(m),
	}, nil
}

// MessageID names the mail, before it is written: it follows from event and recipient.
func (r *Renderer) MessageID(m Mail) string {
	return r.o.Tokens.MessageID(m.Event, m.To.messageKey(), m.number())
}

func (m Mail) check() error {
	switch {
	case m.Event.IsZero() || m.At.IsZero():
		return errors.New("a mail needs an event and an instant")
	case !strings.HasPrefix(m.Path, "/") || strings.HasPrefix(m.Path, "//") || strings.ContainsFunc(m.Path, unfitInPath):
		return errors.New("the path of a mail must lead to a page of our own")
	case (m.Case == nil) != m.Kind.traits().caseless:
		return errors.New("a mail about a case needs the case, others have none")
	case m.To.Person.IsZero() && !m.Kind.traits().staff && m.Kind != LiaisonInvited:
		return errors.New("only an alarm goes to an address that is nobody's")
	case (m.Kind == Warning || m.Kind == Breach) && m.Promise == nil:
		return errors.New("an alarm needs the promise it is about")
	}
	if !slices.Contains(Kinds(), m.Kind) {
		return errors.New("no such kind of mail")
	}
	return nil
}

// clean makes every name and title one visible line.
func (m Mail) clean() Mail {
	m.About.System, m.About.Other = oneLine(m.About.System, maxNameRunes), oneLine(m.About.Other, maxNameRunes)
	m.Customer, m.Body = oneLine(m.Customer, maxNameRunes), readable(m.Body)
	if m.bareOf(); m.Bare {
		m = m.bare()
	}
	if m.Case != nil {
		c := *m.Case
		c.Subject, c.Assignee = oneLine(c.Subject, maxSubjectRunes), oneLine(c.Assignee, maxNameRunes)
		m.Case = &c
	}
	if g := m.Guess; g != nil {
		m.Guess = &Guess{oneLine(g.System, maxNameRunes), oneLine(g.Environment, maxNameRunes), oneLine(g.Version, maxNameRunes)}
	}
	if m.Author != nil {
		m.Author = &Author{oneLine(m.Author.Name, maxNameRunes), m.Author.Role}
	}
	return m
}

// bareOf makes a mail bare whose case is restricted, whoever has written the mail down, and takes the titles of such
// cases out of a summary.
func (m *Mail) bareOf() {
	m.Bare = m.Bare || m.Case != nil && m.Case.Restricted
	m.Lines = slices.Clone(m.Lines)
	for i := range m.Lines {
		if m.Bare || m.Lines[i].Restricted {
			m.Lines[i].Subject = ""
		}
	}
}

// bare leaves out every text of people.
func (m Mail) bare() Mail {
	m.Title, m.Body, m.Author, m.Guess, m.Left, m.Customer, m.About.System, m.About.Other = "", "", nil, nil, nil, "", "", ""
	if m.Case != nil {
		c := *m.Case
		c.Subject, c.Assignee = "", ""
		m.Case = &c
	}
	return m
}

func unfitInPath(r rune) bool { return r <= ' ' || r == '\\' || r > '~' }
