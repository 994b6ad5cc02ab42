package mailmsg_test

import (
	"testing"

	"liaison/internal/mailmsg"
)

// Subjects of East Asian programs: letters cut between words, names of charsets that the web does not have.
func TestSubjectsAreReadInTheirCharset(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ raw, want string }{
		"a letter cut between Q words":       {"=?gb2312?Q?=C9=FA=B2=FA=BB?=\r\n =?GB2312?Q?=B7=BE=B3=B5=BC=B3=F6=CA=A7=B0=DC?=", "生产环境导出失败"},
		"a letter cut between B and Q words": {"=?gbk?B?yfqy+ru3vg==?= =?gbk?Q?=B3=B5=BC=B3=F6=CA=A7=B0=DC?=", "生产环境导出失败"},
		"base64 cut anywhere":                {"=?gb2312?B?yfqy+r?= =?gb2312?B?u3vrO1vLP2yqew3A==?=", "生产环境导出失败"},
		"padding between":                    {"=?gb2312?B?yfqy+rs=?= =?gb2312?B?t76ztbyz9sqnsNw=?=", "生产环境导出失败"},
		"cp936":                              {"=?cp936?B?yfqy+ru3vrO1vLP2yqew3A==?=", "生产环境导出失败"},
		"windows-936":                        {"=?windows-936?B?yfqy+ru3vrO1vLP2yqew3A==?=", "生产环境导出失败"},
		"a letter of four bytes as gb2312":   {"=?gb2312?B?gTnvMbbL?=", "㐂端"},
		"cp950":                              {"=?cp950?B?tUyqa7bXpVg=?=", "無法匯出"},
		"cp949":                              {"=?cp949?B?s7u6uLO7seIgvcfG0A==?=", "내보내기 실패"},
		"cp932":                              {"=?cp932?B?g0eDToNYg3yBW4NnjriUcw==?=", "エクスポート失敗"},
		"nobody's charset":                   {"=?x-unknown-8?B?55Sf5Lqn546v5aKD5a+85Ye65aSx6LSl?=", "生产环境导出失败"},
		"other charsets beside each other":   {"=?iso-8859-1?B?Y2Fm6Q==?= =?utf-8?B?55Sf5Lqn546v5aKD5a+85Ye65aSx6LSl?=", "café生产环境导出失败"},
		"words and text":                     {"Re: =?utf-8?B?55Sf5Lqn546v5aKD5a+85Ye65aSx6LSl?= [#2000828]", "Re: 生产环境导出失败 [#2000828]"},
		"raw, beside a body in Big5":         {"\xb5L\xaak\xb6\xd7\xa5X\xb3\xf8\xaa\xed", "無法匯出報表"},
	} {
		m := mailmsg.Parse([]byte("From: a@b.example\r\nSubject: "+c.raw+"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"+
			"Content-Type: text/plain; charset=\"big5\"\r\n\r\n\xb5L\xaak\xb6\xd7\xa5X\xb3\xf8\xaa\xed\r\n--x--\r\n"), mailmsg.DefaultLimits())
		if m.Subject != c.want || m.Text != "無法匯出報表" {
			t.Errorf("%s: %q, want %q; text %q", name, m.Subject, c.want, m.Text)
		}
	}
}

// Names of files in the form of RFC 2231 are read in any charset, whole or in pieces, also where the file is a text.
func TestNamesOfFilesAreReadInTheirCharset(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ head, want string }{
		"in gb18030":  {"Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=gb18030''%B5%BC%B3%F6%C8%D5%D6%BE.log", "导出日志.log"},
		"inline":      {"Content-Type: text/plain\r\nContent-Disposition: inline; filename*=GBK'zh-CN'%B5%BC%B3%F6%C8%D5%D6%BE.log", "导出日志.log"},
		"in pieces":   {"Content-Type: application/octet-stream\r\nContent-Disposition: attachment;\r\n filename*0*=gb2312''%B5%BC%B3%F6;\r\n filename*1*=%C8%D5%D6%BE;\r\n filename*2=\".log\"", "导出日志.log"},
		"of the type": {"Content-Type: text/plain; name*=big5''%B5L%AAk%B6%D7%A5X%B3%F8%AA%ED.txt", "無法匯出報表.txt"},
		"in UTF-8":    {"Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=utf-8''%E5%AF%BC%E5%87%BA%E6%97%A5%E5%BF%97.log", "导出日志.log"},
		"no escape":   {"Content-Type: text/plain\r\nContent-Disposition: attachment; filename*=gb18030''%zz", "attachment.plain"},
	} {
		m := mailmsg.Parse([]byte("From: a@b.example\r\nSubject: x\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n"+
			"Content-Type: text/plain\r\n\r\nsee\r\n--x\r\n"+c.head+"\r\n\r\nbytes\r\n--x--\r\n"), mailmsg.DefaultLimits())
		if len(m.Files) != 1 || m.Files[0].Name != c.want || m.Text != "see" {
			t.Errorf("%s: %+v, text %q", name, m.Files, m.Text)
		}
	}
}
