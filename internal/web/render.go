package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"reflect"
	"sync"
	"unicode"

	"liaison/internal/access"
	"liaison/internal/errs"
	"liaison/internal/text"
)

//go:embed templates
var ownTemplates embed.FS

// Layout is the frame around a page.
type Layout string

// The layouts, each a template of templates/layout.
const (
	PortalLayout Layout = "portal" // the customers': a bar at the top
	DeskLayout   Layout = "desk"   // the engineers': a rail on the left, all of the window
	CardLayout   Layout = "card"   // one card: signing in, errors
	NoLayout     Layout = "main"   // the page is a fragment, or a whole document of its own
)

// Section is a part of the site that is mounted as one: its routes, its pages, its menu.
type Section struct {
	Name      string
	Templates fs.FS // its page templates, and parts shared by them in part/*.html; may be nil without pages
	Pages     []PageType
	Routes    []Route
	// Menu gives the entries of the section's layout to every page that has this section's layout; nil for none.
	Menu func(r *http.Request, actor access.Actor) (Menu, error)
}

// Menu is what a layout offers: the groups of the rail or the bar, and the bar at the bottom of phones.
type Menu struct {
	Nav    []NavGroup
	Bottom []NavItem
	Bell   *NavItem // what stands at the top of phones, whose rail is hidden; nil: nothing
}

// PageType ties a page's struct to its template and its layout.
type PageType struct {
	File   string // of the section's templates
	Zero   View
	Layout Layout
}

// renderer holds every page's template in every language. A template is parsed when it is first needed: parsing all of
// them took most of a start and of the memory of a program that nobody has looked at yet. Tests parse all (ParseAll).
type renderer struct {
	site  *Site
	base  map[text.Lang]*parsedOnce // layouts and the parts of this package
	pages map[reflect.Type]parsedPage
	menus map[Layout]func(*http.Request, access.Actor) (Menu, error)
	memo  memo
}

type parsedPage struct {
	layout Layout
	byLang map[text.Lang]*parsedOnce
}

// parsedOnce is a template that is parsed when it is first asked for.
type parsedOnce struct {
	once  sync.Once
	parse func() (*template.Template, error)
	set   *template.Template
	err   error
}

func (p *parsedOnce) template() (*template.Template, error) {
	p.once.Do(func() { p.set, p.err = p.parse() })
	return p.set, p.err
}

func newRenderer(s *Site) *renderer {
	rd := &renderer{site: s, base: map[text.Lang]*parsedOnce{}, pages: map[reflect.Type]parsedPage{},
		menus: map[Layout]func(*http.Request, access.Actor) (Menu, error){}}
	for _, lang := range text.Langs() {
		rd.base[lang] = &parsedOnce{parse: func() (*template.Template, error) {
			noPiece := func(string, any) (template.HTML, error) { return "", errors.New("a piece belongs to a page") }
			t := template.New("").Funcs(s.funcs(lang)).Funcs(template.FuncMap{"piece": noPiece}).Option("missingkey=error")
			return t.ParseFS(ownTemplates, "templates/layout/*.html", "templates/part/*.html")
		}}
	}
	return rd
}

// add takes the pages of a section, in every language.
func (rd *renderer) add(sec Section) {
	parts := map[text.Lang]*parsedOnce{}
	for lang, base := range rd.base {
		parts[lang] = &parsedOnce{parse: func() (*template.Template, error) { return withParts(base, sec) }}
	}
	for _, pt := range sec.Pages {
		parsed := parsedPage{layout: pt.Layout, byLang: map[text.Lang]*parsedOnce{}}
		for lang := range rd.base {
			parsed.byLang[lang] = &parsedOnce{parse: func() (*template.Template, error) {
				t, err := rd.parse(parts[lang], sec, pt, lang)
				if err != nil {
					err = fmt.Errorf("%s: %w", pt.File, err)
				}
				return t, err
			}}
		}
		rd.pages[reflect.TypeOf(pt.Zero)] = parsed
		if sec.Menu != nil && pt.Layout != CardLayout && pt.Layout != NoLayout {
			rd.menus[pt.Layout] = sec.Menu
		}
	}
}

// withParts is the base with the parts of a section.
func withParts(base *parsedOnce, sec Section) (*template.Template, error) {
	t, err := base.template()
	if err != nil {
		return nil, err
	}
	if t, err = t.Clone(); err != nil || sec.Templates == nil {
		return t, err
	}
	if parts, _ := fs.Glob(sec.Templates, "part/*.html"); len(parts) > 0 {
		return t.ParseFS(sec.Templates, parts...)
	}
	return t, nil
}

func (rd *renderer) parse(parts *parsedOnce, sec Section, pt PageType, lang text.Lang) (*template.Template, error) {
	t, err := parts.template()
	if err != nil {
		return nil, err
	}
	if t, err = t.Clone(); err != nil {
		return nil, err
	}
	t.Funcs(template.FuncMap{"piece": func(name string, data any) (template.HTML, error) { return rd.memo.piece(lang, t, name, data) }})
	return t.ParseFS(sec.Templates, pt.File)
}

