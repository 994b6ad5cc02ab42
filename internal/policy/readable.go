package policy

import (
	"bytes"
	"unicode/utf8"
)

// What a file of a pack may be. The parser calls itself for what stands inside of something else, so that depth costs
// more than its length; the largest file that a vendor needs is far below these.
const (
	maxFileBytes = 4 << 20
	maxDepth     = 64  // brackets within brackets
	maxIndent    = 200 // columns before the first word of a line: lists and mappings within each other
)

// unreadFile says why a file is not read at all.
type unreadFile struct {
	line int
	key  string
	args map[string]any
}

// Error is the key, for the log.
func (u unreadFile) Error() string { return u.key }

// readable refuses text that the parser should not be given: too long, in another encoding than UTF-8, or nested so
// deeply that reading it takes minutes.
func readable(text []byte) error {
	if len(text) > maxFileBytes {
		return unreadFile{line: 1, key: "pack.file_too_large", args: map[string]any{"found": len(text), "allowed": maxFileBytes}}
	}
	depth, number := 0, 0
	for line := range bytes.Lines(text) {
		number++
		if !utf8.Valid(line) || bytes.IndexByte(line, 0) >= 0 {
			return unreadFile{line: number, key: "pack.not_utf8"}
		}
		indent := len(line) - len(bytes.TrimLeft(line, " -?"))
		for _, b := range line {
			switch b {
			case '[', '{':
				depth++
			case ']', '}':
				depth = max(0, depth-1)
			}
			if depth > maxDepth || indent > maxIndent {
				return unreadFile{line: number, key: "pack.too_deep", args: map[string]any{"allowed": maxDepth}}
			}
		}
	}
	return nil
}
