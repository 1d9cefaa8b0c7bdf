"""How soon a hand-in page can be worked on, from a server on this machine, beside the book's own first page.

    python benchmarks/hand_in.py [FOLDER]       a built book; without it, _build/html

Prints for each assignment the median of five cold visits: milliseconds from the start of the visit until the
first control of the first form is drawn and answers a click, the same as a share of what the book's index page
takes to be drawn and loaded, and the size of the page as it is and compressed. Ends with 1 if a page is not
ready within half a second.
"""

from __future__ import annotations

import gzip
import os
import shutil
import statistics
import sys
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

VISITS = 5
MOST = 500
FORM = ".wss-form :is(input, select, .wss-body button):not(:disabled)"
HEADING = "article h1"
# The moment is taken in the page, at the first frame in which the thing waited for is drawn.
WATCH = """(() => {
  const look = () => {
    const found = [...document.querySelectorAll(SELECTOR)].some((one) => one.getClientRects().length);
    if (found && READY) {
      window.readyAfter = performance.now();
      window.readyAt?.(window.readyAfter);
    }
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
})()"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


def ready(browser: Browser, address: str, selector: str, condition: str) -> float:
    """Return the milliseconds a fresh visitor waits."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    context.add_init_script(WATCH.replace("SELECTOR", repr(selector)).replace("READY", condition))
    tab = context.new_page()
    tab.goto(address)
    waited = tab.evaluate(
        "new Promise(done => { window.readyAt = done; if (window.readyAfter) done(window.readyAfter); })"
    )
    if selector == FORM:
        tab.locator(selector).locator("visible=true").first.click(timeout=2000)
    context.close()
    return float(waited)


def main() -> int:
    """Measure and print."""
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "_build/html")
    pages = sorted(path for path in (site / "hand-in").glob("*.html") if path.name != "index.html")
    if not pages:
        sys.exit(f"There are no hand-in pages under {site}: build the book first (make book), or name its folder.")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    worst = 0.0
    with sync_playwright() as playwright:
        chromium = os.environ.get("WHOSAIDSO_CHROMIUM") or shutil.which("chromium")
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--headless", "--no-sandbox", "--disable-gpu"]
        )
        ready(browser, f"{address}/book/index.html", HEADING, "true")  # the browser's own first start is not counted
        loaded = "document.readyState === 'complete'"
        index = statistics.median(ready(browser, f"{address}/book/index.html", HEADING, loaded) for _ in range(VISITS))
        print(f"book/index.html  {index:5.0f} ms")
        for path in pages:
            waits = [ready(browser, f"{address}/hand-in/{path.name}", FORM, "true") for _ in range(VISITS)]
            median = statistics.median(waits)
            worst = max(worst, median)
            data = path.read_bytes()
            size = f"{len(data) / 1000:.0f} kB, {len(gzip.compress(data)) / 1000:.0f} kB compressed"
            spread = f"{min(waits):.0f} to {max(waits):.0f}"
            print(f"{path.name}  {median:5.0f} ms ({spread}), {median / index:.2f} of the index page; {size}")
        browser.close()
    server.shutdown()
    return int(worst > MOST)


if __name__ == "__main__":
    sys.exit(main())
