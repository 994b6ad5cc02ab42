package disktest

import (
	"math/rand/v2"
	"os"
	"path/filepath"
)

// sector is the unit in which a disk writes: a write that the power cut tears is whole in each of them.
const sector = 512

// Power plays a recorded run up to points and cuts the power there.
type Power struct {
	ops   []Op
	next  int
	files map[string]*held
	acks  []int
}

// held is a file on the disk: what is safe, and what was written since the last sync.
type held struct {
	safe    []byte
	pending []Op
}

// NewPower begins before the first act.
func NewPower(ops []Op) *Power { return &Power{ops: ops, files: map[string]*held{}} }

// CutAt plays on until act k and leaves in dir what a power cut then leaves: what was synced, and of the rest any part,
// in sectors, in any order. It gives the commits that were acknowledged before. Points must not go back.
func (p *Power) CutAt(k int, rng *rand.Rand, dir string) (acked []int, err error) {
	for ; p.next < k; p.next++ {
		p.play(p.ops[p.next])
	}
	for name, f := range p.files {
		if err := os.WriteFile(filepath.Join(dir, name), f.left(rng), 0o600); err != nil {
			return nil, err
		}
	}
	return p.acks, nil
}

func (p *Power) play(op Op) {
	if op.Kind == Acked {
		p.acks = append(p.acks, op.Ack)
		return
	}
	f := p.files[op.File]
	if f == nil {
		f = &held{}
		p.files[op.File] = f
	}
	switch op.Kind {
	case Synced:
		for _, o := range f.pending {
			f.safe = apply(f.safe, o)
		}
		f.pending = nil
	case Deleted:
		delete(p.files, op.File)
	default:
		f.pending = append(f.pending, op)
	}
}

// left is one of the states that the file may be found in.
func (f *held) left(rng *rand.Rand) []byte {
	out := append([]byte(nil), f.safe...)
	lost := rng.Float64() // of the pending sectors
	for _, i := range rng.Perm(len(f.pending)) {
		op := f.pending[i]
		if op.Kind == Cut {
			if rng.Float64() >= lost {
				out = apply(out, op)
			}
			continue
		}
		for at := 0; at < len(op.Data); at += sector {
			if rng.Float64() >= lost {
				out = apply(out, Op{Kind: Wrote, At: op.At + int64(at), Data: op.Data[at:min(at+sector, len(op.Data))]})
			}
		}
	}
	return out
}

func apply(b []byte, op Op) []byte {
	end := op.At
	if op.Kind == Wrote {
		end += int64(len(op.Data))
	}
	for int64(len(b)) < end {
		b = append(b, make([]byte, end-int64(len(b)))...)
	}
	if op.Kind == Cut {
		return b[:op.At]
	}
	copy(b[op.At:], op.Data)
	return b
}
