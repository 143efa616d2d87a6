// Stands at the end of the page: asks for frames still missing, and tells the sliders that all that
// is above has arrived.
const shelf = (globalThis.aeFrames ??= { sheets: new Map(), settled: new Set() });

export default function ({ data, parentElement, setTriggerValue }) {
  clearTimeout(parentElement.asking);
  if (data.run !== parentElement.run) shelf.settled.forEach((tell) => tell());
  parentElement.run = data.run;
  if (data.missing) {
    const ask = () => setTriggerValue("poll", data.turn);
    parentElement.asking = setTimeout(ask, data.wait);
  }
  return () => clearTimeout(parentElement.asking);
}
