// A line that is open: its fields, its JSON, the lines around it, the way that it came.
import { ask, isAbort, view } from "./api.mjs";
import { bytes, copy, count, h, lineNodes, plain } from "./dom.mjs";
import { go, link, state, url, withPill } from "./state.mjs";
import { cell, cells, levelClass, timeOf, widths } from "./rows.mjs";
import { full, length, rowFormat } from "./time.mjs";

export function detail(row, owner) {
  const body = h("div", { class: "body", tabindex: "0", role: "tabpanel", "aria-label": "The line" });
  const tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Views of the line" });
  const all = [
    ["table", "Table", table], ["json", "JSON", json], ["around", "Around", () => around(row, owner.marks)],
    ["way", "Way", way],
    ["try", "Try", async () => (await import("./try.mjs")).tryRow(row)]];
  let found = null;
  const show = async (name) => {
    for (const tab of tabs.querySelectorAll("[role=tab]")) {
      const isIt = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(isIt));
      tab.setAttribute("tabindex", isIt ? "0" : "-1");
    }
    try {
      found ??= await ask("document", "/api/document", { id: row.id, index: row.index });
      body.replaceChildren(await (all.find(([key]) => key === name) ?? all[0])[2](row, found));
    } catch (error) {
      if (!isAbort(error)) body.replaceChildren(h("p", { class: "empty" }, error.message));
    }
  };
  for (const [name, label] of all) {
    tabs.append(h("button", { role: "tab", "data-tab": name, onclick: () => { go({ r: row.id, x: name === "table" ? "" : name }, true); void show(name); } }, label));
  }
  const buttons = h("span", { role: "presentation" },
    h("button", { title: "Previous line (k)", "aria-label": "Previous line", onclick: () => owner.step(-1) }, "↑"),
    h("button", { title: "Next line (j)", "aria-label": "Next line", onclick: () => owner.step(1) }, "↓"),
    h("button", { title: "Copy as JSON (Y)", onclick: async () => copy(await wholeJson(row)) }, "Copy"),
    h("button", { title: "Copy a link to this line (l)", onclick: () => copyLink(row) }, "Link"),
    h("button", { title: "Close (Esc)", "aria-label": "Close", onclick: owner.close }, "✕"));
  tabs.addEventListener("keydown", (event) => {
    const list = [...tabs.querySelectorAll("[role=tab]")], at = list.indexOf(event.target);
    const next = at < 0 ? null : event.key === "ArrowRight" ? list[(at + 1) % list.length] : event.key === "ArrowLeft" ? list.at(at - 1) : null;
    if (next) { event.stopPropagation(); next.focus(); next.click(); }
  });
  const chosen = all.some(([name]) => name === state.x) ? state.x : "table";
  void show(chosen);
  return h("div", { class: "detail", role: "region", "aria-label": `Line of ${full(timeOf(row))}` },
    h("div", { class: "tabbar" }, tabs, h("span", { class: "grow" }), buttons), body);
}

export const wholeFields = async (row) => (await ask("whole", "/api/document", { id: row.id, index: row.index, whole: true })).fields;

export const wholeJson = async (row) => JSON.stringify(nest(await wholeFields(row)), null, 2);

export function copyLink(row) {
  const at = timeOf(row), near = `${new Date(at - 300000).toISOString()}/${new Date(at + 300000).toISOString()}`;
  void copy(new URL(url({ t: state.t.includes("/") ? state.t : near, r: row.id, page: "/" }), location.href).href);
}

export function nest(fields) {
  const root = Object.create(null);
  for (const [name, value] of fields) {
    const keys = name.split(".");
    let at = root;
    while (keys.length > 1) {
      const key = keys.shift();
      if (at[key] !== undefined && (typeof at[key] !== "object" || at[key] === null)) { keys.unshift(key); break; }
      at = at[key] ??= Object.create(null);
    }
    at[keys.join(".")] = value;
  }
  return root;
}

function table(row, document) {
  const rows = document.fields.map(([name, value]) => {
    const text = cell(value), first = Array.isArray(value) ? cell(value[0]) : text, isColumn = state.c.includes(name);
    const canFilter = text.length < 1000 && first !== "";
    return h("div", {},
      h("span", { class: "acts" },
        canFilter && link(h, withPill(name, first, true), { class: "act", title: "Only these", "aria-label": `Only ${name} ${plain(first)}` }, "+"),
        canFilter && link(h, withPill(name, first, false), { class: "act", title: "Without these", "aria-label": `Without ${name} ${plain(first)}` }, "−"),
        link(h, { c: isColumn ? state.c.filter((one) => one !== name) : [...state.c, name] }, { class: "act less", title: "Column", "aria-label": `Column ${name}` }, "≡"),
        h("button", { class: "act", title: "Copy", "aria-label": `Copy ${name}`, onclick: () => copy(text) }, "❐")),
      h("span", { class: "name" }, name),
      h("span", { class: "val" }, lineNodes(text), text.length >= 4096 ? h("button", { onclick: (event) => more(event.target, row, name) }, `show all of it`) : ""));
  });
  return h("div", { class: "kv" }, rows, h("div", {}, h("span", { class: "acts" }), h("span", { class: "name" }, "_index / _id"), h("span", { class: "val" }, `${document.index} / ${document.id} · ${bytes(document.size)}`)));
}

