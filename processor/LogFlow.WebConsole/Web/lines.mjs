// What pages of lines have in common: the list, the line that is open, moving and copying by keys.
import { cancel } from "./api.mjs";
import { copy, h, say } from "./dom.mjs";
import { copyLink, detail, wholeJson } from "./detail.mjs";
import { VirtualList } from "./list.mjs";
import { asText, cells, levelClass, marks, message, timeOf, widths } from "./rows.mjs";
import { go, link, state } from "./state.mjs";
import { full, rowFormat, zone } from "./time.mjs";

export class LinesPage {
  constructor() {
    this.rows = [];
    this.active = -1;
    this.bar = null;
    this.look = { time: full, level: true, dataset: true, marks: null };
    this.wraps = localStorage.getItem("wrap") === "1";
    this.list = new VirtualList({ render: (index) => this.row(index), isTall: (index) => this.wraps || this.rows[index]?.id === state.r, onEnd: () => this.atEnd(), onScroll: () => this.scrolled(), label: "Lines" });
    this.head = h("div", { class: "th", role: "row" });
    this.grid = h("div", { class: "grid", role: "treegrid", "aria-label": "Lines", "aria-rowcount": "0" }, h("div", { role: "rowgroup" }, this.head), this.list.element);
    this.wrapButton = h("button", { title: "Wrap long lines (v)", "aria-pressed": String(this.wraps), onclick: () => this.toggleWrap() }, "Wrap");
    this.mark = h("input", { placeholder: "Highlight", "aria-label": "Highlight without filtering", oninput: () => { this.look.marks = marks(this.mark.value); this.list.refreshAll(); } });
    this.list.element.addEventListener("click", (event) => this.click(event));
    document.addEventListener("copy", this.onCopy = (event) => this.copied(event));
  }

  leave() {
    cancel();
    document.removeEventListener("copy", this.onCopy);
  }

  atEnd() {}
  scrolled() {}
  setLook() {}

  /** How the lines look, and the head of their columns. */
  lookOf(rows, hasLevel, total, order) {
    const times = rows.length ? [timeOf(rows[0]), timeOf(rows[rows.length - 1])] : [Date.now(), Date.now()];
    const format = rowFormat(times[0], times[1]);
    this.look = { time: format.show, marks: marks(this.mark.value), wraps: this.wraps, level: hasLevel, dataset: rows.some((row) => row.f["event.dataset"]) };
    this.grid.style.setProperty("--cols", widths(format.width, this.look));
    this.grid.classList.toggle("wrap", this.wraps);
    this.grid.setAttribute("aria-rowcount", String(total + 1));
    this.head.replaceChildren(...[
      h("span", { role: "columnheader", "aria-sort": state.s === "@timestamp" || !order ? "ascending" : "descending" }, `time (${zone()})`, order),
      hasLevel && h("span", { class: "wide", role: "columnheader" }, "level"),
      this.look.dataset && h("span", { class: "wide", role: "columnheader" }, "dataset"),
      ...state.c.map((name) => h("span", { class: "wide", role: "columnheader", title: name }, name, link(h, { c: state.c.filter((one) => one !== name) }, { class: "act", "aria-label": `Hide column ${name}` }, "✕"))),
      h("span", { role: "columnheader" }, "message"),
    ].filter(Boolean));
  }

  row(index) {
    const row = this.rows[index], isOpen = row.id === state.r;
    if (row.gap) return h("div", { class: "tr gap", role: "row", "aria-rowindex": String(index + 2) }, h("span", { role: "gridcell" }, row.gap));
    const line = h("div", { class: `tr l-${levelClass(row.f["log.level"])}${index === this.active ? " active" : ""}`, role: "row", tabindex: index === Math.max(0, this.active) ? "0" : "-1", "aria-rowindex": String(index + 2), "aria-expanded": String(isOpen) }, ...cells(row, this.look).filter(Boolean));
    if (!isOpen) return line;
    return h("div", { role: "presentation" }, line, h("div", { role: "row" }, h("div", { role: "gridcell" },
      detail(row, { close: () => this.close(), step: (way) => this.step(way), marks: this.look.marks }))));
  }

