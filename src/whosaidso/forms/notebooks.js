// The notebooks that JupyterLite keeps in this browser, beside the book: counted, taken away, put back.

const STORES = "JupyterLite Storage";

const done = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

async function opened() {
  let named = [];
  try {
    named = (await indexedDB.databases()).filter(({ name }) => name?.startsWith(STORES));
  } catch {
    // a browser that keeps nothing, or does not tell
  }
  return Promise.all(named.map(({ name }) => done(indexedDB.open(name))));
}

// Return how many notebooks were changed here.
export async function countNotebooks() {
  let count = 0;
  for (const held of await opened()) {
    if (held.objectStoreNames.contains("files")) {
      const names = await done(held.transaction("files").objectStore("files").getAllKeys());
      count += names.filter((name) => String(name).endsWith(".ipynb")).length;
    }
    held.close();
  }
  return count;
}

// Remove all that JupyterLite keeps, and return a function that puts it back and returns this one.
export async function takeNotebooks() {
  const taken = [];
  for (const held of await opened()) {
    const stores = [...held.objectStoreNames];
    if (stores.length) {
      const change = held.transaction(stores, "readwrite");
      for (const name of stores) {
        const store = change.objectStore(name);
        const [keys, values] = await Promise.all([done(store.getAllKeys()), done(store.getAll())]);
        taken.push({ base: held.name, name, rows: keys.map((key, at) => [key, values[at]]) });
        store.clear();
      }
      await ended(change);
    }
    held.close();
  }
  return async () => {
    for (const { base, name, rows } of taken) {
      const held = await done(indexedDB.open(base));
      const change = held.transaction([name], "readwrite");
      for (const [key, value] of rows) change.objectStore(name).put(value, key);
      await ended(change);
      held.close();
    }
    return takeNotebooks;
  };
}

function ended(change) {
  return new Promise((resolve, reject) => {
    change.oncomplete = resolve;
    change.onerror = () => reject(change.error);
    change.onabort = () => reject(change.error);
  });
}
