package desk

import (
	"net/http"
	"strings"
	"testing"

	"liaison/internal/access"
)

func TestASearchKeepsWhatWasTypedAndNamesTheFilter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	w := h.ask(eva, "/desk/search?q=reports+status%3Aopne", nil)
	if body := w.Body.String(); w.Code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="reports status:opne"`) ||
		!strings.Contains(body, "status: takes open, waiting_customer") || strings.Contains(body, c.Number) {
		t.Errorf("%d: %s", w.Code, body)
	}
	if w := h.ask(eva, "/desk/search?q=reports+status%3Aopen+%22stay+empty%22", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), c.Number) {
		t.Errorf("a right filter finds nothing: %d", w.Code)
	}
	beside := h.ask(eva, "/desk/search?q=Nordwind+status%3Aopen", nil).Body.String()
	if !strings.Contains(beside, `href="/desk/customers/nordwind"`) {
		t.Errorf("the customer is not found beside: %s", beside)
	}
	if body := h.ask(eva, "/desk/search?q=lena", nil).Body.String(); !strings.Contains(body, "<b lang=\"en\">Lena</b>") && !strings.Contains(body, ">Lena</a>") {
		t.Errorf("the person is not found beside: %s", body)
	}
}
