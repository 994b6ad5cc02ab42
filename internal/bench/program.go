package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"liaison/internal/clock"
	"liaison/internal/demo"
)

// program starts and stops the binary on one database.
type program struct {
	binary  string
	out     io.Writer
	dir     string // data folder
	db      string // the owner's address: what the demo is given
	serveDB string // the address that `serve` is given, with the rights of the application
	cluster *cluster
	cmd     *exec.Cmd
	output  *tail
	url     string
	mail    string // where it takes mail
}

// startTime bounds a start that does not seed.
const startTime = 30 * time.Second

// seed makes the example world, and further cases, and leaves the program stopped. It returns how long it took.
func (p *program) seed(ctx context.Context, cases int) (took time.Duration, err error) {
	wall := clock.Real{}
	begun := wall.Now()
	cmd := p.command(ctx, nil, "demo", "--addr", "127.0.0.1:0", "--data", p.dir, "--db", p.db, "--smtp", "127.0.0.1:0", "--policy", "reference-2025-02",
		"--cases", strconv.Itoa(cases))
	out, err := cmd.StdoutPipe()
	if err != nil {
		return 0, err
	}
	if err := p.run(cmd); err != nil {
		return 0, err
	}
	ready := false
	for lines := bufio.NewScanner(out); !ready && lines.Scan(); {
		ready = strings.HasPrefix(lines.Text(), "The support centre is open at")
	}
	took = wall.Now().Sub(begun)
	if !ready {
		return 0, errors.Join(errors.New("the demo did not come up"), p.wait())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // nothing to do with the rest of it
	if err := p.stop(); err != nil {
		return 0, err
	}
	if p.cluster != nil {
		err = p.cluster.application(ctx)
	}
	return took, err
}

// migrate brings a kept world to the binary's schema, as the owner.
func (p *program) migrate(ctx context.Context) error {
	cmd := p.command(ctx, nil, "migrate", "--db", p.db)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("migrate: %w: %s", err, out)
	}
	return nil
}

// world reads who may sign in to what the demo has made.
func (p *program) world() (f demo.File, err error) {
	b, err := os.ReadFile(filepath.Join(p.dir, demo.FileName))
	if err != nil {
		return f, err
	}
	return f, json.Unmarshal(b, &f)
}

// logLine is what is looked for in the program's log.
type logLine struct {
	Msg  string `json:"msg"`
	Addr string `json:"addr"`
}

// serve starts the program as in production and returns how long it took until the sign-in page was there.
func (p *program) serve(ctx context.Context) (took time.Duration, err error) {
	if p.mail, err = freeAddr(ctx); err != nil {
		return 0, err
	}
	cmd := p.command(ctx, append(mailSettings(p.mail), "LIAISON_ADDR=127.0.0.1:0", "LIAISON_ADMIN_ADDR=127.0.0.1:0", "LIAISON_URL=http://127.0.0.1",
		"LIAISON_DATA_DIR="+p.dir, "LIAISON_DB="+p.serveDB), "serve")
	log, err := cmd.StderrPipe()
	if err != nil {
		return 0, err
	}
	wall := clock.Real{}
	begun := wall.Now()
	if err := p.run(cmd); err != nil {
		return 0, err
	}
	p.url = ""
	lines := bufio.NewScanner(log)
	for p.url == "" && lines.Scan() {
		var line logLine
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
			p.url = "http://" + line.Addr
		}
		fmt.Fprintln(p.output, lines.Text())
	}
	if p.url == "" {
		return 0, errors.Join(errors.New("the program did not come up"), p.wait())
	}
	go func(to io.Writer) { _, _ = io.Copy(to, log) }(p.output) // ends with the program
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, p.url+"/sign-in", nil)
	if err != nil {
		return 0, err
	}
	answer, err := http.DefaultClient.Do(r) //nolint:forbidigo // to the measured program, on loopback
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		return 0, fmt.Errorf("/sign-in answers %s: %w", answer.Status, err)
	}
	return wall.Now().Sub(begun), nil
}

func (p *program) command(ctx context.Context, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, p.binary, args...) //nolint:gosec // the program that the command line names
	cmd.Env = append(os.Environ(), env...)
	return cmd
}

func (p *program) run(cmd *exec.Cmd) error {
	p.output = &tail{}
	if cmd.Stderr == nil && cmd.Args[1] == "demo" {
		cmd.Stderr = p.output
	}
	p.cmd = cmd
	return cmd.Start()
}

// wait is for a program that has ended by itself: its last words are the error.
func (p *program) wait() error {
	return fmt.Errorf("%w: %s", errors.Join(p.cmd.Wait(), errors.New("it said")), p.output)
}

// stop lets the program end in order.
func (p *program) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	if err := p.cmd.Wait(); err != nil {
		return fmt.Errorf("%w: %s", err, p.output)
	}
	return nil
}

// kill ends the program as a lost machine would.
func (p *program) kill() error {
	err := p.cmd.Process.Kill()
	_ = p.cmd.Wait() // reports the kill
	return err
}

// memory is the resident memory of the running program, in bytes.
func (p *program) memory() (int64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
			return kb << 10, err
		}
	}
	return 0, errors.New("no VmRSS: is this Linux?")
}

// size is how many bytes the database takes; the program must be stopped.
func (p *program) size(ctx context.Context) (int64, error) {
	if p.cluster != nil {
		return p.cluster.size(ctx)
	}
	info, err := os.Stat(strings.TrimPrefix(p.db, "sqlite:"))
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// tail keeps the last lines that a program wrote.
type tail struct{ last atomic.Pointer[string] }

// Write keeps b if there is something in it.
func (t *tail) Write(b []byte) (int, error) {
	if text := strings.TrimSpace(string(b)); text != "" {
		t.last.Store(&text)
	}
	return len(b), nil
}

// String is what was said last.
func (t *tail) String() string {
	if s := t.last.Load(); s != nil {
		return *s
	}
	return "nothing"
}
