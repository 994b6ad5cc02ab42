package mailmsg

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// readable makes lines of plain text: no characters that cannot be seen, no blanks at the ends, no more than two empty
// lines in a row.
func readable(s string) string {
	s = strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
	s = strings.Map(func(r rune) rune {
		switch {
		case r == '\n' || r == '\t':
			return r
		case r == '\u00a0' || r == '\u3000':
			return ' '
		case !unicode.IsPrint(r):
			return -1
		}
		return r
	}, s)
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	empty := 0
	lines = slices.DeleteFunc(lines, func(l string) bool {
		if l != "" {
			empty = 0
			return false
		}
		empty++
		return empty > 2
	})
	return strings.Trim(strings.Join(lines, "\n"), "\n")
}

// unflow joins the lines of format=flowed (RFC 3676): one that ends with a blank goes on in the next.
func unflow(s string, delete bool) string {
	var out strings.Builder
	for line := range strings.SplitSeq(strings.ReplaceAll(s, "\r\n", "\n"), "\n") {
		line = strings.TrimPrefix(line, " ") // stuffing
		if strings.HasSuffix(line, " ") && line != "-- " {
			if delete {
				line = strings.TrimSuffix(line, " ")
			}
			out.WriteString(line)
			continue
		}
		out.WriteString(line)
		out.WriteByte('\n')
	}
	return out.String()
}

// mark is how mail programs begin what they quote.
var mark = regexp.MustCompile(`(?i:^[-_ ]{2,}\s*(original message|original appointment|original-?nachricht|ursprüngliche nachricht|mensaje original|message d'origine|message original|原始邮件|原始郵件|元のメッセージ|원본 메시지|원본 메일|原文|回复的原邮件|forwarded message|转发的邮件|轉寄郵件|转发邮件信息)\s*[-_ ]*$)` +
	`|(?i:^>?\s*(on|am|le|el|il|em|op)\s.{6,300}(wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef)([^\pL].{0,200})?[:：]$)` +
	`|(?i:^>?\s*at\s+\d{4}-\d\d-\d\d\s.{4,300}wrote\s*[:：]$)` +
	`|(?i:^>?\s*[^>\s].{0,150}\d.{0,250}\s(napisała?|napisał\(a\)|pisze)\s*[:：]$)` +
	`|(?:^>?\s*\d{4}\s?년\s.{4,300}(작성|씀|썼습니다)\s*[:：]$)` +
	`|(?:^>?\s*(在|于|於)?.{4,200}(写道|寫道|的邮件|写到)\s*[:：]$)` +
	`|(?:^\d{4}年\d{1,2}月\d{1,2}日.{0,100}<[^<>\s]+@[^<>\s]+>\s*[:：]?$)` +
	`|(?:^[-—–_ ]{0,20}(Answer above this line|请在此行上方))` +
	`|(?:^_{20,}$)`)

// headLine is a line of the head that Outlook and others write above what they quote.
var headLine = regexp.MustCompile(`(?i)^\*?(from|sent|to|cc|subject|date|von|gesendet|an|betreff|datum|de|envoyé|à|objet|enviado|enviada em|para|asunto|assunto|发件人|发送时间|收件人|抄送|主题|日期|时间|寄件者|寄件日期|收件者|主旨|差出人|送信日時|宛先|件名|日時|主 ?题|보낸 사람|보낸 날짜|받는 사람|참조|제목|od|wysłano|temat)\*?\s*[:：]`)

// Fold divides the text of a mail into what was written now and what it quotes with the signature. Nothing is lost: when
// nothing seems to be written now, all of it is.
func Fold(text string) (written, quoted string) {
	lines := strings.Split(text, "\n")
	cut := firstQuoted(lines)
	written, quoted = strings.TrimSpace(strings.Join(lines[:cut], "\n")), strings.TrimSpace(strings.Join(lines[cut:], "\n"))
	if written != "" {
		return written, quoted
	}
	var own, others []string // the answer stands below or between what is quoted
	for i, l := range lines {
		if strings.HasPrefix(l, ">") || i == cut && i < len(lines)-1 && isMark(l) {
			others = append(others, l)
			continue
		}
		own = append(own, l)
	}
	written = strings.TrimSpace(strings.Join(own, "\n"))
	if written == "" || !slices.ContainsFunc(others, func(l string) bool { return strings.HasPrefix(l, ">") }) { // a forwarded mail without a word
		return strings.TrimSpace(text), ""
	}
	return written, strings.TrimSpace(strings.Join(others, "\n"))
}

func isMark(line string) bool {
	line = strings.TrimSpace(line)
	return mayMark(line) && mark.MatchString(line)
}

