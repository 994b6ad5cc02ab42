package apptest_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"liaison/internal/apptest"
	"liaison/internal/clock"
	"liaison/internal/db"
	"liaison/internal/db/dbtest"
)

// killsInAll is how often the program is killed in a usual run, over both engines; KILLS asks for another number.
const killsInAll = 50

// victim is the program as a child process with the demo's world in a folder.
type victim struct {
	t        *testing.T
	bin, dir string
	db       string // "" is SQLite in the folder
	at       time.Time
	cmd      *exec.Cmd
	ended    chan error
	*apptest.Demo
}

func TestKill(t *testing.T) { //nolint:tparallel // the tests that run in parallel wait until it is over: its children have the machine
	kills := killsInAll
	if s := os.Getenv("KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 2 {
			t.Fatalf("KILLS=%q is no number of kills", s)
		}
		kills = n
	}
	bin := filepath.Join(t.TempDir(), "liaison")
	if out, err := exec.Command("go", "build", "-o", bin, "liaison/cmd/liaison").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		killing(t, &victim{t: t, bin: bin, dir: t.TempDir(), at: dbtest.Start()}, kills-kills/2)
	})
	if dbtest.WithoutPostgres() {
		return
	}
	t.Run("postgres", func(t *testing.T) {
		t.Parallel()
		killing(t, &victim{t: t, bin: bin, dir: t.TempDir(), at: dbtest.Start(), db: dbtest.PostgresURL(t)}, kills/2)
	})
}

// killing lets clients work, kills the program at a random point, starts it again and checks what it acknowledged.
func killing(t *testing.T, v *victim, kills int) {
	rnd := rand.New(rand.NewPCG(1, uint64(len(v.db))))
	v.start()
	ledger, mails, moves, dues := newLedger(), &outbox{}, &swaps{}, &dunning{}
	moves.prepare(t, v)
	dues.prepare(t, v.Demo)
	for round := range kills {
		stop := make(chan struct{})
		var clients sync.WaitGroup
		for c := range 4 {
			clients.Go(func() { work(v.Demo, ledger, stop, round*10+c) })
		}
		clients.Go(func() { mails.work(v.Demo, stop) })
		clients.Go(func() { moves.work(v.Demo, stop) })
		clients.Go(func() { dues.work(v.Demo, stop) })
		acknowledged := ledger.size() + 1 + rnd.IntN(25)
		ledger.waitFor(t, acknowledged)
		v.kill()
		close(stop)
		clients.Wait()
		took := v.start()
		t.Logf("kill %d: %d acknowledged so far, answering again after %s", round+1, ledger.size(), took.Round(time.Millisecond))
		ledger.check(t, v.Demo)
		if t.Failed() {
			return
		}
	}
	v.kill()
	inspect(t, v, ledger, mails, moves, dues)
}

// start runs the program until it has said where it is.
func (v *victim) start() (took time.Duration) {
	v.t.Helper()
	wall := clock.Real{}
	begun := wall.Now()
	args := []string{"demo", "--addr", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--data", v.dir, "--at", v.at.Format(time.RFC3339)}
	if v.db != "" {
		args = append(args, "--db", v.db)
	}
	v.cmd = exec.Command(v.bin, args...)
	v.cmd.Stderr = v.t.Output()
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	v.ended = make(chan error, 1)
	cmd, ended := v.cmd, v.ended
	go func() { ended <- cmd.Wait() }()
	v.t.Cleanup(func() { _ = cmd.Process.Kill() }) // ended already, as a rule
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	look := time.NewTicker(10 * time.Millisecond)
	defer look.Stop()
	for {
		if d, err := readDemo(filepath.Join(v.dir, "demo.json")); err == nil && d.PID == cmd.Process.Pid {
			v.Demo = d
			return wall.Now().Sub(begun)
		}
		select {
		case err := <-ended:
			v.t.Fatalf("the program ended while it started: %v", err)
		case <-ctx.Done():
			v.t.Fatal("the program does not start")
		case <-look.C:
		}
	}
}

func (v *victim) kill() {
	v.t.Helper()
	if err := v.cmd.Process.Kill(); err != nil {
		v.t.Fatal(err)
	}
	v.t.Logf("killed: %v", <-v.ended)
}

func readDemo(path string) (*apptest.Demo, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	d := new(apptest.Demo)
	return d, json.Unmarshal(text, d)
}

// address is the database of the program.
func (v *victim) address() string {
	if v.db != "" {
		return v.db
	}
	return "sqlite:" + filepath.Join(v.dir, "liaison.db")
}

// inspect looks into the database of the dead program: every case is whole.
func inspect(t *testing.T, v *victim, l *ledger, mails *outbox, moves *swaps, dues *dunning) {
	t.Helper()
	d := dbtest.Open(t, v.address(), db.Options{Clock: clock.Real{}})
	none := func(what, q string) {
		t.Helper()
		var n int
		err := d.View(context.Background(), db.ForSystem("test"), func(tx *db.Tx) error { return tx.Row(q, nil, &n) })
		if err != nil || n != 0 {
			t.Errorf("%d %s (%v)", n, what, err)
		}
	}
	none("cases without the line of their registration", `SELECT count(*) FROM support_case c WHERE NOT EXISTS
		(SELECT 1 FROM journal j WHERE j.subject_id = c.id AND j.kind = 'case.registered')`)
	none("cases without their number", `SELECT count(*) FROM support_case c WHERE NOT EXISTS (SELECT 1 FROM case_number n WHERE n.number = c.number)`)
	none("numbers without their case", `SELECT count(*) FROM case_number n WHERE NOT EXISTS (SELECT 1 FROM support_case c WHERE c.number = n.number)`)
	none("lines of a registration without its case", `SELECT count(*) FROM journal j WHERE j.kind = 'case.registered'
		AND NOT EXISTS (SELECT 1 FROM support_case c WHERE c.id = j.subject_id)`)
	none("messages of no case", `SELECT count(*) FROM message m WHERE NOT EXISTS (SELECT 1 FROM support_case c WHERE c.id = m.case_id)`)
	for _, units := range []map[string]string{moves.whole(), dues.whole()} {
		for what, q := range units {
			none(what, q)
		}
	}
	if moves.done == 0 || dues.done == 0 {
		t.Errorf("%d liaisons were replaced, %d files of invoices taken over", moves.done, dues.done)
	}
	none("programs that have suspended no case", `SELECT CASE WHEN count(*) = 0 THEN 1 ELSE 0 END FROM journal WHERE kind = 'case.suspended' AND tenant_id IN (SELECT id FROM customer WHERE key = '`+dues.customer+`')`)
	mails.check(t, d)
	if l.size() == 0 {
		t.Error("nothing was acknowledged")
	}
}
