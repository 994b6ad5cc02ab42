package seats_test

import (
	"testing"

	"liaison/internal/web"
	"liaison/internal/web/seats"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	webtest.CheckSection(t, func(site *web.Site) web.Section { return seats.Section(seats.Options{Site: site}) })
}
