package blob

import (
	"errors"
	"io"
	"os"
)

// disk is what Put asks of the file system. The order of its calls is what survives a power cut: the bytes are synced
// before they get their name, and the name and every new folder before anybody hears of it. Tests put other disks here.
type disk struct {
	create func(dir string) (receiver, error) // a file of a new name
	mkdir  func(path string) error            // with its parents
	rename func(from, to string) error
	sync   func(dir string) error // makes the names in a folder durable
}

// receiver is the file that is being received.
type receiver interface {
	io.WriteCloser
	Name() string
	Sync() error
}

func machine() disk {
	return disk{
		create: func(dir string) (receiver, error) { return os.CreateTemp(dir, "part-*") },
		mkdir:  func(path string) error { return os.MkdirAll(path, 0o700) },
		rename: os.Rename,
		sync:   syncDir,
	}
}

func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
