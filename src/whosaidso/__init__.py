"""Who Said So? Tracing a wartime claim from headline to source.

The names a notebook uses are loaded on first use, so that `import whosaidso` stays light.
"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

__version__ = "0.1.0"

_HOMES = {
    "load_case": "whosaidso.cases",
    "check": "whosaidso.check",
    "picture": "whosaidso.pictures",
    **{
        path.parent.name: f"whosaidso.kinds.{path.parent.name}.form"
        for path in sorted(Path(__file__).parent.glob("kinds/*/form.py"))
    },
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module 'whosaidso' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    globals()[name] = value  # `whosaidso.check` must mean the function even once the module is imported
    return value
