// The page of logs: query, bars, fields, rows.
import { ApiError, ask, cancel, isAbort, view } from "./api.mjs";
import { copy, count, h, many, menu, quoted, say } from "./dom.mjs";
import { Fields } from "./fields.mjs";
import { Histogram } from "./hist.mjs";
import { LinesPage } from "./lines.mjs";
import { pills, QueryBar } from "./query.mjs";
import { timeOf } from "./rows.mjs";
import { go, link, onKeepScroll, state, url } from "./state.mjs";
import { absolute, length, rangeName, readable, zone } from "./time.mjs";

const PAGE = 200, ROWS_MAX = 20000;

export class LogsPage extends LinesPage {
  constructor(main) {
    super();
    this.total = 0;
    this.next = null;
    this.isLoading = false;
    this.fields = new Fields();
    this.bar = new QueryBar(() => this.fields.fields, () => this.search());
    this.hist = new Histogram((t) => go({ t, r: "" }), () => history.back());
    this.hits = h("span", { class: "hits" });
    this.note = h("span", { class: "muted" });
    this.by = h("select", { "aria-label": "Bars split by", onchange: () => go({ b: this.by.value }) });
    this.foot = h("div", { class: "foot" });
    this.pillRow = h("div", { class: "pills" });
    this.progress = h("div", { class: "progress", hidden: true });
    this.empty = h("div", { class: "scrollx", hidden: true });
    const toggles = [this.wrapButton,
      h("button", { title: "Fold the bars", "aria-pressed": "false", onclick: (event) => event.target.setAttribute("aria-pressed", String(this.results.classList.toggle("fold"))) }, "Fold"),
    ];
    this.results = h("div", { class: "results" },
      h("div", { class: "strip" }, h("button", { title: "Fields (f)", onclick: () => this.toggleSide() }, "Fields"), this.hits, this.note, h("span", { class: "grow" }), this.hist.legend, this.by, ...toggles),
      this.hist.element, h("div", { class: "hidden" }, this.hist.table), this.grid, this.empty, this.foot);
    this.logs = h("div", { class: "logs" }, this.progress, this.fields.element, this.results);
    if (innerWidth <= 900 || localStorage.getItem("side") === "0") this.logs.classList.add("noside");
    main.replaceChildren(h("h1", { class: "hidden" }, "Logs"), this.bar.element, this.bar.problem, this.pillRow, this.logs);
    onKeepScroll(() => this.list.element.scrollTop);
    this.drawPills();
    this.bar.sync();
    void this.search(history.state?.scroll ?? 0);
  }

  leave() {
    super.leave();
    onKeepScroll(() => 0);
  }

  changed(before) {
    this.bar.sync();
    this.drawPills();
    const same = (name) => String(state[name]) === String(before[name]);
    if (!["q", "f", "t", "i", "s"].every(same)) return void this.search(history.state?.scroll ?? 0);
    if (!same("c")) return void this.search(this.list.element.scrollTop, true);
    if (!same("b") || !same("tz")) void this.bars();
    if (!same("tz")) { this.setLook(); this.list.refreshAll(); }
    if (!same("r")) this.openChanged(before.r);
  }

