// Original and searchable pages in step: text at its places, both sides of a page scrolled alike, keys.
const pairs = [...document.querySelectorAll(".pair")];
const sides = [...document.querySelectorAll(".side")];
const at = document.querySelector("#at");
const STEP = 1.25, LEAST = 1, MOST = 4;
let closer = 1;

const showing = () => document.body.classList.contains("showing");

// unseen, a text is as wide as its place, so that what is selected covers it; to be read it is not stretched
function place(layer) {
  const { width, height } = layer.getBoundingClientRect();
  for (const span of layer.children) {
    const [left, top, wide, high] = span.dataset.box.split(" ").map(Number);
    Object.assign(span.style, { left: `${left * width}px`, top: `${top * height}px`, fontSize: `${high * height * 0.8}px` });
    Object.assign(span.style, { transform: "none", minWidth: "" });
    const natural = span.getBoundingClientRect().width, scale = (wide * width) / natural;
    if (!natural) continue;
    span.style.transform = `scaleX(${showing() ? Math.min(1, scale) : scale})`;
    if (showing() && scale > 1) span.style.minWidth = `${wide * width}px`; // the whole place is covered
  }
}

const resized = new ResizeObserver((changes) => { for (const one of changes) place(one.target); });
for (const layer of document.querySelectorAll(".text")) resized.observe(layer);

// the page whose upper edge was passed last; the last one at the end
function current() {
  const line = window.innerHeight / 2;
  return Math.max(0, pairs.findLastIndex((pair) => pair.getBoundingClientRect().top <= line));
}

function tell() {
  const said = at.dataset.of.replace("{n}", String(current() + 1));
  if (at.textContent !== said) at.textContent = said;
}

function turn(by) {
  const pair = pairs[Math.min(pairs.length - 1, Math.max(0, current() + by))];
  pair.scrollIntoView({ block: "start" });
  pair.focus({ preventScroll: true });
  tell();
}

function zoom(factor) {
  const here = current(), top = pairs[here].getBoundingClientRect();
  const share = (window.innerHeight / 2 - top.top) / top.height;
  closer = Math.min(MOST, Math.max(LEAST, closer * factor));
  document.documentElement.style.setProperty("--closer", String(closer));
  const now = pairs[here].getBoundingClientRect();
  window.scrollBy(0, now.top + share * now.height - window.innerHeight / 2);
}

const DO = {
  before: () => turn(-1), after: () => turn(1), closer: () => zoom(STEP), farther: () => zoom(1 / STEP),
  text: () => {
    const on = document.body.classList.toggle("showing");
    document.querySelector("[data-do=text]").setAttribute("aria-pressed", String(on));
    for (const layer of document.querySelectorAll(".text")) place(layer);
  },
};
const KEYS = { PageUp: "before", PageDown: "after", "+": "closer", "=": "closer", "-": "farther", t: "text", T: "text" };

document.addEventListener("click", (event) => DO[event.target.closest("[data-do]")?.dataset.do]?.());
document.addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.isComposing || !KEYS[event.key]) return;
  event.preventDefault();
  DO[KEYS[event.key]]();
});
document.addEventListener("scroll", tell, { passive: true });

// sideways both show the same part of the page
for (const side of sides) {
  side.addEventListener("scroll", () => {
    for (const other of sides) if (other !== side && Math.abs(other.scrollLeft - side.scrollLeft) > 1) other.scrollLeft = side.scrollLeft;
  }, { passive: true });
}

// a sheet that was scanned lying down keeps its own shape
for (const image of document.querySelectorAll(".came")) {
  const own = () => { image.width = image.naturalWidth; image.height = image.naturalHeight; };
  if (image.complete && image.naturalWidth) own();
  else image.addEventListener("load", own);
}
tell();
