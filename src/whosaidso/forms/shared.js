// What the forms of all kinds share: building elements, undo, the answer's way to its keeper, and what is said of it.
// A kind hands over { name, blank, accept, emit, draw }; see `exercise`.

import { MOST_CHARACTERS, readLiterals, writeLiteral } from "./literal.js";

let serial = 0;
const session = Math.random().toString(36).slice(2, 8);

// Return an id that no other form on the page has, also where this module is loaded twice.
export function newId(stem) {
  serial += 1;
  return `wss-${stem}-${session}-${serial}`;
}

// Build an element. Text is always set as text, so no word of a student or of the data becomes markup.
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (key in element && typeof value === "boolean") element[key] = value;
    else element.setAttribute(key, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return element;
}

// Fill the {holes} of a sentence.
export function fill(sentence, values) {
  return sentence.replace(/\{(\w+)\}/g, (hole, name) => (name in values ? values[name] : hole));
}

// Return the known id that was meant, forgiving case, spaces and hyphens as grading does and no more, or undefined.
export function pick(given, known) {
  if (typeof given === "object") return undefined;
  const plain = (word) => String(word).trim().toLowerCase().replace(/[- \u00a0]/g, "_");
  return known.find((id) => plain(id) === plain(given));
}

// Return [id, value] for each line of a typed table, or undefined if it is none, or an id is unknown or there twice.
export function rowsOf(raw, known) {
  if (typeof raw !== "object" || raw === null || Array.isArray(raw)) return undefined;
  const rows = Object.entries(raw).map(([key, value]) => [pick(key, known), value]);
  const found = new Set(rows.map(([id]) => id));
  return found.has(undefined) || found.size < rows.length ? undefined : rows;
}

export function same(a, b) {
  return JSON.stringify(a) === JSON.stringify(b);
}

export function clock(date) {
  return date.toTimeString().slice(0, 5);
}

export function countWords(text) {
  return text.trim() ? text.trim().split(/\s+/).length : 0;
}

const TRIES = 3;

// What a check of an open item says: outcome and hint at once; our reason when it is right, after three different
// answers, or when it is asked for.
export class Tries {
  constructor(form, key) {
    Object.assign(this, { form, key, answers: new Set() });
  }

  say(said, { answer, outcome, message, reason }) {
    const { words } = this.form;
    this.answers.add(answer);
    const left = TRIES - this.answers.size;
    const hint = h("p", {}, h("strong", { class: `wss-outcome wss-${outcome}` }, words[outcome]), ` ${message}`);
    const why = h("p", { tabindex: "-1" }, h("strong", {}, `${words.key}: `), reason);
    if (outcome === "right" || left <= 0) return said.replaceChildren(hint, why);
    const show = this.form.button(words.show_reason, () => {
      ask.replaceWith(why);
      why.focus();
    }, `${this.key}-why`);
    const ask = h("p", { class: "wss-small" }, fill(left === 1 ? words.try_once : words.try_again, { left }), " ", show);
    said.replaceChildren(hint, ask);
  }
}

// Where an answer is kept when no page brings a keeper: filled in by the module that knows notebooks.
// A keeper is { start({ taken(text, said), said(sentence, bad) }) → stop, save(text) → promise of { at, words } or { why } }.
export const host = {};

const MOST_UNDO = 100;
const MOST_NOTE_WORDS = 60;
const MOST_NOTE_CHARACTERS = 2000;

// Return { render }, the module's face to anywidget and to our own pages.
//
// name    the variable of the answer, as grading reads it
// blank   () => the value of an untouched form
// accept  (raw, spec) => the value, or undefined if the form could not show all of it
// emit    (value, spec) => plain data for the literal
// done    (value, spec) => [answered, of]
// draw    (context) => update(value), called after every change from anywhere
export function exercise(kind) {
  return { render: ({ model, el }) => new Exercise(kind, model, el).start() };
}

