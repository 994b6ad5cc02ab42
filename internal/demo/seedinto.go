package demo

import (
	"context"

	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/errs"
)

// Seed makes the example world in an empty installation whose clock is clk, with the instant that clk shows as the
// world's first, and lists it as demo.json would. Tests of the whole program stand on the world that people see.
func Seed(ctx context.Context, a *app.App, clk *clock.Stepping) (f File, err error) {
	defer errs.Wrap(&err, "demo.Seed")
	root, err := a.Keys.Secret("demo")
	if err != nil {
		return f, err
	}
	s := &seeder{app: a, clk: clk, first: clk.Now(), secrets: secrets{root}}
	if err := s.seed(ctx); err != nil {
		return f, err
	}
	return File{URL: a.Settings.URL, Now: clk.Now(), People: s.list().withSecrets(s.secrets), Systems: s.list().Systems, Inboxes: []listedInbox{}}, nil
}
