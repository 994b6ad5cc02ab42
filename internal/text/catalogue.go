// Package text is the one place where the program's words live: a catalogue of messages in every language the
// pages and mails are written in, and the formatter that writes instants, durations, zones and sizes the way
// people of that language read them.
//
// A message is a line of catalogue/<language>/<area>.yaml, "key: text", with {name} placeholders:
//
//	case.reply_by: Reply by {due}
//
// A message that counts has the plural forms its language needs (English: one and other; Chinese: other) and is
// chosen by the argument "count":
//
//	queue.open:
//	  one: One open case
//	  other: "{count} open cases"
//
// Keys are global: two areas never hold the same key, and every language holds all of them (a test of this
// package keeps both true, and reads the Chinese for its own rules).
package text

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/goccy/go-yaml"
)

// Lang is a language the catalogue is complete in, as a BCP 47 tag.
type Lang string

// The languages.
const (
	English Lang = "en"
	Chinese Lang = "zh-Hans"
)

// Langs are the languages, the fallback first.
func Langs() []Lang { return []Lang{English, Chinese} }

// ParseLang reads a tag that a person, a browser or a row gave ("zh-CN", "zh", "en-GB"); ok is false for a language
// the catalogue is not written in.
func ParseLang(tag string) (lang Lang, ok bool) {
	tag = strings.ToLower(strings.TrimSpace(tag))
	switch primary, _, _ := strings.Cut(tag, "-"); primary {
	case "en":
		return English, true
	case "zh":
		return Chinese, !strings.HasPrefix(tag, "zh-hant") && tag != "zh-tw" && tag != "zh-hk"
	}
	return English, false
}

//go:embed catalogue
var files embed.FS

// Catalogue holds every message in every language. It is safe for concurrent use.
type Catalogue struct {
	messages map[Lang]map[string]message
	missing  atomic.Int64
	onMiss   func(lang Lang, key string)
}

// New reads the embedded catalogue. Its errors are mistakes of the build, and name file and key.
func New() (*Catalogue, error) { return load(files) }

// OnMissing has fn called for every key that T did not find; tests use it to fail on the first one.
// It must be set before the catalogue is used.
func (c *Catalogue) OnMissing(fn func(lang Lang, key string)) { c.onMiss = fn }

// Missing is how many times T did not find its key.
func (c *Catalogue) Missing() int64 { return c.missing.Load() }

// Has reports whether the catalogue holds key.
func (c *Catalogue) Has(key string) bool {
	_, ok := c.messages[English][key]
	return ok
}

// Keys are all keys in order.
func (c *Catalogue) Keys() []string {
	keys := make([]string, 0, len(c.messages[English]))
	for k := range c.messages[English] {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// T is the message key in lang with args in its placeholders; the argument "count" chooses the plural form.
// A key that is not there comes back as itself, and is counted: a page is never lost for a word.
func (c *Catalogue) T(lang Lang, key string, args map[string]any) string {
	m, ok := c.messages[lang][key]
	if !ok {
		c.missing.Add(1)
		if c.onMiss != nil {
			c.onMiss(lang, key)
		}
		return key
	}
	return m.render(lang, args)
}

func load(fsys fs.FS) (*Catalogue, error) {
	c := &Catalogue{messages: map[Lang]map[string]message{}}
	for _, lang := range Langs() {
		all := map[string]message{}
		paths, err := fs.Glob(fsys, path.Join("catalogue", string(lang), "*.yaml"))
		if err != nil {
			return nil, fmt.Errorf("text: %w", err)
		}
		for _, p := range paths {
			if err := readArea(fsys, p, all); err != nil {
				return nil, fmt.Errorf("text: %s: %w", p, err)
			}
		}
		c.messages[lang] = all
	}
	return c, nil
}

// readArea adds the messages of one file to all and refuses a key that another area of the language has.
func readArea(fsys fs.FS, name string, all map[string]message) error {
	raw, err := fs.ReadFile(fsys, name)
	if err != nil {
		return err
	}
	var area map[string]any
	if err := yaml.UnmarshalWithOptions(raw, &area, yaml.Strict()); err != nil {
		return err
	}
	for key, v := range area {
		if _, taken := all[key]; taken {
			return fmt.Errorf("key %q is already in another area", key)
		}
		if all[key], err = parse(v); err != nil {
			return fmt.Errorf("key %q: %w", key, err)
		}
	}
	return nil
}
