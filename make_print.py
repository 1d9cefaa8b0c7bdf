"""What `make print` runs in the environment: the parts of the project that are for paper, as tagged PDFs for A4.

Each is built by Jupyter Book as one page, made ready for paper (a title page, contents with page numbers,
answers moved to the end of their chapter) and printed by Chromium, which tags headings, lists, tables and
alternative texts. Writes into _build/print only.

    python make_print.py                 the book, the worksheets, the two Monday sheets and the teacher's answers
    python make_print.py worksheets      one of them
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any

import yaml
from attrs import frozen
from bs4 import BeautifulSoup, Tag
from playwright.sync_api import PdfMargins, sync_playwright
from pypdf import PdfReader

from whosaidso.editions import MONDAY, config_of, debriefs, files_of

ROOT = Path(__file__).resolve().parent
OUT = ROOT / "_build" / "print"
STYLE = ROOT / "book" / "_static" / "print.css"
APART = ("For Monday", "Assignments")
"""Captions of _toc.yml whose pages have a PDF of their own, or are screens."""
Part = tuple[str, list[str]]
"""A caption and the pages under it."""
FOOT = (
    '<div style="width:100%;font:8pt sans-serif;text-align:center;color:#444">'
    '{title} · <span class="pageNumber"></span></div>'
)
MARGIN: PdfMargins = {"top": "18mm", "bottom": "18mm", "left": "18mm", "right": "18mm"}


AFTER_A_TRY = re.compile(r"answer|after your own|worked links|^How we |^Our ", re.IGNORECASE)
"""What the summary of a box says that is opened after an own try."""
LONG = 2.7
"""A figure more than this many times as high as it is wide does not fit a page at a size that can be read."""
HALF = 83
"""Width of half a figure, in millimetres."""
LETTER = 7
"""Height of a capital in the figures, in their points."""


class PrintError(Exception):
    """One sentence that says what was expected, what was found and what to do."""


@frozen
class Pdf:
    """One of the files."""

    name: str
    title: str
    about: str
    parts: Callable[[dict[str, Any]], list[Part]]
    """From the book's own contents, the parts of this file."""
    keys: bool = False
    """True when pages of `solutions/` are among them."""
    answers: bool = True
    """False: what a reader opens after an own try is left out."""
    as_it_is: bool = False
    """True: a page that was made for paper; it is printed with its own margins and nothing around it."""


def book_parts(toc: dict[str, Any]) -> list[Part]:
    """Return the book as it stands, without what is printed apart."""
    kept = [(part["caption"], files_of(part["chapters"])) for part in toc["parts"] if part["caption"] not in APART]
    return [("About this book", [toc["root"]]), *kept]


def worksheet_parts(toc: dict[str, Any]) -> list[Part]:
    """Return the five articles to read, practice and assignments."""
    every = [name for part in toc["parts"] for name in files_of(part["chapters"])]
    return [
        ("The five articles", [name for name in every if name.startswith("book/articles/")]),
        (
            "Sheets",
            [
                "book/print/worksheets",
                "book/print/assignments",
                "book/print/other-story",
                "book/print/twin",
                "book/print/twin-note",
            ],
        ),
    ]


def answer_parts(toc: dict[str, Any]) -> list[Part]:
    """Return the practice keys, the Monday answers and every assignment's debrief."""
    return [
        ("Practice", ["book/print/answers", "book/print/other-story-answers", "book/print/twin-answers"]),
        ("Monday lesson", [MONDAY]),
        ("Graded assignments", debriefs(ROOT)),
    ]


PDFS = (
    Pdf("book", "Who Said So?", "Tracing a wartime claim from headline to source. The book.", book_parts),
    Pdf(
        "worksheets",
        "Who Said So? Worksheets",
        "Texts and sheets for a class without screens.",
        worksheet_parts,
        answers=False,
    ),
    Pdf("monday", "Monday worksheet", "", lambda _: [("", ["book/monday/worksheet"])], as_it_is=True),
    Pdf("exit-ticket", "Monday exit ticket", "", lambda _: [("", ["book/monday/exit-ticket"])], as_it_is=True),
    Pdf(
        "answers",
        "Who Said So? Teacher's answers",
        "Not for students. Draft keys, read by the team only. No one outside the team has voted on them yet.",
        answer_parts,
        keys=True,
    ),
)


