package desk

import (
	"bufio"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/db"
)

// live lets the hub run and opens the stream of changes of somebody.
func (h *house) live(as person, query string) (next func() string) {
	h.t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	go h.hub.Run(ctx)
	<-h.began
	return h.stream(as, query)
}

// stream opens the stream of changes of somebody; next gives its messages one by one, "" at its end.
func (h *house) stream(as person, query string, headers ...string) (next func() string) {
	h.t.Helper()
	server := httptest.NewServer(h.site.Handler())
	h.t.Cleanup(server.Close)
	ctx, cancel := context.WithCancel(context.Background())
	h.t.Cleanup(cancel)
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, server.URL+"/desk/events"+query, nil)
	fatal(h.t, err)
	r.AddCookie(&http.Cookie{Name: "session", Value: as.token})
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	res, err := server.Client().Do(r)
	fatal(h.t, err)
	h.t.Cleanup(func() { res.Body.Close() })
	if got := res.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/event-stream") {
		h.t.Fatalf("the stream is %s", got)
	}
	lines := bufio.NewReader(res.Body)
	return func() string {
		var message strings.Builder
		for {
			line, err := lines.ReadString('\n')
			if err != nil || line == "\n" {
				return message.String()
			}
			message.WriteString(line)
		}
	}
}

func TestTheStreamPatchesTheRowAndTheRail(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	next := h.live(eva, "")
	if got := next(); got != ": welcome\n" {
		t.Fatalf("begins with %q", got)
	}
	h.hand.beat <- time.Time{}
	if got := next(); got != ": beat\n" {
		t.Fatalf("beats with %q", got)
	}
	me := "me"
	_, err := h.cases.Change(context.Background(), eva.Actor, c.Number, "*", cases.Change{Assignee: &me})
	fatal(t, err)
	got := next()
	for _, want := range []string{"id: ", `hx-target="#own-` + c.Number, `title="Eva"`, `[data-count=unassigned]`, "1 change, refresh"} {
		if !strings.Contains(got, want) {
			t.Errorf("the message does not hold %q: %s", want, got)
		}
	}
}

func TestTheStreamGoesOnWhereItBroke(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva, lena := h.person(access.Engineer, "Eva", "en"), h.person(access.Liaison, "Lena", "en")
	c := h.register(lena, 2, "Reports stay empty")
	next := h.live(eva, "?after=0")
	next()
	if got := next(); !strings.Contains(got, "#st-"+c.Number) {
		t.Errorf("what happened meanwhile is not told: %q", got)
	}
}

func TestTheStreamEndsWithTheSession(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	eva := h.person(access.Engineer, "Eva", "en")
	next := h.live(eva, "")
	next()
	h.hand.check <- time.Time{}
	h.hand.beat <- time.Time{}
	if got := next(); got != ": beat\n" { // which says that the check before it is over
		t.Fatalf("a stream that may go on says %q", got)
	}
	h.rows(func(tx *db.Tx) error { return tx.Buffer(`DELETE FROM session WHERE person_id = $1`, eva.Person) })
	h.hand.check <- time.Time{}
	if got := next(); got != "" {
		t.Errorf("the stream goes on with %q", got)
	}
}
