package portal_test

import (
	"testing"

	"liaison/internal/web/portal"
	"liaison/internal/web/webtest"
)

func TestTemplatesFitTheirStructs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	webtest.Check(t, h.site, portal.Section(h.options))
}
