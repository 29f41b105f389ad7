// Gives a paper its form: a list to search, what follows from a choice, and the word to the server.

import { composing } from "./composing.js";
import { folded } from "./folding.js";
import { post, trouble } from "./review_save.js";

const STEP = 8; // forms that PageUp and PageDown pass
const dialog = document.getElementById("naming"), words = dialog.dataset;
const search = document.getElementById("naming-search"), list = document.getElementById("naming-list");
const options = [...list.children], steps = [...dialog.querySelectorAll("[data-step]")];
const part = (role) => dialog.querySelector(`[data-role="${role}"]`);
let sheet = null, now = null, ways = {}, chosen = null, busy = false;

/** done(text): it is sent; stopped(way): a trouble that the page shows; closed(): nothing was chosen. */
export function openNaming(of, told) {
  [sheet, ways, chosen, busy] = [of, told, null, false];
  now = sheet.article.querySelector(".named").dataset;
  const likely = JSON.parse(now.candidates);
  const rank = (option) => likely.findIndex(([form, edition]) => is(option, form, edition));
  const order = (option) => (rank(option) < 0 ? likely.length : rank(option));
  list.replaceChildren(...[...options].sort((a, b) => order(a) - order(b) || options.indexOf(a) - options.indexOf(b)));
  for (const option of options) {
    const at = rank(option), hints = [];
    if (is(option, now.form, now.edition)) hints.push(words.now);
    if (at >= 0) hints.push(words.likely.replace("{n}", likely[at][2]));
    option.querySelector('[data-role="hint"]').textContent = hints.join(", ");
  }
  search.value = "";
  show("choose");
  dialog.showModal();
  sift();
  search.focus();
}

function is(option, form, edition) { return option.dataset.form === form && option.dataset.edition === edition; }

function show(name) {
  for (const step of steps) step.hidden = step.dataset.step !== name;
  part("fault").hidden = true;
}

const shown = () => [...list.children].filter((option) => !option.hidden);

/** Every word typed must stand in the form's name, code, edition or day. */
function sift() {
  const typed = folded(search.value).split(/\s+/).filter(Boolean);
  for (const option of options) option.hidden = !typed.every((word) => option.dataset.search.includes(word));
  const found = shown();
  document.getElementById("naming-count").textContent = found.length
    ? words.count.replace("{n}", found.length) : words.none;
  mark(found[0] || null);
}

function mark(option) {
  for (const one of options) one.setAttribute("aria-selected", String(one === option));
  if (option) {
    search.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else {
    search.removeAttribute("aria-activedescendant");
  }
}

const marked = () => options.find((option) => option.getAttribute("aria-selected") === "true" && !option.hidden);

function move(by) {
  const found = shown(), at = found.indexOf(marked());
  if (found.length) mark(found[Math.max(0, Math.min(found.length - 1, at + by))]);
}

/** What follows, before it is confirmed. */
function choose(option) {
  if (!option) return;
  mark(option);
  chosen = option;
  const answers = sheet.fields.list.filter((f) => f.dataset.mark === "person").length;
  part("pages").textContent = words.pages.replace("{pages}", now.pages);
  part("chosen").textContent = [...option.querySelectorAll("b, small")].map((e) => e.textContent).join(" · ");
  const other = answers ? words.other.replace("{n}", answers) : words.otherNone;
  part("follows").textContent = !now.form ? words.unknown : now.form === option.dataset.form ? words.same : other;
  show("confirm");
  part("send").focus();
}

async function send() {
  if (busy || !chosen) return;
  busy = true;
  try {
    await sheet.fields.saver.flush();
    const { form, edition } = chosen.dataset;
    const answer = await post(
      `${sheet.path}/form`, { fence: sheet.fence, form, edition }, { "If-Match": sheet.article.dataset.etag });
    const way = trouble(answer);
    if (way === "") {
      dialog.close("sent");
      await ways.done(words.done);
    } else if (way === "offline" || way === "refused" || way === "failed") {
      part("fault").textContent = words.failed;
      part("fault").hidden = false;
    } else {
      dialog.close("sent");
      ways.stopped(way);
    }
  } catch {
    dialog.close("sent"); // the saver has said why
  } finally {
    busy = false;
  }
}

dialog.addEventListener("keydown", (event) => {
  if (composing(event) || event.target !== search) return;
  const by = { ArrowDown: 1, ArrowUp: -1, PageDown: STEP, PageUp: -STEP }[event.key];
  if (by) move(by);
  else if (event.key === "Enter" && !event.repeat) choose(marked());
  else return;
  event.preventDefault();
});
search.addEventListener("input", (event) => { if (!event.isComposing) sift(); });
search.addEventListener("compositionend", sift);
list.addEventListener("click", (event) => choose(event.target.closest("[role=option]")));
part("choose").addEventListener("click", () => choose(marked()));
part("close").addEventListener("click", () => dialog.close(""));
part("send").addEventListener("click", send);
part("again").addEventListener("click", () => { show("choose"); search.focus(); });
dialog.addEventListener("close", () => {
  if (dialog.returnValue !== "sent") ways.closed();
  dialog.returnValue = "";
});
