package mailmsg

import (
	"regexp"
	"strings"
)

// forwards is how programs begin what is passed on, where an answer has other words.
var forwards = regexp.MustCompile(`(?i)^[-_>* ]*(begin )?(forwarded message|weitergeleitete nachricht|message transféré|mensaje reenviado|messaggio inoltrato|转发的邮件|转发邮件信息|轉寄郵件|转发邮件|転送メッセージ|전달된 메시지)`)

// forwarded reports whether a mail passes another one on: then what it quotes is what it is about.
func forwarded(subject, quoted string) bool {
	subject = strings.ToLower(strings.TrimSpace(subject))
	for _, begin := range []string{"fw:", "fwd:", "fw：", "wg:", "tr:", "rv:", "i:", "enc:", "pd:", "转发:", "转发：", "轉寄:", "轉寄：", "転送:", "전달:"} {
		if strings.HasPrefix(subject, begin) {
			return true
		}
	}
	for n := 0; n < 6 && quoted != ""; n++ {
		var line string
		line, quoted, _ = strings.Cut(quoted, "\n")
		if line = strings.TrimSpace(line); len(line) < 200 && forwards.MatchString(line) {
			return true
		}
	}
	return false
}
