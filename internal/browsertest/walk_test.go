package browsertest

import (
	_ "embed"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"liaison/internal/access"
	"liaison/internal/db"
	"liaison/internal/id"
	"liaison/internal/journal"
	"liaison/internal/text"
)

//go:embed testdata/wide.js
var wideScript string

//go:embed testdata/build.js
var buildScript string

// walk opens every page as everybody who may. Who has pages of their own is followed in both languages and through
// every state of a page; the other roles see in one language that their pages are theirs. axe-core looks at every
// build of a page (see build) once per language, in both themes.
func (s *stage) walk(t *testing.T) {
	t.Run("every route is listed", s.everyRouteIsListed)
	s.leaveTask(t)
	words, looked := s.vocabulary(t), &builds{seen: map[string]bool{}}
	t.Run("pages", func(t *testing.T) {
		for i, v := range s.visitors(t) {
			name := string(v.role)
			if v.role == "" {
				name = "nobody"
			}
			for j, lang := range text.Langs() {
				long := slices.Contains([]access.Role{"", access.Liaison, access.Member, access.Engineer}, v.role)
				if !long && i%2 == j {
					continue // the other roles see pages that were looked at in both languages already
				}
				t.Run(name+" "+string(lang), func(t *testing.T) {
					t.Parallel()
					s.visitAll(t, v, lang, look{words, looked}, long)
				})
			}
		}
	})
	t.Run("no message is missing", func(t *testing.T) {
		if n := s.Text.Missing(); n > 0 {
			t.Errorf("%d times a message was asked for that the catalogue does not have", n)
		}
	})
}

// leaveTask makes a task of staff about somebody of Nordwind who left.
func (s *stage) leaveTask(t *testing.T) {
	t.Helper()
	task := id.New()
	err := s.DB.Update(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return errors.Join(
			tx.Buffer(`INSERT INTO staff_task (tenant_id, id, kind, centre, system_id, person_id, made_at)
				SELECT d.tenant_id, $1, 'owner_departed', 'emea', d.system_id, d.person_id, $2 FROM designation d
				JOIN customer c ON c.id = d.tenant_id WHERE c.key = 'nordwind' AND d.ended_at IS NULL ORDER BY d.since LIMIT 1`, task, tx.Now()),
			journal.Record(tx, journal.Line{ActorKind: "system", SubjectKind: "task", Subject: task, Kind: "task.made", Visibility: journal.Staff}))
	})
	if err != nil {
		t.Fatal(err)
	}
}

// look is what a page is held against: the words of the catalogue, and the builds that were looked at before.
type look struct {
	words  vocabulary
	builds *builds
}

// builds are the builds of pages, and the chips on them, that axe-core has seen.
type builds struct {
	mu   sync.Mutex
	seen map[string]bool
}

// build is what the script says of a page: what stands in <main>, what stands around it, and the coloured
// things.
type build struct {
	Main    string   `json:"main"`
	Frame   string   `json:"frame"`
	Outline string   `json:"outline"` // headings and landmarks of the frame
	Chips   []string `json:"chips"`
}

// open says how much of a page was not seen in this light: all of it when a chip is new, or both what stands in its <main>
// and what stands around; one of them when only that is new; and how both stand to each other when they were seen apart.
func (b *builds) open(page build, light string) sight {
	b.mu.Lock()
	defer b.mu.Unlock()
	isNew := func(parts ...string) (is bool) {
		for _, part := range parts {
			key := light + " " + part
			is = is || !b.seen[key]
			b.seen[key] = true
		}
		return is
	}
	chips, main, frame, both := isNew(page.Chips...), isNew("main "+page.Main), isNew("frame "+page.Frame), isNew(page.Main+" in "+page.Outline)
	switch {
	case chips, main && frame:
		return everything
	case main:
		return inside
	case frame:
		return around
	case both:
		return asWhole
	}
	return nothing
}

// visitAll looks at all pages of a visitor in one window.
func (s *stage) visitAll(t *testing.T, v visitor, lang text.Lang, l look, long bool) {
	w := s.window(t, v.person)
	for _, path := range s.paths(t, v, long) {
		t.Run(path, func(t *testing.T) {
			w.t = t
			defer func() { w.t = t }()
			w.look(withLang(path, lang), lang, l)
			w.settle(t)
		})
	}
}

func withLang(path string, lang text.Lang) string {
	u, err := url.Parse(path)
	if err != nil {
		return path
	}
	q := u.Query()
	q.Set("lang", string(lang))
	u.RawQuery = q.Encode()
	return u.String()
}

// look opens a page and reports everything that is wrong with it.
func (w *window) look(path string, lang text.Lang, l look) {
	w.t.Helper()
	where, _, _ := strings.Cut(path, "?")
	want := 200
	if where == "/reset/not-a-link" || where == "/invite/not-a-link" {
		want = 409
		w.expect("status of 409")
	}
	if strings.Contains(path, "day=soon") {
		want = 422
		w.expect("status of 422")
	}
	if status := w.visit(path); status != want {
		w.t.Fatalf("status %d\n%s", status, w.shows())
	}
	if strings.HasSuffix(where, "/html") || w.path() != where {
		return // a mail has its own look; a page that is led to is looked at under its own address
	}
	for _, p := range ask[[]shown](w, wordsScript) {
		if where == "/ui" || strings.HasPrefix(where, "/demo/") {
			p.Kind = anyLanguage
		}
		if what := l.words.wrong(lang, p); what != "" {
			w.t.Errorf("%s\n    %s of %s (lang=%s): %.120s", what, p.Kind, p.Place, p.Lang, p.Text)
		}
	}
	w.fits()
	w.accessible(ask[build](w, buildScript), lang, l.builds)
}

// accessible has axe-core look at what it has not seen of a page: its words and its order in each language, its colours, which
// have no language, in each theme.
func (w *window) accessible(page build, lang text.Lang, seen *builds) {
	w.t.Helper()
	words, light, dark := seen.open(page, string(lang)), seen.open(page, "light"), seen.open(page, "dark")
	if words == light { // one look for both
		for _, found := range w.axe(words, everyRule) {
			w.t.Error(found)
		}
	} else {
		for _, found := range append(w.axe(words, butColours), w.axe(light, theColours)...) {
			w.t.Error(found)
		}
	}
	if dark > asWhole {
		w.theme("dark")
		for _, found := range w.axe(dark, theColours) {
			w.t.Errorf("in the dark theme: %s", found)
		}
		w.theme("light")
	}
}

// fits checks that nothing sticks out to the right, on a desk's screen and on a phone.
func (w *window) fits() {
	w.t.Helper()
	w.size(390, 844)
	for _, wide := range ask[[]string](w, wideScript) {
		w.t.Errorf("on a phone: %s", wide)
	}
	w.size(1440, 900)
	for _, wide := range ask[[]string](w, wideScript) {
		w.t.Errorf("on a screen: %s", wide)
	}
}
