package apptest_test

import (
	"bytes"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"liaison/internal/apptest"
)

// deed is a request with a key that the program has acknowledged, and what it said.
type deed struct {
	path, token, key string
	body             any
	head             []string
	said             []byte
	number           string // of the case it is about
}

// ledger is what clients were told was done.
type ledger struct {
	mu      sync.Mutex
	deeds   []deed
	checked int // those before were found after an earlier kill; they are looked at again at random
	more    chan struct{}
}

func newLedger() *ledger { return &ledger{more: make(chan struct{}, 1)} }

func (l *ledger) add(d deed) {
	l.mu.Lock()
	l.deeds = append(l.deeds, d)
	l.mu.Unlock()
	select {
	case l.more <- struct{}{}:
	default:
	}
}

func (l *ledger) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.deeds)
}

// waitFor waits until n deeds are acknowledged.
func (l *ledger) waitFor(t *testing.T, n int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for l.size() < n {
		select {
		case <-l.more:
		case <-ctx.Done():
			t.Fatalf("%d of %d acknowledged", l.size(), n)
		}
	}
}

// work registers, uploads, answers and changes until it is stopped or the program has gone.
func work(d *apptest.Demo, l *ledger, stop <-chan struct{}, seed int) {
	liaisons, engineer := d.Registering(), d.First("engineer")
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		p := liaisons[(seed+n)%len(liaisons)]
		do := func(token, path string, body any, number string, head ...string) (deed, bool) {
			one := deed{path: path, token: token, key: fmt.Sprintf("k-%d-%d-%s", seed, n, path), body: body, number: number}
			one.head = slices.Concat(head, []string{"Idempotency-Key", one.key})
			status, said, err := d.Call("POST", token, path, body, one.head...)
			if err != nil || status != 201 {
				return one, false
			}
			one.said = said
			if one.number == "" {
				one.number = apptest.NumberIn(said)
			}
			l.add(one)
			return one, true
		}
		body := apptest.NewCase(d.SystemOf(*p.Customer), "P3")
		body["subject"] = fmt.Sprintf("kill%dx%d stays empty", seed, n)
		c, ok := do(p.Token, "/api/v1/cases", body, "")
		if !ok {
			return
		}
		path := "/api/v1/cases/" + c.number
		file, ok := do(p.Token, "/api/v1/attachments", bytes.Repeat([]byte("log line\n"), 2000), c.number, "X-File-Name", "a.log")
		if !ok {
			return
		}
		if _, ok = do(p.Token, path+"/messages", map[string]any{"text": "The log.", "attachments": []string{apptest.IDIn(file.said)}}, c.number); !ok {
			return
		}
		if _, ok = do(engineer.Token, path+"/messages", map[string]any{"text": "We are looking."}, c.number); !ok {
			return
		}
		if _, _, err := d.Call("PATCH", engineer.Token, path, map[string]any{"assignee": "me"}, "If-Match", "*"); err != nil {
			return
		}
	}
}

// check asks for every deed since the last check, and for some older ones: it is there, found and listed, and the same
// key gives the same answer.
func (l *ledger) check(t *testing.T, d *apptest.Demo) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	engineer := d.First("engineer")
	look := slices.Clone(l.deeds[l.checked:])
	for i := 0; i < l.checked; i += 1 + l.checked/10 {
		look = append(look, l.deeds[i])
	}
	for _, one := range look {
		status, again, err := d.Call("POST", one.token, one.path, one.body, one.head...)
		if err != nil || status != 201 || !bytes.Equal(again, one.said) {
			t.Errorf("%s with key %s was acknowledged; now %d %v\n%s\n%s", one.path, one.key, status, err, one.said, again)
			continue
		}
		_, timeline, err := d.Call("GET", engineer.Token, "/api/v1/cases/"+one.number+"/timeline?limit=200", nil)
		if err != nil || !strings.Contains(string(timeline), `"case.registered"`) || !strings.Contains(string(timeline), `"clock.started"`) {
			t.Errorf("case %s has no whole history: %v %s", one.number, err, timeline)
		}
		if strings.HasSuffix(one.path, "/messages") && !strings.Contains(string(timeline), apptest.IDIn(one.said)) {
			t.Errorf("case %s has lost message %s", one.number, apptest.IDIn(one.said))
		}
		if body, ok := one.body.(map[string]any); ok && one.path == "/api/v1/cases" {
			word, _, _ := strings.Cut(body["subject"].(string), " ")
			_, found, err := d.Call("GET", engineer.Token, "/api/v1/cases?q="+url.QueryEscape(word), nil)
			if err != nil || !strings.Contains(string(found), `"number":"`+one.number+`"`) {
				t.Errorf("case %s is not found by %q: %v %.300s", one.number, word, err, found)
			}
		}
	}
	l.checked = len(l.deeds)
}
