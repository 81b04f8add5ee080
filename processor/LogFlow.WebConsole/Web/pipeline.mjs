// Where the lines are: rates, lag, files, partitions, statements, and whether the books balance.
import { get } from "./api.mjs";
import { bytes, count, h, lineNodes, many, plain, short, svg, trouble } from "./dom.mjs";
import { link } from "./state.mjs";
import { length, readable } from "./time.mjs";

const EVERY = 2000, KEPT = 150;

export class PipelinePage {
  constructor(main) {
    this.history = [];
    this.problem = h("div", { role: "status" });
    this.cards = h("div", { class: "cards" });
    this.tables = h("div");
    main.replaceChildren(h("div", { class: "page" }, h("h1", {}, "Pipeline"), this.problem, this.cards, this.tables));
    document.title = "Pipeline · LogFlow";
    this.timer = 0;
    void this.load();
  }

  leave() {
    this.isGone = true;
    clearTimeout(this.timer);
  }

  changed() { if (this.last) this.draw(); }

  key(event) {
    if (event.key !== "r") return false;
    clearTimeout(this.timer);
    void this.load();
  }

  async load() {
    try {
      if (!document.hidden) this.last = await get("/api/pipeline");
      if (this.isGone) return;
      this.problem.replaceChildren();
      this.remember();
      this.draw();
    } catch (error) {
      this.problem.replaceChildren(trouble(error), this.last ? "What is shown is from before." : "");
      if (error.code === "alone") return;
    }
    if (!this.isGone) this.timer = setTimeout(() => void this.load(), EVERY);
  }

  remember() {
    const { agent, queue, processor, store, now } = this.last, at = Date.now();
    this.history.push({ at, read: agent?.read ?? 0, queued: queue?.recordsIn ?? 0, done: processor?.recordsIn ?? 0, taken: store?.ingested ?? 0, lag: now.lag ?? 0, behind: agent?.bytesBehind ?? 0 });
    this.history = this.history.slice(-KEPT);
  }

  /** Of each step since the page was opened, a second. */
  rates(name) {
    return this.history.slice(1).map((now, index) => Math.max(0, now[name] - this.history[index][name]) * 1000 / Math.max(1, now.at - this.history[index].at));
  }

  draw() {
    const { agent, queue, processor, store, now } = this.last;
    const part = (name) => now.parts?.find((one) => one.name === name);
    this.cards.replaceChildren(...[
      agent && card("Agent", part("agent"), this.rates("read"), "lines read a second", [`${count(now.filesWatched)} files, ${count(agent.open)} open`, `${bytes(agent.bytesBehind)} behind`]),
      queue && card("Queue", part("queue"), this.rates("queued"), "records in a second", [`${bytes(queue.bytesOnDisk)} on disk`, `${count(queue.connections)} connections`]),
      processor && card("Processor", part("processor"), this.rates("done"), "records taken a second", [`lag ${count(now.lag)}`, `${bytes(processor.bytesInFlight)} under way`], this.history.map(({ lag }) => lag)),
      store && card("Store", part("store"), this.rates("taken"), "documents in a second", [`${short(store.documents)} documents`, `${bytes(store.diskBytes)} on disk`]),
    ].filter(Boolean));
    this.keepScroll(() => this.tables.replaceChildren(...[
      this.alerts(), this.trouble(), this.books(), this.statements(), this.outputs(), this.files(), this.partitions(), this.groups(),
    ].filter(Boolean)));
  }

  /** A table that is drawn again stays where it was scrolled to, and keeps the focus. */
  keepScroll(work) {
    const old = new Map([...this.tables.querySelectorAll("[role=region]")].map((box) => [box.getAttribute("aria-label"), [box.scrollLeft, box === document.activeElement]]));
    work();
    for (const box of this.tables.querySelectorAll("[role=region]")) {
      const was = old.get(box.getAttribute("aria-label"));
      if (was?.[0]) box.scrollLeft = was[0];
      if (was?.[1]) box.focus({ preventScroll: true });
    }
  }

  alerts() {
    return listed("Alerts", ["Alert", "State", "Since", "#Lines", "Fires at", "Last failure", ""], this.last.now.alerts, (one) => [
      plain(one.name), one.since ? dot(one.state, one.state === "firing") : "not evaluated yet", one.since ? readable(Date.parse(one.since)) : "", one.count ?? "–", one.condition, plain(one.error ?? one.actionError ?? ""),
      link(h, { page: "/", q: one.query, i: one.index, t: one.to ? `${one.from}/${one.to}` : "15m", f: [], r: "" }, { "aria-label": `Lines of ${plain(one.name)}` }, "lines")]);
  }