def main(words: list[str]) -> int:
    """Print what is asked for and return the exit code."""
    known = {pdf.name: pdf for pdf in PDFS}
    unknown = [word for word in words if word not in known]
    if unknown:
        print(f"After 'print' comes nothing or one of {', '.join(known)}, and this is '{unknown[0]}'.")
        return 2
    try:
        for pdf in [known[word] for word in words] or PDFS:
            path, pages = printed(pdf)
            print(f"{path.relative_to(ROOT)}: {pages} pages, {path.stat().st_size / 1e6:.1f} MB", flush=True)
    except PrintError as error:
        print(error)
        return 1
    return 0


def printed(pdf: Pdf, out: Path = OUT) -> tuple[Path, int]:
    """Build, make ready and print one of them; return the file and its number of pages."""
    folder = out / pdf.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    parts = pdf.parts(toc)
    page = build(pdf, [name for _, names in parts for name in names], folder)
    ready = folder / "_build" / "singlehtml" / "paper.html"
    target = out / f"whosaidso-{pdf.name}.pdf"
    with browser() as chromium:
        if pdf.as_it_is:
            shutil.copyfile(page, ready)
            chromium(ready, target, "")
            return target, len(PdfReader(target).pages)
        soup = for_paper(pdf, parts, page)
        # Contents need page numbers, which are known only once it has been printed.
        for _ in range(2):
            ready.write_text(str(soup), encoding="utf-8")
            chromium(ready, target, pdf.title)
            pages = number_contents(soup, target)
    return target, pages


def build(pdf: Pdf, names: list[str], folder: Path) -> Path:
    """Build the pages as one and return it, or stop with the first warning."""
    config = config_of(ROOT, "open" if pdf.keys else "class")
    # No file has all pages: what links to the others is plain text on paper.
    config["sphinx"]["config"] |= {"whosaidso_part": True, "suppress_warnings": ["myst.xref_missing"]}
    root, *others = names
    toc: dict[str, Any] = {"format": "jb-book", "root": root}
    if others:
        toc["chapters"] = [{"file": name} for name in others]
    for name, held in (("_toc.yml", toc), ("_config.yml", config)):
        (folder / name).write_text(yaml.safe_dump(held, allow_unicode=True, sort_keys=False), encoding="utf-8")
    words = [str(Path(sys.executable).with_name("jupyter-book")), "build", str(ROOT), "--builder", "singlehtml"]
    words += ["-W", "-n", "--keep-going", "--toc", str(folder / "_toc.yml"), "--config", str(folder / "_config.yml")]
    words += ["--path-output", str(folder)]
    log = folder / "build.log"
    with log.open("w", encoding="utf-8") as out:
        code = subprocess.call(
            words, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"NO_COLOR": "1"}
        )
    page = folder / "_build" / "singlehtml" / f"{root}.html"
    if code or not page.exists():
        found = re.findall(r"\S+: (?:WARNING|ERROR): .*", log.read_text(encoding="utf-8"))
        raise PrintError(f"{pdf.title} could not be built: {(found or ['see the log'])[0]} (all of it: {log}).")
    return page


def for_paper(pdf: Pdf, parts: list[Part], page: Path) -> BeautifulSoup:
    """Return the one page as a document for paper: its parts, its contents, its answers in their place."""
    soup = BeautifulSoup(page.read_text(encoding="utf-8"), "html.parser")
    article = soup.select_one("article.bd-article")
    if article is None:
        raise PrintError(
            f"{pdf.title} was built without <article class='bd-article'>: see what the theme's page looks like now."
        )
    for useless in article.select("script, .headerlink, button, .wss-jump-box, .ws-screen, .prev-next-area"):
        useless.decompose()
    chapters = _chapters(article, parts[0][1][0])
    paper = soup.new_tag("main", attrs={"class": "bd-article"})
    for caption, names in parts:
        # The Monday sheets hide every h1 on paper; this one must win.
        paper.append(heading := soup.new_tag("h1", attrs={"class": "part", "style": "display:block!important"}))
        heading.string = caption
        for name in names:
            paper.append(_chapter(soup, name, chapters[name], pdf.answers))
    _figures(soup, paper, next(folder for folder in page.parents if folder.name == "singlehtml"))
    _unique(paper)
    styles = [link for link in soup.select('link[rel="stylesheet"]') if "://" not in str(link.get("href"))]
    done = BeautifulSoup(
        f'<!DOCTYPE html><html lang="en" data-theme="light" data-mode="light"><head><meta charset="utf-8">'
        f"<title>{pdf.title}</title></head><body></body></html>",
        "html.parser",
    )
    assert done.head
    assert done.body
    for link in styles:
        done.head.append(link)
    done.head.append(style := done.new_tag("style"))
    style.string = STYLE.read_text(encoding="utf-8")
    done.body.append(_front(done, pdf, paper))
    done.body.append(paper)
    return done


