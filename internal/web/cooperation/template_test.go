package cooperation_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/cooperation"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return cooperation.Section(cooperation.Options{Site: site}) })
}
