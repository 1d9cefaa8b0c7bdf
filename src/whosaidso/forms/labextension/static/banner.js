// The line at the top of a notebook of ours: who you are, Start, and how things stand.

const { TEACHERS_MARK } = await import(`./notebook.js${new URL(import.meta.url).search}`);
const { siteOf, leadToPages, shareWithPages, download, forget } = await import(`./site.js${new URL(import.meta.url).search}`);

const MOST_NAMES = 4;
const PATIENCE = 60_000; // with a Python in the browser, in milliseconds
const PRESS = 1000; // so long a pressed button is waited for
const WHO = /^(who[ \t]*=[ \t]*)("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')([ \t]*(?:#.*)?)$/gm;
const WIDGET = "application/vnd.jupyter.widget-view+json";

const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (hole, name) => values[name] ?? hole);
let serial = 0;

function make(tag, properties = {}, ...children) {
  const { on = {}, ...attributes } = properties;
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  for (const [name, heard] of Object.entries(on)) element.addEventListener(name, heard);
  element.append(...children);
  return element;
}

// Return the names in the text of a who cell, or null if it holds anything else than comments and one plain text.
export function readWho(text) {
  const found = [...text.matchAll(WHO)];
  const rest = text.replace(WHO, "").split("\n");
  if (found.length !== 1 || rest.some((line) => line.trim() && !/^\s*#/.test(line))) return null;
  const literal = found[0][2];
  const inner = literal.slice(1, -1);
  try {
    return JSON.parse(`"${literal[0] === "'" ? inner.replaceAll("\\'", "'").replace(/(?<!\\)"/g, '\\"') : inner.replaceAll("\\'", "'")}"`);
  } catch {
    return null;
  }
}

export function writeWho(text, names) {
  return text.replace(WHO, (_, before, __, after) => before + JSON.stringify(names) + after);
}

export class Banner {
  constructor(lab, notebook, words) {
    this.lab = lab;
    this.notebook = notebook;
    this.words = words;
    this.opened = new Set(); // grade_ids of form cells that this Python has run
    this.said = "";
    this.site = siteOf(notebook);
    this.began = Date.now();
    if (this.site) setTimeout(() => this.refresh(), PATIENCE);
    const { panel } = notebook;
    this.build(panel);
    const tell = () => this.refresh();
    notebook.watch(tell);
    panel.sessionContext.statusChanged.connect((_, status) => this.status(status));
    panel.sessionContext.connectionStatusChanged.connect(tell);
    panel.sessionContext.kernelChanged.connect(() => this.restart());
    this.refresh();
  }

  build(panel) {
    const { words } = this;
    serial += 1;
    const [field, help] = [`wss-name-${serial}`, `wss-name-help-${serial}`];
    this.field = make("input", {
      id: field, type: "text", dir: "auto", autocomplete: "off", spellcheck: "false", "aria-describedby": help,
      on: { input: () => this.write(), change: () => this.refresh() },
    });
    this.who = make(
      "div", { class: "wss-banner-who" }, make("label", { for: field }, words.name), this.field,
      make("span", { id: help, class: "wss-banner-small" }, words.name_help),
    );
    this.names = make("span", { dir: "auto" });
    this.change = make("button", { type: "button", class: "wss-banner-button", on: { click: () => this.unfold() } }, words.change_name);
    this.named = make("div", { class: "wss-banner-named" }, this.names, this.change);
    this.start = make("button", { type: "button", class: "wss-banner-button wss-banner-main", on: { click: () => this.run() } });
    this.again = make(
      "button", { type: "button", class: "wss-banner-button", on: { click: () => this.notebook.saveNow() } }, words.save,
    );
    this.line = make("p", { role: "status" });
    this.saved = make("span", { class: "wss-banner-small" });
    this.box = make("section", { class: "wss-banner", lang: "en", dir: "ltr", "aria-label": words.banner }, this.who, this.named, this.start, this.line, this.saved, this.again, ...this.lite());
    const node = make("div", { class: "wss-banner-place" }, this.box);
    const widget = new this.lab.Widget({ node });
    // JupyterLab gives a header the height its style asks for, so the style has to follow what stands in it.
    const measure = new ResizeObserver(() => {
      node.style.minHeight = `${Math.ceil(this.box.getBoundingClientRect().height)}px`;
      panel.contentHeader.fit();
    });
    measure.observe(this.box);
    const press = (event) => this.press(event.type === "pointerdown");
    const presses = ["pointerdown", "pointerup", "pointercancel"];
    for (const name of presses) document.addEventListener(name, press, true);
    widget.disposed.connect(() => {
      measure.disconnect();
      for (const name of presses) document.removeEventListener(name, press, true);
    });
    panel.contentHeader.addWidget(widget);
  }

  // What a notebook in the browser alone needs: a way to the teacher, a way out, a page that needs no Python.
  lite() {
    const { site, words, notebook } = this;
    if (!site) return [];
    leadToPages(notebook.panel.node, site);
    if (site.practice) shareWithPages(notebook);
    const button = (text, click) => make("button", { type: "button", class: "wss-banner-button", on: { click } }, text);
    const save = button(site.practice ? words.copy : words.download, () => download(notebook));
    const page = make("a", { href: site.page, class: "wss-banner-link" }, words.as_page);
    return [save, button(words.forget, () => this.forget()), page];
  }

  async forget() {
    const { words, lab } = this;
    const title = words.forget_title;
    const answer = await lab.showDialog({
      title, body: words.forget_ask, buttons: [lab.Dialog.cancelButton({ label: words.forget_no }), lab.Dialog.warnButton({ label: words.forget_yes })],
    });
    if (answer.button.accept) await forget();
  }

  // The cells

  get formCells() {
    return this.notebook.marked(({ grade_id }, cell) => cell.type === "code" && grade_id.endsWith("-form"));
  }

  get widgets() {
    return new Map(this.notebook.panel.content.widgets.map((widget) => [widget.model, widget]));
  }

  get whoCell() {
    const found = this.notebook.cells(`${this.notebook.assignment}-who`);
    const cell = found.length === 1 ? found[0].sharedModel : null;
    return cell?.getSource().includes(TEACHERS_MARK) ? null : cell;
  }

  // A form counts as open if Python has shown it since it started, and the page still shows it.
  isOpen(cell) {
    const { grade_id } = cell.getMetadata("nbgrader");
    const answer = grade_id.replace(/-form$/, "-answer");
    const live = [...this.notebook.forms].some((form) => form.gradeId === answer && form.born > (this.restarted ?? 0));
    return live || (this.opened.has(grade_id) && this.shows(cell));
  }

  shows(cell) {
    return cell.outputs.length > 0 && [...Array(cell.outputs.length).keys()].some((at) => WIDGET in cell.outputs.get(at).data);
  }

  // Who

  write() {
    const cell = this.whoCell;
    const old = cell?.getSource();
    if (!cell || readWho(old) === null) return;
    cell.setSource(writeWho(old, this.field.value));
  }

  unfold() {
    this.unfolded = true;
    this.refresh();
    this.field.focus();
  }

  // Start

  status(status) {
    if (status === "restarting" || status === "autorestarting" || status === "dead") this.restart();
    else this.refresh();
  }

  restart() {
    if (this.opened.size || this.notebook.forms.size) this.restarted = Date.now();
    this.opened.clear();
    this.failed = 0;
    this.refresh();
  }

  async run() {
    if (this.running) return;
    this.running = true;
    this.failed = 0;
    this.unfolded = false;
    this.refresh();
    try {
      if (await this.python()) await this.open();
    } finally {
      this.running = false;
      this.refresh();
    }
  }

  // See that there is a Python, and return whether there is.
  async python() {
    const context = this.notebook.panel.sessionContext;
    this.noKernel = false;
    await context.ready;
    if (context.session?.kernel?.status === "dead") await context.restartKernel();
    else if (!context.session?.kernel) await context.startKernel();
    this.noKernel = !context.session?.kernel;
    return !this.noKernel;
  }

  async open() {
    const { content, sessionContext } = this.notebook.panel;
    const cells = this.formCells;
    const { widgets } = this;
    this.written();
    this.progress = [0, cells.length];
    for (const cell of cells) {
      this.refresh();
      const { grade_id } = cell.getMetadata("nbgrader");
      try {
        // Not NotebookActions: those scroll to the active cell.
        await this.lab.CodeCell.execute(widgets.get(cell), sessionContext, { deletedCells: content.model.deletedCells });
      } catch {
        // what went wrong stands below the cell
      }
      this.opened.add(grade_id);
      if (!this.shows(cell)) this.failed += 1;
      this.progress[0] += 1;
    }
  }

  // Open the cells for a student's own words, so that a click is enough to type in them.
  written() {
    this.wordsOpen = true;
    const { widgets } = this;
    for (const cell of this.notebook.marked(({ grade, solution }, { type }) => type === "markdown" && grade && solution)) {
      widgets.get(cell).rendered = false;
    }
  }

  // How things stand

  // A banner that grew or shrank under a pressed button would move the page away, and the click would reach nothing.
  press(down) {
    this.pressed = down ? Date.now() : 0;
    if (!down && this.late) setTimeout(() => this.refresh()); // after the click
  }

  refresh() {
    if (this.pressed && Date.now() - this.pressed < PRESS) {
      this.late ??= setTimeout(() => this.refresh(), PRESS);
      return;
    }
    clearTimeout(this.late);
    this.late = null;
    const { words, notebook } = this;
    const cell = this.whoCell;
    const names = cell ? readWho(cell.getSource()) : null;
    this.readable = names !== null;
    if (names !== null && document.activeElement !== this.field) this.field.value = names;
    this.field.disabled = names === null || notebook.readOnly;
    const forms = this.formCells;
    const open = new Set(forms.filter((form) => this.isOpen(form)));
    const ready = forms.length > 0 && open.size === forms.length;
    // The few lines of code that made an open form are in its way; what is left of a form that is gone helps nobody.
    for (const [model, widget] of this.widgets) {
      widget.toggleClass("wss-form-open", open.has(model));
      const gone = forms.includes(model) && this.shows(model) && !widget.node.querySelector(".wss-form");
      widget.toggleClass("wss-form-gone", gone);
    }
    if (ready && !this.wordsOpen) this.written();
    const folded = ready && !this.unfolded && Boolean(names?.trim()) && document.activeElement !== this.field;
    this.who.hidden = folded || !cell;
    this.named.hidden = !folded;
    this.names.textContent = fill(words.named, { names: names ?? "" });
    const label = ready && !this.running ? words.again : words.start;
    if (this.start.textContent !== label) this.start.textContent = label;
    this.start.setAttribute("aria-disabled", String(Boolean(this.running)));
    this.start.hidden = !forms.length;
    this.box.classList.toggle("wss-banner-folded", folded);
    // Not in the line above: that is read aloud, and the form says the same.
    const { savedAt } = notebook;
    this.saved.textContent = savedAt && !notebook.failure ? fill(words.saved, { time: savedAt.toTimeString().slice(0, 5) }) : "";
    this.again.hidden = !notebook.failure || notebook.readOnly;
    const [sentence, bad] = this.sentence(cell, names, ready);
    if (this.line.textContent !== sentence) this.line.textContent = sentence;
    this.line.classList.toggle("wss-banner-bad", bad);
  }

  // Return the sentence that matters most now, and whether it is bad news.
  sentence(cell, names, ready) {
    const { words, notebook } = this;
    const context = notebook.panel.sessionContext;
    const status = context.kernelDisplayStatus;
    const count = (names ?? "").split(",").filter((name) => name.trim()).length;
    const named = !cell || count > 0;
    if (notebook.readOnly) return [words.no_rights, true];
    if (notebook.failure) return [words.not_saved, true];
    if (cell && names === null) return [words.name_unreadable, true];
    if (count > MOST_NAMES) return [fill(words.too_many, { count }), true];
    if (this.noKernel) return [words.no_kernel, true];
    if (["initializing", "starting", "restarting", "autorestarting", "connecting"].includes(status)) {
      if (!this.site) return [words.starting, false];
      return Date.now() - this.began < PATIENCE ? [words.starting_here, false] : [words.slow_here, true];
    }
    if (this.running && this.progress) return [fill(words.opening, { done: this.progress[0], of: this.progress[1] }), false];
    if (status === "dead") return [words.dead, true];
    if (status === "disconnected") return [words.lost, true];
    if (!context.session?.kernel) return [words.no_python, false];
    if (this.failed) return [fill(words.not_open, { count: this.failed, of: this.formCells.length }), true];
    if (ready) return [named ? words.open : words.no_name, !named];
    if (this.restarted) return [words.restarted, false];
    if (this.opened.size) return [words.gone, false];
    return [named ? words.press : words.press_name, false];
  }
}
