// How a line looks: the same in Logs, in Live and around a line.
import { h, lineNodes, plain } from "./dom.mjs";
import { state } from "./state.mjs";
import { full, parts } from "./time.mjs";

const classes = [["fatal", /^(fatal|crit|emerg|alert|panic)/i], ["error", /^(err|severe|fail)/i], ["warn", /^warn/i], ["info", /^(info|notice)/i], ["debug", /^(debug|trace|verbose|fine)/i]];

/** The kind of a level by its name; "" where it is none. */
export function levelClass(level) {
  const text = String(level ?? "");
  const found = classes.find(([, pattern]) => pattern.test(text));
  return found ? found[0] : "";
}

export function timeOf(row) {
  row.at ??= Date.parse(row.f["@timestamp"]) || Number(row.sort?.[0]) || 0;
  return row.at;
}

export const cell = (value) => value === null || value === undefined ? "" : typeof value === "object" ? (Array.isArray(value) && value.every((part) => typeof part !== "object") ? value.join(", ") : JSON.stringify(value)) : String(value);

export const message = (row) => cell(row.f.message ?? row.f["error.message"]);

export const asText = (row) => `${full(timeOf(row))}\t${plain(message(row)).replace(/\t/g, " ")}`;

/** Words of the query, to be marked in the lines. */
export function marks(more) {
  const words = [...state.q.replace(/[\w.@-]+:[<>=]*("[^"]*"|\([^)]*\)|\S+)/g, (part) => /^(message|error\.message):/.test(part) ? part.slice(part.indexOf(":") + 1) : " ")
    .replace(/\b(?:NOT|-)\s*\S+/g, " ").matchAll(/"([^"]+)"|([^\s()"]+)/g)]
    .map((match) => match[1] ?? match[2]).filter((word) => !/^(AND|OR|&&|\|\||[*?+-]+)$/.test(word)).map((word) => word.replace(/[*?]+/g, ""));
  if (more) words.push(more);
  const patterns = words.filter((word) => word.length > 1).slice(0, 20).map((word) => word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return patterns.length ? new RegExp(patterns.join("|"), "gi") : null;
}

/** Widths of the columns; the message takes what is left. */
export function widths(time, shows) {
  const narrow = matchMedia("(max-width: 900px)").matches;
  const columns = [time];
  if (!narrow && shows.level) columns.push("50px");
  if (!narrow && shows.dataset) columns.push("124px");
  if (!narrow) columns.push(...state.c.map(() => "minmax(60px, 150px)"));
  return [...columns, "minmax(0, 1fr)"].join(" ");
}

export function cells(row, look) {
  const text = message(row);
  const shown = look.wraps ? text : text.length > 1200 ? text.slice(0, 1200) : text;
  const at = timeOf(row);
  const failed = cell(row.f.tags).match(/_\w*failure/);
  return [
    h("span", { class: "time", role: "gridcell", title: `${parts(at).date} ${parts(at).time}` }, look.time(at)),
    look.level && h("span", { class: "level wide", role: "gridcell" }, String(row.f["log.level"] ?? "").slice(0, 5).toUpperCase()),
    look.dataset && h("span", { class: "dataset wide", role: "gridcell" }, cell(row.f["event.dataset"])),
    ...state.c.map((name) => h("span", { class: "cell wide", role: "gridcell" }, lineNodes(cell(row.f[name]).slice(0, 300)))),
    h("span", { class: "message", role: "gridcell" }, lineNodes(look.wraps ? shown : shown.replace(/\r?\n/g, " ⏎ "), look.marks),
      failed && h("span", { class: "chip" }, failed[0])),
  ];
}
