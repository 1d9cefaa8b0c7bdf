"""Sphinx extension of the book: directives and roles that show a case's data.

Thin on purpose: `cards` makes the nodes, this room hears what a page asks for, refuses what does not
exist, and knows which page carries which card. Reads public case data only.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.parsers.rst import directives
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxDirective
from sphinx.util.nodes import make_refnode

from whosaidso import __version__, cards, figures
from whosaidso.cases import CASES, load_case, open_gold
from whosaidso.faults import DataError
from whosaidso.forms import hand_in, modules
from whosaidso.forms.spec import spec_of
from whosaidso.kinds import kind_names, part
from whosaidso.records import Case

logger = logging.getLogger(__name__)

_ROOM = Path(__file__).parent
_CODE = [_ROOM / name for name in ("book.py", "cards.py", "records.py", "vocabulary.py")]
_CODE += [*_ROOM.glob("figures/*.py"), *_ROOM.glob("kinds/*/*.py"), *_ROOM.glob("forms/s*.py")]


# --- the case, read once per build ---------------------------------------------------------------


def read_case(app: Sphinx) -> None:
    """Load the case, or stop the build with every fault there is."""
    name = app.config.whosaidso_case
    try:
        app.whosaidso_case = load_case(name)  # type: ignore[attr-defined]
    except DataError as error:
        raise ExtensionError(f"The book cannot be built: the case {name!r} has {error}") from None
    env = app.env
    for attribute in ("wss_anchors", "wss_cited", "wss_exercises"):
        if not hasattr(env, attribute):
            setattr(env, attribute, {})


def case_of(env: BuildEnvironment) -> Case:
    """Return the case that this build shows."""
    return env.app.whosaidso_case  # type: ignore[attr-defined]


def cited_records(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the records that each page cites, by page name."""
    return {page: set(held) for page, held in env.wss_cited.items()}  # type: ignore[attr-defined]


def _note_files(env: BuildEnvironment) -> None:
    """Make the page depend on the case's files, so that a change of data builds it again."""
    for path in (*sorted((CASES / env.config.whosaidso_case).glob("*.toml")), *_CODE):
        env.note_dependency(str(path))


def _note_records(env: BuildEnvironment, page: str, found: list[nodes.Node]) -> None:
    """Remember which records a page cites."""
    cited = env.wss_cited.setdefault(page, set())  # type: ignore[attr-defined]
    for node in found:
        for xref in node.findall(lambda n: n.get("reftype") == "wss" if isinstance(n, nodes.Element) else False):
            if xref["reftarget"].startswith("rec-"):
                cited.add(xref["reftarget"].removeprefix("rec-"))


# --- directives ----------------------------------------------------------------------------------


class CaseDirective(SphinxDirective):
    """A directive that shows one thing of the case, or says in one sentence why it cannot."""

    required_arguments = 1
    has_content = False

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the nodes for `name`."""
        raise NotImplementedError

    def run(self) -> list[nodes.Node]:
        """Show it, or warn with file and line."""
        _note_files(self.env)
        name = self.arguments[0].strip() if self.arguments else ""
        try:
            found = self.show(case_of(self.env), name)
        except cards.UnknownId as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="whosaidso")
            return []
        for node in found:
            for inner in node.findall(nodes.Element):
                if inner.line is None:
                    self.set_source_info(inner)
        _note_records(self.env, self.env.docname, found)
        return found

    def anchor(self, name: str) -> str:
        """Return an anchor that no other card of the page has."""
        return f"{name}-{self.env.new_serialno('wss')}"

    def claim_anchors(self, anchors: list[str]) -> None:
        """Say that this page is where links to these anchors go."""
        for anchor in anchors:
            other = self.env.wss_anchors.get(anchor)  # type: ignore[attr-defined]
            if other not in (None, self.env.docname):
                logger.warning("%s: %s is already shown on %s.", self.name, anchor, other, location=self.get_location())
            self.env.wss_anchors[anchor] = self.env.docname  # type: ignore[attr-defined]


class ArticleStrip(CaseDirective):
    """An article, told paragraph by paragraph."""

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the strip and claim its anchors for this page."""
        found = cards.article_strip(case, name)
        self.claim_anchors(cards.anchors_of(case, name))
        return found


class RecordIndex(CaseDirective):
    """Every record card, with the anchors that citations go to."""

    required_arguments = 0

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the index and claim its anchors for this page."""
        self.claim_anchors([f"rec-{record}" for record in case.records])
        return cards.record_index(case)


class Passage(CaseDirective):
    """A passage; with `:spans:` its open spans are marked and listed."""

    option_spec = {"spans": directives.flag}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the passage."""
        return cards.passage_block(case, name, self.anchor(f"passage-{name}"), spans="spans" in self.options)


