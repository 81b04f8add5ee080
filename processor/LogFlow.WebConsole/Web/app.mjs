import { get, onServer } from "./api.mjs";
import { byId, dialog, h, many, plain, short } from "./dom.mjs";
import { LogsPage } from "./logs.mjs";
import { go, onChange, state } from "./state.mjs";
import { length } from "./time.mjs";

/** What each page is made by; modules of pages that are not looked at are not loaded. */
const pages = {
  "/": async () => LogsPage,
  "/live": async () => (await import("./live.mjs")).LivePage,
  "/pipeline": async () => (await import("./pipeline.mjs")).PipelinePage,
  "/try": async () => (await import("./try.mjs")).TryPage,
  "/config": async () => (await import("./pipeline.mjs")).ConfigPage,
  "/dead": async () => (await import("./dead.mjs")).DeadPage,
};

let page = null, shown = "", started = 0;

async function show() {
  const wanted = state.page in pages ? state.page : "/";
  if (shown === wanted && page) return;
  shown = wanted;
  const turn = ++started;
  const Page = await pages[wanted]();
  if (turn !== started) return;
  page?.leave?.();
  for (const anchor of byId("pages").querySelectorAll("a")) {
    if (anchor.dataset.page === wanted) anchor.setAttribute("aria-current", "page"); else anchor.removeAttribute("aria-current");
  }
  page = new Page(byId("main"));
}

onChange((now, before) => {
  if (now.page !== before.page) void show();
  else page?.changed?.(before);
});

// Other pages by links without a new load; the query goes along between Logs and Live.
byId("pages").addEventListener("click", (event) => {
  const anchor = event.target.closest("a");
  if (!anchor || event.ctrlKey || event.metaKey || event.shiftKey || !(anchor.dataset.page in pages)) return;
  event.preventDefault();
  go({ page: anchor.dataset.page, r: "", x: "" });
  byId("main").focus();
});
for (const anchor of byId("pages").querySelectorAll("a")) anchor.hidden = !(anchor.dataset.page in pages);

const zones = byId("zone");
const localZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
const chosenZone = state.tz || localStorage.getItem("zone") || "local";
zones.append(h("option", { value: "local" }, localZone), h("option", { value: "utc" }, "UTC"), ...(["local", "utc"].includes(chosenZone) ? [] : [h("option", { value: chosenZone }, chosenZone)]), h("option", { value: "?" }, "Other …"));
zones.value = chosenZone;
zones.addEventListener("change", () => {
  if (zones.value === "?") {
    const input = h("input", { list: "zones", placeholder: "Area/City", "aria-label": "Time zone" });
    const box = dialog("Time zone", h("p", {}, input, h("datalist", { id: "zones" }, Intl.supportedValuesOf("timeZone").map((name) => h("option", { value: name })))));
    box.addEventListener("close", () => {
      const name = input.value.trim();
      if (Intl.supportedValuesOf("timeZone").includes(name)) {
        zones.lastElementChild.before(h("option", { value: name }, name));
        setZone(name);
      } else zones.value = chosenZone;
    });
  } else setZone(zones.value);
});
function setZone(name) {
  zones.value = name;
  localStorage.setItem("zone", name);
  go({ tz: name });
}

// The theme: as the system has it, or fixed.
const themes = ["", "light", "dark"], signs = { "": "◐", light: "☀", dark: "☾" };
const theme = byId("theme");
function setTheme(name) {
  if (name) document.documentElement.dataset.theme = name; else delete document.documentElement.dataset.theme;
  theme.textContent = signs[name];
  theme.setAttribute("aria-label", `Theme: ${name || "as the system"}`);
  localStorage.setItem("theme", name);
}
setTheme(themes.includes(localStorage.getItem("theme") ?? "") ? localStorage.getItem("theme") ?? "" : "");
theme.addEventListener("click", () => setTheme(themes[(themes.indexOf(localStorage.getItem("theme") ?? "") + 1) % 3]));

const keys = [["/", "Query"], ["f", "Fields"], ["t", "Time"], ["r", "Search again"], ["j k ↓ ↑", "Next, previous line"], ["Enter", "Open, close"], ["Esc", "Close"], ["g G", "First, last line"],
  ["e E", "Next, previous error"], ["n N", "Next, previous marked line"], ["c", "Lines around"], ["y", "Copy the line"], ["Y", "Copy as JSON"], ["l", "Copy a link to the line"],
  ["z", "Back (out of a zoom)"], ["[ ]", "Earlier, later"], ["v", "Wrap"], ["p", "Pause (Live)"], ["Ctrl Space", "Completion, in the query"], ["?", "These keys"]];
function help() {
  const isOff = localStorage.getItem("keys") === "0";
  const box = dialog("Keys", h("div", { class: "keys" }, keys.map(([key, what]) => h("div", {}, h("span", {}, what), h("span", {}, key.split(" ").map((one) => [h("kbd", {}, one), " "]))))),
    h("label", {}, h("input", { type: "checkbox", checked: !isOff, onchange: (event) => localStorage.setItem("keys", event.target.checked ? "1" : "0") }), " Keys of one letter are on"));
  box.querySelector("button")?.focus();
}
byId("help").addEventListener("click", help);
document.addEventListener("keydown", (event) => {
  const target = event.target;
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || target.closest("input, textarea, select, dialog, [popover]")) return;
  if ((event.key === "Enter" || event.key === " ") && target.closest("button, a")) return;
  if (localStorage.getItem("keys") === "0" && event.key.length === 1) return;
  if (event.key === "?") { help(); event.preventDefault(); return; }
  if (page?.key && page.key(event) !== false) event.preventDefault();
});

// The server: what it is, and whether it answers.
const banner = byId("banner");
let brokenSince = 0, retry = 0;
onServer((error) => {
  if (!error) {
    if (brokenSince) { brokenSince = 0; banner.hidden = true; clearTimeout(retry); }
    return;
  }
  brokenSince ||= Date.now();
  banner.className = "banner";
  banner.textContent = `${error.message} (for ${length(Date.now() - brokenSince)}). What is shown is from before; trying again every 3 s.`;
  banner.hidden = false;
  clearTimeout(retry);
  retry = setTimeout(() => { page?.search?.(page.list?.element.scrollTop ?? 0); }, 3000);
});

async function watch() {
  try {
    const now = await get("/api/health");
    byId("server").textContent = `${now.server} ${now.serverVersion ?? ""}`;
    byId("server").title = now.backend ?? "";
    const pipeline = now.pipeline, lag = byId("lag"), dead = byId("dead"), firing = byId("firing");
    const alerts = pipeline?.alerts?.filter((one) => one.state === "firing") ?? [];
    firing.hidden = !alerts.length;
    firing.textContent = many(alerts.length, "alert");
    firing.title = "Firing: " + alerts.map((one) => plain(one.name)).join(", ");
    lag.hidden = !pipeline;
    dead.hidden = !pipeline?.deadLetters;
    if (pipeline) {
      lag.textContent = pipeline.lag ? `lag ${short(pipeline.lag)}` : "lag 0";
      dead.textContent = short(pipeline.deadLetters ?? 0);
      dead.classList.toggle("bad", pipeline.deadLetters > 0);
      if (!brokenSince) {
        banner.hidden = pipeline.lag < 5000;
        banner.className = "banner warn";
        if (pipeline.lag >= 5000) banner.textContent = `The newest ${short(pipeline.lag)} lines are still in the queue: what is shown lacks them.`;
      }
    }
  } catch {
    // The page that asks for lines says it; the bar keeps what it knew.
  }
  setTimeout(watch, document.hidden ? 15000 : 3000);
}
void watch();
void show();