class Exercise {
  constructor(kind, model, el) {
    this.kind = kind;
    this.spec = model.get("spec");
    this.words = this.spec.strings;
    this.keeper = model.keeper ?? host.keeper(model, el, kind.name);
    this.el = el;
    this.value = kind.blank(this.spec);
    this.notes = {};
    this.past = [];
    this.future = [];
    this.written = null;
    this.comments = [];
    this.noteDrawers = new Map(); // by item
  }

  start() {
    const { spec, words } = this;
    const title = newId("title");
    const heading = h(`h${spec.level ?? 3}`, { id: title, class: "wss-form-title" }, spec.title);
    this.status = h("p", { class: "wss-status", role: "status" });
    this.progress = h("p", { class: "wss-progress" });
    this.undoButton = this.button(words.undo, () => this.step(this.past, this.future), "undo");
    this.redoButton = this.button(words.redo, () => this.step(this.future, this.past), "redo");
    const clear = this.button(words.clear, () => this.change(this.kind.blank(spec), words.cleared, {}), "clear");
    this.body = h("div", { class: "wss-body" });
    this.trouble = h("div", { class: "wss-trouble", hidden: true });
    const tools = h("div", { class: "wss-tools", role: "group", "aria-label": words.tools }, this.undoButton, this.redoButton, clear);
    this.root = h(
      "section", { class: `wss-form wss-${spec.kind}`, "aria-labelledby": title, lang: spec.lang ?? "en", dir: "ltr" },
      heading, spec.ask ? h("p", {}, spec.ask) : null, h("p", { class: "wss-small" }, spec.time),
      this.trouble, this.body, h("div", { class: "wss-foot" }, this.progress, tools, this.status),
    );
    // JupyterLab's own keys (a, b, x, dd …) must not act on cells while a student works in the form.
    this.root.addEventListener("keydown", (event) => this.keys(event));
    // It looks from the focused element upwards and stops at this mark, so the mark must stand on that element.
    this.root.addEventListener("focusin", (event) => event.target.setAttribute("data-lm-suppress-shortcuts", "true"));
    this.el.replaceChildren(this.root);
    this.update = this.kind.draw(this);
    this.refresh();
    const stop = this.keeper.start({
      taken: (text, said) => this.take(text, said),
      said: (sentence, bad) => this.say(sentence, bad),
    });
    return () => stop?.();
  }

  keys(event) {
    const letter = event.key.toLowerCase();
    if (!(event.ctrlKey || event.metaKey) || (letter !== "z" && letter !== "y")) return;
    if (/^(textarea|input)$/i.test(event.target.tagName) && !/^(radio|checkbox)$/.test(event.target.type)) return;
    event.preventDefault();
    event.stopPropagation();
    if (letter === "y" || event.shiftKey) this.step(this.future, this.past);
    else this.step(this.past, this.future);
  }

  button(label, press, key, more = {}) {
    return h("button", { type: "button", class: "wss-button", "data-key": key, onclick: press, ...more }, label);
  }

  // A student changed something: remember the old state, show the new one, keep it.
  // Changes with one `run`, such as the letters of a note, are undone in one step.
  change(value, said = "", notes = this.notes, run = "") {
    if (same(value, this.value) && same(notes, this.notes)) return;
    this.replace(value, notes, run);
    this.keep(said);
  }

  replace(value, notes, run = "") {
    if (!run || run !== this.run) this.past.push([this.value, this.notes]);
    if (this.past.length > MOST_UNDO) this.past.shift();
    this.run = run;
    this.future = [];
    this.value = value;
    this.notes = notes;
    this.refresh();
  }

  step(from, to) {
    if (!from.length || this.body.inert) return;
    this.run = "";
    to.push([this.value, this.notes]);
    [this.value, this.notes] = from.pop();
    this.refresh();
    this.keep(from === this.past ? this.words.undone : this.words.redone);
  }

