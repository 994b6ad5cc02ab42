package statements_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/statements"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return statements.Section(statements.Options{Site: site}) })
}
