// In JupyterLite beside the book there is no server: the file is handed in by hand, the work lies in this browser,
// and every exercise stands on a page of the book too.

const { Practice, forgetAll } = await import(`./storage.js${new URL(import.meta.url).search}`);
const { takeNotebooks } = await import(`./notebooks.js${new URL(import.meta.url).search}`);

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

// Practice is one and the same here and on the chapter's page: what was done last stands in both.
export function shareWithPages(notebook) {
  const answers = notebook.marked(({ solution }) => solution).map((cell) => cell.getMetadata("nbgrader").grade_id);
  const source = (id) => notebook.cells(id)[0]?.sharedModel;
  const shared = answers.map((id) => ({ id, stored: new Practice(id.replace(/-answer$/, ""), {}), known: source(id).getSource() }));
  const take = (one, text) => {
    one.known = text;
    source(one.id)?.setSource(text);
  };
  for (const one of shared) {
    const text = one.stored.read();
    if (text !== null && text !== one.known) take(one, text);
    notebook.panel.disposed.connect(one.stored.watch((other) => take(one, other)));
  }
  notebook.context.model.contentChanged.connect(() => {
    for (const one of shared) {
      const now = source(one.id)?.getSource() ?? one.known;
      if (now === one.known) continue;
      one.known = now;
      one.stored.write(now);
    }
  });
}

// Remove all work from this browser, and begin again with the notebooks of the site.
export async function forget() {
  await takeNotebooks();
  forgetAll();
  addEventListener("beforeunload", (event) => event.stopImmediatePropagation(), true);
  location.reload();
}
