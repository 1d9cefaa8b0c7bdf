"""Directives: each shows one thing of the page's case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

from whosaidso import cards, reference, worksheets
from whosaidso.book import pages
from whosaidso.book.pictures import draw_twice, public_figure
from whosaidso.forms import hand_in, modules
from whosaidso.forms.spec import spec_of
from whosaidso.kinds import kind_names, part
from whosaidso.records import Case

logger = logging.getLogger(__name__)


class CaseDirective(SphinxDirective):
    """A directive that shows one thing of the page's case, or says in one sentence why it cannot."""

    required_arguments = 1
    has_content = False

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the nodes for `name`."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Show it, or warn with file and line."""
        case = pages.case_of(self.env, self.state.document)
        if case is None:
            return []
        pages.note_files(self.env, case)
        name = self.arguments[0].strip() if self.arguments else ""
        try:
            found = self.show(case, name)
        except (cards.UnknownId, cards.Refused) as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="whosaidso")
            return []
        pages.apply_prefix(found, pages.prefix_of(self.env, case))
        for node in found:
            for inner in node.findall(nodes.Element):
                if inner.line is None:
                    self.set_source_info(inner)
        pages.note_records(self.env, found)
        return found

    def anchor(self, name: str) -> str:
        """Return an anchor that no other card of the page has."""
        return f"{name}-{self.env.new_serialno('wss')}"

    def claim_anchors(self, case: Case, anchors: list[str]) -> None:
        """Say that this page is where links to these anchors of a case go."""
        homes = self.env.wss_anchors  # type: ignore[attr-defined]
        for anchor in (pages.prefix_of(self.env, case) + name for name in anchors):
            if homes.get(anchor) not in (None, self.env.docname):
                logger.warning(
                    "%s: %s is already shown on %s.", self.name, anchor, homes[anchor], location=self.get_location()
                )
            homes[anchor] = self.env.docname


class ArticleStrip(CaseDirective):
    """An article, told paragraph by paragraph."""

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the strip and claim its anchors for this page."""
        found = cards.article_strip(case, name)
        self.claim_anchors(case, cards.anchors_of(case, name))
        return found


class RecordIndex(CaseDirective):
    """Every record card, with the anchors that citations go to."""

    required_arguments = 0

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the index and claim its anchors for this page."""
        self.claim_anchors(case, [f"rec-{record}" for record in case.records])
        return cards.record_index(case)


class Passage(CaseDirective):
    """A passage; with `:spans:` its open spans are marked and listed."""

    option_spec = {"spans": directives.flag}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the passage."""
        return cards.passage_block(case, name, self.anchor(f"passage-{name}"), spans="spans" in self.options)


class CaseFigure(CaseDirective):
    """A figure drawn from the case when the book is built, by day and by night, with the same content as a table below."""

    option_spec = {"caption": directives.unchanged_required}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Draw it, and return pictures, caption, table and what a table cannot carry."""
        stem = f"{pages.prefix_of(self.env, case)}{name}"
        return draw_twice(self.env, case, public_figure(self.env, name), stem, self.options.get("caption", ""))


class Exercise(CaseDirective):
    """An open exercise: a form where there is JavaScript, else and on paper a worksheet with its answers after it."""

    option_spec = {"level": directives.nonnegative_int}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the form's data and the worksheet."""
        task = cards.get({task.id: task for task in case.tasks.values() if not task.assignment}, name, "open exercise")
        anchor = self.anchor(f"exercise-{name}")
        spec = spec_of(task, case) | {"level": self.options.get("level", 3)}
        data = json.dumps(spec, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
        paper = part(task.kind, "paper")
        sheet = cards.block(
            cards.para(nodes.strong("", task.title), f". {task.ask}"),
            *paper.questions(case, task, f"{anchor}-sheet"),
            cards.block(
                cards.words("Answers: open this after your own try", tag="summary"),
                *paper.answers(case, task, f"{anchor}-answers"),
                tag="details",
                cls="wss-answers",
            ),
            cls="wss-plain",
        )
        self.env.wss_exercises[self.env.docname] = True  # type: ignore[attr-defined]
        holder = cards.block(
            nodes.raw("", f'<script type="application/json">{data}</script>', format="html"), sheet, cls="wss-exercise"
        )
        holder["attributes"]["data-wss-exercise"] = name
        holder["ids"].append(anchor)
        return [holder]


class Worksheet(CaseDirective):
    """A task as a sheet of paper; with `:answers:` the key of a practice task."""

    option_spec = {"answers": directives.flag}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the sheet, or the answers."""
        make = worksheets.key if "answers" in self.options else worksheets.sheet
        task = cards.get(case.tasks, name, "task")
        return [cards.block(*make(case, task, self.anchor(f"sheet-{name}")), cls="wss-worksheet")]


def write_forms(app: Sphinx) -> None:
    """Write the forms' script and style where pages with exercises look for them."""
    if app.builder.format == "html":
        folder = Path(app.outdir) / "_static"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "forms.js").write_text(modules.classic(kind_names(), "chapter.js"), encoding="utf-8")
        (folder / "forms.css").write_text(modules.css(kind_names()), encoding="utf-8")


