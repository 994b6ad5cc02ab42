package blob

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"liaison/internal/id"
)

// tape writes down what the store asks of the disk, and what it acknowledged. Several files may be on their way at once.
type tape struct {
	root string // of the store
	mu   sync.Mutex
	acts []act
}

type act struct {
	kind string // write, sync, mkdir, rename, names, ack
	path string
	to   string
	data []byte
	key  Key
	from int // of a flush: the acts before it began, which are what it makes durable
}

func (p *tape) add(a act) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.acts = append(p.acts, a)
}

// flush writes a flush down when it has ended: before that it promises nothing, and what came after its beginning may not
// be in it.
func (p *tape) flush(kind, path string, fn func() error) error {
	p.mu.Lock()
	from := len(p.acts)
	p.mu.Unlock()
	err := fn()
	p.add(act{kind: kind, path: path, from: from})
	return err
}

func (p *tape) disk() disk {
	m := machine()
	return disk{
		create: func(dir string) (receiver, error) {
			f, err := os.CreateTemp(dir, "part-*")
			return &taped{f, p}, err
		},
		mkdir: func(path string) error {
			for dir := path; strings.HasPrefix(dir, p.root+"/"); dir = filepath.Dir(dir) {
				if _, err := os.Stat(dir); err != nil {
					p.add(act{kind: "mkdir", path: dir})
				}
			}
			return m.mkdir(path)
		},
		rename: func(from, to string) error {
			p.add(act{kind: "rename", path: from, to: to})
			return m.rename(from, to)
		},
		sync: func(dir string) error { return p.flush("names", dir, func() error { return m.sync(dir) }) },
	}
}

// taped hides the file's other ways to be written to.
type taped struct {
	file *os.File
	tape *tape
}

func (f *taped) Name() string { return f.file.Name() }
func (f *taped) Close() error { return f.file.Close() }

func (f *taped) Write(b []byte) (int, error) {
	f.tape.add(act{kind: "write", path: f.Name(), data: bytes.Clone(b)})
	return f.file.Write(b)
}

func (f *taped) Sync() error {
	return f.tape.flush("sync", f.Name(), f.file.Sync)
}

// after builds in dir what a power cut at act k may leave: what was synced is there, the rest by chance.
func (p *tape) after(t testing.TB, k int, rng *rand.Rand, dir string) (acked []Key) {
	t.Helper()
	content, synced := map[string][]byte{}, map[string]int{} // by file; how many bytes are durable
	made, renamed := map[string]int{}, map[string]int{}      // folders and files, by the act that gave them their name
	named, sure := map[string]string{}, map[string]bool{}    // files by name; names that are durable
	for i, a := range p.acts[:k] {
		switch a.kind {
		case "write":
			content[a.path] = append(content[a.path], a.data...)
		case "sync":
			synced[a.path] = p.written(a.path, a.from)
		case "mkdir":
			made[a.path] = i
		case "rename":
			named[a.to], renamed[a.to] = a.path, i
		case "names":
			for _, names := range []map[string]int{made, renamed} {
				for path, at := range names {
					sure[path] = sure[path] || filepath.Dir(path) == a.path && at < a.from
				}
			}
		case "ack":
			acked = append(acked, a.key)
		}
	}
	wasMade := func(path string) bool { _, ok := made[path]; return ok }
	there := func(path string) bool { // with every folder above it
		for ; path != p.root; path = filepath.Dir(path) {
			if (wasMade(path) || named[path] != "") && !sure[path] && rng.IntN(2) == 0 {
				return false
			}
		}
		return true
	}
	for path, from := range named {
		if !there(path) {
			continue
		}
		data, whole := content[from], synced[from]
		data = data[:whole+rng.IntN(len(data)-whole+1)]
		to := filepath.Join(dir, strings.TrimPrefix(path, p.root))
		if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return acked
}

// written is how many bytes of a file had been written before an act.
func (p *tape) written(path string, before int) (n int) {
	for _, a := range p.acts[:before] {
		if a.kind == "write" && a.path == path {
			n += len(a.data)
		}
	}
	return n
}

// atOnce is how many files are stored at the same time in a cutRun, as the mails of several connections are.
const atOnce = 8

// storeAll has files stored on a taped disk: some one after the other, then some at once.
func storeAll(t *testing.T, change func(*disk)) (p *tape, want map[id.ID][]byte) {
	t.Helper()
	s, ring := open(t)
	p = &tape{root: s.dir}
	s.disk = p.disk()
	change(&s.disk)
	want = map[id.ID][]byte{}
	var keys []Key
	for n := range atOnce / 2 * 3 {
		key := newKey(t, ring)
		key.ID[15] = byte(n % 3) // some share a folder, which is made once
		keys, want[key.ID] = append(keys, key), content(n%atOnce*20_000)
	}
	put := func(key Key) {
		if _, _, err := s.Put(t.Context(), key, bytes.NewReader(want[key.ID])); err != nil {
			t.Error(err)
			return
		}
		p.add(act{kind: "ack", key: key})
	}
	for _, key := range keys[:atOnce/2] {
		put(key)
	}
	var all sync.WaitGroup
	for _, key := range keys[atOnce/2:] {
		all.Go(func() { put(key) })
	}
	all.Wait()
	return p, want
}

// cutRun stores some files on a taped disk, cuts the power at n points, and counts the acknowledged files that do not read.
func cutRun(t *testing.T, change func(*disk), n int) (lost int) {
	t.Helper()
	p, want := storeAll(t, change)
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		dir := t.TempDir()
		acked := p.after(t, rng.IntN(len(p.acts)+1), rng, dir)
		left, err := New(dir, limit)
		if err != nil {
			t.Fatal(err)
		}
		for _, key := range acked {
			if got, err := whole(left, key); err != nil || !bytes.Equal(got, want[key.ID]) {
				lost++
			}
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Fatal(err)
		}
	}
	return lost
}

func whole(s *Store, key Key) ([]byte, error) {
	f, err := s.Open(key)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }()
	return io.ReadAll(f)
}

// unsynced is a file whose bytes nobody syncs.
type unsynced struct{ *taped }

func (unsynced) Sync() error { return nil }

// R2 for files: what Put acknowledged survives every power cut; the controls leave out one step each and must lose.
func TestNoStoredFileIsLostInAPowerCut(t *testing.T) {
	t.Parallel()
	cuts, err := strconv.Atoi(os.Getenv("CUTS"))
	if err != nil {
		cuts = 300
	}
	if lost := cutRun(t, func(*disk) {}, cuts); lost > 0 {
		t.Errorf("%d acknowledged files lost", lost)
	}
	for step, leaveOut := range map[string]func(*disk){
		"the sync of the bytes": func(d *disk) {
			create := d.create
			d.create = func(dir string) (receiver, error) {
				f, err := create(dir)
				return unsynced{f.(*taped)}, err
			}
		},
		"the sync of new folders": func(d *disk) {
			sync := d.sync
			d.sync = func(dir string) error {
				if filepath.Base(dir) == "objects" {
					return nil
				}
				return sync(dir)
			}
		},
		"the sync of the names": func(d *disk) { d.sync = func(string) error { return nil } },
	} {
		if cutRun(t, leaveOut, 30) == 0 {
			t.Errorf("without %s nothing is lost: the cuts are too gentle", step)
		}
	}
}
