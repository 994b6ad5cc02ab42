package mailio

import "strings"

// styles puts the look of a mail into what was made of Markdown: mail programs know no style sheet, so that each element has its
// own. Longer beginnings stand before shorter ones.
func styles() *strings.Replacer {
	const (
		code = `background:#eef0f3;font-family:ui-monospace,Consolas,Menlo,monospace;font-size:13px;`
		cell = `border:1px solid #e3e6eb;padding:4px 8px;text-align:left`
	)
	return strings.NewReplacer(
		"<pre><code>", `<pre style="margin:0 0 8px;padding:8px 10px;border-radius:6px;line-height:1.5;white-space:pre-wrap;overflow-wrap:anywhere;`+code+`"><code>`,
		"<code>", `<code style="padding:1px 4px;border-radius:4px;`+code+`">`,
		"<p>", `<p style="margin:0 0 8px">`,
		"<ul>", `<ul style="margin:0 0 8px;padding-left:22px">`,
		"<ol", `<ol style="margin:0 0 8px;padding-left:22px"`,
		"<blockquote>", `<blockquote style="margin:0 0 8px;padding-left:12px;border-left:3px solid #cdd2da;color:#4a5261">`,
		"<h1>", `<h1 style="margin:8px 0;font-size:17px">`,
		"<h2>", `<h2 style="margin:8px 0;font-size:16px">`,
		"<h3>", `<h3 style="margin:8px 0;font-size:15px">`,
		"<h4>", `<h4 style="margin:8px 0;font-size:15px">`,
		"<h5>", `<h5 style="margin:8px 0;font-size:15px">`,
		"<h6>", `<h6 style="margin:8px 0;font-size:15px">`,
		"<hr>", `<hr style="border:0;border-top:1px solid #e3e6eb;margin:12px 0">`,
		"<hr/>", `<hr style="border:0;border-top:1px solid #e3e6eb;margin:12px 0">`,
		"<table>", `<table style="border-collapse:collapse;margin:0 0 8px;font-size:14px">`,
		"<th>", `<th style="`+cell+`">`,
		"<td>", `<td style="`+cell+`">`,
		"<a href=", `<a style="color:#2f55d4" href=`,
	)
}