async function more(button, row, name) {
  const text = cell((await wholeFields(row)).find((field) => field[0] === name)?.[1]);
  button.parentElement?.replaceChildren(...lineNodes(text));
}

const json = (row, document) => h("pre", { class: "json" }, pretty(JSON.stringify(nest(document.fields), null, 2)));

export function pretty(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(/("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*|true|false|null)/g)) {
    nodes.push(...lineNodes(text.slice(at, match.index)), h("span", { class: match[2] ? "k" : match[1] ? "s" : "n" }, lineNodes(match[1] ?? match[3])), match[2] ?? "");
    at = match.index + match[0].length;
    if (nodes.length > 6000) break;
  }
  nodes.push(...lineNodes(text.slice(at)));
  return nodes;
}

async function around(row, marks) {
  const box = h("div", { class: "around" }), sizes = { before: 10, after: 10 };
  let mode = "file";
  const draw = async () => {
    const answer = await ask("around", "/api/around", { ...view(), id: row.id, mode, ...sizes });
    const rows = answer.rows, times = rows.map(timeOf), format = rowFormat(Math.min(...times), Math.max(...times));
    const look = { time: format.show, level: rows.some((one) => one.f["log.level"]), dataset: mode !== "file", marks };
    const modes = [["file", "Same file"], ["partition", "Same partition"], ["host", "Same host"], ["all", "Everything by time"]]
      .map(([name, label]) => h("button", { "aria-pressed": String(name === mode), onclick: () => { mode = name; void draw(); } }, label));
    box.replaceChildren(
      h("div", { class: "more" }, modes, h("span", { class: "grow" }), h("button", { onclick: () => { sizes.before = Math.min(500, sizes.before + 50); void draw(); } }, "50 earlier")),
      h("div", { class: "mono", style: { "--cols": widths(format.width, look) } }, rows.map((one) =>
        h("div", { class: `tr l-${levelClass(one.f["log.level"])}${one.id === row.id ? " self" : ""}`, title: "Open this line", "data-id": one.id, onclick: () => { if (String(getSelection())) return; go({ r: one.id, x: "around" }); } },
          cells(one, look).map((part) => { if (part) part.removeAttribute("role"); return part; })))),
      h("div", { class: "more" }, h("span", { class: "muted" }, `${rows.length} lines`), h("span", { class: "grow" }), h("button", { onclick: () => { sizes.after = Math.min(500, sizes.after + 50); void draw(); } }, "50 later")));
    box.querySelector(".self")?.scrollIntoView({ block: "nearest" });
  };
  await draw();
  return box;
}

/** From a byte of a file to a document. What is not known is named, not guessed. */
function way(row, document) {
  const fields = Object.fromEntries(document.fields), path = fields["log.file.path"];
  const place = /^([\w-]{22})-(\d+)-(\d+)(?:-(\d+))?$/.exec(row.id);
  let before = 0;
  const stop = (name, what, time, why) => {
    const at = Date.parse(fields[time]), took = before && at ? at - before : -1;
    before = at || before;
    return h("li", {}, h("strong", {}, name), h("div", { class: "mono" }, what ? lineNodes(what) : h("em", {}, why)),
      time ? h("div", { class: "muted" }, at ? `${full(at)} (${time})` : `${time} is missing`, took >= 0 ? ` · ${length(took)} later` : "") : "");
  };
  const file = path && `${fields["host.name"] ?? "?"}:${path} @ byte ${fields["log.offset"] === undefined ? "?" : count(fields["log.offset"])}`;
  return h("ol", { class: "plain trace way" }, stop("In the file", file, "", "the document names no file"),
    stop("Read by the agent", fields["agent.type"] ? `${fields["agent.type"]} ${fields["agent.version"] ?? ""}` : "", "event.created", "the document names no agent"),
    stop("In the queue", place && `topic ${place[1]}, partition ${place[2]} @ ${place[3]}${place[4] ? `, part ${place[4]}` : ""}`, "", "its id is not one that the processor gives: topic, partition, offset"),
    stop("In the store", document.index, "event.ingested"),
    h("li", { class: "muted" }, `The line itself says ${fields["@timestamp"]}. When the queue took it is in its record, not in the document.`));
}
