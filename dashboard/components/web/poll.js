// Stands at the end of the page: asks for frames still missing, and tells the sliders that all that
// is above has arrived.
const shelf = (globalThis.aeFrames ??= { sheets: new Map(), settled: new Set(), ahead: new Set() });

export default function ({ data: [data], parentElement, setTriggerValue }) {
  clearTimeout(parentElement.asking);
  if (data.run !== parentElement.run) shelf.settled.forEach((tell) => tell());
  parentElement.run = data.run;
  if (data.missing) {
    // Never together with a slider's release: sent as one, that would draw the page's end alone. Nor
    // while the server is at work: a question that meets the end of a run can make it go unheard.
    let patience = 20;
    const ask = () => {
      const app = document.querySelector("[data-testid=stApp]");
      const busy = app?.dataset.testScriptState === "running" && patience-- > 0;
      if (busy || [...shelf.ahead].some((is) => is())) wait();
      else setTriggerValue("poll", data.turn);
    };
    const wait = () => (parentElement.asking = setTimeout(ask, data.wait));
    wait();
  }
  return () => clearTimeout(parentElement.asking);
}
