package statements_test

import (
	"io"
	"log/slog"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/text"
	"liaison/internal/web"
	"liaison/internal/web/statements"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Options{Text: words, Clock: clock.NewStepping(time.Unix(0, 0)), Routes: access.NewTable(),
		Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	section := statements.Section(statements.Options{Site: site})
	if err := site.Mount(section); err != nil {
		t.Fatal(err)
	}
	webtest.Check(t, site, section)
}
