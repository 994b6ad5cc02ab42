package apptest_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/inbound"
	"liaison/internal/mailmsg"
)

// TestMailsOfManyProgramsBecomeWhatTheyAre feeds the corpus of mailmsg to the whole program: every mail has the state, the
// reason, the answer and the files that its expectation names, and a case's text is what its liaison wrote.
func TestMailsOfManyProgramsBecomeWhatTheyAre(t *testing.T) {
	t.Parallel()
	const folder = "../mailmsg/testdata/corpus"
	list, err := filepath.Glob(filepath.Join(folder, "*.eml"))
	if err != nil || len(list) < 60 {
		t.Fatalf("%d mails, %v", len(list), err)
	}
	w := apptest.Open(t, db.SQLite)
	number := w.WithToken(w.Person("katrin.vogel").Token).Register(home, "P3").Number
	w.Clock.Forward(25 * time.Hour) // the answers of the world's past are a day old
	for _, path := range list {
		w.Clock.Forward(11 * time.Minute) // so that no loop is suspected
		name := strings.TrimSuffix(filepath.Base(path), ".eml")
		want := wanted(t, strings.TrimSuffix(path, ".eml")+".want")
		raw, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		in := w.App.Inbound.Inboxes[0]
		for key, value := range map[string]string{"%REPLY%": w.App.Tokens.ReplyAddress(in.Address, number), "%THREAD%": w.App.Tokens.Thread(number), "%NUMBER%": number} {
			raw = bytes.ReplaceAll(raw, []byte(key), []byte(value))
		}
		envelope := "sender@client.example"
		if want["envelope"] == "<>" {
			envelope = ""
		}
		answered, files := answers(w), w.Count(`SELECT count(*) FROM attachment`)
		out, err := w.App.Inbound.Receive(context.Background(), inbound.Delivery{Inbox: in, EnvelopeFrom: envelope, Recipients: []string{in.Address},
			At: w.Clock.Now(), Raw: raw, Verdict: mailmsg.Verdict{Pass: true, By: "test"}})
		if err != nil || string(out.State) != want["state"] || out.Reason != want["reason"] {
			t.Errorf("%s: %s %s, %v; want %s %s", name, out.State, out.Reason, err, want["state"], want["reason"])
			continue
		}
		if got := fmt.Sprint(answers(w) - answered); got != want["answers"] {
			t.Errorf("%s: %s answers, want %s", name, got, want["answers"])
		}
		if got := fmt.Sprint(w.Count(`SELECT count(*) FROM attachment`) - files); got != want["fileCount"] {
			t.Errorf("%s: %s files are kept, want %s", name, got, want["fileCount"])
		}
		if out.State == inbound.StateCase {
			var symptoms string
			w.Rows(`SELECT symptoms FROM support_case WHERE number = $1`, []any{out.Number}, func(scan func(...any) error) error { return scan(&symptoms) })
			if !strings.HasPrefix(symptoms, want["text"]) || !strings.Contains(symptoms, want["symptoms"]) {
				t.Errorf("%s: the case says %q, want %q and %q", name, symptoms, want["text"], want["symptoms"])
			}
		}
	}
}

// wanted reads what a mail of the corpus becomes. fileCount is how many files are kept: of mails that become a case or a
// message, all; of others none.
func wanted(t *testing.T, path string) map[string]string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, text, _ := strings.Cut(string(b), "\n---\n")
	want := map[string]string{"answers": "0", "text": strings.TrimSuffix(text, "\n")}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, _ := strings.Cut(line, ":")
		want[key] = strings.TrimSpace(value)
	}
	if want["fileCount"] == "" && want["files"] != "" {
		want["fileCount"] = strconv.Itoa(1 + strings.Count(want["files"], " | "))
	}
	if s := want["state"]; want["fileCount"] == "" || s != "case" && s != "message" {
		want["fileCount"] = "0"
	}
	return want
}
