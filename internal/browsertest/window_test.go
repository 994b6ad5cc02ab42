package browsertest

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// window is one window of the browser with its own cookies, and what went wrong in it.
type window struct {
	t     *testing.T
	stage *stage
	ctx   context.Context

	mu       sync.Mutex
	problems []string
	expected []string // parts of complaints that the test provokes
	bytes    int64    // that came over the network
	loads    map[cdp.LoaderID]chan struct{}
}

// window opens a window; p is signed in there unless it is nobody. At its end it must have seen no complaint.
func (s *stage) window(t *testing.T, p person) *window {
	t.Helper()
	w := &window{t: t, stage: s}
	ctx, cancel := chromedp.NewContext(s.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(w.hear))
	w.ctx = ctx
	t.Cleanup(func() {
		cancel()
		w.settle(t)
	})
	w.begin()
	w.do(call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}), call(runtime.AddBinding, runtime.AddBindingParams{Name: "__xss"}))
	w.steady()
	if p.Email != "" {
		w.become(p)
	}
	return w
}

// second opens another tab with the same cookies.
func (w *window) second() *window {
	w.t.Helper()
	v := &window{t: w.t, stage: w.stage}
	ctx, cancel := chromedp.NewContext(w.ctx, chromedp.WithListener(v.hear))
	v.ctx = ctx
	w.t.Cleanup(func() {
		cancel()
		v.settle(w.t)
	})
	v.begin()
	v.do(call(network.Enable, network.EnableParams{}), call(log.Enable, cdp.Empty{}))
	v.steady()
	return v
}

// begin opens the window. It lives as long as the context of its first step: that one has no deadline.
func (w *window) begin() {
	w.t.Helper()
	if err := chromedp.Do(w.ctx); err != nil {
		w.t.Fatal(err)
	}
}

// call is a command of the browser as a step.
func call[P, R any](cmd cdp.Command[P, R], params P) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		_, err := cdp.Call(ctx, t, cmd, params)
		return err
	})
}

// become signs the person in without the page for it.
func (w *window) become(p person) {
	w.t.Helper()
	w.cookie("session", w.stage.session(w.t, p))
}

func (w *window) cookie(name, value string) {
	w.t.Helper()
	w.do(call(network.SetCookie, network.SetCookieParams{Name: name, Value: value, URL: w.stage.url}))
}

// size makes the window as large as a desk's screen or a phone.
func (w *window) size(width, height int64) {
	w.t.Helper()
	w.do(chromedp.EmulateViewport(width, height))
}

// theme is what the device prefers: "light" or "dark".
func (w *window) theme(theme string) {
	w.t.Helper()
	w.do(call(emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: theme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
}

// steady makes a window behave alike on every machine: it counts as the one in front, however many there are, and
// nothing moves while the mouse is on its way.
func (w *window) steady() {
	w.t.Helper()
	w.do(call(emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true}))
	w.theme("light")
	w.size(1440, 900)
}

// withoutScript switches the page's scripts off.
func (w *window) withoutScript() {
	w.t.Helper()
	w.do(call(emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}))
}

// visit opens a path of the site and gives its status. It waits for the very document that it asked for: the events of
// the page before may still be on their way.
func (w *window) visit(path string) int {
	w.t.Helper()
	address := w.stage.url + path
	w.do(chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		res, err := cdp.Call(ctx, t, page.Navigate, page.NavigateParams{URL: address})
		if err == nil && res.ErrorText != "" {
			err = fmt.Errorf("%s: %s", address, res.ErrorText)
		}
		if err != nil || res.LoaderID == "" { // within the same document
			return err
		}
		select {
		case <-w.loaded(res.LoaderID):
			return nil
		case <-ctx.Done():
			return fmt.Errorf("%s is not complete: %w", address, ctx.Err())
		}
	}))
	return ask[int](w, `performance.getEntriesByType("navigation")[0].responseStatus`)
}

// loaded is closed when a document with all that it shows has come.
func (w *window) loaded(id cdp.LoaderID) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.loads == nil {
		w.loads = map[cdp.LoaderID]chan struct{}{}
	}
	if w.loads[id] == nil {
		w.loads[id] = make(chan struct{})
	}
	return w.loads[id]
}

// hear keeps what the browser complains of. It runs on the goroutine that reads the browser's messages.
func (w *window) hear(ev any) {
	switch ev := ev.(type) {
	case *log.EventEntryAdded:
		if ev.Entry.Level == log.EntryLevelError {
			w.complain("the browser says: %s (%s)", ev.Entry.Text, ev.Entry.URL)
		}
	case *runtime.EventConsoleAPICalled:
		if ev.Type == runtime.ConsoleAPICalledTypeError || ev.Type == runtime.ConsoleAPICalledTypeAssert {
			w.complain("the page says on the console: %s", arguments(ev.Args))
		}
	case *runtime.EventExceptionThrown:
		w.complain("the page's script fails: %s", exception(ev.ExceptionDetails))
	case *runtime.EventBindingCalled:
		w.complain("SCRIPT RAN: %s", ev.Payload)
	case *page.EventJavascriptDialogOpening:
		w.complain("a dialog opens: %s %s", ev.Type, ev.Message)
	case *network.EventRequestWillBeSent:
		if !w.stage.own(ev.Request.URL) {
			w.complain("a request leaves the site: %s", ev.Request.URL)
		}
	case *page.EventLifecycleEvent:
		if ev.Name == "load" {
			ready := w.loaded(ev.LoaderID)
			select {
			case <-ready:
			default:
				close(ready)
			}
		}
	case *network.EventLoadingFinished:
		w.mu.Lock()
		w.bytes += int64(ev.EncodedDataLength)
		w.mu.Unlock()
	}
}

// own reports whether an address is the site's, or has no host at all.
func (s *stage) own(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Scheme+"://"+u.Host == s.url || u.Scheme == "data" || u.Scheme == "blob" || u.Scheme == "about")
}

func arguments(args []*runtime.RemoteObject) string {
	var b strings.Builder
	for _, a := range args {
		fmt.Fprintf(&b, "%s%s ", a.Value, a.Description)
	}
	return b.String()
}

func (w *window) complain(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

// expect says that a complaint with this part is the point of the test.
func (w *window) expect(part string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.expected = append(w.expected, part)
}

// settle reports what the browser complained of since the last time.
func (w *window) settle(t *testing.T) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
complaints:
	for _, p := range w.problems {
		for _, part := range w.expected {
			if strings.Contains(p, part) {
				continue complaints
			}
		}
		t.Error(p)
	}
	w.problems = nil
}

// transferred is how many bytes came over the network since the last time.
func (w *window) transferred() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	n := w.bytes
	w.bytes = 0
	return n
}

func exception(d *runtime.ExceptionDetails) string {
	if d.Exception != nil {
		return d.Text + " " + d.Exception.Description
	}
	return d.Text
}
