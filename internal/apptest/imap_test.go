package apptest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/db"
	"liaison/internal/inbound"
	"liaison/internal/mailio/mailin"
	"liaison/internal/mailmsg"
)

// imapServer is a dovecot of the test's own: one mailbox, kept in a maildir, on a port of the loopback.
type imapServer struct {
	t         *testing.T
	dir, port string
	uid, gid  int
	stop      func() // ends the server and waits for it; the mails stay
	delivered int
}

const imapConfig = `base_dir = DIR/run
log_path = DIR/log
protocols = imap
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
auth_mechanisms = plain
default_internal_user = USER
default_internal_group = GROUP
default_login_user = USER
first_valid_uid = 1
mail_location = maildir:DIR/box
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=UID gid=GID home=DIR
}
service imap-login {
  chroot =
  inet_listener imap {
    port = PORT
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
`

// newIMAP makes the server; start begins to serve. It refuses to run as root and is given to nobody there.
func newIMAP(t *testing.T) *imapServer {
	t.Helper()
	me := lookup(t, user.Current)
	if me.Uid == "0" {
		me = lookup(t, func() (*user.User, error) { return user.Lookup("nobody") })
	}
	group := lookup(t, func() (*user.Group, error) { return user.LookupGroupId(me.Gid) })
	dir, err := os.MkdirTemp("", "liaison-imap-") //nolint:usetesting // short: the paths of its sockets have a limit, and t.TempDir names the test
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) }) // best effort: it lies in the machine's temporary folder
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(free.Addr().String())
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	s := &imapServer{t: t, dir: dir, port: port, stop: func() {}}
	s.uid, _ = strconv.Atoi(me.Uid)
	s.gid, _ = strconv.Atoi(me.Gid)
	config := strings.NewReplacer("DIR", dir, "USER", me.Username, "GROUP", group.Name, "UID", me.Uid, "GID", me.Gid, "PORT", port).Replace(imapConfig)
	for _, folder := range []string{"", "run", "box", "box/new", "box/cur", "box/tmp"} {
		s.own(os.MkdirAll(filepath.Join(dir, folder), 0o700), folder)
	}
	s.own(os.WriteFile(filepath.Join(dir, "conf"), []byte(config), 0o600), "conf")
	return s
}

func lookup[T any](t *testing.T, find func() (*T, error)) *T {
	t.Helper()
	v, err := find()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (s *imapServer) own(err error, path string) {
	s.t.Helper()
	if err == nil && os.Getuid() == 0 {
		err = os.Chown(filepath.Join(s.dir, path), s.uid, s.gid)
	}
	if err != nil {
		s.t.Fatal(err)
	}
}

// start serves until stop, or until this process is gone.
func (s *imapServer) start() {
	s.t.Helper()
	program, err := exec.LookPath("dovecot")
	if err != nil {
		if program = "/usr/sbin/dovecot"; !exists(program) {
			s.t.Fatal("no dovecot on this machine: install dovecot-imapd")
		}
	}
	cmd := exec.Command("/bin/sh", "-c", `"$0" -F -c "$1/conf" & read -r never; kill $!; wait $!`, program, s.dir)
	open, err := cmd.StdinPipe()
	if err != nil {
		s.t.Fatal(err)
	}
	cmd.Dir, cmd.SysProcAttr = s.dir, &syscall.SysProcAttr{Setsid: true}
	if os.Getuid() == 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(s.uid), Gid: uint32(s.gid)}
	}
	if err := cmd.Start(); err != nil {
		s.t.Fatal(err)
	}
	s.stop = sync.OnceFunc(func() {
		open.Close()
		_ = cmd.Wait() // it ends by a signal
	})
	s.t.Cleanup(func() { s.stop() })
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// deliver puts a mail into the mailbox as the provider's mail server does, received at an instant.
func (s *imapServer) deliver(l apptest.Letter, at time.Time) {
	s.t.Helper()
	s.delivered++
	name := fmt.Sprintf("%d.M%d.mx", at.Unix(), s.delivered)
	head := "Return-Path: <" + l.From + ">\r\nDelivered-To: " + l.To + "\r\nAuthentication-Results: mx.imap.test; dmarc=pass header.from=" + l.From[strings.LastIndexByte(l.From, '@')+1:] + "\r\n"
	temporary := filepath.Join("box/tmp", name)
	s.own(os.WriteFile(filepath.Join(s.dir, temporary), append([]byte(head), l.Bytes()...), 0o600), temporary)
	if err := errors.Join(os.Chtimes(filepath.Join(s.dir, temporary), at, at),
		os.Rename(filepath.Join(s.dir, temporary), filepath.Join(s.dir, "box/new", name))); err != nil {
		s.t.Fatal(err)
	}
}

// seen counts the mails that are marked as seen.
func (s *imapServer) seen() int {
	list, err := filepath.Glob(filepath.Join(s.dir, "box/cur/*:2,*S*"))
	if err != nil {
		s.t.Fatal(err)
	}
	return len(list)
}

