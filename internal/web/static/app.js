// Progressive enhancement only: every action here also works as a plain link or form.
//   <time data-due>            counts down to its datetime or the named instant; data-breaks, data-soon: internal/web/component.go
//   data-key="r" / "g q"       the element is clicked (or, as a field, focused) by that key or two keys
//   data-dialog="id"           the link opens that <dialog>
//   <form data-draft="URL">    is posted to URL 10 s after a change; [data-draft-state] tells when
//   <form data-guard>          asks before its typed text is left
//   <form data-promise="URL">  is posted to URL after a change; the answer replaces data-target ("#promise")
//   data-toast, data-dismiss   goes away by itself, by its button
//   data-selcount              shows how many rows are ticked
'use strict';
(() => {
  const meta = name => document.querySelector(`meta[name=${name}]`)?.content;
  const $$ = (sel, root = document) => [...root.querySelectorAll(sel)];

  // htmx puts HTML of this site into the page through a policy that the site's rules name.
  if (window.htmx && window.trustedTypes) {
    const policy = trustedTypes.createPolicy('htmx', { createHTML: s => s });
    htmx.registerExtension('trusted', { init: api => api.initSecurity(policy) });
  }

  // --- countdowns
  const started = performance.now(), served = Date.parse(meta('now') ?? '') || Date.now();
  const now = () => served + performance.now() - started; // a wrong clock of the machine does not matter
  const units = JSON.parse(meta('units') ?? '{}');
  const fill = (shape, ...n) => shape.replace(/%(02)?d/g, (_, pad) => String(n.shift()).padStart(pad ? 2 : 1, '0'));
  const span = ms => {
    const s = Math.floor(ms / 1e3), d = Math.floor(s / 86400), h = Math.floor(s / 3600) % 24, m = Math.floor(s / 60) % 60;
    if (d) return h ? fill(units.dh, d, h) : fill(units.d, d);
    if (h) return m ? fill(units.hm, h, m) : fill(units.h, h);
    return m || !s ? fill(units.m, m) : fill(units.s, s);
  };
  const glyph = { ok: 'clock', soon: 'clock-alert', breach: 'octagon-alert', paused: 'circle-pause' };
  const tick = () => {
    for (const e of $$('time[data-due]')) {
      const at = now(), chip = e.closest('.sla');
      let left = Date.parse(e.dataset.due || e.dateTime) - at, text = '';
      for (const [from, to, words] of JSON.parse(e.dataset.breaks ?? '[]')) // closed then: it stands still
        if (at >= to) left += to - from; else if (at >= from) text = words;
      const state = text ? 'paused' : left < 0 ? 'breach' : left < e.dataset.soon ? 'soon' : 'ok';
      text ||= left < 0 ? units.over.replace('%s', span(-left)) : span(left);
      if (e.textContent !== text) e.textContent = text;
      if (chip && e.dataset.soon && chip.dataset.s !== state) {
        const use = chip.querySelector('use');
        chip.dataset.s = state;
        use.setAttribute('href', use.getAttribute('href').replace(/#.*/, '#' + glyph[state]));
      }
    }
  };
  if (units.m) { tick(); setInterval(tick, 1000); document.addEventListener('htmx:after:swap', tick); }

  // --- keys
  const rows = () => $$('[data-row]');
  const move = step => {
    const all = rows(), at = all.findIndex(a => a === document.activeElement || a.hasAttribute('aria-current'));
    const next = all[Math.max(0, Math.min(all.length - 1, at + step))];
    next?.focus();
    if (next?.matches('[hx-get]')) next.click();
  };
  const current = () => document.activeElement?.closest('[data-row]') ?? document.querySelector('[data-row][aria-current]');
  const own = {
    j: () => move(1), k: () => move(-1), o: () => current()?.click(),
    x: () => (current()?.closest('.q, tr'))?.querySelector('input[type=checkbox]')?.click(),
    '?': () => document.getElementById('keys')?.showModal(),
  };
  const press = key => {
    const e = $$('[data-key]').find(e => e.dataset.key === key && e.getClientRects().length);
    if (!e) return false;
    if (e.matches('select, textarea, input:not([type=radio], [type=checkbox], [type=submit])')) e.focus(); else e.click();
    const next = e.dataset.keyFocus && document.querySelector(e.dataset.keyFocus);
    if (next) next.focus();
    return true;
  };
  let first = '', firstAt = 0;
  document.addEventListener('keydown', e => {
    if (e.key === 'Enter' && (e.ctrlKey || e.metaKey) && e.target.form) { e.preventDefault(); e.target.form.requestSubmit(); return; }
    if (document.body.dataset.keys === 'off' || e.ctrlKey || e.metaKey || e.altKey || e.isComposing) return;
    if (e.target.closest('input:not([type=checkbox], [type=radio]), textarea, select, dialog, [contenteditable]')) return;
    const key = e.key.length === 1 ? e.key.toLowerCase() : e.key;
    const two = first && performance.now() - firstAt < 1500 && press(first + ' ' + key);
    first = key === 'g' && !two ? 'g' : ''; firstAt = performance.now();
    if (two || press(key) || (own[key] && (own[key](), true))) e.preventDefault();
  });

  // --- clicks
  const counted = () => $$('[data-selcount]').forEach(c => { c.textContent = $$('[data-select]:checked').length; });
  addEventListener('pageshow', counted); // a browser that comes back to a page ticks again what was ticked
  document.addEventListener('click', e => {
    const opener = e.target.closest('[data-dialog]'), dialog = opener && document.getElementById(opener.dataset.dialog);
    if (dialog) { e.preventDefault(); dialog.showModal(); }
    if (e.target.closest('[data-dismiss]')) e.target.closest('[data-toast], .note-box')?.remove();
    const row = e.target.closest('[data-row][hx-get]');
    if (row) { rows().forEach(r => r.removeAttribute('aria-current')); row.setAttribute('aria-current', 'true'); document.body.dataset.has = '1'; }
    for (const d of $$('details.drop-menu[open]')) if (!d.contains(e.target)) d.open = false;
  });
  document.addEventListener('change', e => {
    if (e.target.matches('[data-select-all]')) $$('[data-select]').forEach(b => { b.checked = e.target.checked; });
    if (e.target.matches('input[type=checkbox]')) counted();
    if (e.target.matches('input[type=file]')) $$('[data-files]', e.target.closest('label') ?? document).forEach(c => { c.textContent = [...e.target.files].map(f => f.name).join(', '); });
    if (e.target.matches('[data-submit]')) e.target.form.requestSubmit();
  });

  // --- themes
  document.addEventListener('submit', e => {
    const form = e.target.closest('[data-theme-form]'), theme = e.submitter?.value;
    if (!form || !theme) return;
    e.preventDefault();
    if (theme === 'auto') delete document.documentElement.dataset.theme; else document.documentElement.dataset.theme = theme;
    $$('[data-theme-form] button').forEach(b => b.setAttribute('aria-pressed', String(b.value === theme)));
    post('/preferences', new URLSearchParams({ theme, back: '/help' }));
  });

  // --- forms
  const post = (url, body) => fetch(url, { method: 'POST', body, redirect: 'manual', headers: { 'HX-Request': 'true' } });
  const entries = form => new URLSearchParams([...new FormData(form)].filter(([, v]) => typeof v === 'string'));
  const watched = new WeakMap(); // form -> what it held when it was last safe
  const changed = form => watched.has(form) && watched.get(form) !== entries(form).toString();
  const watch = root => {
    for (const form of $$('form[data-draft], form[data-guard]', root)) if (!watched.has(form)) watched.set(form, entries(form).toString());
  };
  watch(document);
  // What the site itself changes in a form is nobody's typing: a form that was safe before a swap is safe after it.
  let safe = [];
  document.addEventListener('htmx:before:swap', () => { safe = $$('form[data-draft], form[data-guard]').filter(form => !changed(form)); });
  document.addEventListener('htmx:after:swap', () => { safe.forEach(form => watched.delete(form)); watch(document); });
  const drafts = async () => {
    for (const form of $$('form[data-draft]')) {
      if (!changed(form)) continue;
      const state = form.querySelector('[data-draft-state]'), sent = entries(form);
      let ok = false;
      try { ok = (await post(form.dataset.draft, sent)).ok; } catch { /* no network: tried again in 10 s */ }
      if (ok) watched.set(form, sent.toString());
      if (state) state.textContent = ok ? state.dataset.saved.replace('{time}', new Date(now()).toLocaleTimeString(document.documentElement.lang, { hour: '2-digit', minute: '2-digit', hour12: false, timeZone: state.dataset.zone || undefined })) : state.dataset.failed;
    }
  };
  setInterval(drafts, 10000);
  document.addEventListener('htmx:before:swap', drafts); // another case takes the place of the form
  addEventListener('beforeunload', e => { if ($$('form[data-guard], form[data-draft]').some(changed)) e.preventDefault(); });
  document.addEventListener('submit', e => watched.delete(e.target));

  let waiting;
  document.addEventListener('input', e => {
    const form = e.target.closest('form[data-promise]');
    if (!form || !window.htmx) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => htmx.ajax('POST', form.dataset.promise, { source: form, target: form.dataset.target ?? '#promise', swap: 'outerHTML', values: Object.fromEntries(entries(form)) }), 350);
  });

  // --- notices
  const toasts = () => $$('[data-toast]:not([data-shown])').forEach(toast => {
    toast.dataset.shown = '';
    const button = toast.querySelector('[data-dismiss]');
    if (button) button.hidden = false;
    const leave = () => { if (toast.matches(':hover, :focus-within')) setTimeout(leave, 2000); else toast.remove(); };
    setTimeout(leave, 8000);
    const url = new URL(location.href); // a reload does not say it again
    url.searchParams.delete('notice'); url.searchParams.delete('undo');
    history.replaceState(history.state, '', url);
  });
  toasts(); document.addEventListener('htmx:after:swap', toasts);
  document.querySelector('[data-focus]')?.focus();
})();
