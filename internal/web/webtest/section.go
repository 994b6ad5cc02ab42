package webtest

import (
	"log/slog"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/clock"
	"liaison/internal/text"
	"liaison/internal/web"
)

// CheckSection is Check of a section on a site of its own, for sections whose templates need nothing else.
func CheckSection(t *testing.T, section func(*web.Site) web.Section) {
	t.Helper()
	t.Parallel()
	words, err := text.New()
	if err != nil {
		t.Fatal(err)
	}
	site, err := web.New(web.Options{Text: words, Clock: clock.NewStepping(time.Unix(0, 0)), Routes: access.NewTable(),
		Log: slog.New(slog.DiscardHandler), Zone: time.UTC})
	if err != nil {
		t.Fatal(err)
	}
	sec := section(site)
	if err := site.Mount(sec); err != nil {
		t.Fatal(err)
	}
	Check(t, site, sec)
}
