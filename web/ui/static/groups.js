// Many fields of one kind: arrows move, the button's own keys (Space, Enter) mark, Alt+Enter confirms the rest.
import { composing } from "./composing.js";
import { crop } from "./crop.js";

const page = document.getElementById("groups"), words = page.dataset, grid = document.getElementById("grid");
const cells = [...page.querySelectorAll(".cell")], confirm = document.getElementById("confirm");
const said = document.getElementById("said"), AT_ONCE = 4;
let csrf = document.querySelector('meta[name="csrf"]').content, busy = false, done = false;

function filled(pattern, values) {
  return pattern.replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

function count() {
  const odd = cells.filter((c) => c.ariaPressed === "true").length;
  confirm.textContent = filled(confirm.dataset.one, { many: cells.length - odd, odd });
}

function mark(cell) {
  cell.ariaPressed = cell.ariaPressed === "true" ? "false" : "true";
  cell.querySelector(".flag").hidden = cell.ariaPressed !== "true";
  count();
}

function focus(cell) {
  for (const other of cells) other.tabIndex = other === cell ? 0 : -1;
  cell.focus();
}

/** Cells in a row: as many as stand as high as the first. */
function across() {
  const top = cells[0].getBoundingClientRect().top;
  return Math.max(1, cells.findIndex((c) => c.getBoundingClientRect().top > top + 1) === -1 ? cells.length
    : cells.findIndex((c) => c.getBoundingClientRect().top > top + 1));
}

const waiting = [];
let drawing = 0;

function drawNext() {
  while (drawing < AT_ONCE && waiting.length) {
    const cell = waiting.shift(), item = JSON.parse(cell.dataset.item), canvas = cell.querySelector("canvas");
    drawing += 1;
    const drawn = item.picture
      ? crop(canvas, { address: item.picture, dpi: item.dpi, boxes: item.boxes, around: 1.5, wide: 480, tall: 150, fold: 7 })
      : Promise.reject(new Error("none"));
    drawn.then(() => { cell.dataset.drawn = "yes"; }, () => { canvas.replaceWith(words.nopicture); })
      .finally(() => { drawing -= 1; drawNext(); });
  }
}

async function send() {
  if (busy || done || !cells.length) return;
  busy = true;
  const fields = cells.map((cell) => {
    const item = JSON.parse(cell.dataset.item);
    return { record: item.record, version: item.version, field: item.field, odd: cell.ariaPressed === "true" };
  });
  const post = () => fetch("/review/groups", {
    method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify({ fields }),
  });
  try {
    let reply = await post();
    if (reply.status === 401 || reply.status === 403) {
      const token = await fetch("/review/check/token"); // signed in again in another tab
      if (!token.ok) { said.textContent = words.ended; return; }
      csrf = (await token.json()).csrf;
      reply = await post();
    }
    if (!reply.ok) throw new Error(String(reply.status));
    done = true;
    said.textContent = filled(document.getElementById("told").innerHTML, await reply.json());
    confirm.disabled = true;
    for (const cell of cells) cell.disabled = true;
    document.getElementById("next").focus();
  } catch { said.textContent = words.failed; } finally { busy = false; }
}

if (grid) {
  count();
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((e) => e.isIntersecting)) {
      seen.unobserve(entry.target);
      waiting.push(entry.target);
    }
    drawNext();
  }, { rootMargin: "200px" });
  for (const cell of cells) seen.observe(cell);
  focus(cells[0]);
  grid.addEventListener("click", (event) => {
    const cell = event.target.closest(".cell");
    if (cell && !done) { mark(cell); focus(cell); }
  });
  confirm.addEventListener("click", send);
  document.addEventListener("keydown", (event) => {
    if (composing(event) || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (event.altKey && event.key === "Enter") { event.preventDefault(); if (!event.repeat) send(); return; }
    const at = cells.indexOf(event.target.closest?.(".cell"));
    if (at < 0 || event.altKey) return;
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: across(), ArrowUp: -across(), Home: -at, End: cells.length - 1 - at };
    if (!(event.key in step)) return;
    event.preventDefault();
    focus(cells[Math.min(cells.length - 1, Math.max(0, at + step[event.key]))]);
  });
}