def _chapters(article: Tag, root_page: str) -> dict[str, Tag]:
    """Return each page's section by its name, taken out of the sections it was nested in."""
    found: dict[str, Tag] = {}
    for mark in article.select('span[id^="document-"]'):
        section = mark.find_next_sibling("section")
        if isinstance(section, Tag):
            found[str(mark["id"]).removeprefix("document-")] = section
    for section in found.values():
        section.extract()
    root = article.find("section")
    if isinstance(root, Tag):
        found[root_page] = root.extract()
    return found


def _chapter(soup: BeautifulSoup, name: str, section: Tag, answers: bool) -> Tag:
    """Return a chapter: pages inside it taken out, headings one level down, answers moved to its end or left out."""
    for inside in section.select(".toctree-wrapper"):
        inside.decompose()
    top = min(int(found.name[1]) for found in section.find_all(re.compile("^h[1-6]$")))
    for found in section.find_all(re.compile("^h[1-6]$")):
        found.name = f"h{min(6, int(found.name[1]) - top + 2)}"
    section["class"] = "chapter"
    section["data-page"] = name
    anchor = soup.new_tag("span", attrs={"id": f"document-{name}"})
    section.insert(0, anchor)
    _cards_together(soup, section)
    if answers:
        _answers_last(soup, section)
    else:
        for box in section.find_all("details"):
            box.decompose()
    return section


def _cards_together(soup: BeautifulSoup, section: Tag) -> None:
    """Wrap record cards that follow one another, so that they can be set in two columns."""
    for card in section.select(".wss-record"):
        if "wss-records" in (card.parent or section).get("class", []):
            continue
        run = [card]
        while isinstance(after := run[-1].find_next_sibling(), Tag) and "wss-record" in after.get("class", []):
            run.append(after)
        if len(run) > 1:
            together = card.wrap(soup.new_tag("div", attrs={"class": "wss-records"}))
            for other in run[1:]:
                together.append(other.extract())


def _figures(soup: BeautifulSoup, paper: Tag, folder: Path) -> None:
    """Keep the light drawing of each figure; one that is too long for a page becomes two parts side by side."""
    for holder in paper.select(".wss-themes"):
        for dark in holder.select("img.only-dark"):
            dark.decompose()
        drawing = holder.find("img")
        if not isinstance(drawing, Tag) or not str(drawing["src"]).endswith(".svg"):
            continue
        text = (folder / str(drawing["src"])).read_text(encoding="utf-8")
        found = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', text)
        if found is None or (height := float(found[2])) <= LONG * (width := float(found[1])):
            continue
        # The cut is where two lines of text near the middle are farthest apart: no word, no box is cut.
        lines = sorted({float(y) for y in re.findall(r"translate\([\d.]+ ([\d.]+)\) scale", text)})
        gaps = [(b - a, (a + b - LETTER) / 2) for a, b in pairwise(lines) if 0.46 < (a + b) / 2 / height < 0.53]
        cut = max(gaps)[1] if gaps else height / 2
        holder["style"] = "display: flex; gap: 4mm; align-items: flex-start; max-width: none"
        for top, bottom in ((0.0, cut), (cut, height)):
            half = soup.new_tag("img", attrs={"class": "half"})
            half["alt"] = "The right part of the same drawing." if top else drawing["alt"]
            half["src"] = f"{drawing['src']}#svgView(viewBox(0,{top:g},{width:g},{bottom - top:g}))"
            half["style"] = f"width: {HALF}mm; height: {HALF * (bottom - top) / width:.1f}mm"
            holder.append(half)
        drawing.decompose()
        if isinstance(caption := holder.find_next(class_="caption-text"), Tag):
            caption.append(" Read the left part down, then the right part.")


def _answers_last(soup: BeautifulSoup, section: Tag) -> None:
    """Move what a reader opens after an own try to the end of the chapter, with a pointer in its place."""
    boxes = [box for box in section.find_all("details") if box.find_parent("details") is None]
    tries = [box for box in boxes if (s := box.find("summary")) and AFTER_A_TRY.search(s.get_text(" ", strip=True))]
    for box in boxes:
        if box not in tries:
            box["open"] = ""
    if not tries:
        return
    end = soup.new_tag("section", attrs={"class": "answers"})
    end.append(title := soup.new_tag("h3"))
    title.string = "Answers"
    for number, box in enumerate(tries, 1):
        summary = box.find("summary")
        assert isinstance(summary, Tag)
        name = f"{section['data-page']}-answer-{number}"
        label = re.split(r":| \(", summary.get_text(" ", strip=True))[0].removeprefix("Show the ").capitalize()
        pointer = soup.new_tag("p", attrs={"class": "answer-pointer"})
        pointer.append(link := soup.new_tag("a", attrs={"href": f"#{name}"}))
        link.string = f"{label}: at the end of this chapter, no. {number}"
        box.replace_with(pointer)
        summary.decompose()
        box.name, box.attrs = "div", {"id": name}
        head = soup.new_tag("p", attrs={"class": "answer-number"})
        head.string = f"{number}. {label}"
        box.insert(0, head)
        end.append(box)
    section.append(end)


