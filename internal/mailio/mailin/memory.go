package mailin

import (
	"context"
	"errors"
	"io"
	"sync"

	"liaison/internal/mailmsg"
)

// What the mails that are being read may take, over all connections and inboxes together. A mail costs a multiple of its
// bytes while it is taken apart; so large ones are taken apart one after the other.
const (
	maxReading = 96 << 20 // bytes of mails that are read or wait to be handled
	readStep   = 64 << 10 // bytes by which a mail's room grows at first
	largeFrom  = 2 << 20  // bytes from which on a mail is a large one
)

// errNoRoom says that the mails of the moment fill the room; the sender tries again.
var errNoRoom = errors.New("no room for another mail now")

// errTooLong says that more came of a mail than is taken of one.
var errTooLong = errors.New("longer than the longest mail that is taken")

// measured is a mail as it comes, of which no more than left bytes are taken. Who goes on beyond them is read to the one byte that
// tells.
type measured struct {
	from io.Reader
	left int64
}

// Read is the mail's, until too much has come.
func (m *measured) Read(p []byte) (int, error) {
	if m.left < 0 {
		return 0, errTooLong
	}
	n, err := m.from.Read(p[:min(int64(len(p)), m.left+1)])
	if m.left -= int64(n); m.left < 0 {
		return 0, errTooLong
	}
	return n, err
}

// Room bounds the bytes of all mails in memory. Listeners and pollers share one.
type Room struct {
	mu    sync.Mutex
	left  int
	keep  int           // bytes that are left to small mails
	large chan struct{} // held by the large mail that is taken apart
}

// NewRoom makes the room for mails of at most so many bytes each.
func NewRoom(maxBytes int64) *Room { return newRoom(int(max(maxReading, 3*maxBytes))) }

func newRoom(n int) *Room { return &Room{left: n, keep: n / 4, large: make(chan struct{}, 1)} }

// take takes n further bytes for a mail of so many.
func (r *Room) take(n, has int) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if n > r.left || has+n > largeFrom && n > r.left-r.keep {
		return false
	}
	r.left -= n
	return true
}

func (r *Room) give(n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.left += n
}

// incoming is a mail that is in memory, or what is kept of it.
type incoming struct {
	room  *Room
	mail  *mailmsg.Thinner
	sigs  *signatures // of the whole, when not all of it is kept
	taken int
}

// read reads a mail as far as there is room for it, and keeps at most so many bytes of it: files that do not fit are left out.
// watch, which may be nil, is asked to look through a mail that is not kept whole. The caller ends what it gets, also after an
// error.
func (r *Room) read(from io.Reader, most int64, watch func() *signatures) (in *incoming, err error) {
	in = &incoming{room: r, mail: mailmsg.NewThinner(int(most))}
	if watch != nil {
		in.mail.Whole = func() io.Writer {
			in.sigs = watch()
			return in.sigs
		}
	}
	buf := make([]byte, readStep)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			if err := in.add(buf[:n]); err != nil {
				return in, err
			}
		}
		if errors.Is(err, io.EOF) {
			return in, in.whole()
		}
		if err != nil {
			return in, err
		}
	}
}

// add keeps the next bytes, for which there must be room.
func (in *incoming) add(p []byte) error {
	for in.mail.Kept()+len(p) > in.taken {
		step := max(readStep, in.taken) // it grows as a buffer does: to twice its size
		if !in.room.take(step, in.taken) {
			return errNoRoom
		}
		in.taken += step
	}
	_, err := in.mail.Write(p)
	return err
}

// whole says that the mail has been read, and gives back what it does not need.
func (in *incoming) whole() error {
	if err := in.mail.End(); err != nil {
		return err
	}
	if in.sigs != nil {
		in.sigs.end(nil)
	}
	if over := in.taken - in.mail.Kept(); over > 0 {
		in.room.give(over)
		in.taken -= over
	}
	return nil
}

// bytes gives the mail as it is kept. A large one waits until no other large one is taken apart, as long as ctx lasts; then
// ok is false.
func (in *incoming) bytes(ctx context.Context) (raw []byte, done func(), ok bool) {
	if in.mail.Kept() <= largeFrom {
		return in.mail.Bytes(), func() {}, true
	}
	select {
	case in.room.large <- struct{}{}:
		return in.mail.Bytes(), func() { <-in.room.large }, true
	case <-ctx.Done():
		return nil, func() {}, false
	}
}

// end gives the room back.
func (in *incoming) end() {
	if in.sigs != nil {
		in.sigs.end(io.ErrUnexpectedEOF)
	}
	in.room.give(in.taken)
	in.taken = 0
}
