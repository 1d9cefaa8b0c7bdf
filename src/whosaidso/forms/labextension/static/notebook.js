// One open notebook: its answer cells by grade_id, and the way of a change to the disk.
// Nothing is done to cells that no form asks for.

const PAUSE = 700; // a student who types in a cell is left in peace that long, in milliseconds
const SOON = 500;
const LATEST = 2000;
const PATIENCE = 30_000; // after a failure JupyterLab shows a dialog each time; it need not come at every change

export const TEACHERS_MARK = "### BEGIN SOLUTION";

export class Notebook {
  constructor(panel) {
    this.panel = panel;
    this.context = panel.context;
    this.forms = new Set();
    this.listeners = new Set();
    this.waiting = [];
    this.failure = null;
    this.elsewhere = false;
    const hide = () => {
      if (document.visibilityState === "hidden" && this.waiting.length) this.flush();
    };
    document.addEventListener("visibilitychange", hide);
    panel.disposed.connect(() => document.removeEventListener("visibilitychange", hide));
    this.context.saveState.connect((_, state) => this.saveState(state));
    this.context.model.contentChanged.connect(() => {
      for (const form of this.forms) form.look();
      this.keepWords();
      this.tell();
    });
    this.context.ready.then(() => {
      this.words = this.ownWords();
    });
  }

  // Is it a student's notebook, or a teacher's source? Hand-ins on a teacher's machine are left alone: nothing in them
  // is to be run or written.
  get ours() {
    const handedIn = /(^|[/:])(submitted|autograded)\//.test(this.context.path);
    return Boolean(this.context.model.getMetadata("whosaidso")) && !handedIn;
  }

  get assignment() {
    return this.context.model.getMetadata("whosaidso")?.assignment ?? "";
  }

  get readOnly() {
    return this.context.model.readOnly || this.context.contentsModel?.writable === false;
  }

  // Return the cells with nbgrader metadata that a test accepts.
  marked(accepts) {
    return [...this.context.model.cells].filter((cell) => {
      const nbgrader = cell.getMetadata("nbgrader");
      return Boolean(nbgrader?.grade_id) && accepts(nbgrader, cell);
    });
  }

  cells(gradeId) {
    return this.marked((nbgrader) => nbgrader.grade_id === gradeId);
  }

  // What a student typed, in whichever cell of theirs, is saved as what is done in the forms is.
  keepWords() {
    const now = this.words === undefined || !this.ours ? this.words : this.ownWords();
    if (now === this.words) return;
    this.words = now;
    if (!now.includes(TEACHERS_MARK)) this.save();
  }

  ownWords() {
    return this.marked(({ solution }) => solution).map((cell) => cell.sharedModel.getSource()).join("\0");
  }

  // Return the way to one answer cell. `typed(text)` is told what somebody else wrote into it.
  answer(gradeId, { typed, saved }) {
    const answer = new Answer(this, gradeId, { typed, saved });
    this.forms.add(answer);
    this.tell();
    return answer;
  }

  watch(listener) {
    this.listeners.add(listener);
  }

  tell() {
    for (const listener of this.listeners) listener();
  }

