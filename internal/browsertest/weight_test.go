package browsertest

import "testing"

// What a page may weigh, in bytes on the wire with headers: the first one of a visit with everything that it needs,
// and the next one.
const (
	firstPage = 120 << 10
	nextPage  = 20 << 10
)

// weigh opens a list and then a case, as a customer and as an engineer.
func (s *stage) weigh(t *testing.T) {
	for _, visit := range []struct{ name, who, first, next string }{
		{"portal", "dana.whitfield", "/cases?tab=all", "/cases/{number}"},
		{"desk", "sofia.lindqvist", "/desk", "/desk/{number}"},
	} {
		t.Run(visit.name, func(t *testing.T) {
			v := visitor{person: s.by(t, visit.who)}
			s.equip(t, &v)
			w := s.window(t, v.person)
			for _, step := range []struct {
				path  string
				limit int64
			}{{visit.first, firstPage}, {v.values.Replace(visit.next), nextPage}} {
				w.transferred()
				w.visit(step.path)
				ask[bool](w, `document.fonts.ready.then(() => true)`)
				n := w.transferred()
				t.Logf("%s: %d bytes", step.path, n)
				if n > step.limit {
					t.Errorf("%s takes %d bytes, the limit is %d", step.path, n, step.limit)
				}
				if moved := ask[float64](w, shiftScript); moved > 0.02 {
					t.Errorf("%s moves under the reader's eyes: layout shift %.3f", step.path, moved)
				}
			}
		})
	}
}

// shiftScript gives the sum of the layout shifts since the page began.
const shiftScript = `new Promise(done => {
	new PerformanceObserver(list => done(list.getEntries().reduce((sum, e) => sum + e.value, 0))).observe({ type: "layout-shift", buffered: true });
	requestAnimationFrame(() => requestAnimationFrame(() => done(0)));
})`
