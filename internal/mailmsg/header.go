package mailmsg

import (
	"bytes"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
)

// field is one header field as it came, unfolded.
type field struct{ name, value string }

// header is the head of a mail in the order in which it came: the order is what tells a relay's lines from a sender's.
type header []field

// splitHead cuts a mail at its first empty line. Line ends may be of any kind.
func splitHead(raw []byte) (head, body []byte) {
	for at := 0; at < len(raw); {
		end := bytes.IndexByte(raw[at:], '\n')
		if end < 0 {
			break
		}
		if len(bytes.TrimRight(raw[at:at+end], "\r")) == 0 {
			return raw[:at], raw[at+end+1:]
		}
		at += end + 1
	}
	return raw, nil
}

// readHeader reads the fields. What is no field (no colon, a blank in the name) is passed over.
func readHeader(head []byte) (h header) {
	var folded []byte // the value that is being read: a field may go on over any number of lines
	end := func() {
		if len(h) > 0 {
			h[len(h)-1].value = string(folded)
		}
	}
	defer func() { end() }()
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
			folded = append(append(folded, ' '), bytes.TrimSpace(line)...)
			continue
		}
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.TrimRight(name, " \t")
		if ok && len(name) > 0 && !bytes.ContainsAny(name, " \t") {
			end()
			h, folded = append(h, field{name: strings.ToLower(string(name))}), append(folded[:0], bytes.TrimSpace(value)...)
		}
	}
	return h
}

// all gives the values of a name in lower case, topmost first.
func (h header) all(name string) (values []string) {
	for _, f := range h {
		if f.name == name {
			values = append(values, f.value)
		}
	}
	return values
}

// get gives the topmost value of a name, "" when there is none.
func (h header) get(name string) string {
	for _, f := range h {
		if f.name == name {
			return f.value
		}
	}
	return ""
}

func (h header) has(name string) bool { return len(h.all(name)) > 0 }

// decodeWords reads RFC 2047 words. Words that were cut in the middle of a letter are joined first.
func decodeWords(s string) string {
	d := mime.WordDecoder{CharsetReader: charsetReader}
	out, err := d.DecodeHeader(joinWords(s))
	if err != nil {
		out = s
	}
	return visible(toUTF8(out))
}

// toUTF8 reads bytes that say nothing of their charset: UTF-8 when they are that, else GB 18030, which old Chinese
// clients write without saying so.
func toUTF8(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	if out, err := simplifiedchinese.GB18030.NewDecoder().String(s); err == nil {
		return strings.ToValidUTF8(out, "�")
	}
	return strings.ToValidUTF8(s, "�")
}

// visible makes one line of s without characters that cannot be seen or that turn the direction of the text.
func visible(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// messageIDs reads the ids in angle brackets of a References or In-Reply-To field, at most 100.
func messageIDs(values []string) (ids []string) {
	for _, v := range values {
		for len(ids) < 100 {
			_, rest, ok := strings.Cut(v, "<")
			one, after, closed := strings.Cut(rest, ">")
			if !ok || !closed {
				break
			}
			if one = strings.TrimSpace(one); one != "" && !strings.ContainsAny(one, " \t<") {
				ids = append(ids, one)
			}
			v = after
		}
	}
	return ids
}
