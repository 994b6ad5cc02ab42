package rights_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/rights"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return rights.Section(rights.Options{Site: site}) })
}
