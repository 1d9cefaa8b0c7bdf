// Compile the modules of unpacked wheels with the Python that will load them: Pyodide's, run by Node.
// node compile.mjs PYODIDE_FOLDER FOLDER: every .py below FOLDER becomes a .pyc in its place.

import { pathToFileURL } from "node:url";

const [pyodide, folder] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${pyodide}/` });
python.FS.mkdirTree("/work");
python.FS.mount(python.FS.filesystems.NODEFS, { root: folder }, "/work");
const failed = python.runPython(`
import compileall, pathlib, py_compile
unhashed = py_compile.PycInvalidationMode.UNCHECKED_HASH
for folder in pathlib.Path("/work").iterdir():
    # Ours keep their text: exercise kinds are found by the names of their files.
    ours = folder.name.startswith("whosaidso-")
    compileall.compile_dir(folder, quiet=2, legacy=not ours, stripdir=folder, invalidation_mode=unhashed)
    if not ours:
        for path in folder.rglob("*.py"):
            if path.with_suffix(".pyc").exists():
                path.unlink()
left = [path for path in pathlib.Path("/work").rglob("*.py") if not path.relative_to("/work").parts[0].startswith("whosaidso-")]
sorted(map(str, left))
`).toJs();
if (failed.length) {
  console.error(`error: these modules could not be compiled: ${failed.join(", ")}`);
  process.exit(1);
}
process.exit(0);
