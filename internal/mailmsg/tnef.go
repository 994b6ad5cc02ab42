package mailmsg

import (
	"encoding/binary"
	"strings"
)

// The attributes of a TNEF container (MS-OXTNEF 2.1.3.2) that matter here.
const (
	tnefSignature  = 0x223e9f78
	tnefBody       = 0x0002800c
	tnefRendData   = 0x00069002 // begins an attachment
	tnefFileName   = 0x00018010
	tnefFileData   = 0x0006800f
	tnefHeadLength = 1 + 4 + 4 // level, attribute, length
)

// tnef takes the files and the text out of what Outlook packs into winmail.dat. What cannot be read stays one file.
func (r *reader) tnef(b []byte) {
	files, body, ok := readTNEF(b)
	if !ok {
		r.file(File{Name: "winmail.dat", ContentType: "application/ms-tnef", Body: b})
		return
	}
	for _, f := range files {
		r.file(f)
	}
	if r.plain.Len() == 0 && r.html.Len() == 0 {
		appendText(&r.plain, body, r.limits.Text)
	}
}

func readTNEF(b []byte) (files []File, body string, ok bool) {
	if len(b) < 6 || binary.LittleEndian.Uint32(b) != tnefSignature {
		return nil, "", false
	}
	for b = b[6:]; len(b) >= tnefHeadLength; {
		id, n := binary.LittleEndian.Uint32(b[1:]), int64(binary.LittleEndian.Uint32(b[5:]))
		if b = b[tnefHeadLength:]; n+2 > int64(len(b)) {
			return nil, "", false
		}
		data := b[:n]
		b = b[n+2:] // with the checksum
		switch id {
		case tnefBody:
			body = toUTF8(strings.TrimRight(string(data), "\x00"))
		case tnefRendData:
			files = append(files, File{Name: "attachment", ContentType: "application/octet-stream"})
		case tnefFileName, tnefFileData:
			if len(files) == 0 {
				continue
			}
			if f := &files[len(files)-1]; id == tnefFileData {
				f.Body = data
			} else if name := visible(toUTF8(strings.TrimRight(string(data), "\x00"))); name != "" {
				f.Name = name
			}
		}
	}
	return files, body, true
}
