// What sticks out of the window to the right, unless it can be scrolled by itself; empty when the page fits.
(() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width && document.body.scrollWidth <= width) return [];
  const out = [`the page is ${Math.max(document.documentElement.scrollWidth, document.body.scrollWidth)} wide, the window ${width}`];
  for (const el of document.body.querySelectorAll('*')) {
    const box = el.getBoundingClientRect();
    if (box.width && box.right > width + 1 && out.length < 6) {
      out.push(`${el.tagName.toLowerCase()}.${[...el.classList].join('.')} ends at ${Math.round(box.right)}: ${el.textContent.trim().slice(0, 40)}`);
    }
  }
  return out;
})()
