// The fields of one record: takes what a person types or takes, keeps each field's word, mark and way back.

import { Saver } from "./review_save.js";

const PAUSE_MS = 450; // after the last letter, what is being typed is kept as well
export const words = document.getElementById("words").dataset;

export class Fields {
  /** state(name): how saving goes; focused(field): a field that got the focus; count(number): still to be looked at. */
  constructor(article, { state, focused, count }) {
    Object.assign(this, { article, focused, count });
    this.list = [...article.querySelectorAll(".field")];
    this.saver = new Saver(article, (f, body, draft) => this.told(f, body, draft), (f) => this.refused(f), state);
    this.steps = [];
    this.current = null;
    for (const field of this.list) this.begin(field);
    for (const seen of article.querySelectorAll(".seen")) this.mark(seen);
    this.listen();
    this.recount();
  }

  begin(field) {
    field.box = field.querySelector("input, textarea");
    const draft = field.dataset.draft ? JSON.parse(field.dataset.draft) : null;
    field.said = draft ? draft.said : null;
    field.sure = draft ? draft.sure : false;
    field.kept = field.box.value; // the text that `said` stands for
    if (draft && !draft.sure) this.reasons(field, [words.typing]);
    if (draft && draft.sure) this.steps.push({ field, said: null, sure: false, text: field.dataset.base, mark: "doubt" });
    this.paint(field);
  }

  /** Everything Enter stops at: reasons about the whole document not looked at, then doubtful fields. */
  get stops() {
    return [...this.article.querySelectorAll(".seen[aria-pressed=false], .field[data-mark=doubt] .stop")];
  }

  next(from) {
    const stops = this.stops.filter((s) => s !== from);
    if (!stops.length) return null;
    const behind = (s) => from && from.compareDocumentPosition(s) & Node.DOCUMENT_POSITION_FOLLOWING;
    return stops.find(behind) || stops[0];
  }

  of(element) { return element && element.closest(".field"); }

  /** Fields of a row that was added to the page, and of one that was taken away. */
  adopt(fields) {
    this.list.push(...fields);
    for (const field of fields) if (!field.box) this.begin(field);
    this.recount();
  }

  release(fields) {
    for (const field of fields) clearTimeout(field.timer);
    this.list = this.list.filter((f) => !fields.includes(f));
    if (fields.includes(this.current)) this.current = null;
    this.recount();
  }

  listen() {
    this.article.addEventListener("focusin", (event) => {
      const field = this.of(event.target);
      if (!field || field === this.current) return;
      if (this.current) this.current.classList.remove("current");
      this.current = field;
      field.classList.add("current");
      this.focused(field);
    });
    this.article.addEventListener("input", (event) => {
      const field = this.of(event.target);
      if (field && !event.isComposing) this.typing(field);
    });
    this.article.addEventListener("compositionend", (event) => {
      const field = this.of(event.target);
      if (field) this.typing(field);
    });
    this.article.addEventListener("change", (event) => {
      const field = this.of(event.target);
      if (field && field.box.value !== field.kept) this.say(field, this.written(field), true);
    });
  }

  /** While it is typed, it is kept as not yet sure: nothing typed is lost, nothing half typed is released. */
  typing(field) {
    clearTimeout(field.timer);
    field.timer = setTimeout(() => {
      if (field.box.value === field.kept) return;
      this.saver.push(field.dataset.field, { raw: field.box.value }, false);
    }, PAUSE_MS);
  }

  /** What the text says: as it was read, or something else. */
  written(field) {
    const text = plain(field.box.value);
    if (!text && field.closest("[data-added]")) return { status: "blank", raw: "" };
    if (text === plain(field.dataset.base) && !(field.said && field.said.status)) return {};
    return { raw: text };
  }

  /** The person's word on a field, undone by `undo`. */
  say(field, said, sure) {
    clearTimeout(field.timer);
    this.steps.push({ field, ...this.state(field) });
    this.set(field, said, sure);
  }

  state(field) { return { said: field.said, sure: field.sure, text: field.kept, mark: field.dataset.mark }; }

  restore(field, { said, sure, text, mark }) {
    this.set(field, said, sure);
    field.box.value = field.kept = text;
    field.dataset.mark = mark;
    this.paint(field);
    this.recount();
  }

  set(field, said, sure) {
    Object.assign(field, { said, sure });
    if (said && said.raw !== undefined) field.box.value = said.raw;
    field.kept = field.box.value;
    field.dataset.mark = said && sure ? "person" : field.dataset.mark;
    this.status(field, said && said.status ? said.status : "", said && said.status ? words[said.status] : "");
    if (said && sure) this.reasons(field, []);
    this.paint(field);
    this.recount();
    this.saver.push(field.dataset.field, said, sure);
  }

