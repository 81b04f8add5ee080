import { count, h, short, svg } from "./dom.mjs";
import { absolute, length, parts, readable } from "./time.mjs";
import { levelClass } from "./rows.mjs";

const palette = ["--info", "--accent", "--good", "--warn", "--fatal", "--debug"];
const order = ["fatal", "error", "warn", "info", "debug", ""];

/** Bars over time; drag, click, or the arrow keys choose a part of it. */
export class Histogram {
  constructor(zoom, back) {
    this.zoom = zoom;
    this.data = null;
    this.chosen = null;
    this.tip = h("div", { class: "tip", hidden: true });
    this.svg = svg("svg", { preserveAspectRatio: "none", "aria-hidden": "true" });
    this.legend = h("div", { class: "legend" });
    this.table = h("table", { class: "hidden" });
    this.element = h("div", { class: "hist", role: "slider", tabindex: "0", "aria-label": "Part of the time: arrows move, Shift widens, Enter applies", "aria-valuemin": "0", "aria-valuemax": "0", "aria-valuenow": "0" }, this.svg, this.tip);
    let from = null;
    this.element.addEventListener("pointerdown", (event) => {
      if (event.button || !this.data) return;
      from = this.timeAt(event);
      this.element.setPointerCapture(event.pointerId);
    });
    this.element.addEventListener("pointermove", (event) => {
      if (!this.data) return;
      this.showTip(event);
      if (from !== null && Math.abs(this.x(from) - this.x(this.timeAt(event))) > 4) this.choose([from, this.timeAt(event)]);
    });
    this.element.addEventListener("pointerup", (event) => {
      if (from === null) return;
      const start = from;
      from = null;
      if (this.chosen) this.apply();
      else if (event.detail < 2) this.clickBar(start);
    });
    this.element.addEventListener("dblclick", back);
    this.element.addEventListener("pointerleave", () => { this.tip.hidden = true; });
    this.element.addEventListener("keydown", (event) => this.key(event));
    new ResizeObserver(() => this.draw()).observe(this.element);
  }

  set(data) {
    this.data = data;
    this.chosen = null;
    this.draw();
  }

  x(time) {
    const { from, to } = this.data;
    return (time - from) / Math.max(1, to - from) * this.width;
  }

  get width() { return Math.max(10, this.element.clientWidth - 24); }

  timeAt(event) {
    const box = this.svg.getBoundingClientRect(), { from, to } = this.data;
    return from + Math.min(1, Math.max(0, (event.clientX - box.left) / Math.max(1, box.width))) * (to - from);
  }

  barAt(time) { return this.data.bars.find((bar) => time >= bar.t && time < bar.t + this.data.width); }

  clickBar(time) {
    const bar = this.barAt(time);
    if (bar && this.data.width > 1) this.zoom(absolute(Math.max(bar.t, this.data.from), Math.min(bar.t + this.data.width - 1, this.data.to)));
  }

  choose(range) {
    this.chosen = range && [Math.min(...range), Math.max(...range)];
    this.draw();
    if (this.chosen) this.element.setAttribute("aria-valuetext", `${readable(this.chosen[0])} to ${readable(this.chosen[1])}`);
  }

  apply() {
    const [from, to] = this.chosen;
    this.chosen = null;
    if (to - from >= 1) this.zoom(absolute(Math.round(from), Math.round(to)));
  }

