// Two versions of a picture over each other, the upper one cut off at a bar that a range moves.
const LARGEST = 32; // screen pixels for one of the picture

export default function ({ data: [data], parentElement }) {
  const find = (selector) => parentElement.querySelector(selector);
  const [range, choice, stage] = [find("input"), find("select"), find(".stage")];
  const before = () => data.before[choice.selectedIndex] ?? data.before[0];

  const cut = () => {
    const share = Number(range.value);
    find(".before").style.clipPath = `inset(0 ${100 - share}% 0 0)`;
    find(".bar").style.left = `${share}%`;
    const text = data.value.replace("%l", share).replace("%r", 100 - share);
    range.setAttribute("aria-valuetext", text.replace("%a", before().name));
  };
  const zoom = (factor) => {
    stage.factor = Math.min(LARGEST, Math.max(1, factor));
    stage.style.width = `${data.width * stage.factor}px`;
    stage.style.height = `${data.height * stage.factor}px`;
    find("output").textContent = `×${stage.factor}`;
    find(".out").disabled = stage.factor === 1;
    find(".in").disabled = stage.factor === LARGEST;
  };
  const show = () => {
    find(".before").src = before().picture;
    find(".after").src = data.after.picture;
    find(".left").textContent = before().name;
    find(".right").textContent = data.after.name;
    range.setAttribute("aria-label", data.label);
    cut();
  };

  const names = data.before.map((version) => version.name);
  if (choice.known !== names.join("\n")) {
    choice.known = names.join("\n");
    choice.replaceChildren(...names.map((name) => new Option(name)));
  }
  choice.hidden = names.length < 2;
  choice.setAttribute("aria-label", data.choose);
  find(".out").setAttribute("aria-label", data.smaller);
  find(".in").setAttribute("aria-label", data.larger);
  range.oninput = cut;
  choice.onchange = show;
  find(".out").onclick = () => zoom(stage.factor - 1);
  find(".in").onclick = () => zoom(stage.factor + 1);
  zoom(stage.side === data.width ? stage.factor : data.factor);
  stage.side = data.width;
  show();
}
