// The hand-in page: name, forms and text boxes of one assignment, kept in this browser and written into its notebook.

import "./theme.js";
import { HALVES, readLiterals, writeLiteral } from "./literal.js";
import { clock, countWords, fill, h, newId } from "./shared.js";
import { Stored, pageModel } from "./storage.js";

const byId = (id) => document.getElementById(id);

function when(date) {
  if (date.toDateString() === new Date().toDateString()) return clock(date);
  const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long" }).format(date);
  return `${day}, ${clock(date)}`;
}

// A short mark of a text, to see whether it is still the same.
function fingerprint(text) {
  let mark = 5381;
  for (let at = 0; at < text.length; at++) mark = ((mark * 33) ^ text.charCodeAt(at)) | 0;
  return `${text.length}:${mark}`;
}

// One cell of the notebook that the student fills in. `text` is its source, whatever shows it.
class Cell {
  constructor(told, page) {
    Object.assign(this, told);
    this.page = page;
    this.stored = new Stored(`${page.assignment}:${told.id}`, page.words);
    this.text = this.stored.read() ?? told.source;
    this.stored.watch((text) => {
      this.text = text;
      this.show(text, page.words.elsewhere);
      page.tell();
    });
  }

  keep(text) {
    this.text = text.replace(HALVES, "\ufffd");
    const kept = this.stored.write(this.text);
    this.page.kept(this, kept);
    return kept;
  }

  put(text, said) {
    if (text === this.text) return;
    this.keep(text);
    this.show(this.text, said);
    this.page.tell();
  }
}

class WhoCell extends Cell {
  start() {
    this.box = byId("who-box");
    this.box.addEventListener("input", () => {
      this.keep(this.written(this.box.value));
      this.print();
    });
    this.show(this.text);
  }

  // The cell with the name in it; its other lines stay as they are.
  written(name) {
    const line = writeLiteral("who", name.replace(HALVES, "\ufffd"));
    for (const text of [this.text, this.source]) {
      const filled = text.replace(/^who[ \t]*=.*$/m, () => line);
      if (filled.includes(line) && this.read(filled) !== undefined) return filled;
    }
    return line;
  }

  // The name in a cell; undefined if the box could not show all of it.
  read(text) {
    const { names } = readLiterals(text);
    if (!names || Object.keys(names).some((name) => name !== "who")) return undefined;
    return typeof (names.who ?? "") === "string" ? names.who ?? "" : undefined;
  }

  show(text) {
    const name = this.read(text);
    this.typed = name === undefined;
    this.box.hidden = this.typed;
    if (!this.typed && this.box.value !== name) this.box.value = name;
    const { words } = this.page;
    byId("who-typed").replaceChildren(...(this.typed ? [
      h("p", {}, words.typed), h("pre", { tabindex: "0", dir: "auto" }, text),
      h("button", { type: "button", class: "page-button", onclick: () => { this.put(this.source); this.focus(); } }, words.typed_use),
    ] : []));
    this.print();
  }

  print() {
    byId("who-print").textContent = this.typed ? "" : this.box.value;
  }

  far() {
    const { words } = this.page;
    if (this.typed) return { done: true, words: words.typed_far };
    const names = this.box.value.split(",").filter((name) => name.trim());
    if (!names.length) return { done: false, words: words.who_none };
    return names.length > 4 ? { done: false, words: words.who_many } : { done: true, words: words.who_there };
  }

  focus() {
    (this.typed ? byId("who-typed").querySelector("button") : this.box).focus();
  }
}

class TextCell extends Cell {
  start() {
    this.box = byId(`${this.id}-box`);
    this.box.addEventListener("input", () => {
      this.keep(this.box.value.trim() ? this.box.value : this.source);
      this.count();
    });
    this.show(this.text);
  }

  show(text) {
    const shown = text.trim() === this.page.stub ? "" : text;
    if (this.box.value !== shown) this.box.value = shown;
    this.count();
  }

  count() {
    const { words } = this.page;
    const used = countWords(this.box.value);
    const asked = this.most ? `, ${fill(words.text_asked, this)}` : "";
    byId(`${this.id}-count`).textContent = `${used === 1 ? words.text_count_one : fill(words.text_count, { used })}${asked}`;
    byId(`${this.id}-print`).textContent = this.box.value;
  }

  far() {
    const { words } = this.page;
    const used = countWords(this.box.value);
    const told = { used, least: this.least, most: this.most };
    if (!used) return { done: false, words: words.text_none };
    if (used < this.least) return { done: false, words: fill(words.text_under, told) };
    if (used > this.most) return { done: false, words: fill(words.text_over, told) };
    return { done: true, words: used === 1 ? words.text_count_one : fill(words.text_count, told) };
  }

