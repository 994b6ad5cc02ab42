package money_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/money"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return money.Section(money.Options{Site: site}) })
}
