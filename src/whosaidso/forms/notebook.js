// The keeper of a form in a notebook. With the labextension the answer cell is written at once and the notebook
// saved; elsewhere Python keeps a draft, and running the answer cell puts it there.

import { fill, host } from "./shared.js";

const PATIENCE = 3000;
const wait = (time) => new Promise((resolve) => setTimeout(resolve, time));

host.keeper = (model, el) => new NotebookKeeper(model, el);

class NotebookKeeper {
  constructor(model, el) {
    const { task, strings } = model.get("spec");
    Object.assign(this, { model, el, words: strings, cell: `${task}-answer`, asked: [], serial: Date.now() });
  }

  start(form) {
    this.form = form;
    const hears = { "change:text": () => this.elsewhere(), "change:offer": () => this.offered(), "change:kept": () => this.answered() };
    for (const [event, hear] of Object.entries(hears)) this.model.on(event, hear);
    this.el.addEventListener("keydown", (event) => this.keys(event));
    // A click between the fields must not leave JupyterLab's keys with the cell, where "x" cuts it.
    this.el.tabIndex = -1;
    this.el.dataset.lmSuppressShortcuts = "true";
    this.ready = this.find().catch((problem) => form.said(String(problem), true));
    return () => {
      this.gone = true;
      for (const [event, hear] of Object.entries(hears)) this.model.off(event, hear);
      this.answer?.leave();
    };
  }

  // Find this form's own notebook. Until then nothing can be changed: it would meet what is loaded.
  async find() {
    this.el.inert = true;
    while (!this.el.isConnected && !this.gone) await wait(50);
    const until = Date.now() + (document.getElementById("jupyter-config-data") ? PATIENCE : 0);
    while (globalThis.whosaidsoNotebook?.version !== 1 && Date.now() < until) await wait(50);
    this.el.inert = false;
    if (this.gone) return;
    const bridge = globalThis.whosaidsoNotebook;
    const notebook = bridge?.of(this.el);
    this.outside = Boolean(bridge) && !notebook;
    if (notebook?.ours) this.link(notebook);
    else if (this.outside) this.form.said(fill(this.words.not_saved, { why: this.words.outside }), true);
    else this.draft();
  }

  link(notebook) {
    this.answer = notebook.answer(this.cell, {
      typed: (text) => {
        this.form.taken(text, this.words.from_cell);
        this.share(text);
      },
      saved: (at) => this.form.said(fill(this.words.saved, { time: at.toTimeString().slice(0, 5) })),
    });
    const { problem } = this.answer;
    if (!problem || problem === "teacher") {
      const text = this.answer.read();
      this.form.taken(text);
      this.linking = this.model.get("text") === text ? null : text;
      this.share(text, "found", { text, serial: this.serial });
    }
    if (problem) this.form.said(fill(this.words.not_saved, { why: this.words[problem] }), true);
  }

  draft() {
    const { words } = this;
    this.form.said(words.by_hand);
    const text = this.model.get("text") || this.model.get("draft");
    if (!text) return;
    this.form.taken(text, `${words.restored} ${words.by_hand}`);
    this.share(text);
  }

  // Tell Python, and through it other tabs that show the same form. A Python that is gone hears nothing.
  share(text, name = "text", value = text) {
    this.last = text;
    this.model.set("linked", Boolean(this.answer?.linked));
    this.model.set(name, value);
    try {
      this.model.save_changes();
    } catch {
      // the answer does not depend on it; whoever waits for Python is told below
    }
  }

  async save(text) {
    await this.ready;
    if (this.outside) return { why: this.words.outside };
    if (!this.answer) return this.ask(text);
    if (this.answer.linked) this.share(text);
    else this.ask(text);
    const slow = setTimeout(() => this.form.said(this.words.saving), PATIENCE);
    const kept = await this.answer.write(text);
    clearTimeout(slow);
    if (kept.at) return kept;
    return { why: fill(this.words[kept.why], { why: kept.detail?.slice(0, 120) || this.words.no_reason }) };
  }

  // Ask Python to keep a draft. Resolves when it says so, or when it has said nothing for too long.
  ask(text) {
    this.serial += 1;
    const { serial, words } = this;
    this.last = text;
    this.model.set("text", text);
    return new Promise((resolve) => {
      this.asked.push({ serial, resolve });
      setTimeout(resolve, PATIENCE, { why: words.no_kernel });
      this.share(text, "serial", serial);
    });
  }

  answered() {
    const { serial, at, why, put } = this.model.get("kept");
    const kept = why ? { why } : { at: new Date(at), words: this.words.draft };
    this.asked = this.asked.filter((one) => one.serial > serial || one.resolve(kept));
    if (put) this.form.said(this.words.put);
  }

  // Python knows a newer text than the one in the cell: from another tab, or from a day without labextension.
  offered() {
    this.linking = null;
    const { text } = this.model.get("offer");
    if (text === this.last || !this.answer) return;
    this.form.taken(text, this.words.restored);
    this.share(text);
    this.answer.write(text);
  }

  elsewhere() {
    const text = this.model.get("text");
    if (!text || text === this.last) return;
    const receipt = text === this.linking;
    this.linking = null;
    // A Python that was busy says only now that it knows what was found. What was done here since is newer.
    if (receipt) return this.share(this.last);
    this.last = text;
    this.form.taken(text, this.answer ? this.words.elsewhere : this.words.from_cell);
    this.answer?.later(text);
  }

  async keys(event) {
    if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "s" || !this.answer) return;
    event.preventDefault();
    const { at } = await this.answer.saveNow();
    if (at) this.form.said(fill(this.words.saved, { time: at.toTimeString().slice(0, 5) }));
  }
}
