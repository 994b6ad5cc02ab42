package apptest_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liaison/internal/app"
	"liaison/internal/apptest"
	"liaison/internal/db"
)

// certificate writes a certificate for this machine and its key, and gives the pool that trusts it.
func certificate(t *testing.T) (certFile, keyFile string, trusted *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	of := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	cert, err := x509.CreateCertificate(rand.Reader, of, of, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	certFile, keyFile = write("cert.pem", "CERTIFICATE", cert), write("key.pem", "PRIVATE KEY", secret)
	trusted = x509.NewCertPool()
	pemBytes, err := os.ReadFile(certFile)
	if err != nil || !trusted.AppendCertsFromPEM(pemBytes) {
		t.Fatal("the certificate is none", err)
	}
	return certFile, keyFile, trusted
}

// The program serves over TLS, says when it may be sent people, shows its numbers on the administrators' address only,
// and ends when it is told to: what is under way is answered first.
func TestTheProgramServesOverTLSAndEndsInOrder(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	if a := w.Nobody().Get("/readyz"); a.Status != http.StatusServiceUnavailable {
		t.Errorf("before its work runs it is ready: %d", a.Status)
	}
	certFile, keyFile, trusted := certificate(t)
	w.App.Settings.TLSCert, w.App.Settings.TLSKey = certFile, keyFile
	w.StartWork()
	if a := w.Nobody().Get("/readyz"); a.Status != http.StatusOK {
		t.Errorf("it is not ready: %d %s", a.Status, a.Body)
	}
	web, admin := listener(t), listener(t)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- w.App.Serve(ctx, app.Listeners{Web: web, Admin: admin}) }()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trusted}, ExpectContinueTimeout: time.Minute}}
	site := "https://" + web.Addr().String()
	for _, look := range []struct {
		url    string
		status int
		has    string
	}{
		{site + "/healthz", http.StatusOK, "ok"}, {site + "/metrics", http.StatusNotFound, ""},
		{"http://" + web.Addr().String() + "/healthz", http.StatusBadRequest, ""},
		{"http://" + admin.Addr().String() + "/metrics", http.StatusOK, "# TYPE liaison_"},
		{site + "/sign-in", http.StatusOK, "</html>"},
		{"http://" + admin.Addr().String() + "/metrics", http.StatusOK, `route="/sign-in"`},
		{"http://" + admin.Addr().String() + "/metrics", http.StatusOK, "liaison_mails_held_oldest_seconds "},
	} {
		res, err := client.Get(look.url)
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || res.StatusCode != look.status || !strings.Contains(string(text), look.has) {
			t.Errorf("%s answers %d: %.200s (%v)", look.url, res.StatusCode, text, err)
		}
	}
	body, send := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, site+"/api/v1/attachments", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.Person("katrin.vogel").Token)
	r.Header.Set("X-File-Name", "a.log")
	r.Header.Set("Expect", "100-continue") // the first piece leaves once the program reads the body
	answered := make(chan *http.Response, 1)
	go func() {
		res, err := client.Do(r)
		if err != nil {
			t.Error(err)
			res = &http.Response{Body: http.NoBody}
		}
		answered <- res
	}()
	piece := bytes.Repeat([]byte("a line\n"), 1<<10)
	if _, err := send.Write(piece); err != nil {
		t.Fatal(err)
	}
	stop()
	if _, err := send.Write(piece); err != nil {
		t.Fatal(err)
	}
	if err := send.Close(); err != nil {
		t.Fatal(err)
	}
	res := <-answered
	res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		t.Errorf("what was under way got %d", res.StatusCode)
	}
	if err := <-ended; err != nil {
		t.Errorf("it did not end well: %v", err)
	}
	if c, err := net.Dial("tcp", web.Addr().String()); err == nil {
		_ = c.Close()
		t.Error("it still answers")
	}
}

func listener(t *testing.T) net.Listener {
	t.Helper()
	l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return l
}
