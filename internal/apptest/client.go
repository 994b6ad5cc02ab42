package apptest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// Caller is somebody who sends requests: with a token to REST, with the session of a browser to pages.
type Caller struct {
	w      *World
	who    string // e-mail address; "" for nobody
	token  string
	cookie string
}

// Answer is what came back, read to its end.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Nobody is a caller who has not signed in.
func (w *World) Nobody() *Caller { return &Caller{w: w} }

// As calls REST with the token of a person, named by the part of the address before the @.
func (w *World) As(name string) *Caller {
	w.t.Helper()
	p := w.Person(name)
	return &Caller{w: w, who: p.Email, token: p.Token}
}

// WithToken calls with a bearer token.
func (w *World) WithToken(token string) *Caller { return &Caller{w: w, token: token} }

// In is a person signed in with a browser. The session is made once per world.
func (w *World) In(name string) *Caller {
	w.t.Helper()
	p := w.Person(name)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.sessions[p.Email] == "" {
		w.sessions[p.Email] = w.signIn(p.Email, p.Password)
	}
	return &Caller{w: w, who: p.Email, cookie: w.sessions[p.Email]}
}

// Fresh is a person signed in with a session of its own.
func (w *World) Fresh(name string) *Caller {
	w.t.Helper()
	p := w.Person(name)
	return &Caller{w: w, who: p.Email, cookie: w.signIn(p.Email, p.Password)}
}

func (w *World) signIn(email, password string) string {
	w.t.Helper()
	a := w.Nobody().Post("/sign-in", url.Values{"email": {email}, "password": {password}})
	if cookie := a.Cookie("session"); a.Status == http.StatusSeeOther && cookie != "" {
		return cookie
	}
	w.t.Fatalf("%s cannot sign in: %d", email, a.Status)
	return ""
}

// Session is the value of the caller's session cookie.
func (c *Caller) Session() string { return c.cookie }

// Request makes a request with the caller's token or session; body is nil, url.Values for a form, a reader or bytes as
// they are, anything else as JSON.
func (c *Caller) Request(method, path string, body any, header ...string) *http.Request {
	c.w.t.Helper()
	var content io.Reader
	kind := ""
	switch b := body.(type) {
	case nil:
	case url.Values:
		content, kind = strings.NewReader(b.Encode()), "application/x-www-form-urlencoded"
	case []byte:
		content = bytes.NewReader(b)
	case io.Reader:
		content = b
	default:
		text, err := json.Marshal(b)
		if err != nil {
			c.w.t.Fatal(err)
		}
		content, kind = bytes.NewReader(text), "application/json"
	}
	r, err := http.NewRequest(method, c.w.server.URL+path, content)
	if err != nil {
		c.w.t.Fatal(err)
	}
	if kind != "" {
		r.Header.Set("Content-Type", kind)
	}
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.cookie != "" {
		r.AddCookie(&http.Cookie{Name: "session", Value: c.cookie})
	}
	for i := 0; i+1 < len(header); i += 2 {
		if header[i] == "Host" {
			r.Host = header[i+1]
		}
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

// Do sends a request. It follows no redirect, and of a live stream it reads nothing.
func (c *Caller) Do(method, path string, body any, header ...string) Answer {
	c.w.t.Helper()
	return c.w.Send(c.Request(method, path, body, header...))
}

// Get reads an address.
func (c *Caller) Get(path string, header ...string) Answer {
	c.w.t.Helper()
	return c.Do(http.MethodGet, path, nil, header...)
}

// Post sends a form, or JSON.
func (c *Caller) Post(path string, body any, header ...string) Answer {
	c.w.t.Helper()
	return c.Do(http.MethodPost, path, body, header...)
}

// Send sends a request as it is.
func (w *World) Send(r *http.Request) Answer {
	w.t.Helper()
	client := &http.Client{Transport: w.server.Client().Transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		w.t.Fatal(err)
	}
	defer res.Body.Close()
	a := Answer{Status: res.StatusCode, Header: res.Header}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/event-stream") {
		return a
	}
	if a.Body, err = io.ReadAll(res.Body); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// Cookie is the value that the answer sets, "" when it sets none.
func (a Answer) Cookie(name string) string {
	for _, c := range (&http.Response{Header: a.Header}).Cookies() {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

// Is reads the answer as JSON into T after checking its status.
func Is[T any](t testing.TB, a Answer, status int) (v T) {
	t.Helper()
	if a.Status != status {
		t.Fatalf("status %d, want %d: %s", a.Status, status, a.Body)
	}
	if err := json.Unmarshal(a.Body, &v); err != nil {
		t.Fatalf("%v: %s", err, a.Body)
	}
	return v
}

// Raw sends a request and gives the status alone. A server that refuses a large body may cut the connection while the
// client still writes: that is an error here, and no failure of the test. The line keeps little of what is written: what has
// left the request was read, or waits at the server.
func (w *World) Raw(r *http.Request) (status int, err error) {
	w.t.Helper()
	lines := &http.Transport{DisableKeepAlives: true, DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if line, ok := conn.(*net.TCPConn); ok {
			err = errors.Join(err, line.SetWriteBuffer(lineBuffer))
		}
		return conn, err
	}}
	defer lines.CloseIdleConnections()
	client := &http.Client{Transport: lines, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(r)
	if err != nil {
		return 0, err
	}
	return res.StatusCode, res.Body.Close()
}
