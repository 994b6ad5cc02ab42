package web_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/text"
	"liaison/internal/web"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Options{Text: words, Clock: clock.NewStepping(time.Unix(0, 0)), Routes: access.NewTable(),
		Log: slog.New(slog.DiscardHandler), Zone: time.UTC, Components: true})
	if err != nil {
		t.Fatal(err)
	}
	webtest.Check(t, site, site.Own())
	webtest.CheckMarkup(t, os.DirFS("templates"))
}
