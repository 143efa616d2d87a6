// What test_keys_in_browser.py asks of a page.
window.keys = (() => {
  const HOME = "[data-testid=stElementContainer], [data-testid=stLayoutWrapper]";
  const LOOKS = ["outlineStyle", "outlineColor", "boxShadow", "borderColor", "backgroundColor", "color"];
  const focused = () => {
    let e = document.activeElement;
    while (e?.shadowRoot?.activeElement) e = e.shadowRoot.activeElement;
    return e;
  };
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  // How an element and what stands around it look: focus may be shown by any of them.
  const look = (e) => {
    const around = [];
    for (let at = e; at && around.length < 5; at = at.parentElement) around.push(at);
    const all = [...around, ...e.querySelectorAll("*"), ...(e.parentElement?.children ?? [])];
    return JSON.stringify(all.map((at) => LOOKS.map((name) => getComputedStyle(at)[name])));
  };

  // Where the keyboard is: in which control, on what, and whether that is within the window.
  const here = () => {
    const e = focused();
    if (!e || e === document.body) return null;
    const { top, bottom } = e.getBoundingClientRect();
    const home = document.activeElement.closest(HOME)?.className ?? "";
    const key = (home.match(/st-key-(\S+)/)?.[1] ?? "").replace(/--\w+$/, ""); // as walking.js
    return { key, tag: e.tagName, inside: bottom > 0 && top < innerHeight };
  };

  // Whether what has the focus looks else without it.
  const shown = async () => {
    const e = focused(), before = look(e);
    e.blur();
    await drawn();
    const after = look(e);
    e.focus({ focusVisible: true, preventScroll: true });
    await drawn();
    return before !== after;
  };
  return { here, shown };
})();