  focus() {
    this.box.focus();
  }
}

class AnswerCell extends Cell {
  start() {
    const { words } = this.page;
    this.place = byId(`${this.spec.task}-place`);
    this.place.addEventListener("wss-progress", (event) => {
      this.progress = event.detail;
      this.page.tell();
    });
    const keeper = {
      start: ({ taken }) => {
        this.taken = taken;
        if (this.text !== this.source) taken(this.text);
      },
      save: async (text) => this.keep(text),
    };
    try {
      forms[this.spec.kind].render({ model: pageModel(this.spec, keeper), el: this.place });
    } catch (problem) {
      console.error(problem);
      this.place.replaceChildren(h("p", { class: "page-note" }, words.broken));
    }
  }

  show(text, said) {
    this.taken?.(text, said);
  }

  far() {
    const { words } = this.page;
    if (this.place.querySelector(".wss-locked")) return { done: false, words: words.typed_far };
    if (!this.progress) return { done: false, words: "" };
    return { done: this.progress.done >= this.progress.of, words: this.progress.words.replace(/\.$/, "") };
  }

  focus() {
    const inside = ".wss-trouble button, .wss-body button, .wss-body input, .wss-body select, .wss-body summary, .wss-body [tabindex]";
    [...this.place.querySelectorAll(inside)].find((found) => !found.disabled && found.checkVisibility?.() !== false)?.focus();
  }
}

// --- files ------------------------------------------------------------------------------------------

function download(name, text) {
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  const link = h("a", { href: address, download: name, hidden: true });
  document.body.append(link);
  link.click();
  link.remove();
  setTimeout(() => URL.revokeObjectURL(address), 60000);
}

function sourceOf(cell) {
  const source = cell.source ?? cell.input ?? "";
  const text = Array.isArray(source) ? source.filter((line) => typeof line === "string").join("") : source;
  return typeof text === "string" ? text.replace(/\r\n?/g, "\n") : "";
}

// The cells and the assignment of a notebook's text, or undefined if it is none.
function readNotebook(text, names) {
  let content;
  try {
    content = JSON.parse(text.replace(/^\ufeff/, ""));
  } catch {
    return undefined;
  }
  const raw = content?.cells ?? (Array.isArray(content?.worksheets) ? content.worksheets.flatMap((sheet) => sheet?.cells ?? []) : null);
  if (!Array.isArray(raw)) return undefined;
  const cells = raw.filter((cell) => cell && typeof cell === "object").map((cell) => {
    const name = cell.metadata?.nbgrader?.grade_id ?? (names.includes(cell.id) ? cell.id : "");
    return { name: String(name), source: sourceOf(cell) };
  });
  return { cells, assignment: content.metadata?.whosaidso?.assignment };
}

// --- the page ---------------------------------------------------------------------------------------

class HandIn {
  constructor(told) {
    Object.assign(this, told);
    this.words = told.strings;
    this.file = `${told.assignment}.ipynb`;
    this.failed = new Map();
    this.held = new Set();
    this.before = null;
    this.stateStore = new Stored(`${told.assignment}:page`, this.words);
    this.state = this.readState(this.stateStore.read());
    const kinds = { who: WhoCell, text: TextCell, answer: AnswerCell };
    this.cells = told.cells.map((cell) => new kinds[cell.kind](cell, this));
  }

  readState(text) {
    try {
      return JSON.parse(text) ?? {};
    } catch {
      return {};
    }
  }

  start() {
    const probe = new Stored("probe", this.words);
    const kept = probe.write("");
    probe.forget();
    if (!kept.at) this.failed.set(null, kept.why);
    for (const cell of this.cells) cell.start();
    this.buttons();
    this.watch();
    this.started = true;
    this.tell();
  }

