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
	raw, taken, err := r.read(strings.NewReader(strings.Repeat("x", 700<<10)))
	if err != nil || len(raw) != 700<<10 || taken != len(raw) || r.left != 1<<20-taken {
		t.Fatalf("%d bytes, %d taken, %d left, %v", len(raw), taken, r.left, err)
	}
	if _, second, err := r.read(strings.NewReader(strings.Repeat("x", 700<<10))); !errors.Is(err, errNoRoom) {
		t.Fatalf("a second one: %v", err)
	} else {
		r.give(second)
	}
	broken := errors.New("the line broke")
	_, third, err := r.read(io.MultiReader(bytes.NewReader(make([]byte, 100<<10)), failing{broken}))
	if !errors.Is(err, broken) {
		t.Fatal(err)
	}
	r.give(third)
	r.give(taken)
	if r.left != 1<<20 {
		t.Errorf("%d bytes are lost", 1<<20-r.left)
	}
}

// However many large mails come, or however slowly, small ones are taken.
func TestLargeMailsLeaveRoomToSmallOnes(t *testing.T) {
	r := newRoom(16 << 20)
	large := func() io.Reader { return io.LimitReader(zeros{}, 7<<20) }
	if _, _, err := r.read(large()); err != nil {
		t.Fatal(err)
	}
	_, taken, err := r.read(large())
	if !errors.Is(err, errNoRoom) {
		t.Fatalf("a second large one: %v", err)
	}
	if _, _, err := r.read(strings.NewReader("It fails.")); err != nil {
		t.Errorf("a small one beside %d bytes: %v", taken, err)
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { clear(b); return len(b), nil }

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
