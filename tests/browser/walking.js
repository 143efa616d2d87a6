// What walking.py asks of a page.
window.walking = (() => {
  const CONTROLS = ["stSlider", "stSelectbox", "stMultiSelect", "stButtonGroup", "stCheckbox",
    "stNumberInput", "stTextInput", "stTextArea", "stRadio", "stExpander", "stPopover", "stTabs",
    "stFileUploader", "stDownloadButton", "stButton", "stMenuButton", "stDataFrame",
    "stPlotlyChart", "stBidiComponentIsolated"].map((kind) => `[data-testid=${kind}]`).join();
  const OVER = "[data-testid=stPopoverBody], [role=dialog]";
  const PRESSED = "a[href], button, input, select, textarea, summary, [tabindex='0'], [role=button]";

  const seen = (e) => e.checkVisibility({ visibilityProperty: true });
  const all = (selector, from = document) => [...from.querySelectorAll(selector)].filter(seen);
  const keyOf = (e) => e?.className.match(/st-key-(\S+)/)?.[1];
  const marked = (name) => document.querySelector(`[data-walk="${name}"]`);
  const over = () => all(OVER).length;

  const describe = (e) => {
    const home = e.closest("[data-testid=stElementContainer], [data-testid=stLayoutWrapper]");
    let key = keyOf(home);
    if (!key && e.dataset.testid === "stDataFrame") { // where nothing can be chosen it keeps no key
      key = `in-${keyOf(home.parentElement.closest("[class*=st-key-]")) ?? "page"}`;
    }
    key = key?.replace(/--\w+$/, ""); // what ends a control's key when it is drawn anew
    const kind = e.dataset.testid, name = `${kind} ${key}`;
    const handles = [...e.querySelectorAll(kind === "stNumberInput" ? "button" : "button, input")];
    const rest = handles.length && handles.every((handle) => handle.disabled);
    e.dataset.walk = name;
    return { name, kind, key, rest: Boolean(rest) };
  };

  // The controls that can be reached now, each marked with its name, and what is neither a control
  // nor of the frame.
  const look = (frame) => {
    for (const e of document.querySelectorAll("[data-walk]")) delete e.dataset.walk;
    const ground = all(OVER).at(-1) ?? document;
    const moves = (e) => e.dataset.testid !== "stBidiComponentIsolated" ||
      (e.shadowRoot && all(PRESSED, e.shadowRoot).length); // not yet, or only carries what others show
    const found = all(CONTROLS, ground).filter(moves).map(describe);
    const strays = all(PRESSED, ground).filter((e) => !e.closest(CONTROLS) && !e.matches(frame));
    return { found, over: over(), strays: strays.map((e) => e.outerHTML.slice(0, 200)) };
  };

  const state = (name) => {
    const holds = "input, details, [aria-checked], [aria-pressed], [data-tag]";
    return marked(name) && JSON.stringify([...marked(name).querySelectorAll(holds)].map((e) =>
      [e.value, e.checked, e.open, e.ariaChecked, e.ariaPressed, e.dataset.tag && e.textContent]));
  };

  // Before a control is moved, for a list that is open shuts when the page scrolls: two frames later
  // it has heard of it. What floats over the page moves with the button that opened it.
  const show = async (name) => {
    const { top, bottom, left, right } = marked(name).getBoundingClientRect();
    const covered = [top + 4, bottom - 4].some((y) => { // by what stays in its place
      const hit = document.elementFromPoint((left + right) / 2, y);
      return hit && !hit.contains(marked(name)) && !marked(name).contains(hit);
    });
    if (top > 80 && bottom < innerHeight - 20 && !covered) return;
    if (marked(name).closest("[data-testid=stPopoverBody]")) {
      document.querySelector("[data-testid=stMain]").scrollBy(0, top - innerHeight / 3);
    } else marked(name).scrollIntoView({ block: "center" });
    for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  };

  // Pictures arrive with their pixels as they were: enlarged by whole numbers, never smoothed, never
  // JPEG; and what is drawn by script has something on it.
  const blemishes = () => {
    const pictures = all("[data-testid=stMain] img").map((e) => {
      const wide = e.width / e.naturalWidth, exact = /^data:image\/(png|webp|svg)|\.png$/.test(e.src);
      const whole = !e.closest("[class*=st-key-strip], [class*=st-key-closer]") ||
        (Number.isInteger(wide) && getComputedStyle(e).imageRendering === "pixelated");
      const fine = e.complete && e.naturalWidth && exact && whole;
      return fine ? "" : `${e.alt}: ${wide} ${e.src.slice(0, 80)}`;
    });
    const drawn = "[data-testid=stVegaLiteChart] canvas, [data-testid=stDataFrame] canvas";
    const empty = all(drawn).filter((e) => e.width && e.height).map((e) => {
      const bytes = e.getContext("2d").getImageData(0, 0, e.width, e.height).data;
      return new Set(new Uint32Array(bytes.buffer)).size > 1 ? "" : "nothing is drawn in a canvas";
    });
    return [...pictures, ...empty].filter(Boolean);
  };

  // Until nothing on the page has changed for so many milliseconds and no script is at work.
  const still = (quiet) => new Promise((done) => {
    const app = document.querySelector("[data-testid=stApp]"), end = performance.now() + 20000;
    let last = performance.now();
    const watch = new MutationObserver(() => { last = performance.now(); });
    watch.observe(document.body, { subtree: true, childList: true, attributes: true });
    const check = () => {
      const now = performance.now(), idle = app.dataset.testScriptState === "notRunning";
      if (now > end || (idle && now - last > quiet)) {
        watch.disconnect();
        done();
      } else setTimeout(check, 30);
    };
    check();
  });

  return { blemishes, look, over, show, state, still };
})();
