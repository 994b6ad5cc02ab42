package browsertest

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// countdowns puts countdowns on the page whose centre has not closed yet, is closed, has opened again, and whose time is
// over; each says what the script made of it: the chip's state, its glyph and its words.
const countdowns = `(() => {
	const now = Date.parse(document.querySelector('meta[name=now]').content) + performance.now(), at = m => now + m * 6e4, iso = m => new Date(at(m)).toISOString();
	const all = {
		before: [iso(125.5), [[at(5), at(600), 'Paused A']]], closed: [iso(60), [[at(-10), at(30), 'Paused B'], [at(30), at(600), 'Paused C']]],
		opened: [iso(65.5), [[at(-90), at(-60), 'Paused D'], [at(-60), at(-30), 'Paused E']]], soon: [iso(10.5), []], over: [iso(-90.5), [[at(-30), at(-10), 'Paused F']]],
	};
	const glyph = document.querySelector('svg:has(use)').cloneNode(true), use = glyph.querySelector('use');
	use.setAttribute('href', use.getAttribute('href').replace(/#.*/, '#clock'));
	for (const [id, [due, breaks]] of Object.entries(all)) {
		const chip = document.createElement('span');
		chip.className = 'sla'; chip.id = id; chip.dataset.s = 'ok';
		chip.append(glyph.cloneNode(true), document.createElement('time'));
		Object.assign(chip.lastChild.dataset, { due, breaks: JSON.stringify(breaks), soon: 36e5 });
		document.querySelector('main').append(chip);
	}
	document.dispatchEvent(new Event('htmx:after:swap'));
	return Object.keys(all).map(id => { const e = document.getElementById(id);
		return [id, e.dataset.s, e.querySelector('use').getAttribute('href').split('#')[1], e.textContent].join('|'); }).join(' / ');
})()`

// countdownStory: a page that is left open knows when its centre closes. That the page is told the right closings is shown
// in internal/web.
func (s *stage) countdownStory(t *testing.T) {
	t.Parallel()
	w := s.window(t, s.by(t, "sofia.lindqvist"))
	if status := w.visit("/desk?lang=en"); status != 200 {
		t.Fatalf("the queue answers %d", status)
	}
	w.do(chromedp.WaitReady(chromedp.CSS("main")))
	const want = "before|ok|clock|2h 05m / closed|paused|circle-pause|Paused B / opened|ok|clock|2h 05m / soon|soon|clock-alert|10m / over|breach|octagon-alert|1h 10m over"
	if got := ask[string](w, countdowns); got != want {
		t.Errorf("the countdowns say\n%s, not\n%s", got, want)
	}
}
