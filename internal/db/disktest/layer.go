package disktest

import (
	"errors"
	"path/filepath"
	"slices"
	"sync"
	"unsafe"

	"modernc.org/libc"
	sqlite "modernc.org/sqlite/lib"
)

// installed is the layer, put in once for the process: SQLite has no way to take one out safely.
var installed = sync.OnceValues(install)

// layer passes every call on to the machine's file layer, through the Disk of the file's folder where there is one.
type layer struct {
	base  uintptr // the machine's sqlite3_vfs
	vfs   *sqlite.Tsqlite3_vfs
	funcs []any // what C holds only addresses of stays here

	mu      sync.Mutex
	disks   []*Disk
	files   map[uintptr]file    // open files, by their sqlite3_file
	methods map[uintptr]uintptr // the machine's methods to ours
}

type file struct {
	disk *Disk
	name string
	base uintptr // the machine's methods
}

type (
	openFunc   = func(tls *libc.TLS, vfs, name, f uintptr, flags int32, out uintptr) int32
	deleteFunc = func(tls *libc.TLS, vfs, name uintptr, dir int32) int32
	closeFunc  = func(tls *libc.TLS, f uintptr) int32
	writeFunc  = func(tls *libc.TLS, f, buf uintptr, n int32, at int64) int32
	cutFunc    = func(tls *libc.TLS, f uintptr, size int64) int32
	syncFunc   = func(tls *libc.TLS, f uintptr, flags int32) int32
)

func install() (*layer, error) {
	tls := libc.NewTLS()
	if rc := sqlite.Xsqlite3_initialize(tls); rc != 0 {
		return nil, errors.New("SQLite does not start")
	}
	l := &layer{base: sqlite.Xsqlite3_vfs_find(tls, 0), files: map[uintptr]file{}, methods: map[uintptr]uintptr{}}
	size := unsafe.Sizeof(sqlite.Tsqlite3_vfs{})
	mem := libc.Xmalloc(tls, uint64(size))
	name, err := libc.CString("disktest")
	if mem == 0 || err != nil {
		return nil, errors.New("no memory")
	}
	l.vfs = at[sqlite.Tsqlite3_vfs](mem)
	*l.vfs = *at[sqlite.Tsqlite3_vfs](l.base)
	l.vfs.FpNext, l.vfs.FzName = 0, name
	l.vfs.FxOpen = address[openFunc](l, l.open)
	l.vfs.FxDelete = address[deleteFunc](l, l.delete)
	if rc := sqlite.Xsqlite3_vfs_register(tls, mem, 1); rc != 0 {
		return nil, errors.New("SQLite does not take the layer")
	}
	return l, nil
}

// at sees the memory at an address of C as a T.
func at[T any](p uintptr) *T { return *(**T)(unsafe.Pointer(&p)) } //nolint:gosec // addresses of C come as numbers

// address gives what the driver takes for the address of a function.
func address[F any](l *layer, f F) uintptr {
	l.funcs = append(l.funcs, f)
	return *(*uintptr)(unsafe.Pointer(&f)) //nolint:gosec // the driver keeps functions as numbers; l.funcs keeps f alive
}

// function is the other way round.
func function[F any](p uintptr) F { return *(*F)(unsafe.Pointer(&p)) } //nolint:gosec // as address

func (l *layer) add(d *Disk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.disks = append(l.disks, d)
}

func (l *layer) remove(d *Disk) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.disks = slices.DeleteFunc(l.disks, func(x *Disk) bool { return x == d })
}

func (l *layer) diskOf(path string) *Disk {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, d := range l.disks {
		if d.holds(path) {
			return d
		}
	}
	return nil
}

func (l *layer) open(tls *libc.TLS, _, name, f uintptr, flags int32, out uintptr) int32 {
	base := at[sqlite.Tsqlite3_vfs](l.base)
	rc := function[openFunc](base.FxOpen)(tls, l.base, name, f, flags, out)
	opened := at[sqlite.Tsqlite3_file](f)
	if rc != Fine || opened.FpMethods == 0 || name == 0 {
		return rc
	}
	path := libc.GoString(name)
	if d := l.diskOf(path); d != nil {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.files[f] = file{d, filepath.Base(path), opened.FpMethods}
		opened.FpMethods = l.ours(tls, opened.FpMethods)
	}
	return rc
}

// ours gives the table of methods that goes through the layer, one for each of the machine's.
func (l *layer) ours(tls *libc.TLS, base uintptr) uintptr {
	if p := l.methods[base]; p != 0 {
		return p
	}
	p := libc.Xmalloc(tls, uint64(unsafe.Sizeof(sqlite.Tsqlite3_io_methods{})))
	m := at[sqlite.Tsqlite3_io_methods](p)
	*m = *at[sqlite.Tsqlite3_io_methods](base)
	m.FxClose = address[closeFunc](l, l.close)
	m.FxWrite = address[writeFunc](l, l.write)
	m.FxTruncate = address[cutFunc](l, l.cut)
	m.FxSync = address[syncFunc](l, l.sync)
	l.methods[base] = p
	return p
}

func (l *layer) of(f uintptr) (file, *sqlite.Tsqlite3_io_methods) {
	l.mu.Lock()
	defer l.mu.Unlock()
	x := l.files[f]
	return x, at[sqlite.Tsqlite3_io_methods](x.base)
}

func (l *layer) close(tls *libc.TLS, f uintptr) int32 {
	_, m := l.of(f)
	rc := function[closeFunc](m.FxClose)(tls, f)
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.files, f)
	return rc
}

func (l *layer) write(tls *libc.TLS, f, buf uintptr, n int32, off int64) int32 {
	x, m := l.of(f)
	op := Op{Kind: Wrote, File: x.name, At: off, Data: unsafe.Slice(at[byte](buf), n)} //nolint:gosec // n bytes lie there for as long as the call lasts
	return x.disk.act(op, func() int32 { return function[writeFunc](m.FxWrite)(tls, f, buf, n, off) })
}

func (l *layer) cut(tls *libc.TLS, f uintptr, size int64) int32 {
	x, m := l.of(f)
	return x.disk.act(Op{Kind: Cut, File: x.name, At: size}, func() int32 { return function[cutFunc](m.FxTruncate)(tls, f, size) })
}

func (l *layer) sync(tls *libc.TLS, f uintptr, flags int32) int32 {
	x, m := l.of(f)
	return x.disk.act(Op{Kind: Synced, File: x.name}, func() int32 { return function[syncFunc](m.FxSync)(tls, f, flags) })
}

func (l *layer) delete(tls *libc.TLS, _, name uintptr, dir int32) int32 {
	base := at[sqlite.Tsqlite3_vfs](l.base)
	do := func() int32 { return function[deleteFunc](base.FxDelete)(tls, l.base, name, dir) }
	path := libc.GoString(name)
	if d := l.diskOf(path); d != nil {
		return d.act(Op{Kind: Deleted, File: filepath.Base(path)}, do)
	}
	return do()
}
