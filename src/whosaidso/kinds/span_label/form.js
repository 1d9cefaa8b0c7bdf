// Words that push: each word of a passage is a toggle button; picked words get a label and stand in a list below.
// A mark is { at, start, end, label }: the number of its part, and letters of that text, so that a typed mark
// which cuts a word is shown on the whole word and handed on as it was typed.

import { exercise, fill, h, newId, pick, same } from "../../forms/shared.js";

const layouts = new WeakMap();

// Return all parts of all passages in order, each with its text and the range of each word.
function layout(spec) {
  if (!layouts.has(spec)) {
    layouts.set(spec, spec.passages.flatMap((passage) => passage.parts.map((part) => {
      const words = [];
      let text = "";
      part.pieces.forEach((piece, number) => {
        if (number % 2) words.push([text.length, text.length + piece.length]);
        text += piece;
      });
      return { ...part, passage, text, words };
    })));
  }
  return layouts.get(spec);
}

const order = (a, b) => a.at - b.at || a.start - b.start;
const keyOf = (mark) => `${mark.at}-${mark.start}-${mark.end}`;
const exactOf = (mark, spec) => layout(spec)[mark.at].text.slice(mark.start, mark.end);
const marksOf = (value, passage, spec) => value.filter((mark) => layout(spec)[mark.at].passage === passage);

// Return the first and the last word that a mark touches.
function reach(mark, spec) {
  const { words } = layout(spec)[mark.at];
  return [words.findIndex(([, end]) => end > mark.start), words.findLastIndex(([start]) => start < mark.end)];
}

const plain = (text) => text.replace(/[“”„«»]/g, '"').replace(/[‘’‚‹›]/g, "'").replace(/[\u00a0\u202f]/g, " ");

// Return where words stand in a text, or -1, as grading finds them: quotation marks and case are forgiven.
function find(text, exact, occurrence) {
  for (const read of [(words) => words, plain, (words) => plain(words).toLowerCase()]) {
    let start = -1;
    for (let n = 0; n < occurrence && (n === 0 || start >= 0); n++) start = read(text).indexOf(read(exact), start + 1);
    if (start >= 0 && read(text).length === text.length) return start;
  }
  return -1;
}

function acceptOne(row, spec) {
  if (!Array.isArray(row) || row.length < 3 || row.length > 5 || typeof row[2] !== "string" || !row[2].trim()) return undefined;
  const [article, paragraph, words, ...rest] = row;
  const at = layout(spec).findIndex((part) => pick(article, [part.article]) && pick(paragraph, [part.paragraph]));
  const occurrence = typeof rest[0] === "number" ? rest.shift() : 1;
  const label = rest.length && rest[0] !== "" ? pick(rest[0], spec.labels.map((known) => known.id)) : "";
  if (at < 0 || rest.length > 1 || label === undefined) return undefined;
  if (!Number.isInteger(occurrence) || occurrence < 1 || occurrence > 99) return undefined;
  const start = find(layout(spec)[at].text, words.trim(), occurrence);
  const mark = { at, start, end: start + words.trim().length, label };
  const [from, to] = reach(mark, spec);
  return start < 0 || from < 0 || from > to ? undefined : mark;
}

function accept(raw, spec) {
  if (!Array.isArray(raw) || raw.length > 400) return undefined;
  const empty = (row) => Array.isArray(row) && row.length && row.every((cell) => ["", null, 1].includes(cell));
  const read = raw.filter((row) => !empty(row)).map((row) => acceptOne(row, spec));
  if (read.includes(undefined)) return undefined;
  const marks = read.filter((mark, n) => !read.slice(0, n).some((other) => same(mark, other))).sort(order);
  const meet = (a, b) => a?.at === b.at && reach(a, spec)[1] >= reach(b, spec)[0];
  return marks.some((mark, n) => meet(marks[n - 1], mark)) ? undefined : marks;
}

