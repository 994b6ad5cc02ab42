package disktest

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// Kind is what happened to a file.
type Kind int

// The kinds. Acked is no act on a file: the caller was told that a commit is durable.
const (
	Wrote Kind = iota
	Cut
	Synced
	Deleted
	Acked
)

// Op is one thing that happened, in order.
type Op struct {
	Kind Kind
	File string // base name
	At   int64  // offset of Wrote; new length of Cut
	Data []byte
	Ack  int
}

// Result codes of SQLite that a fault may give.
const (
	Fine      int32 = 0
	Full      int32 = 13
	ReadOnly  int32 = 8
	FailFsync int32 = 10 | 4<<8
)

// Disk is what SQLite does below one folder.
type Disk struct {
	dir    string
	mu     sync.Mutex
	record bool
	ops    []Op
	fault  func(Op) int32
}

// Watch puts a Disk under the databases in dir until the test ends. With record it keeps every act and its bytes.
func Watch(tb testing.TB, dir string, record bool) *Disk {
	tb.Helper()
	s, err := installed()
	if err != nil {
		tb.Fatal(err)
	}
	d := &Disk{dir: filepath.Clean(dir) + "/", record: record}
	s.add(d)
	tb.Cleanup(func() { s.remove(d) })
	return d
}

// Fail has fault asked before every act; what it gives other than Fine is the act's failure. nil ends it.
func (d *Disk) Fail(fault func(Op) int32) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = fault
}

// Ack writes down that commit n was acknowledged.
func (d *Disk) Ack(n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ops = append(d.ops, Op{Kind: Acked, Ack: n})
}

// Ops are the acts so far.
func (d *Disk) Ops() []Op {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ops
}

// act runs do unless the act fails, and writes it down when it did not.
func (d *Disk) act(op Op, do func() int32) int32 {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fault != nil {
		if rc := d.fault(op); rc != Fine {
			return rc
		}
	}
	rc := do()
	if rc == Fine && d.record {
		op.Data = append([]byte(nil), op.Data...)
		d.ops = append(d.ops, op)
	}
	return rc
}

// holds reports whether a file is on this disk; -shm files are memory, and no disk.
func (d *Disk) holds(path string) bool {
	return strings.HasPrefix(path, d.dir) && !strings.HasSuffix(path, "-shm")
}
