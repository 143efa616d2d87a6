// Own images dropped anywhere on the page go to Python; those of this tab come back after a reload.
const KEY = "ae-own-images";

export default function ({ data: [data], parentElement, setTriggerValue }) {
  const veil = parentElement.querySelector(".veil");
  veil.textContent = data.label;
  const stored = () => {
    try {
      return JSON.parse(sessionStorage.getItem(KEY)) ?? [];
    } catch {
      return [];
    }
  };
  const store = (images) => {
    try {
      sessionStorage.setItem(KEY, JSON.stringify(images));
    } catch {
      // Beyond what a browser keeps: they stay until the page is loaded anew.
    }
  };
  const read = (file) =>
    new Promise((resolve) => {
      const reader = new FileReader();
      reader.onload = () => resolve({ name: file.name, uri: reader.result });
      reader.onerror = () => resolve(null);
      reader.readAsDataURL(file);
    });
  const readAll = async (files) => {
    const small = [...files].filter((file) => file.size <= data.most).slice(0, data.count);
    return (await Promise.all(small.map(read))).filter(Boolean);
  };

  // After a reload the server knows of none; later it says which of them are still wanted.
  const names = new Set(data.names);
  if (data.first) {
    const before = stored();
    if (before.length && !parentElement.restored) setTriggerValue("dropped", before);
    parentElement.restored = true;
  } else if (stored().some((image) => !names.has(image.name))) {
    store(stored().filter((image) => names.has(image.name)));
  }

  const ours = (event) =>
    [...(event.dataTransfer?.types ?? [])].includes("Files") &&
    !event.target.closest?.("[data-testid=stFileUploader]");
  const over = (event) => {
    if (!ours(event)) return veil.classList.remove("shown");
    event.preventDefault();
    veil.classList.add("shown");
  };
  const leave = (event) => {
    if (!event.relatedTarget) veil.classList.remove("shown");
  };
  const drop = async (event) => {
    veil.classList.remove("shown");
    if (!ours(event)) return;
    event.preventDefault();
    const images = await readAll(event.dataTransfer.files);
    if (!images.length) return;
    store([...stored(), ...images]);
    setTriggerValue("dropped", images);
  };
  const chosen = async (event) => {
    if (!event.target.matches?.(".st-key-explore_files input[type=file]")) return;
    store([...stored(), ...(await readAll(event.target.files))]);
  };
  parentElement.stopListening?.();
  const events = { dragover: over, dragleave: leave, drop, change: chosen };
  for (const [name, does] of Object.entries(events)) document.addEventListener(name, does, true);
  parentElement.stopListening = () => {
    for (const [name, does] of Object.entries(events)) {
      document.removeEventListener(name, does, true);
    }
  };
  return () => parentElement.stopListening();
}
