"""Say what a class list's columns mean, whichever LMS it comes from."""

from __future__ import annotations

import re
import unicodedata

_FIELDS = {
    "name": "name|full name|fullname|student|student name|names|learner|display name",
    "first": "first name|firstname|first|given name|given names|forename",
    "last": "last name|lastname|last|surname|family name",
    "email": "email|e mail|mail|email address|e mail address|emailaddress",
    "login": "username|user name|login|login id|sis login id|netid|net id|user",
    "code": "code|sis user id|sis id|id number|idnumber|student number|student no|number|candidate number",
    "lms_id": "lms user id|lms id|canvas id|canvas user id|identifier|user id|userid",
    "section": "section|sections|group|groups|class",
    "id": "id|student id|studentid",
    "submitted": "last modified (submission)",
}
_KNOWN = {heading: key for key, headings in _FIELDS.items() for heading in headings.split("|")}
SAY_WHO = ("id", "login", "code", "lms_id", "email", "name", "first", "last")


def plain_heading(heading: str) -> str:
    """Return a column's name without case, quotes, marks and spaces that do not matter.

    >>> plain_heading('\\ufeff"SIS  Login_ID "')
    'sis login id'
    """
    heading = unicodedata.normalize("NFKC", heading).replace("\ufeff", "").replace("\u200b", "")
    return " ".join(re.sub(r"[_\-\"'\s]+", " ", heading).casefold().split())


def columns_of(cells: tuple[str, ...]) -> dict[str, int]:
    """Return where the columns are whose names are known."""
    found: dict[str, int] = {}
    for number, cell in enumerate(cells):
        key = _KNOWN.get(plain_heading(cell)) if len(cell) < 60 else None
        if key is not None:
            found.setdefault(key, number)
    return found


def layout_of(header: tuple[str, ...], columns: dict[str, int]) -> tuple[str, dict[str, int]]:
    """Return the layout by its column names, and the columns as that layout means them."""
    there = {plain_heading(cell): number for number, cell in reversed(list(enumerate(header)))}
    named = "student" in there or {"lastname", "firstname"} <= set(there)  # a course may have its names in two columns
    if named and "id" in there and ("section" in there or any(name.startswith("sis ") for name in there)):
        return "canvas", _meaning(columns, lms_id=there["id"])
    if "identifier" in there and ("full name" in there or "status" in there or "grade" in there):
        return "moodle", _meaning(columns)
    total = any("[total pts" in name for name in there)
    if {"first name", "last name", "username"} <= set(there) and (
        total or "availability" in there or "last access" in there or "student id" in there
    ):
        return "blackboard", _meaning(columns, code=there.get("student id"))
    named = "first name" in there and ("last name" in there or "surname" in there)
    if named and "id" not in there and ("email address" in there or "id number" in there):
        return "moodle", _meaning(columns)
    return "plain", columns


def _meaning(columns: dict[str, int], **more: int | None) -> dict[str, int]:
    kept = {key: number for key, number in columns.items() if key != "id"}
    return {**kept, **{key: number for key, number in more.items() if number is not None}}