  /** Enter: right as it stands. A text that was refused and stands so on the paper is accepted the second time. */
  accept(field) {
    const same = field.box.value === field.kept;
    if (same && field.sure && field.dataset.mark === "person") return;
    if (same && field.unclear === plain(field.box.value)) {
      this.say(field, { raw: plain(field.box.value), as_written: true }, true);
    } else {
      this.say(field, same && field.said && field.said.status ? field.said : this.written(field), true);
    }
  }

  /** blank, struck or illegible in place of a text. */
  answer(field, status) {
    if (status === "blank") field.box.value = "";
    this.say(field, status === "blank" ? { status, raw: "" } : { status }, true);
  }

  take(field, offer) {
    field.box.value = offer;
    this.say(field, plain(offer) === plain(field.dataset.base) ? {} : { raw: offer }, true);
  }

  look(seen) {
    seen.setAttribute("aria-pressed", "true");
    this.steps.push({ seen });
    this.mark(seen);
    this.recount();
    this.saver.push(`#${seen.dataset.code}`, {}, true);
  }

  /** Takes back the last word; gives the element to go to, or null. Text that is only being typed goes first. */
  undo() {
    const typed = this.current;
    if (typed && typed.box.value !== typed.kept) {
      clearTimeout(typed.timer);
      typed.box.value = typed.kept;
      this.saver.push(typed.dataset.field, typed.said, typed.sure);
      return typed.box;
    }
    const step = this.steps.pop();
    if (!step) return null;
    if (step.back) return step.back();
    if (step.seen) {
      step.seen.setAttribute("aria-pressed", "false");
      this.mark(step.seen);
      this.saver.push(`#${step.seen.dataset.code}`, null, false);
      this.recount();
      return step.seen;
    }
    this.restore(step.field, step);
    return step.field.box;
  }

  /** The server's answer: what it means, and what of the whole record is still asked. */
  told(name, body, draft) {
    const field = this.list.find((f) => f.dataset.field === name);
    if (field && body.meaning !== undefined) {
      field.querySelector('[data-role="meaning"]').textContent = body.meaning;
      this.status(field, body.status, body.status_text);
      const why = new Set(body.doubts[name] || []);
      fill(field.querySelector('[data-role="advice"]'), body.advice.filter((a) => !why.has(a)));
    }
    for (const one of this.list) {
      const id = one.dataset.field; // what was said since, the answer does not know yet
      if (!this.saver.waiting.has(id)) this.ask(one, body.doubts[id], one === field && !draft.sure);
    }
    this.recount();
  }

  ask(field, why, typing) {
    if (typing || field.box.value !== field.kept) return;
    if (why === undefined) {
      field.unclear = undefined;
      field.dataset.mark = (field.said && field.sure) || field.dataset.settled ? "person" : "machine";
      this.reasons(field, []);
    } else {
      field.dataset.mark = "doubt";
      field.unclear = field.said && field.sure && field.box.value ? plain(field.box.value) : undefined;
      this.reasons(field, field.unclear === undefined ? why : [...why, words.again]);
    }
    this.paint(field);
  }

  refused(name) {
    const field = this.list.find((f) => f.dataset.field === name);
    if (!field) return;
    field.dataset.mark = "doubt";
    field.sure = false;
    this.reasons(field, [words.refused]);
    this.paint(field);
    this.recount();
  }

  status(field, status, text) {
    field.dataset.status = status;
    field.querySelector('[data-role="state"]').textContent = text || "";
  }

  reasons(field, why) { fill(field.querySelector('[data-role="why"]'), why); }

  paint(field) {
    const mark = field.querySelector('[data-role="mark"]'), kind = field.dataset.mark;
    mark.textContent = words[kind];
    mark.className = `mark ${{ doubt: "doubt", person: "good", machine: "" }[kind]}`;
  }

  mark(seen) { seen.classList.toggle("done", seen.getAttribute("aria-pressed") === "true"); }

  recount() { this.count(this.stops.length); }
}

/** As the server keeps it: composed letters, single spaces. */
function plain(text) { return text.normalize("NFC").split(/\s+/).filter(Boolean).join(" "); }

function fill(list, texts) {
  list.replaceChildren(...texts.map((text) => {
    const item = document.createElement("li");
    item.textContent = text;
    return item;
  }));
}
