// One field at a time, keyed blind: takes what is typed, sends it, shows the next place on paper.
import { composing } from "./composing.js";
import { crop } from "./crop.js";

const page = document.getElementById("check"), words = page.dataset, raw = document.getElementById("raw");
let csrf = document.querySelector('meta[name="csrf"]').content;
const said = document.getElementById("said");
const dispute = Boolean(words.dispute), address = dispute ? "/review/check/disputes" : "/review/check";
const ALT = { KeyB: "blank", KeyS: "struck", KeyI: "illegible", KeyT: "more", KeyH: "back" };
let task = JSON.parse(words.task), refused = "", busy = false, around = 3;

function text(id, value) { document.getElementById(id).textContent = value; }

function tell(message, fault = false) {
  said.textContent = message;
  said.classList.toggle("fault", fault);
}

async function draw() {
  const canvas = document.getElementById("region"), shown = task;
  canvas.setAttribute("aria-label", `${words.picture}: ${task.label}`);
  if (!task.picture) return tell(words.nopicture, true);
  try {
    await crop(canvas, { address: task.picture, dpi: task.dpi, boxes: task.boxes, around, wide: 1100, tall: 330 });
    canvas.dataset.of = shown.id;
  } catch { if (shown === task) tell(words.nopicture, true); }
}

function show() {
  document.getElementById("task").hidden = !task;
  document.getElementById("nothing").hidden = Boolean(task);
  refused = raw.value = "";
  around = 3;
  if (!task) return;
  text("form", task.form);
  text("label", task.label);
  text("type", task.type);
  if (!dispute) text("waiting", task.waiting);
  document.getElementById("choices").replaceChildren(...task.choices.map((c) => new Option(c, c)));
  if (dispute) document.getElementById("answers").replaceChildren(...task.answers.map(answer));
  raw.focus();
  draw();
}

/** An answer of a dispute: a button that takes it. */
function answer(one) {
  const item = document.createElement("li"), button = document.createElement("button");
  button.type = "button";
  button.textContent = one.status === "filled" || one.status === "none_stated" ? one.raw
    : document.querySelector(`[data-do="${one.status}"]`)?.firstChild.textContent.trim() || one.status;
  button.addEventListener("click", () => {
    if (one.status === "filled" || one.status === "none_stated") { raw.value = one.raw; raw.focus(); } else send(one.status);
  });
  item.append(button);
  return item;
}

async function send(status) {
  if (busy || !task) return;
  busy = true;
  const value = status === "filled" ? raw.value.normalize("NFC") : "";
  try {
    const body = { id: task.id, status, raw: value, as_written: refused === value && value !== "" };
    let reply = await post(address, body);
    if ((reply.status === 401 || reply.status === 403) && await signedInAgain()) reply = await post(address, body);
    if (reply.status === 422) {
      refused = value;
      return tell(words.nothing, true);
    }
    if (reply.status === 401 || reply.status === 403) return tell(words.ended, true);
    if (!reply.ok) throw new Error(String(reply.status));
    task = (await reply.json()).task;
    tell(task ? words.saved : "");
    show();
  } catch { tell(words.failed, true); } finally { busy = false; }
}

function post(to, body, keepalive = false) {
  return fetch(to, {
    method: "POST", keepalive, headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf },
    body: JSON.stringify(body),
  });
}

/** After signing in again in another tab the page needs that session's token; what was typed stays. */
async function signedInAgain() {
  const reply = await fetch("/review/check/token");
  if (!reply.ok) return false;
  csrf = (await reply.json()).csrf;
  return true;
}

function back() {
  if (!task || dispute) return;
  post("/review/check/back", { id: task.id }, true).catch(() => {});
}

const actions = {
  save: () => send("filled"), blank: () => send("blank"), struck: () => send("struck"), illegible: () => send("illegible"),
  more: () => { around = around > 30 ? 3 : around * 4; draw(); raw.focus(); },
  back: () => { back(); task = null; show(); },
};

document.addEventListener("keydown", (event) => {
  if (composing(event) || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.getModifierState("AltGraph")) return;
  const action = event.altKey ? ALT[event.code] : event.key === "Enter" && event.target === raw ? "save" : "";
  if (!action || !task || (dispute && action === "back")) return;
  event.preventDefault();
  actions[action]();
});
page.addEventListener("click", (event) => actions[event.target.closest("[data-do]")?.dataset.do]?.());
addEventListener("pagehide", back);
show();