  async search(scroll = 0, isOnlyRows = false) {
    const slow = setTimeout(() => { this.progress.hidden = false; this.results.classList.add("stale"); }, 150);
    this.isLoading = true;
    const body = { ...view(), s: state.s, c: state.c, size: Math.min(1000, PAGE + Math.ceil(scroll / 22)) };
    try {
      // To count may take longer.
      const answer = await ask("search", "/api/search", { ...body, only: "rows" });
      this.bar.showProblem(null, answer.hint);
      this.first = answer;
      this.rows = answer.rows;
      this.next = answer.next;
      this.total = this.rows.length;
      this.active = Math.min(this.active, this.rows.length - 1);
      answer.levelShare = Number(this.rows.some((row) => row.f["log.level"]));
      this.setLook();
      this.grid.hidden = !this.rows.length;
      this.empty.hidden = true;
      this.list.reset(this.rows.length, scroll > 0);
      if (scroll) this.list.element.scrollTop = scroll;
      this.list.render();
      this.hits.textContent = "…";
      this.results.classList.remove("stale");
      this.isLoading = false;
      if (state.r) void this.reveal();
      const took = answer.took, level = this.look.level;
      Object.assign(answer, await ask("totals", "/api/search", { ...body, only: "totals" }));
      if (this.first !== answer) return;
      this.total = answer.total;
      const from = answer.from ?? answer.first ?? answer.to - 9e5;
      // All time ends at the last line, not at now.
      const to = answer.from === null && answer.last ? Math.max(answer.last, from + 1000) : answer.to;
      this.bar.range = [from, to];
      this.setLook();
      if (level !== this.look.level) this.list.refreshAll();
      this.empty.hidden = this.rows.length > 0;
      this.drawFoot();
      this.hits.textContent = many(this.total, "line");
      this.note.textContent = `${rangeName(state.t).toLowerCase()} · ${took + answer.took} ms`;
      say(this.hits.textContent);
      document.title = `${state.q || "Logs"} · LogFlow`;
      if (!this.rows.length) void this.drawEmpty(answer);
      if (!isOnlyRows) { void this.bars(); void this.fields.load(); }
    } catch (error) {
      if (!isAbort(error)) this.bar.showProblem(error, null);
      if (error instanceof ApiError && error.code !== "query" && !this.rows.length) this.hits.textContent = "No answer";
    } finally {
      clearTimeout(slow);
      this.isLoading = false;
      this.progress.hidden = true;
      this.results.classList.remove("stale");
    }
  }

  async bars() {
    if (!this.bar.range || !this.total) { this.hist.element.hidden = true; this.by.hidden = true; return; }
    this.hist.element.hidden = false;
    const [from, to] = this.bar.range;
    const choice = state.b || ((this.first.levelShare ?? 0) >= .5 ? "log.level" : "event.dataset");
    const names = [...new Set([choice, "log.level", "event.dataset", "host.name", ...this.fields.fields.filter((field) => field.type === "keyword" && field.count).map((field) => field.name)])].slice(0, 40);
    this.by.hidden = false;
    this.by.replaceChildren(...names.map((name) => h("option", { value: name, selected: name === choice }, "by " + name)));
    try {
      this.hist.set(await ask("histogram", "/api/histogram", { ...view(), t: absolute(from, to), b: choice, zone: zone() }));
    } catch (error) {
      if (!isAbort(error)) this.hist.legend.replaceChildren(error.message);
    }
  }

  async more() {
    if (!this.next || this.isLoading || this.rows.length >= ROWS_MAX) return;
    this.isLoading = true;
    try {
      const t = this.bar.range ? (state.t === "all" || state.t.includes("/") ? state.t : `${new Date(this.first.from).toISOString()}/${new Date(this.first.to).toISOString()}`) : state.t;
      const answer = await ask("search", "/api/search", { ...view(), t, s: state.s, c: state.c, size: PAGE * 2, after: this.next });
      this.rows.push(...answer.rows);
      this.next = answer.next;
      this.list.grow(this.rows.length);
      this.drawFoot();
    } catch (error) {
      if (!isAbort(error)) this.bar.showProblem(error, null);
    } finally {
      this.isLoading = false;
    }
  }

  setLook() {
    const isOldest = state.s === "@timestamp";
    this.lookOf(this.rows, (this.first?.levelShare ?? 0) > 0, this.total,
      link(h, { s: isOldest ? "" : "@timestamp" }, { class: "act", title: isOldest ? "Newest first" : "Oldest first", "aria-label": isOldest ? "Newest first" : "Oldest first" }, isOldest ? "↑" : "↓"));
  }

  atEnd() { void this.more(); }

  openChanged(old) {
    for (const id of [old, state.r]) {
      const index = id ? this.rows.findIndex((row) => row.id === id) : -1;
      if (index >= 0) this.list.refresh(index);
      else if (id === state.r && id) void this.reveal();
    }
    const open = this.rows.findIndex((row) => row.id === state.r);
    if (open >= 0) { this.activate(open); this.list.show(open); }
  }

