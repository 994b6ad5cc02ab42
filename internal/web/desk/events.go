package desk

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/clock"
	"liaison/internal/errs"
	"liaison/internal/web"
)

const (
	beatEvery  = 15 * time.Second // a comment, so that nothing on the way takes the stream for dead
	checkEvery = 4 * time.Second  // whether the viewer still may look: the promise is five seconds
	writeTime  = 5 * time.Second  // a reader that takes longer is cut; its browser comes back
	catchUp    = 500              // journal lines read at once for one who comes back
)

// LiveView is what a message of the stream puts into open pages: chips of rows, numbers of the rail, what is newer.
type LiveView struct {
	Row     *CaseRow
	Clocks  []ClockBox
	Newer   bool // somebody wrote on the case
	Counts  []Count
	Changed int
	Query   string
}

// Count is one number of the rail.
type Count struct{ Key, Text string }

// stream is one open page that is kept up to date.
type stream struct {
	*desk
	r     *http.Request
	actor access.Actor
	w     http.ResponseWriter
	out   *http.ResponseController
	at    int64           // journal position that was sent
	seen  map[string]bool // cases that changed since the page was made
}

// events is the stream of changes. What changed is told by the hub; what of it the viewer may see is read with the
// viewer's own rights, case by case, once for all who have the same (echoes).
func (d *desk) events(w http.ResponseWriter, r *http.Request) error {
	s := &stream{desk: d, r: r, actor: web.CurrentActor(r), w: w, out: http.NewResponseController(w), seen: map[string]bool{}}
	after := r.Header.Get("Last-Event-ID")
	if after == "" {
		after = r.URL.Query().Get("after")
	}
	watcher := d.Hub.Join() // before looking back, so that nothing falls between
	defer d.Hub.Leave(watcher)
	var err error
	if s.at, err = strconv.ParseInt(after, 10, 64); err != nil || s.at < 0 {
		if _, s.at, err = d.Cases.Changes(r.Context(), -1, 1); err != nil {
			return err
		}
	}
	w.Header().Set("Content-Type", "text/event-stream; charset=utf-8")
	w.Header().Set("X-Accel-Buffering", "no")
	if err := s.follow(watcher); err != nil && r.Context().Err() == nil { //nolint:contextcheck // the stream holds the request, and with it its context
		d.Site.Log.DebugContext(r.Context(), "a live view ended", "error", err)
	}
	return nil
}

// follow sends until the viewer is gone, may look no longer, or is too slow.
func (s *stream) follow(watcher *web.Watcher) error {
	beat, stopBeat := s.every(beatEvery)
	defer stopBeat()
	check, stopCheck := s.every(checkEvery)
	defer stopCheck()
	if err := s.write(": welcome\n\n"); err != nil {
		return err
	}
	if err := s.lookBack(); err != nil {
		return err
	}
	for {
		var err error
		select {
		case <-s.r.Context().Done():
			return nil
		case batch, open := <-watcher.C:
			if !open {
				return nil
			}
			err = s.tell(batch)
		case <-beat:
			err = s.write(": beat\n\n")
		case <-check:
			err = s.mayStillLook()
		}
		if err != nil {
			return err
		}
	}
}

// lookBack sends what happened since the position that the page knows.
func (s *stream) lookBack() error {
	for {
		from := s.at
		changed, next, err := s.Cases.Changes(s.r.Context(), from, catchUp)
		if err != nil {
			return err
		}
		if err := s.tell(changed); err != nil {
			return err
		}
		if s.at = max(s.at, next); next <= from {
			return nil
		}
	}
}

// mayStillLook fails when the session has ended or the role is another one.
func (s *stream) mayStillLook() error {
	now, err := s.Site.APIActor(s.r)
	if err != nil {
		return err
	}
	if now.Person != s.actor.Person || now.Role != s.actor.Role || now.Centre != s.actor.Centre {
		return errs.New(errs.Unauthenticated, "error.unauthenticated")
	}
	return access.Check(now, access.QueueRead)
}

// tell sends one message about the cases of a batch, each once, however often it changed. A batch may begin with what was
// told before: the hub and the look back overlap.
func (s *stream) tell(batch []cases.Changed) error {
	newest, written, from := map[string]int64{}, map[string]bool{}, s.at
	var order []string
	for _, c := range batch {
		if c.Pos <= from {
			continue
		}
		if s.at = max(s.at, c.Pos); newest[c.Number] == 0 {
			order = append(order, c.Number)
		}
		newest[c.Number] = c.Pos
		written[c.Number] = written[c.Number] || said(c.Kind)
	}
	if len(newest) == 0 {
		return nil
	}
	var html strings.Builder
	page := QueuePage{Page: s.Site.Page(s.r, "nav.queue", "queue")}
	for _, number := range order {
		one, err := s.caseHTML(page, number, newest[number], written[number])
		if errs.KindOf(err) == errs.NotFound && err != nil {
			continue
		}
		if err != nil {
			return err
		}
		s.seen[number] = true
		html.WriteString(one)
	}
	rail, err := s.railHTML(page)
	if err != nil {
		return err
	}
	html.WriteString(rail)
	return s.write(fmt.Sprintf("id: %d\ndata: %s\n\n", s.at, strings.ReplaceAll(strings.TrimSpace(html.String()), "\n", "\ndata: ")))
}

func (s *stream) caseView(ctx context.Context, p web.Page, number string, written bool) (LiveView, error) {
	c, err := s.Cases.Get(ctx, s.actor, number)
	if err != nil {
		return LiveView{}, err
	}
	row := s.row(p, c, "", "")
	v := LiveView{Row: &row, Newer: written}
	for _, k := range c.Clocks {
		v.Clocks = append(v.Clocks, clockBox(p, k, c.Suspended))
	}
	return v, nil
}

func (s *stream) railView(n cases.Counts) LiveView {
	v := LiveView{Changed: len(s.seen)}
	queue, due := s.queueItems(n)
	for _, item := range append(queue, due) {
		v.Counts = append(v.Counts, Count{item.Key, bounded(min(item.Count, cases.CountedTo-1), item.Count >= cases.CountedTo)})
	}
	return v
}

func (s *stream) render(page QueuePage, v LiveView) (string, error) {
	page.Live, page.Now = "", &v
	return s.Site.HTML("live", page)
}

// write sends text at once. Time is the machine's here: the reader's network knows no other.
func (s *stream) write(text string) error {
	err := s.out.SetWriteDeadline(clock.Real{}.Now().Add(writeTime))
	if err != nil && !errors.Is(err, http.ErrNotSupported) {
		return err
	}
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.out.Flush()
}
