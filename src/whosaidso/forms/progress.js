// "My progress": one page that reads what this browser holds. Nothing is sent, nothing is scored: what is right comes
// from the page's own table of open items, and the numbers of signal detection are looked up in it.

import { readLiterals } from "./literal.js";
import { countNotebooks, takeNotebooks } from "./notebooks.js";
import { fill, h, newId } from "./shared.js";
import { PREFIX, forgetAll, today } from "./storage.js";

const FORMAT = "whosaidso-progress";
const SIDE = 220; // of the chart, in CSS pixels

class Progress {
  constructor(spec, place) {
    this.spec = spec;
    this.words = spec.strings;
    this.place = place;
  }

  start() {
    this.root = h("div", { class: "wss-form wss-progress-page", lang: "en", dir: "ltr" });
    this.parts = h("div", {});
    this.status = h("p", { class: "wss-status", role: "status" });
    this.root.append(this.parts, this.record(), this.tools());
    this.place.append(this.root);
    this.place.classList.add("wss-live");
    this.refresh();
    addEventListener("storage", () => this.refresh());
    addEventListener("pageshow", (event) => event.persisted && this.refresh());
  }

  // What is kept

  kept() {
    const found = {};
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) found[key] = localStorage.getItem(key);
      this.refused = false;
      localStorage.setItem(`${PREFIX}probe`, "1");
      localStorage.removeItem(`${PREFIX}probe`);
    } catch {
      this.refused = Object.keys(found).length === 0;
    }
    delete found[`${PREFIX}probe`];
    return found;
  }

  answer({ id, kind }) {
    const text = this.held[`${PREFIX}practice:${id}`];
    return text ? readLiterals(text).names?.[this.spec.names[kind]] : undefined;
  }

  refresh() {
    this.held = this.kept();
    const { words, held } = this;
    const nothing = !Object.keys(held).length;
    this.parts.replaceChildren(
      ...(this.refused ? [h("p", { class: "wss-said" }, words.no_storage)] : nothing ? [h("p", { class: "wss-said" }, words.nothing)] : []),
      this.chapters(), this.trust(), this.sure(), this.returns(), this.thenAndNow(),
    );
    this.exportButton.disabled = nothing;
    countNotebooks().then((count) => {
      this.notebooks = count;
      this.forgetButton.disabled = nothing && !count;
    });
  }

  section(title, ...rest) {
    const id = newId("part");
    return h("section", { "aria-labelledby": id }, h("h2", { id, class: "wss-form-title" }, title), ...rest);
  }

  // Chapters

  begun(task) {
    const some = (value) => (typeof value === "object" && value !== null ? Object.values(value).some(some) : Boolean(value));
    return some(this.answer(task));
  }

  chapters() {
    const { words, spec } = this;
    const rows = spec.chapters.map(({ page, title, tasks }) => {
      const key = `${PREFIX}read:${page}`;
      const box = h("input", {
        type: "checkbox", "data-key": `read-${page}`, "aria-label": fill(words.read_it, { title }),
        onchange: () => {
          this.put(key, box.checked ? today() : null);
        },
      });
      box.checked = Boolean(this.held[key]);
      const done = tasks.filter((task) => this.begun(task)).length;
      return h(
        "tr", {}, h("th", { scope: "row" }, h("a", { href: `${page}.html` }, title)),
        h("td", {}, fill(words.of, { done, of: tasks.length })), h("td", {}, box),
      );
    });
    const head = h("tr", {}, [words.chapter, words.exercises, words.read].map((text) => h("th", { scope: "col" }, text)));
    return this.section(words.chapters, h("div", { class: "wss-scroll" }, h("table", {}, h("thead", {}, head), h("tbody", {}, rows))));
  }

  put(key, value) {
    try {
      if (value === null) localStorage.removeItem(key);
      else localStorage.setItem(key, value);
      this.held = this.kept();
      this.say(fill(this.words.saved_here, { time: new Date().toTimeString().slice(0, 5) }));
    } catch {
      this.say(this.words.no_storage);
    }
  }

  // Claims

  judged() {
    const rows = new Map(); // by claim: one that comes back in a later chapter counts as it was judged there
    for (const { tasks } of this.spec.chapters) {
      for (const task of tasks.filter((one) => one.verdicts)) {
        const given = this.answer(task) ?? {};
        for (const [item, verdict] of Object.entries(task.verdicts)) {
          const said = given[item];
          if (said?.verdict) rows.set(item, { sound: verdict === "supported", trusted: said.verdict === "supported", right: said.verdict === verdict, sure: said.confidence });
        }
      }
    }
    return [...rows.values()];
  }

  trust() {
    const { words, spec } = this;
    const rows = this.judged();
    if (!rows.length) return this.section(words.trust, h("p", {}, words.trust_none));
    const [sound, weak] = [true, false].map((kind) => rows.filter((row) => row.sound === kind));
    const trusted = sound.filter((row) => row.trusted).length;
    const questioned = weak.filter((row) => !row.trusted).length;
    const said = fill(words.trust_said, { trusted, sound: sound.length, questioned, weak: weak.length });
    let numbers = words.one_side;
    if (sound.length && weak.length) {
      const [hit, ofHit] = spec.halves[weak.length][questioned];
      const [alarm, ofAlarm] = spec.halves[sound.length][sound.length - trusted];
      const d = hit - alarm;
      const error = Math.sqrt(ofHit + ofAlarm);
      const show = (number) => number.toFixed(2).replace("-", "−");
      numbers = `${fill(words.numbers, { d: show(d), error: show(error), c: show(-(hit + alarm) / 2) })} ${fill(words.few, { low: show(d - 1.96 * error), high: show(d + 1.96 * error) })}`;
    }
    return this.section(
      words.trust, h("p", { class: "wss-said", "data-key": "trust" }, said), h("p", { class: "wss-small" }, words.trust_means),
      h("details", {}, h("summary", {}, words.details), h("p", { "data-key": "numbers" }, numbers)),
    );
  }

  sure() {
    const { words, spec } = this;
    const rows = this.judged().filter((row) => spec.steps.includes(row.sure));
    if (!rows.length) return this.section(words.sure, h("p", {}, words.sure_none));
    const counted = spec.steps.map((step) => {
      const said = rows.filter((row) => row.sure === step);
      return { step, of: said.length, right: said.filter((row) => row.right).length };
    }).filter(({ of }) => of);
    const lines = counted.map(({ step, of, right }) => h(
      "tr", {}, h("th", { scope: "row" }, fill(words.sure_label, { percent: 100 * step })), h("td", {}, fill(words.of, { done: right, of })),
    ));
    const head = h("tr", {}, [words.sure_head, words.right_head].map((text) => h("th", { scope: "col" }, text)));
    return this.section(
      words.sure, this.chart(counted), h("p", { class: "wss-small" }, words.sure_about),
      h("table", {}, h("thead", {}, head), h("tbody", {}, lines)),
    );
  }

  chart(counted) {
    const make = (tag, attributes, ...children) => {
      const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
      element.append(...children);
      return element;
    };
    const edge = 44;
    const x = (share) => edge + share * SIDE;
    const y = (share) => 10 + (1 - share) * SIDE;
    const label = (at, left, top, anchor) => make("text", { x: left, y: top, "text-anchor": anchor }, `${100 * at} %`);
    const ticks = [0, 0.5, 1].flatMap((at) => [label(at, x(at), y(0) + 18, at ? (at === 1 ? "end" : "middle") : "start"), label(at, edge - 5, y(at) + 4, "end")]);
    const dots = counted.map(({ step, of, right }) => make("circle", { cx: x(step), cy: y(right / of), r: 4 + Math.min(6, of), class: "wss-dot" }));
    return make(
      "svg", { viewBox: `0 0 ${SIDE + edge + 14} ${SIDE + 34}`, class: "wss-sure", role: "img", "aria-label": this.words.sure_alt },
      make("rect", { x: edge, y: 10, width: SIDE, height: SIDE, class: "wss-frame" }),
      make("line", { x1: x(0), y1: y(0), x2: x(1), y2: y(1), class: "wss-even" }), ...ticks, ...dots,
    );
  }

  // Returns

  due() {
    const { spec, held } = this;
    const found = [];
    for (const { page, tasks } of spec.chapters) {
      for (const task of tasks.filter(({ id }) => id.startsWith("quiz-"))) {
        const days = (held[`${PREFIX}days:${task.id}`] ?? "").split(" ").filter((day) => /^\d{4}-\d{2}-\d{2}$/.test(day)).sort();
        if (!days.length) continue;
        const after = spec.returns[days.length - 1];
        const date = new Date(`${days[0]}T12:00:00`);
        date.setDate(date.getDate() + (after ?? 0));
        found.push({ page, title: task.title, id: task.id, date: after === undefined ? null : date });
      }
    }
    return found;
  }

  returns() {
    const { words } = this;
    const end = new Date();
    end.setHours(23, 59, 59);
    const lines = this.due().map(({ page, title, id, date }) => {
      const sentence = date === null ? words.again_done : date <= end ? words.again_now : words.again_then;
      const day = date?.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
      return h("li", { "data-key": `due-${id}` }, h("a", { href: `${page}.html` }, fill(sentence, { title, day })));
    });
    const body = lines.length ? h("ul", {}, lines) : h("p", {}, words.again_none);
    return this.section(words.again, body, h("p", { class: "wss-small" }, words.again_about));
  }

  thenAndNow() {
    const { words, spec } = this;
    const count = (moment) => {
      try {
        const kept = JSON.parse(this.held[`${PREFIX}reflections:${moment}`] ?? "{}") ?? {};
        return Object.values(kept).filter((one) => one?.step || one?.why).length;
      } catch {
        return 0;
      }
    };
    const said = fill(words.then_said, { then: count("then"), now: count("now"), of: spec.passages });
    return this.section(words.then, h("p", {}, said), h("p", {}, h("a", { href: "looking-back.html" }, words.then_link)));
  }

  // The record, for paper

  record() {
    const { words } = this;
    const id = newId("name");
    this.name = h("input", { id, type: "text", autocomplete: "off", dir: "auto", maxlength: "120", "data-key": "name" });
    this.sheet = h("p", { class: "wss-record-sheet" });
    const print = h("button", { type: "button", class: "wss-button", "data-key": "print", onclick: () => this.print() }, words.print);
    document.body.append(this.sheet);
    return this.section(words.record, h("p", {}, words.record_about), h("p", {}, h("label", { for: id }, words.name), " ", this.name), print);
  }

  print() {
    const { words, spec } = this;
    const tasks = spec.chapters.flatMap((chapter) => chapter.tasks);
    this.sheet.textContent = fill(words.record_said, {
      name: this.name.value.trim() || words.no_name,
      read: spec.chapters.filter(({ page }) => this.held[`${PREFIX}read:${page}`]).length,
      of: spec.chapters.length,
      done: tasks.filter((task) => this.begun(task)).length,
      all: tasks.length,
      day: new Date().toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" }),
    });
    document.documentElement.classList.add("wss-printing-record");
    addEventListener("afterprint", () => document.documentElement.classList.remove("wss-printing-record"), { once: true });
    print();
  }

  // Taking away and bringing back

  tools() {
    const { words } = this;
    const file = newId("file");
    const button = (text, key, click) => h("button", { type: "button", class: "wss-button", "data-key": key, onclick: click }, text);
    this.exportButton = button(words.export, "export", () => this.export());
    this.forgetButton = button(words.forget, "forget", () => this.askToForget());
    this.file = h("input", { id: file, type: "file", accept: ".json,application/json", "data-key": "file", onchange: () => this.read() });
    this.ask = h("div", { class: "wss-said", hidden: true, role: "group", "aria-label": words.yours });
    return this.section(
      words.yours, h("div", { class: "wss-tools" }, this.exportButton, this.forgetButton),
      h("p", {}, h("label", { for: file }, `${words.import} (${words.import_label})`), " ", this.file), this.ask, this.status,
    );
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  export() {
    const text = JSON.stringify({ format: FORMAT, version: 1, saved: today(), kept: this.kept() }, null, 1);
    const address = URL.createObjectURL(new Blob([text], { type: "application/json" }));
    h("a", { href: address, download: `who-said-so-${today()}.json` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 60_000);
  }

  async read() {
    const { words } = this;
    let kept = null;
    try {
      const found = JSON.parse(await this.file.files[0].text());
      const good = found.format === FORMAT && Object.entries(found.kept).every(([key, value]) => key.startsWith(PREFIX) && typeof value === "string");
      kept = good ? found.kept : null;
    } catch {
      // said below
    }
    this.file.value = "";
    if (!kept) {
      this.ask.hidden = true;
      return this.say(words.bad_file);
    }
    const names = Object.keys(kept);
    const here = this.kept();
    const fresh = names.filter((key) => !(key in here)).length;
    const other = names.filter((key) => key in here && here[key] !== kept[key]).length;
    this.question(fill(words.would, { count: names.length, new: fresh, other }), words.take, () => {
      this.replace({ ...here, ...kept }, here, fill(words.taken, { count: names.length }));
    });
  }

  askToForget() {
    const { words, notebooks } = this;
    const here = this.kept();
    const sentence = fill(words.would_forget, { count: Object.keys(here).length });
    this.question(notebooks ? `${sentence} ${fill(words.would_forget_notebooks, { count: notebooks })}` : sentence, words.forget_yes, async () => {
      const back = await takeNotebooks();
      this.replace({}, here, words.forgotten, back);
    });
  }

  question(sentence, yes, act) {
    const close = () => {
      this.ask.hidden = true;
    };
    const button = (text, key, click) => h("button", { type: "button", class: "wss-button", "data-key": key, onclick: click }, text);
    const accept = button(yes, "yes", () => {
      close();
      act();
    });
    this.ask.replaceChildren(h("p", {}, sentence), h("div", { class: "wss-tools" }, accept, button(this.words.leave, "no", close)));
    this.ask.hidden = false;
    this.say("");
    accept.focus();
  }

  // Put `wanted` in the place of all that is kept, and offer to put `before` back. `swap` does the same with the
  // notebooks: it is called when that is taken up, and returns what takes it back again.
  replace(wanted, before, sentence, swap = undefined) {
    try {
      forgetAll();
      for (const [key, value] of Object.entries(wanted)) localStorage.setItem(key, value);
    } catch {
      for (const [key, value] of Object.entries(before)) localStorage.setItem(key, value);
      return this.say(this.words.no_storage);
    }
    this.refresh();
    const undo = h("button", {
      type: "button", class: "wss-button", "data-key": "undo",
      onclick: async () => {
        this.replace(before, wanted, this.words.undone, await swap?.());
      },
    }, this.words.undo);
    this.status.replaceChildren(`${sentence} `, undo);
  }
}

for (const place of document.querySelectorAll("[data-wss-progress]")) {
  new Progress(JSON.parse(place.querySelector("script[type='application/json']").textContent), place).start();
}
