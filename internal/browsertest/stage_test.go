package browsertest

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"liaison/internal/access"
	"liaison/internal/app"
	"liaison/internal/clock"
	"liaison/internal/config"
	"liaison/internal/demo"
	"liaison/internal/policy"
	"liaison/policies"
)

// TestInTheBrowser is the whole package: what is below shares one program and one browser, and runs in this order
// because the stories change the world that the walk looks at.
func TestInTheBrowser(t *testing.T) {
	seeded := t.TempDir()
	seed(t, seeded)
	chromium := startBrowser(t)
	main := open(t, seeded).in(chromium)
	t.Run("Walk", main.walk)
	t.Run("Weight", main.weigh)
	t.Run("Pictures", main.takePictures)
	t.Run("Stories", main.stories)
	t.Run("Script", open(t, copied(t, seeded)).in(chromium).scripts)
}

// first is when the program starts: a Monday morning in Washington, an afternoon in Paris, late evening in Shanghai.
func first() time.Time { return time.Date(2026, 11, 23, 15, 0, 0, 0, time.UTC) }

// stage is a program with the demo's world, and the browser that looks at it.
type stage struct {
	*app.App
	url     string
	people  []person
	browser context.Context

	bulk sync.Mutex // held while free cases are taken and given back

	mu       sync.Mutex
	reset    string            // path of a link to set a password
	invite   string            // path of an invitation
	sessions map[string]string // of a person, by address
}

// person is somebody of demo.json.
type person struct {
	Name, Email, Password, Token, Role, Language string
	Customer                                     *string
	Notes                                        []string
}

// seed makes the demo's world in the folder: a demo that ends as soon as it says that it is there.
func seed(t *testing.T, dir string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err := demo.Run(ctx, demo.Options{Listener: listen(t), Dir: dir, Pack: pack(t), At: first(), Speed: 1,
		Log: slog.New(slog.DiscardHandler), Out: writer(func([]byte) { cancel() }), Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
}

// writer is a function as an io.Writer.
type writer func([]byte)

func (w writer) Write(b []byte) (int, error) {
	w(b)
	return len(b), nil
}

func listen(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func pack(t *testing.T) *policy.Pack {
	t.Helper()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// copied is a second world like the one in the folder.
func copied(t *testing.T, dir string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "world")
	if err := os.CopyFS(to, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return to
}

// open runs the program on the world of the folder until the test ends.
func open(t *testing.T, dir string) *stage {
	t.Helper()
	s := &stage{sessions: map[string]string{}}
	file, err := os.ReadFile(filepath.Join(dir, demo.FileName))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(file, &struct{ People *[]person }{&s.people}); err != nil {
		t.Fatal(err)
	}
	l := listen(t)
	s.url = "http://" + l.Addr().String()
	set := config.Default()
	set.DataDir, set.MaxUpload, set.URL = dir, 1<<20, s.url
	set.DB = config.Secret("sqlite:" + filepath.Join(dir, "liaison.db"))
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError}))
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	s.App, err = app.New(ctx, app.Options{Settings: set, Clock: clock.NewRunning(first(), 1), Pack: pack(t), Log: log, Demo: true})
	if err != nil {
		cancel()
		t.Fatal(err)
	}
	if err := s.Start(ctx); err != nil {
		cancel()
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, app.Listeners{Web: l}) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("the program did not end well: %v", err)
		}
	})
	return s
}

// in is the stage with the browser that looks at it.
func (s *stage) in(browser context.Context) *stage {
	s.browser = browser
	return s
}

// session is the cookie of a person, signed in once.
func (s *stage) session(t *testing.T, p person) string {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sessions[p.Email] == "" {
		token, err := s.Accounts.SignIn(t.Context(), p.Email, p.Password, "192.0.2.7")
		if err != nil {
			t.Fatal(err)
		}
		s.sessions[p.Email] = token
	}
	return s.sessions[p.Email]
}

// actor is the person as use cases know them.
func (s *stage) actor(t *testing.T, p person) access.Actor {
	t.Helper()
	a, err := s.Accounts.BySession(t.Context(), s.session(t, p))
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// by is the person with an address that begins so ("chen.li").
func (s *stage) by(t *testing.T, mail string) person {
	t.Helper()
	for _, p := range s.people {
		if len(p.Email) > len(mail) && p.Email[:len(mail)+1] == mail+"@" {
			return p
		}
	}
	t.Fatalf("the demo has nobody with the address %s@", mail)
	return person{}
}

// ofRole is somebody with the role, without anything special.
func (s *stage) ofRole(t *testing.T, role access.Role) person {
	t.Helper()
	for _, p := range s.people {
		if p.Role == string(role) && len(p.Notes) == 0 {
			return p
		}
	}
	t.Fatalf("the demo has nobody with the role %s", role)
	return person{}
}
