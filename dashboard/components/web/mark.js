// Brings what a lesson's sentence speaks of into sight, once a step, when the page has been drawn; not
// for whoever has begun to scroll.
const PATIENCE = 60000; // ms
const GAP = 16; // pixels between the sentence and what it speaks of
const EDGE = 0.88; // of the window: below it a button may lie over the page

export default function ({ data, parentElement }) {
  if (parentElement.step === data.step) return parentElement.stop;
  parentElement.step = data.step;
  parentElement.stop?.();
  const begun = performance.now();
  let own = false;
  const theirs = () => (own = true);
  const acts = ["wheel", "touchmove", "keydown", "pointerdown"];
  acts.forEach((act) => document.addEventListener(act, theirs, { passive: true }));
  const look = () => {
    if (own || performance.now() - begun > PATIENCE) return parentElement.stop();
    const app = document.querySelector("[data-testid=stApp]");
    const marked = document.querySelector(`.st-key-${data.mark}`);
    const main = document.querySelector("[data-testid=stMain]");
    if (app?.dataset.testScriptState === "running" || !marked?.offsetHeight) return;
    parentElement.stop();
    const above = document.querySelector(".st-key-guide")?.getBoundingClientRect().bottom ?? 0;
    const { top, bottom } = marked.getBoundingClientRect();
    if (top >= above && bottom <= EDGE * window.innerHeight) return;
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    main.scrollBy({ top: top - above - GAP, behavior: still ? "instant" : "smooth" });
  };
  const timer = setInterval(look, 200);
  parentElement.stop = () => {
    clearInterval(timer);
    acts.forEach((act) => document.removeEventListener(act, theirs));
  };
  return parentElement.stop;
}
