// The review page: listens to keys and buttons, goes from field to field and from record to record.

import { composing } from "./composing.js";
import { folded } from "./folding.js";
import { Fields, words } from "./review_fields.js";
import { openNaming } from "./review_form.js";
import { Rows, numbered } from "./review_rows.js";
import { post, token, trouble } from "./review_save.js";
import { View, within } from "./review_view.js";

const work = document.getElementById("work"), saved = document.getElementById("saved");
const finishButton = document.getElementById("finish"), banner = document.getElementById("trouble");
const keys = new Map();
let sheet = null, coming = null, lastLife = Date.now(), lastRenewed = Date.now();

for (const row of document.querySelectorAll("#help tr[data-action]")) {
  for (const code of row.dataset.codes.split(" ")) keys.set((row.dataset.alt ? "alt " : "") + code, row.dataset.action);
}

class Sheet {
  constructor(article) {
    this.article = article;
    this.view = new View(article, (page, x, y) => this.pick(page, x, y));
    this.fields = new Fields(article, {
      state: (name) => said(name), focused: (field) => this.show(field), count: (n) => this.left(n),
    });
    this.rows = new Rows(article, this.fields);
  }

  get path() { return `/review/record/${this.article.dataset.record}`; }
  get fence() { return Number(this.article.dataset.fence); }
  get field() { return this.fields.of(document.activeElement); }

  show(field) {
    field.scrollIntoView({ block: "nearest" }); // by Tab too: on a small window the page picture lies over the fields
    this.view.show(field.dataset.page, JSON.parse(field.dataset.boxes));
  }

  pick(page, x, y) {
    const hit = this.fields.list.find((f) => f.dataset.page === page && within(JSON.parse(f.dataset.boxes), x, y));
    if (hit) go(hit.box);
  }

  left(count) {
    const text = this.article.querySelector('[data-role="left"]');
    text.textContent = count === 0 ? text.dataset.none : count === 1 ? text.dataset.one
      : text.dataset.many.replace("{n}", count);
  }

  onward(from) {
    const next = this.fields.next(from);
    if (next) return go(next);
    announce(words.done);
    finishButton.focus();
  }
}

function go(element) {
  element.focus({ preventScroll: true });
  if (element.select) element.select();
  (element.closest(".field") || element).scrollIntoView({ block: "nearest" });
}

function announce(text) { saved.textContent = text; }

function said(state) {
  if (state === "saved" || state === "saving" || state === "offline") {
    saved.dataset.state = state;
    if (state !== "saved" || sheet.fields.stops.length) announce(words[state]);
    if (state === "saved") hideTrouble();
    return;
  }
  showTrouble(state);
}

const ways = {
  lost: () => [words.lost, words.retake, retake],
  reading: () => [words.reading, words.queue, () => { location.href = `/review${work.dataset.query}`; }],
  gone: () => [words.gone, words.queue, () => { location.href = `/review${work.dataset.query}`; }],
  changed: () => [words.changed, words.reload, () => location.reload()],
  signedout: () => [words.signedout, words.signin, signIn],
  stranger: () => [words.stranger, words.reload, () => location.reload()],
  failed: () => [words.failed, words.reload, () => location.reload()],
};

function showTrouble(state) {
  const [text, label, act] = (ways[state] || ways.failed)();
  banner.querySelector('[data-role="text"]').textContent = text;
  const button = banner.querySelector('[data-role="act"]');
  button.textContent = label;
  button.onclick = act;
  banner.dataset.state = state;
  banner.hidden = false;
}

function hideTrouble() {
  banner.hidden = true;
  delete banner.dataset.state;
}

async function retake() {
  const answer = await post(`${sheet.path}/retake`, {});
  const way = trouble(answer);
  if (way) return showTrouble(way === "offline" ? "failed" : way);
  sheet.article.dataset.fence = answer.body.fence;
  hideTrouble();
  sheet.fields.saver.resume();
}

function signIn() {
  window.open("/login?next=/review", "_blank", "noopener");
}

/** Somebody has signed in again in another window: their token, if it is the same person. */
async function comeBack() {
  if (banner.dataset.state !== "signedout") return;
  const answer = await fetch("/review/token", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer || !answer.ok) return;
  const who = await answer.json();
  if (who.person !== work.dataset.person) return showTrouble("stranger");
  token.csrf = who.csrf;
  hideTrouble();
  sheet.fields.saver.resume();
}

