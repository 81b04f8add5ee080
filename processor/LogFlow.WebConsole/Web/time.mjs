import { state } from "./state.mjs";

export const presets = [["5m", "Last 5 min"], ["15m", "Last 15 min"], ["1h", "Last hour"], ["6h", "Last 6 hours"], ["24h", "Last 24 hours"],
  ["3d", "Last 3 days"], ["7d", "Last 7 days"], ["30d", "Last 30 days"], ["1y", "Last year"], ["all", "All time"]];

export function zone() {
  const chosen = state.tz || localStorage.getItem("zone") || "local";
  const name = chosen === "utc" ? "UTC" : chosen === "local" ? Intl.DateTimeFormat().resolvedOptions().timeZone : chosen;
  try {
    Intl.DateTimeFormat("en", { timeZone: name });
    return name === "Etc/UTC" ? "UTC" : name;
  } catch {
    return "UTC";
  }
}

const formats = new Map();

export function parts(ms) {
  const name = zone();
  let format = formats.get(name);
  if (!format) {
    format = new Intl.DateTimeFormat("en-GB", { timeZone: name, hourCycle: "h23", year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" });
    formats.set(name, format);
  }
  const found = {};
  for (const part of format.formatToParts(ms)) found[part.type] = part.value;
  return { date: `${found.year.padStart(4, "0")}-${found.month}-${found.day}`, time: `${found.hour}:${found.minute}:${found.second}`, year: found.year, ms: String(((ms % 1000) + 1000) % 1000).padStart(3, "0") };
}

export function full(ms) {
  const now = parts(ms);
  return `${now.date} ${now.time}.${now.ms}`;
}

export const readable = (ms) => full(ms).replace(/\.000$/, "").replace(/:00$/, "");

/** How much of a moment rows have to show. */
export function rowFormat(first, last) {
  const one = parts(first), two = parts(last), now = parts(Date.now());
  if (matchMedia("(max-width: 900px)").matches && (one.date !== two.date || one.date !== now.date)) return { width: "104px", show: (ms) => { const at = parts(ms); return `${at.date.slice(5)} ${at.time}`; } };
  if (one.date === two.date && one.date === now.date) return { width: "88px", show: (ms) => { const at = parts(ms); return `${at.time}.${at.ms}`; } };
  if (one.year === two.year && one.year === now.year) return { width: "132px", show: (ms) => { const at = parts(ms); return `${at.date.slice(5)} ${at.time}.${at.ms}`; } };
  return { width: "178px", show: full };
}

export function rangeName(t) {
  const known = presets.find(([value]) => value === t);
  if (known) return known[1];
  const [from, to] = t.split("/").map((text) => Date.parse(text));
  if (!to) return `Last ${t}`;
  const one = readable(from), two = readable(to);
  return one.slice(0, 10) === two.slice(0, 10) && two.length > 11 ? `${one} – ${two.slice(11)}` : `${one} – ${two}`;
}

export const absolute = (from, to) => `${new Date(from).toISOString().replace(/\.000Z$/, "Z")}/${new Date(to).toISOString().replace(/\.000Z$/, "Z")}`;

export function length(ms) {
  for (const [unit, size] of [["d", 864e5], ["h", 36e5], ["min", 6e4], ["s", 1000]]) {
    if (ms >= size) return `${+(ms / size).toFixed(ms / size < 10 ? 1 : 0)} ${unit}`;
  }
  return `${Math.round(ms)} ms`;
}

/** A text of somebody as a moment: ISO as is, else in the zone of the page. */
export function parse(text) {
  const trimmed = text.trim();
  if (/(Z|[+-]\d\d:?\d\d)$/.test(trimmed)) return Date.parse(trimmed);
  const match = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,3}))?)?)?$/.exec(trimmed);
  if (!match) return NaN;
  const [, year, month, day, hour = "0", minute = "0", second = "0", part = "0"] = match;
  const wanted = Date.UTC(+year, +month - 1, +day, +hour, +minute, +second, +part.padEnd(3, "0"));
  let guess = wanted;
  for (let round = 0; round < 2; round++) {
    const at = parts(guess);
    guess += wanted - (Date.parse(`${at.date}T${at.time}Z`) + ((guess % 1000) + 1000) % 1000);
  }
  return guess;
}
