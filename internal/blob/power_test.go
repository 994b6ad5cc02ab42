package blob

import (
	"bytes"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liaison/internal/id"
)

// tape writes down what the store asks of the disk, and what it acknowledged.
type tape struct {
	root string // of the store
	acts []act
}

type act struct {
	kind string // write, sync, mkdir, rename, names, ack
	path string
	to   string
	data []byte
	key  Key
}

func (p *tape) add(a act) { p.acts = append(p.acts, a) }

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
		sync: func(dir string) error {
			p.add(act{kind: "names", path: dir})
			return m.sync(dir)
		},
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
	f.tape.add(act{kind: "sync", path: f.Name()})
	return f.file.Sync()
}

// after builds in dir what a power cut at act k may leave: what was synced is there, the rest by chance.
func (p *tape) after(t testing.TB, k int, rng *rand.Rand, dir string) (acked []Key) {
	t.Helper()
	content, synced := map[string][]byte{}, map[string]bool{}
	made, named := map[string]bool{}, map[string]string{} // folders, files by name; false and gone unless synced
	sure := map[string]bool{}
	for _, a := range p.acts[:k] {
		switch a.kind {
		case "write":
			content[a.path] = append(content[a.path], a.data...)
		case "sync":
			synced[a.path] = true
		case "mkdir":
			made[a.path] = true
		case "rename":
			named[a.to] = a.path
		case "names":
			for path := range made {
				sure[path] = sure[path] || filepath.Dir(path) == a.path
			}
			for path := range named {
				sure[path] = sure[path] || filepath.Dir(path) == a.path
			}
		case "ack":
			acked = append(acked, a.key)
		}
	}
	there := func(path string) bool { // with every folder above it
		for ; path != p.root; path = filepath.Dir(path) {
			if (made[path] || named[path] != "") && !sure[path] && rng.IntN(2) == 0 {
				return false
			}
		}
		return true
	}
	for path, from := range named {
		if !there(path) {
			continue
		}
		data := content[from]
		if !synced[from] {
			data = data[:rng.IntN(len(data)+1)]
		}
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

// cutRun stores some files on a taped disk, cuts the power at n points, and counts the acknowledged files that do not read.
func cutRun(t *testing.T, change func(*disk), n int) (lost int) {
	t.Helper()
	s, ring := open(t)
	p := &tape{root: s.dir}
	s.disk = p.disk()
	change(&s.disk)
	want := map[id.ID][]byte{}
	for size := range 8 {
		key := newKey(t, ring)
		key.ID[15] = byte(size % 3) // some share a folder, which is made once
		want[key.ID] = content(size * 20_000)
		if _, _, err := s.Put(t.Context(), key, bytes.NewReader(want[key.ID])); err != nil {
			t.Fatal(err)
		}
		p.add(act{kind: "ack", key: key})
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range n {
		dir := t.TempDir()
		acked := p.after(t, rng.IntN(len(p.acts)+1), rng, dir)
		left, err := New(dir, s.limit)
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
