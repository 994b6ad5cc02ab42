package mailmsg_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"liaison/internal/mailmsg"
)

// withFiles is a mail with a text and files of so many bytes each.
func withFiles(text string, sizes ...int) string {
	var b strings.Builder
	b.WriteString("From: li@bank.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"b-1\"\r\n\r\n--b-1\r\nContent-Type: text/plain\r\n\r\n" + text + "\r\n")
	for i, n := range sizes {
		fmt.Fprintf(&b, "--b-1\r\nContent-Type: application/zip; name=\"dump-%d.zip\"\r\nContent-Disposition: attachment; filename=\"dump-%d.zip\"\r\nContent-Transfer-Encoding: base64\r\n\r\n", i, i)
		coded := base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{byte(i + 1)}, n))
		for len(coded) > 76 {
			b.WriteString(coded[:76] + "\r\n")
			coded = coded[76:]
		}
		b.WriteString(coded + "\r\n")
	}
	b.WriteString("--b-1--\r\n")
	return b.String()
}

// thin sends a mail through a Thinner and gives what is kept, and what the watcher of the whole saw.
func thin(t *testing.T, from io.Reader, most int) (kept []byte, whole string, err error) {
	t.Helper()
	var seen bytes.Buffer
	th := mailmsg.NewThinner(most)
	th.Whole = func() io.Writer { return &seen }
	if _, err := io.Copy(struct{ io.Writer }{th}, from); err != nil {
		return nil, "", err
	}
	if err := th.End(); err != nil {
		return nil, "", err
	}
	if th.Kept() > most {
		t.Errorf("%d bytes are kept of %d", th.Kept(), most)
	}
	return th.Bytes(), seen.String(), nil
}

func TestAMailThatIsTooLargeLosesItsLargestFiles(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name        string
		sizes       []int
		most        int
		files, left string
	}{
		{"it fits", []int{3000, 6000}, 20_000, "dump-0.zip dump-1.zip", ""},
		{"one is too large", []int{3000, 90_000}, 20_000, "dump-0.zip", "dump-1.zip 90000"},
		{"the large one comes first", []int{90_000, 3000}, 20_000, "dump-1.zip", "dump-0.zip 90000"},
		{"together they are", []int{9000, 12_000, 6000}, 26_000, "dump-0.zip dump-2.zip", "dump-1.zip 12000"},
		{"each is", []int{60_000, 90_000}, 20_000, "", "dump-0.zip 60000 dump-1.zip 90000"},
	} {
		raw := withFiles("It fails since Monday.", c.sizes...)
		for way, from := range map[string]io.Reader{"at once": strings.NewReader(raw), "byte by byte": iotest.OneByteReader(strings.NewReader(raw))} {
			kept, whole, err := thin(t, from, c.most)
			if err != nil {
				t.Fatal(c.name, err)
			}
			m := mailmsg.Parse(kept, mailmsg.DefaultLimits())
			var files, left []string
			for _, f := range m.Files {
				files = append(files, f.Name)
			}
			for _, f := range m.Left {
				left = append(left, fmt.Sprintf("%s %d", f.Name, f.Size))
			}
			if strings.Join(files, " ") != c.files || !about(strings.Join(left, " "), c.left) || m.Text != "It fails since Monday." || m.Trouble != "" {
				t.Errorf("%s, %s: files %v, left out %v, text %q, trouble %q", c.name, way, files, left, m.Text, m.Trouble)
			}
			if c.left == "" && (string(kept) != raw || whole != "") || c.left != "" && whole != raw {
				t.Errorf("%s, %s: what fits is changed, or the whole is not seen: %d bytes of %d", c.name, way, len(whole), len(raw))
			}
		}
	}
	if _, _, err := thin(t, strings.NewReader(withFiles(strings.Repeat("It fails.\r\n", 5000))), 20_000); !errors.Is(err, mailmsg.ErrNoFit) {
		t.Errorf("a text that is too large: %v", err)
	}
}

// about compares sizes up to the end of a group of base64.
func about(got, want string) bool {
	g, w := strings.Fields(got), strings.Fields(want)
	if len(g) != len(w) {
		return false
	}
	for i := range g {
		var a, b int
		_, errA := fmt.Sscan(g[i], &a)
		_, errB := fmt.Sscan(w[i], &b)
		if errA != nil || errB != nil {
			if g[i] != w[i] {
				return false
			}
		} else if a-b > 3 || b-a > 3 {
			return false
		}
	}
	return true
}

// What fits is never changed, however it is built and however it arrives.
func TestAMailThatFitsIsKeptAsItCame(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		pieces := rapid.SliceOf(rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{"\r\n", "\n", "--b\r\n", "--b--\r\n", "Content-Type: multipart/mixed; boundary=b\r\n",
			"Content-Disposition: attachment\r\n", "X-Left-Out: 3\r\n", "--"}))).Draw(rt, "pieces")
		th := mailmsg.NewThinner(1 << 20)
		for _, p := range pieces {
			if _, err := th.Write([]byte(p)); err != nil {
				rt.Fatal(err)
			}
		}
		if err := th.End(); err != nil {
			rt.Fatal(err)
		}
		if got, want := string(th.Bytes()), strings.Join(pieces, ""); got != want {
			rt.Fatalf("%q became %q", want, got)
		}
	})
}

// A line of a file that begins like a boundary divides nothing: the file goes as a whole.
func TestALineOfAFileIsNoBoundary(t *testing.T) {
	t.Parallel()
	log := strings.Repeat("--b-1x a line of a log\r\n-----BEGIN\r\n\r\nand of a log that is long enough\r\n", 400)
	mail := "Content-Type: multipart/mixed; boundary=\"b-1\"\r\n\r\n--b-1\r\nContent-Type: text/plain\r\n\r\nIt fails.\r\n--b-1\r\n" +
		"Content-Type: text/plain; name=\"server.log\"\r\nContent-Disposition: attachment; filename=\"server.log\"\r\n\r\n" + log + "--b-1--\r\n"
	kept, _, err := thin(t, strings.NewReader(mail), 5000)
	if err != nil || !strings.Contains(string(kept), "It fails.") || strings.Contains(string(kept), "of a log") {
		t.Errorf("%v: %.600s", err, kept)
	}
}