// mayMark looks at the ends of a line, which is all that most lines need: trying the pattern costs a thousand times more.
func mayMark(line string) bool {
	if line == "" {
		return false
	}
	last, _ := utf8.DecodeLastRuneInString(line)
	return strings.ContainsRune(":：->_", last) || line[0] == '-' || line[0] == '_' || isOurMark(line)
}

// isOurMark reports whether a line is the one over our own mails, which says to answer above it. The words are those of the
// catalogue, the dashes those of the templates of our mails.
func isOurMark(line string) bool {
	line = strings.TrimLeft(line, "-—–_ ")
	return strings.HasPrefix(line, "Answer above this line") || strings.HasPrefix(line, "请在此行上方")
}

// firstQuoted is the index of the first line that is no longer the writer's own, len(lines) when all are.
func firstQuoted(lines []string) int {
	quotesFrom := onlyQuotesFrom(lines)
	for i, l := range lines {
		t := strings.TrimSpace(l)
		if t == "" {
			continue
		}
		if l == "-- " || l == "--" || bySoftware(t) {
			return i
		}
		if strings.HasPrefix(t, ">") && i >= quotesFrom || isOurMark(t) {
			return introduced(lines, i)
		}
		two := ""
		if i+1 < len(lines) && wrapped(t, strings.TrimSpace(lines[i+1])) {
			two = t + " " + strings.TrimSpace(lines[i+1]) // an attribution that was wrapped
		}
		if len(t) < 600 && (isMark(t) || two != "" && len(two) < 600 && isMark(two)) {
			return i
		}
		if headLine.MatchString(t) && headLines(lines[i:]) >= 3 {
			return ruled(lines, i)
		}
	}
	return len(lines)
}

// introduced is where what begins at line i is announced, when it is a mail of ours: programs write who wrote and when above it,
// in the words of any language.
func introduced(lines []string, i int) int {
	if !isOurMark(strings.TrimLeft(lines[i], "> \t")) {
		return i
	}
	before := i - 1
	for before >= 0 && strings.TrimSpace(lines[before]) == "" {
		before--
	}
	if before < 0 {
		return i
	}
	t := strings.TrimSpace(lines[before])
	if (strings.HasSuffix(t, ":") || strings.HasSuffix(t, "：")) && len(t) < 600 && strings.ContainsAny(t, "0123456789") {
		return before
	}
	return i
}

// bySoftware reports whether a line is one that a mail program puts under what it sends.
func bySoftware(line string) bool {
	if len(line) > 200 {
		return false
	}
	for _, begin := range []string{"Sent from my ", "Sent from Outlook for ", "Get Outlook for ", "Von meinem ", "Wysłane z ", "发自我的", "发自 我的", "来自我的", "获取 Outlook for ", "下载 Outlook for ", "获取适用于 "} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	return false
}

// ruled is where a quoted head begins, with the rule that some programs draw above it.
func ruled(lines []string, i int) int {
	before := i - 1
	for before >= 0 && strings.TrimSpace(lines[before]) == "" {
		before--
	}
	if before >= 0 {
		if t := strings.TrimSpace(lines[before]); len(t) >= 5 && strings.Trim(t, "-—–_=") == "" {
			return before
		}
	}
	return i
}

// wrapped reports whether a line may be the first half of an attribution, by how it begins or how the next one ends it.
func wrapped(line, next string) bool {
	for _, begin := range []string{"On ", "At ", "Am ", "Le ", "El ", "W dniu ", "在", "于"} {
		if strings.HasPrefix(line, begin) {
			return true
		}
	}
	switch strings.TrimRight(next, " :：") {
	case "napisał", "napisała", "napisał(a)", "pisze", "작성", "님이 작성", "씀", "wrote", "写道", "寫道":
		return strings.ContainsAny(line, "0123456789")
	}
	return false
}

// headLines counts lines of a quoted head among the next eight.
func headLines(lines []string) (n int) {
	for i, l := range lines {
		if i == 8 {
			break
		}
		if headLine.MatchString(strings.TrimSpace(l)) {
			n++
		}
	}
	return n
}

// onlyQuotesFrom is the index from which on nothing stands but quotes and empty lines.
func onlyQuotesFrom(lines []string) int {
	for i, l := range slices.Backward(lines) {
		if t := strings.TrimSpace(l); t != "" && !strings.HasPrefix(t, ">") {
			return i + 1
		}
	}
	return 0
}

// language tells Chinese from English by the letters; "" for others and for too little text.
func language(s string) string {
	var han, kana, latin, other int
	for _, r := range s {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case unicode.In(r, unicode.Hiragana, unicode.Katakana):
			kana++
		case r < 0x80 && unicode.IsLetter(r):
			latin++
		case unicode.IsLetter(r):
			other++
		}
	}
	switch {
	case kana > 2:
		return ""
	case han >= 4 && han*8 > latin:
		return "zh-Hans"
	case latin >= 20 && other*20 < latin:
		return "en"
	}
	return ""
}
