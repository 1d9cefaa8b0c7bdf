// JupyterLite asks this file for Python. What ahead.worker.mjs has begun meanwhile is handed over; else Python starts now.

import { loadPyodide as load } from "./pyodide.mjs";

const voices = { stdout: console.log, stderr: console.error };
let begun = null;

// Load Python with these packages and let it do what it will have to do, before anybody asks.
export function begin({ packages, ahead }) {
  const speak = (name) => (text) => voices[name](text);
  const indexURL = new URL("./", import.meta.url).href;
  begun = load({ indexURL, packages, stdout: speak("stdout"), stderr: speak("stderr") }).then(async (python) => {
    await python.runPythonAsync(ahead);
    return python;
  });
  begun.catch(() => {}); // said when Python is asked for
}

export async function loadPyodide(options) {
  if (!begun) return load(options);
  const { stdout, stderr } = options;
  Object.assign(voices, { stdout, stderr });
  const python = await begun;
  begun = null;
  return python;
}
