package mailmsg

import (
	"bytes"
	"slices"
	"strings"
)

// tooComplex counts what would nest or divide before anything is decoded. Lines that only look like parts, in a log or a
// script, count for nothing: a part begins where a boundary says so that the head, or the head of a part, has declared.
func tooComplex(head, body []byte, l Limits) bool {
	s := shape{}
	s.declare(head)
	var block []byte // the head of a part, while it is read
	inHead := false
	for line := range bytes.Lines(body) {
		switch {
		case s.delimits(line):
			s.declare(block)
			block, inHead = block[:0], true
			s.parts++
		case inHead && len(bytes.TrimRight(line, "\r\n")) == 0:
			s.declare(block)
			block, inHead = block[:0], false
		case inHead && len(block) < maxHead:
			block = append(block, line[:min(len(line), maxAddresses)]...)
		}
		if s.nested > l.Depth || s.parts > 10*l.Parts {
			return true
		}
	}
	return false
}

// shape is how a mail is divided.
type shape struct {
	boundaries    []string // beginnings of those that were declared
	nested, parts int
}

// maxBoundaries is how many boundaries are told apart; beyond them every line that may be one is one.
const maxBoundaries = 200

// declare notes the boundaries that a head names, each as far as all readers agree on it.
func (s *shape) declare(head []byte) {
	text := strings.ToLower(string(head))
	if !strings.Contains(text, "multipart") && !strings.Contains(text, "boundary") {
		return
	}
	s.nested++
	found := false
	for rest := text; ; {
		at := strings.Index(rest, "boundary")
		if at < 0 {
			break
		}
		rest = rest[at+len("boundary"):]
		if value, ok := declared(rest); ok {
			found = true
			s.add(value)
		}
	}
	if !found {
		s.add("")
	}
}

// declared reads what follows the word: "=b", "*0*=utf-8”b", "= \"b c\"".
func declared(s string) (value string, ok bool) {
	name, value, ok := strings.Cut(s, "=")
	if !ok || strings.Trim(name, " \t\r\n*0123456789") != "" {
		return "", false
	}
	value = strings.TrimLeft(value, " \t\r\n\"'=")
	if strings.Contains(name, "*") {
		if _, after, coded := strings.Cut(value, "''"); coded {
			value = after
		}
	}
	end := strings.IndexFunc(value, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_.+=:/'", r)
	})
	if end >= 0 {
		value = value[:end]
	}
	return value, true
}

func (s *shape) add(value string) {
	value = value[:min(len(value), 100)]
	if len(s.boundaries) >= maxBoundaries {
		value = ""
	}
	if !slices.Contains(s.boundaries, value) {
		s.boundaries = append(s.boundaries, value)
	}
}

// delimits reports whether a line may begin a part; one that ends them does not.
func (s *shape) delimits(line []byte) bool {
	if !bytes.HasPrefix(line, []byte("--")) {
		return false
	}
	rest := strings.ToLower(strings.TrimRight(string(line[2:min(len(line), 300)]), " \t\r\n"))
	for _, b := range s.boundaries {
		if strings.HasPrefix(rest, b) && (b == "" || rest != b+"--") {
			return true
		}
	}
	return false
}
