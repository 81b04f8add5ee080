// Lines as they arrive, the newest at the end. What is not shown is counted: shown + skipped = arrived.
import { ask, isAbort, view } from "./api.mjs";
import { count, h, say, short } from "./dom.mjs";
import { Fields } from "./fields.mjs";
import { LinesPage } from "./lines.mjs";
import { pills, QueryBar } from "./query.mjs";
import { timeOf } from "./rows.mjs";
import { go, state, url } from "./state.mjs";
import { absolute, length, parts } from "./time.mjs";

const RING = 5000, SEEN = 20000, USUAL = 100, MOST = 1000, EVERY = 500;

export class LivePage extends LinesPage {
  constructor(main) {
    super();
    this.fields = new Fields();
    this.bar = new QueryBar(() => this.fields.fields, () => this.restart());
    for (const part of this.bar.element.querySelectorAll(".group, .group ~ button")) part.hidden = true;
    this.button = h("button", { title: "Pause (p)", onclick: () => this.paused ? this.resume() : this.pause("paused") }, "Pause");
    this.text = h("span", { class: "grow num" });
    this.asSearch = h("a", { class: "button", href: "/", title: "These lines as a search of that time", onclick: (event) => { if (event.ctrlKey || event.metaKey || event.shiftKey) return; event.preventDefault(); go({ page: "/", t: this.range(), r: "" }); } }, "Search these");
    this.strip = h("div", { class: "livebar" }, this.button, this.text, this.wrapButton, this.asSearch);
    this.pillRow = h("div", { class: "pills" });
    this.empty = h("div", { class: "empty" }, h("h2", {}, "Waiting for lines"), h("p", {}, "What arrives and matches the query shows here. Lines that come faster than they can be shown are counted."));
    main.replaceChildren(h("h1", { class: "hidden" }, "Live"), this.bar.element, this.bar.problem, this.pillRow,
      h("div", { class: "logs noside" }, h("div", { class: "results" }, this.strip, this.grid, this.empty)));
    document.addEventListener("visibilitychange", this.onSight = () => { if (document.hidden) this.pause("hidden"); else if (this.paused === "hidden") this.resume(); });
    document.addEventListener("selectionchange", this.onSelect = () => {
      const chosen = getSelection();
      if (chosen && !chosen.isCollapsed && this.list.element.contains(chosen.anchorNode)) this.pause("text is selected");
    });
    this.sayer = setInterval(() => { if (this.shown !== this.said) say(`${count(this.shown)} lines shown, ${count(this.skipped)} skipped`); this.said = this.shown; }, 10000);
    this.timer = this.top = 0;
    this.changed({ q: null });
    void this.fields.load();
  }

  leave() {
    super.leave();
    this.isGone = true;
    clearTimeout(this.timer);
    clearInterval(this.sayer);
    document.removeEventListener("visibilitychange", this.onSight);
    document.removeEventListener("selectionchange", this.onSelect);
  }

  changed(before) {
    this.bar.sync();
    this.pillRow.replaceChildren(...pills(), h("span", { class: "grow" }), this.mark);
    const same = (name) => String(state[name]) === String(before[name]);
    if (!["q", "f", "i", "c"].every(same)) return this.restart();
    if (!same("tz")) { this.setLook(); this.list.refreshAll(); }
    if (same("r")) return;
    for (const id of [before.r, state.r]) {
      const index = id ? this.rows.findIndex((row) => row.id === id) : -1;
      if (index < 0) continue;
      this.list.refresh(index);
      if (id === state.r) { this.pause("a line is open"); this.activate(index); this.list.show(index); }
    }
  }

  /** Begins anew: another query sees what comes from now on. */
  restart() {
    this.rows = [];
    this.active = -1;
    this.cursor = null;
    this.seen = new Set();
    this.recent = [];
    this.total = this.shown = this.skipped = 0;
    this.paused = "";
    this.failed = 0;
    this.wants = USUAL;
    this.since = Date.now();
    this.samples = [];
    this.setLook();
    this.list.reset(0);
    document.title = `${state.q ? state.q + " · " : ""}Live · LogFlow`;
    void this.turn();
  }

  /** One question; the next follows its answer, so that a slow server has one at a time. */
  async turn() {
    clearTimeout(this.timer);
    const round = this.round = {}, size = this.paused ? 0 : this.wants;
    let wait = this.paused ? 1000 : EVERY;
    try {
      const answer = await ask("live", "/api/live", { ...view(), t: "all", c: state.c, cursor: this.cursor, size, known: this.shown + this.skipped, seen: this.recent.slice(-size || this.recent.length) });
      if (this.round !== round) return;
      this.bar.showProblem(null, null);
      this.take(answer, size);
    } catch (error) {
      if (isAbort(error) || this.round !== round) return;
      const problem = error;
      if (problem.code === "query" || problem.code === "bad_request") {
        this.bar.showProblem(problem, null);
        this.text.textContent = "The query cannot be read";
        return;
      }
      this.failed ||= Date.now();
      this.wants = MOST;
      wait = 1000;
    }
    this.draw();
    if (!this.isGone && this.paused !== "hidden") this.timer = setTimeout(() => void this.turn(), wait);
  }