function emit(value, spec) {
  return value.map((mark) => {
    const { article, paragraph, text } = layout(spec)[mark.at];
    const exact = exactOf(mark, spec);
    let occurrence = 1;
    for (let start = text.indexOf(exact); start < mark.start; start = text.indexOf(exact, start + 1)) occurrence += 1;
    return [article, paragraph, exact, occurrence, ...(mark.label ? [mark.label] : [])];
  });
}

function done(value, spec) {
  return [spec.passages.filter((passage) => marksOf(value, passage, spec).length).length, spec.passages.length];
}

// Join marks that touch or have only a space between them, as scoring does.
function join(marks, spec, alike) {
  const joined = [];
  for (const mark of marks) {
    const last = joined.at(-1);
    const gap = last?.at === mark.at ? layout(spec)[mark.at].text.slice(last.end, mark.start) : null;
    if ((gap === "" || gap === " ") && alike(last, mark)) last.end = mark.end;
    else joined.push({ ...mark });
  }
  return joined;
}

// What the marks on an open passage come to. Python worked out what each stretch of words does; here it is looked up and counted.
export function judge(marks, passage, spec) {
  const { messages, passages } = spec.outcomes;
  const { spans, outcomes, tables } = passages[passage.id];
  const first = layout(spec).findIndex((part) => part.passage === passage);
  const look = (run) => {
    const [from, to] = reach(run, spec);
    const steps = tables[run.at - first][from].match(/..../g).filter((step) => parseInt(step.slice(0, 2), 36) <= to);
    return { finds: [], loose: [], arguable: [], swamps: [], ...outcomes[parseInt(steps.at(-1).slice(2), 36)] };
  };
  const letters = (run, lure) => {
    const [from, to] = reach(run, spec).map((word) => word - lure.first);
    const last = Math.min(to, lure.letters.length - 1);
    return run.at - first === lure.at ? lure.letters[Math.max(from, 0)]?.[last - Math.max(from, 0)] ?? 0 : 0;
  };
  const runs = join(marks, spec, (a, b) => a.label === b.label);
  const swamped = join(marks, spec, () => true).flatMap((block) => look(block).swamps);
  const lures = spans.filter((span) => span.grade === "lure");
  const fooled = lures.filter((lure) => runs.reduce((sum, run) => sum + letters(run, lure), 0) >= lure.need);
  const found = new Set();
  const items = runs.map((run) => {
    const { finds, loose, arguable } = look(run);
    const hits = finds.filter((span) => !swamped.includes(span)).map((span) => spans[span]);
    const wrong = fooled.filter((lure) => letters(run, lure) >= (hits.length ? lure.need : 1));
    const item = (outcome, message, about) => ({ exact: exactOf(run, spec), label: run.label, outcome, message, about });
    for (const span of hits) found.add(span);
    if (wrong.length) return item("wrong", wrong[0].message, wrong);
    if (hits.length) {
      const fits = hits[0].labels.includes(run.label);
      return item("right", fits ? messages.found : run.label ? messages.other_label : messages.no_label, hits);
    }
    if (finds.length || loose.length) return item("wrong", messages.loose, []);
    return item("neither", messages.neither, arguable.map((span) => spans[span]));
  });
  const core = spans.filter((span) => span.grade === "core");
  return {
    items, missed: core.filter((span) => !found.has(span)),
    found: found.size, core: core.length, spared: lures.length - fooled.length, lures: lures.length,
  };
}

