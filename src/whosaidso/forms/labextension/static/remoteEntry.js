// What JupyterLab, Notebook 7 and JupyterLite load first: a module-federation container, filled by hand.
// Nothing is built: the files beside this one are read as they are.

(() => {
  "use strict";

  const here = document.currentScript.src;

  // The server lets browsers keep these files for days; after an update that would be the old ones.
  const file = (name) => `${new URL(name, here).href}?t=${Date.now()}`;

  let scope = {};

  // JupyterLab's own copy of a library, so that its tokens and classes are the same ones.
  async function library(name) {
    const versions = Object.values(scope[name] ?? {});
    const found = versions.find((version) => version.loaded) ?? versions[0];
    if (!found) throw new Error(`whosaidso: this JupyterLab has no ${name}`);
    return (await found.get())();
  }

  const parts = {
    async "./extension"() {
      const [{ plugin }, words, ...libraries] = await Promise.all([
        import(file("extension.js")),
        fetch(file("strings.json")).then((answer) => answer.json()),
        ...["@jupyterlab/notebook", "@jupyterlab/cells", "@jupyterlab/apputils", "@lumino/widgets"].map(library),
      ]);
      const made = plugin(Object.assign({}, ...libraries), words);
      return () => ({ __esModule: true, default: made });
    },
    async "./style"() {
      const link = document.createElement("link");
      link.rel = "stylesheet";
      link.href = file("style.css");
      document.head.append(link);
      return () => ({});
    },
  };

  (globalThis._JUPYTERLAB ??= {}).whosaidso = {
    init(shared) {
      scope = shared;
    },
    async get(name) {
      if (!(name in parts)) throw new Error(`whosaidso has no part ${name}`);
      return parts[name]();
    },
  };
})();
