// Sends what a person says: takes drafts one by one, keeps their order, tells how the sending goes.

const FIRST_WAIT = 1000, LONGEST_WAIT = 15000;

export const token = { csrf: document.querySelector('meta[name="csrf"]').content };

/** POSTs JSON; {status, body}. status 0: no answer came. */
export async function post(path, body, headers = {}, more = {}) {
  try {
    const answer = await fetch(path, {
      method: "POST", body: JSON.stringify(body), credentials: "same-origin", ...more,
      headers: { "Content-Type": "application/json", "X-CSRF-Token": token.csrf, Accept: "application/json", ...headers },
    });
    const kind = answer.headers.get("content-type") || "";
    return { status: answer.status, body: kind.includes("json") ? await answer.json() : await answer.text() };
  } catch {
    return { status: 0, body: null };
  }
}

/** What stands in the way: "" (nothing), offline, signedout, lost, reading, gone, changed, refused, failed. */
export function trouble({ status, body }) {
  if (status >= 200 && status < 300) return "";
  if (status === 0 || status === 429 || status >= 500) return "offline";
  if (status === 401 || (status === 403 && body && body.code === "foreign_form")) return "signedout";
  if (status === 409) return body && body.code === "being_read_again" ? "reading" : "lost";
  if (status === 404) return "gone";
  if (status === 412) return "changed";
  return status === 422 ? "refused" : "failed";
}

/** The drafts of one record: the last word on each field, one request at a time, again until it is kept. */
export class Saver {
  /** told(field, body): the answer to a save. state(name): saved, saving, offline, or a trouble that needs a person. */
  constructor(article, told, refused, state) {
    Object.assign(this, { article, told, refused, state });
    this.waiting = new Map();
    this.step = 0;
    this.wait = FIRST_WAIT;
    this.busy = this.stopped = false;
    this.idle = [];
  }

  get dirty() { return this.busy || this.waiting.size > 0; }

  push(field, said, sure) {
    this.step += 1;
    this.waiting.delete(field);
    this.waiting.set(field, { field, said, sure, step: this.step });
    this.state("saving");
    this.pump();
  }

  /** After a trouble that a person has put right. */
  resume() {
    this.stopped = false;
    this.pump();
  }

  /** Resolves once everything is kept; rejects with the trouble that stops it. */
  flush() {
    if (!this.dirty) return Promise.resolve();
    if (this.stopped) return Promise.reject(new Error(this.stopped));
    return new Promise((resolve, reject) => this.idle.push({ resolve, reject }));
  }

  async pump() {
    if (this.busy || this.stopped || !this.waiting.size) return;
    const [field, draft] = this.waiting.entries().next().value;
    this.waiting.delete(field);
    this.busy = true;
    clearTimeout(this.timer);
    const fence = Number(this.article.dataset.fence);
    const answer = await post(`/review/record/${this.article.dataset.record}/draft`, { fence, ...draft });
    this.busy = false;
    const way = trouble(answer);
    if (way === "") {
      this.wait = FIRST_WAIT;
      if (!this.waiting.has(field)) this.told(field, answer.body, draft);
    } else if (way === "refused") {
      this.refused(field);
    } else {
      // First again: a row that was added has to be there before what stands in it.
      if (!this.waiting.has(field)) this.waiting = new Map([[field, draft], ...this.waiting]);
      this.hold(way);
    }
    if (this.waiting.size) this.pump();
    else this.settle(way);
  }

  hold(way) {
    this.state(way);
    if (way !== "offline") {
      this.stopped = way;
      this.idle.splice(0).forEach((one) => one.reject(new Error(way)));
      return;
    }
    this.stopped = way;
    this.timer = setTimeout(() => this.resume(), this.wait);
    this.wait = Math.min(this.wait * 2, LONGEST_WAIT);
  }

  settle(way) {
    if (way === "") this.state("saved");
    this.idle.splice(0).forEach((one) => one.resolve());
  }
}
