package apptest_test

import (
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"liaison/internal/apptest"
)

type invoice struct {
	ID, State, Etag, Number string
	SuspendsAt              time.Time
}

// An invoice goes from the desk to the suspended case, and its payment back: by REST, once for each key, and on the pages
// of both sides.
func TestAnInvoiceFromTheDeskToTheSuspendedCaseAndBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carl, katrin := w.As("carl.jensen"), w.As("katrin.vogel")
		c := katrin.Register(home, "P3")
		due := w.Clock.Now().AddDate(0, 0, 10).Format(time.DateOnly)
		body := map[string]any{"customer": home, "number": "R-1", "due": due, "amount": "1200.00", "currency": "EUR"}
		first := carl.Post("/api/v1/invoices", body, "Idempotency-Key", "once")
		again := carl.Post("/api/v1/invoices", body, "Idempotency-Key", "once")
		if first.Status != http.StatusCreated || string(first.Body) != string(again.Body) {
			t.Fatalf("%d %s, again %d %s", first.Status, first.Body, again.Status, again.Body)
		}
		v := apptest.Is[invoice](t, first, http.StatusCreated)
		if a := w.In("katrin.vogel").Get("/account/support"); a.Status != 200 || !strings.Contains(string(a.Body), "R-1") || strings.Contains(string(a.Body), "Support is suspended until") {
			t.Errorf("before the day: %d", a.Status)
		}

		w.Sweep(v.SuspendsAt)
		if got := w.As("lin.wei").Case(c.Number); !got.Suspended {
			t.Error("the open case is not suspended at the vendor's midnight")
		}
		refused := apptest.Is[apptest.Problem](t, katrin.Post("/api/v1/cases", apptest.NewCase(w.System(home), "P3")), http.StatusForbidden)
		if refused.Decision != "invoice_overdue" || refused.Clause != "5.2" {
			t.Errorf("a new case: %+v", refused)
		}
		for path, words := range map[string][]string{
			"/":                {"/account/support", "5.2"},
			"/account/support": {"R-1", "1200.00 EUR", "Support is suspended until", "Read and follow cases", "Register a case in the portal", "/contact"},
		} {
			page := string(katrin.Get(path).Body)
			for _, word := range words {
				if !strings.Contains(page, word) {
					t.Errorf("%s does not say %q", path, word)
				}
			}
		}
		for path, word := range map[string]string{"/desk/invoices?state=overdue": "R-1", "/desk/invoices/" + v.ID: "It has suspended support since",
			"/desk/customers/" + home + "/support": "/desk/invoices/" + v.ID} {
			if a := carl.Get(path); a.Status != 200 || !strings.Contains(string(a.Body), word) {
				t.Errorf("%s: %d, and does not say %q", path, a.Status, word)
			}
		}

		if a := carl.Post("/api/v1/invoices/"+v.ID+"/payment", map[string]any{"paidAt": w.Clock.Now()}, "If-Match", `"9"`); a.Status != http.StatusPreconditionFailed {
			t.Errorf("an old etag: %d %s", a.Status, a.Body)
		}
		var won, told atomic.Int64
		var all sync.WaitGroup
		for range 50 {
			all.Go(func() {
				switch a := w.As("carl.jensen").Post("/api/v1/invoices/"+v.ID+"/payment", map[string]any{"paidAt": w.Clock.Now()}); a.Status {
				case 200:
					won.Add(1)
				case 409:
					told.Add(1)
				default:
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 || told.Load() != 49 {
			t.Errorf("of 50 payments %d won, %d were told", won.Load(), told.Load())
		}
		w.Sweep(w.Clock.Now().Add(time.Minute))
		if got := w.As("lin.wei").Case(c.Number); got.Suspended {
			t.Error("the case is still suspended after the payment")
		}
		katrin.Register(home, "P3")
	})
}

func TestTheInvoicePageKeepsWhatWasTyped(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		carl := w.In("carl.jensen")
		typed := url.Values{"customer": {"nowhere"}, "number": {"R-77"}, "due": {"2026-12-01"}, "amount": {"10.00"}, "currency": {"UDS"}}
		if a := carl.Post("/desk/invoices/new", typed); a.Status != 422 || !strings.Contains(string(a.Body), "R-77") || !strings.Contains(string(a.Body), "This is no currency") {
			t.Errorf("a typing error: %d", a.Status)
		}
		file := url.Values{"text": {"customer,number,due,amount,currency\nnordwind,R-78,2026-12-01,-1,EUR\n"}}
		if a := carl.Post("/desk/invoices/import", file); a.Status != 422 || !strings.Contains(string(a.Body), "Line 2, column amount:") || !strings.Contains(string(a.Body), "R-78,2026-12-01") {
			t.Errorf("a wrong file: %d", a.Status)
		}
		wrong := w.As("carl.jensen").Post("/api/v1/invoices/import", []byte("customer,number,due,amount,currency\nnordwind,R-78,2026-12-01,-1,EUR\n"))
		if p := apptest.Is[apptest.Problem](t, wrong, 422); len(p.Errors) != 1 || p.Errors[0].Field != "line 2, amount" {
			t.Errorf("a wrong file by REST: %+v", p)
		}
		if a := carl.Post("/desk/invoices/"+w.Invoice(home, "2026-12-01")+"/void", url.Values{"reason": {""}}); a.Status != 422 {
			t.Errorf("without a reason: %d", a.Status)
		}
	})
}
