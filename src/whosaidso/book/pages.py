"""Which case a page shows, which page carries which card, and what each page cites.

A page shows the book's own case unless its front matter says `case: NAME`. Anchors of the book's own case
are plain (`rec-r001`); those of any other have its id before them (`helicopter_2017-rec-r001`), so that two
cases may both have a record r001.
"""

from __future__ import annotations

from pathlib import Path

from docutils import nodes
from docutils.nodes import literal, literal_block, reference
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.util.nodes import make_refnode

from whosaidso import cards
from whosaidso.cases import CASES, case_ids, load_case
from whosaidso.faults import DataError
from whosaidso.records import CITATION, Case

logger = logging.getLogger(__name__)

_ROOM = Path(__file__).parents[1]
_CODE = [_ROOM / name for name in ("cards.py", "records.py", "reference.py", "vocabulary.py", "worksheets.py")]
_CODE += [
    *_ROOM.glob("book/*.py"),
    *_ROOM.glob("figures/*.py"),
    *_ROOM.glob("kinds/*/*.py"),
    *_ROOM.glob("forms/s*.py"),
]
ANSWERS = "solutions/"
HOLDING_ANSWERS = (ANSWERS, "book/instructors/")
"""Folders whose pages are in no class edition."""
_NONE = "none"
"""What stands for a case that a page names and nobody has."""


# --- the cases, read once per build --------------------------------------------------------------


def read_case(app: Sphinx) -> None:
    """Load the book's own case, or stop the build with every fault there is."""
    app.whosaidso_case = _load(app.config.whosaidso_case)  # type: ignore[attr-defined]
    for attribute in ("wss_anchors", "wss_cited", "wss_exercises"):
        if not hasattr(app.env, attribute):
            setattr(app.env, attribute, {})


def _load(name: str) -> Case:
    try:
        return load_case(name)
    except DataError as error:
        raise ExtensionError(f"The book cannot be built: the case {name!r} has {error}") from None


def own_case(env: BuildEnvironment) -> Case:
    """Return the case that pages show unless they name another."""
    return env.app.whosaidso_case  # type: ignore[attr-defined]


def case_of(env: BuildEnvironment, document: nodes.document) -> Case | None:
    """Return the case of the page being read; None, after one warning, if it names one that there is not."""
    name = env.temp_data.get("wss_case")
    if name is None:
        name = _named(env, document) or own_case(env).id
        if name != own_case(env).id and name not in case_ids():
            logger.warning(
                "the front matter has 'case: %s', and the cases are: %s. Nothing of a case is shown on this page.",
                name, ", ".join(case_ids()), location=env.docname, type="whosaidso",
            )  # fmt: skip
            name = _NONE
        env.temp_data["wss_case"] = name
    return None if name == _NONE else case_called(env, name)


def case_called(env: BuildEnvironment, name: str) -> Case:
    """Return a case by its id."""
    return own_case(env) if name == own_case(env).id else _load(name)


def _named(env: BuildEnvironment, document: nodes.document) -> str:
    """Return the case that a page's front matter names, or ""."""
    for held in document.children:
        if isinstance(held, nodes.field_list):  # gone once Sphinx has read it into the metadata
            return next((f[1].astext().strip() for f in held if f[0].astext() == "case"), "")
    return str(env.metadata.get(env.docname, {}).get("case", "")).strip()


def note_files(env: BuildEnvironment, case: Case) -> None:
    """Make the page depend on the case's files, so that a change of data builds it again."""
    for path in (*sorted((CASES / case.id).glob("*.toml")), *_CODE):
        env.note_dependency(str(path))


# --- anchors -------------------------------------------------------------------------------------


def prefix_of(env: BuildEnvironment, case: Case) -> str:
    """Return what stands before the anchors of a case: nothing for the book's own."""
    return "" if case.id == own_case(env).id else f"{case.id}-"


def apply_prefix(found: list[nodes.Node], prefix: str) -> None:
    """Put the prefix before every anchor in these nodes and every link to one."""
    if not prefix:
        return
    for node in found:
        for inner in node.findall(nodes.Element):
            inner["ids"] = [prefix + name for name in inner["ids"]]
            for key in ("refid", "reftarget") if inner.get("reftype", "wss") == "wss" else ():
                if key in inner:
                    inner[key] = prefix + inner[key]
            if "aria-labelledby" in inner.get("attributes", ()):
                inner["attributes"]["aria-labelledby"] = prefix + inner["attributes"]["aria-labelledby"]


def cited_records(env: BuildEnvironment) -> dict[str, set[str]]:
    """Return the records that each page cites, by page name; those of another case with its id before them."""
    return {page: set(held) for page, held in env.wss_cited.items()}  # type: ignore[attr-defined]


def note_records(env: BuildEnvironment, found: list[nodes.Node]) -> None:
    """Remember which records the page being read cites."""
    cited = env.wss_cited.setdefault(env.docname, set())  # type: ignore[attr-defined]
    for node in found:
        for xref in node.findall(lambda n: n.get("reftype") == "wss" if isinstance(n, nodes.Element) else False):
            case, found_it, record = xref["reftarget"].rpartition("rec-")
            if found_it:
                cited.add(f"{case.removesuffix('-')}:{record}" if case else record)


def link_bare_records(app: Sphinx, doctree: nodes.document) -> None:
    """In a debrief, make every bare record number a link: these pages are also read as plain Markdown.

    A number that the page's case does not have is one of the book's own.
    """
    env = app.env
    page = case_of(env, doctree) if env.docname.startswith("solutions/") else None
    if page is None:
        return
    for text in list(doctree.findall(nodes.Text)):
        above = text.parent
        while above is not None and not isinstance(above, (literal, literal_block, reference, pending_xref)):
            above = above.parent
        if above is not None:
            continue
        parts: list[nodes.Node] = []
        end = 0
        for match in CITATION.finditer(text):
            case = next((c for c in (page, own_case(env)) if match[2] in c.records), None)
            if case is None:
                continue
            found = [cards.record_link(case, match[2])]
            apply_prefix(found, prefix_of(env, case))
            note_records(env, found)
            parts += [nodes.Text(text[end : match.start()]), *found]
            end = match.end()
        if parts:
            text.parent.replace(text, [*parts, nodes.Text(text[end:])])
    note_files(env, page)


# --- links, resolved once every page has been read ------------------------------------------------


def resolve(app: Sphinx, env: BuildEnvironment, node: nodes.Element, inner: nodes.Element) -> nodes.Node | None:
    """Return the reference for one of our links."""
    if node.get("reftype") != "wss":
        return None
    page = env.wss_anchors.get(node["reftarget"])  # type: ignore[attr-defined]
    if page is None and env.config.whosaidso_part:
        return inner
    if page is None:
        logger.warning("no page of the book shows %s.", node["reftarget"], location=node, type="whosaidso")
        return inner
    return make_refnode(app.builder, node["refdoc"], page, node["reftarget"], inner, node["wss_title"])


def name_pages(app: Sphinx, doctree: nodes.document) -> None:
    """Tell each of our links which page it stands on; warn of an unknown case also where nothing asked for it."""
    case_of(app.env, doctree)
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
