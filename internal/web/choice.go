package web

import (
	"net/http"
	"strconv"
	"strings"

	"liaison/internal/account"
	"liaison/internal/text"
)

// langOf is the language of an answer: what the address asks for, else what the person set, else what the browser
// was told on this machine, else what it prefers.
func (s *Site) langOf(r *http.Request) text.Lang {
	if lang, ok := text.ParseLang(r.URL.Query().Get("lang")); ok {
		return lang
	}
	if lang, ok := text.ParseLang(CurrentActor(r).Language); ok {
		return lang
	}
	if lang, ok := text.ParseLang(s.choice(r, "lang")); ok {
		return lang
	}
	return preferred(r.Header.Get("Accept-Language"))
}

// preferred is the language of the catalogue that an Accept-Language header likes best. Only its first part is
// read: no browser sends more, and a header may be a megabyte.
func preferred(header string) text.Lang {
	best, weight := text.English, 0.0
	for i, part := range strings.SplitN(header, ",", 17) {
		if i == 16 {
			break
		}
		tag, params, _ := strings.Cut(part, ";")
		q := 1.0
		if v, ok := strings.CutPrefix(strings.TrimSpace(params), "q="); ok {
			parsed, err := strconv.ParseFloat(v, 64)
			if err != nil {
				continue
			}
			q = parsed
		}
		if lang, ok := text.ParseLang(tag); ok && q > weight {
			best, weight = lang, q
		}
	}
	return best
}

// themeOf is "light" or "dark" when it was chosen on this machine, else "": the device decides.
func (s *Site) themeOf(r *http.Request) string {
	if theme := s.choice(r, "theme"); theme == "light" || theme == "dark" {
		return theme
	}
	return ""
}

// shortcutsOf reports whether single keys do something: unless they were switched off.
func (s *Site) shortcutsOf(r *http.Request) bool { return s.choice(r, "keys") != "off" }

func (s *Site) choice(r *http.Request, name string) string {
	c, err := r.Cookie(s.cookieName(name))
	if err != nil {
		return ""
	}
	return c.Value
}

// RememberSettings puts what a person chose into the browser's cookies, so that no page needs a query for it. Whoever
// changes settings calls it, and so does signing in: a person finds their choice on every machine.
func (s *Site) RememberSettings(w http.ResponseWriter, in account.Settings) {
	s.rememberLang(w, in.Language)
	s.rememberTheme(w, in.Theme)
	if in.Shortcuts {
		s.clearCookie(w, "keys")
	} else {
		s.setCookie(w, "keys", "off")
	}
}

func (s *Site) rememberLang(w http.ResponseWriter, tag string) {
	if lang, ok := text.ParseLang(tag); ok {
		s.setCookie(w, "lang", string(lang))
	}
}

func (s *Site) rememberTheme(w http.ResponseWriter, theme string) {
	if theme == "" {
		s.clearCookie(w, "theme")
	} else {
		s.setCookie(w, "theme", theme)
	}
}

// setPreferences is the switch of language and theme in every frame: it changes what the form names, for the person
// who is signed in and on this machine, and goes back.
func (s *Site) setPreferences(w http.ResponseWriter, r *http.Request) error {
	form, err := ReadForm(r)
	if err != nil {
		return err
	}
	lang, changesLang := text.ParseLang(form.Value("lang"))
	theme, changesTheme := chosenTheme(form.Value("theme"))
	if actor := CurrentActor(r); !actor.IsNobody() {
		me, err := s.Accounts.Me(r.Context(), actor)
		if err != nil {
			return err
		}
		if changesLang {
			me.Settings.Language = string(lang)
		}
		if changesTheme {
			me.Settings.Theme = theme
		}
		if err := s.Accounts.UpdateSettings(r.Context(), actor, me.Settings); err != nil {
			return err
		}
	}
	if changesLang {
		s.rememberLang(w, string(lang))
	}
	if changesTheme {
		s.rememberTheme(w, theme)
	}
	http.Redirect(w, r, withoutLang(ownPath(form.Value("back"))), http.StatusSeeOther) //nolint:gosec // ownPath stays on this site
	return nil
}

// chosenTheme reads the value of a theme button as settings hold it; "auto" is the device's.
func chosenTheme(value string) (theme string, ok bool) {
	switch value {
	case "auto":
		return "", true
	case "light", "dark":
		return value, true
	}
	return "", false
}
