// Elements are built, never parsed: text from a log stays text whatever it holds.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  set(element, props);
  element.append(...flat(children));
  return element;
}

export function svg(tag, props = {}, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  set(element, props);
  element.append(...flat(children));
  return element;
}

function set(element, props) {
  for (const [name, value] of Object.entries(props)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") for (const [key, text] of Object.entries(value)) element.style.setProperty(key, text);
    else if (name === "value" && "value" in element) element.value = value;
    else element.setAttribute(name, value === true ? "" : String(value));
  }
}

const flat = (children) => children.flat(3).filter((child) => child !== null && child !== undefined && child !== false);

export const byId = (id) => document.getElementById(id);

/** Says it to those who do not see the page. */
export const say = (text) => { byId("said").textContent = text; };

let toastTimer = 0;
export function toast(text) {
  const box = byId("toast");
  box.textContent = text;
  box.hidden = false;
  say(text);
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { box.hidden = true; }, 2600);
}

export const count = (value) => value.toLocaleString("en-US");

export const many = (value, one, other = one + "s") => `${count(value)} ${value === 1 ? one : other}`;

export function short(value) {
  if (value < 10000) return count(Math.round(value));
  if (value < 1e6) return (value / 1e3).toFixed(1) + "k";
  if (value < 1e9) return (value / 1e6).toFixed(2) + "M";
  return (value / 1e9).toFixed(2) + "G";
}

export function bytes(value) {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let at = 0;
  while (value >= 1000 && at < 4) { value /= 1000; at++; }
  return (at ? value.toFixed(1) : value) + " " + units[at];
}

// Colours by SGR; all other control characters, and those that turn the direction of text, are shown by name.
const special = /\x1b\[([0-9;]{0,40})m|[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function lineNodes(text, marks) {
  const nodes = [];
  let at = 0, style = "";
  const add = (part) => { if (part) nodes.push(...(style ? [h("span", { class: style }, ...marked(part, marks))] : marked(part, marks))); };
  for (const match of text.matchAll(special)) {
    add(text.slice(at, match.index));
    at = match.index + match[0].length;
    if (match[1] !== undefined) {
      const codes = match[1].split(";").filter((code) => /^(1|[39][0-7])$/.test(code));
      style = codes.map((code) => "ansi" + code).join(" ");
    } else nodes.push(h("span", { class: "esc", title: "a control character" }, "\\u" + match[0].charCodeAt(0).toString(16).padStart(4, "0")));
  }
  add(text.slice(at));
  return nodes;
}

function marked(text, marks) {
  if (!marks) return [document.createTextNode(text)];
  const nodes = [];
  let at = 0, found = 0;
  for (const match of text.matchAll(marks)) {
    if (!match[0] || ++found > 50) break;
    if (match.index > at) nodes.push(document.createTextNode(text.slice(at, match.index)));
    nodes.push(h("mark", {}, match[0]));
    at = match.index + match[0].length;
  }
  if (at < text.length) nodes.push(document.createTextNode(text.slice(at)));
  return nodes;
}

/** Text for attributes and the clipboard of one line. */
export const plain = (text) => text.replace(special, (all, sgr) => sgr !== undefined ? "" : "\\u" + all.charCodeAt(0).toString(16).padStart(4, "0"));

export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    toast("Copied");
  } catch {
    // Not a secure context, or not permitted: shown to be copied by hand.
    const area = h("textarea", { rows: 6, cols: 80, "aria-label": "Text to copy" });
    area.value = text;
    dialog("Copy", area);
    area.select();
  }
}

export function dialog(title, ...content) {
  const box = h("dialog", { "aria-label": title }, h("h2", {}, title), ...content,
    h("form", { method: "dialog" }, h("button", {}, "Close")));
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.showModal();
  return box;
}

/** Why something is not there; that nobody here has it is no fault. */
export const trouble = (error) => h("p", { class: error.code === "alone" ? "" : "problem" }, plain(error.message));

export const quoted = (text) => `'${text.replace(/'/g, "'\\''")}'`;

export function menu(button, content) {
  const box = h("div", { popover: "auto" });
  box.append(content(() => box.hidePopover()));
  box.addEventListener("toggle", (event) => {
    button.setAttribute("aria-expanded", String(event.newState === "open"));
    if (event.newState === "closed") { box.remove(); button.focus(); }
  });
  document.body.append(box);
  box.showPopover();
  const at = button.getBoundingClientRect();
  box.style.top = Math.min(at.bottom + 4, innerHeight - box.offsetHeight - 8) + "px";
  box.style.left = Math.max(8, Math.min(at.left, innerWidth - box.offsetWidth - 8)) + "px";
  box.querySelector("a, button, input")?.focus();
  return box;
}
