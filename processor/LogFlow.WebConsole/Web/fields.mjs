import { ask, isAbort, view } from "./api.mjs";
import { count, h, plain, short } from "./dom.mjs";
import { go, link, state, withPill } from "./state.mjs";
import { cell } from "./rows.mjs";
import { readable } from "./time.mjs";

const signs = { keyword: "a", text: "¶", long: "#", double: "#", float: "#", integer: "#", date: "◷", ip: "◍", boolean: "?" };

/** The bar of fields: those of the hits first, each with its commonest values once opened. */
export class Fields {
  constructor() {
    this.list = h("div", { class: "fields" });
    this.filter = h("input", { type: "search", placeholder: "Filter fields", "aria-label": "Fields whose name has", oninput: () => this.draw() });
    this.element = h("aside", { class: "side", "aria-label": "Fields" }, h("div", { class: "head" }, this.filter), this.list);
    this.fields = [];
    this.sample = 0;
    this.open = new Map();
  }

  async load() {
    try {
      const answer = await ask("fields", "/api/fields", view());
      this.fields = answer.fields;
      this.sample = answer.sample;
      for (const name of this.open.keys()) this.open.set(name, null);
      this.draw();
      for (const name of this.open.keys()) void this.top(name);
    } catch (error) {
      if (!isAbort(error)) this.list.replaceChildren(h("p", { class: "muted" }, error.message));
    }
  }

  draw() {
    const wanted = this.filter.value.trim().toLowerCase();
    const fits = this.fields.filter((field) => field.name.toLowerCase().includes(wanted));
    // What says where a line came through is there in every line and seldom looked for.
    const dull = (field) => /^(agent|ecs|data_stream|input)\.|^event\.(ingested|created)$/.test(field.name) ? 1 : 0;
    fits.sort((a, b) => dull(a) - dull(b));
    const here = fits.filter((field) => field.count), other = fits.filter((field) => !field.count);
    this.list.replaceChildren(
      here.length ? h("h2", {}, `In the hits (${here.length})`) : "", ...here.flatMap((field) => this.one(field)),
      other.length ? h("h2", {}, `Elsewhere (${other.length})`) : "", ...other.flatMap((field) => this.one(field)));
  }

  one(field) {
    const isOpen = this.open.has(field.name);
    const button = h("button", {
      class: "field" + (field.count ? "" : " absent"), "aria-expanded": String(isOpen), title: `${field.name} (${field.type})`,
      onclick: () => {
        if (isOpen) this.open.delete(field.name);
        else { this.open.set(field.name, null); void this.top(field.name); }
        this.draw();
        [...this.list.querySelectorAll(".field")].find((one) => one.getAttribute("title")?.startsWith(field.name + " "))?.focus();
      },
    }, h("span", { class: "type", "aria-hidden": "true" }, signs[field.type] ?? "·"), h("span", { class: "name" }, field.name),
    field.count && field.count < this.sample ? h("span", { class: "share", title: "of the newest lines" }, Math.round(100 * field.count / this.sample) + "%") : null);
    return isOpen ? [button, this.values(field.name)] : [button];
  }

  async top(name) {
    try {
      const answer = await ask("values " + name, "/api/values", { ...view(), field: name });
      if (this.open.has(name)) { this.open.set(name, answer); this.draw(); }
    } catch (error) {
      if (!isAbort(error) && this.open.has(name)) { this.open.set(name, { problem: error.message }); this.draw(); }
    }
  }

  values(name) {
    const top = this.open.get(name);
    const box = h("div", { class: "top" });
    if (!top) { box.append(h("div", { class: "line" }, "counting …")); return box; }
    if (top.problem) { box.append(h("div", { class: "line" }, top.problem)); return box; }
    const has = top.total - top.missing;
    const isColumn = state.c.includes(name);
    box.append(h("div", { class: "line" },
      top.distinct === null || top.distinct === undefined ? "free text" : `${short(top.distinct)} values`,
      top.missing ? ` · missing in ${(100 * top.missing / Math.max(1, top.total)).toFixed(top.missing / top.total < .1 ? 1 : 0)}%` : "",
      h("span", { class: "grow" }),
      link(h, { c: isColumn ? state.c.filter((one) => one !== name) : [...state.c, name] }, { class: "act", title: isColumn ? "Take the column away" : "Show as a column", "aria-label": `${isColumn ? "Hide" : "Show"} column ${name}` }, "≡"),
      top.distinct !== undefined && top.distinct !== null ? h("button", { class: "act", title: "Split the bars by this field", "aria-label": `Split the bars by ${name}`, onclick: () => go({ b: name }) }, "▦") : null));
    if (top.stats?.count) box.append(h("div", { class: "line mono" }, `min ${+top.stats.min.toFixed(2)} · avg ${+top.stats.avg.toFixed(2)} · max ${+top.stats.max.toFixed(2)}`));
    for (const { value, count: n } of top.values) box.append(valueLine(name, value, n, has));
    return box;
  }
}

function valueLine(name, value, n, total) {
  const text = plain(cell(value)), shown = top(name, text);
  return h("div", { class: "value", style: { "--share": (100 * n / Math.max(1, total)).toFixed(1) + "%" }, title: `${text}: ${count(n)}` },
    h("span", { class: "name" }, shown), h("span", { class: "count" }, share(n, total)),
    link(h, withPill(name, cell(value), true), { class: "act", title: "Only these", "aria-label": `Only ${name} ${text}` }, "+"),
    link(h, withPill(name, cell(value), false), { class: "act", title: "Without these", "aria-label": `Without ${name} ${text}` }, "−"));
}

const top = (name, text) => /timestamp|ingested|created/.test(name) && !isNaN(Date.parse(text)) ? readable(Date.parse(text)) : text === "" ? "(empty)" : text;

const share = (n, total) => { const part = 100 * n / Math.max(1, total); return part >= 10 ? `${Math.round(part)}%` : part >= .1 ? `${part.toFixed(1)}%` : "<0.1%"; };
