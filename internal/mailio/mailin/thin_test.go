package mailin

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"

	"liaison/internal/mailmsg"
)

// largeMail is a mail of lena at a domain with a file of so many bytes and a short one.
func largeMail(domain string, size int) []byte {
	file := "--b\r\nContent-Type: application/zip; name=\"%NAME\"\r\nContent-Disposition: attachment; filename=\"%NAME\"\r\n\r\n"
	return []byte("From: Lena <lena@" + domain + ">\r\nTo: emea@support.example\r\nSubject: hello\r\nMessage-ID: <1@" + domain + ">\r\nMIME-Version: 1.0\r\n" +
		"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nThe report is empty.\r\n" +
		strings.ReplaceAll(file, "%NAME", "dump.zip") + strings.Repeat(strings.Repeat("x", 62)+"\r\n", size/64) +
		strings.ReplaceAll(file, "%NAME", "short.zip") + "yyyy\r\n--b--\r\n")
}

// A mail that is too large only because of its files is taken without them, and what it was goes on to say so.
func TestAMailWhoseFilesAreTooLargeIsTakenWithoutThem(t *testing.T) {
	t.Parallel()
	for _, lmtp := range []bool{false, true} {
		b := &box{}
		hello := map[bool]string{false: "EHLO x", true: "LHLO x"}[lmtp]
		addr := serve(t, b, func(o *Options) { o.LMTP, o.MaxBytes, o.MaxWhole = lmtp, 100<<10, 400<<10 })
		c := dial(t, addr)
		c.answers("220")
		c.send(hello + "\r\n")
		c.answers("250 SIZE\r\n") // without a number: a server that knew one would refuse by itself, in its own words
		for _, line := range []string{"MAIL FROM:<lena@nord.example.com>", "RCPT TO:<emea@support.example>"} {
			c.send(line + "\r\n")
			c.answers("250")
		}
		c.send("DATA\r\n")
		c.answers("354")
		c.send(string(largeMail("nord.example.com", 300<<10)) + ".\r\n")
		c.answers("250")
		list := b.all()
		if len(list) != 1 || len(list[0].Raw) > 100<<10 {
			t.Fatalf("%d mails", len(list))
		}
		m := mailmsg.Parse(list[0].Raw, mailmsg.DefaultLimits())
		if m.Text != "The report is empty." || len(m.Files) != 1 || m.Files[0].Name != "short.zip" || len(m.Left) != 1 || m.Left[0].Name != "dump.zip" {
			t.Errorf("text %q, files %+v, left out %+v", m.Text, m.Files, m.Left)
		}
	}
}

// Beyond the largest mail, and for a text that is too large by itself, the answer says what to do.
func TestAMailThatIsTooLargeIsToldWhatToDo(t *testing.T) {
	t.Parallel()
	for name, raw := range map[string]string{"beyond all": string(largeMail("nord.example.com", 3<<20)), "text": "Subject: x\r\n\r\n" + strings.Repeat("It fails again and again.\r\n", 60_000)} {
		b := &box{}
		c := dial(t, serve(t, b, func(o *Options) { o.MaxWhole = 2 << 20 }))
		c.answers("220")
		for _, line := range []string{"EHLO x", "MAIL FROM:<lena@nord.example.com>", "RCPT TO:<emea@support.example>"} {
			c.send(line + "\r\n")
			c.answers("250")
		}
		c.send("DATA\r\n")
		c.answers("354")
		c.send(raw + ".\r\n")
		c.answers("552 Write without the files")
		if n := len(b.all()); n != 0 {
			t.Errorf("%s: %d mails", name, n)
		}
	}
}