// ParseAll parses every page in every language, which otherwise happens when it is first looked at.
func (s *Site) ParseAll() error {
	for _, parsed := range s.render.pages {
		for _, p := range parsed.byLang {
			if _, err := p.template(); err != nil {
				return err
			}
		}
	}
	return nil
}

// Render answers with a page. The whole page is made before its first byte is sent, so that a template that fails
// is an error like any other.
func (s *Site) Render(w http.ResponseWriter, r *http.Request, status int, page View) error {
	layout := s.render.pages[reflect.TypeOf(page)].layout
	if menu := s.render.menus[layout]; menu != nil {
		m, err := menu(r, CurrentActor(r))
		if err != nil {
			return err
		}
		page = withMenu(page, m)
	}
	if layout == CardLayout && CurrentActor(r).IsNobody() { // the link of a mail names its reader's language: what follows is in it too
		s.rememberLang(w, r.URL.Query().Get("lang"))
	}
	return s.render.fragment(w, status, string(layout), page)
}

// Fragment answers with one defined template of the page's files, for htmx to put into the page.
func (s *Site) Fragment(w http.ResponseWriter, status int, name string, page View) error {
	return s.render.fragment(w, status, name, page)
}

// HTML is one defined template of the page's files as text, for a stream of events.
func (s *Site) HTML(name string, page View) (string, error) {
	var b bytes.Buffer
	err := s.render.execute(&b, name, page)
	return b.String(), err
}

func (rd *renderer) fragment(w http.ResponseWriter, status int, name string, page View) error {
	var b bytes.Buffer
	if err := rd.execute(&b, name, page); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Language", string(page.base().Lang))
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the reader has gone: nobody to tell
	return nil
}

func (rd *renderer) execute(b *bytes.Buffer, name string, page View) (err error) {
	defer errs.Wrap(&err, "web.render(%s, %T)", name, page)
	parsed, ok := rd.pages[reflect.TypeOf(page)]
	if !ok {
		return fmt.Errorf("no section lists this page")
	}
	t, err := parsed.byLang[page.base().Lang].template()
	if err != nil {
		return err
	}
	return t.ExecuteTemplate(b, name, page)
}

// withMenu puts the menu into the Page that the struct embeds.
func withMenu(page View, m Menu) View {
	v := reflect.New(reflect.TypeOf(page)).Elem()
	v.Set(reflect.ValueOf(page))
	base := page.base()
	base.Nav, base.Bottom, base.Bell = m.Nav, m.Bottom, m.Bell
	v.FieldByName("Page").Set(reflect.ValueOf(base))
	filled, ok := reflect.TypeAssert[View](v)
	if !ok {
		panic(fmt.Sprintf("a copy of %T is no page", page)) // it has the type of page, which is one
	}
	return filled
}

// funcs are the functions of templates: those that know the language, or nothing of the request.
func (s *Site) funcs(lang text.Lang) template.FuncMap {
	return template.FuncMap{
		"t": func(key string, kv ...any) string { return s.Text.T(lang, key, arguments(kv)) },
		"clause": func(key, clause string) string {
			return s.Text.T(lang, text.ClauseKey(key, clause), map[string]any{"clause": clause})
		},
		"icon":     s.icon,
		"static":   s.assets.url,
		"md":       s.Markdown,
		"json":     marshal,
		"langattr": func(words string) template.HTMLAttr { return langAttr(lang, words) },
	}
}

// marshal is v as JSON for an attribute that the script reads.
func marshal(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func (s *Site) icon(name string) (template.HTML, error) {
	if !s.Icon(name) {
		return "", fmt.Errorf("no icon %q", name)
	}
	sprite, err := s.assets.url("icons.svg")
	return template.HTML(`<svg class="i" aria-hidden="true"><use href="` + sprite + "#" + name + `"/></svg>`), err //nolint:gosec // an own address, and a name that the sprite has
}

// langAttr is the lang attribute for people's words that are not in the page's language, so that fonts, hyphens and
// voices fit. Only what can be told from the script is said.
func langAttr(page text.Lang, words string) template.HTMLAttr {
	var han, latin bool
	for _, r := range words {
		han = han || unicode.Is(unicode.Han, r)
		latin = latin || unicode.Is(unicode.Latin, r)
	}
	switch {
	case han && page != text.Chinese:
		return `lang="zh-Hans"`
	case latin && !han && page == text.Chinese:
		return `lang="en"`
	}
	return ""
}

// Template is the parsed template of a page, for the tests that hold it against its struct.
func (s *Site) Template(page View, lang text.Lang) (*template.Template, error) {
	parsed, ok := s.render.pages[reflect.TypeOf(page)]
	if !ok {
		return nil, fmt.Errorf("no section lists %T", page)
	}
	t, err := parsed.byLang[lang].template()
	if err != nil {
		return nil, err
	}
	return t.Clone()
}
