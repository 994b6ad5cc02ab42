package mailmsg

import (
	"bytes"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
)

// leftOutField is the field in the head of a part whose bytes were left out on the way in; its value is how many there were.
const leftOutField = "X-Left-Out"

// ErrNoFit says that a mail is too large even without its files.
var ErrNoFit = errors.New("mailmsg: the text of the mail is too large")

// Bounds of a Thinner: what would divide a mail beyond them divides it no more.
const (
	maxStretches = 5000
	maxLineStart = 1 << 10 // bytes of a line that are looked at
)

// Thinner keeps a mail that comes in within a size. When it grows beyond, the bytes of its largest file go, then those of the
// next one, while head, texts and the other files stay, and the head of the part says how many bytes it had. What fits is
// kept as it came.
type Thinner struct {
	// Whole, if not nil, is asked once, before anything is left out, for a writer that gets the mail as it comes.
	Whole func() io.Writer

	most, kept int
	thinned    bool
	all        []*stretched
	shape      shape
	block      []byte // the head that is being read
	inHead     bool
	midLine    bool   // what comes next goes on with a line
	begun      []byte // the beginning of a line of which more is to come
	whole      io.Writer
}

// stretched is a stretch of a mail: the head of a part, or what follows it.
type stretched struct {
	bytes   []byte
	file    bool // its bytes can go
	gone    bool
	letters int64 // bytes without line ends
	coded   bool  // in base64
}

// NewThinner makes a Thinner for a mail of at most so many bytes.
func NewThinner(most int) *Thinner {
	return &Thinner{most: most, inHead: true, all: []*stretched{{}}}
}

// Write takes the next bytes of the mail. Errors: ErrNoFit, or that of the writer of the whole.
func (t *Thinner) Write(p []byte) (n int, err error) {
	if t.whole == nil && t.Whole != nil && t.Kept()+len(p) > t.most {
		t.whole = t.Whole()
		for _, s := range t.all {
			if _, err := t.whole.Write(s.bytes); err != nil {
				return 0, err
			}
		}
		if _, err := t.whole.Write(t.begun); err != nil {
			return 0, err
		}
	}
	if t.whole != nil {
		if _, err := t.whole.Write(p); err != nil {
			return 0, err
		}
	}
	data := p
	if len(t.begun) > 0 {
		data, t.begun = slices.Concat(t.begun, p), nil
	}
	for line := range bytes.Lines(data) {
		if line[len(line)-1] != '\n' && !t.midLine && len(line) < maxLineStart { // too little to tell what it is
			t.begun = bytes.Clone(line)
			break
		}
		if err := t.line(line); err != nil {
			return 0, err
		}
	}
	return len(p), nil
}

// End says that the mail has ended. Error: ErrNoFit.
func (t *Thinner) End() error {
	if len(t.begun) == 0 {
		return nil
	}
	rest := t.begun
	t.begun = nil
	return t.line(rest)
}

// line takes a line, or a piece of one.
func (t *Thinner) line(line []byte) error {
	begins := !t.midLine
	t.midLine = line[len(line)-1] != '\n'
	if begins && bytes.HasPrefix(line, []byte("--")) && len(t.all) < maxStretches {
		switch start := line[:min(len(line), maxLineStart)]; {
		case t.shape.opens(start):
			t.endHead()
			t.begin(&stretched{})
			t.inHead = true
		case t.shape.closes(start):
			t.endHead()
			t.begin(&stretched{})
		}
	}
	if err := t.keep(line); err != nil {
		return err
	}
	if !t.inHead {
		return nil
	}
	if begins && len(bytes.TrimRight(line, "\r\n")) == 0 {
		t.endHead()
		return nil
	}
	if len(t.block) < maxHead {
		t.block = append(t.block, line...)
	}
	return nil
}

// endHead begins what follows a head.
func (t *Thinner) endHead() {
	if !t.inHead {
		return
	}
	t.shape.declare(t.block)
	h := readHeader(t.block)
	t.begin(&stretched{file: holdsFile(h), coded: strings.EqualFold(strings.TrimSpace(h.get("content-transfer-encoding")), "base64")})
	t.block, t.inHead = t.block[:0], false
}

func (t *Thinner) begin(s *stretched) { t.all = append(t.all, s) }

// holdsFile reports whether a part with this head becomes a file, as it is read later.
func holdsFile(h header) bool {
	kind, params := mediaType(h.get("content-type"))
	disposition, more := mediaType(h.get("content-disposition"))
	if strings.HasPrefix(kind, "multipart/") {
		return false
	}
	named := params["name"] != "" || more["filename"] != "" || strings.Contains(strings.ToLower(h.get("content-disposition")), "filename")
	return disposition == "attachment" || named || kind != "" && !strings.HasPrefix(kind, "text/")
}

// keep adds bytes to the stretch that is being read, and makes room for them.
func (t *Thinner) keep(p []byte) error {
	s := t.all[len(t.all)-1]
	s.letters += int64(len(bytes.TrimRight(p, "\r\n")))
	if s.gone {
		return nil
	}
	s.bytes = append(s.bytes, p...)
	for t.kept += len(p); t.kept > t.most; {
		largest := slices.MaxFunc(t.all, func(a, b *stretched) int { return a.weight() - b.weight() })
		if largest.weight() == 0 {
			return ErrNoFit
		}
		t.kept -= len(largest.bytes)
		largest.bytes, largest.gone, t.thinned = nil, true, true
	}
	return nil
}

// weight is how many bytes go with the stretch.
func (s *stretched) weight() int {
	if !s.file {
		return 0
	}
	return len(s.bytes)
}

// Kept is how many bytes of the mail are in memory.
func (t *Thinner) Kept() int { return t.kept + len(t.begun) }

// Thinned reports whether bytes of files were left out.
func (t *Thinner) Thinned() bool { return t.thinned }

// Bytes gives the mail as it is kept, and lets go of it.
func (t *Thinner) Bytes() []byte {
	out := make([]byte, 0, t.kept+len(t.all)*2)
	for i, s := range t.all {
		if s.gone {
			out = t.mark(out, s)
		}
		out = append(out, s.bytes...)
		t.all[i] = nil
	}
	t.all = nil
	return out
}

// mark says in the head that out ends with how large the file was.
func (t *Thinner) mark(out []byte, s *stretched) []byte {
	size := s.letters
	if s.coded {
		size = size / 4 * 3
	}
	end := "\n"
	if bytes.HasSuffix(out, []byte("\r\n")) {
		end = "\r\n"
	}
	out = bytes.TrimSuffix(out, []byte(end)) // the empty line under the head
	return append(out, leftOutField+": "+strconv.FormatInt(max(size, 1), 10)+end+end...)
}

// opens reports whether a line is a declared boundary and no more: one that only begins like it may be a line of a file.
func (s *shape) opens(line []byte) bool {
	rest := strings.ToLower(strings.TrimRight(string(line[2:min(len(line), 300)]), " \t\r\n"))
	return slices.ContainsFunc(s.boundaries, func(b string) bool { return b != "" && rest == b })
}

// closes reports whether a line ends the parts of a declared boundary.
func (s *shape) closes(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("--")) {
		return false
	}
	rest := strings.ToLower(strings.TrimRight(string(line[2:min(len(line), 300)]), " \t\r\n"))
	return slices.ContainsFunc(s.boundaries, func(b string) bool { return b != "" && rest == b+"--" })
}