  // Save soon, together with what else changes until then. Resolves to { at } or { why, detail }.
  save() {
    if (this.failure && Date.now() - this.failure.time < PATIENCE) return Promise.resolve(this.failure);
    clearTimeout(this.timer);
    this.first ??= Date.now();
    this.timer = setTimeout(() => this.flush(), Math.max(0, Math.min(SOON, this.first + LATEST - Date.now())));
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  saveNow() {
    this.failure = null;
    const saved = this.save();
    this.flush();
    return saved;
  }

  async flush() {
    clearTimeout(this.timer);
    // Two saves at a time would look to JupyterLab as if another program had changed the file.
    if (this.saving || (this.elsewhere && Date.now() - this.elsewhere < 5000)) {
      this.timer = setTimeout(() => this.flush(), 100);
      return;
    }
    const waiting = this.waiting.splice(0);
    this.first = null;
    this.saving = true;
    const result = await this.reach();
    this.saving = false;
    this.failure = result.why ? { ...result, time: Date.now() } : null;
    waiting.forEach((resolve) => resolve(result));
    this.tell();
  }

  async reach() {
    if (this.readOnly) return { why: "read_only" };
    if (this.context.model.collaborative) return { at: new Date() }; // the server keeps it
    let failed = false;
    const hear = (_, state) => {
      failed ||= state === "failed";
    };
    this.context.saveState.connect(hear);
    try {
      await this.context.save();
      return failed ? { why: "disk", detail: "" } : { at: new Date() };
    } catch (problem) {
      if (/^Modal/.test(problem?.name)) return { why: "changed" };
      if (problem?.response?.status === 403) return { why: "read_only" };
      const detail = String(problem?.message ?? "");
      return { why: /No space left|Errno 28|quota/i.test(detail) ? "full" : "disk", detail };
    } finally {
      this.context.saveState.disconnect(hear);
    }
  }

  // Somebody saves, we or JupyterLab.
  saveState(state) {
    if (state === "started") {
      if (!this.saving) this.elsewhere = Date.now();
      for (const form of this.forms) form.settle();
      return;
    }
    this.elsewhere = 0;
    if (state !== "completed") return;
    this.savedAt = new Date();
    if (this.failure) for (const form of this.forms) form.ears.saved(this.savedAt);
    this.failure = null;
    this.tell();
  }
}

class Answer {
  constructor(notebook, gradeId, ears) {
    this.notebook = notebook;
    this.gradeId = gradeId;
    this.ears = ears;
    this.born = Date.now();
    this.known = null; // the cell's text as the form knows it
    this.pending = null;
  }

  get cell() {
    return this.notebook.cells(this.gradeId)[0];
  }

  get problem() {
    const { length } = this.notebook.cells(this.gradeId);
    if (length !== 1) return length ? "two_cells" : "no_cell";
    return this.cell.sharedModel.getSource().includes(TEACHERS_MARK) ? "teacher" : "";
  }

  // Does the notebook hold the answer? Otherwise Python is asked to keep a draft.
  get linked() {
    return ["", "teacher"].includes(this.problem);
  }

  read() {
    this.known = this.cell.sharedModel.getSource();
    return this.known;
  }

  async write(text) {
    if (this.problem) return { why: this.problem };
    if (this.cell.sharedModel.getSource() !== this.known) {
      this.hear();
      return { why: "typing" };
    }
    this.put(text);
    const saved = await this.notebook.save();
    // JupyterLab may have asked about a changed file, and the student may have chosen the one on the disk.
    if (this.problem || this.cell.sharedModel.getSource() === this.known) return saved;
    this.hear();
    return { why: "typing" };
  }

  put(text) {
    this.pending = null;
    this.known = text;
    const { sharedModel } = this.cell;
    if (sharedModel.getSource() !== text) sharedModel.setSource(text);
  }

  // What another tab wrote goes into this tab's cell with the next save from here. At once would make this notebook
  // a changed one, and JupyterLab would ask about the file although nobody did anything here.
  later(text) {
    this.pending = text;
  }

  settle() {
    if (this.pending !== null && !this.problem && this.cell.sharedModel.getSource() === this.known) this.put(this.pending);
  }

  look() {
    clearTimeout(this.timer);
    if (!this.problem && this.cell.sharedModel.getSource() !== this.known) this.timer = setTimeout(() => this.hear(), PAUSE);
  }

  hear() {
    clearTimeout(this.timer);
    if (this.problem) return;
    const text = this.cell.sharedModel.getSource();
    if (text === this.known) return;
    this.pending = null;
    this.known = text;
    this.ears.typed(text);
  }

  saveNow() {
    return this.notebook.saveNow();
  }

  leave() {
    clearTimeout(this.timer);
    this.notebook.forms.delete(this);
    this.notebook.tell();
  }
}
