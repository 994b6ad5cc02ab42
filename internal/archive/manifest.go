package archive

import (
	"strings"
	"time"

	"liaison/internal/id"
	"liaison/internal/journal"
)

// format is the form of the archives that this program writes, and the newest that it reads.
const format = 1

// Names of the members.
const (
	formatMember   = "liaison-archive"
	dumpMember     = "database.gz"
	manifestMember = "manifest.json"
	filesFolder    = "files/"
)

// Manifest says what an archive holds and what it was taken from.
type Manifest struct {
	Format  int              `json:"liaisonArchive"`
	Program string           `json:"program"` // version that wrote it
	Engine  string           `json:"engine"`  // sqlite, postgres
	Schema  int64            `json:"schema"`
	At      time.Time        `json:"at"`    // when it was begun, UTC
	KeyID   string           `json:"keyId"` // of the installation's key, which opens the files
	Journal Head             `json:"journal"`
	Rows    map[string]int64 `json:"rows"` // by table
	Files   int              `json:"files"`
	Missing []string         `json:"missing,omitempty"` // files that rows name and that were not there
	Members []Member         `json:"members"`           // all but the manifest
}

// Head is the tree head of the journal (RFC 6962).
type Head struct {
	Lines int64         `json:"lines"`
	Root  string        `json:"root"` // base64
	Gaps  []journal.Gap `json:"gaps,omitempty"`
}

// Member is one member of the archive.
type Member struct {
	Name   string `json:"name"`
	Size   int64  `json:"size"`
	SHA256 string `json:"sha256"` // hex
}

// fileOf reads the name of a member that is a stored file. Only the canonical form of an id is one: no other path can
// be written.
func fileOf(name string) (id.ID, bool) {
	rest, ok := strings.CutPrefix(name, filesFolder)
	if !ok {
		return id.ID{}, false
	}
	file, err := id.Parse(rest)
	return file, err == nil && !file.IsZero()
}

// Progress is how far a long command has come.
type Progress struct {
	Files int
	Bytes int64
}

// reporter counts and tells; a nil function is told nothing.
type reporter struct {
	tell func(Progress)
	at   Progress
}

func (r *reporter) file(size int64) {
	r.at.Files++
	r.at.Bytes += size
	if r.tell != nil {
		r.tell(r.at)
	}
}
