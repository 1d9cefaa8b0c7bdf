"""The articles themselves, for a class that has them: known again by the hashes of their paragraphs, kept on its machine only.

Nothing here downloads a text, and the project holds none. What is kept is what the class gave, paragraph by paragraph.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from attrs import frozen

from whosaidso.articles import hash_of, plain_text
from whosaidso.files import write_whole
from whosaidso.records import Article, Case

FOLDER = "articles"
"""Where a course keeps them: ignored by git and by the book."""
READ = (".txt", ".md", ".html", ".htm")
LARGEST = 5_000_000
"""Bytes: no article is larger, and a large file is something else."""
RUN = 8
"""So many lines may stand together as one paragraph, in a text whose lines were broken."""
TELLING = 3
"""So many words, held exactly so and found in a block, say which paragraph it is."""
PUBLISHED = ("_build", "_site", "_static", "gh-pages", "htdocs", "public_html", "www")
SITES = ("conf.py", "mkdocs.yml", "_config.yml", "index.html")
"""A folder with one of these is a site, or is made into one."""

_TYPED = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "–": "-", "—": "-", "\u00a0": " "})


@frozen
class Placed:
    """One paragraph of an article, as it was looked for in a file."""

    id: str
    state: str
    """fits, differs or missing."""
    text: str = ""


@frozen
class Known:
    """A file in which an article was recognised."""

    article: str
    file: Path
    paragraph: tuple[Placed, ...]

    def ids(self, state: str) -> list[str]:
        """Return the paragraphs in a state, in order."""
        return [placed.id for placed in self.paragraph if placed.state == state]


@frozen
class Seen:
    """What was in a folder."""

    known: dict[str, Known]
    """The best file of each article."""
    strange: tuple[tuple[str, str], ...]
    """Other files that were looked at, each with what was the matter."""


def why_not_here(course: Path) -> str:
    """Return why a course folder may not keep the articles, or "" if it may.

    A text kept inside a folder that is published would be published with it.
    """
    for name in course.parts:
        if name in PUBLISHED:
            return f"{course} lies in a folder called {name}, as folders are called that get published."
    for parent in (course, *course.parents):
        if parent in (Path.home(), Path(tempfile.gettempdir()), Path(course.anchor)) and parent != course:
            break
        for name in SITES:
            if (parent / name).is_file() and not (parent == course and _left_out(parent / name)):
                return f"{parent / name} makes a site of what is in {parent}, and does not leave {FOLDER}/ out."
    return ""


def _left_out(config: Path) -> bool:
    """Say whether a book's _config.yml names our folder among what it leaves out."""
    if config.name != "_config.yml":
        return False
    listed = rf"""^\s*-\s*["']?{FOLDER}["']?\s*(#.*)?$"""
    return bool(re.search(listed, config.read_text(encoding="utf-8", errors="replace"), re.M))


def recognise(case: Case, folder: Path) -> Seen:
    """Look through a folder's files and return which article is in which, and how well it fits."""
    known: dict[str, Known] = {}
    strange: list[tuple[str, str]] = []
    for path in sorted(folder.rglob("*")):
        if path.suffix.lower() not in READ or not path.is_file() or any(p.startswith(".") for p in path.parts[-2:]):
            continue
        name = str(path.relative_to(folder))
        try:
            lines = _lines(path)
        except (OSError, ValueError) as error:
            strange.append((name, f"could not be read: {error}."))
            continue
        found = _best(case, path, lines)
        if found is None:
            strange.append((name, "holds no paragraph of an article of this case."))
            continue
        other = known.get(found.article)
        if other and len(other.ids("fits")) >= len(found.ids("fits")):
            strange.append((name, f"is {found.article} too; {other.file.name} fits as well or better."))
            continue
        if other:
            strange.append((str(other.file.relative_to(folder)), f"is {found.article} too; {path.name} fits better."))
        known[found.article] = found
    return Seen(known, tuple(strange))


def keep(known: Known, course: Path) -> Path:
    """Write an article into the course's own folder, each paragraph under its id, and return its path.

    Page furniture and readers' comments are left out. A `.gitignore` inside keeps the folder out of any repository.
    """
    folder = course / FOLDER
    write_whole(folder / ".gitignore", b"# not ours to share\n*\n")
    blocks = [f"[{p.id}]\n{p.text}" for p in known.paragraph if p.text]
    path = folder / f"{known.article}.txt"
    write_whole(path, ("\n\n".join(blocks) + "\n").encode())
    return path


def worse(known: Known, course: Path, case: Case) -> bool:
    """Say whether the course has a copy already in which more paragraphs fit."""
    path = course / FOLDER / f"{known.article}.txt"
    if not path.is_file() or path.resolve() == known.file.resolve():
        return False
    try:
        before = _place(case, case.articles[known.article], path, _lines(path))
    except (OSError, ValueError):
        return False
    return len(before.ids("fits")) > len(known.ids("fits"))


def _lines(path: Path) -> list[str]:
    """Return the lines of a text file or of a saved web page."""
    if path.stat().st_size > LARGEST:
        raise ValueError(f"it has more than {LARGEST // 1_000_000} MB")
    data = path.read_bytes()
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        text = data.decode("utf-16")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = data.decode("cp1252", errors="replace")
    if path.suffix.lower() in (".html", ".htm"):
        page = _Page()
        page.feed(text)
        page.close()
        return page.lines()
    return text.splitlines()