class CaseFigure(CaseDirective):
    """A figure drawn from the case when the book is built, with the same content in words below."""

    option_spec = {"caption": directives.unchanged_required}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Draw it, and return picture, caption and text equivalent."""
        if name not in figures.FIGURES:
            raise cards.UnknownId("figure", name, figures.FIGURES)
        drawn = figures.FIGURES[name]
        uri = self._save(name, drawn.draw(case))
        picture = nodes.figure("", nodes.image(uri=uri, alt=drawn.alt(case)), align="default", classes=["wss-figure"])
        caption = self.options.get("caption") or drawn.caption
        picture += nodes.caption("", *cards.prose(case, caption))
        listing = [[nodes.Text(sentence)] for sentence in drawn.in_words(case)]
        return [
            picture,
            cards.para("The same picture in words", cls="wss-list-label"),
            cards.bullets(listing, cls="wss-figure-words"),
        ]

    def _save(self, name: str, figure: Any) -> str:
        """Write SVG and PNG where Sphinx can copy them, and return the address for the image node."""
        folder = Path(self.env.doctreedir) / "whosaidso"
        page = Path(self.env.srcdir) / Path(self.env.docname).parent
        try:
            address = os.path.relpath(folder, page)
        except ValueError:  # another drive, on Windows
            folder = Path(self.env.srcdir) / "_build" / "whosaidso"
            address = os.path.relpath(folder, page)
        folder.mkdir(parents=True, exist_ok=True)
        figures.save(figure, folder / name)
        return f"{Path(address).as_posix()}/{name}.*"


class Exercise(CaseDirective):
    """An open exercise: a form where there is JavaScript, else and on paper a worksheet with its answers after it."""

    option_spec = {"level": directives.nonnegative_int}

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Return the form's data and the worksheet."""
        task = cards.get({task.id: task for task in case.tasks.values() if not task.assignment}, name, "open exercise")
        anchor = self.anchor(f"exercise-{name}")
        spec = spec_of(task, case) | {"level": self.options.get("level", 3)}
        spec["outcomes"] = part(task.kind, "outcomes").outcomes(task, case, open_gold(case))
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
        """Return one line for each released assignment."""
        up = "../" * self.env.docname.count("/")
        lines: list[list[nodes.Node]] = []
        for path in hand_in.released(Path(self.env.srcdir)):
            self.env.note_dependency(str(path))
            found = hand_in.read(path)
            link = nodes.reference("", found.title, refuri=f"{up}hand-in/{found.name}.html", internal=False)
            lines.append([link, nodes.Text(f" ({hand_in.figures(found)})")])
        return [cards.bullets(lines)] if lines else []


def write_hand_in_pages(app: Sphinx, problem: Exception | None) -> None:
    """Write the hand-in pages beside the book's own."""
    notebooks = hand_in.released(Path(app.srcdir))
    if problem is None and app.builder.format == "html" and notebooks:
        hand_in.write_pages(Path(app.outdir) / "hand-in", notebooks)


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
    "record-index": RecordIndex,
    "passage": Passage,
    "source-list": _directive(lambda case, _, __: cards.source_list(case), arguments=0),
    "edge-list": _directive(lambda case, name, _: cards.edge_list(case, name)),
    "case-figure": CaseFigure,
    "vocabulary": _directive(lambda _, name, __: cards.vocabulary_list(name)),
    "corrections": _directive(lambda case, _, __: cards.correction_list(case), arguments=0),
    "hand-in-list": HandInList,
}


# --- roles ---------------------------------------------------------------------------------------


class CaseRole(ReferenceRole):
    """A role that links to something of the case."""

    def links(self, case: Case) -> list[nodes.Node]:
        """Return the links for `self.target`."""
        raise NotImplementedError

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the links, or warn with file and line."""
        _note_files(self.env)
        try:
            found = self.links(case_of(self.env))
        except cards.UnknownId as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="whosaidso")
            return [nodes.Text(self.title)], []
        for node in found:
            self.set_source_info(node)
        _note_records(self.env, self.env.docname, found)
        return found, []


class RecordRole(CaseRole):
    """{rec}`r014`, {rec}`r014, r015` or {rec}`Reuters <r014>`."""

    def links(self, case: Case) -> list[nodes.Node]:
        """Return one link per record."""
        names = [name.strip() for name in self.target.split(",")]
        text = self.title if self.has_explicit_title else ""
        return cards.joined([cards.record_link(case, name, text) for name in names], ", ")


class PlaceRole(CaseRole):
    """{art}`southfront-convoys p2`, {art}`southfront-convoys` or {art}`its lead <southfront-convoys p1>`."""

    def links(self, case: Case) -> list[nodes.Node]:
        """Return the link."""
        article, _, paragraph = self.target.strip().partition(" ")
        return [cards.place_link(case, article, paragraph.strip(), self.title if self.has_explicit_title else "")]


class QuoteRole(CaseRole):
    """{q}`q012`: the exact words alone, inside a sentence of ours."""

    def links(self, case: Case) -> list[nodes.Node]:
        """Return the quotation; it links nowhere."""
        quotation = cards.get(case.quotations, self.target.strip(), "quotation")
        return [cards.quoted(quotation.text, cards.language_of(case, quotation.article))]


# --- links, resolved once every page has been read ------------------------------------------------


def resolve(app: Sphinx, env: BuildEnvironment, node: nodes.Element, inner: nodes.Element) -> nodes.Node | None:
    """Return the reference for one of our links."""
    if node.get("reftype") != "wss":
        return None
    page = env.wss_anchors.get(node["reftarget"])  # type: ignore[attr-defined]
    if page is None:
        logger.warning("no page of the book shows %s.", node["reftarget"], location=node, type="whosaidso")
        return inner
    return make_refnode(app.builder, node["refdoc"], page, node["reftarget"], inner, node["wss_title"])


def _name_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Tell each of our links which page it stands on."""
    for node in doctree.findall(nodes.Element):
        if node.get("reftype") == "wss":
            node["refdoc"] = app.env.docname


