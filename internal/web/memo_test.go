package web

import (
	"html/template"
	"testing"

	"liaison/internal/text"
)

func TestAPieceIsRenderedOncePerLanguageAndValue(t *testing.T) {
	t.Parallel()
	type row struct{ Name string }
	type list struct{ Names []string }
	made := 0
	set := template.Must(template.New("").Funcs(template.FuncMap{"count": func() string { made++; return "" }}).Parse(
		`{{define "row"}}{{count}}<b title="{{.Name}}">{{.Name}}</b>{{end}}{{define "list"}}{{count}}{{range .Names}}{{.}}{{end}}{{end}}`))
	var m memo
	for _, c := range []struct {
		lang text.Lang
		name string
		data any
		want template.HTML
		made int
	}{
		{text.English, "row", row{`a"<`}, `<b title="a&#34;&lt;">a&#34;&lt;</b>`, 1},
		{text.English, "row", row{`a"<`}, `<b title="a&#34;&lt;">a&#34;&lt;</b>`, 1},
		{text.Chinese, "row", row{`a"<`}, `<b title="a&#34;&lt;">a&#34;&lt;</b>`, 2},
		{text.English, "row", row{"b"}, `<b title="b">b</b>`, 3},
		{text.English, "list", list{[]string{"x"}}, "x", 4}, // a slice is no key
		{text.English, "list", list{[]string{"y"}}, "y", 5},
	} {
		got, err := m.piece(c.lang, set, c.name, c.data)
		if err != nil || got != c.want || made != c.made {
			t.Errorf("%v: %q after %d, want %q after %d; %v", c.data, got, made, c.want, c.made, err)
		}
	}
	if _, err := m.piece(text.English, set, "nothing", row{}); err == nil {
		t.Error("a template that is not there gives a piece")
	}
}
