// A picture from the clipboard, as a data address, to Python. Nothing leaves the page otherwise.
export default function ({ data: [data], parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".paste");
  const said = parentElement.querySelector("output");
  box.querySelector("span").textContent = data.label;

  const send = (file) => {
    if (file.size > data.most) {
      said.textContent = data.too_large;
      return;
    }
    const reader = new FileReader();
    reader.onload = () => setTriggerValue("pasted", reader.result);
    reader.readAsDataURL(file);
    said.textContent = "";
  };
  const take = (event) => {
    const items = [...(event.clipboardData?.items ?? [])];
    const files = items.filter((item) => item.kind === "file").map((item) => item.getAsFile());
    if (files.length === 0) {
      if (event.target === box) said.textContent = data.nothing;
      return;
    }
    event.preventDefault();
    send(files[0]);
  };
  // A click or Enter asks the browser for the clipboard where it lets a page ask.
  const ask = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const kind = item.types.find((type) => type.startsWith("image/"));
        if (kind) return send(await item.getType(kind));
      }
      said.textContent = data.nothing;
    } catch {
      said.textContent = data.by_keys;
    }
  };
  box.onclick = ask;
  box.onkeydown = (event) => {
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      ask();
    }
  };
  if (box.stopListening) box.stopListening();
  document.addEventListener("paste", take);
  box.stopListening = () => document.removeEventListener("paste", take);
  return () => box.stopListening();
}