  take(answer, size) {
    const isFirst = !this.cursor, now = Date.now();
    this.cursor = answer.cursor;
    this.total = answer.total;
    this.samples = [...this.samples.filter(([at]) => now - at < 10000), [now, this.total]];
    if (this.failed) {
      this.add([{ id: "", index: "", f: {}, gap: `The server did not answer for ${length(now - this.failed)}; what came meanwhile follows` }]);
      this.failed = 0;
    }
    if (this.paused || (!size && !isFirst)) return;
    const rows = answer.rows.filter((row) => !this.seen.has(row.id));
    for (const { id } of rows) { this.seen.add(id); this.recent.push(id); }
    for (const id of this.seen) { if (this.seen.size <= SEEN) break; this.seen.delete(id); }
    this.recent = this.recent.slice(-MOST);
    if (isFirst) {
      if (rows.length) rows.push({ id: "", index: "", f: {}, gap: `Above: the last lines before ${parts(now).time}, when this page began` });
    } else {
      this.shown += rows.length;
      const skipped = this.total - this.shown, more = skipped - this.skipped;
      if (more > 0) {
        this.skipped = skipped;
        rows.unshift({ id: "", index: "", f: {}, gap: `… ${count(more)} ${more === 1 ? "line" : "lines"} skipped (${short(this.rate())}/s arrive)` });
      }
    }
    this.wants = USUAL;
    this.add(rows);
  }

  add(rows) {
    if (!rows.length) return;
    const wasEmpty = !this.rows.length;
    this.grid.hidden = false;
    this.empty.hidden = true;
    this.rows.push(...rows);
    const gone = this.rows.length - RING;
    if (gone > 0) {
      this.rows.splice(0, gone);
      this.active = Math.max(-1, this.active - gone);
    }
    const lines = this.rows.filter((row) => !row.gap);
    const wanted = `${lines.some((row) => row.f["log.level"])} ${lines.some((row) => row.f["event.dataset"])} ${lines.length ? parts(timeOf(lines[0])).date : ""}`;
    if (wasEmpty || wanted !== this.looked) { this.looked = wanted; this.setLook(); this.list.refreshAll(); }
    if (gone > 0) this.list.shift(gone, this.rows.length); else this.list.grow(this.rows.length);
    if (!this.paused) this.list.toEnd();
  }

  setLook() {
    const lines = this.rows.filter((row) => !row.gap);
    this.lookOf(lines, lines.some((row) => row.f["log.level"]), this.rows.length);
  }

  /** Lines a second, of the last ten. */
  rate() {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first && last && last[0] > first[0] ? Math.max(0, last[1] - first[1]) * 1000 / (last[0] - first[0]) : 0;
  }

  draw() {
    const waiting = this.total - this.shown - this.skipped;
    this.strip.classList.toggle("paused", Boolean(this.paused));
    this.button.textContent = this.paused ? "Resume (G)" : "Pause";
    this.text.textContent = this.failed ? `The server does not answer for ${length(Date.now() - this.failed)}: what comes meanwhile will follow`
      : this.paused ? `Paused${this.paused === "paused" ? "" : `: ${this.paused}`} · ${count(Math.max(0, waiting))} new`
        : `${short(this.rate())}/s · ${count(this.total)} arrived since ${parts(this.since).time}: ${count(this.shown)} shown, ${count(this.skipped)} skipped`;
    this.strip.dataset.total = String(this.total);
    this.empty.hidden = this.rows.length > 0;
    this.grid.hidden = !this.rows.length;
    if (!this.paused && !this.list.isAtEnd()) this.list.toEnd();
    this.asSearch.href = url({ page: "/", t: this.range(), r: "" });
  }

  range() {
    const times = this.rows.filter((row) => !row.gap).map(timeOf);
    return times.length ? absolute(Math.min(...times), Math.max(...times) + 1) : "15m";
  }

  pause(reason) {
    if (this.paused && reason !== "hidden") return;
    this.paused = reason;
    if (reason === "hidden") clearTimeout(this.timer);
    this.draw();
  }

  resume() {
    if (state.r) go({ r: "", x: "" }, true);
    getSelection()?.removeAllRanges();
    this.paused = "";
    this.wants = MOST;
    this.list.toEnd();
    void this.turn();
  }

  scrolled() {
    // Upwards alone is somebody's wish: what is added, or a bar that wraps, leaves the end behind, too.
    const top = this.list.element.scrollTop, isUp = top < this.top - 4;
    this.top = top;
    if (!this.paused && isUp && !this.list.isAtEnd()) this.pause("scrolled up");
    else if (this.paused === "scrolled up" && this.list.isAtEnd()) this.resume();
  }

  key(event) {
    return this.act(event, {
      p: () => this.button.click(),
      G: () => this.resume(), End: () => this.resume(),
      Escape: () => { if (state.r) this.close(); },
    });
  }
}
