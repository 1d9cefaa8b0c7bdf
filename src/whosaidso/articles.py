"""Check quotations against the articles, on a machine that has them. The articles are never stored.

An article is a text file named after its id. Paragraphs are found by the line numbers in
`articles.toml`; their text is compared with whitespace collapsed and Markdown marks removed.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import tomlkit

from whosaidso.faults import Fault
from whosaidso.records import Article, Case, seal_of

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def plain_text(text: str) -> str:
    """Return text without Markdown links and emphasis, whitespace collapsed."""
    return " ".join(_LINK.sub(r"\1", text).replace("*", "").lstrip("# ").split())


def paragraphs_of(article: Article, folder: Path) -> dict[str, str]:
    """Return the text of each paragraph that has line numbers, from `<folder>/<id>.txt`."""
    lines = (folder / f"{article.id}.txt").read_text(encoding="utf-8").splitlines()
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
        texts = paragraphs_of(article, folder)
        quoted = [(q.id, q.paragraph, q.text) for q in case.quotations.values() if q.article == article.id]
        parts = [(w.id, p.paragraph, p.text) for w in case.passages.values() for p in w.part if p.article == article.id]
        held = [("quotations.toml", *row) for row in quoted] + [("passages.toml", *row) for row in parts]
        for file, name, paragraph, text in held:
            if text not in texts.get(paragraph, ""):
                faults.append(
                    Fault(
                        file,
                        name,
                        f"is not word for word in {article.id} {paragraph}: {text[:50]!r}.",
                        "Copy it again.",
                    )
                )
    return faults


def renew_seals(folder: Path, case: Case, texts: Path) -> int:
    """Write paragraph hashes and seals into a case's TOML; return how many seals were written.

    Call it only when `quotation_faults` is empty: a seal says that the words were found.
    """
    hashes: dict[tuple[str, str], str] = {}
    for article in case.articles.values():
        for name, text in paragraphs_of(article, texts).items():
            hashes[article.id, name] = hash_of(text)
    document = tomlkit.parse((folder / "articles.toml").read_text(encoding="utf-8"))
    for table in document["article"]:
        for paragraph in table["paragraph"]:
            key = (str(table["id"]), str(paragraph["id"]))
            if key in hashes:
                paragraph["hash"] = hashes[key]
    _write(folder / "articles.toml", document)
    sealed = 0
    document = tomlkit.parse((folder / "quotations.toml").read_text(encoding="utf-8"))
    for row in document["quotation"]:
        row["seal"] = seal_of(str(row["text"]), hashes.get((str(row["article"]), str(row["paragraph"])), ""))
        sealed += 1
    _write(folder / "quotations.toml", document)
    document = tomlkit.parse((folder / "passages.toml").read_text(encoding="utf-8"))
    for passage in document["passage"]:
        for row in passage["part"]:
            key = (str(row["article"]), str(row["paragraph"]))
            if key[0] in case.articles:
                row["seal"] = seal_of(str(row["text"]), hashes.get(key, ""))
                sealed += 1
    _write(folder / "passages.toml", document)
    return sealed


def _write(path: Path, document: tomlkit.TOMLDocument) -> None:
    path.write_text(tomlkit.dumps(document), encoding="utf-8", newline="\n")
