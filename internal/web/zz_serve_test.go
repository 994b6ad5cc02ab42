package web

import (
	"fmt"
	"net/http"
	"os"
	"testing"
	"time"
)

func TestServeForPictures(t *testing.T) {
	if os.Getenv("SHOT") == "" {
		return
	}
	h := newHouse(t)
	u := func(n string) string { s, _ := h.assets.url(n); return s }
	h.mux.HandleFunc("GET /zz", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprintf(w, `<!doctype html><html lang="en"><head><meta name="now" content="2026-11-20T01:04:00Z"><meta name="units" content='{"dh":"%%dd %%dh","d":"%%dd","hm":"%%dh %%02dm","h":"%%dh","m":"%%dm","s":"%%ds","over":"%%s over"}'><meta name="htmx-config" content='{"includeIndicatorCSS":false}'>
<link rel=stylesheet href="%s"><script src="%s" defer></script><script src="%s" defer></script><script src="%s" defer></script><script src="/zz.js" defer></script></head><body>
<div id=a hx-get="/zz/part" hx-trigger="load">before</div><div hx-sse:connect="/zz/events" hx-swap="none"></div><span id=live>dead</span>
<time data-due datetime="2026-11-20T06:16:30Z">x</time><time data-due datetime="2026-11-20T00:46:00Z">x</time>
<form id=f data-promise="/zz/promise" data-draft="/zz/draft"><input name=p value=1 id=p><span data-draft-state data-saved="saved {time}" data-failed="no"></span></form><section id="promise">old</section>
<div class=q><a data-row data-key-x href="#r1" id=r1>one</a></div><div class=q><a data-row href="#r2" id=r2>two</a></div><a data-key="g q" href="#queue">q</a><textarea data-key="r" id=ta></textarea>
<dialog id=keys>help</dialog><div id=notice></div><p id=out></p></body></html>`, u("app.css"), u("vendor/htmx-4.0.1.min.js"), u("vendor/hx-sse-4.0.1.min.js"), u("app.js"))
	})
	h.mux.HandleFunc("GET /zz/part", func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, `<b id="swapped">swapped</b>`) })
	h.mux.HandleFunc("POST /zz/promise", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `<section id="promise">new %s</section>`, r.FormValue("p"))
	})
	h.mux.HandleFunc("POST /zz/draft", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) })
	h.mux.HandleFunc("GET /zz/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprint(w, "data: <hx-partial hx-target=\"#live\" hx-swap=\"innerHTML\">alive</hx-partial>\n\n")
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	h.mux.HandleFunc("GET /zz.js", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/javascript")
		fmt.Fprint(w, `const errs=[];addEventListener('securitypolicyviolation',e=>errs.push(e.violatedDirective+' '+e.sourceFile+':'+e.lineNumber));
const key=(k)=>(document.activeElement||document.body).dispatchEvent(new KeyboardEvent('keydown',{key:k,bubbles:true,cancelable:true}));
setTimeout(()=>{const o=[];key('j');o.push('j:'+document.activeElement.id);key('j');o.push('jj:'+document.activeElement.id);key('k');o.push('k:'+document.activeElement.id);
key('g');key('q');o.push('gq:'+location.hash);document.activeElement.blur();key('r');o.push('r:'+document.activeElement.id);key('j');document.activeElement.blur();key('?');o.push('?:'+document.getElementById('keys').open);document.getElementById('keys').close();
const p=document.getElementById('p');p.value='2';p.dispatchEvent(new Event('input',{bubbles:true}));
document.getElementById('out').dataset.o=o.join(' ');},500);
setTimeout(()=>{document.getElementById('out').textContent=document.getElementById('out').dataset.o+' VIOL '+errs.join(';')},15000);`)
	})
	go http.ListenAndServe("127.0.0.1:8099", h.Handler())
	time.Sleep(25 * time.Minute)
}
