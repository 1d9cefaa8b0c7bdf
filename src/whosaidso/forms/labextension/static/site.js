// In JupyterLite beside the book there is no server: the file is handed in by hand, the work lies in this browser,
// and every exercise stands on a page of the book too.

const STORES = "JupyterLite Storage";

// Return where the site is and what it offers for a notebook, or null in a JupyterLab that has a server.
export function siteOf(notebook) {
  let config = {};
  try {
    config = JSON.parse(document.getElementById("jupyter-config-data")?.textContent || "{}");
  } catch {
    // a page that cannot say so is none of ours
  }
  if (!config.whosaidsoSite) return null;
  const root = new URL(config.whosaidsoSite, new URL(config.baseUrl ?? "./", location.href));
  const { assignment = "", practice } = notebook.context.model.getMetadata("whosaidso") ?? {};
  return {
    practice: Boolean(practice),
    page: new URL(practice ? `book/${practice}.html` : `hand-in/${assignment}.html`, root).href,
    chapter: (path) => new URL(`book/${path.replace(/\.md(?=#|$)/, ".html")}`, root).href,
  };
}

// Links to the book's sources, as the notebooks have them, lead to its pages.
export function leadToPages(node, site) {
  node.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest?.("a[href]");
      const path = link && /(?:^|\/)book\/([\w/-]+\.md(?:#.*)?)$/.exec(decodeURI(link.href))?.[1];
      if (!path) return;
      event.preventDefault();
      event.stopPropagation();
      open(site.chapter(path), "_blank", "noopener");
    },
    true,
  );
}

// Give the reader the notebook as a file.
export function download(notebook) {
  const text = `${JSON.stringify(notebook.context.model.toJSON(), null, 1)}\n`;
  const address = URL.createObjectURL(new Blob([text], { type: "application/x-ipynb+json" }));
  const link = document.createElement("a");
  Object.assign(link, { href: address, download: `${notebook.assignment}.ipynb` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

// Remove every notebook that was changed in this browser, and begin again with those of the site.
export async function forget() {
  const named = (await indexedDB.databases?.()) ?? [];
  await Promise.all(named.filter(({ name }) => name?.startsWith(STORES)).map(({ name }) => empty(name)));
  for (const key of Object.keys(localStorage)) if (key.startsWith(STORES)) localStorage.removeItem(key);
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
  location.reload();
}

function empty(name) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(name);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const stores = [...opening.result.objectStoreNames];
      if (!stores.length) return resolve();
      const change = opening.result.transaction(stores, "readwrite");
      for (const store of stores) change.objectStore(store).clear();
      change.oncomplete = () => {
        opening.result.close();
        resolve();
      };
      change.onerror = () => reject(change.error);
    };
  });
}
