// The build of a page: which elements stand in which, with their roles, classes and states, however often, and what
// the landmarks say to somebody who listens. Two pages of one build differ in data only: numbers, names and texts. It has
// two parts: main is what stands in the page's <main>, frame everything around it, outline the headings and landmarks of
// the frame. chips are the coloured things on the
// page, each kind once.
(() => {
  const attributes = ['class', 'role', 'type', 'aria-current', 'aria-hidden', 'aria-labelledby', 'disabled', 'hidden', 'tabindex', 'open'];
  const landmarks = ['nav', 'aside', 'section', 'form', 'main', 'header', 'footer'];
  const colours = ['data-s', 'data-p', 'data-st', 'data-h'];
  const has = (el, list) => list.filter(a => el.hasAttribute(a)).map(a => `[${a}=${el.getAttribute(a)}]`).join('');
  const main = document.querySelector('main');
  const hash = (elements, top) => {
    const chains = new Map();
    const chain = el => {
      if (!el) return '';
      if (!chains.has(el)) {
        const said = landmarks.includes(el.localName) ? (el.getAttribute('aria-label') ?? '').replace(/\d+/g, '0') : el.hasAttribute('aria-label');
        chains.set(el, (el === top ? '' : chain(el.parentElement)) + '>' + el.localName + has(el, attributes) + said);
      }
      return chains.get(el);
    };
    const all = [...new Set(elements.map(chain))].sort().join('\n');
    let a = 0x811c9dc5, b = 5381;
    for (let i = 0; i < all.length; i++) {
      a = Math.imul(a ^ all.charCodeAt(i), 0x01000193) >>> 0;
      b = (Math.imul(b, 33) + all.charCodeAt(i)) >>> 0;
    }
    return a.toString(16) + b.toString(16);
  };
  const all = [...document.body.querySelectorAll('*')], inside = all.filter(el => main?.contains(el)), outside = all.filter(el => !main?.contains(el));
  const outline = outside.filter(el => /^h[1-6]$/.test(el.localName) || landmarks.includes(el.localName) || el.hasAttribute('role'))
    .map(el => el.localName + has(el, ['role', 'hidden', 'class']) + (el.getAttribute('aria-label') ?? '').replace(/\d+/g, '0'));
  const coloured = document.body.querySelectorAll(colours.map(c => `[${c}]`).join());
  return { main: hash(inside, main), frame: hash(outside, document.body), outline: outline.join(), chips: [...new Set([...coloured].map(el => el.localName + has(el, ['class', ...colours])))] };
})()
