package browsertest

import (
	"context"
	"strings"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
)

// click clicks the first element of the selector with the mouse, once it can be seen.
func (w *window) click(selector string) {
	w.t.Helper()
	w.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// follow clicks something that leads to another page, waits for that and gives its status.
func (w *window) follow(selector string) int {
	w.t.Helper()
	return w.leads(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// leads runs a step that leads to another page, waits for that and gives its status. The document is marked before: the next
// one has no mark, and one whose address alone has changed was led on by its script.
func (w *window) leads(step chromedp.Action[chromedp.Void]) int {
	w.t.Helper()
	ask[bool](w, `(window.left = location.href, true)`)
	w.do(step)
	return w.complete(`window.left !== location.href`)
}

// complete waits until the page is complete and a condition holds, and gives its status. The page itself is asked: the
// events of a navigation that a step brings about may come late, or be those of the page before. It is asked again and again,
// since a page without scripts, as mails are shown, calls nobody back.
func (w *window) complete(condition string) int {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		status, err := chromedp.Run(ctx, chromedp.Evaluate[int](`document.readyState === "complete" && `+condition+`
			? performance.getEntriesByType("navigation")[0].responseStatus : 0`))
		if err == nil && status != 0 { // an error is a page that is just being left
			return status
		}
		select {
		case <-look.C:
		case <-ctx.Done():
			w.t.Fatalf("it leads nowhere: %v\nat %s\nthe window shows %s", err, caller(), w.shows())
		}
	}
}

// write puts text into an empty field as if it were pasted: the page hears of it.
func (w *window) write(selector, text string) {
	w.t.Helper()
	w.do(chromedp.Focus(chromedp.CSS(selector), chromedp.NodeVisible), chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, input.InsertText, input.InsertTextParams{Text: text})
		return err
	}))
}

// press presses keys, one after the other.
func (w *window) press(keys string) {
	w.t.Helper()
	w.do(chromedp.KeyEvent(keys))
}

// choose takes an option of a list.
func (w *window) choose(selector, value string) {
	w.t.Helper()
	w.do(chromedp.WaitVisible(chromedp.CSS(selector)))
	script := `(() => { const e = document.querySelector(` + quoted(selector) + `); e.value = ` + quoted(value) + `;
		e.dispatchEvent(new Event("input", { bubbles: true })); e.dispatchEvent(new Event("change", { bubbles: true })); return e.value; })()`
	if got := ask[string](w, script); got != value {
		w.t.Fatalf("%s has no option %q", selector, value)
	}
}

// holds waits until an expression of the page is true; what says what it means.
func (w *window) holds(what, expression string) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	_, err := chromedp.Run(ctx, chromedp.Poll[chromedp.Void](`(`+expression+`) ? true : false`, chromedp.WithPollingMutation(), chromedp.WithPollingTimeout(within)))
	if err != nil {
		w.t.Fatalf("%s: %v\nthe window shows %s", what, err, w.shows())
	}
}

// has reports whether an element is on the page.
func (w *window) has(selector string) bool {
	w.t.Helper()
	return ask[bool](w, `document.querySelector(`+quoted(selector)+`) !== null`)
}

// must fails the test when an element is not on the page.
func (w *window) must(selector string) {
	w.t.Helper()
	if !w.has(selector) {
		w.t.Errorf("there is no %s; the window shows %s", selector, w.shows())
	}
}

// text is what can be read in an element, "" when it is not there.
func (w *window) text(selector string) string {
	w.t.Helper()
	return strings.TrimSpace(ask[string](w, `document.querySelector(`+quoted(selector)+`)?.innerText ?? ""`))
}

// value is what a field holds.
func (w *window) value(selector string) string {
	w.t.Helper()
	return ask[string](w, `document.querySelector(`+quoted(selector)+`)?.value ?? "(no such field)"`)
}

// says fails the test when an element does not hold a text.
func (w *window) says(selector, part string) {
	w.t.Helper()
	if got := w.text(selector); !strings.Contains(got, part) {
		w.t.Errorf("%s says %q, want %q in it", selector, got, part)
	}
}

// path is the address of the page, without the site and the query.
func (w *window) path() string {
	w.t.Helper()
	return ask[string](w, `location.pathname`)
}

// pressing is press as a step.
func pressing(keys string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(keys) }
