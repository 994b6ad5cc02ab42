package apptest_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"testing"

	"liaison/internal/apptest"
	"liaison/internal/db"
)

// R8, scaled: clients that stop in the middle of a header, of a body and of reading an answer hold nobody else up.
func TestSlowClientsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	token := w.Person("chen.li").Token
	stuck := func(n int, request string) {
		for range n {
			c, err := net.Dial("tcp", w.Address())
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = c.Close() })
			if _, err := io.WriteString(c, request); err != nil {
				t.Fatal(err)
			}
		}
	}
	head := "Host: liaison.test\r\nAuthorization: Bearer " + token + "\r\n"
	stuck(400, "GET /api/v1/cases HTTP/1.1\r\nHost: liaison.te")
	stuck(100, "POST /api/v1/cases HTTP/1.1\r\n"+head+"Content-Type: application/json\r\nContent-Length: 4000\r\n\r\n{\"subject\": \"")
	stuck(100, "POST /api/v1/attachments HTTP/1.1\r\n"+head+"Content-Type: text/plain\r\nX-File-Name: a.log\r\nContent-Length: 1000000\r\n\r\nline")
	stuck(100, "GET /static/app.css HTTP/1.1\r\n"+head+"\r\n") // and never reads
	c := w.As("chen.li").Register(*w.Person("chen.li").Customer, "P2")
	for range 50 {
		apptest.Is[apptest.Case](t, w.As("chen.li").Get("/api/v1/cases/"+c.Number), http.StatusOK)
	}
	w.As("lin.wei").Say(c.Number, "An answer while others are stuck.")
}

// What a stuck client had sent is not a case, and the next one on its connection starts anew.
func TestABodyThatEndsEarlyMakesNoCase(t *testing.T) {
	t.Parallel()
	w := apptest.Open(t, db.SQLite)
	before := w.Count(`SELECT count(*) FROM support_case`)
	conn, err := net.Dial("tcp", w.Address())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	fmt.Fprintf(conn, "POST /api/v1/cases HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n%s",
		w.Person("chen.li").Token, `{"subject": "cut`)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusBadRequest || answer.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", answer.StatusCode, answer.Header)
	}
	if w.Count(`SELECT count(*) FROM support_case`) != before {
		t.Error("a case was made of half a body")
	}
}
