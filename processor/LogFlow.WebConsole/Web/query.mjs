// The query bar: text with completion, time, pills.
import { ask, isAbort, view } from "./api.mjs";
import { count, h, menu, plain } from "./dom.mjs";
import { go, link, state, url } from "./state.mjs";
import { parse, presets, rangeName, readable, zone } from "./time.mjs";

const RECENT = "recent";

const recent = () => { try { return JSON.parse(localStorage.getItem(RECENT) ?? "[]"); } catch { return []; } };

function remember(query) {
  if (query) localStorage.setItem(RECENT, JSON.stringify([query, ...recent().filter((old) => old !== query)].slice(0, 20)));
}

export class QueryBar {
  constructor(fields, again) {
    this.fields = fields;
    this.options = [];
    this.chosen = -1;
    this.input = h("input", {
      id: "q", type: "text", spellcheck: "false", autocomplete: "off", autocapitalize: "off", placeholder: "Search: words, \"a phrase\", field:value, status:>=500, NOT healthz",
      "aria-label": "Query", role: "combobox", "aria-expanded": "false", "aria-controls": "complete", "aria-autocomplete": "list", value: state.q,
      oninput: () => void this.complete(), onkeydown: (event) => this.key(event), onblur: () => setTimeout(() => this.close(), 150),
    });
    this.list = h("ul", { class: "complete", id: "complete", role: "listbox", "aria-label": "Completions", hidden: true });
    this.time = h("button", { id: "time", "aria-haspopup": "dialog", "aria-expanded": "false", title: "Time (t)", onclick: () => this.chooseTime() }, "");
    const clear = h("button", { class: "quiet clear", title: "Clear", "aria-label": "Clear the query", onclick: () => { this.input.value = ""; this.run(); this.input.focus(); } }, "⌫");
    this.element = h("div", { class: "query", role: "search" },
      h("div", { class: "box" }, this.input, clear, this.list),
      h("button", { class: "primary", onclick: () => this.run(true) }, "Search"),
      h("div", { class: "group" }, h("button", { title: "Earlier ([)", "aria-label": "Earlier", onclick: () => this.shift(-1) }, "◀"), this.time, h("button", { title: "Later (])", "aria-label": "Later", onclick: () => this.shift(1) }, "▶")),
      h("button", { title: "Search again (r)", "aria-label": "Search again", onclick: again }, "⟳"));
    this.again = again;
    this.range = null;
    this.problem = h("div", { role: "alert" });
  }

  sync() {
    if (document.activeElement !== this.input || this.input.value.trim() !== state.q) this.input.value = state.q;
    this.time.textContent = state.page === "/live" ? "Live" : `${rangeName(state.t)} ▾`;
  }

  run(isExplicit = false) {
    this.close();
    remember(this.input.value.trim());
    if (this.input.value.trim() === state.q) { if (isExplicit) this.again(); } else go({ q: this.input.value.trim(), r: "", x: "" });
  }

  showProblem(error, hint) {
    this.problem.replaceChildren(
      error ? h("pre", { class: "problem" }, (error.column !== null && error.code === "query" ? " ".repeat(Math.min(400, error.column)) + "^ " : "") + plain(error.message)) : "",
      hint && !error ? h("div", { class: "hint" }, "Operators are written AND, OR, NOT and field:>=5. Meant: ", h("button", { onclick: () => go({ q: hint }) }, hint)) : "");
  }

  shift(way) {
    if (!this.range) return;
    const [from, to] = this.range, wide = to - from;
    go({ t: `${new Date(from + way * wide).toISOString()}/${new Date(to + way * wide).toISOString()}`, r: "" });
  }

  chooseTime() {
    menu(this.time, (close) => {
      const [from, to] = this.range ?? [Date.now() - 9e5, Date.now()];
      const first = h("input", { name: "from", value: readable(from), autocomplete: "off" });
      const last = h("input", { name: "to", value: readable(to), autocomplete: "off" });
      const wrong = h("div", { class: "problem", role: "alert" });
      return h("div", { class: "times" },
        h("div", { class: "menu" }, presets.map(([t, label]) => h("a", { href: url({ t, r: "" }), "aria-current": t === state.t ? "true" : null, onclick: (event) => { event.preventDefault(); close(); go({ t, r: "" }); this.again(); } }, label))),
        h("form", {
          onsubmit: (event) => {
            event.preventDefault();
            const a = parse(first.value), b = parse(last.value);
            if (isNaN(a) || isNaN(b)) { wrong.textContent = "a time is written 2026-11-29 17:00, with Z for UTC"; return; }
            close();
            go({ t: `${new Date(a).toISOString()}/${new Date(b).toISOString()}`, r: "" });
          },
        }, h("label", {}, `From (${zone()})`, first), h("label", {}, `To (${zone()})`, last), wrong, h("button", { class: "primary" }, "Show")));
    });
  }

  close() {
    this.list.hidden = true;
    this.chosen = -1;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }

