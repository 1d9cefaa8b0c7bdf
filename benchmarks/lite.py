"""How soon the first form of a notebook in the browser can be used, and what it costs.

    python -m benchmarks.lite [SITE] [--runs 10]      SITE: _build/site unless named

Each run opens the site in a browser that has never seen it, and again in the same browser; beside it, in turn, a
notebook with one cell in the same JupyterLite without our packages and without starting Python ahead. Prints
medians in seconds, the ratio of the two, the sum of what was asked for as gzip would send it, the memory of the whole browser above an empty page (PSS,
Linux only) and how many requests went to other hosts. Ends with 1 if the first form takes 11 s or more cold
(median), more than 20 MB or 350 MB, or if anything was asked of another host.
"""

from __future__ import annotations

import argparse
import gzip
import json
import shutil
import statistics
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import nbformat
from playwright.sync_api import BrowserContext, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SOONEST, HEAVIEST, MOST = 11.0, 20e6, 350e6
AHEAD = 'new Plain("../static/pyodide/ahead.worker.mjs", { type: "module" })'
FORM = ".wss-form input, .wss-form button, .wss-form select"


class Quiet(SimpleHTTPRequestHandler):
    """A server that keeps no log."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def plain(site: Path, out: Path) -> None:
    """Make JupyterLite without our packages, with Python started by JupyterLite itself."""
    shutil.copytree(site / "lite", out / "lite")
    path = out / "lite" / "jupyter-lite.json"
    config = json.loads(path.read_text("utf-8"))
    settings = config["jupyter-config-data"]["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    settings["pyodideUrl"] = "./static/pyodide/pyodide.mjs"
    settings["loadPyodideOptions"]["packages"].remove("whosaidso")
    path.write_text(json.dumps(config), encoding="utf-8")
    page = out / "lite" / "notebooks" / "index.html"
    text = page.read_text("utf-8")
    assert AHEAD in text
    page.write_text(text.replace(AHEAD, "null"), encoding="utf-8")
    cell = nbformat.v4.new_code_cell("print(6 * 7)")
    files = out / "lite" / "files" / "practice"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), files / "sourcing.ipynb")


def ours(context: BrowserContext, base: str) -> float:
    """Open a practice notebook, press Start as soon as it is there, return the seconds until a form can be used."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{base}lite/notebooks/index.html?path=practice/sourcing.ipynb")
    page.get_by_role("button", name="Start", exact=True).click(timeout=60_000)
    page.wait_for_selector(FORM, timeout=60_000)
    return time.perf_counter() - began


def cell(context: BrowserContext, base: str) -> float:
    """Open a notebook with one cell, run it as soon as it is there, return the seconds until its result."""
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"{base}lite/notebooks/index.html?path=practice/sourcing.ipynb")
    page.locator(".jp-Cell .cm-content").first.click(timeout=60_000)
    page.keyboard.press("Shift+Enter")
    page.wait_for_selector(".jp-OutputArea-output:has-text('42')", timeout=60_000)
    return time.perf_counter() - began


def memory(name: str) -> float:
    """Return the PSS of all processes of a browser, in bytes, by a mark on its command line."""
    total = 0.0
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if name.encode() in (folder / "cmdline").read_bytes():
                held = (folder / "smaps_rollup").read_text()
                total += 1024 * int(held.split("\nPss:")[1].split()[0])
        except (OSError, IndexError):
            continue
    return total


def serve(folder: Path) -> tuple[ThreadingHTTPServer, str]:
    """Serve a folder to this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server, f"http://127.0.0.1:{server.server_port}/"


def main() -> int:
    """Measure, print, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("site", nargs="?", type=Path, default=ROOT / "_build" / "site")
    parser.add_argument("--runs", type=int, default=10)
    words = parser.parse_args()
    cold: list[float] = []
    again: list[float] = []
    bare: list[float] = []
    asked: set[str] = set()
    used = 0.0
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or ""
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as play:
        plain(words.site, Path(scratch) / "plain")
        (server, base), (other, plain_base) = serve(words.site), serve(Path(scratch) / "plain")
        for number in range(words.runs):
            profile = Path(scratch) / f"profile-{number}"
            context = play.chromium.launch_persistent_context(str(profile), executable_path=chromium, args=FLAGS)
            empty = memory(profile.name)
            context.on("request", lambda request: asked.add(request.url))
            cold.append(ours(context, base))
            used = max(used, memory(profile.name) - empty)
            context.pages[-1].close(run_before_unload=False)
            again.append(ours(context, base))
            context.close()
            profile = Path(scratch) / f"bare-{number}"
            context = play.chromium.launch_persistent_context(str(profile), executable_path=chromium, args=FLAGS)
            bare.append(cell(context, plain_base))
            context.close()
            print(
                f"run {number + 1}: form {cold[-1]:.1f} s, again {again[-1]:.1f} s, plain {bare[-1]:.1f} s", flush=True
            )
        server.shutdown()
        other.shutdown()
    own = {url.split("?")[0].removeprefix(base) for url in asked if url.startswith(base)}
    away = sorted(url for url in asked if not url.startswith((base, "data:", "blob:")))
    files = [words.site / path for path in own if (words.site / path).is_file()]
    sent = sum(len(gzip.compress(path.read_bytes(), 6)) for path in files)
    middle = statistics.median(cold)
    print(
        f"first form, cold: median {middle:.1f} s ({min(cold):.1f} to {max(cold):.1f}); again {statistics.median(again):.1f} s"
    )
    print(
        f"one cell of plain JupyterLite: {statistics.median(bare):.1f} s; ours is {middle / statistics.median(bare):.2f} of it"
    )
    print(
        f"{len(own)} files, {sent / 1e6:.1f} MB as gzip; at most {used / 1e6:.0f} MB of memory; other hosts: {away or 'none'}"
    )
    return int(middle >= SOONEST or sent > HEAVIEST or used > MOST or bool(away))


if __name__ == "__main__":
    sys.exit(main())