async function finish() {
  if (finishButton.disabled) return;
  const field = sheet.field;
  if (field && field.box.value !== field.kept) sheet.fields.accept(field);
  finishButton.disabled = true;
  try {
    await sheet.fields.saver.flush();
    const answer = await post(`${sheet.path}/finish`, { fence: sheet.fence }, { "If-Match": sheet.article.dataset.etag });
    const way = trouble(answer);
    if (way === "") return await onward(words.released);
    if (way === "refused") return asked(answer.body);
    showTrouble(way === "offline" ? "failed" : way);
  } catch {
    // the saver has said why
  } finally {
    finishButton.disabled = false;
    if (document.activeElement === document.body) finishButton.focus();
  }
}

function asked(body) {
  for (const field of sheet.fields.list) sheet.fields.ask(field, (body.doubts || {})[field.dataset.field], false);
  sheet.fields.recount();
  const first = sheet.fields.next(null);
  if (first) go(first);
  announce(words.asked);
}

/** The next record, which has been fetched already; the queue where there is none. */
async function onward(text, last = "nothing_left") {
  const next = (coming && await coming) || await fetchNext();
  coming = null;
  if (!next) {
    location.href = `/review${work.dataset.query}${work.dataset.query ? "&" : "?"}said=${last}`;
    return;
  }
  work.replaceChildren(next);
  delete work.dataset.coming;
  lastRenewed = 0; // it may have lain here for a while: the next look at the clock renews its lease
  history.replaceState(null, "", `/review/record/${next.dataset.record}${work.dataset.query}`);
  begin(next);
  announce(text);
}

async function fetchNext() {
  const filter = Object.fromEntries(new URLSearchParams(work.dataset.query));
  const besides = sheet.article.dataset.record;
  const answer = await post("/review/next", { ...filter, besides });
  if (answer.status !== 200) return null;
  const made = document.createElement("template");
  made.innerHTML = answer.body;
  const article = document.importNode(made.content.querySelector("article"), true); // its pictures load from here on
  for (const picture of article.querySelectorAll("img")) picture.decode().catch(() => {});
  work.dataset.coming = "yes";
  return article;
}

function begin(article) {
  hideTrouble();
  sheet = new Sheet(article);
  const first = sheet.fields.next(null);
  const unnamed = article.querySelector(".unnamed"); // a paper of no known form: giving it one comes first
  if (first) go(first);
  else if (unnamed) unnamed.focus();
  else sheet.onward(null);
  const soon = window.requestIdleCallback || ((f) => setTimeout(f, 200));
  soon(() => { coming = coming || fetchNext(); });
}

async function decide(path, extra, text) {
  const answer = await post(`${sheet.path}/${path}`, { fence: sheet.fence, ...extra });
  const way = trouble(answer);
  if (way) showTrouble(way === "offline" ? "failed" : way);
  else await onward(text);
}

function ask(name, then) {
  const dialog = document.getElementById(name);
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") then(dialog.querySelector("input:checked").value);
    else if (sheet.fields.current) go(sheet.fields.current.box);
  };
  dialog.showModal();
}

const PANS = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [1, 0], ArrowRight: [-1, 0] };
const actions = {
  finish: () => finish(),
  help: () => document.getElementById("help").showModal(),
  undo: () => {
    const back = sheet.fields.undo();
    if (back) go(back);
    announce(back ? words.undone : words.nothing);
  },
  postpone: () => ask("postpone", (minutes) => decide("postpone", { minutes: Number(minutes) }, "")),
  reject: () => ask("reject", (reason) => decide("reject", { reason }, "")),
  form: () => openNaming(sheet, {
    done: (text) => onward(text, "named"), stopped: showTrouble,
    closed: () => { if (sheet.fields.current) go(sheet.fields.current.box); },
  }),
  escalate: () => ask("escalate", (reason) => decide("escalate", { reason }, "")),
  back: async () => {
    await sheet.fields.saver.flush().catch(() => {});
    await post(`${sheet.path}/back`, { fence: sheet.fence });
    location.href = `/review${work.dataset.query}`;
  },
  whole: () => sheet.view.whole(),
  "zoom-in": () => sheet.view.closer(),
  "zoom-out": () => sheet.view.farther(),
  zoom: (code) => (code === "Equal" || code === "NumpadAdd" ? sheet.view.closer() : sheet.view.farther()),
  pan: (code) => sheet.view.pan(...PANS[code]),
  turn: (code) => sheet.view.turn(code === "PageUp" ? -1 : 1),
  "turn-back": () => sheet.view.turn(-1),
  box: () => {
    const on = sheet.view.toggleBox();
    sheet.article.querySelector('[data-do="box"]').setAttribute("aria-pressed", String(on));
  },
  candidate: (code) => takeOffer(sheet.fields.current, `.offer:not(.registry)`, Number(code.slice(-1)) - 1),
  registry: () => takeOffer(sheet.fields.current, ".offer.registry", 0),
  blank: () => answer("blank"),
  struck: () => answer("struck"),
  illegible: () => answer("illegible"),
  "row-add": (code, button) => {
    const adder = button ? button.closest(".add-row") : sheet.rows.adder(document.activeElement);
    if (!adder) return announce(words.noTable);
    const box = sheet.rows.add(adder);
    go(box);
    announce(numbered(words.rowAdded, box.closest(".block")));
  },
  "row-off": (code, button) => {
    const block = (button || document.activeElement).closest(".block[data-row]");
    if (!block) return announce(words.noRow);
    sheet.onward(block.dataset.added ? sheet.rows.remove(block) : sheet.rows.blank(block));
    announce(numbered(block.dataset.added ? words.rowRemoved : words.rowBlank, block));
  },
};

