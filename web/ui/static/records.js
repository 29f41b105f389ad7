// Searching records without the words ever standing in an address: they are sent by POST and kept in this window only,
// for the person who typed them, so that going back and reloading show the same list.
const form = document.querySelector("#search");
const results = document.querySelector("#results");
const said = document.querySelector("#said");
const KEPT = "records";
const person = form.dataset.person;

function say(name) {
  said.replaceChildren();
  if (name) said.append(document.querySelector(`#${name}`).content.cloneNode(true));
  said.classList.toggle("fault", ["cut", "failed", "signed-out"].includes(name));
}

function asked(before) {
  const data = new URLSearchParams(new FormData(form));
  data.delete("csrf");
  for (const [key, value] of [...data]) if (!value) data.delete(key);
  if (before) data.set("before", before);
  return data;
}

let latest = 0;
async function search(before = "") {
  const mine = ++latest;
  say("busy");
  let answer;
  try {
    answer = await fetch("/records", {
      method: "POST", body: asked(before), redirect: "manual",
      headers: { "X-CSRF-Token": document.querySelector("meta[name=csrf]").content, "X-Part": "hits" },
    });
  } catch {
    if (mine === latest) say("cut");
    return;
  }
  if (mine !== latest) return;
  if (!answer.ok) {
    say(answer.status === 401 || answer.type === "opaqueredirect" ? "signed-out" : "failed");
    return;
  }
  show(await answer.text(), before);
  if (!before) sessionStorage.setItem(KEPT, JSON.stringify({ person, query: asked("").toString() }));
}

function show(html, before) {
  const part = document.createElement("template");
  part.innerHTML = before ? `<table><tbody>${html}</tbody></table>` : html;
  if (before) {
    // what stands in a table is only lines; anything else was moved in front of it by the parser
    const lines = [...part.content.querySelectorAll("tbody tr")];
    results.querySelector(".more")?.remove();
    document.querySelector("#hits").append(...lines);
    const more = part.content.querySelector(".more");
    if (more) results.append(more);
    lines[0]?.querySelector("a")?.focus();
    say("");
    return;
  }
  results.replaceChildren(part.content);
  const counted = results.querySelector("#counted");
  said.classList.remove("fault");
  said.textContent = counted ? counted.innerHTML : "";
}

async function offerFields(chosen = "") {
  const answer = await fetch(`/records/fields?form=${encodeURIComponent(form.elements.form.value)}`).catch(() => null);
  if (answer?.ok) {
    form.elements.field.innerHTML = await answer.text();
    form.elements.field.value = chosen;
    if (form.elements.field.selectedIndex < 0) form.elements.field.value = "";
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  search(event.submitter?.name === "before" ? event.submitter.value : "");
});
form.addEventListener("reset", () => {
  sessionStorage.removeItem(KEPT);
  latest += 1;
  results.replaceChildren();
  say("");
  // the browser resets to what the server wrote, which may be an earlier search
  setTimeout(() => {
    for (const one of form.elements) if (one.name && one.name !== "csrf") one.type === "checkbox" ? (one.checked = false) : (one.value = "");
    offerFields();
    form.elements.text.focus();
  });
});
form.elements.form.addEventListener("change", () => offerFields(form.elements.field.value));

// Numbers that tell who somebody is are shown to who points at them, and hidden again after.
function veil(event) {
  const button = event.target.closest?.(".veil");
  if (button) button.textContent = event.type === "focusin" ? button.dataset.full : button.dataset.veiled;
}
results.addEventListener("focusin", veil);
results.addEventListener("focusout", veil);

async function again() {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
  if (!kept || kept.person !== person) return sessionStorage.removeItem(KEPT);
  const query = new URLSearchParams(kept.query);
  for (const [key, value] of query) {
    const one = form.elements[key];
    if (one && key !== "field") one.type === "checkbox" ? (one.checked = true) : (one.value = value);
  }
  if (query.get("form")) await offerFields(query.get("field") ?? "");
  else form.elements.field.value = query.get("field") ?? "";
  return search();
}
if (!results.children.length) again();
