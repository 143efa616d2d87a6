"""A slider's step on Explore until its exact new image is painted, in Chromium.

The page may paint it in two ways: from the frames that it holds for the sizes of its slider, or with
the images that the server sends. Either way every row of the strip must show the size asked
for, the error too; and what was painted first must be, pixel for pixel, what the server sends then.
"""

from __future__ import annotations

from playwright.sync_api import Page

_ROWS = [
    f".st-key-striprow-explore-{start}-{name}"
    for start in (0, 8)
    for name in ("code", "reconstruction", "error")
]

# window.step: from the key, or the change of value, to the first frame after all rows show
# the exact image ("took"), and after the server's own stand there ("stands"); milliseconds.
_STEP = """([slider, rows, jump]) => {
  const range = document.querySelector(slider)
    .querySelector('[data-testid=stBidiComponentIsolated]').shadowRoot.querySelector('input');
  const step = window.step = { took: null, stands: null, copies: [], rows };
  const img = row => document.querySelector(row + ' img');
  const canvas = row => document.querySelector(row + ' canvas.ae-live');
  const was = Object.fromEntries(rows.map(row => [row, img(row).src]));
  let begun = 0;
  const fresh = row => img(row) && img(row).src !== was[row];
  // Some sizes have the images of the size before: then their end is that of the server's work.
  const idle = () => document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]')
    && img(rows[0])?.alt.includes(` ${step.place} value`);
  const ahead = row => canvas(row)?.dataset.exact === step.place;
  const painted = (name) => Promise.all(rows.map(row => img(row).decode())).then(() =>
    requestAnimationFrame(() => setTimeout(() => { step[name] = performance.now() - begun; })));
  const copy = row => {
    const from = canvas(row), to = new OffscreenCanvas(from.width, from.height);
    to.getContext('2d').drawImage(from, 0, 0);
    return to;
  };
  const look = () => {
    if (!step.way && rows.every(row => ahead(row) || (!canvas(row) && (fresh(row) || idle())))) {
      step.way = rows.every(ahead) ? 'ahead' : 'server';
      painted('took');
      if (step.way === 'ahead') step.copies = rows.map(copy);
    }
    if (rows.every(row => (fresh(row) || idle()) && !canvas(row))) painted('stands');
    else requestAnimationFrame(look);
  };
  range.addEventListener('input', () => {
    step.place = String(range.self.data.places[range.value]);
    requestAnimationFrame(look);
  }, { once: true });
  const begin = () => { begun = performance.now(); };
  range.addEventListener('keydown', begin, { once: true, capture: true });
  range.focus();
  if (!jump) return true;
  const asked = globalThis.asked ??= new Set();
  const far = (p, at) => Math.abs(at - range.value) >= 8;
  const free = range.self.data.places.filter((p, at) => far(p, at) && !asked.has(p));
  if (!free.length) return false;
  const place = free[Math.floor(free.length * ((asked.size * 0.618) % 1))];
  asked.add(place);
  begin();
  range.value = range.self.data.places.indexOf(place);
  range.dispatchEvent(new Event('input'));
  range.dispatchEvent(new Event('change'));
  return true;
}"""
_UNLIKE = """() => step.rows.filter((row, k) => {
  const copy = step.copies[k], img = document.querySelector(row + ' img');
  if (!img.alt.includes(row.endsWith('code') ? `${step.place} value` : '')) return true;
  if (!copy) return false;
  if (copy.width !== img.naturalWidth || copy.height !== img.naturalHeight) return true;
  const sent = new OffscreenCanvas(copy.width, copy.height);
  sent.getContext('2d').drawImage(img, 0, 0);
  const bytes = c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
  const [one, other] = [bytes(copy), bytes(sent)];
  return one.some((value, i) => value !== other[i]);
})"""
_READY = """slider => {
  const range = document.querySelector(slider)
    ?.querySelector('[data-testid=stBidiComponentIsolated]')?.shadowRoot.querySelector('input');
  return !!range?.self && range.self.data.sheets.length > 0
    && range.self.data.sheets.every(key => globalThis.aeFrames.sheets.has(key));
}"""


def ready(page: Page, slider: str) -> None:
    """Wait until the browser holds all the frames that the slider asks for."""
    page.wait_for_function(_READY, arg=slider)


def begin(page: Page, slider: str, jump: bool) -> None:
    """Take one step: to the next place by keyboard, or to one at least eight places away."""
    if not page.evaluate(_STEP, [slider, _ROWS, jump]):
        raise SystemExit("No place is left that was not asked for: take fewer steps.")
    if not jump:
        page.keyboard.press("ArrowRight")


def end(page: Page) -> dict:
    """Return the step's "took" and "stands" in ms and its "way", "ahead" or "server".

    Raises:
        SystemExit: a row shows another size, or was painted with other pixels than the server's.
    """
    page.wait_for_function("step.took !== null && step.stands !== null")
    if unlike := page.evaluate(_UNLIKE):
        raise SystemExit(f"Not the server's own images: {', '.join(unlike)}")
    return page.evaluate("({ took: step.took, stands: step.stands, way: step.way })")
