// The address is the state: what is seen can be sent to somebody else.

const lists = ["f"], commas = ["c"], texts = ["q", "t", "tz", "s", "b", "i", "r", "x"];
export let state = read();
const listeners = [];

function read() {
  const found = new URLSearchParams(location.search);
  const now = { page: location.pathname };
  for (const name of texts) now[name] = found.get(name) ?? "";
  for (const name of lists) now[name] = found.getAll(name).filter(Boolean);
  for (const name of commas) now[name] = (found.get(name) ?? "").split(",").filter(Boolean);
  now.t ||= "15m";
  return now;
}

export function url(change = {}) {
  const next = { ...state, ...change };
  const pairs = new URLSearchParams();
  for (const name of texts) {
    const value = next[name];
    if (value && !(name === "t" && value === "15m")) pairs.append(name, value);
  }
  for (const value of next.f) pairs.append("f", value);
  if (next.c.length) pairs.append("c", next.c.join(","));
  // Readable where an address may be: the characters of times, fields and commas.
  const text = pairs.toString().replace(/%3A/g, ":").replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%40/g, "@");
  return next.page + (text ? "?" + text : "");
}

/** Goes there; Back comes back. */
export function go(change, replaces = false) {
  const before = state, target = url(change);
  if (target === url()) return;
  history.replaceState({ ...history.state, scroll: keepScroll() }, "");
  history[replaces ? "replaceState" : "pushState"]({}, "", target);
  state = read();
  listeners.forEach((listener) => listener(state, before));
}

let keepScroll = () => 0;
export const onKeepScroll = (ask) => { keepScroll = ask; };

export const onChange = (listener) => { listeners.push(listener); };

addEventListener("popstate", () => {
  const before = state;
  state = read();
  listeners.forEach((listener) => listener(state, before));
});

/** A real link that works without a new page; with Ctrl or the middle button it opens one.
 * */
export function link(make, change, props, ...children) {
  return make("a", {
    ...props,
    href: url(change),
    onclick: (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
      event.preventDefault();
      event.stopPropagation();
      go(change);
    },
  }, ...children);
}

/** The pills with one more (its opposite goes). */
export function withPill(field, value, wanted) {
  const pill = `${wanted ? "" : "-"}${field}:${value}`;
  const rest = state.f.filter((old) => old.replace(/^[~-]+/, "") !== `${field}:${value}`);
  return { f: [...rest, pill] };
}
