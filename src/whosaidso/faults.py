"""Faults of the data, gathered so that a reader sees all of them at once."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen


@frozen
class Fault:
    """One thing that is wrong: where, what, and what to do."""

    file: str
    id: str
    problem: str
    remedy: str
    key: str = ""
    """What it is about, so that one fault found in two ways is told once; "" is never held to be the same."""

    def __str__(self) -> str:
        where = f"{self.file}: {self.id}" if self.id else self.file
        return f"{where}: {self.problem} {self.remedy}"


def once(faults: Iterable[Fault]) -> list[Fault]:
    """Return the faults in their order, each told once: those of one file, id and key are one."""
    found: dict[object, Fault] = {}
    for number, fault in enumerate(faults):
        found.setdefault((fault.file, fault.id, fault.key) if fault.key else number, fault)
    return list(found.values())


class DataError(Exception):
    """Raised with every fault found, never with the first one only."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__(f"{count} in the data:\n" + "\n".join(f"  {fault}" for fault in faults))
