// What could not be processed: why, each record, putting it back, taking it away.
import { ask, get, isAbort } from "./api.mjs";
import { bytes, copy, count, dialog, h, lineNodes, many, plain, quoted, trouble } from "./dom.mjs";
import { full, length } from "./time.mjs";

export class DeadPage {
  constructor(main) {
    this.problem = h("div", { role: "alert" });
    this.list = h("div", { class: "letters" });
    this.open = new Set();
    main.replaceChildren(h("div", { class: "page" }, h("div", { class: "titled" }, h("h1", {}, "Dead letters"), h("button", { title: "Look again (r)", onclick: () => this.load() }, "Look again")),
      h("p", { class: "muted" }, "Records that could not be decoded, filtered or written. Nothing of them is lost: they wait here until they are put back or deleted."), this.problem, this.list));
    document.title = "Dead letters · LogFlow";
    void this.load();
  }

  leave() { this.isGone = true; }
  changed() {}

  async load() {
    try {
      const answer = await get("/api/dead");
      if (this.isGone) return;
      this.problem.replaceChildren();
      this.draw(answer);
    } catch (error) {
      this.problem.replaceChildren(trouble(error));
    }
  }

  draw(answer) {
    if (!answer.groups.length) {
      this.list.replaceChildren(h("div", { class: "empty" }, h("h2", {}, "No dead letters"), h("p", {}, "Every record went through.")));
      return;
    }
    const all = answer.groups.reduce((sum, one) => sum + one.count, 0);
    this.list.replaceChildren(h("p", {}, h("strong", {}, many(all, "letter")), " for " + many(answer.groups.length, "reason"), answer.isPartial ? h("span", { class: "chip" }, "there are more: only the oldest were looked at") : ""),
      ...answer.groups.map((group) => this.group(group)));
  }

  group(group) {
    const key = [group.topic, group.stage, group.plugin, group.reason].join("\n"), choice = { topic: group.topic, stage: group.stage, plugin: group.plugin, reason: group.reason, until: group.last };
    const body = h("div", { class: "body" });
    const box = h("details", { class: "letter", open: this.open.has(key), ontoggle: () => {
      if (!box.open) return void this.open.delete(key);
      this.open.add(key);
      if (!body.childNodes.length) void this.letters(body, choice, group.count);
    } }, h("summary", {}, h("span", { class: "badge bad" }, count(group.count)), h("span", { class: "why" }, lineNodes(group.reason || "no reason given")),
      h("span", { class: "muted" }, `${group.stage} · ${plain(group.plugin)} · ${plain(group.topic)} · ${times(group.first, group.last)}`)), h("div", { class: "acts" }, this.actions(choice, group.count)), body);
    return box;
  }

  actions(choice, of) {
    const all = of && of > 1 ? ` all ${count(of)}` : "";
    return [h("button", { onclick: () => this.change("replay", choice) }, `Put${all} back …`), h("button", { onclick: () => this.change("purge", choice) }, `Delete${all} …`),
      h("button", { class: "quiet", title: "As a command for a shell", onclick: () => copy(command(choice)) }, "Copy command")];
  }

  async letters(body, choice, of) {
    try {
      const { letters } = await ask("letters", "/api/dead/letters", choice);
      body.replaceChildren(letters.length < of ? h("p", { class: "muted" }, `The newest ${count(letters.length)} of ${count(of)}.`) : "",
        ...letters.map((one) => this.letter(one, choice)));
    } catch (error) {
      if (!isAbort(error)) body.replaceChildren(trouble(error));
    }
  }

