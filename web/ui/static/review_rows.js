// Rows of a form's tables: adds one that the machine missed, takes it away again, blanks one that is not on the paper.

export class Rows {
  constructor(article, fields) {
    Object.assign(this, { article, fields });
    for (const block of article.querySelectorAll(".block[data-added]")) this.remember(block);
    this.tell();
  }

  /** The button that adds a row: of the table the field stands in, or the next table, or the last; a row left out right
      behind the field's row first. null: the form has no table. */
  adder(from) {
    const block = from && from.closest(".block[data-table]");
    const all = [...this.article.querySelectorAll(".add-row")].filter((a) => !a.hidden);
    const ends = all.filter((a) => a.dataset.last);
    if (block) {
      const mine = all.filter((a) => a.dataset.table === block.dataset.table);
      const next = String(Number(block.dataset.row) + 1);
      return mine.find((a) => a.dataset.row === next) || mine.find((a) => a.dataset.last) || null;
    }
    const behind = (a) => from && from.compareDocumentPosition(a) & Node.DOCUMENT_POSITION_FOLLOWING;
    return ends.find(behind) || ends.at(-1) || null;
  }

  /** Gives the first box of the new row. */
  add(adder) {
    const block = this.made(adder.dataset.table, Number(adder.dataset.row));
    this.put(block);
    this.fields.steps.push({ back: () => this.drop(block) });
    return boxOf(block);
  }

  /** An added row goes, those added behind it move up; gives where the work goes on. */
  remove(block) {
    const all = [...this.article.querySelectorAll(`.block[data-table="${block.dataset.table}"]`)];
    const behind = all.slice(all.indexOf(block) + 1);
    const run = [block, ...(behind.every((b) => b.dataset.added) ? behind : [])];
    const was = run.map((b) => fieldsOf(b).map((f) => this.fields.state(f)));
    const last = run.at(-1);
    run.slice(0, -1).forEach((b, n) => this.restore(b, was[n + 1]));
    const on = this.drop(last);
    this.fields.steps.push({ back: () => {
      this.put(last);
      run.forEach((b, n) => this.restore(b, was[n]));
      return boxOf(block);
    } });
    return on;
  }

  /** Every cell is blank, at one stroke and with one way back; gives the last cell's box. */
  blank(block) {
    const { steps } = this.fields, from = steps.length;
    for (const field of fieldsOf(block)) this.fields.answer(field, "blank");
    const many = steps.splice(from);
    steps.push({ back: () => {
      for (const step of [...many].reverse()) this.fields.restore(step.field, step);
      return boxOf(block);
    } });
    return fieldsOf(block).at(-1).box;
  }

  restore(block, states) { fieldsOf(block).forEach((f, n) => this.fields.restore(f, states[n])); }

  /** Into its place, on the page and on the server: the row first, then what stands in it. */
  put(block) {
    const { table, row } = block.dataset;
    const adder = this.article.querySelector(`.add-row[data-table="${table}"][data-row="${row}"]`);
    if (adder.dataset.last) adder.before(block);
    else adder.after(block);
    this.fields.saver.push(`+${table}[${row}]`, {}, true);
    this.fields.adopt(fieldsOf(block));
    this.tell();
  }

  drop(block) {
    const { table, row } = block.dataset;
    const on = block.previousElementSibling;
    for (const field of fieldsOf(block)) if (field.said || field.box.value) this.fields.saver.push(field.dataset.field, null, false);
    this.fields.saver.push(`+${table}[${row}]`, null, false);
    this.fields.release(fieldsOf(block));
    block.remove();
    this.tell();
    return boxOf(on) || this.article.querySelector(`.add-row[data-table="${table}"] button`);
  }

  /** Which rows may be added now: one left out is there or not, the last one is behind all others. */
  tell() {
    for (const adder of this.article.querySelectorAll(".add-row")) {
      const rows = this.article.querySelectorAll(`.block[data-table="${adder.dataset.table}"]`);
      const there = [...rows].map((b) => Number(b.dataset.row));
      if (adder.dataset.last) adder.dataset.row = Math.max(-1, ...there) + 1;
      else adder.hidden = there.includes(Number(adder.dataset.row));
      const which = adder.querySelector('[data-role="which"]');
      which.textContent = which.dataset.text.replace("{m}", Number(adder.dataset.row) + 1);
    }
  }

  /** A row of the template, its places as far below those of the template's row as the print has it. */
  made(table, row) {
    const pattern = this.article.querySelector(`template[data-table="${table}"]`), holder = document.createElement("div");
    holder.innerHTML = pattern.innerHTML.replaceAll("{n}", row).replaceAll("{m}", row + 1);
    const block = holder.querySelector(".block"), down = (row - Number(pattern.dataset.row)) * Number(pattern.dataset.pitch);
    block.dataset.row = row;
    for (const field of fieldsOf(block)) {
      const boxes = JSON.parse(field.dataset.boxes).map(([left, top, right, bottom]) => [left, top + down, right, bottom + down]);
      const out = down && boxes.some((box) => box[1] < 0 || box[3] > Number(pattern.dataset.lowest) + 1);
      field.dataset.boxes = JSON.stringify(out ? [] : boxes);
    }
    return block;
  }

  /** A row added before the page was loaded: its way back comes before that of what was said in it. */
  remember(block) {
    const { steps } = this.fields;
    const later = (s) => s.field && (block.contains(s.field)
      || block.compareDocumentPosition(s.field) & Node.DOCUMENT_POSITION_FOLLOWING);
    const at = steps.findIndex(later);
    steps.splice(at < 0 ? steps.length : at, 0, { back: () => this.drop(block) });
  }
}

export function numbered(text, block) { return text.replace("{m}", Number(block.dataset.row) + 1); }

function fieldsOf(block) { return [...block.querySelectorAll(".field")]; }

function boxOf(block) { return block ? block.querySelector("input, textarea") : null; }
