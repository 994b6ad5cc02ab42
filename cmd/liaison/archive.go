package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"

	"liaison/internal/app"
	"liaison/internal/archive"
	"liaison/internal/blob"
	"liaison/internal/cases"
	"liaison/internal/config"
	"liaison/internal/db"
	"liaison/internal/errs"
	"liaison/internal/search"
	"liaison/internal/text"
)

// keyFile is the installation's key in the data folder.
func keyFile(set config.Settings) string { return filepath.Join(set.DataDir, "installation.key") }

type backupCommand struct {
	configFlag
	JSON bool   `help:"Print JSON."`
	File string `arg:"" help:"The archive to write. No file may be there yet." type:"path" placeholder:"FILE"`
}

// Run writes an archive while others work.
func (b backupCommand) Run(c *console) error {
	return withData(c, b.configFlag, func(set config.Settings, d *db.DB, files *blob.Store) error {
		p := newProgress(c.err)
		m, err := archive.Source{DB: d, Files: files, Program: version, Tell: p.tell}.Backup(c.ctx, b.File)
		p.end()
		if err != nil {
			return err
		}
		if b.JSON {
			return printJSON(c.out, m)
		}
		for _, file := range m.Missing {
			fmt.Fprintf(c.err, "liaison: file %s is missing in %s and so in the archive; run `liaison verify`\n", file, set.DataDir)
		}
		_, err = fmt.Fprintf(c.out, "%s holds %d cases, %d files and %d lines of the journal (root %s).\n"+
			"It does not hold the key %s of this installation (%s), without which nobody reads its files: keep a copy of the key elsewhere.\n",
			b.File, m.Rows["support_case"], m.Files, m.Journal.Lines, m.Journal.Root, m.KeyID, keyFile(set))
		return err
	})
}

// withData opens database and files of an installation that may be serving.
func withData(c *console, f configFlag, fn func(config.Settings, *db.DB, *blob.Store) error) error {
	set, err := f.settings(c)
	if err != nil {
		return err
	}
	if _, err := os.Stat(set.DataDir); err != nil {
		return fmt.Errorf("the data folder cannot be read: check data_dir: %w", err)
	}
	d, err := db.Open(c.ctx, string(set.DB), db.Options{})
	if err != nil {
		return err
	}
	err = d.CheckSchema(c.ctx)
	var files *blob.Store
	if err == nil {
		files, err = blob.New(archive.FilesFolder(set.DataDir), math.MaxInt64)
	}
	if err == nil {
		err = fn(set, d, files)
	}
	return errors.Join(err, d.Close())
}

type restoreCommand struct {
	configFlag
	JSON bool   `help:"Print JSON."`
	File string `arg:"" help:"The archive." type:"path" placeholder:"FILE"`
}

// Run brings an archive back into an empty data folder and an empty database.
func (r restoreCommand) Run(c *console) (err error) {
	set, err := r.settings(c)
	if err != nil {
		return err
	}
	p := newProgress(c.err)
	u, err := archive.Unpack(c.ctx, r.File, set.DataDir, p.tell)
	p.end()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, u.Close()) }()
	key, err := sameKey(set, u.Manifest.KeyID)
	if err != nil {
		return err
	}
	found, err := r.load(c, set, u)
	if err != nil {
		return err
	}
	return r.tell(c, restored{Manifest: u.Manifest, Cases: found, KeyMissing: !key}, set)
}

// restored is what `restore --json` prints: the archive as it describes itself, and what is left to do.
type restored struct {
	archive.Manifest
	Cases      int  `json:"cases"`
	KeyMissing bool `json:"keyMissing"` // the key of the installation has to be put in place before it serves
}