  click(event) {
    const target = event.target;
    if (!target.closest(".item > .tr, .item > div > .tr") || target.closest(".detail, a, button") || String(getSelection())) return;
    const index = Number(target.closest(".item").dataset.index), row = this.rows[index];
    if (row.gap) return;
    this.activate(index);
    go({ r: state.r === row.id ? "" : row.id, x: state.r === row.id ? "" : state.x }, true);
  }

  close() {
    const index = this.active;
    go({ r: "", x: "" }, true);
    this.focusRow(index);
  }

  activate(index) {
    const before = this.active;
    this.active = Math.max(0, Math.min(this.rows.length - 1, index));
    for (const at of [before, this.active]) {
      const line = this.list.items.get(at)?.querySelector(".tr");
      line?.classList.toggle("active", at === this.active);
      line?.setAttribute("tabindex", at === this.active ? "0" : "-1");
    }
  }

  focusRow(index) {
    this.activate(index);
    this.list.show(this.active);
    this.list.items.get(this.active)?.querySelector(".tr")?.focus({ preventScroll: true });
  }

  step(way) {
    const isOpen = state.r && this.rows[this.active]?.id === state.r;
    let next = this.active + way;
    while (this.rows[next]?.gap) next += way;
    if (next < 0 || next >= this.rows.length) return;
    this.focusRow(next);
    if (isOpen) go({ r: this.rows[next].id }, true);
  }

  /** The next line that has an error, or a marked word. */
  seek(way, fits) {
    for (let index = this.active + way; index >= 0 && index < this.rows.length; index += way) {
      if (!this.rows[index].gap && fits(this.rows[index])) return this.focusRow(index);
    }
    say("none further");
  }

  toggleWrap() {
    this.wraps = !this.wraps;
    localStorage.setItem("wrap", this.wraps ? "1" : "0");
    this.wrapButton.setAttribute("aria-pressed", String(this.wraps));
    this.setLook();
    this.list.refreshAll();
  }

  /** Rows that are selected are copied as rows. */
  copied(event) {
    const selection = getSelection();
    if (!selection || selection.isCollapsed || !this.list.element.contains(selection.anchorNode)) return;
    const chosen = [...this.list.items].filter(([, item]) => selection.containsNode(item, true)).map(([index]) => index);
    if (chosen.length < 2) return;
    const text = this.rows.slice(Math.min(...chosen), Math.max(...chosen) + 1).filter((row) => !row.gap).map(asText).join("\n");
    event.clipboardData?.setData("text/plain", text + "\n");
    event.preventDefault();
  }

  fits(row) {
    const pattern = this.look.marks;
    if (!pattern) return false;
    pattern.lastIndex = 0;
    return pattern.test(message(row));
  }

  /** Does what a key is for; false: nothing. */
  act(event, own) {
    const at = this.rows[this.active], row = at?.gap ? undefined : at;
    const action = {
      "/": () => { this.bar.input.focus(); this.bar.input.select(); },
      j: () => this.step(1), ArrowDown: () => this.step(1), k: () => this.step(-1), ArrowUp: () => this.step(-1),
      PageDown: () => this.focusRow(this.active + 25), PageUp: () => this.focusRow(this.active - 25),
      Enter: () => row && go({ r: state.r === row.id ? "" : row.id, x: "" }, true),
      g: () => this.focusRow(0), G: () => this.focusRow(this.rows.length - 1), Home: () => this.focusRow(0), End: () => this.focusRow(this.rows.length - 1),
      e: () => this.seek(1, isError), E: () => this.seek(-1, isError),
      n: () => this.seek(1, (one) => this.fits(one)), N: () => this.seek(-1, (one) => this.fits(one)),
      c: () => {
        if (!row) return;
        const wasOpen = state.r === row.id;
        go({ r: row.id, x: "around" }, true);
        if (wasOpen) this.list.refresh(this.active);
      },
      y: () => row && copy(asText(row)), Y: async () => row && copy(await wholeJson(row)), l: () => row && copyLink(row),
      v: () => this.toggleWrap(),
      ...own,
    }[event.key];
    if (!action) return false;
    action();
    return true;
  }
}

const isError = (row) => ["error", "fatal"].includes(levelClass(row.f["log.level"])) || /\b(error|fatal|panic|exception)\b/i.test(message(row));
