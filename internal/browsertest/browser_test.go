package browsertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// startBrowser starts a headless Chromium that lives as long as the test. Its own name service knows this machine
// alone, so that nothing of a page can leave it.
func startBrowser(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(findChromium(t)), chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("headless", "new"), chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"))
	if os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(context.WithoutCancel(t.Context()), options...)
	t.Cleanup(cancel)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatalf("Chromium does not start: %v", err)
	}
	return ctx
}

func findChromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Fatal("There is no Chromium. Type this line, then run the tests again:\n    sudo apt-get update && sudo apt-get install --yes --no-install-recommends chromium fonts-noto-cjk")
	return ""
}

// within is how long one step in the browser may take before it counts as hanging.
const within = time.Minute

// do runs steps in the window; a step that hangs fails the test with what the window shows.
func (w *window) do(steps ...chromedp.Action[chromedp.Void]) {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		w.t.Fatalf("%v\nat %s\nthe window shows %s", err, caller(), w.shows())
	}
}

// ask gives the value of an expression of the page.
func ask[T any](w *window, expression string) T {
	w.t.Helper()
	return run(w, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
}

// run runs one action that gives a value.
func run[T any](w *window, action chromedp.Action[T]) T {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	v, err := chromedp.Run(ctx, action)
	if err != nil {
		w.t.Fatalf("%v\nat %s\nthe window shows %s", err, caller(), w.shows())
	}
	return v
}

// shows is the address and the beginning of the text of what is in the window, for messages.
func (w *window) shows() string {
	ctx, cancel := context.WithTimeout(w.ctx, within)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`location.href + ": " + document.body.innerText.replace(/\s+/g, " ").slice(0, 1500)`))
	if err != nil {
		return err.Error()
	}
	return text
}

// caller is where a step stands that fails: the first line outside of the helpers of this file and of the hands.
func caller() string {
	for depth := 1; ; depth++ {
		_, file, line, ok := runtime.Caller(depth)
		if !ok {
			return "an unknown line"
		}
		if name := filepath.Base(file); name != "browser_test.go" && name != "hands_test.go" {
			return fmt.Sprintf("%s:%d", name, line)
		}
	}
}
