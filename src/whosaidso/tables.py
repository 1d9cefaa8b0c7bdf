"""Read TOML files into the classes of `records`, gathering faults instead of stopping at one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, TypeVar

import attrs
import cattrs
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError

from whosaidso.faults import Fault

T = TypeVar("T")

_converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)


def _strict(kind: type) -> Any:
    def structure(value: object, _: type) -> object:
        if kind is float and type(value) is int:
            return float(value)
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, found {value!r}")
        return value

    return structure


for _kind in (str, int, float, bool):
    _converter.register_structure_hook(_kind, _strict(_kind))


def _problems(error: BaseException) -> list[str]:
    if isinstance(error, ForbiddenExtraKeysError):
        return [f"has the unknown key {', '.join(map(repr, sorted(error.extra_fields)))}."]
    if isinstance(error, BaseValidationError):
        return [text for inner in error.exceptions for text in _problems(inner)]
    notes = " ".join(getattr(error, "__notes__", []))
    if isinstance(error, KeyError):
        return [f"lacks the key {error.args[0]!r}."]
    where = notes.split("attribute ")[-1] if "attribute " in notes else ""
    return [f"{where + ': ' if where else ''}{error}."]


def structure(row: dict[str, Any], cls: type[T], file: str, faults: list[Fault]) -> T | None:
    """Return the row as `cls`, or None after adding what is wrong with it to `faults`."""
    name = str(row.get("id", row.get("claim", row.get("told_by", "a row without id"))))
    try:
        return _converter.structure(row, cls)
    except Exception as error:
        keys = ", ".join(attribute.name for attribute in attrs.fields(cls))  # type: ignore[arg-type]
        for problem in _problems(error):
            faults.append(Fault(file, name, problem, f"A [[{cls.__name__.lower()}]] has: {keys}."))
        return None


def read_toml(path: Path, faults: list[Fault]) -> dict[str, Any]:
    """Return the file's tables, or {} after adding a fault."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        faults.append(Fault(path.name, "", "is missing.", f"Put it back at {path.parent.name}/{path.name}."))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(path.name, "", f"is not TOML: {error}.", "Mend that line."))
    return {}


def rows(tables: dict[str, Any], key: str, cls: type[T], file: str, faults: list[Fault]) -> list[T]:
    """Return the rows of one [[table]], leaving out the faulty ones."""
    found = [structure(row, cls, file, faults) for row in tables.get(key, [])]
    return [row for row in found if row is not None]


def by_id(items: list[T], file: str, faults: list[Fault]) -> dict[str, T]:
    """Return the items by id, adding a fault for each id used twice."""
    result: dict[str, T] = {}
    for item in items:
        name: str = item.id  # type: ignore[attr-defined]
        if name in result:
            faults.append(Fault(file, name, "is used twice.", "Give one of them a new id; ids are never reused."))
        result[name] = item
    return result
