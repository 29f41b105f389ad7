// A record's page: the field in focus shows where it stands on the paper, a click on the paper opens its field.
const pane = document.querySelector("#pane");
const fields = [...document.querySelectorAll("details.field")];
const sheets = [...document.querySelectorAll(".sheet")];

const regionsOf = (field) => field.dataset.regions.split(";").filter(Boolean).map((r) => r.split(",").map(Number));

function turnTo(page) {
  for (const sheet of sheets) sheet.hidden = sheet.dataset.page !== page;
  for (const button of document.querySelectorAll(".turn")) {
    if (button.dataset.page === page) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}

let shown = null;
function point(field) {
  shown = field;
  for (const old of document.querySelectorAll(".region")) old.remove();
  const regions = regionsOf(field);
  const sheet = sheets.find((s) => s.dataset.page === field.dataset.page);
  if (!sheet || !regions.length) return;
  turnTo(field.dataset.page);
  let first = null;
  for (const [left, top, width, height] of regions) {
    const region = document.createElement("div");
    region.className = "region";
    Object.assign(region.style, {
      left: `${left * 100}%`, top: `${top * 100}%`, width: `${width * 100}%`, height: `${height * 100}%`,
    });
    sheet.append(region);
    first ??= region;
  }
  // only the pane scrolls, so that the field in focus stays where the eye is
  const where = first.getBoundingClientRect(), room = pane.getBoundingClientRect();
  pane.scrollTop += where.top - room.top - room.height / 3;
  pane.scrollLeft += where.left - room.left - room.width / 4;
}

for (const field of fields) field.addEventListener("focusin", () => point(field));

document.querySelector("#fields").addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const at = fields.indexOf(event.target.closest("details"));
  if (!step || at < 0 || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  fields[at + step]?.querySelector("summary").focus();
});

pane?.addEventListener("click", (event) => {
  const sheet = event.target.closest(".sheet");
  if (!sheet) return;
  const box = sheet.getBoundingClientRect();
  const x = (event.clientX - box.left) / box.width, y = (event.clientY - box.top) / box.height;
  const holds = ([left, top, width, height]) => x >= left && x <= left + width && y >= top && y <= top + height;
  fields.find((f) => f.dataset.page === sheet.dataset.page && regionsOf(f).some(holds))?.querySelector("summary").focus();
});

for (const button of document.querySelectorAll(".turn")) button.addEventListener("click", () => {
  for (const old of document.querySelectorAll(".region")) old.remove();
  shown = null;
  turnTo(button.dataset.page);
});

document.querySelector("#zoom")?.addEventListener("click", (event) => {
  const on = pane.classList.toggle("zoomed");
  event.target.setAttribute("aria-pressed", String(on));
  if (shown) point(shown);
});