func (r restoreCommand) tell(c *console, out restored, set config.Settings) error {
	if r.JSON {
		return printJSON(c.out, out)
	}
	m := out.Manifest
	_, err := fmt.Fprintf(c.out, "Restored %d cases, %d files and %d lines of the journal (root %s) as they were at %s.\n"+
		"Jobs are not part of an archive: mail that waited then is never sent from this copy. What falls due from now on is sent once it serves with smtp.host set.\n",
		out.Cases, m.Files, m.Journal.Lines, m.Journal.Root, m.At.Format("2006-01-02 15:04 MST"))
	if err == nil && out.KeyMissing {
		_, err = fmt.Fprintf(c.out, "Before it serves, put the key %s of the installation to %s: without it no file can be read.\n", m.KeyID, keyFile(set))
	}
	return err
}

// sameKey refuses a data folder with another installation's key; false when there is none yet.
func sameKey(set config.Settings, want string) (there bool, err error) {
	keys, err := openKeys(set)
	if keys == nil || err != nil || want == "" || keys.ID() == want {
		return keys != nil, err
	}
	return true, errs.New(errs.Conflict, "error.wrong_key", "file", keyFile(set))
}

// openKeys reads the installation's key; nil when there is none. It never makes one.
func openKeys(set config.Settings) (*blob.Keyring, error) {
	if _, err := os.Stat(keyFile(set)); errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	return blob.ReadKeyring(keyFile(set))
}

// load fills the database and makes the search index.
func (r restoreCommand) load(c *console, set config.Settings, u *archive.Unpacked) (n int, err error) {
	d, err := db.Open(c.ctx, ownerURL(set), db.Options{})
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, d.Close()) }()
	if err := u.Into(c.ctx, d, app.Migrate); err != nil {
		return 0, err
	}
	n, err = (&cases.Service{DB: d, Index: search.New()}).Reindex(c.ctx)
	if err != nil {
		err = fmt.Errorf("data and files are restored, the search index is not: empty the database and the data folder, and restore again: %w", err)
	}
	return n, err
}

type verifyCommand struct {
	configFlag
	JSON bool   `help:"Print JSON."`
	File string `arg:"" optional:"" help:"An archive. Without it: the installation of the configuration." type:"path" placeholder:"FILE"`
}

// errProblems is the outcome of a command that has said itself what is wrong.
var errProblems = errors.New("problems were found")

// Run verifies the installation, or an archive, and ends with 1 when something is wrong.
func (v verifyCommand) Run(c *console) error {
	var r archive.Report
	var err error
	p := newProgress(c.err)
	if v.File != "" {
		r, err = archive.VerifyFile(c.ctx, v.File, p.tell)
	} else {
		err = withData(c, v.configFlag, func(set config.Settings, d *db.DB, files *blob.Store) error {
			r, err = verifyLive(c.ctx, set, d, files, p)
			return err
		})
	}
	p.end()
	if err != nil {
		return err
	}
	if err := v.print(c, r); err != nil {
		return err
	}
	if len(r.Problems) > 0 {
		return errProblems
	}
	return nil
}

func verifyLive(ctx context.Context, set config.Settings, d *db.DB, files *blob.Store, p *progress) (archive.Report, error) {
	keys, err := openKeys(set)
	if err != nil {
		return archive.Report{}, err
	}
	return archive.Live{DB: d, Cases: &cases.Service{DB: d, Blobs: files, Keys: keys}, Tell: p.tell}.Verify(ctx)
}

func (v verifyCommand) print(c *console, r archive.Report) error {
	if v.JSON {
		return printJSON(c.out, r)
	}
	words, err := text.New()
	if err != nil {
		return err
	}
	for _, f := range r.Notes {
		fmt.Fprintln(c.out, "note:", words.T(text.English, f.Key, f.Args))
	}
	for _, f := range r.Problems {
		fmt.Fprintln(c.err, "liaison:", words.T(text.English, f.Key, f.Args))
	}
	outcome := "all is well"
	if n := len(r.Problems); n > 0 {
		outcome = fmt.Sprintf("%d problems", n)
	}
	_, err = fmt.Fprintf(c.out, "%d lines of the journal (root %s), %d files: %s\n", r.Journal.Lines, r.Journal.Root, r.Files, outcome)
	return err
}
