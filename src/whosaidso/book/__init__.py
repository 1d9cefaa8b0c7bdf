"""Sphinx extension of the book: directives and roles that show a case's data.

Thin on purpose: `whosaidso.cards` makes the nodes; this room hears what a page asks for, refuses what does
not exist, and knows which case a page shows and which page carries which card. Reads public case data only.
"""

from __future__ import annotations

from typing import Any

from sphinx.application import Sphinx

from whosaidso import __version__, cards
from whosaidso.book import html, pages
from whosaidso.book.directives import DIRECTIVES, write_forms, write_hand_in_pages
from whosaidso.book.pages import cited_records
from whosaidso.book.roles import ROLES
from whosaidso.book.whole import WholeFigure

__all__ = ["cited_records", "setup"]


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_config_value("whosaidso_case", "mosul_2016", "env")
    # True where only some pages are built, as for print: what links to the others is then plain text.
    app.add_config_value("whosaidso_part", False, "env")
    plain: dict[str, Any] = dict.fromkeys(("latex", "text", "man", "texinfo"), (html.inside, html.inside))
    app.add_node(cards.box, html=(html.visit_box, html.depart_box), **plain)
    app.add_node(cards.span, html=(html.visit_span, html.depart_span), **plain)
    for name, directive in DIRECTIVES.items():
        app.add_directive(name, directive)
    app.add_directive("whole-figure", WholeFigure)
    for name, role in ROLES.items():
        app.add_role(name, role)
    app.setup_extension("whosaidso.book.reflections")
    app.setup_extension("whosaidso.book.progress")
    app.connect("builder-inited", pages.read_case)
    app.connect("builder-inited", write_forms)
    app.connect("doctree-read", pages.link_bare_records)
    app.connect("doctree-read", pages.name_pages)
    app.connect("missing-reference", pages.resolve)
    app.connect("env-purge-doc", pages.purge)
    app.connect("env-merge-info", pages.merge)
    app.connect("doctree-resolved", html.drop_thebe, priority=900)
    app.connect("html-page-context", html.page_extras, priority=900)
    app.connect("build-finished", write_hand_in_pages)
    app.connect("build-finished", html.empty_icon_script)
    return {"version": __version__, "env_version": 2, "parallel_read_safe": True, "parallel_write_safe": True}
