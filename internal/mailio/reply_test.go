package mailio_test

import (
	"strings"
	"testing"

	"liaison/internal/mailio"
	"liaison/internal/mailmsg"
	"liaison/internal/text"
)

// What stands above the line of our own mails is the answer, in whatever words and form a program quotes the rest.
func TestWhatStandsAboveTheLineOfOurMailsIsTheAnswer(t *testing.T) {
	t.Parallel()
	const own = "It fails again.\nORA-00054 in the log."
	r := renderer(t, "cases@support.example.org")
	for _, kind := range []mailio.Kind{mailio.Acknowledgement, mailio.Answer, mailio.Question, mailio.Status, mailio.Resolved} {
		for _, lang := range []text.Lang{text.English, text.Chinese} {
			m := update(kind, lang)
			msg := render(t, r, m)
			plain := strings.TrimSpace(msg.Text)
			replies := map[string]string{
				"as it is":              "text/plain\n\n" + own + "\n\n" + plain,
				"quoted":                "text/plain\n\n" + own + "\n\nW dniu 23.11.2026 o 10:00, Support pisze:\n\n> " + strings.ReplaceAll(plain, "\n", "\n> "),
				"introduced":            "text/plain\n\n" + own + "\n\n2026. 11. 23. 오전 10:00, Support 작성:\n\n" + plain,
				"HTML":                  "text/html\n\n<div>It fails again.<br>ORA-00054 in the log.</div><br>" + msg.HTML,
				"quoted HTML":           "text/html\n\n<p>It fails again.<br>ORA-00054 in the log.</p><blockquote type=\"cite\">" + msg.HTML + "</blockquote>",
				"HTML in another table": "text/html\n\n<div>It fails again.<br>ORA-00054 in the log.</div><table><tr>\n<td></td>\n<td>" + msg.HTML + "</td></tr></table>",
			}
			for name, reply := range replies {
				form, body, _ := strings.Cut(reply, "\n\n")
				got := mailmsg.Parse([]byte("From: a@b.example\nMIME-Version: 1.0\nContent-Type: "+form+"; charset=utf-8\n\n"+body+"\n"), mailmsg.DefaultLimits())
				if got.Text != own || !strings.Contains(got.Quoted, "20418") {
					t.Errorf("%s to %s in %s: wrote %q, quoted %.200q", name, kind, lang, got.Text, got.Quoted)
				}
			}
		}
	}
}