// What comes in chunks is refused when it is too long, and the line is over, wherever a chunk ends.
func TestChunksThatAreTooLongEndTheLine(t *testing.T) {
	t.Parallel()
	const most = 200 << 10
	head := "Subject: x\r\n\r\n"
	for name, sizes := range map[string][]int{"one chunk": {most + 9}, "at the limit": {most + 1, 14}, "the second": {most - 100, 101, 14}, "many": {64 << 10, 64 << 10, 64 << 10, 64 << 10, 14}} {
		for _, secure := range []bool{false, true} {
			b := &box{}
			c := dial(t, serve(t, b, func(o *Options) { o.MaxBytes, o.TLS = most, certificate(t) }))
			c.answers("220")
			if secure {
				c.send("EHLO x\r\n")
				c.answers("250")
				c.send("STARTTLS\r\n")
				c.answers("220")
				c.encrypt(false)
			}
			for _, line := range []string{"EHLO x", "MAIL FROM:<lena@nord.example.com>", "RCPT TO:<emea@support.example>"} {
				c.send(line + "\r\n")
				c.answers("250")
			}
			for i, size := range sizes {
				body := strings.Repeat("It fails.\r\n", size/11+1)[:size]
				if i == 0 {
					body = head + body[len(head):]
				}
				if _, err := io.WriteString(c.conn, fmt.Sprintf("BDAT %d\r\n", size)+body); err != nil {
					break
				}
			}
			_, _ = io.WriteString(c.conn, "MAIL FROM:<other@nord.example.com>\r\nRCPT TO:<emea@support.example>\r\nBDAT 14 LAST\r\n"+head) // it may be closed
			said, _ := io.ReadAll(c.in)
			if !strings.Contains(string(said), "552 5.3.4 The mail is larger") || len(b.all()) != 0 {
				t.Errorf("%s, encrypted: %t: %d mails, answered %q", name, secure, len(b.all()), said)
			}
		}
	}
}

// A chunk that breaks off is no mail.
func TestAChunkThatBreaksOffIsNoMail(t *testing.T) {
	t.Parallel()
	b := &box{}
	c := dial(t, serve(t, b, nil))
	c.answers("220")
	for _, line := range []string{"EHLO x", "MAIL FROM:<lena@nord.example.com>", "RCPT TO:<emea@support.example>"} {
		c.send(line + "\r\n")
		c.answers("250")
	}
	c.send("BDAT 100 LAST\r\nSubject: half\r\n")
	if err := c.conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if said, _ := io.ReadAll(c.in); strings.Contains(string(said), "250") || len(b.all()) != 0 {
		t.Errorf("%d mails, answered %q", len(b.all()), said)
	}
}

// A mail of exactly as many bytes as are taken is taken.
func TestAMailOfExactlyTheLargestSizeIsTaken(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		size int
		err  error
	}{{99, io.EOF}, {100, io.EOF}, {101, errTooLong}, {1000, errTooLong}} {
		m := &measured{strings.NewReader(strings.Repeat("x", c.size)), 100}
		n, err := 0, error(nil)
		for buf := make([]byte, 7); err == nil; {
			var got int
			got, err = m.Read(buf)
			n += got
		}
		if !errors.Is(err, c.err) || n > 100 || errors.Is(err, io.EOF) && n != c.size {
			t.Errorf("%d bytes: %d are taken, %v", c.size, n, err)
		}
	}
}

// A signature is over all of a mail, also over what is not kept of it.
func TestASignatureIsCheckedOverWhatIsLeftOut(t *testing.T) {
	t.Parallel()
	dns := &names{txt: map[string][]string{}, ips: map[string][]string{}, down: map[string]bool{}}
	v := Verdicts{Resolver: dns}
	good := sign(t, largeMail("nord.example.com", 300<<10), "nord.example.com", keyring{t, dns}.ed25519("nord.example.com"))
	changed := bytes.Replace(good, []byte("xxxx\r\nxxxx"), []byte("xxxx\r\nyxxx"), 1) //nolint:dupword // the letters of a file
	for _, c := range []struct {
		says string
		raw  []byte
		want bool
	}{
		{"as it was signed", good, true},
		{"with line feeds alone", bytes.ReplaceAll(good, []byte("\r\n"), []byte("\n")), true},
		{"changed in what is left out", changed, false},
		{"not signed", largeMail("nord.example.com", 300<<10), false},
	} {
		room := newRoom(4 << 20)
		in, err := room.read(bytes.NewReader(c.raw), 100<<10, func() *signatures { return v.watch(t.Context()) })
		if err != nil || !in.mail.Thinned() {
			t.Fatal(c.says, err)
		}
		raw, done, ok := in.bytes(t.Context())
		got, err := v.of(t.Context(), raw, Peer{}, in.sigs)
		done()
		if in.end(); !ok || err != nil || got.Pass != c.want || room.left != 4<<20 {
			t.Errorf("%s: %+v, %v, %d bytes of room", c.says, got, err, room.left)
		}
	}
}
