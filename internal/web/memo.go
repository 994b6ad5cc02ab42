package web

import (
	"bytes"
	"html/template"
	"reflect"
	"sync"

	"liaison/internal/text"
)

// memoMost is how many pieces of pages are kept; then they are made anew.
const memoMost = 8192

// memo keeps pieces of pages that were rendered from a struct of plain values: the same values give the same HTML, so a
// row that many look at is rendered once per language. It holds nothing that its key does not say.
type memo struct {
	mu   sync.RWMutex
	kept map[memoKey]template.HTML
}

type memoKey struct {
	lang text.Lang
	name string
	data any
}

// piece is the named template of set with data, from before when it was rendered with equal data.
func (m *memo) piece(lang text.Lang, set *template.Template, name string, data any) (template.HTML, error) {
	key := memoKey{lang, name, data}
	plain := reflect.TypeOf(data).Comparable()
	if plain {
		m.mu.RLock()
		html, ok := m.kept[key]
		m.mu.RUnlock()
		if ok {
			return html, nil
		}
	}
	var b bytes.Buffer
	if err := set.ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	html := template.HTML(b.String()) //nolint:gosec // html/template has escaped it, for the same place: between elements
	if plain {
		m.mu.Lock()
		if m.kept == nil || len(m.kept) >= memoMost {
			m.kept = map[memoKey]template.HTML{}
		}
		m.kept[key] = html
		m.mu.Unlock()
	}
	return html, nil
}
