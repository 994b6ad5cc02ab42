package blob

import (
	"net/url"
	"path"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Longest file name that is kept, in bytes of UTF-8: fits every file system a receiver may save it to, with room
// for " (2)". The ending is kept up to its own limit.
const (
	maxNameBytes   = 200
	maxEndingBytes = 20
)

// CleanName turns the name that a sender gave a file into one that is harmless to show, to send in a header and to
// save: the last part of a path, without control, zero-width and direction characters, without the names and
// characters that systems reserve, and of limited length. Chinese and other letters stay. It is never empty, and
// cleaning a clean name changes nothing.
func CleanName(name string) string {
	clean := cleanOnce(name)
	for clean != name { // what was taken out may have stood between two halves of something else
		name, clean = clean, cleanOnce(clean)
	}
	return clean
}

func cleanOnce(name string) string {
	name = lastPart(strings.ToValidUTF8(name, ""))
	name = strings.Map(keep, name)
	name = strings.Trim(strings.Join(strings.Fields(name), " "), ". ")
	if name == "" {
		return "file"
	}
	if reserved(name) {
		name = "_" + name
	}
	return shorten(name)
}

// lastPart cuts a path, also one that was sent in the extended form of RFC 5987 or with encoded separators.
func lastPart(name string) string {
	const extended = "utf-8''"
	for len(name) >= len(extended) && strings.EqualFold(name[:len(extended)], extended) {
		name = name[len(extended):]
		if plain, err := url.PathUnescape(name); err == nil {
			name = strings.ToValidUTF8(plain, "")
		}
	}
	separators := strings.NewReplacer(`\`, "/", "%2f", "/", "%2F", "/", "%5c", "/", "%5C", "/", "%00", "")
	for {
		next := path.Base("/" + separators.Replace(name))
		if next == name || next == "/" {
			return strings.Trim(next, "/")
		}
		name = next
	}
}

// keep drops what cannot be seen and replaces what systems or headers give a meaning.
func keep(r rune) rune {
	switch {
	case r == '\t' || r == '\n' || r == '\r' || unicode.In(r, unicode.Zs):
		return ' '
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Variation_Selector):
		return -1
	case r == utf8.RuneError || !unicode.IsGraphic(r) || unicode.Is(unicode.Other_Default_Ignorable_Code_Point, r):
		return -1
	case strings.ContainsRune(`<>:"|?*;%/\⁄∕／＼`, r):
		return '_'
	}
	return r
}

func shorten(name string) string {
	if len(name) <= maxNameBytes {
		return name
	}
	ending := path.Ext(name)
	if len(ending) > maxEndingBytes {
		ending = ""
	}
	stem := name[:maxNameBytes-len(ending)]
	for !utf8.ValidString(stem) {
		stem = stem[:len(stem)-1]
	}
	return strings.TrimRight(stem, ". ") + strings.TrimRight(ending, ". ")
}

// reserved reports names that Windows gives to devices, with any ending.
func reserved(name string) bool {
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	stem = strings.TrimSpace(stem)
	switch stem {
	case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$":
		return true
	}
	rest, com := strings.CutPrefix(stem, "COM")
	if !com {
		rest, com = strings.CutPrefix(stem, "LPT")
	}
	const numbers = "0123456789¹²³"
	return com && utf8.RuneCountInString(rest) == 1 && strings.Contains(numbers, rest)
}

// ContentType is the type that a file is served with: from a list of harmless ones by the name's ending, whatever
// the sender said. Everything else is bytes. Files are always served as attachments; this is the second wall.
func ContentType(cleanName string) string {
	switch strings.ToLower(path.Ext(cleanName)) {
	case ".png":
		return "image/png"
	case ".jpg", ".jpeg":
		return "image/jpeg"
	case ".gif":
		return "image/gif"
	case ".webp":
		return "image/webp"
	case ".txt", ".log":
		return "text/plain; charset=utf-8"
	case ".csv":
		return "text/csv; charset=utf-8"
	case ".json":
		return "application/json"
	case ".pdf":
		return "application/pdf"
	case ".zip":
		return "application/zip"
	case ".gz", ".tgz":
		return "application/gzip"
	case ".7z":
		return "application/x-7z-compressed"
	case ".docx":
		return "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
	case ".xlsx":
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	case ".pptx":
		return "application/vnd.openxmlformats-officedocument.presentationml.presentation"
	}
	return "application/octet-stream"
}
