// Rows of any number: only those in sight are elements. Heights are measured where they can differ.
import { h } from "./dom.mjs";

const ROW = 22, AHEAD = 12;

export class VirtualList {
  constructor(options) {
    this.options = options;
    this.count = 0;
    /** @type {Map<number, number>} heights that are not the usual one */
    this.tall = new Map();
    /** @type {number[]|null} tops of the rows behind each tall one, made when asked for */
    this.keys = null;
    this.extra = [];
    this.items = new Map();
    this.sizer = h("div", { class: "sizer", role: "rowgroup" });
    this.element = h("div", { class: "scroll", role: "presentation" }, this.sizer);
    this.pending = 0;
    this.element.addEventListener("scroll", () => { this.schedule(); options.onScroll?.(); }, { passive: true });
    this.observer = new ResizeObserver((entries) => this.measure(entries));
    new ResizeObserver(() => this.schedule()).observe(this.element);
  }

  reset(count, keeps = false) {
    this.count = count;
    this.tall.clear();
    this.keys = null;
    this.clear();
    if (!keeps) this.element.scrollTop = 0;
    this.render();
  }

  grow(count) {
    this.count = count;
    this.schedule();
  }

  shift(gone, count) {
    const moved = new Map();
    for (const [index, height] of this.tall) if (index >= gone) moved.set(index - gone, height);
    this.tall = moved;
    this.keys = null;
    this.count = count;
    this.clear();
    this.schedule();
  }

  refresh(index) {
    this.drop(index);
    if (!this.options.isTall(index)) { this.tall.delete(index); this.keys = null; }
    this.render();
  }

  refreshAll() {
    this.clear();
    this.tall.clear();
    this.keys = null;
    this.render();
  }

  top(index) {
    if (!this.keys) {
      this.keys = [...this.tall.keys()].sort((a, b) => a - b);
      let sum = 0;
      this.extra = this.keys.map((key) => (sum += this.tall.get(key) - ROW));
    }
    let low = 0, high = this.keys.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.keys[middle] < index) low = middle + 1; else high = middle;
    }
    return index * ROW + (low ? this.extra[low - 1] : 0);
  }

  at(y) {
    let low = 0, high = Math.max(0, this.count - 1);
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.top(middle) <= y) low = middle; else high = middle - 1;
    }
    return low;
  }

  schedule() {
    if (!this.pending) this.pending = requestAnimationFrame(() => { this.pending = 0; this.render(); });
  }

  render() {
    const view = this.element.clientHeight, y = this.element.scrollTop;
    this.sizer.style.height = this.top(this.count) + "px";
    const first = Math.max(0, this.at(y) - AHEAD), last = Math.min(this.count, this.at(y + view) + AHEAD + 1);
    for (const index of [...this.items.keys()]) if (index < first || index >= last) this.drop(index);
    let before = null;
    for (let index = first; index < last; index++) {
      let item = this.items.get(index);
      if (!item) {
        item = h("div", { class: "item", role: "presentation" }, this.options.render(index));
        this.items.set(index, item);
        // In the order of the rows, so that a selection over them reads as it looks.
        if (before) before.after(item); else this.sizer.prepend(item);
        if (this.options.isTall(index)) this.observer.observe(item);
        item.dataset.index = String(index);
      }
      item.style.transform = `translateY(${this.top(index)}px)`;
      before = item;
    }
    if (last >= this.count - 40 && this.count) this.options.onEnd?.();
  }

  measure(entries) {
    let moved = 0;
    const y = this.element.scrollTop;
    for (const entry of entries) {
      const item = entry.target, index = Number(item.dataset.index);
      const height = Math.ceil(entry.contentRect.height), old = this.tall.get(index) ?? ROW;
      if (this.items.get(index) !== item || height === old || !height) continue;
      if (this.top(index) + old <= y) moved += height - old;
      this.tall.set(index, height);
      this.keys = null;
    }
    if (moved) { this.sizer.style.height = this.top(this.count) + "px"; this.element.scrollTop = y + moved; }
    this.render();
  }

  drop(index) {
    const item = this.items.get(index);
    if (!item) return;
    this.observer.unobserve(item);
    item.remove();
    this.items.delete(index);
  }

  clear() {
    for (const index of [...this.items.keys()]) this.drop(index);
  }

  show(index, middle = false) {
    const top = this.top(index), bottom = top + ROW, y = this.element.scrollTop, view = this.element.clientHeight;
    if (middle) this.element.scrollTop = top - view / 3;
    else if (top < y) this.element.scrollTop = top;
    else if (bottom > y + view) this.element.scrollTop = bottom - view;
    this.render();
  }

  isAtEnd() {
    return this.element.scrollTop + this.element.clientHeight >= this.top(this.count) - 4;
  }

  toEnd() {
    this.render();
    this.element.scrollTop = this.top(this.count);
    this.render();
  }
}
