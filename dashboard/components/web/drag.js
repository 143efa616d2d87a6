// A range input whose pictures follow while it is moved: frames computed ahead are drawn over the
// strip's own pictures. Near the value shown, and for every size of a code, there is a frame for each
// place: a step by keyboard, or a jump to another size, has its own pictures at once. On release the value goes to the server; its pictures take over.
const AGAIN_MS = 150; // keys held down: no more than one release in this time
const PATIENCE_MS = 10000; // so long a release may be on its way before it is sent once more

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const range = parentElement.querySelector("input");
  const [said, live] = [parentElement.querySelector("output"), parentElement.querySelector("small")];
  // later: a release that waits for its turn. sent: the one that the server was not seen to hear yet.
  const self = (range.self ??= { held: false, asked: 0, later: 0, sent: 0 });
  Object.assign(self, { data, setTriggerValue });

  const nearest = (places, value) =>
    places.reduce((best, p, i) => (Math.abs(p - value) < Math.abs(places[best] - value) ? i : best), 0);
  const value = () => self.data.places[Number(range.value)];
  // The sheet and the frame in it nearest to a place: the place's own, wherever there is one.
  const frameOf = (place) => {
    const away = ({ sheet, frame }) => Math.abs(sheet.places[frame] - place);
    return self.data.sheets
      .map((key) => shelf.sheets.get(key))
      .filter(Boolean)
      .map((sheet) => ({ sheet, frame: nearest(sheet.places, place) }))
      .reduce((best, one) => (best && away(best) <= away(one) ? best : one), null);
  };
  // The hand may be at a value that the page does not show yet.
  const ahead = () => self.held || Boolean(self.later || self.sent);

  const say = () => {
    const text = self.data.texts[Number(range.value)];
    said.textContent = text;
    range.setAttribute("aria-valuetext", text);
    range.style.setProperty("--share", `${(100 * range.value) / Math.max(1, range.max)}%`);
  };
  const put = () => {
    if (self.data.heard === self.sent) {
      self.sent = 0;
      clearTimeout(self.again);
    }
    // The places may be others now: what the hand is at stays where it is.
    const kept = ahead() && self.places ? self.places[Number(range.value)] : self.data.now;
    self.places = self.data.places;
    range.max = self.places.length - 1;
    range.value = nearest(self.places, kept);
    range.setAttribute("aria-label", self.data.label);
    parentElement.querySelector(".marks").replaceChildren(
      ...self.data.marks.map((place) => {
        const mark = document.createElement("i");
        const at = self.places.indexOf(place) / Math.max(1, self.places.length - 1);
        mark.style.left = `${100 * at}%`;
        return mark;
      }),
    );
    say();
  };
  const follow = () => {
    self.waiting = 0;
    const found = frameOf(value());
    if (!found) return;
    const { sheet, frame } = found;
    paint(self.data, sheet, frame, value());
    const psnr = sheet.psnr[frame];
    const shown = { minimumFractionDigits: 1, maximumFractionDigits: 1 };
    const written = (number, how) => number.toLocaleString(self.data.language, how);
    const words = sheet.flatters[frame] ? self.data.live_flat : self.data.live;
    const text = words.replace("%f", written(sheet.places[frame], {}));
    live.textContent = psnr === null ? "" : text.replace("%p", written(psnr, shown));
  };
  const release = () => {
    clearTimeout(self.later);
    clearTimeout(self.again);
    const wait = AGAIN_MS - (performance.now() - self.asked);
    self.later = wait > 0 ? setTimeout(release, wait) : 0;
    if (self.later) return;
    self.asked = performance.now();
    if (value() === self.data.now && !self.sent) {
      settle();
      return;
    }
    self.sent = Date.now();
    self.setTriggerValue("release", { to: value(), sent: self.sent });
    self.again = setTimeout(release, PATIENCE_MS);
  };
  const settle = () => {
    if ([...shelf.ahead].some((is) => is())) return;
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
  const forget = () => {
    shelf.settled.delete(self.settle);
    shelf.ahead.delete(self.ahead);
  };
  forget();
  shelf.settled.add((self.settle = settle));
  shelf.ahead.add((self.ahead = ahead));
  put();
  return () => {
    clearTimeout(self.later);
    clearTimeout(self.again);
    forget();
    uncover();
  };
}
