"""A Jupyter server that knows no configuration but its own, for tests that need one."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from make import SHARED_SCRIPTS

FORMS = Path(__file__).parents[2] / "src" / "whosaidso" / "forms"


@contextmanager
def jupyter_server(folder: Path, home: Path, **env: str) -> Iterator[str]:
    """Serve a folder with JupyterLab and Notebook 7, with this checkout's labextension, and give its address."""
    share = home / "share"
    shutil.copytree(FORMS / "labextension", share / "labextensions" / "whosaidso")
    for name in SHARED_SCRIPTS:
        shutil.copy(FORMS / name, share / "labextensions" / "whosaidso" / "static")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    own = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
    words = ["--no-browser", "--allow-root", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    words += ["--IdentityProvider.token=", "--ServerApp.disable_check_xsrf=True"]
    words += ["--LabApp.expose_app_in_browser=True", "--JupyterNotebookApp.expose_app_in_browser=True"]
    log = home / "server.log"
    with log.open("w+", encoding="utf-8") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *words],
            cwd=folder, env={**os.environ, "HOME": str(home), "JUPYTER_PATH": str(share), **own, **env}, stdout=out, stderr=out,
        )  # fmt: skip
        try:
            _wait_for(f"{address}/api/status", server, log)
            yield address
        finally:
            server.terminate()
            try:
                server.wait(20)
            except subprocess.TimeoutExpired:
                server.kill()
                server.wait()


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if server.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=5):
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"the server did not answer:\n{log.read_text(encoding='utf-8')[-3000:]}", pytrace=False)
