// A line through the filters, step by step; the filters may be changed beside it, for the try alone.
import { ask, get, isAbort } from "./api.mjs";
import { nest, pretty, wholeFields } from "./detail.mjs";
import { count, h, lineNodes, many, plain, say, trouble } from "./dom.mjs";
import { go } from "./state.mjs";

const KEPT = "try";

export function offer(input) {
  sessionStorage.setItem(KEPT, input);
  go({ page: "/try", q: "", f: [], r: "", x: "" });
}

export class TryPage {
  constructor(main) {
    const area = (name, props) => h("textarea", { class: "mono", "aria-label": name, spellcheck: "false", oninput: () => this.soon(), ...props });
    this.input = area("Line or JSON document", { rows: "5", placeholder: "Paste a line, or a whole JSON document", value: sessionStorage.getItem(KEPT) ?? "" });
    this.text = area("Filters", { rows: "30", wrap: "off", disabled: true });
    this.reset = h("button", { hidden: true, onclick: () => { this.text.value = this.running; void this.run(); } }, "As they run");
    this.problem = h("div", { role: "alert" });
    this.mistakes = h("div", { role: "status" });
    this.result = h("div");
    main.replaceChildren(h("div", { class: "page" }, h("h1", {}, "Try"),
      h("p", { class: "muted" }, "What the filters do with a line, in a copy: nothing is written, and what you change is gone when you leave."), this.problem,
      h("div", { class: "two" }, h("section", {}, h("h2", {}, "Line"), this.input, this.result),
        h("section", {}, h("div", { class: "titled" }, h("h2", {}, "Filters"), this.reset), this.text, this.mistakes))));
    document.title = "Try · LogFlow";
    void this.begin();
  }

  leave() { clearTimeout(this.timer); }

  async begin() {
    try {
      this.running = (await get("/api/try")).text;
      this.text.value = this.running;
      this.text.disabled = false;
      if (!this.input.value) this.input.focus();
      await this.run();
    } catch (error) {
      this.input.disabled = true;
      this.problem.replaceChildren(trouble(error));
    }
  }

  /** Typing has stopped when nothing came for a moment. */
  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.run(), 250);
  }

  async run() {
    const input = this.input.value, text = this.text.value;
    sessionStorage.setItem(KEPT, input);
    this.reset.hidden = text === this.running;
    this.problem.replaceChildren();
    this.mistakes.replaceChildren();
    try {
      const answer = await ask("try", "/api/try", { input, text });
      if (answer.errors) this.showMistakes(answer.errors);
      else this.result.replaceChildren(input ? trace(answer, (line, column) => this.select(line, column, 1)) : "");
    } catch (error) {
      if (!isAbort(error)) this.problem.replaceChildren(trouble(error));
    }
  }

  /** What was shown for the last text that had none stays. */
  showMistakes(errors) {
    this.mistakes.replaceChildren(h("ul", { class: "plain bad mistakes" }, errors.map((one) => h("li", {},
      h("button", { onclick: () => this.select(one.line, one.column, one.length) }, `line ${one.line}, column ${one.column}`), " ", plain(one.message), one.remedy ? h("span", { class: "muted" }, `: ${plain(one.remedy)}`) : ""))));
    say(many(errors.length, "mistake") + " in the filters");
  }

  select(line, column, length) {
    const before = this.text.value.split("\n").slice(0, line - 1), at = before.reduce((sum, one) => sum + one.length + 1, column - 1);
    this.text.focus();
    this.text.setSelectionRange(at, at + length);
    this.text.scrollTop = (line - 4) * parseFloat(getComputedStyle(this.text).lineHeight);
  }
}

// What the agent, not the filters, puts into a document. A dataset is the agent's where a module said it.
const ofAgent = /^(message|tags|event\.(created|module)|log\.(offset|file\..*)|(host|agent|ecs|input|fields|container|kubernetes)\..*)$/;

