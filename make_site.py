"""What `make site` runs in the environment: JupyterLite beside a built book, as one folder for any static host.

    python make_site.py BOOK [SITE]      BOOK: the folder of built pages; SITE: _build/site unless named

The site holds the book's pages, the hand-in pages among them, and under `lite/` JupyterLite with the practice
notebooks and the assignments. Every link in it is relative, and it asks nothing of any other host.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from lite import pages, practice, python

ROOT = Path(__file__).resolve().parent
CACHE = ROOT / "_build" / "lite"
EXTENSIONS = ("@jupyter-widgets/jupyterlab-manager", "@jupyterlite/pyodide-kernel-extension", "anywidget", "whosaidso")
"""What JupyterLite takes along of the extensions that stand in this environment."""


def extensions() -> list[Path]:
    """Return the folders of the extensions."""
    found = [Path(sys.prefix) / "share" / "jupyter" / "labextensions" / name for name in EXTENSIONS]
    if missing := [path.name for path in found if not path.exists()]:
        raise python.NotFetched(
            f"JupyterLite needs the extension {missing[0]} in this environment, and it is not there: run 'make site', "
            "which installs it."
        )
    return found


def build_lite(out: Path) -> None:
    """Build JupyterLite into a folder, which must not be there yet."""
    with tempfile.TemporaryDirectory() as scratch:
        room = Path(scratch)
        practice.write(ROOT, room / "files")
        shutil.copy(ROOT / "lite" / "jupyter-lite.json", room)
        shutil.copy(ROOT / "lite" / "overrides.json", room)
        words = [sys.executable, "-m", "jupyterlite_core", "build", f"--lite-dir={room}", f"--output-dir={out}"]
        words += ["--apps=notebooks", "--no-sourcemaps", "--no-unused-shared-packages", "--no-libarchive"]
        words += ["--ignore-sys-prefix", f"--contents={room / 'files'}"]
        words += [f"--LiteBuildConfig.federated_extensions={path}" for path in extensions()]
        done = subprocess.run(words, cwd=room, capture_output=True, text=True, env={**os.environ, "JUPYTER_PATH": ""})
        if done.returncode:
            said = (done.stderr or done.stdout).strip().splitlines() or ["it gave no reason"]
            raise python.NotFetched(f"JupyterLite should have been built and was not ({said[-1][:300]}).")
    for name in ("favicon-notebook.ico", "favicon-busy-1.ico"):  # Notebook 7 asks for them, JupyterLite has none
        (out / "static" / "favicons").mkdir(parents=True, exist_ok=True)
        shutil.copy(out / "icon-120x120.png", out / "static" / "favicons" / name)
    bundled = Path(sys.prefix) / "share/jupyter/labextensions/@jupyterlite/pyodide-kernel-extension/static/pypi"
    python.put(ROOT, CACHE, bundled, out / "static" / "pyodide")
    python.start_ahead(out)


def main(book: Path, site: Path) -> None:
    """Put book and JupyterLite together; what stood there before goes only when all is ready."""
    fresh = site.with_name(f".writing-{site.name}")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(book, fresh)
    build_lite(fresh / "lite")
    pages.wait(fresh / "lite")
    pages.link(ROOT, fresh)
    (fresh / ".nojekyll").touch()  # GitHub Pages leaves out folders that begin with "_" otherwise
    shutil.rmtree(site, ignore_errors=True)
    fresh.rename(site)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]).resolve(), Path(*sys.argv[2:3] or [ROOT / "_build" / "site"]).resolve())
    except python.NotFetched as error:
        sys.exit(f"error: {error}")
