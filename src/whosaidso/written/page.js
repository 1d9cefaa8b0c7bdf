// The marking page: one script at a time, its criteria beside it. What is marked is kept in this browser and saved as one file.

import { clock, countWords, fill, h, newId } from "../forms/shared.js";

class Marking {
  constructor(spec, root) {
    Object.assign(this, { spec, root, words: spec.strings, at: 0 });
    this.key = `whosaidso-marking:${spec.assignment}:${spec.marker}`;
    this.marks = this.kept();
  }

  start() {
    const { words, spec } = this;
    document.documentElement.lang = "en";
    this.count = h("p", { class: "marking-count", role: "status" });
    this.place = h("div", {});
    this.status = h("p", { class: "note", role: "status" });
    const file = h("input", { type: "file", id: newId("file"), accept: ".json,application/json", onchange: () => this.carry(file) });
    const about = spec.agree ? words.agree : fill(words.marker, spec);
    this.root.append(
      h("p", { class: "over" }, "Who Said So?"), h("h1", {}, fill(words.title, spec)), h("p", {}, about),
      h("div", { class: "marking-bar" },
        h("button", { type: "button", "data-key": "save", onclick: () => this.save() }, words.save),
        h("label", { for: file.id }, `${words.carry} `), file, this.count),
      this.status, this.place, h("p", { class: "note" }, words.keys),
    );
    addEventListener("keydown", (event) => {
      const step = { KeyN: 1, KeyP: -1 }[event.code];
      if (!step || !event.ctrlKey || !event.altKey) return;
      event.preventDefault();
      this.go(this.at + step);
    });
    this.go(Math.max(0, this.spec.scripts.findIndex((script) => !this.complete(script))), false);
  }

  // What is kept

  kept() {
    try {
      return JSON.parse(localStorage.getItem(this.key)) ?? {};
    } catch {
      return {};
    }
  }

  keep() {
    try {
      localStorage.setItem(this.key, JSON.stringify(this.marks));
      this.status.textContent = fill(this.words.kept, { time: clock(new Date()) });
    } catch {
      this.status.textContent = this.words.not_kept;
    }
    this.tally();
  }

  // Return the marks of a script as they are, empty where its text is another than the one that was marked.
  of({ code, digest }) {
    const mark = this.marks[code];
    return mark?.digest === digest ? mark : { digest, points: {}, comments: {} };
  }

  put(script, change) {
    const mark = structuredClone(this.of(script));
    change(mark);
    if (Object.keys(mark.points).length || Object.keys(mark.comments).length) this.marks[script.code] = mark;
    else delete this.marks[script.code];
    this.keep();
  }

  complete(script) {
    const { points } = this.of(script);
    return this.wanted(script).every(({ cell }) => cell in points);
  }

  // When two settle, only what they see differently is to be marked.
  wanted({ gave }) {
    const given = Object.values(gave).map(({ points }) => points);
    return this.spec.agree ? this.spec.criteria.filter(({ cell }) => new Set(given.map((points) => points[cell])).size > 1) : this.spec.criteria;
  }

  tally() {
    const { scripts } = this.spec;
    const done = scripts.filter((script) => this.complete(script)).length;
    this.count.textContent = done === scripts.length ? this.words.all_done : fill(this.words.done, { done, of: scripts.length });
  }

  // One script

  go(at, focus = true) {
    const { scripts } = this.spec;
    this.at = Math.min(Math.max(at, 0), scripts.length - 1);
    const script = scripts[this.at];
    const { words } = this;
    const title = h("h2", { tabindex: "-1" }, fill(words.script, { number: this.at + 1, of: scripts.length, code: script.code }));
    const button = (text, key, click, off) => h("button", { type: "button", "data-key": key, disabled: off, onclick: click }, text);
    const open = scripts.findIndex((one, place) => place !== this.at && !this.complete(one));
    const ways = () => h("div", { class: "marking-bar" },
      button(words.before, "before", () => this.go(this.at - 1), this.at === 0),
      button(words.next, "next", () => this.go(this.at + 1), this.at === scripts.length - 1),
      button(words.next_open, "open", () => this.go(open), open < 0));
    this.place.replaceChildren(
      title, ways(),
      h("div", { class: "marking-columns" },
        h("section", { class: "marking-text", "aria-label": words.text }, this.texts(script)),
        h("section", { class: "marking-rubric", "aria-label": words.rubric }, this.wanted(script).map((one) => this.criterion(one, script)))),
      h("div", { class: "marking-bar" }, button(words.clear, "clear", () => this.clear(script))), ways(),
    );
    this.tally();
    if (focus) {
      title.focus({ preventScroll: true });
      title.scrollIntoView();
    }
  }

  texts({ texts }) {
    const { words, spec } = this;
    return spec.criteria.filter(({ text }) => text).map(({ cell, title, task }) => {
      const said = texts[cell] ?? "";
      const asked = h("div", {});
      asked.innerHTML = task; // our own task, made by a renderer that lets no markup through
      return h("div", {},
        h("h3", {}, spec.criteria.filter(({ text }) => text).length > 1 ? title : words.text),
        said.trim() ? h("blockquote", { dir: "auto" }, said) : h("p", { class: "note" }, words.nothing),
        h("p", { class: "note" }, fill(words.words, { words: countWords(said) })),
        h("details", {}, h("summary", {}, words.task), asked));
    });
  }

