// Brings what a lesson's sentence speaks of into sight, once a step, when the page has been drawn, and
// again where something above it grows late; not for whoever has begun to act.
const PATIENCE = 60000; // ms, once the page has been drawn
const SETTLED = 4000; // ms in its place, and nothing more is awaited
const GAP = 16; // pixels between the sentence and what it speaks of
const EDGE = 0.88; // of the window: below it a button may lie over the page

export default function ({ data: [data], parentElement }) {
  if (parentElement.step === data.step) return parentElement.stop;
  parentElement.step = data.step;
  parentElement.stop?.();
  let begun = performance.now();
  let own = false, placed = null, before = null;
  const theirs = () => (own = true);
  const acts = ["wheel", "touchmove", "keydown", "pointerdown"];
  acts.forEach((act) => document.addEventListener(act, theirs, { passive: true }));
  const look = () => {
    const now = performance.now();
    if (own || now - begun > PATIENCE) return parentElement.stop();
    const app = document.querySelector("[data-testid=stApp]");
    const marked = document.querySelector(`.st-key-${data.mark}`);
    const main = document.querySelector("[data-testid=stMain]");
    if (app?.dataset.testScriptState === "running") begun = now;
    if (begun === now || !marked?.offsetHeight) return (placed = null);
    const above = document.querySelector(".st-key-guide")?.getBoundingClientRect().bottom ?? 0;
    const { top, bottom } = marked.getBoundingClientRect();
    const off = top - above - GAP;
    const seen = top >= above && bottom <= EDGE * window.innerHeight;
    if (seen || Math.abs(off) < 2) {
      placed ??= now;
      return now - placed > SETTLED && parentElement.stop();
    }
    placed = null;
    const moving = before !== main.scrollTop; // by the last call
    before = main.scrollTop;
    if (moving) return;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    main.scrollBy({ top: off, behavior: still ? "instant" : "smooth" });
  };
  const timer = setInterval(look, 200);
  parentElement.stop = () => {
    clearInterval(timer);
    acts.forEach((act) => document.removeEventListener(act, theirs));
  };
  return parentElement.stop;
}