  /** The line that the address names, also where it is not among those that are loaded. */
  async reveal() {
    let index = this.rows.findIndex((row) => row.id === state.r);
    if (index < 0) {
      try {
        const answer = await ask("reveal", "/api/document", { id: state.r, ...(state.i ? { i: state.i } : {}) });
        const f = Object.fromEntries(answer.fields);
        const row = { id: answer.id, index: answer.index, f };
        // Where it belongs by time among the rows that are here.
        const isOldest = state.s === "@timestamp", at = timeOf(row);
        index = this.rows.findIndex((other) => isOldest ? timeOf(other) >= at : timeOf(other) <= at);
        if (index < 0) index = this.rows.length;
        this.rows.splice(index, 0, row);
        this.grid.hidden = false;
        this.empty.hidden = true;
        this.setLook();
        this.list.reset(this.rows.length);
      } catch (error) {
        if (!isAbort(error)) this.bar.showProblem(error, null);
        return;
      }
    }
    this.activate(index);
    this.list.show(index, true);
  }

  toggleSide() {
    const isHidden = this.logs.classList.toggle("noside");
    localStorage.setItem("side", isHidden ? "0" : "1");
    this.hist.draw();
  }

  drawPills() {
    const adder = h("button", { onclick: () => this.addPill(adder) }, "+ Filter");
    const exportButton = h("button", { "aria-haspopup": "true", "aria-expanded": "false", onclick: () => this.exportMenu(exportButton) }, "Export ▾");
    this.pillRow.replaceChildren(...pills(), adder, h("span", { class: "grow" }), this.mark, exportButton,
      h("button", { title: "Copy the address with fixed times", onclick: () => this.share() }, "Share"));
  }

  addPill(button) {
    menu(button, (close) => {
      const field = h("input", { list: "names", placeholder: "field", "aria-label": "Field", class: "mono" });
      const value = h("input", { placeholder: "value, * for any", "aria-label": "Value", class: "mono" });
      return h("form", { class: "group", onsubmit: (event) => { event.preventDefault(); if (field.value) { close(); go({ f: [...state.f, `${field.value.trim()}:${value.value || "*"}`] }); } } },
        h("datalist", { id: "names" }, this.fields.fields.map((one) => h("option", { value: one.name }))), field, value, h("button", { class: "primary" }, "Add"));
    });
  }

  /** The times as they are now, so that the link shows tomorrow what it shows today. */
  frozen() {
    const [from, to] = this.bar.range ?? [Date.now() - 9e5, Date.now()];
    return state.t.includes("/") ? state.t : `${new Date(from).toISOString()}/${new Date(to).toISOString()}`;
  }

  share() { void copy(new URL(url({ t: this.frozen() }), location.href).href); }

  exportMenu(button) {
    const address = (format) => {
      const pairs = new URLSearchParams({ q: state.q, t: this.frozen(), c: state.c.join(","), s: state.s, format });
      if (state.i) pairs.set("i", state.i);
      for (const pill of state.f) if (!pill.startsWith("~")) pairs.append("f", pill);
      return "/api/export?" + pairs;
    };
    menu(button, (close) => h("div", { class: "menu" },
      [["csv", "CSV"], ["ndjson", "NDJSON, whole documents"], ["txt", "Text, a line each"]].map(([format, label]) => h("a", { href: address(format), download: "", onclick: () => setTimeout(close, 100) }, `All ${count(this.total)} as ${label}`)),
      h("button", { onclick: () => { close(); void copy(this.command()); } }, "Copy as logflow search …")));
  }

