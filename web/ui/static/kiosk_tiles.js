// What is shown of one file: its pages with what is marked on them, verdict, sentences, and what can be done with it.
const root = document.getElementById("kiosk");
const large = document.getElementById("large");
const ICONS = { usable: "✓", advice: "!", rescan: "✕", refused: "✕" };
const ORDER = ["usable", "advice", "rescan"];
const names = Object.fromEntries(
  [...document.getElementById("codes").content.querySelectorAll("[data-code]")].map((each) => [each.dataset.code, each.textContent]),
);

/** The words of data-t-<name> with {placeholders} filled. */
export function say(name, values) {
  const text = root.dataset[`t${name[0].toUpperCase()}${name.slice(1)}`];
  return text.replace(/\{(\w+)\}/g, (_, word) => values[word]);
}

const codeName = (code) => names[code] || code;

export function showFault(text) {
  const fault = document.getElementById("fault");
  fault.hidden = !text;
  fault.textContent = text;
}

export function newTile(one, { move, replace, remove }) {
  const tile = document.getElementById("tile").content.firstElementChild.cloneNode(true);
  tile.querySelector(".before").addEventListener("click", () => move(one, -1));
  tile.querySelector(".after").addEventListener("click", () => move(one, 1));
  tile.querySelector(".replace").addEventListener("click", () => replace(one));
  tile.querySelector(".remove").addEventListener("click", () => remove(one));
  return tile;
}

/** joined: pages of this file, from 1, that belong to a form before them, so that they are no strange paper. */
export function drawTile(one, at, of, { joined }) {
  const { tile } = one;
  if (at < 0) return;
  const pages = one.check ? one.check.pages : [];
  const found = pages.flatMap((page) => page.findings
    .filter((finding) => finding.code !== "unknown_form" || !joined.includes(page.page))
    .map((finding) => ({ page, finding })));
  const verdict = verdictOf(one, found);
  tile.dataset.verdict = verdict;
  const title = say("pageOf", { n: at + 1, name: one.file.name });
  tile.querySelector(".name").textContent = title;
  const progress = tile.querySelector("progress");
  progress.hidden = Boolean(verdict);
  if (one.state === "looking") progress.removeAttribute("value");
  else progress.value = Math.round(one.share * 100);
  tile.querySelector(".icon").textContent = ICONS[verdict] || "";
  tile.querySelector(".verdict .text").textContent = root.dataset[`t${capital(verdict || one.state)}`];
  const sentences = one.refused ? [sentence(null, one.refused.clerk || root.dataset.tUnseen)] : sentencesOf(found, one.check);
  tile.querySelector(".findings").replaceChildren(...sentences);
  for (const [name, off] of [["before", at === 0], ["after", at === of - 1]]) tile.querySelector(`.${name}`).disabled = off;
  for (const button of tile.querySelectorAll(".about button")) button.setAttribute("aria-description", title);
  if (one.drawn !== one.check) drawShots(one, title);
  one.drawn = one.check;
}

function verdictOf(one, found) {
  if (one.state === "refused") return "refused";
  if (one.state !== "seen") return "";
  if (!one.check || !one.check.pages.length) return "advice";
  return ORDER[Math.max(0, ...found.map(({ finding }) => ORDER.indexOf(finding.verdict)))];
}

function sentencesOf(found, check) {
  const unseen = check ? check.missing.filter((finding) => finding.code === "not_checked") : [];
  const all = [...found.map(({ finding }) => finding), ...unseen].sort((one, other) => ORDER.indexOf(other.verdict) - ORDER.indexOf(one.verdict));
  return [...new Set(all.map((finding) => finding.code))].map((code) => {
    const alike = all.filter((finding) => finding.code === code);
    const more = alike.length > 1 ? ` (${say("more", { n: alike.length - 1 })})` : "";
    return sentence(code, alike[0].message, more);
  });
}

function sentence(code, message, more = "") {
  const item = document.createElement("li");
  if (code) {
    const name = document.createElement("strong");
    name.textContent = `${codeName(code)}: `;
    item.append(name);
  }
  const text = document.createElement("span");
  if (code) text.lang = "vi";
  text.textContent = message;
  item.append(text, more);
  return item;
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);

function drawShots(one, title) {
  const box = one.tile.querySelector(".shots");
  for (const image of box.querySelectorAll("img")) URL.revokeObjectURL(image.src);
  box.replaceChildren(...(one.check ? one.check.pages : []).filter((page) => page.picture).map((page) => {
    const button = document.createElement("button");
    button.className = "shot";
    button.setAttribute("aria-label", `${title}, ${say("page", { n: page.page })}`);
    button.append(picture(page));
    button.addEventListener("click", () => enlarge(page, title));
    return button;
  }));
}

function picture(page) {
  const bytes = Uint8Array.from(atob(page.picture.jpeg), (letter) => letter.charCodeAt(0));
  const holder = document.createElement("div");
  holder.className = "picture";
  const image = new Image(page.picture.width_px, page.picture.height_px);
  image.alt = "";
  image.src = URL.createObjectURL(new Blob([bytes], { type: "image/jpeg" }));
  holder.append(image, ...page.findings.filter((finding) => finding.polygon_mm.length).map((finding) => region(page, finding)));
  return holder;
}

function region(page, finding) {
  const mark = document.createElement("div");
  mark.className = "region";
  mark.dataset.verdict = finding.verdict;
  mark.title = `${codeName(finding.code)}: ${finding.message}`;
  const xs = finding.polygon_mm.map((point) => point[0]);
  const ys = finding.polygon_mm.map((point) => point[1]);
  const share = (value, whole) => `${Math.min(100, Math.max(0, (100 * value) / whole))}%`;
  mark.style.left = share(Math.min(...xs), page.width_mm);
  mark.style.top = share(Math.min(...ys), page.height_mm);
  mark.style.width = share(Math.max(...xs) - Math.min(...xs), page.width_mm);
  mark.style.height = share(Math.max(...ys) - Math.min(...ys), page.height_mm);
  return mark;
}

function enlarge(page, title) {
  document.getElementById("large-name").textContent = title;
  const shown = picture(page);
  large.querySelector(".picture").replaceWith(shown);
  large.addEventListener("close", () => {
    URL.revokeObjectURL(shown.querySelector("img").src);
    shown.replaceChildren();
  }, { once: true });
  large.showModal();
}
