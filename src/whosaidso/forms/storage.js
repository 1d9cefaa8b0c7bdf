// Keepers for pages without a notebook: this browser's own storage, one entry for each answer.

const PREFIX = "whosaidso:1:";

// Keep one text under a name. `changed(text)` is told whenever it was written, here or in another tab.
export class Stored {
  constructor(name, words) {
    this.name = PREFIX + name;
    this.words = words;
    this.memory = null;
  }

  read() {
    try {
      return localStorage.getItem(this.name) ?? this.memory;
    } catch {
      return this.memory;
    }
  }

  write(text) {
    this.memory = text;
    try {
      localStorage.setItem(this.name, text);
      return { at: new Date(), words: this.words.saved_here };
    } catch (problem) {
      const full = /quota/i.test(problem?.name ?? "");
      return { why: full ? this.words.storage_full : this.words.no_storage };
    }
  }

  forget() {
    this.memory = null;
    try {
      localStorage.removeItem(this.name);
    } catch {
      // what cannot be kept need not be removed
    }
  }

  watch(changed) {
    const hear = (event) => {
      if (event.key === this.name && event.newValue !== null) changed(event.newValue);
    };
    addEventListener("storage", hear);
    return () => removeEventListener("storage", hear);
  }
}

// The face that a form knows: see `keeper` in shared.js.
export function storageKeeper(stored, { changed = () => {} } = {}) {
  return {
    start({ taken, said }) {
      const text = stored.read();
      if (text !== null) taken(text);
      return stored.watch((other) => {
        taken(other, stored.words.elsewhere);
        changed(other);
      });
    },
    async save(text) {
      const kept = stored.write(text);
      changed(text);
      return kept;
    },
  };
}

// What a form asks of the model that anywidget would bring.
export function pageModel(spec, keeper) {
  const values = { spec };
  return {
    keeper,
    get: (name) => values[name],
    set: (name, value) => { values[name] = value; },
    save_changes() {},
    on() {},
    off() {},
  };
}