// "Check my answers" below an open passage: the count, each mark with its outcome, and what was missed, with reasons.
function checker(form, passage) {
  const { spec, words } = form;
  const stale = h("p", { hidden: true }, words.changed_since);
  const told = h("div");
  const said = h("div", { class: "wss-said", role: "status", hidden: true }, stale, told);
  const named = (id) => (id ? ` (${spec.labels.find((label) => label.id === id).label})` : "");
  const line = (outcome, exact, said, about) => h(
    "li", { "data-outcome": outcome }, h("p", {}, h("strong", { class: `wss-outcome wss-${outcome}` }, words[outcome]), ` “${exact}”${said}`),
    about.flatMap((span) => [
      h("p", {}, [...(span.exact === exact ? [] : [`“${span.exact}”`]), span.names, span.reason].filter(Boolean).join(": ")),
      span.rewrite ? h("p", {}, h("strong", {}, `${words.fairer} `), span.rewrite) : null,
    ]),
  );
  let checked = null;
  let asked = false;
  const check = () => {
    const marks = marksOf(form.value, passage, spec);
    said.hidden = false;
    stale.hidden = true;
    checked = marks.length || asked ? marks : null;
    asked = true;
    if (!checked) return told.replaceChildren(h("p", {}, words.none_marked));
    const result = judge(marks, passage, spec);
    told.replaceChildren(h("p", {}, h("strong", {}, fill(words.found, result))), h(
      "ul", {}, result.items.map((item) => line(item.outcome, item.exact, `${named(item.label)}: ${item.message}`, item.about)),
      result.missed.map((span) => line("missed", span.exact, "", [span])),
    ));
  };
  const button = form.button(words.check_all, check, `${passage.id}-check`, { "aria-label": `${words.check_all}: ${passage.title}` });
  const update = (value) => { stale.hidden = !checked || same(checked, marksOf(value, passage, spec)); };
  return { box: h("div", { class: "wss-check" }, button, said), update };
}

let stopReading = () => {};

// A button that has the system's voice read a passage: only a voice of this machine, so that no word leaves it.
function aloud(form, passage) {
  const { words } = form;
  const speech = globalThis.speechSynthesis;
  const voiceOf = ({ lang }) => speech.getVoices().find((voice) => voice.localService && voice.lang.slice(0, 2) === lang.slice(0, 2));
  const tell = (label) => {
    button.textContent = label;
    button.setAttribute("aria-label", `${label}: ${passage.title}`);
  };
  const stop = () => {
    stopReading = () => {};
    speech.cancel();
    tell(words.aloud);
  };
  const press = () => {
    const mine = stopReading === stop;
    stopReading();
    if (mine || !passage.parts.every(voiceOf)) return;
    stopReading = stop;
    tell(words.aloud_stop);
    for (const part of passage.parts) {
      const said = Object.assign(new SpeechSynthesisUtterance(part.pieces.join("")), { lang: part.lang, voice: voiceOf(part) });
      if (part === passage.parts.at(-1)) said.onend = () => { if (stopReading === stop) stop(); };
      speech.speak(said);
    }
  };
  const button = form.button("", press, `${passage.id}-aloud`, { hidden: true });
  const ready = () => { button.hidden = !passage.parts.every(voiceOf); };
  tell(words.aloud);
  if (speech) {
    ready();
    speech.addEventListener("voiceschanged", ready);
    addEventListener("pagehide", () => stopReading());
  }
  return button;
}

// The words of all passages, what is picked of them, and the bar that says so and asks for a label.
class Marking {
  constructor(form) {
    this.form = form;
    this.parts = layout(form.spec);
    this.words = []; // { button, at, n, passage, row, number, glosses }: `n` counts within the part `at`
    this.stops = new Map(); // the word of each passage that Tab comes to
    this.lists = new Map();
    this.rows = new Map();
    this.chosen = null; // { at, anchor, from, to, open }: the words picked; `open`: the next word pressed ends the pick
    this.drag = null;
    const { spec, words } = form;
    const name = newId("labels");
    this.radios = spec.labels.map((label) => h("input", { type: "radio", name, id: newId("label"), value: label.id, "data-key": `label-${label.id}` }));
    this.echo = h("p", { class: "wss-echo", dir: "auto" });
    this.meaning = h("p", { class: "wss-small" });
    this.spoken = h("p", { class: "wss-hidden", role: "status" });
    const main = { class: "wss-button wss-main" };
    this.markButton = form.button("", () => this.ask(), "mark", main);
    this.removeButton = form.button(words.remove, () => this.remove(this.words[this.chosen.from].row), "remove");
    this.tools = h("div", { class: "wss-tools" }, this.markButton, this.removeButton, form.button(words.cancel, () => this.letGo(), "let-go"));
    const choices = spec.labels.map((label, n) => h(
      "div", { class: "wss-choice" }, this.radios[n],
      h("label", { for: this.radios[n].id }, h("strong", {}, label.label), h("span", { class: "wss-small" }, ` ${label.definition}`)),
    ));
    this.asking = h(
      "fieldset", { class: "wss-asking" }, h("legend", {}, words.push), h("div", { class: "wss-labels" }, choices),
      h("div", { class: "wss-tools" }, form.button(words.confirm, () => this.settle(), "confirm", main), form.button(words.cancel, () => this.letGo(), "cancel")),
    );
    this.bar = h("div", { class: "wss-bar", onkeydown: (event) => this.barKeys(event) }, this.echo, this.meaning, this.tools, this.asking);
    this.choose(null);
  }