// poll runs a poller of the world's inbox through a receiver, until the test ends or stop is called.
func (s *imapServer) poll(w *apptest.World, to mailin.Receiver) (stop func()) {
	return s.pollFor(w, to, 1<<20, 0)
}

// pollFor is poll with how many bytes are kept and taken of a mail.
func (s *imapServer) pollFor(w *apptest.World, to mailin.Receiver, kept, taken int64) (stop func()) {
	p := mailin.NewPoller(mailin.Account{Host: "127.0.0.1:" + s.port, User: "box", Password: "secret", Inbox: w.App.Inbound.Inboxes[0], Receiver: to,
		Clock: w.Clock, Log: slog.New(slog.DiscardHandler), MaxBytes: kept, MaxWhole: taken, Retry: 10 * time.Millisecond,
		Verdicts: mailin.Verdicts{Polled: mailmsg.Trust{AuthservIDs: []string{"mx.imap.test"}}}})
	ctx, cancel := context.WithCancel(context.Background())
	var running sync.WaitGroup
	running.Go(func() { p.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); running.Wait() })
	s.t.Cleanup(stop)
	return stop
}

func received(w *apptest.World) int64 { return w.Count(`SELECT count(*) FROM inbound_mail`) }

// An inbox at a provider, read over IMAP from a real server: what waits there and what arrives later becomes cases, whose
// clocks start when the provider received the mail; six hours without the server lose nothing.
func TestAPolledInboxLosesNothingWhileItsServerIsAway(t *testing.T) {
	t.Parallel()
	w, s := apptest.Open(t, db.SQLite), newIMAP(t)
	from, to := noted(t, w, "liaison", "").Email, w.App.Inbound.Inboxes[0].Address
	before, at := received(w), w.Clock.Now().Add(-time.Minute).Truncate(time.Second)
	s.deliver(apptest.Letter{From: from, To: to, Subject: "It waited in the inbox", Text: "No data."}, at)
	s.start()
	s.poll(w, w.App.Inbound)
	w.Eventually("the mail that waited is a case, and seen", func() bool { return received(w) == before+1 && s.seen() == 1 })
	s.deliver(apptest.Letter{From: from, To: to, Subject: "It came while we listened", Text: "No data."}, w.Clock.Now())
	w.Eventually("the mail that came is a case, and seen", func() bool { return received(w) == before+2 && s.seen() == 2 })
	s.stop()
	s.deliver(apptest.Letter{From: from, To: to, Subject: "It came while nobody could read", Text: "No data."}, w.Clock.Now())
	w.Clock.Forward(6 * time.Hour)
	s.start()
	w.Eventually("the mail of the outage is a case, and seen", func() bool { return received(w) == before+3 && s.seen() == 3 })
	if n := w.Count(`SELECT count(*) FROM inbound_mail i JOIN support_case c ON c.id = i.case_id WHERE i.subject LIKE 'It %' AND c.received_at = i.received_at`); n != 3 {
		t.Errorf("%d of 3 cases were received when their mail was", n)
	}
	if n := w.Count(`SELECT count(*) FROM inbound_mail WHERE subject = 'It waited in the inbox' AND received_at = $1 AND state = 'case'`, at); n != 1 {
		t.Error("the mail was received when the provider received it")
	}
}

// stubborn is a receiver that fails in ways of the test's own.
type stubborn struct {
	mailin.Receiver
	after func() // runs once the first outcome is durable, before anybody hears of it
	never string // a mail with these words cannot be taken
	calls atomic.Int64
}

// Receive handles a mail.
func (r *stubborn) Receive(ctx context.Context, d inbound.Delivery) (inbound.Outcome, error) {
	n := r.calls.Add(1)
	if r.never != "" && strings.Contains(string(d.Raw), r.never) {
		return inbound.Outcome{}, errors.New("not now")
	}
	out, err := r.Receiver.Receive(ctx, d)
	if n == 1 && r.after != nil {
		r.after()
	}
	return out, err
}

// M24: the process ends after the outcome was stored and before the mail was marked as seen; two workers read one inbox.
// One mail that cannot be taken holds up no other, and is taken when it can be.
func TestAPolledMailHasOneOutcomeHoweverOftenItIsFetched(t *testing.T) {
	t.Parallel()
	w, s := apptest.Open(t, db.SQLite), newIMAP(t)
	from, to := noted(t, w, "liaison", "").Email, w.App.Inbound.Inboxes[0].Address
	before, cases := received(w), w.Count(`SELECT count(*) FROM support_case`)
	s.deliver(apptest.Letter{From: from, To: to, Subject: "Stored, not yet seen", Text: "No data."}, w.Clock.Now())
	s.start()
	cut := make(chan struct{})
	first := &stubborn{Receiver: w.App.Inbound, after: func() { close(cut); s.stop() }}
	stop := s.poll(w, first)
	<-cut
	stop()
	if n := s.seen(); n != 0 || received(w) != before+1 {
		t.Fatalf("%d mails are seen, %d are stored", n, received(w)-before)
	}
	s.start()
	for i := range 12 {
		s.deliver(apptest.Letter{From: fmt.Sprintf("x%d@nobody.example", i), To: to, Subject: "Many", Text: "No data."}, w.Clock.Now())
	}
	poison := &stubborn{Receiver: w.App.Inbound, never: "x3@nobody.example"}
	one, other := s.poll(w, poison), s.poll(w, poison)
	w.Eventually("all but the one that cannot be taken are seen", func() bool { return s.seen() == 12 })
	if n := received(w) - before; n != 12 {
		t.Errorf("%d outcomes of 12 mails", n)
	}
	one()
	other()
	s.poll(w, w.App.Inbound)
	w.Eventually("the one is taken, too", func() bool { return s.seen() == 13 })
	if n := w.Count(`SELECT count(*) FROM support_case`) - cases; n != 1 || received(w) != before+13 {
		t.Errorf("%d cases, %d outcomes", n, received(w)-before)
	}
}

