"""Read TOML files into the classes of `records`, gathering faults instead of stopping at one."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin

import attrs
import cattrs
from cattrs.errors import BaseValidationError, ForbiddenExtraKeysError, IterableValidationError

from whosaidso.faults import Fault

T = TypeVar("T")


def _strict(kind: type) -> Callable[[object, type], object]:
    def structure(value: object, _: type) -> object:
        if type(value) is not kind:
            raise TypeError(f"expected {kind.__name__}, found {value!r}")
        return value

    return structure


def _is_tuple(kind: Any) -> bool:
    return get_origin(kind) is tuple


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(forbid_extra_keys=True, detailed_validation=True)
    for kind in (str, int, bool):
        converter.register_structure_hook(kind, _strict(kind))

    def list_of(kind: Any) -> Callable[[object, type], object]:
        def structure(value: object, _: type) -> object:
            if type(value) is not list:  # a text would be read letter by letter
                raise TypeError(f"expected a list, found {value!r}")
            found, errors = [], []
            for inner in value:
                try:
                    found.append(converter.structure(inner, get_args(kind)[0]))
                except Exception as error:
                    errors.append(error)
            if errors:
                raise IterableValidationError("in a list", errors, kind)
            return tuple(found)

        return structure

    converter.register_structure_hook_factory(_is_tuple, list_of)
    return converter


_converter = _make_converter()


def _problems(error: BaseException, cls: type, where: str = "") -> Iterator[tuple[str, type]]:
    """Yield each problem with the class whose keys were expected; `where` is the key it was found at."""
    notes = " ".join(getattr(error, "__notes__", []))
    where = notes.split("attribute ")[-1] if "attribute " in notes else where
    if isinstance(error, ForbiddenExtraKeysError):
        yield f"has the unknown key {', '.join(map(repr, sorted(error.extra_fields)))}.", error.cl
    elif isinstance(error, BaseValidationError):
        inside = error.cl if isinstance(error.cl, type) and attrs.has(error.cl) else cls
        for inner in error.exceptions:
            yield from _problems(inner, inside, where)
    elif isinstance(error, KeyError):
        yield f"lacks the key {error.args[0]!r}.", cls
    else:
        yield f"{where + ': ' if where else ''}{error}.", cls


def _structure(row: dict[str, Any], table: str, cls: type[T], file: str, faults: list[Fault]) -> T | None:
    """Return the row as `cls` after adding what is wrong with it to `faults`; None if nothing can be made of it."""
    name = str(row.get("id", row.get("claim", row.get("told_by", "a row without id"))))
    try:
        return _converter.structure(row, cls)
    except Exception as error:
        for problem, owner in _problems(error, cls):
            keys = ", ".join(attribute.name for attribute in attrs.fields(owner))
            lacks = re.match(r"lacks the key '(\w+)'", problem)
            remedy = f"{owner.__name__} in [[{table}]] has: {keys}."
            faults.append(Fault(file, name, problem, remedy, key=lacks[1] if lacks else ""))
    # kept as far as it can be read, or all that refers to it would be called faulty too
    return _as_far_as_read(row, cls) if all(isinstance(row.get(key, ""), str) for key in ("id", "claim")) else None


_EMPTY: dict[object, object] = {str: "", bool: False, int: 0, dict[str, str]: {}}


def _as_far_as_read(row: dict[str, Any], cls: type[T]) -> T | None:
    """Return the row as `cls`, with nothing in place of what is missing or of another type; None for a row without id."""
    fields = attrs.fields(attrs.resolve_types(cls))  # type: ignore[type-var, arg-type]
    if any(field.name == "id" and not row.get("id") for field in fields):
        return None
    kept: dict[str, object] = {}
    for field in fields:
        value = row.get(field.name)
        if value is not None:
            try:
                kept[field.name] = _read_part(value, field.type)
                continue
            except Exception:
                pass
        if field.default is attrs.NOTHING:
            kept[field.name] = _EMPTY.get(field.type, ())
    return cls(**kept)


def _read_part(value: Any, kind: Any) -> object:
    """Return one value of a row; of a list of tables, each as far as it can be read."""
    inner = get_args(kind)[0] if _is_tuple(kind) else kind
    if isinstance(inner, type) and attrs.has(inner):
        found = [_as_far_as_read(row, inner) for row in value] if _is_tuple(kind) else _as_far_as_read(value, inner)
        return tuple(row for row in found if row is not None) if isinstance(found, list) else found
    return _converter.structure(value, kind)


_MEND = (
    "Mend that line: a text stands between two straight quotation marks, on one line; a straight one inside it is written "
    'with a backslash, \\".'
)


def read_toml(path: Path, file: str, faults: list[Fault]) -> dict[str, Any]:
    """Return the file's tables, or {} after adding a fault."""
    try:
        return tomllib.loads(
            path.read_text(encoding="utf-8-sig")
        )  # some editors begin a file with a mark of its encoding
    except FileNotFoundError:
        faults.append(Fault(file, "", "is missing.", f"Put it back at {path.parent.name}/{path.name}."))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        faults.append(Fault(file, "", f"is not TOML: {error}.", _MEND))
    return {}


def refuse_unknown(tables: dict[str, Any], known: Collection[str], file: str, faults: list[Fault]) -> None:
    """Add a fault for each name at the top of a file that nobody would read."""
    for name in tables:
        if name not in known:
            faults.append(Fault(file, name, "is no table of this file.", f"It holds: {', '.join(known)}."))


def rows(tables: dict[str, Any], key: str, cls: type[T], file: str, faults: list[Fault]) -> list[T]:
    """Return the rows of one [[table]], leaving out those of which nothing can be made."""
    held = tables.get(key, [])
    if not isinstance(held, list) or not all(isinstance(row, dict) for row in held):
        faults.append(Fault(file, key, "is not a list of tables.", f"Write [[{key}]] above each row."))
        return []
    found = [_structure(row, key, cls, file, faults) for row in held]
    return [row for row in found if row is not None]


def by_id(items: list[T], file: str, faults: list[Fault], key: str = "id") -> dict[str, T]:
    """Return the items by id (or another key), adding a fault for each used twice."""
    result: dict[str, T] = {}
    for item in items:
        name: str = getattr(item, key)
        if name in result:
            faults.append(Fault(file, name, "is used twice.", "Give one of them a new id; ids are never reused."))
        result[name] = item
    return result
