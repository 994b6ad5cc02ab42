package web

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"liaison/internal/cases"
)

// hubEvery is how often the hub looks for new lines of the journal. One look serves every viewer.
const hubEvery = 250 * time.Millisecond

// hubBatch is how many lines one look takes.
const hubBatch = 500

// viewerBuffer is how many batches a viewer may lag behind before it is cut; its browser connects again.
const viewerBuffer = 32

// Changes gives what happened to cases after a position of the journal, in commit order.
type Changes func(ctx context.Context, after int64, limit int) ([]cases.Changed, int64, error)

// Hub follows the journal and tells viewers which cases changed. It holds numbers only: what a viewer may see is
// asked for by the viewer's own rights.
type Hub struct {
	changes Changes
	log     *slog.Logger

	mu      sync.Mutex
	viewers map[*Watcher]bool
	closed  bool
}

// Watcher is one open page.
type Watcher struct {
	C    <-chan []cases.Changed // closed when the hub closes or the viewer lags too far behind
	send chan []cases.Changed
}

// NewHub makes a hub; Run lets it work.
func NewHub(changes Changes, log *slog.Logger) *Hub {
	return &Hub{changes: changes, log: log, viewers: map[*Watcher]bool{}}
}

// Run follows the journal until ctx ends.
func (h *Hub) Run(ctx context.Context) {
	defer h.Close()
	tick := time.NewTicker(hubEvery)
	defer tick.Stop()
	var at int64 = -1
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		next, err := h.look(ctx, at)
		if err != nil {
			if ctx.Err() == nil {
				h.log.ErrorContext(ctx, "live views cannot follow the journal", "error", err)
			}
			continue
		}
		at = next
	}
}

// look reads what is new after a position and passes it on. Before the first look nothing is new.
func (h *Hub) look(ctx context.Context, at int64) (int64, error) {
	for {
		changed, next, err := h.changes(ctx, at, hubBatch)
		if err != nil {
			return at, err
		}
		if at >= 0 && len(changed) > 0 {
			h.tell(changed)
		}
		if next == at || at < 0 {
			return next, nil
		}
		at = next
	}
}

func (h *Hub) tell(changed []cases.Changed) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for v := range h.viewers {
		select {
		case v.send <- changed:
		default:
			h.drop(v)
		}
	}
}

// Join opens a view; the caller calls Leave when its page is gone.
func (h *Hub) Join() *Watcher {
	c := make(chan []cases.Changed, viewerBuffer)
	v := &Watcher{C: c, send: c}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		close(c)
		return v
	}
	h.viewers[v] = true
	return v
}

// Leave closes a view.
func (h *Hub) Leave(v *Watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.drop(v)
}

func (h *Hub) drop(v *Watcher) {
	if h.viewers[v] {
		delete(h.viewers, v)
		close(v.send)
	}
}

// Close ends every view, so that the server can stop.
func (h *Hub) Close() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.closed = true
	for v := range h.viewers {
		h.drop(v)
	}
}