  // The words of one part: as a text for who listens, and as buttons in a named group. The bar comes to stand below the group in use.
  group(part, title, help) {
    const { passage, lang } = part;
    const where = h("p", { class: "wss-small", id: newId("where") }, part.where);
    const box = h("div", {
      class: "wss-words", role: "group", "aria-labelledby": `${title} ${where.id}`, "aria-describedby": help, lang, dir: "auto",
      onclick: (event) => this.click(event), onkeydown: (event) => this.keys(event), onfocusin: (event) => this.arrive(event, box),
      onpointerdown: (event) => this.dragStart(event), onpointerover: (event) => this.dragOver(event),
    }, part.pieces[0]);
    part.words.forEach((_, n) => {
      const k = this.words.length;
      // A comma stands in the button of its word, so that no line begins with it.
      const [, comma, space] = /^(\S*)(.*)$/s.exec(part.pieces[2 * n + 2]);
      const tabindex = this.stops.has(passage) ? "-1" : "0";
      const button = h("button", { type: "button", class: "wss-word", tabindex, "data-key": `${passage.id}-${k}` }, part.pieces[2 * n + 1] + comma);
      this.words.push({ button, at: this.parts.indexOf(part), n, passage, row: null, number: "", glosses: [] });
      if (!this.stops.has(passage)) this.stops.set(passage, this.words[k]);
      this.paint(k);
      box.append(button, part.slips.includes(n) ? h("span", { class: "wss-slip", lang: this.form.spec.lang }, this.form.words.as_printed) : "", space);
    });
    return h("div", { class: "wss-part" }, where, h("p", { class: "wss-hidden", lang, dir: "auto" }, part.text), box);
  }

  gloss(gloss, passage) {
    const first = this.parts.findIndex((part) => part.passage === passage);
    const line = h("span", { id: newId("gloss"), hidden: true }, `${gloss.word}: ${gloss.meaning}`);
    for (const [place, from, to] of gloss.at) {
      for (const word of this.words.filter(({ at, n }) => at === first + place && n >= from && n <= to)) {
        word.glosses.push(line);
        word.button.classList.add("wss-glossed");
        this.describe(word);
      }
    }
    return [h("dt", {}, gloss.word), h("dd", {}, gloss.meaning, line)];
  }

  describe({ button, row, glosses }) {
    const ids = [...(row ? [row.id] : []), ...glosses.map((line) => line.id)];
    if (ids.length) button.setAttribute("aria-describedby", ids.join(" "));
    else button.removeAttribute("aria-describedby");
  }

  wordOf(event) {
    return this.words.findIndex(({ button }) => button.contains(event.target));
  }

  text(from, to) {
    const { text, words } = this.parts[this.words[from].at];
    return text.slice(words[this.words[from].n][0], words[this.words[to].n][1]);
  }

  picks(k) {
    return Boolean(this.chosen && k >= this.chosen.from && k <= this.chosen.to);
  }

  // The mark on exactly the picked words, if there is one.
  marked() {
    const row = this.chosen && this.words[this.chosen.from].row;
    return row?.from === this.chosen?.from && row?.to === this.chosen?.to ? row : null;
  }

  paint(k) {
    const { button, row } = this.words[k];
    button.classList.toggle("wss-picked", this.picks(k));
    button.setAttribute("aria-pressed", String(this.picks(k) || Boolean(row)));
  }

