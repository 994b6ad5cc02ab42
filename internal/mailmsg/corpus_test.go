package mailmsg_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liaison/internal/blob"
	"liaison/internal/mailmsg"
)

// expected is what a mail of the corpus says: testdata/corpus/NAME.want beside NAME.eml.
type expected struct {
	fields map[string]string
	text   string
}

// corpus reads every mail of the corpus with its expectation. A mail without one, or one without a mail, fails the test.
func corpus(t *testing.T) (names []string, wants map[string]expected) {
	t.Helper()
	files, err := os.ReadDir("testdata/corpus")
	if err != nil {
		t.Fatal(err)
	}
	mails, wants := map[string]bool{}, map[string]expected{}
	for _, f := range files {
		name, kind, _ := strings.Cut(f.Name(), ".")
		switch kind {
		case "eml":
			mails[name] = true
			names = append(names, name)
		case "want":
			wants[name] = readExpected(t, f.Name())
		default:
			t.Errorf("%s is neither a mail nor an expectation", f.Name())
		}
	}
	for name := range wants {
		if !mails[name] {
			t.Errorf("%s.want has no mail", name)
		}
	}
	if len(names) < 60 || len(wants) != len(names) {
		t.Fatalf("%d mails, %d expectations", len(names), len(wants))
	}
	return names, wants
}

func readExpected(t *testing.T, file string) expected {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata/corpus", file))
	if err != nil {
		t.Fatal(err)
	}
	head, text, ok := strings.Cut(string(b), "\n---\n")
	const known = " state reason answers envelope symptoms nature subject language files fileCount stored inline html nothtml quoted not "
	e := expected{map[string]string{}, strings.TrimSuffix(text, "\n")}
	for line := range strings.SplitSeq(head, "\n") {
		key, value, colon := strings.Cut(line, ":")
		switch {
		case !colon, !strings.Contains(known, " "+key+" "):
			t.Errorf("%s: what is %q?", file, line)
		default:
			e.fields[key] = strings.TrimSpace(value)
		}
	}
	if !ok || e.fields["state"] == "" {
		t.Errorf("%s says too little", file)
	}
	return e
}

// filled is a mail whose reply address, reference and number are put in.
func filled(t *testing.T, name string, tokens mailmsg.Tokens, number string) []byte {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("testdata/corpus", name+".eml"))
	if err != nil {
		t.Fatal(err)
	}
	for key, value := range map[string]string{"%REPLY%": tokens.ReplyAddress("support@vendor.example", number), "%THREAD%": tokens.Thread(number), "%NUMBER%": number} {
		raw = bytes.ReplaceAll(raw, []byte(key), []byte(value))
	}
	return raw
}

// TestMailsOfManyProgramsAreRead: what people wrote, in which language and with which files, in the shapes that mail
// programs, ticket systems and mail servers give it. What becomes of these mails is tried with the whole program.
func TestMailsOfManyProgramsAreRead(t *testing.T) {
	t.Parallel()
	tokens := mailmsg.NewTokens([]byte("0123456789abcdef"), "support.example.org")
	names, wants := corpus(t)
	for _, name := range names {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := mailmsg.Parse(filled(t, name, tokens, "200018"), mailmsg.DefaultLimits())
			wants[name].check(t, &m)
			if _, s := tokens.Case(&m, nil); wants[name].fields["state"] == "message" && s != mailmsg.Good && !strings.Contains(m.Subject, "#200018") {
				t.Errorf("nothing leads to the case: token %s, subject %q", s, m.Subject)
			}
		})
	}
}

func (e expected) check(t *testing.T, m *mailmsg.Message) {
	t.Helper()
	if m.Text != e.text {
		t.Errorf("text\n%q, want\n%q", m.Text, e.text)
	}
	var files, inline, stored []string
	for _, f := range m.Files {
		files, stored = append(files, f.Name), append(stored, blob.CleanName(f.Name))
		if f.Inline && f.ContentID != "" {
			inline = append(inline, f.Name)
		}
	}
	nature := "human"
	if n := e.fields["nature"]; n != "" {
		nature = n
	}
	got := map[string]string{"subject": m.Subject, "language": m.Language, "inline": strings.Join(inline, " | "), "files": strings.Join(files, " | "),
		"fileCount": fmt.Sprint(len(files)), "html": map[bool]string{true: "yes"}[m.HTML != ""]}
	if string(m.Nature) != nature {
		t.Errorf("%s wrote it, want %s", m.Nature, nature)
	}
	_, counted := e.fields["fileCount"]
	for key, value := range got {
		want, said := e.fields[key]
		if !said && (key == "subject" || key == "language" || key == "fileCount" || key == "files" && counted) {
			continue
		}
		if value != want {
			t.Errorf("%s %q, want %q", key, value, want)
		}
	}
	for s := range strings.SplitSeq(e.fields["stored"], " | ") {
		if !strings.Contains(strings.Join(stored, "\n"), s) || strings.ContainsAny(strings.Join(stored, ""), "/\\\u200b") {
			t.Errorf("stored as %q, want %q", stored, s)
		}
	}
	e.holds(t, m)
}

func (e expected) holds(t *testing.T, m *mailmsg.Message) {
	t.Helper()
	if want := e.fields["quoted"]; !strings.Contains(m.Quoted, want) || want == "" && m.Quoted != "" {
		t.Errorf("quoted %q, want %q", m.Quoted, want)
	}
	if not := e.fields["not"]; not != "" && strings.Contains(m.Text, not) {
		t.Errorf("the text holds %q", not)
	}
	if not := e.fields["nothtml"]; not != "" && strings.Contains(m.HTML, not) {
		t.Errorf("the HTML holds %q: %s", not, m.HTML)
	}
	if again := mailmsg.Sanitise(m.HTML); again != m.HTML {
		t.Errorf("the HTML is no fix point: %q, then %q", m.HTML, again)
	}
}