  trouble() {
    const { now, processor } = this.last, stuck = processor?.stuck;
    if (!now.recentErrors?.length && !stuck) return null;
    return section("What went wrong lately", table(["Time", "Part", "What"], [
      ...(stuck ? [["now", "processor", plain(stuck)]] : []),
      ...(now.recentErrors ?? []).map((error) => [readable(Date.parse(error.time)), error.part, plain(error.text)])]));
  }

  /** What came in, against what became of it. */
  books() {
    const { agent, queue, processor, store, now } = this.last, b = processor?.books, rows = [];
    if (agent) {
      const waiting = agent.read - agent.acknowledged;
      rows.push(ledger("Lines of files", [["read", agent.read]], [["in the queue", agent.acknowledged], ["on their way", waiting]], null,
        [agent.lost && `${count(agent.lost)} possibly lost`, agent.bytesLost && `${bytes(agent.bytesLost)} vanished before they were read`, agent.uncertain && `${count(agent.uncertain)} sent twice at most`, agent.truncated && `${count(agent.truncated)} cut to the limit`]));
    }
    if (b) {
      rows.push(ledger("Records of the queue", [["taken and done", b.records], ["made by split, clone, codecs", b.made]],
        [["written", b.written], ["dropped by filters", b.dropped], ["wanted by no output", b.unrouted], ["dead letters before outputs", b.refused]], b.difference,
        [`${count(b.inFlight)} more under way`, `${count(now.lag ?? 0)} more wait in the queue`, b.refusedByOutputs && `${count(b.refusedByOutputs)} of the written became dead letters of an output`]));
    }
    if (store) rows.push(ledger("Documents", [["sent to the store", store.ingested + store.duplicates + store.rejected]], [["stored", store.ingested], ["there already", store.duplicates], ["refused", store.rejected]], null, [store.corrupt && `${count(store.corrupt)} blocks are damaged`]));
    if (!rows.length) return null;
    return section("The books", h("p", { class: "muted" }, "Since the start of this process. What is under way is in no sum; a difference would be a fault of ours."),
      table(["", "In", "Became of it", "Difference", "Also"], rows));
  }

  statements() {
    const { statements } = this.last;
    if (!statements?.length) return null;
    const most = Math.max(...statements.map((one) => one.ms), 1);
    const used = statements.filter((one) => one.in), idle = statements.length - used.length;
    return section("Statements", h("p", { class: "muted" }, `Filters in the order of the text that have seen an event${idle ? `; ${many(idle, "other has", "others have")} seen none` : ""}.`),
      used.length ? table(["Statement", "Place", "#In", "#Out", "#Matched", "#Failed", "#µs each", "Share of time"], used.map((one) => [
        mono(one.name), mono(one.place, " muted"), one.in, one.out, one.matches, one.failures ? dot(count(one.failures), true) : 0, (one.ms * 1000 / one.in).toFixed(1),
        h("meter", { min: 0, max: most, value: one.ms, "aria-label": `Share of time of ${one.name}` })])) : null);
  }

  outputs() {
    return listed("Outputs", ["Output", "State", "#Failed writes", "Last failure"], this.last.processor?.outputs, (one) => [
      mono(one.name), one.waitingSince ? dot(`waits for ${length(Date.now() - Date.parse(one.waitingSince))}`, true) : dot("writes"), one.failures, plain(one.lastError ?? "")]);
  }

  files() {
    const { files, fileCount } = this.last;
    if (!fileCount) return null;
    return section("Files", fileCount > files.length ? h("p", { class: "muted" }, `The ${count(files.length)} furthest behind of ${count(fileCount)}.`) : null,
      table(["File", "#Length", "#In the queue", "#Behind", "State", ""], files.map((one) => [
        mono(plain(one.path)), bytes(one.length), bytes(one.acknowledged), one.behind ? bytes(one.behind) : "0", one.isIgnored ? "left alone: too old" : one.isOpen ? "open" : "closed",
        link(h, { page: "/", q: "", t: "24h", f: [`log.file.path:${one.path}`], r: "" }, { "aria-label": `Lines of ${plain(one.path)}` }, "lines")])));
  }

  partitions() {
    return listed("Partitions", ["Topic", "#Partition", "#First offset", "#Next offset", "#Records", "#Size", "State"], this.last.queue?.partitions, (one) => [
      mono(plain(one.topic)), one.partition, one.start, one.end, one.end - one.start, bytes(one.bytes), dot(one.isOffline ? "offline: a write failed" : "online", one.isOffline)]);
  }

  groups() {
    return listed("Consumer groups", ["Group", "State", "#Members", "Topic", "#Partition", "#Committed", "#Lag"], this.last.queue?.groups, (one) => [
      mono(plain(one.group)), one.state, one.members, mono(plain(one.topic)), one.partition, one.committed < 0 ? "nothing" : one.committed, one.lag]);
  }
}

