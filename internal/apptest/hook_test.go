package apptest_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/outbound"
)

const hookSecret = "a secret of the pager that is long enough"

// pager is the receiver of a web hook: it answers with the status that it is told, and keeps what came.
type pager struct {
	mu     sync.Mutex
	status int
	calls  []call
}

// call is one try, as it came.
type call struct {
	id, signature, stamp, kind, number string
	body                               string
	status                             int // it was answered with
}

// ServeHTTP keeps a call.
func (p *pager) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	var in struct {
		Type string
		Data struct{ Number string }
	}
	_ = json.Unmarshal(body, &in) // what cannot be read has no number, which the test sees
	p.mu.Lock()
	defer p.mu.Unlock()
	h := r.Header
	p.calls = append(p.calls, call{h.Get("Webhook-Id"), h.Get("Webhook-Signature"), h.Get("Webhook-Timestamp"), in.Type, in.Data.Number, string(body), p.status})
	if p.status == http.StatusFound {
		w.Header().Set("Location", r.URL.Query().Get("to"))
	}
	w.WriteHeader(p.status)
}

func (p *pager) answers(status int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.status = status
}

// about gives the calls about a case that were answered with a status, 0 for any.
func (p *pager) about(number string, status int) (out []call) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.calls {
		if c.number == number && (status == 0 || c.status == status) {
			out = append(out, c)
		}
	}
	return out
}

// A case of priority 1 calls the web hook of the installation: signed, again under the same id while the receiver is away
// or points elsewhere, never there, once after that; and with nothing in it that people wrote.
func TestTheWebHookHearsOfUrgentCases(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		p, elsewhere := &pager{status: http.StatusServiceUnavailable}, &pager{status: http.StatusOK}
		other := httptest.NewServer(elsewhere)
		defer other.Close()
		server := httptest.NewServer(p)
		defer server.Close()
		hook, err := outbound.NewHook(outbound.NewClient(outbound.Options{Private: []string{"127.0.0.1"}}), server.URL+"/?to="+other.URL, hookSecret)
		if err != nil {
			t.Fatal(err)
		}
		w.App.Hook = hook
		calm := w.As("katrin.vogel").Register(home, "P3").Number
		c := w.As("katrin.vogel").Register(home, "P1")
		restricted := bareCase(t, w, noted(t, w, "liaison", "restricted"))
		w.StartWork()
		for _, status := range []int{http.StatusServiceUnavailable, http.StatusFound} {
			p.answers(status)
			w.Eventually("it is tried", func() bool { return len(p.about(c.Number, status)) > 0 })
		}
		p.answers(http.StatusOK)
		for _, number := range []string{c.Number, restricted} {
			w.Eventually("it is taken", func() bool { return len(p.about(number, http.StatusOK)) == 1 })
			tries := p.about(number, 0)
			for _, one := range tries {
				if one.id != tries[0].id || one.kind != "case.urgent" || !signed(one) || !strings.HasPrefix(one.id, "msg_urgent_") {
					t.Errorf("%+v", one)
				}
			}
		}
		w.Sweep(c.Clocks[0].DueAt.Add(time.Second))
		w.Eventually("warnings and the breach are told", func() bool { return len(p.about(c.Number, http.StatusOK)) >= 3 })
		var ids, kinds []string
		for _, one := range p.about(c.Number, http.StatusOK) {
			ids, kinds = append(ids, one.id), append(kinds, one.kind)
		}
		if slices.Sort(ids); len(slices.Compact(ids)) != len(kinds) || !slices.Contains(kinds, "clock.breached") {
			t.Errorf("%v %v", ids, kinds)
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		for _, one := range p.calls {
			for _, text := range []string{"Canary", "Dashboards stay empty", "bed 7", w.Person("katrin.vogel").Name, w.Person("katrin.vogel").Email} {
				if strings.Contains(one.body, text) {
					t.Errorf("%q stands in %s", text, one.body)
				}
			}
			if one.number == calm || one.number == "" {
				t.Errorf("a call about a case that is not urgent: %s", one.body)
			}
		}
		if len(elsewhere.calls) != 0 {
			t.Errorf("%d calls followed the way elsewhere", len(elsewhere.calls))
		}
	})
}

// signed reports whether the signature is that of Standard Webhooks: HMAC-SHA256 over "id.timestamp.body".
func signed(c call) bool {
	mac := hmac.New(sha256.New, []byte(hookSecret))
	mac.Write([]byte(c.id + "." + c.stamp + "." + c.body))
	return c.signature == "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
