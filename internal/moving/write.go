package moving

import (
	"bufio"
	"errors"
	"io"
	"os"
	"path/filepath"

	"liaison/internal/errs"
)

// Writer takes the rows of one customer after the other and puts them into files. A file appears under its name when
// it is complete; it is readable for its owner alone, since it holds names and addresses.
type Writer interface {
	Write(rows []Row) error
	Close() error
}

// ToStream writes one YAML document per customer.
func ToStream(w io.Writer) Writer { return &stream{out: bufio.NewWriter(w)} }

type stream struct {
	out   *bufio.Writer
	begun bool
}

// Write writes one document.
func (s *stream) Write(rows []Row) error {
	text, err := writeYAML(rows)
	if err != nil {
		return err
	}
	if s.begun {
		text = append([]byte("---\n"), text...)
	}
	s.begun = true
	_, err = s.out.Write(text)
	return err
}

// Close writes what is buffered.
func (s *stream) Close() error { return s.out.Flush() }

// ToFile writes all customers into one YAML file.
func ToFile(path string) (_ Writer, err error) {
	f, err := begin(path)
	if err != nil {
		return nil, err
	}
	return &oneFile{stream{out: bufio.NewWriter(f)}, f, path}, nil
}

type oneFile struct {
	stream
	f    *os.File
	path string
}

// Close gives the file its name.
func (o *oneFile) Close() error { return finish(o.f, o.path, o.stream.Close()) }

// ToFolder writes KEY.yaml for each customer, or with csv a file for each kind.
func ToFolder(dir string, csv bool) (_ Writer, err error) {
	defer errs.Wrap(&err, "moving.ToFolder")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, errs.Because(errs.Invalid, "moving.cannot_write", err)
	}
	if !csv {
		return yamlFolder(dir), nil
	}
	w := &csvFolder{dir: dir, files: map[Kind]*os.File{}, out: map[Kind]*csvFile{}}
	for _, k := range Kinds() {
		f, err := begin(w.path(k))
		if err == nil {
			w.files[k] = f
			w.out[k], err = newCSV(f, k)
		}
		if err != nil {
			return nil, errors.Join(err, w.drop())
		}
	}
	return w, nil
}

type yamlFolder string

// Write writes the file of one customer.
func (y yamlFolder) Write(rows []Row) error {
	if len(rows) == 0 {
		return nil
	}
	text, err := writeYAML(rows)
	if err != nil {
		return err
	}
	path := filepath.Join(string(y), rows[0].customer()+".yaml")
	f, err := begin(path)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	return finish(f, path, err)
}

// Close has nothing to do.
func (y yamlFolder) Close() error { return nil }

type csvFolder struct {
	dir   string
	files map[Kind]*os.File
	out   map[Kind]*csvFile
}

func (w *csvFolder) path(k Kind) string { return filepath.Join(w.dir, string(k)+".csv") }

// Write adds the rows of one customer.
func (w *csvFolder) Write(rows []Row) error {
	for _, r := range rows {
		if err := w.out[r.Kind].write(r); err != nil {
			return err
		}
	}
	return nil
}

// Close gives the files their names.
func (w *csvFolder) Close() (err error) {
	for _, k := range Kinds() {
		err = errors.Join(err, finish(w.files[k], w.path(k), w.out[k].out.Flush()))
	}
	return err
}

func (w *csvFolder) drop() (err error) {
	for _, f := range w.files {
		err = errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return err
}

// begin opens a file beside the one it is to become.
func begin(path string) (*os.File, error) {
	f, err := os.OpenFile(path+".part", os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, errs.Because(errs.Invalid, "moving.cannot_write", err)
	}
	return f, nil
}

// finish gives the file its name, or removes it when writing has failed.
func finish(f *os.File, path string, err error) error {
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return os.Rename(f.Name(), path)
}