  key(event) {
    if (!this.data) return;
    const step = this.data.width, { from, to } = this.data;
    const [start, end] = this.chosen ?? [from, from + step];
    const way = event.key === "ArrowRight" ? step : event.key === "ArrowLeft" ? -step : 0;
    if (way && event.shiftKey) this.choose([start, Math.min(to, Math.max(start + step, end + way))]);
    else if (way) {
      const move = !this.chosen ? 0 : start + way < from ? from - start : end + way > to ? to - end : way;
      this.choose([start + move, end + move]);
    } else if (event.key === "Enter" && this.chosen) this.apply();
    else if (event.key === "Escape" && this.chosen) this.choose(null);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  showTip(event) {
    const bar = this.barAt(this.timeAt(event));
    this.tip.hidden = !bar;
    if (!bar) return;
    const kinds = Object.entries(bar.by).map(([name, n]) => `${name}  ${count(n)}`);
    this.tip.textContent = [`${readable(bar.t)} · ${length(this.data.width)}`, `${count(bar.n)} ${bar.n === 1 ? "line" : "lines"}`, ...kinds].join("\n");
    const x = event.clientX - this.element.getBoundingClientRect().left;
    this.tip.style.left = Math.max(4, Math.min(x + 14, this.element.clientWidth - this.tip.offsetWidth - 8)) + "px";
  }

  colours() {
    const sums = new Map();
    const isLevel = this.data.by === "log.level";
    for (const bar of this.data.bars) for (const [name, n] of Object.entries(bar.by)) sums.set(name, (sums.get(name) ?? 0) + n);
    const names = [...sums.keys()].sort((a, b) => isLevel ? order.indexOf(levelClass(b)) - order.indexOf(levelClass(a)) : sums.get(b) - sums.get(a)).slice(0, 6);
    return new Map(names.map((name, at) => [name, `var(${isLevel ? (levelClass(name) ? "--" + levelClass(name) : "--strong") : palette[at]})`]));
  }

  draw() {
    if (!this.data) return;
    const { from, to, width, bars } = this.data, w = this.width, high = 74;
    const max = Math.max(1, ...bars.map((bar) => bar.n)), colours = this.colours();
    this.svg.setAttribute("viewBox", `0 0 ${w} 92`);
    const shapes = [svg("line", { class: "base", x1: 0, x2: w, y1: high + .5, y2: high + .5 })];
    for (const bar of bars) {
      const left = Math.max(0, this.x(bar.t)), right = Math.min(w, this.x(bar.t + width));
      const wide = Math.max(1, right - left - (right - left > 3 ? 1 : 0));
      let y = high, rest = bar.n;
      for (const [name, colour] of [...colours, ["", "var(--strong)"]]) {
        const n = name ? bar.by[name] ?? 0 : rest;
        if (!n) continue;
        rest -= n;
        const tall = Math.max(n / max * (high - 14), 1);
        y -= tall;
        shapes.push(svg("rect", { class: "bar", x: left.toFixed(1), y: Math.max(0, y).toFixed(1), width: wide.toFixed(1), height: tall.toFixed(1), style: { fill: colour } }));
      }
    }
    for (let tick = 0; tick < Math.max(2, Math.floor(w / 150)); tick++) {
      const time = from + (to - from) * tick / Math.max(2, Math.floor(w / 150)), at = parts(time);
      const text = to - from > 3 * 864e5 ? at.date : to - from > 864e5 ? `${at.date.slice(5)} ${at.time.slice(0, 5)}` : to - from < 6e5 ? at.time : at.time.slice(0, 5);
      shapes.push(svg("text", { class: "axis", x: this.x(time) + 2, y: 89 }, text));
    }
    shapes.push(svg("text", { class: "axis", x: w - 2, y: 9, "text-anchor": "end" }, "max " + short(max)));
    if (this.chosen) shapes.push(svg("rect", { class: "brush", x: this.x(this.chosen[0]), y: 0, width: Math.max(1, this.x(this.chosen[1]) - this.x(this.chosen[0])), height: high }));
    this.svg.replaceChildren(...shapes);
    this.legend.replaceChildren(...[...colours].map(([name, colour]) => h("span", {}, h("i", { style: { "--c": colour } }), name)));
    this.element.setAttribute("aria-valuetext", this.chosen ? "" : `${bars.length} bars of ${length(width)}`);
    this.table.replaceChildren(h("caption", {}, `Lines per ${length(width)}`), ...bars.map((bar) => h("tr", {}, h("th", { scope: "row" }, readable(bar.t)), h("td", {}, count(bar.n)))));
  }
}
