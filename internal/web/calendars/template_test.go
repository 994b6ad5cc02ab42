package calendars_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/calendars"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return calendars.Section(calendars.Options{Site: site}) })
}