  criterion(one, script) {
    const { words } = this;
    const { cell, title, most, levels } = one;
    const mark = this.of(script);
    const set = (value) => this.put(script, ({ points }) => {
      if (value === null) delete points[cell];
      else points[cell] = value;
    });
    const gave = Object.entries(script.gave).filter(([, { points }]) => cell in points).map(([marker, { points, comments }]) => h(
      "p", { class: "marking-gave" }, fill(words.gave, { marker, points: points[cell] }), comments[cell] ? ` “${comments[cell]}”` : "",
    ));
    const body = levels.length ? this.levels(one, mark.points[cell], set) : this.number(one, mark.points[cell], set);
    return h("fieldset", { "data-cell": cell }, h("legend", {}, fill(words.points, { title, most })), gave, body, this.comment(one, script));
  }

  levels({ cell, levels }, given, set) {
    const { words } = this;
    const name = newId("level");
    return levels.map(({ points, says, example }) => {
      const input = h("input", { type: "radio", name, value: points, "data-key": `${cell}-${points}`, onchange: () => set(points) });
      input.checked = given === points;
      const shown = example ? h("details", {}, h("summary", {}, words.example), h("p", {}, example)) : null;
      return h("div", { class: "marking-level" }, h("label", {}, input, " ", fill(words.level, { points, says })), shown);
    });
  }

  number({ cell, title, most, guide }, given, set) {
    const { words } = this;
    const said = h("div", {});
    said.innerHTML = guide;
    const input = h("input", {
      type: "number", min: "0", max: String(most), step: "0.5", "data-key": cell, "aria-label": fill(words.points, { title, most }),
      oninput: () => {
        const value = input.valueAsNumber;
        set(Number.isFinite(value) && value >= 0 && value <= most ? value : null);
      },
    });
    if (given !== undefined) input.value = given;
    return [said, input];
  }

  comment({ cell, title }, script) {
    const { words } = this;
    const id = newId("comment");
    const box = h("textarea", { id, rows: "2", dir: "auto", "data-key": `${cell}-comment`, maxlength: "5000", oninput: () => write() });
    box.value = this.of(script).comments[cell] ?? "";
    const write = () => this.put(script, ({ comments }) => {
      if (box.value.trim()) comments[cell] = box.value;
      else delete comments[cell];
    });
    const used = this.used(cell, script.code);
    const add = (text) => {
      box.value = box.value.trim() ? `${box.value.trimEnd()} ${text}` : text;
      write();
      box.focus();
    };
    const list = used.length
      ? h("details", {}, h("summary", {}, words.reuse), h("ul", { class: "marking-reuse" }, used.map((text) => h("li", {}, h("button", { type: "button", onclick: () => add(text) }, text)))))
      : h("p", { class: "note" }, words.reuse_none);
    return [h("label", { for: id }, fill(words.comment, { title })), box, list];
  }

  // Comments on a criterion that were given before, the most used first.
  used(cell, code) {
    const often = new Map();
    for (const [other, { comments }] of Object.entries(this.marks)) {
      if (other !== code && comments[cell]) often.set(comments[cell], (often.get(comments[cell]) ?? 0) + 1);
    }
    return [...often].sort((a, b) => b[1] - a[1]).slice(0, 12).map(([text]) => text);
  }

  clear(script) {
    const before = this.marks[script.code];
    if (!before) return;
    delete this.marks[script.code];
    this.keep();
    this.go(this.at);
    this.offerUndo(this.words.cleared, () => {
      this.marks[script.code] = before;
      this.keep();
      this.go(this.at);
    });
  }

  offerUndo(sentence, act) {
    const undo = h("button", {
      type: "button", "data-key": "undo",
      onclick: () => {
        act();
        this.status.textContent = this.words.undone;
      },
    }, this.words.undo);
    this.status.replaceChildren(`${sentence} `, undo);
  }

  // The file

  save() {
    const { spec, words } = this;
    const file = `${spec.assignment}-${spec.marker}.json`;
    const marks = Object.fromEntries(spec.scripts.map((script) => [script.code, this.of(script)]).filter(([, { points }]) => Object.keys(points).length));
    const text = JSON.stringify({ format: spec.format, version: 1, assignment: spec.assignment, marker: spec.marker, marks }, null, 1);
    const address = URL.createObjectURL(new Blob([`${text}\n`], { type: "application/json" }));
    h("a", { href: address, download: file }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
    this.status.textContent = fill(words.saved, { file });
  }

  async carry(input) {
    const { spec, words } = this;
    const [chosen] = input.files;
    let held = null;
    try {
      held = JSON.parse(await chosen.text());
      const good = held.format === spec.format && held.assignment === spec.assignment && held.marker === spec.marker;
      if (!good || Object.values(held.marks).some(({ points }) => typeof points !== "object")) held = null;
    } catch {
      held = null;
    }
    input.value = "";
    if (!held) {
      this.status.textContent = fill(words.bad_file, { file: chosen.name });
      return;
    }
    const before = this.marks;
    const rows = Object.entries(held.marks).map(([code, mark]) => [code, { comments: {}, ...mark }]);
    this.marks = { ...before, ...Object.fromEntries(rows) };
    this.keep();
    this.go(this.at);
    this.offerUndo(fill(words.carried, { count: rows.length, file: chosen.name }), () => {
      this.marks = before;
      this.keep();
      this.go(this.at);
    });
  }
}

new Marking(JSON.parse(document.getElementById("marking-data").textContent), document.getElementById("marking")).start();
