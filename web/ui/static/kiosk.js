// The kiosk: files of one submission, each looked at as it comes, sent together. All of it lives in this page's memory
// only: a shared PC must not keep what a citizen brought.
import { camera, off as cameraOff } from "./kiosk_camera.js";
import { freshKey, pause, post } from "./kiosk_net.js";
import { follow, forget } from "./kiosk_receipts.js";
import { drawTile, newTile, say, showFault } from "./kiosk_tiles.js";

const root = document.getElementById("kiosk");
const list = document.getElementById("pages");
const form = document.getElementById("form");
const sendButton = document.getElementById("send");
const finishButton = document.getElementById("finish");
const KINDS = /\.(pdf|tiff?|jpe?g|png)$/i;
const AT_ONCE = 2; // looks under way: the service has as many children, or one and a queue
let files = []; // {file, tile, state, share, check, refused}
let key = ""; // of the submission that is being put together; another as soon as its pages change
let replacing = null;
let sending = false;
let sent = 0;
let together = { missing: [], joined: [] };
let round = 0;
let looking = 0;

function add(given, at = files.length) {
  const scans = [...given].filter((file) => KINDS.test(file.name));
  showFault(scans.length < given.length ? say("notAScan", { n: given.length - scans.length }) : "");
  for (const file of scans.sort((one, other) => stem(one).localeCompare(stem(other), "vi", { numeric: true }))) {
    if (files.length >= Number(root.dataset.mostFiles)) return showFault(say("tooMany", { n: root.dataset.mostFiles }));
    const bytes = files.reduce((sum, each) => sum + each.file.size, file.size);
    if (bytes > Number(root.dataset.mostBytes)) {
      return showFault(say("tooLarge", { n: Math.floor(Number(root.dataset.mostBytes) / 1048576) }));
    }
    const one = { file, state: "waiting", share: 0, check: null, refused: null };
    one.tile = newTile(one, { move, replace, remove });
    files.splice(at, 0, one);
    at += 1;
  }
  changed();
}

const stem = (file) => file.name.replace(KINDS, ""); // "scan.jpg" comes before "scan-2.jpg"

function changed() {
  key = "";
  round += 1;
  together = { missing: [], joined: [] };
  draw();
  lookOn();
}

function lookOn() {
  for (const one of files) {
    if (looking >= AT_ONCE) return;
    if (one.state === "waiting") look(one);
  }
  if (files.length && files.every((each) => each.state === "seen" || each.state === "refused")) lookTogether();
}

async function look(one) {
  looking += 1;
  one.state = "sending";
  const asked = form.value;
  try {
    one.check = await checked(one, asked);
    one.state = "seen";
  } catch (refused) {
    one.refused = refused;
    one.state = refused.status >= 400 && refused.status < 500 && refused.status !== 401 && refused.status !== 429 ? "refused" : "seen";
  }
  looking -= 1;
  if (asked !== form.value && files.includes(one)) one.state = "waiting";
  draw();
  lookOn();
}

async function checked(one, asked) {
  for (let turn = 1; ; turn += 1) {
    const body = new FormData();
    body.append("file", one.file, one.file.name);
    if (asked) body.append("form", asked);
    try {
      return await post("/kiosk/checks", body, {}, (share) => {
        one.share = share;
        one.state = share < 1 ? "sending" : "looking";
        drawTile(one, files.indexOf(one), files.length, together);
      });
    } catch (refused) {
      if (turn === 5 || (refused.status !== 429 && refused.status !== 0 && refused.status < 500)) throw refused;
      await pause(refused.wait * turn);
    }
  }
}

/** What can only be said of all pages beside one another. */
async function lookTogether() {
  const now = round;
  const pages = allPages();
  if (!pages.length) return draw();
  const body = JSON.stringify({
    pages: pages.map(({ page }) => ({ page_class: page.page_class, form_id: page.form_id, edition: page.edition, printed: page.printed })),
  });
  try {
    const found = await post("/kiosk/checks/together", body, { "Content-Type": "application/json" });
    if (now === round) together = found;
  } catch { /* the submission itself will tell */ }
  if (now === round) draw();
}

/** Every page that was seen, with its file; places count from 1 through all files. */
export function allPages() {
  return files.flatMap((one) => (one.check ? one.check.pages.map((page) => ({ one, page })) : []));
}

function move(one, by) {
  const at = files.indexOf(one);
  const to = at + by;
  if (to < 0 || to >= files.length) return;
  files.splice(at, 1);
  files.splice(to, 0, one);
  changed();
  const button = one.tile.querySelector(by < 0 ? ".before" : ".after");
  (button.disabled ? one.tile.querySelector(by < 0 ? ".after" : ".before") : button).focus();
  tell(say("moved", { name: one.file.name, n: to + 1 }));
}

function replace(one) {
  replacing = one;
  document.getElementById("other").click();
}

function remove(one) {
  const at = files.indexOf(one);
  files.splice(at, 1);
  one.tile.remove();
  changed();
  tell(say("removed", { name: one.file.name }));
  (files[Math.min(at, files.length - 1)]?.tile.querySelector(".remove") || document.getElementById("pick")).focus();
}

function tell(text) {
  document.getElementById("told").textContent = text;
}

