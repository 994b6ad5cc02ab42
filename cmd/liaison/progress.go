package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"liaison/internal/archive"
	"liaison/internal/clock"
)

// quiet is how long a command works before it says how far it is; spoken is how often it does from then on.
const (
	quiet  = 2 * time.Second
	spoken = time.Second
)

// progress tells on a terminal how far a long command has come. Anywhere else it is silent.
type progress struct {
	to   io.Writer // nil: silent
	wall clock.Real
	next time.Time
	said bool
}

func newProgress(to io.Writer) *progress {
	p := &progress{}
	if f, ok := to.(*os.File); ok {
		if info, err := f.Stat(); err == nil && info.Mode()&os.ModeCharDevice != 0 {
			p.to = to
		}
	}
	p.next = p.wall.Now().Add(quiet)
	return p
}

func (p *progress) tell(at archive.Progress) { p.say("%d files, %d MB", at.Files, at.Bytes>>20) }

// rows tells how many steps of going through rows are done.
func (p *progress) rows(done, all int) {
	if all > 0 {
		p.say("%d %%", 100*done/all)
	}
}

func (p *progress) say(format string, args ...any) {
	now := p.wall.Now()
	if p.to == nil || now.Before(p.next) {
		return
	}
	p.next, p.said = now.Add(spoken), true
	fmt.Fprintf(p.to, "\r"+format, args...)
}

// end leaves the line of the progress.
func (p *progress) end() {
	if p.said {
		fmt.Fprintln(p.to)
	}
}
