// What sticks out of the window to the right, unless it can be scrolled by itself; empty when the page fits. A page that
// hides what sticks out is looked at by its links, buttons and fields: none of them may be cut off.
(() => {
  const width = document.documentElement.clientWidth, out = [];
  const report = el => {
    const box = el.getBoundingClientRect();
    if (box.width && box.right > width + 1 && out.length < 6) {
      out.push(`${el.tagName.toLowerCase()}.${[...el.classList].join('.')} ends at ${Math.round(box.right)}: ${el.textContent.trim().slice(0, 40)}`);
    }
  };
  if (document.documentElement.scrollWidth > width || document.body.scrollWidth > width) {
    out.push(`the page is ${Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)} wide, the window ${width}`);
    document.body.querySelectorAll('*').forEach(report);
    return out;
  }
  const scrolls = el => {
    for (let e = el.parentElement; e && e !== document.body; e = e.parentElement) {
      if (['auto', 'scroll'].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth) return true;
    }
    return false;
  };
  for (const el of document.body.querySelectorAll('a, button, input, select, textarea, summary')) {
    const box = el.getBoundingClientRect();
    if (box.width > 2 && box.right > width + 1 && !scrolls(el)) report(el);
  }
  return out;
})()