function draw() {
  let start = 0;
  for (const [at, one] of files.entries()) {
    if (list.children[at] !== one.tile) list.insertBefore(one.tile, list.children[at] || null);
    const joined = together.joined.map((number) => number - start);
    drawTile(one, at, files.length, { missing: [], joined });
    start += one.check ? one.check.pages.length : 0;
  }
  while (list.children.length > files.length) list.lastChild.remove();
  document.getElementById("empty").hidden = files.length > 0;
  document.getElementById("whole").hidden = files.length === 0;
  finishButton.hidden = files.length === 0 && sent === 0;
  drawWhole();
}

function drawWhole() {
  const busy = files.filter((each) => ["waiting", "sending", "looking"].includes(each.state)).length;
  const bad = files.filter((each) => ["rescan", "refused"].includes(each.tile.dataset.verdict)).length;
  const advice = files.some((each) => each.tile.dataset.verdict === "advice");
  const n = allPages().length || files.length;
  const told = bad ? "someBad" : together.missing.length ? "lacking" : advice ? "someAdvice" : "allGood";
  const words = busy ? say("busy", { n: busy }) : say(told, { n, bad });
  const summary = document.getElementById("summary");
  if (summary.textContent !== words) summary.textContent = words;
  document.getElementById("whole-findings").replaceChildren(...together.missing.map((finding) => {
    const item = document.createElement("li");
    item.dataset.verdict = finding.verdict;
    item.lang = "vi";
    item.textContent = `${finding.page ? `${say("page", { n: finding.page })}: ` : ""}${finding.message}`;
    return item;
  }));
  sendButton.disabled = sending || files.length === 0 || files.some((each) => each.state === "refused");
}

async function send() {
  if (sending) return;
  sending = true;
  key ||= freshKey();
  const mine = key;
  sendButton.textContent = root.dataset.tSendingAll;
  draw();
  for (let turn = 1; ; turn += 1) {
    try {
      const receipt = await post("/kiosk/submissions", whole(), { "Idempotency-Key": mine });
      return delivered(receipt);
    } catch (refused) {
      const again = refused.status === 0 || refused.status === 409 || refused.status === 429 || refused.status >= 500;
      showFault(refused.status === 401 ? root.dataset.tSignedOut : again ? root.dataset.tSendFailed : refused.clerk || refused.title);
      sendButton.textContent = root.dataset.tAgain;
      if (!again || turn === 8) break;
      await pause(Math.min(30, refused.wait * turn));
      if (key !== mine || !files.length) break; // its pages were changed meanwhile
    }
  }
  sending = false;
  draw();
}

function whole() {
  const body = new FormData();
  for (const one of files) body.append("file", one.file, one.file.name);
  if (form.value) body.append("form", form.value);
  return body;
}

function delivered(receipt) {
  sending = false;
  sent += 1;
  showFault("");
  sendButton.textContent = root.dataset.tSend;
  tell(say("sent", { id: receipt.id }));
  empty();
  follow(receipt.id, sent);
}

function empty() {
  for (const one of files) one.tile.remove();
  files = [];
  changed();
}

function finish() {
  if (files.length && !window.confirm(root.dataset.tLeave)) return;
  sent = 0;
  form.value = "";
  cameraOff();
  forget();
  showFault("");
  tell("");
  document.getElementById("large").close();
  empty();
  document.getElementById("pick").focus();
}

async function dropped(items) {
  const entries = [...items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const found = [];
  for (let at = 0; at < entries.length; at += 1) {
    const entry = entries[at];
    if (entry.isFile) found.push(await new Promise((resolve, reject) => entry.file(resolve, reject)));
    else entries.push(...(await new Promise((resolve, reject) => entry.createReader().readEntries(resolve, reject))));
  }
  add(found);
}

const input = (id, taken) => {
  const element = document.getElementById(id);
  element.addEventListener("change", () => { taken([...element.files]); element.value = ""; });
  return element;
};
const chosen = input("files", (given) => add(given));
const folder = input("folder", (given) => add(given.filter((file) => KINDS.test(file.name))));
input("other", ([file]) => {
  const at = files.indexOf(replacing);
  if (!file || at < 0) return;
  files.splice(at, 1);
  replacing.tile.remove();
  add([file], at);
});
document.getElementById("pick").addEventListener("click", () => chosen.click());
document.getElementById("pick-folder").addEventListener("click", () => folder.click());
camera(root.dataset.tPhoto, (file) => add([file]), () => showFault(root.dataset.tNoCamera));
sendButton.addEventListener("click", send);
finishButton.addEventListener("click", finish);
form.addEventListener("change", () => {
  for (const one of files) if (one.state === "seen") one.state = "waiting";
  changed();
});
const drop = document.getElementById("drop");
document.addEventListener("dragover", (event) => { event.preventDefault(); drop.classList.add("over"); });
document.addEventListener("dragleave", (event) => { if (!event.relatedTarget) drop.classList.remove("over"); });
document.addEventListener("drop", (event) => {
  event.preventDefault();
  drop.classList.remove("over");
  dropped(event.dataTransfer.items).catch(() => add([...event.dataTransfer.files]));
});
window.addEventListener("beforeunload", (event) => { if (files.length) event.preventDefault(); });
window.addEventListener("online", () => { if (key && !sending && files.length) send(); });
