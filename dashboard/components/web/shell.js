// What Streamlit draws of its own: its words in the visitor's language, and on a narrow screen a menu
// that closes when a page is chosen.
const NARROW = 768; // pixels, below which Streamlit lays its menu over the page
const PLACES = [
  "[data-testid=stHeader]",
  "[data-testid=stFileUploader]",
  "[data-testid=stStatusWidget]",
  "[data-baseweb=popover]",
  "[role=listbox]",
  "[data-testid=stSkipToContent]",
].join();

export default function ({ data: [data], parentElement }) {
  const words = new Map(Object.entries(data.words));
  const said = (text) =>
    words.get(text.trim()) ??
    text
      .replace(/^([\d.,]+\s?[KMG]?B) per file\b/, `$1 ${data.per_file}`)
      .replace(/^(\d+) more$/, `$1 ${data.more}`); // pages that the bar has no room for
  const tidy = () => {
    parentElement.tidying = 0;
    for (const place of document.querySelectorAll(PLACES)) {
      const texts = document.createTreeWalker(place, NodeFilter.SHOW_TEXT);
      while (texts.nextNode()) {
        const text = texts.currentNode.nodeValue;
        const mine = said(text);
        if (mine !== text) texts.currentNode.nodeValue = mine;
      }
    }
    for (const place of document.querySelectorAll("button[aria-label], [data-testid] [aria-label]")) {
      const mine = words.get(place.getAttribute("aria-label"));
      if (mine) place.setAttribute("aria-label", mine);
    }
  };
  const later = () => (parentElement.tidying ||= requestAnimationFrame(tidy));
  const close = (event) => {
    if (window.innerWidth > NARROW || !event.target.closest("[data-testid=stSidebarNavLink]")) return;
    document.querySelector("[data-testid=stSidebarCollapseButton] button")?.click();
  };
  parentElement.stop?.();
  const watch = new MutationObserver(later);
  watch.observe(document.body, { subtree: true, childList: true, characterData: true });
  document.addEventListener("click", close);
  parentElement.stop = () => {
    watch.disconnect();
    cancelAnimationFrame(parentElement.tidying);
    parentElement.tidying = 0;
    document.removeEventListener("click", close);
  };
  tidy();
  return () => parentElement.stop();
}
