// Who a visitor is, in cookies of this address: they last a year, and no other site's page sends them.
const YEAR = 365 * 24 * 3600;

function found(names) {
  const all = new Map(document.cookie.split("; ").map((one) => one.split(/=(.*)/s)));
  return Object.fromEntries(Object.entries(names).map(([key, name]) => [key, all.get(name) ?? ""]));
}

export default function ({ data: [data], setTriggerValue }) {
  const { names, kept } = data;
  const first = !globalThis.aeVisitor;
  const before = (globalThis.aeVisitor ??= found(names));
  if (first && kept.secret && before.secret && before.secret !== kept.secret) {
    setTriggerValue("other", before.secret); // another tab was quicker: both are one visitor
    return;
  }
  // Only what changed here: another tab may have said a name, or a teacher's token, meanwhile.
  const secure = location.protocol === "https:" ? "; Secure" : "";
  for (const [key, name] of Object.entries(names)) {
    if (kept[key] === before[key]) continue;
    const life = kept[key] ? YEAR : 0;
    document.cookie = `${name}=${kept[key]}; Path=/; Max-Age=${life}; SameSite=Strict${secure}`;
  }
  globalThis.aeVisitor = kept;
}
