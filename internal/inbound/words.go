package inbound

import (
	"strings"

	"liaison/internal/access"
	"liaison/internal/cases"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// said is the text of a mail as a message of a case.
type said struct {
	text   string
	quoted string
	whole  []mailmsg.File // the text as a file, when it is too long for a message
}

// words makes a message of a mail's text. Nothing of it is lost when it is longer than a message may be: a file has the
// whole; of a restricted customer, who has no files (R7.1-07), the rest stands in the part that is shown folded.
func words(m *mailmsg.Message, as access.Actor, restricted bool) said {
	out := said{quoted: m.Quoted, whole: wholeText(m.Text, restricted)}
	var rest string
	out.text, rest = fitting(m.Text, language(m, as), len(out.whole) > 0)
	if rest != "" && len(out.whole) == 0 {
		out.quoted = strings.TrimSpace(rest + "\n\n" + m.Quoted)
	}
	if text.Blank(out.text) {
		out.text = "—" // files alone, or nothing that anybody sees
	}
	return out
}

// fitting is a text as far as a case takes one, with a line about where the rest is, and the rest.
func fitting(whole, lang string, inFile bool) (fits, rest string) {
	runes := []rune(whole)
	if len(runes) <= cases.MaxText {
		return whole, ""
	}
	note := "\n\n" + cutNote(lang, inFile)
	at := cases.MaxText - len([]rune(note))
	return string(runes[:at]) + note, string(runes[at:])
}

// wholeName is the file that holds a text which is too long.
const wholeName = "message.txt"

// wholeText is a text as a file, when it is too long for a case and may be kept as one.
func wholeText(whole string, restricted bool) []mailmsg.File {
	if restricted || len(whole) <= cases.MaxText || len([]rune(whole)) <= cases.MaxText {
		return nil
	}
	return []mailmsg.File{{Name: wholeName, ContentType: "text/plain", Body: []byte(whole)}}
}

// cutNote is part of what is stored: it is written in the language of the mail, as the text around it is.
func cutNote(lang string, inFile bool) string {
	switch zh := strings.HasPrefix(lang, "zh"); {
	case zh && inFile:
		return "［原文过长，全文见附件 " + wholeName + "。］"
	case zh:
		return "［原文过长，其余部分折叠在下方。］"
	case inFile:
		return "[The text is longer than a case shows. All of it is in the file " + wholeName + ".]"
	}
	return "[The text is longer than a message shows. The rest is folded below.]"
}

func language(m *mailmsg.Message, as access.Actor) string {
	if m.Language != "" {
		return m.Language
	}
	return as.Language
}