  // Pick the words from one to another, or none.
  choose(anchor, k = anchor, open = false) {
    const { words } = this.form;
    const before = this.chosen;
    this.chosen = anchor === null ? null : { at: this.words[k].at, anchor, from: Math.min(anchor, k), to: Math.max(anchor, k), open };
    for (const range of [before, this.chosen]) for (let n = range?.from; n <= range?.to; n++) this.paint(n);
    this.tell(this.chosen ? fill(words.picked, { words: this.text(this.chosen.from, this.chosen.to) }) : "");
    this.markButton.textContent = this.marked() ? words.change : words.mark;
    this.removeButton.hidden = !this.marked();
    this.tools.hidden = !this.chosen;
    this.asking.hidden = true;
    this.bar.classList.toggle("wss-open", Boolean(this.chosen));
  }

  tell(sentence) {
    this.echo.textContent = sentence;
    this.spoken.textContent = sentence;
  }

  letGo() {
    this.words[this.chosen.to].button.focus();
    this.choose(null);
  }

  // A word has the focus: Tab comes back to it, its meaning is shown, and words picked in another part are let go.
  arrive(event, box) {
    const here = this.words[this.wordOf(event)];
    if (!here) return;
    this.stops.get(here.passage).button.tabIndex = -1;
    this.stops.set(here.passage, here);
    here.button.tabIndex = 0;
    if (this.bar.previousElementSibling !== box) box.after(this.bar);
    if (this.chosen && this.chosen.at !== here.at) this.choose(null);
    this.meaning.textContent = here.glosses.map((line) => line.textContent).join(" · ");
  }

  // A word was pressed: it begins a pick, ends it, or lengthens it by one.
  press(k, extend) {
    const { at, row, button } = this.words[k];
    button.focus();
    const old = this.chosen?.at === at ? this.chosen : null;
    if (old?.from === k && old.to === k) this.choose(null);
    else if (old && extend) this.choose(old.anchor, k);
    else if (old && (old.open || k === old.from - 1 || k === old.to + 1)) this.choose(k < old.from ? old.to : old.from, k);
    else if (row) this.choose(row.from, row.to);
    else this.choose(k, k, true);
  }

  click(event) {
    const k = this.wordOf(event);
    const dragged = this.drag?.moved && event.detail;
    this.drag = null;
    if (k >= 0 && !dragged) this.press(k, event.shiftKey);
    // In JupyterLab nothing sticks to the lower edge, so the bar has to be brought there.
    if (this.chosen) this.tools.scrollIntoView({ block: "nearest" });
  }

  // Dragging is for mouse and pen; a finger scrolls, and taps the first and the last word.
  dragStart(event) {
    const k = this.wordOf(event);
    this.drag = k < 0 || event.button || event.pointerType === "touch" ? null : { k, moved: false };
  }

  dragOver(event) {
    const k = this.wordOf(event);
    if (!this.drag || !(event.buttons & 1) || this.words[k]?.at !== this.words[this.drag.k].at) return;
    if (k === this.drag.k && !this.drag.moved) return;
    this.drag.moved = true;
    this.words[k].button.focus();
    this.choose(this.drag.k, k);
  }

  // Return the word in the line above or below that is nearest to this one.
  line(k, step) {
    const boxes = new Map();
    for (let n = k; this.words[n]?.passage === this.words[k].passage; n += step) boxes.set(n, this.words[n].button.getBoundingClientRect());
    const tall = boxes.get(k).height / 2;
    const beside = (a, b) => Math.abs(a.top - b.top) < tall;
    const [, next] = [...boxes].find(([, box]) => !beside(box, boxes.get(k))) ?? [];
    const off = (n) => Math.abs(boxes.get(n).left + boxes.get(n).right - boxes.get(k).left - boxes.get(k).right);
    return [...boxes.keys()].filter((n) => next && beside(boxes.get(n), next)).sort((a, b) => off(a) - off(b))[0] ?? k;
  }