  letter(record, choice) {
    const { letter } = record, value = record.value ?? record.value_base64 ?? "", whole = { ...record };
    // What was cut for this page is another line, or no document at all.
    const isWhole = record.value !== undefined && value.length < 4096 && !letter.truncatedBytes;
    delete whole.letter;
    return h("details", { class: "letter one" }, h("summary", {}, h("span", { class: "mono muted" }, `${letter.partition ?? "?"} @ ${letter.offset ?? "?"}`), h("span", { class: "why mono" }, lineNodes(value.slice(0, 300).replace(/\s+/g, " "))),
      h("span", { class: "muted" }, `${when(letter.time)}${letter.replays ? ` · put back ${count(letter.replays)} ×` : ""}${letter.attempts > 1 ? ` · tried ${count(letter.attempts)} ×` : ""}`)),
      h("div", { class: "acts" }, isWhole ? h("button", { onclick: async () => (await import("./try.mjs")).offer(value) }, "Try") : "", letter.offset === null ? [] : this.actions({ ...choice, partition: letter.partition, offset: letter.offset, until: letter.time || undefined })),
      letter.truncatedBytes ? h("p", { class: "muted" }, `The beginning of ${bytes(letter.truncatedBytes)}; the processor keeps the whole.`) : "",
      h("pre", { class: "json", tabindex: "0", role: "region", "aria-label": "The letter" }, lineNodes(JSON.stringify(whole, null, 2))));
  }

  /** Says first what would happen, and does it when that is confirmed. */
  async change(kind, choice) {
    const isReplay = kind === "replay", said = h("div", { role: "status" }, "Counting …");
    const act = h("button", { class: isReplay ? "primary" : "primary danger", hidden: true });
    const box = dialog(isReplay ? "Put back" : "Delete for good", said, h("p", {}, act));
    let isChanged = false;
    box.addEventListener("close", () => { if (isChanged) { this.open.clear(); void this.load(); } });
    const notes = (answer) => answer.notes.length ? h("ul", {}, answer.notes.map((note) => h("li", {}, plain(note)))) : "";
    const fail = (error) => said.replaceChildren(trouble(error));
    try {
      const dry = await ask(kind, `/api/dead/${kind}`, { ...choice, dryRun: true });
      const records = (n) => many(n, "record");
      said.replaceChildren(isReplay
        ? h("p", {}, `${records(dry.done)} would go back into ${plain(choice.topic)} as what they were: an output that has one already does not take it twice.`, dry.left ? ` ${count(dry.left)} cannot.` : "")
        : h("p", {}, `${many(dry.done, "letter goes", "letters go")}, for good; ${count(dry.left)} of ${plain(choice.topic)} stay.`), notes(dry));
      act.textContent = isReplay ? `Put ${records(dry.done)} back` : "Delete " + many(dry.done, "letter");
      act.hidden = !dry.done;
      act.addEventListener("click", async () => {
        act.disabled = true;
        isChanged = true;
        try {
          const done = await ask(kind, `/api/dead/${kind}`, { ...choice, dryRun: false });
          said.replaceChildren(isReplay
            ? h("p", {}, `${records(done.done)} put back${done.left ? `, ${count(done.left)} not` : ""}. The letters stay until you delete them; what fails again comes back as a new one.`)
            : h("p", {}, `${count(done.done)} deleted, ${count(done.left)} kept.`), notes(done));
          act.hidden = true;
          box.querySelector("form button")?.focus();
        } catch (error) {
          fail(error);
        }
      });
      if (dry.done && isReplay) act.focus();
    } catch (error) {
      if (!isAbort(error)) fail(error);
    }
  }

  key(event) {
    const way = { j: 1, ArrowDown: 1, k: -1, ArrowUp: -1 }[event.key];
    if (event.key === "r") void this.load();
    else if (way) {
      const all = [...this.list.querySelectorAll("summary")].filter((one) => one.checkVisibility());
      all[Math.max(0, Math.min(all.length - 1, all.indexOf(document.activeElement) + way))]?.focus();
    } else return false;
  }
}

const when = (time) => Date.parse(time) ? `${full(Date.parse(time)).slice(0, 19)} (${length(Math.max(0, Date.now() - Date.parse(time)))} ago)` : "at no known time";

const times = (first, last) => first === last ? when(last) : `last ${when(last)}, first ${full(Date.parse(first)).slice(0, 19)}`;

function command(choice) {
  return `logflow dlq show --topic ${quoted(choice.topic)} --stage ${choice.stage} --plugin ${quoted(choice.plugin)} --reason ${quoted(choice.reason)}${choice.offset === undefined ? "" : ` --offset ${choice.partition}:${choice.offset}`}`;
}
