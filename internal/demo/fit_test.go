package demo

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"liaison/internal/policy"
	"liaison/policies"
)

type lineWriter func()

func (w lineWriter) Write(b []byte) (int, error) { w(); return len(b), nil }

// Another vendor's pack has a world too: those whom it serves, on its plans, with staff in its centres and open cases.
func TestTheWorldFitsAnotherPack(t *testing.T) {
	t.Parallel()
	p, err := policy.Load(policies.FS, "harbour-2026")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = Run(ctx, Options{Listener: l, Dir: dir, Pack: p, At: time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC), Speed: 1,
		Log: slog.New(slog.DiscardHandler), Out: lineWriter(cancel), Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, "demo.json"))
	if err != nil {
		t.Fatal(err)
	}
	var told struct {
		Policy string
		People []struct {
			Role, Customer, Plan string
			Notes                []string
		}
		Systems []struct{ Plan, Country, Calendar string }
		Inboxes []struct{ Centre string }
	}
	if err := json.Unmarshal(text, &told); err != nil {
		t.Fatal(err)
	}
	plans, roles := map[string]int{}, map[string]int{}
	for _, s := range told.Systems {
		plans[s.Plan]++
		if p.Calendars[s.Calendar] == nil {
			t.Errorf("a system is served by %q, which the pack does not have", s.Calendar)
		}
	}
	for _, who := range told.People {
		roles[who.Role]++
		if _, ok := p.Plan(who.Plan); who.Plan != "" && !ok {
			t.Errorf("%s has the plan %q", who.Customer, who.Plan)
		}
	}
	if told.Policy != "harbour-2026" || plans["harbour"] < 2 || plans["lighthouse"] < 2 || roles["liaison"] < 5 || roles["engineer"] < 2 || len(told.Inboxes) == 0 {
		t.Errorf("%s: plans %v, roles %v, %d inboxes", told.Policy, plans, roles, len(told.Inboxes))
	}
}

// The reference pack's own plans and centres stay as they are told.
func TestTheWorldIsToldInTheReferencePack(t *testing.T) {
	t.Parallel()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	if got := shopsOf(p); len(got) != len(shops()) {
		t.Errorf("%d of %d customers are served", len(got), len(shops()))
	}
	for _, m := range staff() {
		if got := centreOf(p, m.centre); got != m.centre {
			t.Errorf("%s works in %s", m.mail, got)
		}
	}
}
