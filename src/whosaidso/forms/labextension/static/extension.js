// The plugin: it knows the open notebooks, gives the forms in them a way to their answer cells, and shows the banner.

const { Notebook } = await import(`./notebook.js${new URL(import.meta.url).search}`);
const { Banner } = await import(`./banner.js${new URL(import.meta.url).search}`);

export function plugin(lab, words) {
  return {
    id: "whosaidso:forms",
    description: "Lets the exercise forms of Who Said So? write into their own notebook.",
    autoStart: true,
    requires: [lab.INotebookTracker],
    activate(app, tracker) {
      const open = new Map();
      const enter = (panel) => {
        const notebook = new Notebook(panel);
        open.set(panel, notebook);
        panel.disposed.connect(() => open.delete(panel));
        panel.context.ready.then(() => {
          if (notebook.ours && !panel.isDisposed) new Banner(lab, notebook, words);
        });
      };
      tracker.forEach(enter);
      tracker.widgetAdded.connect((_, panel) => enter(panel));
      // What forms/notebook.js asks for. The notebook that holds an element is its own, however many are open.
      globalThis.whosaidsoNotebook = {
        version: 1,
        of: (element) => [...open].find(([panel]) => panel.node.contains(element))?.[1] ?? null,
      };
    },
  };
}
