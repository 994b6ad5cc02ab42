package mailmsg

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// rough is the text of a mail that is not divided into its parts: its lines, read as their part declares them, without those
// that hold the coded bytes of anything but text.
func rough(body []byte, limit int) string {
	var out strings.Builder
	var p stretch
	begins := false
	for line := range bytes.Lines(body) {
		line = bytes.TrimRight(line, "\r\n")
		if begins && headOfPart(line) {
			out.WriteString(p.text())
			p = stretch{inHead: true}
		}
		begins = bytes.HasPrefix(line, []byte("--"))
		if out.Len()+len(p.bytes)+len(line) > limit {
			break
		}
		p.add(line)
	}
	out.WriteString(p.text())
	return readable(out.String())
}

// headOfPart reports whether a line that follows one which may be a boundary begins the head of a part.
func headOfPart(line []byte) bool {
	begin := strings.ToLower(string(line[:min(len(line), 20)]))
	return strings.HasPrefix(begin, "content-") || strings.HasPrefix(begin, "mime-version:")
}

// stretch is the lines of a body from where a part may begin to where the next one may.
type stretch struct {
	inHead bool
	coding string // Content-Transfer-Encoding
	plain  bool   // declared as plain text
	file   bool   // an attachment, or something with a name
	bytes  []byte // decoded
}

func (p *stretch) text() string {
	if len(p.bytes) > 0 && p.bytes[len(p.bytes)-1] != '\n' {
		p.bytes = append(p.bytes, '\n')
	}
	return toUTF8(string(p.bytes))
}

func (p *stretch) add(line []byte) {
	switch {
	case p.inHead:
		p.inHead = len(line) > 0
		p.declare(line)
	case p.coding == "quoted-printable":
		decoded, goesOn := unquoted(line)
		p.bytes = append(p.bytes, decoded...)
		if goesOn {
			return
		}
		p.bytes = append(p.bytes, '\n')
		return
	case p.coding == "base64":
		if p.plain && !p.file {
			decoded, err := base64.StdEncoding.DecodeString(string(line))
			if err == nil {
				p.bytes = append(p.bytes, decoded...)
			}
		}
		return
	case codedLine(line):
		return
	}
	p.bytes = append(append(p.bytes, line...), '\n')
}

// declare notes what a line of a part's head says about its bytes.
func (p *stretch) declare(line []byte) {
	field := strings.ToLower(string(line[:min(len(line), maxAddresses)]))
	name, value, _ := strings.Cut(field, ":")
	value = strings.TrimSpace(value)
	switch name {
	case "content-transfer-encoding":
		p.coding = value
	case "content-type":
		p.plain = strings.HasPrefix(value, "text/plain")
	case "content-disposition":
		p.file = p.file || strings.HasPrefix(value, "attachment")
	}
	p.file = p.file || strings.Contains(field, "name=") || strings.Contains(field, "name*")
}

// codedLine reports whether a line is of base64, whatever was declared: long, and of nothing but its letters. Chinese is
// written without blanks, and so are addresses of pages.
func codedLine(line []byte) bool {
	return len(line) >= 60 && len(bytes.Trim(line, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=")) == 0
}

// unquoted decodes a line of quoted-printable as far as it is any; goesOn says that the next one continues it.
func unquoted(line []byte) (out []byte, goesOn bool) {
	line = bytes.TrimRight(line, " \t")
	if goesOn = bytes.HasSuffix(line, []byte("=")); goesOn {
		line = line[:len(line)-1]
	}
	for i := 0; i < len(line); i++ {
		if line[i] == '=' && i+2 < len(line) {
			if b, err := hex.DecodeString(string(line[i+1 : i+3])); err == nil {
				out = append(out, b...)
				i += 2
				continue
			}
		}
		out = append(out, line[i])
	}
	return out, goesOn
}
