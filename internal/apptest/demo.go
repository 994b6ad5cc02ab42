package apptest

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"time"
)

// Demo is a running demo, as its demo.json tells.
type Demo struct {
	URL     string
	SMTP    string // HOST:PORT
	Inboxes []struct{ Address string }
	PID     int
	Now     time.Time
	People  []Person
	Systems []System
}

// Registering are the liaisons who have nothing special: they may register a case.
func (d *Demo) Registering() (list []Person) {
	for _, p := range d.People {
		if p.Role == "liaison" && len(p.Notes) == 0 {
			list = append(list, p)
		}
	}
	return list
}

// First is the first person of a role.
func (d *Demo) First(role string) Person {
	for _, p := range d.People {
		if p.Role == role {
			return p
		}
	}
	return Person{}
}

// SystemOf is the system of a customer.
func (d *Demo) SystemOf(customer string) System {
	for _, s := range d.Systems {
		if s.Customer == customer {
			return s
		}
	}
	return System{}
}

// Call sends one request with a token: bytes as they are, anything else as JSON. An error is a lost connection: whether
// the request was done is not known.
func (d *Demo) Call(method, token, path string, body any, header ...string) (status int, answer []byte, err error) {
	content, ok := body.([]byte)
	if !ok && body != nil {
		if content, err = json.Marshal(body); err != nil {
			return 0, nil, err
		}
	}
	r, err := http.NewRequest(method, d.URL+path, bytes.NewReader(content))
	if err != nil {
		return 0, nil, err
	}
	r.Header.Set("Authorization", "Bearer "+token)
	for i := 0; i+1 < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	res, err := http.DefaultClient.Do(r) //nolint:forbidigo // a test calls the program that it has started itself
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close()
	answer, err = io.ReadAll(res.Body)
	return res.StatusCode, answer, err
}

// NumberIn is the case number in an answer, "" when it has none.
func NumberIn(answer []byte) string {
	var v struct{ Number string }
	_ = json.Unmarshal(answer, &v) // another answer has no number
	return v.Number
}

// IDIn is the id in an answer, "" when it has none.
func IDIn(answer []byte) string {
	var v struct{ ID string }
	_ = json.Unmarshal(answer, &v) // another answer has no id
	return v.ID
}