// A mail longer than what is taken is a case all the same: its beginning is read, the file that is not whole is left out,
// and its sender is told how to upload it.
func TestAPolledMailThatIsTooLongIsACaseWithoutItsFile(t *testing.T) {
	t.Parallel()
	w, s := apptest.Open(t, db.SQLite), newIMAP(t)
	from, to := noted(t, w, "liaison", "").Email, w.App.Inbound.Inboxes[0].Address
	past := answers(w)
	s.deliver(apptest.Letter{From: from, To: to, Subject: "The log is attached", Head: []string{"Content-Type: multipart/mixed; boundary=b"},
		Text: "--b\r\nContent-Type: text/plain\r\n\r\nSee the log.\r\n--b\r\nContent-Disposition: attachment; filename=server.log\r\n\r\n" +
			strings.Repeat(strings.Repeat("x", 70)+"\r\n", 30_000) + "--b--"}, w.Clock.Now())
	s.start()
	s.poll(w, w.App.Inbound)
	w.Eventually("the mail is seen", func() bool { return s.seen() == 1 })
	if n := w.Count(`SELECT count(*) FROM support_case WHERE subject = 'The log is attached'`); n != 1 {
		t.Errorf("%d cases", n)
	}
	if n := w.Count(`SELECT count(*) FROM attachment WHERE name = 'server.log'`); n != 0 || answers(w) != past+1 {
		t.Errorf("%d files, %d answers", n, answers(w)-past)
	}
}

// A mail that is larger than what is kept, and not than what is taken, is read whole and kept without the files that do not fit:
// its answer names each of them and where to upload it, and nobody fetches the mail again.
func TestAPolledMailIsTakenWithoutTheFilesThatAreTooLarge(t *testing.T) {
	t.Parallel()
	w, s := apptest.Open(t, db.SQLite), newIMAP(t)
	from, to := noted(t, w, "liaison", "").Email, w.App.Inbound.Inboxes[0].Address
	file := func(name string, lines int) string {
		return "--b\r\nContent-Disposition: attachment; filename=" + name + "\r\n\r\n" + strings.Repeat(strings.Repeat("x", 70)+"\r\n", lines)
	}
	l := apptest.Letter{From: from, To: to, Subject: "Two dumps are attached", Head: []string{"MIME-Version: 1.0", "Content-Type: multipart/mixed; boundary=b"},
		Text: "--b\r\nContent-Type: text/plain\r\n\r\nSee the dumps.\r\n" + file("kelpie-heap.bin", 5_000) + file("short.txt", 1) + file("borzoi-core.bin", 4_000) + "--b--"}
	s.deliver(l, w.Clock.Now())
	s.start()
	w.StartWork()
	stop := s.pollFor(w, w.App.Inbound, 64<<10, 4<<20)
	w.Eventually("the mail is seen", func() bool { return s.seen() == 1 })
	var number string
	w.Rows(`SELECT c.number FROM support_case c JOIN attachment a ON a.tenant_id = c.tenant_id AND a.case_id = c.id WHERE c.subject = $1 AND a.name = 'short.txt'`,
		[]any{l.Subject}, func(scan func(...any) error) error { return scan(&number) })
	if n := w.Count(`SELECT count(*) FROM attachment WHERE name LIKE '%.bin'`); number == "" || n != 0 {
		t.Fatalf("case %q, %d of its large files", number, n)
	}
	w.Eventually("the answer names each file and where to upload it", func() bool {
		return w.Count(`SELECT count(*) FROM demo_mail WHERE recipient = $1 AND text_body LIKE '%kelpie-heap.bin%' AND text_body LIKE '%borzoi-core.bin%'
			AND text_body NOT LIKE '%short.txt%' AND text_body LIKE $2`, from, "%/cases/"+number+"%") == 1
	})
	stop()
	again := &stubborn{Receiver: w.App.Inbound}
	s.deliver(apptest.Letter{From: from, To: to, Subject: "And another matter", Text: "No data."}, w.Clock.Now())
	s.pollFor(w, again, 64<<10, 4<<20)
	w.Eventually("the mail after it is seen", func() bool { return s.seen() == 2 })
	if n := again.calls.Load(); n != 1 {
		t.Errorf("%d mails were fetched, one was new", n)
	}
}