class _Page(HTMLParser):
    """The words of a saved web page, a line for each block."""

    INLINE = frozenset(
        ["a", "abbr", "b", "cite", "em", "font", "i", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "u"]
    )
    UNSEEN = frozenset(["script", "style", "noscript", "template", "svg", "title"])

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in self.UNSEEN
        if tag not in self.INLINE:
            self._parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self._unseen = max(0, self._unseen - (tag in self.UNSEEN))
        if tag not in self.INLINE:
            self._parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self._parts.append(re.sub(r"\s+", " ", data))

    def lines(self) -> list[str]:
        """Return the blocks in order."""
        return [line.strip() for line in "".join(self._parts).splitlines()]


def _blocks(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """Yield every line, and every run of lines without an empty one between, with its first and last index."""
    for first, line in enumerate(lines):
        if not line.strip():
            continue
        for last in range(first, min(first + RUN, len(lines))):
            if not lines[last].strip():
                break
            yield first, last, plain_text(" ".join(lines[first : last + 1]))


def _wanted(article: Article) -> list[str]:
    """Return the article's own paragraphs: no byline, picture or comment."""
    return [p.id for p in article.paragraph if p.hash and re.fullmatch(r"H|L|p\d+|cap", p.id)]


def _best(case: Case, path: Path, lines: list[str]) -> Known | None:
    """Return the article that a file holds most of, or None."""
    tried = [_place(case, article, path, lines) for article in case.articles.values()]
    best = max(tried, key=lambda known: (len(known.ids("fits")), len(known.ids("differs"))), default=None)
    return best if best and best.ids("fits") else None


def _place(case: Case, article: Article, path: Path, lines: list[str]) -> Known:
    """Look for each paragraph of an article: by its hash, then by words held of it, then by its place between others."""
    hashes = {paragraph.hash: paragraph.id for paragraph in article.paragraph if paragraph.hash}
    wanted = _wanted(article)
    fits: dict[str, tuple[int, int, str]] = {}
    for first, last, text in _blocks(lines):
        name = hashes.get(hash_of(text))
        if name in wanted and name not in fits:
            fits[name] = (first, last, text)
    for name, text in _by_lines(article, lines):
        if name in wanted and name not in fits and hashes.get(hash_of(text)) == name:
            fits[name] = (-1, -1, text)
    taken = {line for first, last, _ in fits.values() for line in range(first, last + 1)}
    free = {n: plain_text(line) for n, line in enumerate(lines) if line.strip() and n not in taken}
    differs: dict[str, str] = {}
    for name in wanted:
        if name not in fits:
            line = _with_words(_held(case, article.id, name), free)
            if line >= 0:
                differs[name] = free.pop(line)
    differs |= {name: free[line] for name, line in _between(wanted, fits, differs, free).items()}
    return Known(
        article.id,
        path,
        tuple(
            Placed(name, "fits", fits[name][2])
            if name in fits
            else Placed(name, "differs" if name in differs else "missing", differs.get(name, ""))
            for name in wanted
        ),
    )


def _by_lines(article: Article, lines: list[str]) -> Iterable[tuple[str, str]]:
    """Yield the paragraphs at the lines of the team's capture, for those that are broken by something else."""
    for paragraph in article.paragraph:
        if len(paragraph.lines) > 1 and max(paragraph.lines) <= len(lines):
            yield paragraph.id, plain_text(" ".join(lines[number - 1] for number in paragraph.lines))


def _held(case: Case, article: str, paragraph: str) -> list[str]:
    """Return the words held of a paragraph, as somebody would type them."""
    quoted = [q.text for q in case.quotations.values() if (q.article, q.paragraph) == (article, paragraph)]
    parts = [
        part.text for w in case.passages.values() for part in w.part if (part.article, part.paragraph) == (article, paragraph)
    ]  # fmt: skip
    return [_typed(text) for text in (*quoted, *parts) if len(text.split()) >= TELLING]


def _typed(text: str) -> str:
    return " ".join(text.translate(_TYPED).casefold().split())


def _with_words(held: list[str], free: dict[int, str]) -> int:
    """Return the line that has the most of the words held, or -1."""
    counts = {line: sum(words in _typed(text) for words in held) for line, text in free.items()}
    best = max(counts, key=lambda line: counts[line], default=-1)
    return best if best >= 0 and counts[best] else -1


def _between(
    wanted: list[str], fits: dict[str, tuple[int, int, str]], differs: dict[str, str], free: dict[int, str]
) -> dict[str, int]:
    """Return the paragraphs that stand between two that fit, where the file has just as many lines as are sought."""
    found: dict[str, int] = {}
    run: list[str] = []
    before = ""
    for name in wanted:
        if name not in fits:
            run.append(name)
            continue
        if before and run and not set(run) & set(differs):
            first, last = fits[before][1], fits[name][0]
            lines = [line for line in sorted(free) if first < line < last]
            if first >= 0 and len(lines) == len(run):
                found |= dict(zip(run, lines, strict=True))
        before, run = name, []
    return found