/** The tab of a row: the line as the agent sent it, with the filters as they run. */
export async function tryRow(row) {
  const all = Object.fromEntries(await wholeFields(row));
  const sent = Object.fromEntries(Object.entries(all).filter(([name]) => ofAgent.test(name) || (name === "event.dataset" && all["event.module"])));
  if (sent.tags) sent.tags = [sent.tags].flat().filter((tag) => !/^_\w*failure$/.test(tag));
  if (all["event.created"]) sent["@timestamp"] = all["event.created"];
  if (all["event.original"]) sent.message = all["event.original"];
  const input = JSON.stringify(nest(Object.entries(sent)), null, 2);
  const answer = await ask("try", "/api/try", { input });
  return h("div", { class: "around" }, h("div", { class: "more" }, h("button", { onclick: () => offer(input) }, "Change line or filters"),
    h("span", { class: "muted" }, "Made of what the agent sent, as far as filters left it.")), trace(answer));
}

/** show: shows a place of the text, where there is one. */
function trace({ events, cut }, show) {
  say(ending(events[0]));
  return h("div", { class: "trace" }, cut ? h("p", { class: "problem" }, cut) : "", events.map((one) => h("section", {},
    h("h2", {}, one.madeBy ? `Made by ${plain(one.madeBy)}` : "Steps"),
    h("ol", { class: "plain" }, one.steps.map((each, at) => step(each, one.steps[at - 1], show))), h("h2", {}, ending(one)),
    h("pre", { class: "json", tabindex: "0", role: "region", "aria-label": "The event at its end" }, pretty(JSON.stringify(one.metadata ? { ...one.result, "@metadata": one.metadata } : one.result, null, 2))))));
}

function ending({ deadLetter, outputs, steps }) {
  if (deadLetter) return `Would be a dead letter: ${plain(deadLetter)}`;
  if (outputs.length) return `Would go to ${outputs.map(plain).join(", ")}`;
  const last = steps.at(-1)?.outcome;
  return last === "dropped" ? "Dropped" : last === "replaced" ? "Replaced by what was made of it" : "Would go to no output";
}

const words = { true: "holds", false: "does not hold" };

function step(one, before, show) {
  const place = `${one.line}:${one.column}`;
  // What the condition before has shown already is not said again.
  const said = String(before?.operands);
  return h("li", { class: `o-${one.outcome.replace(" ", "")}` },
    show ? h("button", { class: "quiet mono", onclick: () => show(one.line, one.column) }, place) : place,
    h("code", {}, ` ${one.name} `, lineNodes(one.condition ?? "")), " ", h("strong", {}, words[one.outcome] ?? one.outcome), one.created ? ` made ${count(one.created)}` : "",
    said === String(one.operands) ? "" : one.operands.map(([name, value]) => h("div", { class: "mono" }, lineNodes(name), " = ", value === null ? h("em", {}, "missing") : lineNodes(value))),
    one.reason ? reason(one.reason) : "",
    one.changes.map(([field, old, now]) => {
      const [sign, kind] = old === null ? ["+", "s"] : now === null ? ["−", "bad"] : ["~", "n"];
      return h("div", { class: "mono" }, h("span", { class: kind }, sign, " ", lineNodes(field)), " ", lineNodes(old ?? ""), sign === "~" ? " → " : "", lineNodes(now ?? ""));
    }),
    one.tags.length || one.untagged.length ? h("div", { class: "mono" }, "tags", one.tags.map((tag) => [" + ", lineNodes(tag)]), one.untagged.map((tag) => [" − ", lineNodes(tag)])) : "",
    one.skipped.length ? h("details", {}, h("summary", {}, "skips " + many(one.skipped.length, "statement")), h("span", { class: "mono" }, one.skipped.map(([name, line, column]) => `${name} ${line}:${column}`).join(", "))) : "");
}

function reason({ text, column, matched, isCut, rest, wanted }) {
  if (!column) return h("div", { class: "bad" }, plain(text));
  // One sign for each character, so that the caret stands where it belongs.
  const before = (isCut ? "…" : "") + matched.replace(/\p{C}/gu, "·");
  return h("div", {}, h("div", { class: "bad", title: plain(text) }, `matched up to column ${count(column)}, `, h("code", {}, lineNodes(wanted)), " wants something else there"),
    h("pre", { class: "caret", tabindex: "0", role: "region", "aria-label": "Where it stops" }, h("span", { class: "s" }, before), rest.replace(/\p{C}/gu, "·"), `\n${" ".repeat([...before].length)}^`));
}