  keys(event) {
    const k = this.wordOf(event);
    if (k < 0 || event.ctrlKey || event.metaKey || event.altKey) return;
    const { row, passage } = this.words[k];
    const ways = {
      ArrowRight: () => k + 1, ArrowLeft: () => k - 1, ArrowDown: () => this.line(k, 1), ArrowUp: () => this.line(k, -1),
      Home: () => this.words.findIndex((word) => word.passage === passage), End: () => this.words.findLastIndex((word) => word.passage === passage),
    };
    if (ways[event.key]) this.go(k, ways[event.key](), event.shiftKey);
    else if (event.key === "Enter") {
      if (!this.picks(k)) this.choose(row?.from ?? k, row?.to ?? k);
      this.ask();
    } else if (event.key === "Escape" && this.chosen) this.choose(null);
    else if ((event.key === "Delete" || event.key === "Backspace") && row) this.remove(row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  go(k, to, extend) {
    if (this.words[to]?.passage !== this.words[k].passage || (extend && this.words[to].at !== this.words[k].at)) return;
    const anchor = this.picks(k) ? this.chosen.anchor : k;
    this.words[to].button.focus();
    if (extend) this.choose(anchor, to);
  }

  ask() {
    const { row } = this.words[this.chosen.from];
    this.tools.hidden = true;
    this.asking.hidden = false;
    for (const radio of this.radios) radio.checked = radio.value === row?.label;
    (this.radios.find((radio) => radio.checked) ?? this.radios[0]).focus({ preventScroll: true });
    this.bar.scrollIntoView({ block: "nearest" });
  }

  barKeys(event) {
    if (event.key === "Escape" && this.chosen) this.letGo();
    else if (event.key === "Enter" && event.target.type === "radio") this.settle();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  // The picked words become a mark with the chosen label, in place of marks that share a word with them.
  settle() {
    const { form, chosen } = this;
    const label = this.radios.find((radio) => radio.checked)?.value;
    if (!label) {
      this.tell(form.words.choose_first);
      return this.radios[0].focus();
    }
    const { words } = this.parts[chosen.at];
    const [first, last] = [this.words[chosen.from].n, this.words[chosen.to].n];
    const range = this.marked()?.mark ?? { at: chosen.at, start: words[first][0], end: words[last][1] };
    const apart = (mark) => mark.at !== chosen.at || reach(mark, form.spec)[1] < first || reach(mark, form.spec)[0] > last;
    this.letGo();
    this.change([...form.value.filter(apart), { ...range, label }].sort(order), range, label);
  }

  change(value, mark, label) {
    const { words, spec } = this.form;
    this.form.change(value, fill(words.marked, { words: exactOf(mark, spec), label: this.named(label) }));
  }

  named(label) {
    return this.form.spec.labels.find((known) => known.id === label)?.label ?? this.form.words.no_label;
  }

  remove(row) {
    const { form } = this;
    if (!row) return;
    const near = row.item.contains(document.activeElement) && (row.item.nextElementSibling ?? row.item.previousElementSibling);
    if (near) near.querySelector("button").focus();
    else this.words[row.to].button.focus();
    this.choose(null);
    form.change(form.value.filter((mark) => keyOf(mark) !== row.key), fill(form.words.removed, { words: row.exact }));
  }

  // A line of the list below a passage: number, words, label, remove.
  row(mark) {
    const { form } = this;
    const { words, spec } = form;
    const [key, exact] = [keyOf(mark), exactOf(mark, spec)];
    const first = this.words.findIndex((word) => word.at === mark.at);
    const [from, to] = reach(mark, spec).map((n) => first + n);
    const { lang } = this.parts[mark.at];
    const told = h("span", { id: newId("mark"), hidden: true });
    const number = h("span", { class: "wss-number" });
    const relabel = () => this.change(form.value.map((other) => (keyOf(other) === key ? { ...other, label: select.value } : other)), mark, select.value);
    const select = h(
      "select", { "aria-label": fill(words.label_of, { words: exact }), "data-key": `label-${key}`, onchange: relabel },
      h("option", { value: "" }, words.no_label), spec.labels.map((label) => h("option", { value: label.id }, label.label)),
    );
    const remove = form.button(words.remove, () => this.remove(row), `remove-${key}`, { "aria-label": fill(words.remove_words, { words: exact }) });
    const item = h("li", {}, number, h("q", { lang, dir: "auto" }, exact), select, remove, told);
    const tell = (n, label) => {
      if (row.n === n && row.label === label) return;
      Object.assign(row, { n, label });
      number.textContent = n;
      select.value = label;
      told.textContent = fill(words.described, { n, label: this.named(label) });
    };
    const row = { key, exact, from, to, mark, id: told.id, item, tell };
    return row;
  }

  // Show the marks: only words and lines that changed are touched.
  update(value) {
    const keys = value.map(keyOf);
    for (const [key, row] of this.rows) {
      if (keys.includes(key)) continue;
      row.item.remove();
      this.rows.delete(key);
    }
    const owners = [];
    const counts = new Map();
    value.forEach((mark, number) => {
      const row = this.rows.get(keys[number]) ?? this.row(mark);
      const { passage } = this.parts[mark.at];
      const list = this.lists.get(passage);
      const n = (counts.get(passage) ?? 0) + 1;
      this.rows.set(row.key, row);
      counts.set(passage, n);
      if (list.children[n - 1] !== row.item) list.insertBefore(row.item, list.children[n - 1] ?? null);
      row.tell(n, mark.label);
      for (let k = row.from; k <= row.to; k++) owners[k] = row;
    });
    for (const [passage, list] of this.lists) list.parentElement.hidden = !counts.has(passage);
    this.words.forEach((word, k) => {
      const row = owners[k] ?? null;
      const number = row?.to === k ? row.n : "";
      if (word.row === row && word.number === number) return;
      Object.assign(word, { row, number });
      word.button.classList.toggle("wss-marked", Boolean(row));
      word.button.querySelector(".wss-number")?.remove();
      if (number) word.button.append(h("span", { class: "wss-number", "aria-hidden": "true" }, String(number)));
      this.describe(word);
      this.paint(k);
    });
  }
}

const terms = (rows) => h("dl", { class: "wss-terms" }, rows.flat());
const term = ([name, text]) => [h("dt", {}, name), h("dd", {}, text)];

function passageBox(form, marking, passage, number, help) {
  const { spec, words } = form;
  const title = newId("passage");
  const groups = layout(spec).filter((part) => part.passage === passage).map((part) => marking.group(part, title, help));
  const glosses = passage.glosses.map((gloss) => marking.gloss(gloss, passage));
  const list = h("ol", { class: "wss-marks" });
  marking.lists.set(passage, list);
  const check = spec.outcomes ? checker(form, passage) : null;
  const box = h(
    "section", { class: "wss-item", "aria-labelledby": title }, h("h4", { id: title }, `${number}. ${passage.title}`),
    passage.note ? h("p", {}, passage.note) : null, aloud(form, passage), groups,
    glosses.length ? h("details", {}, h("summary", { "data-key": `${passage.id}-glosses` }, words.glosses), terms(glosses)) : null,
    h("div", { hidden: true }, h("p", { class: "wss-small" }, words.marks), list), check?.box, form.differently(passage.id, passage.title),
  );
  return { box, update: check?.update };
}

function draw(form) {
  const { spec, words } = form;
  const marking = new Marking(form);
  const help = h("span", { id: newId("help"), hidden: true }, words.keys_short);
  const passages = spec.passages.map((passage, n) => passageBox(form, marking, passage, n + 1, help.id));
  form.body.append(
    h("p", {}, words.how), help,
    h("details", {}, h("summary", { "data-key": "keys" }, words.keys), terms(words.keys_list.map(term))),
    h("details", {}, h("summary", { "data-key": "labels" }, words.labels), terms(spec.labels.map((label) => term([label.label, label.definition])))),
    ...passages.map((passage) => passage.box), marking.spoken,
  );
  return (value) => {
    marking.update(value);
    for (const passage of passages) passage.update?.(value);
  };
}

export default exercise({ name: "wording", blank: () => [], accept, emit, done, draw });
