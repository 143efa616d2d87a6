export default function (component) {
  const { parentElement, data: [data], setTriggerValue } = component;
  const frame = parentElement.querySelector(".frame");
  if (frame.dataset.drawn !== data.svg) {
    frame.innerHTML = data.svg;
    frame.dataset.drawn = data.svg;
    frame.setAttribute("aria-label", data.label);
    const svg = frame.querySelector("svg");
    const width = Number(svg.getAttribute("width"));
    svg.style.cssText = `width:100%;height:auto;min-width:${width}px;max-width:${1.5 * width}px`;
  }
  frame.onclick = (event) => {
    const layer = event.target.closest("[data-layer]");
    if (layer) setTriggerValue("layer", Number(layer.dataset.layer));
  };
}
