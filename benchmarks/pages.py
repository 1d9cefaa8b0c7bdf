"""How long the book takes to build, how heavy each page is, how soon it is ready, how hard it is to read.

    python -m benchmarks.pages [FOLDER]       a built book; without it, the book is built cold, and timed

Prints for each page what it loads in kB, and the median of three cold visits in Chromium from a server on this
machine: milliseconds until everything is loaded; for each chapter also the Flesch-Kincaid grade of our prose.
Ends with 1 if the build warns or takes over 60 seconds, a page loads over 1.5 MB, the median page is ready
after 2 seconds or later, or a chapter reads above grade 9.5.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.book import reading
from tests.book.test_chapters import TWELVE

ROOT = Path(__file__).resolve().parents[1]
VISITS = 3
LONGEST_BUILD, HEAVIEST, SLOWEST = 60, 1_500_000, 2000
LOADED = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const all = [page, ...performance.getEntriesByType("resource")];
  return page.loadEventEnd && [page.loadEventEnd, all.reduce((sum, one) => sum + one.encodedBodySize, 0)];
}"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder and says nothing."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def build(out: Path) -> tuple[Path, float, list[str]]:
    """Build the book from nothing and return its folder, the seconds and the warnings."""
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT)]
    start = time.perf_counter()
    done = subprocess.run(
        [*command, "--path-output", str(out), "-n"], capture_output=True, text=True, check=False, cwd=ROOT
    )
    seconds = time.perf_counter() - start
    said = [line for line in (done.stdout + done.stderr).splitlines() if "WARNING" in line or "ERROR" in line]
    if done.returncode and not said:
        said = [done.stderr.strip()[-500:]]
    return out / "_build" / "html", seconds, said


def visit(browser: Browser, url: str) -> tuple[float, int]:
    """Visit a page with nothing kept from before; return when it was loaded, in ms, and the bytes of it all."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url, wait_until="load")
    ready, size = page.wait_for_function(LOADED).json_value()
    context.close()
    return ready, size


def main(words: list[str]) -> int:
    """Measure, print, and return 1 if a limit is passed."""
    faults: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        if words:
            folder = Path(words[0])
        else:
            folder, seconds, said = build(Path(scratch))
            print(f"built cold in {seconds:.0f} s, {len(said)} warnings (a share of {os.cpu_count()} processors)")
            faults += said
            if seconds > LONGEST_BUILD:
                faults.append(f"the build took {seconds:.0f} s, more than {LONGEST_BUILD}")
        pages = sorted(p for p in folder.rglob("*.html") if "_static" not in p.parts and p.parent != folder)
        server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
        threading.Thread(target=server.serve_forever, daemon=True).start()
        path = os.environ.get("WHOSAIDSO_CHROMIUM") or shutil.which("chromium")
        medians = []
        print(f"{'page':58}{'kB':>6}{'ms':>7}{'grade':>7}")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(
                executable_path=path, args=["--headless", "--no-sandbox", "--disable-gpu"]
            )
            for page in pages:
                name = page.relative_to(folder).as_posix()
                seen = [visit(browser, f"http://127.0.0.1:{server.server_port}/{name}") for _ in range(VISITS)]
                ready, size = statistics.median(ms for ms, _ in seen), seen[-1][1]
                medians.append(ready)
                grade = ""
                if name.startswith("book/") and page.stem in TWELVE:
                    found = reading.grade(ROOT / "book" / f"{page.stem}.md")
                    grade = f"{found:.1f}"
                    if found > reading.HARDEST:
                        faults.append(f"{name} reads at grade {grade}")
                print(f"{name:58}{size / 1000:6.0f}{ready:7.0f}{grade:>7}", flush=True)
                if size > HEAVIEST:
                    faults.append(f"{name} loads {size / 1e6:.2f} MB")
            browser.close()
        server.shutdown()
    print(f"median page ready after {statistics.median(medians):.0f} ms, the slowest after {max(medians):.0f} ms")
    if statistics.median(medians) >= SLOWEST:
        faults.append("the median page is ready too late")
    for fault in faults:
        print(f"too much: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