def purge(app: Sphinx, env: BuildEnvironment, page: str) -> None:
    """Forget what a page carried before it is read again."""
    env.wss_anchors = {a: p for a, p in env.wss_anchors.items() if p != page}  # type: ignore[attr-defined]
    env.wss_cited.pop(page, None)  # type: ignore[attr-defined]
    env.wss_exercises.pop(page, None)  # type: ignore[attr-defined]


def merge(app: Sphinx, env: BuildEnvironment, pages: list[str], other: BuildEnvironment) -> None:
    """Take over what another process read."""
    env.wss_anchors |= {a: p for a, p in other.wss_anchors.items() if p in pages}  # type: ignore[attr-defined]
    env.wss_cited |= {p: r for p, r in other.wss_cited.items() if p in pages}  # type: ignore[attr-defined]
    env.wss_exercises |= {p: True for p in other.wss_exercises if p in pages}  # type: ignore[attr-defined]


def page_extras(app: Sphinx, page: str, template: str, context: dict, doctree: nodes.document | None) -> None:
    """Keep search engines off the pages that retell an article, and scripts nobody uses off all pages."""
    env = app.env
    if any(anchor.startswith("art-") and home == page for anchor, home in env.wss_anchors.items()):  # type: ignore[attr-defined]
        context["metatags"] = context.get("metatags", "") + '\n<meta name="robots" content="noindex">\n'
    if page in env.wss_exercises:  # type: ignore[attr-defined]
        app.add_css_file("forms.css")
        app.add_js_file("forms.js", loading_method="defer")
    scripts = context.get("script_files", [])
    context["script_files"] = [s for s in scripts if not _is_thebe(s)]


def _is_thebe(script: Any) -> bool:
    """Say whether a script belongs to sphinx-thebe, which Jupyter Book adds though no page uses it."""
    return "thebe" in str(getattr(script, "filename", "") or "") or "THEBE_JS_URL" in str(
        getattr(script, "attributes", {}).get("body", "")
    )


def drop_thebe(app: Sphinx, doctree: nodes.document, page: str) -> None:
    """Take out the settings that sphinx-thebe writes into every page; they name a third party."""
    for node in list(doctree.findall(nodes.raw)):
        if "x-thebe-config" in node.astext() or node.astext().strip().startswith("<script>kernelName"):
            node.parent.remove(node)


# --- writing our two nodes ------------------------------------------------------------------------


def _open(translator: Any, node: nodes.Element, suffix: str) -> None:
    attributes = {key: value for key, value in node["attributes"].items() if value}
    translator.body.append(translator.starttag(node, node["tag"], suffix, **attributes))


def _html_visit_box(translator: Any, node: nodes.Element) -> None:
    _open(translator, node, "\n")


def _html_depart_box(translator: Any, node: nodes.Element) -> None:
    translator.body.append(f"</{node['tag']}>\n")


def _html_visit_span(translator: Any, node: nodes.Element) -> None:
    _open(translator, node, "")


def _html_depart_span(translator: Any, node: nodes.Element) -> None:
    translator.body.append(f"</{node['tag']}>")


def _pass(translator: Any, node: nodes.Element) -> None:
    """Write only what is inside."""


def _writers() -> Iterator[str]:
    yield from ("latex", "text", "man", "texinfo")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("whosaidso_case", "mosul_2016", "env")
    plain: dict[str, Any] = dict.fromkeys(_writers(), (_pass, _pass))
    app.add_node(cards.box, html=(_html_visit_box, _html_depart_box), **plain)
    app.add_node(cards.span, html=(_html_visit_span, _html_depart_span), **plain)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_role("rec", RecordRole())
    app.add_role("art", PlaceRole())
    app.add_role("q", QuoteRole())
    app.connect("builder-inited", read_case)
    app.connect("builder-inited", write_forms)
    app.connect("doctree-read", _name_pages)
    app.connect("missing-reference", resolve)
    app.connect("env-purge-doc", purge)
    app.connect("env-merge-info", merge)
    app.connect("doctree-resolved", drop_thebe, priority=900)
    app.connect("html-page-context", page_extras, priority=900)
    app.connect("build-finished", write_hand_in_pages)
    return {"version": __version__, "env_version": 1, "parallel_read_safe": True, "parallel_write_safe": True}