function card(name, part, rates, unit, facts, lags) {
  const rate = rates.slice(-3).reduce((sum, one) => sum + one, 0) / Math.max(1, Math.min(3, rates.length));
  return h("section", { class: "card", "aria-label": name },
    h("h2", { class: `dot${part && !part.ready ? " bad" : ""}` }, name),
    h("div", { class: "big" }, rates.length ? short(rate) : "…"), h("div", { class: "of" }, unit), spark(rates, `${name}: ${unit}`),
    lags ? spark(lags, `${name}: lag`, "lag") : null,
    facts.map((fact) => h("div", { class: "of" }, fact)), part && !part.ready ? h("div", { class: "of bad" }, plain(part.detail ?? "not ready")) : null);
}

function spark(values, label, kind = "") {
  const most = Math.max(1, ...values), points = values.map((value, index) => `${(index + KEPT - values.length).toFixed(0)},${(26 - value / most * 24).toFixed(1)}`);
  return svg("svg", { viewBox: `0 0 ${KEPT} 28`, preserveAspectRatio: "none", role: "img", "aria-label": `${label}, now ${short(values.at(-1) ?? 0)}, most ${short(most)}` },
    svg("polyline", { class: `spark ${kind}`, points: points.join(" ") }));
}

const dot = (text, isBad) => h("span", { class: isBad ? "dot bad" : "dot" }, text);

const mono = (text, more = "") => h("span", { class: "mono" + more }, text);

const section = (title, ...content) => h("section", {}, h("h2", {}, title), ...content);

const listed = (title, heads, items, row) => items?.length ? section(title, table(heads, items.map(row))) : null;

/** A head that begins with # is of numbers. */
function table(heads, rows) {
  const isNumber = heads.map((head) => head.startsWith("#")), names = heads.map((head) => head.replace("#", ""));
  return h("div", { class: "scrollx", role: "region", tabindex: "0", "aria-label": `Table: ${names.filter(Boolean).join(", ")}` }, h("table", { class: "data" },
    h("thead", {}, h("tr", {}, names.map((name, at) => name ? h("th", { scope: "col", class: isNumber[at] ? "num" : "" }, name) : h("td")))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.map((value, at) => h("td", { class: isNumber[at] ? "num" : "" }, typeof value === "number" ? count(value) : value)))))));
}

/** @param {number|null} difference null: the parts are one count, nothing to compare */
function ledger(name, came, became, difference, also) {
  const sums = (list) => h("ul", { class: "plain" }, list.filter(([, n], at) => n || !at).map(([what, n]) => h("li", {}, h("strong", {}, count(n)), " ", what)));
  return [h("strong", {}, name), sums(came), sums(became), difference === null ? h("span", { class: "muted" }, "–") : dot(difference ? `${count(difference)} unaccounted for` : "0", difference), h("ul", { class: "plain" }, also.filter(Boolean).map((text) => h("li", {}, text)))];
}

export class ConfigPage {
  constructor(main) {
    const draw = () => this.draw();
    this.filter = h("input", { type: "search", placeholder: "Filter keys", "aria-label": "Keys and values that have", oninput: draw });
    this.written = h("input", { type: "checkbox", onchange: draw });
    this.list = h("div", {}, "Loading …");
    main.replaceChildren(h("div", { class: "page" }, h("h1", {}, "Config"),
      h("p", { class: "muted" }, "What this process runs with; secrets are masked. The filters are in ", link(h, { page: "/try" }, {}, "Try"), ", their counters in ", link(h, { page: "/pipeline" }, {}, "Pipeline"), "."),
      h("p", {}, this.filter, " ", h("label", {}, this.written, " without defaults")), this.list));
    document.title = "Config · LogFlow";
    void this.load();
  }

  async load() {
    try {
      this.entries = (await get("/api/config")).entries;
      this.draw();
    } catch (error) {
      this.list.replaceChildren(trouble(error));
    }
  }

  draw() {
    const wanted = this.filter.value.toLowerCase();
    const fits = this.entries.filter((one) => !(this.written.checked && one.isDefault) && `${one.key} ${one.value}`.toLowerCase().includes(wanted));
    this.list.replaceChildren(table(["Key", "Value", "From"], fits.map((one) => [mono(plain(one.key)), one.value.includes("\n") ? h("details", {}, h("summary", {}, many(one.value.split("\n").length, "line")), h("pre", {}, lineNodes(one.value))) : mono(lineNodes(one.value)), one.isDefault ? h("span", { class: "muted" }, one.origin) : plain(one.origin)])),
      h("p", { class: "muted" }, many(fits.length, "key")));
  }

  key(event) {
    if (event.key !== "/") return false;
    this.filter.focus();
  }
}
