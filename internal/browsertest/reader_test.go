package browsertest

import (
	"context"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"liaison/internal/text"
)

// reader is somebody at a window who reads it: fields are found by their labels, buttons and links by their names.
type reader struct {
	*window
	lang text.Lang
}

// reads opens a window of a person whose pages are in a language.
func (s *stage) reads(t *testing.T, p person, lang text.Lang) reader {
	t.Helper()
	s.speaks(t, p, string(lang))
	return reader{s.window(t, p), lang}
}

// word is what the catalogue says; args are pairs.
func (r reader) word(key string, args ...any) string {
	r.t.Helper()
	pairs := map[string]any{}
	for i := 0; i+1 < len(args); i += 2 {
		pairs[args[i].(string)] = args[i+1]
	}
	return r.stage.Text.T(r.lang, key, pairs)
}

// field is the selector of the field with a label, within a part of the page.
func (r reader) field(within, label string) string {
	r.t.Helper()
	id := ask[string](r.window, `[...document.querySelectorAll(`+quoted(within+" label")+`)].find(l => l.innerText.trim() === `+quoted(label)+`)?.htmlFor ?? ""`)
	if id == "" {
		r.t.Fatalf("no field in %s is called %q; the window shows %s", within, label, r.shows())
	}
	return `[id="` + id + `"]`
}

// fill types into the field with a label, in place of what it holds. Days are chosen, as with the calendar of the field.
func (r reader) fill(within, label, value string) {
	r.t.Helper()
	field := r.field(within, label)
	if ask[bool](r.window, `document.querySelector(`+quoted(field)+`).matches("select, [type=date], [type=datetime-local]")`) {
		r.choose(field, value)
		return
	}
	r.do(chromedp.Focus(chromedp.CSS(field), chromedp.NodeVisible))
	ask[bool](r.window, `(document.activeElement.select(), true)`)
	r.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: value})
		return err
	}))
}

// pick chooses in a list, with a label, the entry that reads so.
func (r reader) pick(within, label, entry string) {
	r.t.Helper()
	field := r.field(within, label)
	value := ask[string](r.window, `[...document.querySelector(`+quoted(field)+`).options].find(o => o.text.trim() === `+quoted(entry)+`)?.value ?? "no such entry"`)
	r.choose(field, value)
}

// named gives the selector of the button or link with a name, within a part of the page.
func (r reader) named(within, name string) string {
	r.t.Helper()
	found := ask[bool](r.window, `(() => {
		document.querySelectorAll("[data-named]").forEach(e => delete e.dataset.named);
		const is = e => (e.getAttribute("aria-label") ?? e.innerText).trim() === `+quoted(name)+`;
		const e = [...document.querySelectorAll(`+quoted(within+" :is(button, a, summary)")+`)].find(e => is(e) && e.checkVisibility());
		if (e) e.dataset.named = "";
		return Boolean(e);
	})()`)
	if !found {
		r.t.Fatalf("nothing in %s is called %q; the window shows %s", within, name, r.shows())
	}
	return "[data-named]"
}

// push clicks the button or link with a name and gives the status of the page that it leads to.
func (r reader) push(within, name string) int {
	r.t.Helper()
	return r.follow(r.named(within, name))
}

// unfold opens what stands behind a summary.
func (r reader) unfold(within, summary string) {
	r.t.Helper()
	r.click(r.named(within, summary))
}

// enter presses the key in the field that has the focus, which sends its form, and gives the status of the answer.
func (r reader) enter() int {
	r.t.Helper()
	return r.leads(pressing("\r"))
}

// done fails the test when a step does not lead to a page of the site.
func (r reader) done(what string, status int) {
	r.t.Helper()
	if status != 200 {
		r.t.Fatalf("%s: %d; the window shows %s", what, status, r.shows())
	}
}