  refresh() {
    const focused = this.root.contains(document.activeElement) ? document.activeElement : null;
    const key = focused?.dataset.key;
    this.update(this.value);
    for (const draw of this.noteDrawers.values()) draw();
    this.undoButton.disabled = !this.past.length;
    this.redoButton.disabled = !this.future.length;
    const [done, of] = this.kind.done(this.value, this.spec);
    this.progress.textContent = fill(this.spec.progress, { done, of });
    this.root.dispatchEvent(new CustomEvent("wss-progress", { bubbles: true, detail: { done, of, words: this.progress.textContent } }));
    const now = document.activeElement;
    const lost = now === focused ? focused?.disabled || focused?.closest("[hidden]") : !this.root.contains(now);
    if (key && lost) this.focusNear(focused, key);
  }

  // Give the focus to what bears the key now, else to something near.
  focusNear(lost, key) {
    const open = [...this.root.querySelectorAll("[data-key]")].filter((element) => !element.disabled && element.checkVisibility?.() !== false);
    const again = open.find((element) => element.dataset.key === key);
    const near = open.find((element) => lost?.closest("[role=group]")?.contains(element));
    const before = open.findLast((element) => lost?.isConnected && element.compareDocumentPosition(lost) & Node.DOCUMENT_POSITION_FOLLOWING);
    (again ?? near ?? before ?? open[0])?.focus();
  }

  text() {
    const lines = [`# ${this.spec.task}: ${this.words.written}`, ...this.comments, writeLiteral(this.kind.name, this.kind.emit(this.value, this.spec))];
    if (Object.keys(this.notes).length) lines.push(writeLiteral("differently", this.notes));
    if (!this.before) return lines.join("\n");
    const note = [`# ${this.words.before}`, ...this.before.split("\n").map((line) => `# ${line}`)].join("\n");
    const room = MOST_CHARACTERS - lines.join("\n").length - 1;
    return [...lines, note.slice(0, Math.max(0, room))].join("\n");
  }

  async keep(said = "") {
    const text = this.text();
    this.written = text;
    if (said) this.say(said);
    const kept = await this.keeper.save(text);
    if (this.written !== text) return;
    if (kept.at) this.say(`${said ? `${said} ` : ""}${fill(kept.words ?? this.words.saved, { time: clock(kept.at) })}`);
    else this.say(fill(this.words.not_saved, { why: kept.why }), true);
  }

  say(sentence, bad = false) {
    if (this.status.textContent !== sentence) this.status.textContent = sentence;
    this.status.classList.toggle("wss-bad", bad);
  }