  buttons() {
    const press = (id, act) => byId(id).addEventListener("click", act);
    press("work-save", () => this.saveWork());
    press("work-carry", () => byId("work-file").click());
    press("work-undo", () => this.undo());
    press("work-restart", () => this.restart());
    press("work-forget", () => this.forget());
    press("hand-save", () => this.saveHandIn(false));
    press("hand-anyway", () => this.saveHandIn(true));
    byId("work-file").addEventListener("change", async ({ target }) => {
      const [file] = target.files;
      if (file) await this.carry(file);
      target.value = "";
    });
    const toggle = byId("page-tasks");
    const nav = toggle.closest("nav");
    const open = (now) => {
      toggle.setAttribute("aria-expanded", String(now));
      nav.classList.toggle("page-open", now);
    };
    toggle.addEventListener("click", () => open(toggle.getAttribute("aria-expanded") !== "true"));
    byId("page-list").addEventListener("click", (event) => { if (event.target.closest("a")) open(false); });
    nav.addEventListener("focusout", (event) => { if (event.relatedTarget && !nav.contains(event.relatedTarget)) open(false); });
    nav.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || toggle.getAttribute("aria-expanded") !== "true") return;
      open(false);
      toggle.focus();
    });
  }

  watch() {
    addEventListener("beforeunload", (event) => {
      if (this.failed.size && this.hasWork() && !this.held.has(this.print())) event.preventDefault();
    });
    addEventListener("storage", (event) => {
      if (event.key !== this.stateStore.name) return;
      // another tab has let the browser forget: this one shows nothing of it either
      if (event.newValue === null) return this.reload();
      this.state = this.readState(event.newValue);
      this.tell();
    });
  }

  reload() {
    this.failed.clear();
    location.reload();
  }

  hasWork() {
    return this.cells.some((cell) => cell.text !== cell.source);
  }

  print() {
    return fingerprint(this.cells.map((cell) => cell.text).join("\n"));
  }

  // A cell was written to the browser, or could not be. What could not be written is tried again with the next change.
  kept(cell, kept) {
    if (kept.at) {
      this.failed.delete(null);
      this.failed.delete(cell);
      for (const other of [...this.failed.keys()]) if (other.stored.write(other.text).at) this.failed.delete(other);
      this.remember({ kept: kept.at.toISOString() });
    } else {
      this.failed.set(cell, kept.why);
    }
    this.tell();
  }

  remember(more) {
    this.state = { ...this.state, ...more };
    this.stateStore.write(JSON.stringify(this.state));
  }

  // Say how far everything is, wherever the page says so.
  tell() {
    if (!this.started) return;
    const { words } = this;
    const sections = new Map();
    for (const cell of this.cells) sections.set(cell.section, [...(sections.get(cell.section) ?? []), cell.far()]);
    for (const [anchor, far] of sections) {
      const place = document.querySelector(`[data-far="${anchor}"]`);
      place.textContent = [...new Set(far.map((one) => one.words))].join("; ");
      place.closest("li").classList.toggle("page-done", far.every((one) => one.done));
    }
    const tasks = [...sections].filter(([anchor]) => anchor !== "who").map(([, far]) => far.every((one) => one.done));
    byId("page-count").textContent = fill(words.tasks_done, { done: tasks.filter(Boolean).length, of: tasks.length });

    const [why] = this.failed.values();
    const trouble = byId("page-trouble");
    const said = why ? fill(words.trouble, { why }) : "";
    if (trouble.textContent !== said) trouble.textContent = said;
    trouble.hidden = !why;
    const state = byId("page-state");
    state.classList.toggle("page-bad", Boolean(why));
    if (why) state.textContent = words.saved_not;
    else state.textContent = this.state.kept && this.hasWork() ? fill(words.saved_at, { time: when(new Date(this.state.kept)) }) : words.kept_none;

    const { handed } = this.state;
    const last = handed ? fill(handed.print === this.print() ? words.hand_last : words.hand_since, { time: when(new Date(handed.at)) }) : "";
    byId("hand-last").textContent = last;
    if (!byId("hand-open").hidden) this.listOpen();
  }

  notebook() {
    const cells = this.cells.map((cell) => {
      const lines = cell.text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      return JSON.stringify(lines, null, 1).replaceAll("\n", "\n   ");
    });
    return this.pieces.map((piece, number) => piece + (cells[number] ?? "")).join("");
  }

  save(name, place, sentence) {
    const { words } = this;
    const text = this.notebook();
    const again = h("button", { type: "button", class: "page-link", onclick: () => download(name, text) }, fill(words.hand_again, { file: name }));
    download(name, text);
    this.held.add(this.print());
    byId(place).replaceChildren(h("p", {}, fill(sentence, { file: name })), h("p", {}, again));
  }

  saveWork() {
    this.save(`${this.assignment}-work.ipynb`, "work-said", this.words.work_saved);
    byId("work-undo").hidden = true;
  }

  saveHandIn(anyway) {
    const open = byId("hand-open");
    if (!anyway && this.cells.some((cell) => !cell.far().done)) {
      byId("hand-said").replaceChildren();
      open.hidden = false;
      this.listOpen();
      byId("hand-open-title").focus();
      return;
    }
    open.hidden = true;
    this.save(this.file, "hand-said", this.words.hand_saved);
    this.remember({ handed: { at: new Date().toISOString(), print: this.print() } });
    this.tell();
    if (anyway) byId("hand-save").focus();
  }

  listOpen() {
    const items = this.cells.filter((cell) => !cell.far().done).map((cell) => h(
      "li", {},
      h("a", { href: `#${cell.section}`, onclick: (event) => { event.preventDefault(); cell.focus(); } }, cell.label),
      `: ${cell.far().words}`,
    ));
    byId("hand-list").replaceChildren(...(items.length ? items : [h("li", {}, this.words.hand_closed)]));
  }

  // --- taking over, starting over ---

  say(sentence, values = {}) {
    byId("work-said").replaceChildren(h("p", {}, fill(sentence, values)));
  }

  async carry(file) {
    const { words } = this;
    const told = { file: file.name };
    if (file.size > this.mostBytes) return this.say(words.file_big, { ...told, size: Math.round(file.size / 1e6) });
    let text;
    try {
      text = await file.text();
    } catch {
      return this.say(words.file_closed, told);
    }
    const notebook = readNotebook(text, this.names);
    if (!notebook) return this.say(words.file_damaged, told);
    const { cells, assignment } = notebook;
    if (typeof assignment === "string" && assignment !== this.assignment) {
      const title = cells.map((cell) => /^# +(.{1,80})/.exec(cell.source)?.[1]).find(Boolean) ?? assignment.slice(0, 80);
      return this.say(words.file_other, { ...told, title });
    }
    const theirs = new Map(this.cells.map((cell) => {
      const changed = cells.filter(({ name, source }) => name === cell.id && source.trim() !== cell.source.trim());
      return [cell, changed.length ? changed.at(-1).source.replace(HALVES, "\ufffd") : cell.source];
    }));
    if (!cells.some(({ name }) => this.cells.some((cell) => cell.id === name))) return this.say(words.file_strange, told);
    const filled = [...theirs].filter(([cell, source]) => source !== cell.source).length;
    if (!filled) return this.say(words.file_blank, told);
    if ([...theirs].every(([cell, source]) => source === cell.text)) return this.say(words.carried_same, told);
    if (this.hasWork() && !(await this.ask(fill(words.ask_carry, told), words.ask_carry_yes))) return undefined;
    this.replace(theirs, words.carried_form);
    this.held.add(this.print());
    const extra = cells.some(({ name, source }) => !name && source.trim()) ? ` ${words.carried_extra}` : "";
    return this.say(words.carried + extra, { ...told, filled, of: this.cells.length });
  }

  replace(texts, said) {
    this.before = new Map(this.cells.map((cell) => [cell, cell.text]));
    for (const [cell, text] of texts) cell.put(text, said);
    const undo = byId("work-undo");
    undo.textContent = this.words.undo;
    undo.hidden = false;
  }

  undo() {
    const back = byId("work-undo").textContent === this.words.undo;
    const said = back ? this.words.undone : this.words.redone;
    this.replace(this.before, said);
    byId("work-undo").textContent = back ? this.words.redo : this.words.undo;
    this.say(said);
  }

  async restart() {
    if (!(await this.ask(this.words.ask_restart, this.words.ask_restart_yes))) return;
    this.replace(new Map(this.cells.map((cell) => [cell, cell.source])), "");
    this.say(this.words.replaced);
    byId("work-undo").focus();
  }

  async forget() {
    if (!(await this.ask(this.words.ask_forget, this.words.ask_forget_yes))) return;
    for (const cell of this.cells) cell.stored.forget();
    this.stateStore.forget();
    this.reload();
  }

  ask(sentence, yes) {
    return new Promise((answer) => {
      const id = newId("ask");
      const close = (word) => () => dialog.close(word);
      const dialog = h("dialog", { class: "page-ask", "aria-labelledby": id }, h("p", { id }, sentence), h(
        "div", { class: "page-buttons" },
        h("button", { type: "button", class: "page-button", autofocus: true, onclick: close("") }, this.words.ask_no),
        h("button", { type: "button", class: "page-button page-main", onclick: close("yes") }, yes),
      ));
      dialog.addEventListener("close", () => {
        dialog.remove();
        answer(dialog.returnValue === "yes");
      });
      document.body.append(dialog);
      dialog.showModal();
    });
  }
}

document.addEventListener("DOMContentLoaded", () => new HandIn(JSON.parse(byId("page-data").textContent)).start());
