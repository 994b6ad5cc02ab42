package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"
	"time"

	"liaison/internal/db"
	"liaison/internal/policy"
	"liaison/policies"
)

// told is demo.json as the contract writes it down.
type told struct {
	URL     string    `json:"url"`
	SMTP    string    `json:"smtp"`
	Now     time.Time `json:"now"`
	Policy  string    `json:"policy"`
	PID     int       `json:"pid"`
	People  []toldPerson
	Systems []struct {
		ID, Name, Customer, Plan, Country, Calendar, Deployment, Product, Version string
		Environments                                                              []string
	}
	Inboxes []struct{ Address, Centre string }
}

type toldPerson struct {
	Name, Email, Password, Token, Role, Language string
	Customer, Plan                               *string
	Notes                                        []string
}

// play runs the demo on a folder until it says that it is there, and gives what its file says.
func play(t *testing.T, dir string, at time.Time, fresh bool) (out told) {
	t.Helper()
	p, err := policy.Load(policies.FS, "example")
	if err != nil {
		t.Fatal(err)
	}
	listen := func() net.Listener {
		l, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		return l
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	err = Run(ctx, Options{Listener: listen(), SMTP: listen(), Dir: dir, Pack: p, At: at, Speed: 1, Fresh: fresh,
		Log: slog.New(slog.DiscardHandler), Out: lineWriter(cancel), Err: io.Discard})
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(dir, FileName))
	if err != nil {
		t.Fatal(err)
	}
	strict := json.NewDecoder(bytes.NewReader(text))
	strict.DisallowUnknownFields()
	if err := strict.Decode(&out); err != nil {
		t.Fatal(err)
	}
	return out
}

// rows counts the cases and customers of a folder's world.
func rows(t *testing.T, dir string) (cases, customers int) {
	t.Helper()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, "liaison.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT (SELECT count(*) FROM support_case), (SELECT count(DISTINCT tenant_id) FROM support_case)`, nil, &cases, &customers)
	})
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return cases, customers
}

// rowsIn counts the cases in a language.
func rowsIn(t *testing.T, dir, language string) (cases int) {
	t.Helper()
	d, err := db.Open(t.Context(), "sqlite:"+filepath.Join(dir, "liaison.db"), db.Options{})
	if err != nil {
		t.Fatal(err)
	}
	err = d.View(t.Context(), db.ForSystem("test"), func(tx *db.Tx) error {
		return tx.Row(`SELECT count(*) FROM support_case WHERE language = $1`, []any{language}, &cases)
	})
	if err = errors.Join(err, d.Close()); err != nil {
		t.Fatal(err)
	}
	return cases
}

// Operators' scripts rely on the file: who is in the world, what is special about them, and that it stays so over starts.
func TestTheFileTellsTheWorldOfTheContractAndStays(t *testing.T) {
	t.Parallel()
	dir, at := t.TempDir(), time.Date(2027, 1, 4, 10, 0, 0, 0, time.UTC)
	if err := os.WriteFile(filepath.Join(dir, "notes.txt"), []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	first := play(t, dir, at, false)
	looksLikeTheContract(t, first)
	cases, customers := rows(t, dir)
	if cases < 60 || customers < 16 {
		t.Errorf("%d cases of %d customers", cases, customers)
	}
	if chinese := rowsIn(t, dir, "zh-Hans"); 3*chinese < cases {
		t.Errorf("%d of %d cases are in Chinese", chinese, cases)
	}
	if first.Now.Before(at) || first.Policy == "" || first.PID != os.Getpid() {
		t.Errorf("now %s, policy %q, pid %d", first.Now, first.Policy, first.PID)
	}

	second := play(t, dir, at.Add(-24*time.Hour), false)
	if again, _ := rows(t, dir); again != cases {
		t.Errorf("the second start made cases: %d, then %d", cases, again)
	}
	if second.Now.Before(first.Now) {
		t.Errorf("the clock went back from %s to %s", first.Now, second.Now)
	}
	if !reflect.DeepEqual(first.People, second.People) || !reflect.DeepEqual(first.Systems, second.Systems) {
		t.Error("ids, passwords or tokens changed with the second start")
	}

	fresh := play(t, dir, at.Add(-24*time.Hour), true)
	if !fresh.Now.Before(first.Now) {
		t.Errorf("a fresh world begins at %s", fresh.Now)
	}
	if fresh.Systems[0].ID == first.Systems[0].ID {
		t.Error("a fresh world has the ids of the old one")
	}
	if text, err := os.ReadFile(filepath.Join(dir, "notes.txt")); err != nil || string(text) != "mine" {
		t.Errorf("a foreign file of the folder is %q now (%v)", text, err)
	}
}

func looksLikeTheContract(t *testing.T, f told) {
	t.Helper()
	roles, notes, plans, countries := map[string]int{}, map[string]int{}, map[string]int{}, map[string]bool{}
	system := map[string]int{}
	for i, s := range f.Systems {
		system[s.Customer] = i
		if len(s.Environments) < 2 || s.Environments[0] != "production" || s.ID == "" || s.Calendar == "" || s.Product == "" || s.Version == "" {
			t.Errorf("system %s of %s: %+v", s.Name, s.Customer, s)
		}
	}
	for _, p := range f.People {
		roles[p.Role]++
		if p.Name == "" || p.Email == "" || p.Password == "" || p.Token == "" || p.Language == "" || p.Notes == nil {
			t.Errorf("somebody is told in part only: %+v", p)
		}
		if p.Role != "liaison" {
			continue
		}
		if p.Customer == nil || p.Plan == nil {
			t.Errorf("%s has no customer or no plan", p.Email)
			continue
		}
		for _, n := range p.Notes {
			notes[n]++
		}
		if i, ok := system[*p.Customer]; ok && len(p.Notes) == 0 {
			plans[*p.Plan]++
			countries[f.Systems[i].Country] = true
		}
	}
	for _, role := range []string{"liaison", "member", "outsider", "engineer", "dedicated_engineer", "regional_manager", "success_manager", "licensing",
		"release_manager", "privacy_officer", "administrator"} {
		if roles[role] == 0 {
			t.Errorf("nobody is %s", role)
		}
	}
	for _, note := range []string{"restricted", "suspended", "ended", "expired_version", "cloud", "reseller", "on_prem_ends"} {
		if notes[note] == 0 {
			t.Errorf("no liaison is %s", note)
		}
	}
	for _, plan := range []string{"standard", "extended", "premier", "elite"} {
		if plans[plan] == 0 {
			t.Errorf("no liaison without a note has the plan %s", plan)
		}
	}
	for _, country := range []string{"US", "DE", "FR", "GB", "AE", "SA", "CN", "JP", "KR", "BR", "AR", "MX"} {
		if !countries[country] {
			t.Errorf("no liaison without a note is of a customer in %s", country)
		}
	}
	centres := []string{}
	for _, box := range f.Inboxes {
		centres = append(centres, box.Centre)
	}
	if slices.Sort(centres); len(slices.Compact(centres)) < 4 {
		t.Errorf("mail comes in at %v only", centres)
	}
}
