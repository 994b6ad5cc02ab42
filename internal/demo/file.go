package demo

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"liaison/internal/account"
)

// FileName is the file in the demo's folder that says where the demo is and who can sign in (contracts.md).
const FileName = "demo.json"

// File is demo.json.
type File struct {
	URL     string         `json:"url"`  // no slash at the end
	SMTP    string         `json:"smtp"` // HOST:PORT of the mail listener
	Now     time.Time      `json:"now"`
	Policy  string         `json:"policy"`
	PID     int            `json:"pid"`
	People  []listedPerson `json:"people"`
	Systems []listedSystem `json:"systems"`
	Inboxes []listedInbox  `json:"inboxes"`
}

// listedPerson is somebody who can sign in.
type listedPerson struct {
	Name     string   `json:"name"`
	Email    string   `json:"email"`
	Password string   `json:"password"`
	Token    string   `json:"token"`
	Role     string   `json:"role"`
	Customer *string  `json:"customer"`
	Plan     *string  `json:"plan"`
	Language string   `json:"language"`
	Notes    []string `json:"notes"`
}

type listedSystem struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Customer     string   `json:"customer"`
	Plan         string   `json:"plan"`
	Country      string   `json:"country"`
	Calendar     string   `json:"calendar"`
	Deployment   string   `json:"deployment"`
	Product      string   `json:"product"`
	Version      string   `json:"version"`
	Environments []string `json:"environments"`
}

type listedInbox struct {
	Address string `json:"address"`
	Centre  string `json:"centre"`
}

// listed is the part that is kept with the world; passwords and tokens are derived when the file is written.
type listed struct {
	People  []listedPerson `json:"people"`
	Systems []listedSystem `json:"systems"`
}

// list puts the world's people and systems in an order that is easy to read: customers first.
func (s *seeder) list() listed {
	l := listed{People: slices.Clone(s.people)}
	slices.SortFunc(l.People, func(a, b listedPerson) int {
		if (a.Customer == nil) != (b.Customer == nil) {
			return map[bool]int{true: 1, false: -1}[a.Customer == nil]
		}
		return strings.Compare(a.Email, b.Email)
	})
	for _, sh := range shopsOf(s.app.Pack) {
		h := s.homes[sh.key]
		version := s.version
		if h.note == noteExpired {
			version = s.expired
		}
		calendarID, _, _ := s.app.Pack.CalendarFor(h.country)
		l.Systems = append(l.Systems, listedSystem{ID: h.system.String(), Name: "PRD-01", Customer: h.key, Plan: h.plan, Country: h.country,
			Calendar: calendarID, Deployment: h.deployment, Product: productID, Version: version, Environments: []string{"production", "development"}})
	}
	return l
}

// withSecrets adds what people sign in with.
func (l listed) withSecrets(k secrets) []listedPerson {
	out := slices.Clone(l.People)
	for i := range out {
		p := &out[i]
		p.Password, p.Token = k.password(p.Email), account.TokenText(k.token(p.Email))
		if p.Notes == nil {
			p.Notes = []string{}
		}
	}
	return out
}

// write replaces the file as a whole: a reader sees the old one or the new one.
func (f File) write(dir string) error {
	b, err := json.MarshalIndent(f, "", "  ")
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(dir, ".demo-*.json")
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(tmp.Name()) }() // gone already once it was renamed
	_, err = tmp.Write(append(b, '\n'))
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), filepath.Join(dir, FileName))
}
