"""How hard our prose in a chapter is to read: Flesch-Kincaid grade, by textstat.

What counts is what we wrote as sentences: not headings, data, code, addresses or quotations (they are not ours
to make easier). Names that the book explains (glossary, people, outlets) are left out, as words that a reader
looks up once: each counts as one short word.
"""

from __future__ import annotations

import re
import warnings
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HARDEST = 9.5
_OURS = ("{admonition}", "{dropdown}", "{note}", "{warning}", "{tip}", "{important}")
"""Directives in which our prose goes on; what any other holds is skipped."""
_TERM = re.compile(r"^(?!:)(\S[^\n]*)\n(?=: )", re.M)


@cache
def names() -> re.Pattern[str]:
    """Return a pattern for the names that the book explains."""
    found: set[str] = set()
    for page in ("glossary", "people", "outlets"):
        for term in _TERM.findall((ROOT / "book" / f"{page}.md").read_text("utf-8")):
            plain = re.sub(r"<[^>]*>[^<]*</[^>]*>|\{\w+\}`[^`]*`|\([^)]*\)|[*_`]", "", term)
            found |= {part.strip() for part in plain.split(",") if re.match(r"(al-)?[A-Z]", part.strip())}
            found |= {word for word in re.findall(r"[A-Z][\w-]+", plain) if len(word) > 2}
    return re.compile("|".join(rf"\b{re.escape(name)}\b" for name in sorted(found - {""}, key=len, reverse=True)))


def prose(text: str) -> list[str]:
    """Return the paragraphs of our prose in a page's Markdown, without markup."""
    text = re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.S)
    out: list[str] = []
    skipped = ""
    for line in text.splitlines():
        fence = re.match(r"\s*(`{3,}|:{3,})\s*(\{[\w-]+\})?", line)
        if skipped:
            skipped = "" if line.strip() == skipped else skipped
        elif fence:
            if fence[2] not in _OURS and line.strip(" `:"):
                skipped = fence[1]
            out.append("")
        elif line.startswith("|"):
            out += [_sentence(c) for c in map(_plain, line.strip("|").split("|")) if len(c.split()) > 5]
        elif not re.match(r":[\w-]+:|#+ |\s*<!--", line):
            bullet = re.match(r"\s*(?:[*-]|\d+\.)\s+(.*)", line)
            out.append(("\n" if bullet else "") + _plain(bullet[1] if bullet else line))
    paragraphs = (" ".join(part.split()) for part in re.split(r"\n\s*\n", "\n".join(out)))
    return [_sentence(part) for part in paragraphs if part]


def _plain(line: str) -> str:
    line = re.sub(r"\s*\(\{rec\}`[^`<]*`[^)]*\)", "", line)
    line = re.sub(r"\{\w+\}`([^`<]*?)\s*<[^`]*>`", r"\1", line)
    line = re.sub(r"\{[\w-]+\}`[^`]*`", "it", line)
    line = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"<[^>]+>[^<]*</[^>]+>", "", line)
    return re.sub(r"[;:]$", ".", re.sub(r"[*_`]", "", line).strip())


def _sentence(text: str) -> str:
    text = text.strip()
    return text if text.endswith((".", "?", "!")) else f"{text}."


def grade(page: Path) -> float:
    """Return the grade of our prose in a page: about the school year that reads it with ease."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pkg_resources says that it will go
        import textstat
    text = names().sub("Name", "\n".join(prose(page.read_text("utf-8"))))
    return float(textstat.flesch_kincaid_grade(text))
