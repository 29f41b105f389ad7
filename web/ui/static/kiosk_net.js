// Speaks to the service: progress of what is sent, waiting where it says so, a fresh token after signing in again.
let csrf = document.querySelector("meta[name=csrf]").content;

export class Refused extends Error {
  constructor(status, body, wait) {
    super(body.code || String(status));
    this.status = status;
    this.code = body.code || "";
    this.clerk = body.clerk || "";
    this.title = body.title || "";
    this.wait = wait;
  }
}

function once(address, body, headers, progress) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", address);
    request.timeout = 120000;
    for (const [name, value] of Object.entries({ "X-CSRF-Token": csrf, Accept: "application/json", ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", (event) => event.total && progress(event.loaded / event.total));
    request.upload.addEventListener("load", () => progress(1));
    request.addEventListener("load", () => {
      let answer = {};
      try { answer = JSON.parse(request.responseText); } catch { /* not ours: a proxy's page */ }
      if (request.status >= 200 && request.status < 300) resolve(answer);
      else reject(new Refused(request.status, answer, Number(request.getResponseHeader("Retry-After")) || 2));
    });
    for (const name of ["error", "timeout", "abort"]) request.addEventListener(name, () => reject(new Refused(0, {}, 2)));
    request.send(body);
  });
}

async function renewed() {
  const answer = await fetch("/kiosk/session", { headers: { Accept: "application/json" } });
  if (answer.ok) csrf = (await answer.json()).csrf;
  return answer.ok;
}

/** The answer's JSON. Throws Refused; status 0: no answer came. */
export async function post(address, body, headers = {}, progress = () => {}) {
  try {
    return await once(address, body, headers, progress);
  } catch (refused) {
    if (refused.code !== "foreign_form" || !(await renewed().catch(() => false))) throw refused;
    return once(address, body, headers, progress);
  }
}

export const pause = (seconds) => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** New for each new submission, the same for its repeats. crypto.randomUUID is not there without HTTPS. */
export function freshKey() {
  return "kiosk-" + [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