class HandInList(CaseDirective):
    """The assignments with links to their hand-in pages, which are made when the book is built."""

    required_arguments = 0

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return one line for each released assignment, with what may be done in its place."""
        up = "../" * self.env.docname.count("/")
        paths = _in_course_order(Path(self.env.srcdir))
        for path in paths:
            self.env.note_dependency(str(path))
        lines: list[list[nodes.Node]] = []
        for choice in hand_in.by_choice(hand_in.read(path) for path in paths):
            line: list[nodes.Node] = []
            for one in choice:
                line += [nodes.Text(f" {hand_in.STRINGS['index_instead']} ")] if line else []
                line.append(nodes.reference("", one.title, refuri=f"{up}hand-in/{one.name}.html", internal=False))
            lines.append([*line, nodes.Text(f" ({hand_in.figures(choice[0])})")])
        return [cards.bullets(lines)] if lines else []


def _in_course_order(root: Path) -> list[Path]:
    """Return the released notebooks in the order in which the contents name them."""
    contents = (root / "_toc.yml").read_text(encoding="utf-8") if (root / "_toc.yml").exists() else ""
    return sorted(hand_in.released(root), key=lambda path: contents.find(f"exercises/{path.parent.name}/"))


def write_hand_in_pages(app: Sphinx, problem: Exception | None) -> None:
    """Write the hand-in pages beside the book's own."""
    notebooks = hand_in.released(Path(app.srcdir))
    if problem is None and app.builder.format == "html" and notebooks:
        hand_in.write_pages(Path(app.outdir) / "hand-in", notebooks)


class InLanguage(SphinxDirective):
    """What stands in it, marked with its language and direction."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        """Read the content into a block, or warn with file and line."""
        language = self.arguments[0].strip()
        if language not in reference.LANGUAGES:
            error = cards.UnknownId("language of the book", language, reference.LANGUAGES)
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="whosaidso")
        held = cards.block(tag="div", cls="wss-in-language", **reference.marks(language))
        self.state.nested_parse(self.content, self.content_offset, held)
        return [held]


def _directive(make: Callable[[Case, str, str], list[nodes.Node]], arguments: int = 1, prefix: str = "") -> type:
    """Return a directive class around a function of case, name and anchor."""

    class Made(CaseDirective):
        required_arguments = arguments

        def show(self, case: Case, name: str) -> list[nodes.Node]:
            return make(case, name, self.anchor(f"{prefix}-{name}") if prefix else "")

    return Made


DIRECTIVES: dict[str, type] = {
    "exercise": Exercise,
    "article-strip": ArticleStrip,
    "quotation": _directive(lambda case, name, _: cards.quotation_block(case, name)),
    "claim-card": _directive(cards.claim_card, prefix="claim"),
    "claim-table": _directive(lambda case, _, __: cards.claim_table(case), arguments=0),
    "record-card": _directive(cards.record_card, prefix="card"),
    "content-notes": _directive(lambda case, name, _: reference.content_notes(case, name)),
    "in-language": InLanguage,
    "record-counts": _directive(lambda case, name, _: reference.count_table(case, name)),
    "record-index": RecordIndex,
    "passage": Passage,
    "source-list": _directive(lambda case, _, __: cards.source_list(case), arguments=0),
    "edge-list": _directive(lambda case, name, _: cards.edge_list(case, name)),
    "case-figure": CaseFigure,
    "vocabulary": _directive(lambda _, name, __: cards.vocabulary_list(name)),
    "corrections": _directive(lambda case, _, __: cards.correction_list(case), arguments=0),
    "hand-in-list": HandInList,
    "worksheet": Worksheet,
}
