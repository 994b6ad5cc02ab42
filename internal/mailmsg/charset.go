package mailmsg

import (
	"encoding/base64"
	"io"
	"mime/quotedprintable"
	"net/textproto"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// charset knows the names that mail programs give to charsets, beside those of the web. nil: nobody knows it.
func charset(name string) encoding.Encoding {
	name, _, _ = strings.Cut(strings.ToLower(strings.TrimSpace(name)), "*") // RFC 2231: a language may follow
	switch name {
	case "gb2312", "gbk", "gb18030", "cp936", "ms936", "windows-936", "x-gbk", "gb_2312-80", "euc-cn", "csgb2312": // each holds the one before it
		return simplifiedchinese.GB18030
	case "hz-gb-2312", "hz":
		return simplifiedchinese.HZGB2312
	case "cp950", "ms950", "windows-950", "big5-eten":
		name = "big5"
	case "cp949", "ms949", "uhc", "x-windows-949":
		name = "euc-kr"
	case "cp932", "ms932":
		name = "shift_jis"
	case "cp50220", "cp50221", "iso-2022-jp-1", "iso-2022-jp-2", "iso-2022-jp-ms":
		name = "iso-2022-jp"
	}
	e, err := htmlindex.Get(name)
	if err != nil {
		return nil
	}
	return e
}

// charsetReader reads a word of a charset; of one that nobody knows, as toUTF8 does.
func charsetReader(name string, r io.Reader) (io.Reader, error) {
	if e := charset(name); e != nil {
		return e.NewDecoder().Reader(r), nil
	}
	raw, err := io.ReadAll(r)
	return strings.NewReader(toUTF8(string(raw))), err
}

// joinWords makes one word of neighbouring words of one charset, whose bytes belong together: programs cut them inside letters.
func joinWords(s string) string {
	var out []string
	words := strings.Fields(s)
	for i := 0; i < len(words); i++ {
		first, ok := encodedWord(words[i])
		if !ok {
			out = append(out, words[i])
			continue
		}
		run := []word{first}
		for i+len(run) < len(words) {
			next, ok := encodedWord(words[i+len(run)])
			if !ok || !strings.EqualFold(first.charset, next.charset) {
				break
			}
			run = append(run, next)
		}
		if content, ok := contentOf(run); ok && len(run) > 1 {
			out = append(out, "=?"+first.charset+"?B?"+base64.StdEncoding.EncodeToString(content)+"?=")
		} else {
			out = append(out, words[i:i+len(run)]...)
		}
		i += len(run) - 1
	}
	return strings.Join(out, " ")
}

// word is one of RFC 2047.
type word struct {
	charset, text string
	base64        bool // else quoted-printable
}

func encodedWord(s string) (w word, ok bool) {
	parts := strings.Split(s, "?")
	if len(parts) != 5 || parts[0] != "=" || parts[4] != "=" || parts[1] == "" || !strings.EqualFold(parts[2], "B") && !strings.EqualFold(parts[2], "Q") {
		return w, false
	}
	return word{charset: parts[1], text: parts[3], base64: strings.EqualFold(parts[2], "B")}, true
}

// contentOf are the bytes of words. The text of base64 may be cut anywhere, too: it goes on in the next word until it is whole.
func contentOf(run []word) (content []byte, ok bool) {
	carried := ""
	for i, w := range run {
		var part []byte
		var err error
		if w.base64 {
			carried += w.text
			if i+1 < len(run) && run[i+1].base64 && len(carried)%4 != 0 && !strings.HasSuffix(carried, "=") {
				continue
			}
			part, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(carried, "="))
			carried = ""
		} else {
			part, err = io.ReadAll(quotedprintable.NewReader(strings.NewReader(strings.ReplaceAll(w.text, "_", "=20"))))
		}
		if err != nil {
			return nil, false
		}
		content = append(content, part...)
	}
	return content, true
}

// declares is where a part says its charset.
var declares = regexp.MustCompile(`(?i)charset\s*=\s*"?([A-Za-z0-9._:-]{2,40})`)

// readAs reads the fields that are raw bytes as the charset that the mail names first for a text: old programs write both alike.
func (h header) readAs(head, body []byte) {
	for i := range h {
		if utf8.ValidString(h[i].value) {
			continue
		}
		found := declares.FindSubmatch(head)
		if found == nil {
			found = declares.FindSubmatch(body[:min(len(body), maxHead)])
		}
		if found == nil {
			return
		}
		e := charset(string(found[1]))
		if e == nil {
			return
		}
		if text, err := e.NewDecoder().String(h[i].value); err == nil && !strings.ContainsRune(text, utf8.RuneError) {
			h[i].value = text
		}
	}
}

// extendedParam is a name of a file in the form of RFC 2231.
var extendedParam = regexp.MustCompile(`(?i)[;\s](?:file)?name\*(\d{1,2})?(\*)?=(?:"([^"]*)"|([^;\s]*))`)

// extendedName is the name of a part's file as RFC 2231 writes it, in any charset; "" when there is none.
func extendedName(h textproto.MIMEHeader) string {
	for _, field := range []string{h.Get("Content-Disposition"), h.Get("Content-Type")} {
		if len(field) > maxAddresses {
			continue
		}
		if name := joinParams(extendedParam.FindAllStringSubmatch(field, 100)); name != "" {
			return name
		}
	}
	return ""
}

func joinParams(found [][]string) string {
	pieces := map[int]string{}
	for _, m := range found {
		n, value := 0, m[3]+m[4]
		if m[1] != "" {
			n, _ = strconv.Atoi(m[1]) // two digits
		}
		if _, seen := pieces[n]; seen {
			continue
		}
		if m[1] == "" || m[2] != "" {
			raw, err := url.PathUnescape(value)
			if err != nil {
				return ""
			}
			value = raw
		}
		pieces[n] = value
	}
	var all strings.Builder
	for n := range len(pieces) {
		all.WriteString(pieces[n])
	}
	name, rest, _ := strings.Cut(all.String(), "'")
	_, value, ok := strings.Cut(rest, "'")
	if !ok {
		return toUTF8(all.String())
	}
	if e := charset(name); e != nil {
		if text, err := e.NewDecoder().String(value); err == nil {
			return text
		}
	}
	return toUTF8(value)
}
