// A range input whose pictures follow while it is dragged: frames computed ahead are drawn over the
// strip's own pictures. On release the value goes to the server; the exact pictures take over.
const AGAIN_MS = 150; // keys held down: no more than one release in this time
const shelf = (globalThis.aeFrames ??= { sheets: new Map(), settled: new Set() });

export default function ({ data, parentElement, setTriggerValue }) {
  const range = parentElement.querySelector("input");
  const [said, live] = [parentElement.querySelector("output"), parentElement.querySelector("small")];
  const self = (range.self ??= { held: false, asked: 0 });
  Object.assign(self, { data, setTriggerValue });

  const nearest = (places, value) =>
    places.reduce((best, p, i) => (Math.abs(p - value) < Math.abs(places[best] - value) ? i : best), 0);
  const sheet = () => shelf.sheets.get(self.data.sheet);
  const value = () => self.data.places[Number(range.value)];

  const say = () => {
    const text = self.data.texts[Number(range.value)];
    said.textContent = text;
    range.setAttribute("aria-valuetext", text);
    range.style.setProperty("--share", `${(100 * range.value) / Math.max(1, range.max)}%`);
  };
  const put = () => {
    // The places may be others now: what the hand is at stays where it is.
    const kept = self.held && self.places ? self.places[Number(range.value)] : self.data.now;
    self.places = self.data.places;
    range.max = self.places.length - 1;
    range.value = nearest(self.places, kept);
    range.setAttribute("aria-label", self.data.label);
    say();
  };
  const follow = () => {
    self.waiting = 0;
    const frames = sheet();
    if (!frames) return;
    const frame = nearest(frames.places, value());
    paint(self.data, frames, frame);
    const psnr = frames.psnr[frame];
    const shown = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    const written = (number, how) => number.toLocaleString(self.data.language, how);
    const text = self.data.live.replace("%f", written(frames.places[frame], {}));
    live.textContent = psnr === null ? "" : text.replace("%p", written(psnr, shown));
  };
  const release = () => {
    clearTimeout(self.later);
    const wait = AGAIN_MS - (performance.now() - self.asked);
    if (wait > 0) {
      self.later = setTimeout(release, wait);
      return;
    }
    self.asked = performance.now();
    if (value() === self.data.now) settle();
    else self.setTriggerValue("release", value());
  };
  const settle = () => {
    if (self.held) return;
    live.textContent = "";
    uncover();
  };

  range.onpointerdown = () => (self.held = true);
  range.oninput = () => {
    say();
    self.waiting ||= requestAnimationFrame(follow);
  };
  range.onchange = () => {
    self.held = false;
    release();
  };
  // Back where it was, a range tells of no change: then there is nothing to wait for.
  range.onpointerup = range.onpointercancel = () => {
    self.held = false;
    setTimeout(() => value() === self.data.now && settle());
  };
  if (self.settle) shelf.settled.delete(self.settle);
  shelf.settled.add((self.settle = settle));
  put();
  return () => {
    shelf.settled.delete(self.settle);
    uncover();
  };
}
