package held_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/held"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return held.Section(held.Options{Site: site}) })
}
