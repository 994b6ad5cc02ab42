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
func (s *Service) words(m *mailmsg.Message, as access.Actor, restricted bool) said {
	out := said{quoted: m.Quoted, whole: wholeText(m.Text, restricted)}
	var rest string
	out.text, rest = s.fitting(m.Text, language(m, as), len(out.whole) > 0)
	if rest != "" && len(out.whole) == 0 {
		out.quoted = strings.TrimSpace(rest + "\n\n" + m.Quoted)
	}
	if text.Blank(out.text) {
		out.text = "—" // files alone, or nothing that anybody sees
	}
	return out
}

// fitting is a text as far as a case takes one, with a line about where the rest is, and the rest.
func (s *Service) fitting(whole, lang string, inFile bool) (fits, rest string) {
	runes := []rune(whole)
	if len(runes) <= cases.MaxText {
		return whole, ""
	}
	note := "\n\n" + s.cutNote(lang, inFile)
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
func (s *Service) cutNote(lang string, inFile bool) string {
	if inFile {
		return s.sentence(lang, "intake.cut_file", map[string]any{"file": wholeName})
	}
	return s.sentence(lang, "intake.cut_folded", nil)
}

// sentence is one of the catalogue, in a language that a mail or a person has; English for one that we do not write.
func (s *Service) sentence(lang, key string, args map[string]any) string {
	l, _ := text.ParseLang(lang)
	return s.Text.T(l, key, args)
}

// first is the text of a mail as the description of a case: what was written, and beside it what is quoted, which is shown
// folded. Of a forwarded mail the matter stands in the quote, so that all of it is the description.
func first(m *mailmsg.Message) (told, quoted string) {
	if m.Quoted == "" || m.Forwarded || text.Blank(m.Text) {
		return strings.TrimSpace(m.Text + "\n\n" + m.Quoted), ""
	}
	return m.Text, m.Quoted
}

func language(m *mailmsg.Message, as access.Actor) string {
	if m.Language != "" {
		return m.Language
	}
	return as.Language
}
