package web

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/text"
)

// Page is what every page's struct embeds: the frame's data, and methods that write words and times for the reader.
type Page struct {
	Title     string
	Lang      text.Lang
	Theme     string // "light", "dark", or "" for the device's
	Current   string // key of the entry of the menu that the page belongs to
	Viewer    Viewer
	Nav       []NavGroup
	Bottom    []NavItem // the bar at the bottom of phones
	Bell      *NavItem  // the way to the notices on phones, nil for none
	Notice    *Notice   // what the page before wants to say
	Shortcuts bool
	Here      string // the page's own path and query, for the switches to come back to

	Format text.Formatter
	words  *text.Catalogue
}

// View is a page's struct: anything that embeds Page.
type View interface{ base() Page }

func (p Page) base() Page { return p }

// Viewer is who looks at the page, as the frame shows them. The zero Viewer is nobody.
type Viewer struct {
	Name     string
	Avatar   Avatar
	RoleName string
	Staff    bool
}

// SignedIn reports whether somebody is signed in.
func (v Viewer) SignedIn() bool { return v.Name != "" }

// NavGroup is a part of the menu; Title is "" for the first one.
type NavGroup struct {
	Title string // catalogue key
	Items []NavItem
}

// NavItem is one entry of the menu.
type NavItem struct {
	Key   string // matches Page.Current
	Text  string // catalogue key
	Href  string
	Icon  string
	Hot   string // what data-key it answers to ("g q"), "" for none
	Count int    // shown when Counted
	// Counted entries show their number; Late ones in red.
	Counted, Late bool
}

// Notice is one thing to say about the page as a whole.
type Notice struct {
	Tone  string // info, good, warn, bad
	Title string // already in the reader's language
	Text  string
	Undo  string // address of a form that takes it back, "" for none
	Back  string // own address of the page that the notice is on, for that form to come back to

	Clause  string // of the policy, that a refusal rests on; "" for none
	Edition string // in which it stands
}

// Page begins the struct of a page: titleKey is its title in the catalogue, current its entry in the menu.
func (s *Site) Page(r *http.Request, titleKey, current string) Page {
	actor, lang := CurrentActor(r), s.langOf(r)
	zone := actor.Zone
	if zone == nil {
		zone = s.Zone
	}
	p := Page{
		Lang: lang, Theme: s.themeOf(r), Current: current, Shortcuts: s.shortcutsOf(r), Here: r.URL.RequestURI(),
		Format: text.Formatter{Lang: lang, Zone: zone, Now: s.Clock.Now()}, words: s.Text,
	}
	p.Title = p.T(titleKey)
	p.Viewer = p.viewer(actor)
	p.Notice = takeNotice(p, r)
	return p
}

func (p Page) viewer(a access.Actor) Viewer {
	if a.IsNobody() {
		return Viewer{}
	}
	return Viewer{Name: a.Name, Avatar: AvatarOf(a.Name, a.Role.IsStaff()), RoleName: p.T("role." + string(a.Role)), Staff: a.Role.IsStaff()}
}

// T is a message of the catalogue in the page's language, with key/value arguments.
func (p Page) T(key string, kv ...any) string { return p.words.T(p.Lang, key, arguments(kv)) }

// Knows reports whether the catalogue has a message.
func (p Page) Knows(key string) bool { return p.words.Has(key) }

// Environment is an environment of a system in the reader's words: the policy's own word for production, the name that its
// owner gave for any other.
func (p Page) Environment(name string) string {
	if key := "environment." + name; p.words.Has(key) {
		return p.T(key)
	}
	return name
}

// HTMLLang is the page's language as the lang attribute wants it.
func (p Page) HTMLLang() string { return string(p.Lang) }

// OtherLang is the language that the switch leads to.
func (p Page) OtherLang() text.Lang {
	if p.Lang == text.Chinese {
		return text.English
	}
	return text.Chinese
}

// OtherName is that language in its own words.
func (p Page) OtherName() string { return p.T("lang." + string(p.OtherLang())) }

// Nobody reports whether nobody is signed in.
func (p Page) Nobody() bool { return !p.Viewer.SignedIn() }

// Instant is a day with its time. It, Date, DateISO, Clock, Duration, Countdown and Size are those of text.Formatter for
// the reader.
func (p Page) Instant(t time.Time) string { return p.Format.Instant(t) }

// Date is the local date with its year.
func (p Page) Date(t time.Time) string { return p.Format.Date(t) }

// DateISO is the local date for tables.
func (p Page) DateISO(t time.Time) string { return p.Format.DateISO(t) }

// Clock is the local time of day.
func (p Page) Clock(t time.Time) string { return p.Format.Clock(t) }

// Duration is a span in its two largest units.
func (p Page) Duration(d time.Duration) string { return p.Format.Duration(d) }

// Countdown is the time left until t, or how long it has been over.
func (p Page) Countdown(t time.Time) string { return p.Format.Countdown(t) }

// Size is a number of bytes.
func (p Page) Size(n int64) string { return p.Format.Size(n) }

// ZoneName is the zone that the page's times are in.
func (p Page) ZoneName() string { return p.Format.ZoneName() }

// NowISO is the present instant, by which the script corrects a wrong clock of the reader's machine.
func (p Page) NowISO() string { return p.Format.Now.UTC().Format(time.RFC3339Nano) }

// Units are the shapes of durations for the script.
func (p Page) Units() text.Units { return p.Format.Units() }

// LangHref is the page's own address in another language, for a link that works for nobody too.
func (p Page) LangHref() string {
	u, err := url.Parse(p.Here)
	if err != nil {
		return "?lang=" + string(p.OtherLang())
	}
	q := u.Query()
	q.Set("lang", string(p.OtherLang()))
	return "?" + q.Encode()
}

// withoutLang takes ?lang= out of an address: after a switch the choice lies with the person.
func withoutLang(target string) string {
	path, query, found := strings.Cut(target, "?")
	if !found {
		return target
	}
	q, err := url.ParseQuery(query)
	if err != nil {
		return path
	}
	q.Del("lang")
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}

func arguments(kv []any) map[string]any {
	if len(kv) == 0 {
		return nil
	}
	args := make(map[string]any, len(kv)/2)
	for i := 0; i+1 < len(kv); i += 2 {
		if name, ok := kv[i].(string); ok {
			args[name] = kv[i+1]
		}
	}
	return args
}
