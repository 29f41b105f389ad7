// The page picture: takes a page number and boxes in millimetres, fits, zooms smoothly, draws only those boxes.

const MM_PER_INCH = 25.4;
const AROUND_MM = 14, LEAST_MM = 95, MOST_SCALE = 2.2; // context around a field; as wide as this at least
const NEAR_MM = 2, STEP = 1.25, PAN_PX = 60, DRAG_PX = 4;

export class View {
  /** picked(page, x_mm, y_mm): a click on the page. */
  constructor(article, picked) {
    this.stage = article.querySelector(".stage");
    this.at = article.querySelector('[data-role="at"]');
    this.papers = [...article.querySelectorAll(".paper")];
    this.paper = this.papers[0] || null;
    this.picked = picked;
    this.boxes = [];
    this.target = null;
    this.boxed = true;
    if (!this.paper) return;
    for (const paper of this.papers) {
      paper.style.width = `${paper.dataset.width}px`;
      paper.style.height = `${paper.dataset.height}px`;
    }
    this.listen();
    new ResizeObserver(() => this.aim(false)).observe(this.stage);
    this.tell();
  }

  /** A field's place; without boxes the whole page. */
  show(page, boxes) {
    const paper = this.papers.find((p) => p.dataset.page === String(page));
    if (paper) this.open(paper);
    this.boxes = paper ? boxes : [];
    this.target = this.boxes.length ? this.boxes : null;
    this.draw();
    this.aim(true);
  }

  open(paper) {
    if (paper === this.paper) return;
    this.paper.hidden = true;
    paper.hidden = false;
    this.paper = paper;
    this.tell();
    this.aim(false);
  }

  turn(by) {
    const next = this.papers[this.papers.indexOf(this.paper) + by];
    if (!next) return;
    this.open(next);
    this.whole();
  }

  whole() {
    this.target = null;
    this.aim(true);
  }

  tell() {
    if (this.at) this.at.textContent = `${this.papers.indexOf(this.paper) + 1}/${this.papers.length}`;
  }

  /** Puts the target into the middle of the stage, with what stands around it. */
  aim(smooth) {
    if (!this.paper || !this.stage.clientWidth) return;
    const wide = this.stage.clientWidth, high = this.stage.clientHeight;
    const px = Number(this.paper.dataset.dpi) / MM_PER_INCH;
    const size = { wide: Number(this.paper.dataset.width), high: Number(this.paper.dataset.height) };
    const fit = Math.min(wide / size.wide, high / size.high);
    let box = [0, 0, size.wide, size.high], scale = fit;
    if (this.target) {
      box = around(this.target).map((mm) => mm * px);
      scale = Math.max(fit, Math.min(wide / (box[2] - box[0]), high / (box[3] - box[1]), MOST_SCALE));
    }
    const middle = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
    const left = held(wide / 2 - middle[0] * scale, wide, size.wide * scale);
    const top = held(high / 2 - middle[1] * scale, high, size.high * scale);
    this.place(left, top, scale, smooth);
  }

  place(left, top, scale, smooth) {
    this.now = { left, top, scale };
    this.paper.classList.toggle("jump", !smooth);
    this.paper.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    this.paper.style.setProperty("--hair", `${1 / scale}px`);
  }

  zoom(by, x = this.stage.clientWidth / 2, y = this.stage.clientHeight / 2) {
    if (!this.now) return;
    const scale = Math.max(0.1, Math.min(6, this.now.scale * by)), real = scale / this.now.scale;
    this.place(x - (x - this.now.left) * real, y - (y - this.now.top) * real, scale, true);
  }

  closer() { this.zoom(STEP); }
  farther() { this.zoom(1 / STEP); }

  pan(x, y) {
    if (this.now) this.place(this.now.left + x * PAN_PX, this.now.top + y * PAN_PX, this.now.scale, true);
  }

  toggleBox() {
    this.boxed = !this.boxed;
    this.stage.classList.toggle("bare", !this.boxed);
    return this.boxed;
  }

  draw() {
    for (const old of this.stage.querySelectorAll(".box")) old.remove();
    if (!this.paper) return;
    const px = Number(this.paper.dataset.dpi) / MM_PER_INCH;
    for (const [left, top, right, bottom] of this.boxes) {
      const box = document.createElement("div");
      box.className = "box";
      Object.assign(box.style, {
        left: `${left * px}px`, top: `${top * px}px`, width: `${(right - left) * px}px`, height: `${(bottom - top) * px}px`,
      });
      this.paper.append(box);
    }
  }

  listen() {
    let from = null;
    this.stage.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      from = { x: event.clientX, y: event.clientY, left: this.now.left, top: this.now.top, moved: false };
      this.stage.setPointerCapture(event.pointerId);
    });
    this.stage.addEventListener("pointermove", (event) => {
      if (!from) return;
      const x = event.clientX - from.x, y = event.clientY - from.y;
      from.moved ||= Math.hypot(x, y) > DRAG_PX;
      if (from.moved) this.place(from.left + x, from.top + y, this.now.scale, false);
    });
    this.stage.addEventListener("pointerup", (event) => {
      if (from && !from.moved) this.click(event);
      from = null;
    });
    this.stage.addEventListener("pointercancel", () => { from = null; });
    this.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      const here = this.stage.getBoundingClientRect();
      this.zoom(event.deltaY < 0 ? STEP : 1 / STEP, event.clientX - here.left, event.clientY - here.top);
    }, { passive: false });
  }

  click(event) {
    const here = this.stage.getBoundingClientRect(), px = Number(this.paper.dataset.dpi) / MM_PER_INCH;
    const x = (event.clientX - here.left - this.now.left) / this.now.scale / px;
    const y = (event.clientY - here.top - this.now.top) / this.now.scale / px;
    this.picked(this.paper.dataset.page, x, y);
  }
}

/** Whether a point lies in one of the boxes, or next to it. */
export function within(boxes, x, y) {
  return boxes.some(([left, top, right, bottom]) =>
    x >= left - NEAR_MM && x <= right + NEAR_MM && y >= top - NEAR_MM && y <= bottom + NEAR_MM);
}

function around(boxes) {
  const box = [
    Math.min(...boxes.map((b) => b[0])), Math.min(...boxes.map((b) => b[1])),
    Math.max(...boxes.map((b) => b[2])), Math.max(...boxes.map((b) => b[3])),
  ];
  const more = Math.max(0, LEAST_MM - (box[2] - box[0])) / 2;
  return [box[0] - AROUND_MM - more, box[1] - AROUND_MM, box[2] + AROUND_MM + more, box[3] + AROUND_MM];
}

/** No empty rim where the page is larger than the stage; in the middle where it is smaller. */
function held(start, room, size) {
  return size <= room ? (room - size) / 2 : Math.max(room - size, Math.min(0, start));
}
