// This browser's own storage, one entry for each answer: keepers for pages without a notebook.

export const PREFIX = "whosaidso:1:";

export function today(days = 0) {
  const date = new Date();
  date.setDate(date.getDate() + days);
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

// Remember that something was done today; a browser that keeps nothing forgets this too.
function noteDay(task) {
  try {
    const key = `${PREFIX}days:${task}`;
    const days = (localStorage.getItem(key) ?? "").split(" ").filter(Boolean);
    if (!days.includes(today())) localStorage.setItem(key, [...days, today()].join(" "));
  } catch {
    // said where the answer itself could not be kept
  }
}

// Keep one text under a name.
export class Stored {
  constructor(name, words) {
    this.name = PREFIX + name;
    this.words = words;
    this.seen = null; // what the browser was last known to hold
  }

  read() {
    try {
      this.seen = localStorage.getItem(this.name);
    } catch {
      // a browser that keeps nothing holds nothing
    }
    return this.seen;
  }

  write(text) {
    try {
      localStorage.setItem(this.name, text);
      this.seen = text;
      return { at: new Date(), words: this.words.saved_here };
    } catch (problem) {
      const full = /quota/i.test(problem?.name ?? "");
      return { why: full ? this.words.storage_full : this.words.no_storage };
    }
  }

  forget() {
    try {
      localStorage.removeItem(this.name);
      this.seen = null;
    } catch {
      // what cannot be kept need not be removed
    }
  }

  // `changed(text)` is told what another tab wrote, and `gone()` that it removed what was there.
  watch(changed, gone = () => {}) {
    const hear = (event) => {
      if (event.key !== this.name && event.key !== null) return; // null: all was removed
      this.seen = event.newValue;
      if (this.seen === null) gone();
      else changed(this.seen);
    };
    // A page that the browser kept aside while another was read, and now shows again, has heard nothing meanwhile.
    const back = (event) => {
      const { seen } = this;
      if (!event.persisted || this.read() === seen) return;
      if (this.seen === null) gone();
      else changed(this.seen);
    };
    addEventListener("storage", hear);
    addEventListener("pageshow", back);
    return () => {
      removeEventListener("storage", hear);
      removeEventListener("pageshow", back);
    };
  }
}

// Practice, with the days on which it was done: the page My progress says when to come back.
export class Practice extends Stored {
  constructor(task, words) {
    super(`practice:${task}`, words);
    this.task = task;
  }

  write(text) {
    noteDay(this.task);
    return super.write(text);
  }
}

// Remove every entry of ours.
export function forgetAll() {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key);
}

// The face that a form knows: see `keeper` in shared.js.
export function storageKeeper(stored) {
  return {
    start({ taken }) {
      const text = stored.read();
      if (text !== null) taken(text);
      return stored.watch((other) => taken(other, stored.words.elsewhere));
    },
    save: async (text) => stored.write(text),
  };
}

// What a form asks of the model that anywidget would bring.
export function pageModel(spec, keeper) {
  return { keeper, get: (name) => ({ spec })[name] };
}
