"""Check quotations against the articles, on a machine that has them. The articles are never stored.

An article is a text file named after its id. Paragraphs are found by the line numbers in `articles.toml`; where
an article has none, each line that is not empty is a paragraph, in order. Their text is compared with whitespace
collapsed and Markdown marks removed.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import tomlkit

from whosaidso.cases.checks import is_blank
from whosaidso.faults import Fault
from whosaidso.records import Article, Case, seal_of, words_in

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def plain_text(text: str) -> str:
    """Return text without Markdown links and emphasis, whitespace collapsed."""
    return " ".join(_LINK.sub(r"\1", text).replace("*", "").lstrip("# ").split())


def paragraphs_of(article: Article, folder: Path) -> dict[str, str]:
    """Return the text of each paragraph that has line numbers, or of all in order, from `<folder>/<id>.txt`."""
    lines = (folder / f"{article.id}.txt").read_text(encoding="utf-8-sig").splitlines()
    if not any(paragraph.lines for paragraph in article.paragraph):
        held = [text for line in lines if (text := plain_text(line))]
        printed = [paragraph.id for paragraph in article.paragraph if paragraph.id != "com"]
        return dict(zip(printed, held, strict=False))
    return {
        paragraph.id: plain_text(" ".join(lines[number - 1] for number in paragraph.lines if number <= len(lines)))
        for paragraph in article.paragraph
        if paragraph.lines
    }


def hash_of(text: str) -> str:
    """Return the first 16 hex digits of a paragraph's SHA-256."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def quotation_faults(case: Case, folder: Path) -> list[Fault]:
    """Return every quotation or passage part that is not in its paragraph word for word."""
    faults: list[Fault] = []
    for article in case.articles.values():
        path = folder / f"{article.id}.txt"
        if not path.is_file() and is_blank(article):
            continue
        if not path.is_file():
            faults.append(
                Fault(
                    str(path.name),
                    article.id,
                    "is not in the folder.",
                    "Put the article's text there, named after its id.",
                )
            )
            continue
        try:
            texts = paragraphs_of(article, folder)
        except UnicodeDecodeError:
            faults.append(Fault(path.name, article.id, "is not a plain text in UTF-8.", "Save it again as UTF-8."))
            continue
        faults += _other_count(article, path)
        quoted = [(q.id, q.paragraph, q.text) for q in case.quotations.values() if q.article == article.id]
        parts = [(w.id, p.paragraph, p.text) for w in case.passages.values() for p in w.part if p.article == article.id]
        held = [("quotations.toml", *row) for row in quoted] + [("passages.toml", *row) for row in parts]
        for file, name, paragraph, text in held:
            if text and text not in texts.get(paragraph, ""):
                faults.append(
                    Fault(
                        file,
                        name,
                        f"is not word for word in {article.id} {paragraph}: {text[:50]!r}.",
                        "Copy it again.",
                    )
                )
    return faults


def _other_count(article: Article, path: Path) -> list[Fault]:
    """Return a fault if a text that is read line by line has another number of paragraphs than articles.toml."""
    if any(paragraph.lines for paragraph in article.paragraph):
        return []
    held = sum(bool(plain_text(line)) for line in path.read_text(encoding="utf-8-sig").splitlines())
    told = sum(paragraph.id != "com" for paragraph in article.paragraph)
    if held == told:
        return []
    remedy = "One paragraph stands on one line, the headline first; nothing else stands in the file."
    return [Fault(path.name, article.id, f"has {held} lines, and articles.toml has {told} paragraphs.", remedy)]


def renew_seals(folder: Path, case: Case, texts: Path) -> int:
    """Write paragraph hashes, seals and counts of words into a case's TOML; return how many seals were written.

    Words are counted where a text file holds nothing but the article, which is so where no line numbers are given.

    Call it only when `quotation_faults` is empty: a seal says that the words were found.
    """
    hashes: dict[tuple[str, str], str] = {}
    words: dict[str, int] = {}
    for article in case.articles.values():
        if is_blank(article):
            continue
        held = paragraphs_of(article, texts)
        if not any(paragraph.lines for paragraph in article.paragraph):
            words[article.id] = sum(map(words_in, held.values()))
        for name, text in held.items():
            hashes[article.id, name] = hash_of(text)
    document = tomlkit.parse((folder / "articles.toml").read_text(encoding="utf-8-sig"))
    for table in document.get("article", ()):
        table["words"] = words.get(str(table["id"]), table["words"])
        for paragraph in table.get("paragraph", ()):
            key = (str(table["id"]), str(paragraph["id"]))
            if key in hashes:
                paragraph["hash"] = hashes[key]
    _write(folder / "articles.toml", document)
    sealed = 0
    document = tomlkit.parse((folder / "quotations.toml").read_text(encoding="utf-8-sig"))
    for row in document.get("quotation", ()):
        row["seal"] = seal_of(str(row["text"]), hashes.get((str(row["article"]), str(row["paragraph"])), ""))
        sealed += 1
    _write(folder / "quotations.toml", document)
    document = tomlkit.parse((folder / "passages.toml").read_text(encoding="utf-8-sig"))
    for passage in document.get("passage", ()):
        for row in passage.get("part", ()):
            key = (str(row["article"]), str(row["paragraph"]))
            if key[0] in case.articles:
                row["seal"] = seal_of(str(row["text"]), hashes.get(key, ""))
                sealed += 1
    _write(folder / "passages.toml", document)
    return sealed


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    path.write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")
