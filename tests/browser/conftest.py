"""A built site, a server for it, and a browser that may talk to nobody else."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.once import made_once

ROOT = Path(__file__).parents[2]
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # nobody else can be reached, whoever asks
]


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the built book; WHOSAIDSO_SITE names one that is built already."""
    if ready := os.environ.get("WHOSAIDSO_SITE"):
        return Path(ready)
    return made_once(tmp_path_factory, "site", _build) / "_build" / "html"


def _build(out: Path) -> None:
    command = [sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", str(ROOT)]
    done = subprocess.run(
        [*command, "--path-output", str(out), "-W", "-n", "--keep-going"],
        capture_output=True, text=True, check=False, cwd=ROOT,
    )  # fmt: skip
    if done.returncode:
        warnings = [
            line for line in done.stdout.splitlines() + done.stderr.splitlines() if "WARNING" in line or "rror" in line
        ]
        pytest.fail("the book does not build:\n" + "\n".join(warnings or [done.stderr[-2000:]]), pytrace=False)


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Serve the site on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(site)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Start Chromium. A machine without one has not passed: it fails, it does not skip."""
    path = os.environ.get("WHOSAIDSO_CHROMIUM") or shutil.which("chromium")
    if not path:
        pytest.fail("No Chromium: set WHOSAIDSO_CHROMIUM to its path, or install chromium.", pytrace=False)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield started
        started.close()