  // Text that came from the cell, the store or another tab: shown if all of it can be shown, else left alone.
  take(text, said = this.words.restored) {
    if (text === this.written) return;
    const { words } = this;
    const plain = text.replace(/\r\n?/g, "\n");
    const long = text.length > MOST_CHARACTERS;
    const { names, comments, line } = long ? {} : readLiterals(plain);
    let read;
    try {
      read = names && this.accepted(names);
    } catch (problem) {
      console.error(problem); // what nobody foresaw is left alone too
    }
    if (!read) {
      const why = long ? words.unreadable_long : line ? words.unreadable_line : words.unreadable_word;
      this.lock(plain, fill(why, { line, used: text.length, most: MOST_CHARACTERS }));
      this.written = text;
      return;
    }
    this.unlock();
    this.written = text;
    // a note of what was typed before stays in the answer
    const note = `\n# ${words.before}\n`;
    this.before = plain.includes(note) ? plain.slice(plain.indexOf(note) + note.length).replace(/^# ?/gm, "") : null;
    // nor is any other comment lost: what a student noted, or the pattern to type by
    const ours = comments.indexOf(`# ${words.before}`);
    this.comments = comments.slice(0, ours < 0 ? undefined : ours).filter((comment) => !comment.startsWith(`# ${this.spec.task}:`));
    const [value, notes] = read;
    if (same(value, this.value) && same(notes, this.notes)) return;
    this.replace(value, notes);
    const [done] = this.kind.done(value, this.spec);
    if (done && said) this.say(said);
  }

  // Return the value and the notes that a cell holds, or undefined if the form could not show all of it.
  accepted(names) {
    const { name, blank, accept } = this.kind;
    if (Object.keys(names).some((other) => ![name, "differently"].includes(other))) return undefined;
    const notes = acceptNotes(names.differently, [...this.noteDrawers.keys()]);
    const value = (names[name] ?? null) === null ? blank(this.spec) : accept(names[name], this.spec);
    return notes && value !== undefined ? [value, notes] : undefined;
  }

  lock(text, why) {
    const { words } = this;
    const held = this.root.contains(document.activeElement);
    this.body.inert = this.undoButton.parentElement.inert = true;
    this.body.classList.add("wss-locked");
    const typed = h("pre", { tabindex: "0", dir: "auto" }, text);
    const take = this.button(words.take_over, () => {
      this.before = text;
      this.unlock();
      this.refresh();
      this.keep(words.taken_over);
    }, "take-over");
    this.trouble.replaceChildren(h("p", { role: "alert" }, why), typed, take);
    this.trouble.hidden = false;
    if (held) typed.focus();
    this.say(words.locked, true);
  }

  unlock() {
    const held = this.trouble.contains(document.activeElement);
    this.body.inert = this.undoButton.parentElement.inert = false;
    this.body.classList.remove("wss-locked");
    this.trouble.hidden = true;
    this.trouble.replaceChildren();
    if (held) this.focusNear();
    if (this.status.classList.contains("wss-bad")) this.say("");
  }

  // "I see it differently": up to 60 words on one item, and a record from outside.
  differently(item, about) {
    const { words } = this;
    const note = () => this.notes[item] ?? {};
    const write = (key, text) => {
      const notes = { ...this.notes, [item]: { ...note(), [key]: text } };
      if (!notes[item].why?.trim() && !notes[item].record?.trim()) delete notes[item];
      this.change(this.value, "", notes, `${key}-${item}`);
    };
    const why = h("textarea", { id: newId("why"), rows: "3", dir: "auto", maxlength: MOST_NOTE_CHARACTERS, "data-key": `why-${item}`, oninput: (e) => write("why", e.target.value) });
    const count = h("span", { class: "wss-small", id: newId("count") });
    why.setAttribute("aria-describedby", count.id);
    const record = h("input", { id: newId("record"), type: "text", dir: "auto", maxlength: MOST_NOTE_CHARACTERS, "data-key": `record-${item}`, oninput: (e) => write("record", e.target.value) });
    const tell = () => {
      const used = countWords(why.value);
      const long = used > MOST_NOTE_WORDS;
      count.setAttribute("aria-live", long ? "polite" : "off"); // a word that is one too many is told, not each word
      count.textContent = fill(long ? words.note_long : words.note_count, { used, most: MOST_NOTE_WORDS });
      count.classList.toggle("wss-bad", long);
    };
    why.addEventListener("input", tell);
    const title = newId("differently");
    const details = h(
      "details", { class: "wss-differently", "aria-labelledby": title },
      h("summary", { id: title, "data-key": `differently-${item}` }, fill(words.differently, { about })),
      h("p", { class: "wss-small" }, words.differently_help),
      h("label", { for: why.id }, words.note_why), why, count,
      h("label", { for: record.id }, words.note_record), record,
    );
    const put = (box, text) => {
      if (box.value === text || !`${box.value}${text}`.trim()) return; // blanks alone are no note
      box.value = text;
      if (text) details.open = true;
    };
    const draw = () => {
      put(why, note().why ?? "");
      put(record, note().record ?? "");
      tell();
    };
    this.noteDrawers.set(item, draw);
    draw();
    return details;
  }
}

function acceptNotes(raw, items) {
  if (raw === undefined || raw === null) return {};
  const shown = ([key, text]) => typeof text === "string" && ((key === "why" && !/\r/.test(text)) || (key === "record" && !/[\r\n]/.test(text)));
  const rows = rowsOf(raw, items);
  const all = rows?.every(([, note]) => typeof note === "object" && note !== null && Object.entries(note).every(shown));
  return all ? Object.fromEntries(rows.map(([item, note]) => [item, { ...note }])) : undefined;
}