function takeOffer(field, selector, number) {
  const offer = field && field.querySelectorAll(selector)[number];
  if (!offer) return announce(words.none);
  sheet.fields.take(field, offer.dataset.offer);
  sheet.onward(field.box);
}

function answer(status) {
  const field = sheet.fields.current;
  if (!field) return;
  sheet.fields.answer(field, status);
  sheet.onward(field.box);
}

document.addEventListener("keydown", (event) => {
  lastLife = Date.now();
  if (composing(event) || document.querySelector("dialog[open]")) return;
  if (event.ctrlKey || event.metaKey || event.getModifierState("AltGraph")) return;
  const field = sheet.field, typing = field && event.target === field.box;
  if (event.key === "Enter" && typing && !event.altKey && !event.shiftKey) {
    event.preventDefault();
    if (event.repeat) return;
    sheet.fields.accept(field);
    return sheet.onward(field.box);
  }
  const action = keys.get((event.altKey ? "alt " : "") + event.code)
    || (event.key === "?" && !event.altKey && !/^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName) ? "help" : "");
  if (!action || (event.shiftKey && action !== "zoom" && action !== "help")) return;
  event.preventDefault();
  if (event.repeat && action !== "pan" && action !== "zoom") return;
  actions[action](event.code);
});

document.addEventListener("click", (event) => {
  lastLife = Date.now();
  const seen = event.target.closest(".seen"), offer = event.target.closest(".offer");
  const button = event.target.closest("[data-do]");
  if (seen && seen.getAttribute("aria-pressed") === "false") {
    sheet.fields.look(seen);
    sheet.onward(seen);
  } else if (offer) {
    const field = sheet.fields.of(offer);
    sheet.fields.take(field, offer.dataset.offer);
    sheet.onward(field.box);
  } else if (button) {
    actions[button.dataset.do](button.dataset.do, button);
  }
});

// A lease is renewed while somebody works; it runs out by itself when nobody does.
setInterval(async () => {
  const third = Number(sheet.article.dataset.lease) * 333;
  if (Date.now() - lastRenewed < third || lastLife < lastRenewed) return;
  lastRenewed = Date.now();
  const way = trouble(await post(`${sheet.path}/renew`, { fence: sheet.fence }));
  if (way && way !== "offline") showTrouble(way);
  const next = coming && await coming;
  if (next) post(`/review/record/${next.dataset.record}/renew`, { fence: Number(next.dataset.fence) });
}, 5000);

window.addEventListener("focus", comeBack);
window.addEventListener("online", () => sheet.fields.saver.resume());
window.addEventListener("beforeunload", (event) => { if (sheet.fields.saver.dirty) event.preventDefault(); });
window.addEventListener("pagehide", async () => {
  const next = coming && await coming;
  if (next) post(`/review/record/${next.dataset.record}/back`, { fence: Number(next.dataset.fence) }, {}, { keepalive: true });
});

// Suggestions behind the last comma of an address, out of the communes of today.
let placesList = null;
work.addEventListener("input", async (event) => {
  const box = event.target;
  if (event.isComposing || box.getAttribute("list") !== "list-places") return;
  placesList ||= fetch("/review/places.json").then((r) => (r.ok ? r.json() : { places: [] })).catch(() => ({ places: [] }));
  const all = (await placesList).places, cut = box.value.lastIndexOf(",") + 1;
  const typed = folded(box.value.slice(cut));
  const found = typed.length < 3 ? [] : all.filter((p) => folded(p).includes(typed)).slice(0, 8);
  document.getElementById("list-places").replaceChildren(...found.map((place) => {
    const option = document.createElement("option");
    option.value = `${box.value.slice(0, cut)} ${place}`.trim();
    return option;
  }));
});

begin(work.querySelector("article"));