  command() {
    const [from, to] = this.frozen().split("/");
    const words = [state.q, ...state.f.filter((pill) => !pill.startsWith("~")).map((pill) => {
      const isNot = pill.startsWith("-"), [field, ...value] = pill.slice(isNot ? 1 : 0).split(":");
      return `${isNot ? "NOT " : ""}${field}:"${value.join(":").replace(/["\\]/g, "\\$&")}"`;
    })].filter(Boolean);
    return `logflow search ${quoted(words.length > 1 && state.q ? [`(${words[0]})`, ...words.slice(1)].join(" AND ") : words.join(" AND "))} --since ${from} --until ${to}${state.i ? " --index " + quoted(state.i) : ""}`;
  }

  drawFoot() {
    const shown = this.rows.length, future = this.first?.future ?? 0;
    this.foot.replaceChildren(
      h("span", {}, shown ? `${state.s === "@timestamp" ? "oldest" : "newest"} ${count(shown)} of ${count(Math.max(shown, this.total))}${this.next ? " · scroll for more" : ""}` : ""),
      this.first?.partial ? h("span", { class: "chip" }, this.first.partial) : "",
      future ? h("span", {}, `${many(future, "line is", "lines are")} dated in the future `, link(h, { t: `${new Date(this.first.to).toISOString()}/${new Date(this.first.to + 3.2e10).toISOString()}` }, {}, "show")) : "",
      h("span", { class: "grow" }), h("span", {}, zone()));
  }

  /** Nothing is found: when there was something, and which condition finds nothing. */
  async drawEmpty(answer) {
    const body = h("div", { class: "empty" });
    this.empty.replaceChildren(body);
    if (answer.newest !== null && answer.newest !== undefined && answer.matching) {
      const at = answer.newest;
      body.append(h("h2", {}, `Nothing in the ${rangeName(state.t).toLowerCase()}.`),
        h("p", {}, `The newest of ${count(answer.matching)} lines is from ${readable(at)} (${zone()}), ${length(Math.max(0, Date.now() - at))} ago.`),
        h("p", {}, link(h, { t: `${new Date(at - 36e5).toISOString()}/${new Date(at + 1000).toISOString()}` }, { class: "button" }, "Go there"), " ", link(h, { t: "all" }, { class: "button" }, "All time")));
      return;
    }
    if (!answer.documents) {
      body.append(h("h2", {}, "No logs yet."),
        h("p", {}, "They appear here as soon as there are some. To read the files of this host, or to send one line:"),
        h("pre", {}, "logflow up --path '/var/log/**/*.log'\necho 'hello' | logflow produce logs"),
        h("p", {}, "Filebeat, Fluent Bit, Vector and rsyslog can send to the queue (Kafka protocol) or to the store (Elasticsearch API)."));
      return;
    }
    body.append(h("h2", {}, "Nothing matches, at any time."));
    try {
      const why = await ask("why", "/api/why", { ...view(), t: "all" });
      if (why.clauses.length) {
        body.append(h("p", {}, `Of ${count(why.inRange)} lines of all time, each condition alone finds:`), h("table", {}, why.clauses.map((clause) => h("tr", {},
          h("td", { class: "mono" }, clause.text), h("td", { class: "num" }, clause.count ? count(clause.count) : h("strong", {}, "0")),
          h("td", {}, clause.unknown ? [`no such field `, clause.nearest ? ["— did you mean ", link(h, mend(clause.unknown, clause.nearest), {}, clause.nearest), "?"] : ""] : "")))));
      }
    } catch (error) {
      if (!isAbort(error)) body.append(h("p", {}, error.message));
    }
  }

  /** @returns {boolean|void} false: not ours */
  key(event) {
    return this.act(event, {
      f: () => { if (this.logs.classList.contains("noside")) this.toggleSide(); this.fields.filter.focus(); },
      t: () => this.bar.chooseTime(),
      r: () => this.search(),
      Escape: () => { if (state.r) this.close(); else cancel(); },
      z: () => history.back(), "[": () => this.bar.shift(-1), "]": () => this.bar.shift(1),
    });
  }
}

const mend = (wrong, right) => ({ q: state.q.split(wrong + ":").join(right + ":"), f: state.f.map((pill) => pill.replace(wrong + ":", right + ":")) });

