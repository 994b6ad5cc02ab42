package mailmsg_test

import (
	"encoding/base64"
	"fmt"
	"io"
	"mime/quotedprintable"
	"strings"
	"testing"

	"liaison/internal/mailmsg"
)

// What nests beyond the limits is not divided into its parts, and its words are shown: Chinese has no blanks, and comes as
// eight-bit letters, quoted or in base64. Of files nothing is shown that is coded.
func TestAMailThatIsTooComplexKeepsItsWords(t *testing.T) {
	t.Parallel()
	words := "生产环境的报表服务今天上午八点起无法启动，日志中反复出现连接超时，重启之后仍然如此，请尽快协助处理。"
	page := "https://portal.client.example/reports/2026/11/23/overview?node=7&shift=early"
	var quoted strings.Builder
	w := quotedprintable.NewWriter(&quoted)
	if _, err := io.WriteString(w, words); err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	coded := func(s string) string {
		var out strings.Builder
		for all := base64.StdEncoding.EncodeToString([]byte(s)); all != ""; all = all[min(76, len(all)):] {
			out.WriteString(all[:min(76, len(all))] + "\r\n")
		}
		return out.String()
	}
	secret := coded(strings.Repeat("patient 4711, ward 3; ", 20))
	var nested strings.Builder
	for i := range 40 {
		fmt.Fprintf(&nested, "Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n", i, i)
	}
	for name, part := range map[string]string{
		"eight bit":        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + words,
		"undeclared":       "\r\n" + words,
		"quoted printable": "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n" + quoted.String(),
		"base64":           "Content-Transfer-Encoding: Base64\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n" + coded(words),
	} {
		raw := "From: a@b.example\r\n" + nested.String() + part + "\r\n--b39\r\nContent-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n" +
			"Content-Disposition: attachment;\r\n filename=\"list.txt\"\r\n\r\n" + secret + "--b39\r\nContent-Type: text/plain\r\n\r\n" + page + "\r\na=3Db\r\n--b39--\r\n" + secret
		m := mailmsg.Parse([]byte(raw), mailmsg.DefaultLimits())
		if m.Trouble != mailmsg.TooComplex || !strings.Contains(m.Text, words) || !strings.Contains(m.Text, page+"\na=3Db") {
			t.Errorf("%s: %q %s", name, m.Trouble, m.Text)
		}
		if strings.Contains(m.Text, secret[:60]) || strings.Contains(m.Text, "4711") {
			t.Errorf("%s: a file's bytes are shown: %s", name, m.Text)
		}
	}
}