def _unique(paper: Tag) -> None:
    """Give each id once; links inside the chapter follow."""
    seen: set[str] = set()
    for section in paper.select("section.chapter"):
        renamed: dict[str, str] = {}
        for tag in section.find_all(id=True):
            name = str(tag["id"])
            if name in seen:
                new = f"{name}-{len(seen)}"
                renamed[name] = tag["id"] = new
                name = new
            seen.add(name)
        for tag in section.find_all(True):
            for key in ("aria-labelledby", "aria-describedby"):
                if tag.get(key) in renamed:
                    tag[key] = renamed[str(tag[key])]
            if str(tag.get("href", ""))[1:] in renamed:
                tag["href"] = "#" + renamed[str(tag["href"])[1:]]


def _front(soup: BeautifulSoup, pdf: Pdf, paper: Tag) -> Tag:
    """Return the title page and the contents; page numbers come when it has been printed."""
    front = soup.new_tag("header", attrs={"class": "front"})
    for kind, text in (
        ("title", pdf.title),
        ("about", pdf.about),
        ("rights", "The Who Said So? team. Text: CC BY 4.0; short quotations belong to those who wrote them."),
    ):
        front.append(line := soup.new_tag("p", attrs={"class": f"front-{kind}"}))
        line.string = text
    front.append(contents := soup.new_tag("nav", attrs={"class": "contents", "aria-label": "Contents"}))
    contents.append(head := soup.new_tag("p", attrs={"class": "contents-title"}))
    head.string = "Contents"
    contents.append(listing := soup.new_tag("ol"))
    for number, title in enumerate(paper.select("h1.part, section.chapter > h2")):
        anchor = title.parent if title.name == "h2" else title
        assert isinstance(anchor, Tag)
        anchor["id"] = anchor.get("id") or f"part-{number}"
        listing.append(row := soup.new_tag("li", attrs={"class": "of-part" if title.name == "h1" else "of-chapter"}))
        row.append(link := soup.new_tag("a", attrs={"href": f"#{anchor['id']}"}))
        link.append(name := soup.new_tag("span"))
        name.string = title.get_text(" ", strip=True)
        link.append(soup.new_tag("span", attrs={"class": "page"}))
    return front


def number_contents(soup: BeautifulSoup, target: Path) -> int:
    """Write each heading's page into the contents, as the PDF's own outline has it; return the number of pages."""
    reader = PdfReader(target)
    found: list[int] = []

    def walk(items: list[Any], depth: int) -> None:
        for item in items:
            if isinstance(item, list):
                walk(item, depth + 1)
            elif depth < 2:
                found.append((reader.get_destination_page_number(item) or 0) + 1)

    walk(reader.outline, 0)
    places = soup.select(".contents .page")
    if len(found) != len(places):
        raise PrintError(f"The contents name {len(places)} headings and the PDF's outline has {len(found)}.")
    for place, number in zip(places, found, strict=True):
        place.string = str(number)
    return len(reader.pages)


@contextmanager
def browser() -> Iterator[Callable[[Path, Path, str], None]]:
    """Start Chromium for as long as the block lasts; give what prints a page into a file, with a title under it.

    Without a title the page's own margins hold, and no number is put under it.
    """
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    path = os.environ.get("WHOSAIDSO_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=flags)

        def to_pdf(page: Path, target: Path, title: str) -> None:
            context = chromium.new_context(java_script_enabled=False, color_scheme="light", offline=True)
            context.set_default_timeout(300_000)  # A busy computer lays the book out slowly.
            tab = context.new_page()
            tab.goto(page.as_uri())
            tab.pdf(
                path=str(target),
                format="A4",
                tagged=True,
                outline=True,
                print_background=True,
                prefer_css_page_size=not title,
                display_header_footer=bool(title),
                header_template="<span></span>",
                footer_template=FOOT.format(title=title),
                margin=MARGIN if title else None,
            )
            context.close()

        yield to_pdf


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
