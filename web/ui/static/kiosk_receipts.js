// What was sent for this citizen, and how far each submission is, in words.
import { pause } from "./kiosk_net.js";

const list = document.getElementById("receipts");
const section = document.getElementById("sent");
const LOOK_S = 1.5; // between two looks, longer the longer it takes
const LONGEST_S = 10;
const language = document.documentElement.lang;
let citizen = 0;

export function forget() {
  citizen += 1;
  list.replaceChildren();
  section.hidden = true;
}

export async function follow(id, count) {
  const item = document.getElementById("receipt").content.firstElementChild.cloneNode(true);
  item.querySelector("img").src = `/kiosk/receipts/${id}.svg`;
  item.querySelector("a").href = `/kiosk/receipts/${id}`;
  item.querySelector(".count").textContent = `${count}.`;
  item.querySelector(".number").textContent = id;
  list.prepend(item);
  section.hidden = false;
  const mine = citizen;
  for (let wait = LOOK_S; mine === citizen; wait = Math.min(LONGEST_S, wait * 1.2)) {
    const finished = await look(id, item).catch(() => false); // no connection: ask again
    if (finished) return;
    await pause(wait);
  }
}

async function look(id, item) {
  const answer = await fetch(`/kiosk/submissions/${id}`, { headers: { Accept: "application/json" } });
  if (!answer.ok) return answer.status === 401;
  const found = await answer.json();
  const state = item.querySelector(".state");
  if (state.textContent !== found.state_text[language]) state.textContent = found.state_text[language];
  const forms = found.documents.map((one) => one.form_name).filter(Boolean);
  item.querySelector(".reasons").textContent = [...forms, found.clerk || ""].filter(Boolean).join(" · ");
  return found.finished;
}