  key(event) {
    const isOpen = !this.list.hidden;
    if (event.key === " " && event.ctrlKey) void this.complete(true);
    else if (event.key === "ArrowDown") isOpen ? this.choose(this.chosen + 1) : void this.complete(true);
    else if (event.key === "ArrowUp" && isOpen) this.choose(this.chosen - 1);
    else if (event.key === "Tab" && isOpen && this.options.length && !event.shiftKey) this.accept(Math.max(0, this.chosen));
    else if (event.key === "Escape") { if (isOpen) this.close(); else this.input.blur(); }
    else if (event.key === "Enter") { if (isOpen && this.chosen >= 0) this.accept(this.chosen); else this.run(true); }
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  choose(index) {
    const items = [...this.list.children];
    if (!items.length) return;
    this.chosen = (index + items.length) % items.length;
    items.forEach((item, at) => item.setAttribute("aria-selected", String(at === this.chosen)));
    this.input.setAttribute("aria-activedescendant", items[this.chosen].id);
    items[this.chosen].scrollIntoView({ block: "nearest" });
  }

  accept(index) {
    const { text, from } = this.options[index], at = this.input.selectionStart ?? this.input.value.length;
    this.input.setRangeText(text, from, at, "end");
    this.close();
    if (text.endsWith(":")) void this.complete();
  }

  async complete(isAsked = false) {
    const at = this.input.selectionStart ?? 0, before = this.input.value.slice(0, at);
    const word = /(?:^|[\s(])([-+!]?)([^\s()"]*|[\w.@-]+:"[^"]*)$/.exec(before);
    if (!word) return this.close();
    const [, sign, text] = word, colon = text.indexOf(":"), start = at - text.length;
    let options = [];
    if (colon > 0) {
      const field = text.slice(0, colon), begun = text.slice(colon + 1).replace(/^"/, "");
      if (/^[<>]/.test(begun)) return this.close();
      try {
        const top = await ask("complete", "/api/values", { ...view(), q: whole(before.slice(0, start - sign.length) + this.input.value.slice(at)), field, prefix: begun });
        options = top.values.filter((one) => String(one.value).toLowerCase().startsWith(begun.toLowerCase()))
          .map((one) => ({ label: String(one.value), note: count(one.count), text: quote(String(one.value)), from: start + colon + 1 }));
        if (!begun && top.stats) options.push(...[">=", "<="].map((sign) => ({ label: `${sign} a number`, note: "compare", text: sign, from: start + colon + 1 })));
      } catch (error) {
        if (isAbort(error)) return;
        // A half-written query finds no values: nothing is offered.
      }
    } else if (text || isAsked) {
      const wanted = text.toLowerCase();
      options = this.fields().filter((field) => field.name.toLowerCase().includes(wanted)).sort((a, b) => rank(a, wanted) - rank(b, wanted) || b.count - a.count).slice(0, 12)
        .map((field) => ({ label: field.name, note: field.type, text: field.name + ":", from: start }));
      if (!before.trim() || isAsked) options.push(...recent().filter((query) => query.toLowerCase().includes(before.trim().toLowerCase())).slice(0, 6).map((query) => ({ label: query, note: "recent", text: query, from: 0 })));
    }
    if (document.activeElement !== this.input) return;
    this.options = options;
    this.chosen = -1;
    this.list.replaceChildren(...options.map((option, index) => h("li", { id: "option" + index, role: "option", "aria-selected": "false", onmousedown: (event) => { event.preventDefault(); this.accept(index); } },
      h("span", {}, plain(option.label)), h("span", { class: "muted" }, option.note))));
    this.list.hidden = !options.length;
    this.input.setAttribute("aria-expanded", String(options.length > 0));
  }
}

/** What of a half-written query can be read already. */
function whole(text) {
  const query = text.replace(/(\s*(\b(AND|OR|NOT)\b|&&|\|\||[!+-]))+\s*$/, "").trim();
  const has = (letter) => query.split(letter).length - 1;
  return has("(") === has(")") && has("[") === has("]") && has("{") === has("}") && has('"') % 2 === 0 ? query : "";
}

const rank = (field, wanted) => (field.name.toLowerCase().startsWith(wanted) ? 0 : 2) + (field.count ? 0 : 1);

export const quote = (value) => /^[\w.@/-]+$/.test(value) && !/^(AND|OR|NOT)$/.test(value) && !value.includes("/") ? value : `"${value.replace(/["\\]/g, "\\$&")}"`;

/** The pills: what is wanted and not, each of which can be turned, switched off, taken away. */
export function pills() {
  return state.f.map((pill, at) => {
    const isOff = pill.startsWith("~"), rest = isOff ? pill.slice(1) : pill, isNot = rest.startsWith("-"), bare = isNot ? rest.slice(1) : rest;
    const put = (text) => ({ f: state.f.map((old, index) => index === at ? text : old).filter((old) => old !== null), r: "" });
    return h("span", { class: `pill${isNot ? " not" : ""}${isOff ? " off" : ""}` },
      h("span", { title: plain(bare) }, (isNot ? "NOT " : "") + plain(bare)),
      link(h, put((isOff ? "~" : "") + (isNot ? "" : "-") + bare), { title: isNot ? "Make it wanted" : "Make it unwanted", "aria-label": `Invert ${plain(bare)}` }, "±"),
      link(h, put((isOff ? "" : "~") + rest), { title: isOff ? "Switch on" : "Switch off", "aria-label": `${isOff ? "Switch on" : "Switch off"} ${plain(bare)}` }, isOff ? "○" : "●"),
      link(h, put(null), { title: "Take away", "aria-label": `Take away ${plain(bare)}` }, "✕"));
  });
}
