package web

import (
	"net/http"
	"net/url"
	"strings"
)

// A notice travels over a redirect in the address, as a key of the catalogue under "notice." and nothing else: no
// text of an address is ever shown.

// UndoPrefix is where the button of a notice takes a change back: POST /desk/undo/{id}.
const UndoPrefix = "/desk/undo/"

// Redirect answers a POST that went well: the browser goes to target, whose page shows the notice of the given name
// (catalogue key "notice.<name>"; "" for none). undo names what can be taken back, "" for nothing: the notice then has
// a button that posts to UndoPrefix + undo, an address that does nothing but that.
func (s *Site) Redirect(w http.ResponseWriter, r *http.Request, target, notice, undo string) error {
	u, err := url.Parse(ownPath(target))
	if err != nil {
		return err
	}
	q := u.Query()
	if notice != "" {
		q.Set("notice", notice)
	}
	if undo != "" {
		q.Set("undo", undo)
	}
	u.RawQuery = q.Encode()
	http.Redirect(w, r, u.String(), http.StatusSeeOther)
	return nil
}

// takeNotice reads the notice that Redirect put into the address.
func takeNotice(p Page, r *http.Request) *Notice {
	q := r.URL.Query()
	name := q.Get("notice")
	if name == "" || strings.ContainsFunc(name, notInName) || !p.words.Has("notice."+name) {
		return nil
	}
	n := &Notice{Tone: "good", Text: p.T("notice." + name)}
	if undo := q.Get("undo"); undo != "" && !strings.ContainsFunc(undo, notInName) {
		q.Del("notice")
		q.Del("undo")
		back := url.URL{Path: r.URL.Path, RawQuery: q.Encode()}
		n.Undo, n.Back = UndoPrefix+undo, back.String()
	}
	return n
}

func notInName(r rune) bool {
	return r != '_' && r != '-' && r != '.' && (r < 'a' || r > 'z') && (r < '0' || r > '9')
}
