package admin_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/admin"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return admin.Section(admin.Options{Site: site}) })
}
