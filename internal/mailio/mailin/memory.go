package mailin

import (
	"bytes"
	"errors"
	"io"
	"sync"
)

// What the mails that are being read may take, over all connections together. A mail costs a multiple of its bytes while it
// is taken apart; so large ones are taken apart one after the other.
const (
	maxReading = 96 << 20 // bytes of mails that are read or wait to be handled
	readStep   = 64 << 10 // bytes by which a mail's room grows at first
	largeFrom  = 2 << 20  // bytes from which on a mail is a large one
)

// errNoRoom says that the mails of the moment fill the room; the sender tries again.
var errNoRoom = errors.New("no room for another mail now")

// room bounds the bytes of all mails in memory.
type room struct {
	mu    sync.Mutex
	left  int
	keep  int           // bytes that are left to small mails
	large chan struct{} // held by the large mail that is taken apart
}

func newRoom(n int) *room { return &room{left: n, keep: n / 4, large: make(chan struct{}, 1)} }

// take takes n further bytes for a mail of so many.
func (r *room) take(n, has int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.left || has+n > largeFrom && n > r.left-r.keep {
		return false
	}
	r.left -= n
	return true
}

func (r *room) give(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
}

// read reads a mail as far as there is room for it. The caller gives taken back when the mail is dealt with, also after an
// error.
func (r *room) read(from io.Reader) (raw []byte, taken int, err error) {
	var b bytes.Buffer
	for {
		step := max(readStep, b.Len()) // it grows as the buffer does: to twice its size
		if !r.take(step, b.Len()) {
			return nil, taken, errNoRoom
		}
		taken += step
		n, err := io.CopyN(&b, from, int64(step))
		if errors.Is(err, io.EOF) {
			r.give(step - int(n))
			return b.Bytes(), taken - (step - int(n)), nil
		}
		if err != nil {
			return nil, taken, err
		}
	}
}
