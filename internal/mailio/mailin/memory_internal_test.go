package mailin

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
)

// All connections together hold no more than the room has: who comes too much is asked to come again, and what was taken is
// given back to the byte.
func TestMailsOfAllConnectionsShareOneRoom(t *testing.T) {
	r := newRoom(1 << 20)
	first, err := r.read(strings.NewReader(strings.Repeat("x", 700<<10)), 1<<20, nil)
	if err != nil || first.mail.Kept() != 700<<10 || first.taken != 700<<10 || r.left != 1<<20-first.taken {
		t.Fatalf("%d bytes, %d taken, %d left, %v", first.mail.Kept(), first.taken, r.left, err)
	}
	second, err := r.read(strings.NewReader(strings.Repeat("x", 700<<10)), 1<<20, nil)
	if !errors.Is(err, errNoRoom) {
		t.Fatalf("a second one: %v", err)
	}
	second.end()
	broken := errors.New("the line broke")
	third, err := r.read(io.MultiReader(bytes.NewReader(make([]byte, 100<<10)), failing{broken}), 1<<20, nil)
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	third.end()
	first.end()
	if r.left != 1<<20 {
		t.Errorf("%d bytes are lost", 1<<20-r.left)
	}
}

// However many large mails come, or however slowly, small ones are taken.
func TestLargeMailsLeaveRoomToSmallOnes(t *testing.T) {
	r := newRoom(16 << 20)
	large := func() io.Reader { return io.LimitReader(zeros{}, 7<<20) }
	if _, err := r.read(large(), 8<<20, nil); err != nil {
		t.Fatal(err)
	}
	second, err := r.read(large(), 8<<20, nil)
	if !errors.Is(err, errNoRoom) {
		t.Fatalf("a second large one: %v", err)
	}
	if _, err := r.read(strings.NewReader("It fails."), 8<<20, nil); err != nil {
		t.Errorf("a small one beside %d bytes: %v", second.taken, err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
