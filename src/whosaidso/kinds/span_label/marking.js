// Words as toggle buttons: picked with keys, mouse or finger, then marked with a label.

import { fill, h, newId } from "../../forms/shared.js";
import { exactOf, keyOf, layout, order, reach } from "./places.js";

// The words of all passages, what is picked of them, and the bar that says so and asks for a label.
export class Marking {
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
