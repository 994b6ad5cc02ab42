package search

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestTextBecomesTokens(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"重启失败":                   "重启 启失 失败 败",
		"重":                      "重",
		"重启 IServer 后":           "重启 启 iserver 后",
		"使用Intelligence Server时": "使用 用 intelligence server 时",
		"ORA-00054: busy":        "ora-00054 ora 00054 busy",
		"Version 2026.2.1.":      "version 2026.2.1 2026 2 1 2026.2",
		"node_17.example.com":    "node_17.example.com node 17 example com",
		"Ｆｕｌｌ２０２６":               "full2026",
		"Störung ÉTÉ":            "storung ete",
		"-- ; ' \" * ( ) …":      "",
		"日本語のエラー":                "日本 本語 語の のエ エラ ラー ー",
	} {
		if got := strings.Join(tokens(text), " "); got != want {
			t.Errorf("tokens(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestAQueryBecomesTerms(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]string{
		"重启":               "[[{重启 false false}]]",
		"启":                "[[{启 true false}]]",
		"无法启动 serv":        "[[{无法 false false} {法启 false false} {启动 false false}] [{serv false true}]]",
		"serv 启动":          "[[{serv false false}] [{启动 false false}]]",
		"ORA-00054":        "[[{ora-00054 false true}]]",
		"2026.2 crash":     "[[{2026.2 false false}] [{crash false true}]]",
		"analytics-server": "[[{analytics false false} {server false true}]]",
		"a":                "[[{a false false}]]",
		"same same":        "[[{same false false}]]", //nolint:dupword // a word that is given twice
		" \t":              "[]",
		"' OR 1=1 --":      "[[{or false false}] [{1 false false}]]",
	} {
		if got := fmt.Sprint(words(query)); got != want {
			t.Errorf("words(%q) = %s, want %s", query, got, want)
		}
	}
}

// Every query that is a part of a text between two word edges finds that text: its terms are among the tokens.
func FuzzAPartOfATextFindsIt(f *testing.F) {
	f.Add("生产环境 Intelligence Server 无法启动, ORA-00054 in 2026.2.1", 5, 20)
	f.Add("x\xff'\"*:^()-..__ 启a启1.2-3", 0, 9)
	f.Fuzz(func(t *testing.T, text string, from, length int) {
		list := tokens(text)
		for _, token := range list {
			if token == "" || len(token) > maxTokenBytes || !utf8.ValidString(token) || strings.ContainsAny(token, " '\"\\*:&|!()~^") {
				t.Fatalf("token %q of %q", token, text)
			}
		}
		joined := "\n" + strings.Join(list, "\n") + "\n"
		for _, w := range words(text) {
			for _, want := range w {
				found := strings.Contains(joined, "\n"+want.token+"\n") || (want.prefix || want.open) && strings.Contains(joined, "\n"+want.token)
				if !found && utf8.RuneCountInString(text) < maxPieceRunes {
					t.Fatalf("%q: %q is no token of it", text, want.token)
				}
			}
		}
	})
}
