// Every word that a reader of the page sees or hears, with its language and its place.
(() => {
  const out = [];
  const place = el => {
    const parts = [];
    for (let e = el; e && e !== document.body && parts.length < 4; e = e.parentElement) {
      parts.unshift(e.tagName.toLowerCase() + (e.id ? '#' + e.id : '') + [...e.classList].map(c => '.' + c).join(''));
    }
    return parts.join(' > ');
  };
  const say = (el, text, kind) => {
    text = text.replace(/\s+/g, ' ').trim();
    if (text) out.push({ text, kind, lang: el.closest('[lang]')?.lang ?? '', place: place(el) });
  };
  const silent = 'script, style, textarea, template, noscript, code, kbd, .av'; // code and initials have no language
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const el = texts.currentNode.parentElement;
    if (!el.closest(silent)) say(el, texts.currentNode.data, 'text');
  }
  const attributes = ['title', 'aria-label', 'placeholder', 'alt', 'data-saved', 'data-failed'];
  for (const el of document.body.querySelectorAll(attributes.map(a => `[${a}]`).join())) {
    for (const a of attributes) if (el.hasAttribute(a)) say(el, el.getAttribute(a), a);
  }
  say(document.documentElement, document.title, 'the title of the page');
  return out;
})()
