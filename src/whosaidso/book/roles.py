"""Roles: citations, places in an article, and exact words inside a sentence of ours."""

from __future__ import annotations

import re
from collections.abc import Callable

from docutils import nodes
from sphinx.util import logging
from sphinx.util.docutils import ReferenceRole, SphinxRole

from whosaidso import cards, reference
from whosaidso.book.pages import apply_prefix, case_called, case_of, note_files, note_records, prefix_of
from whosaidso.cases import case_ids
from whosaidso.records import Case

logger = logging.getLogger(__name__)


class CaseRole(ReferenceRole):
    """A role that links to something of the page's case, or of another that is named: `mosul_2016:r056`."""

    def links(self, case: Case, target: str) -> list[nodes.Node]:
        """Return the links for `target`."""
        raise NotImplementedError

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the links, or warn with file and line."""
        case = case_of(self.env, self.inliner.document)
        named = re.match(r"([a-z0-9_]+):(.*)", self.target, re.S)
        other, target = named.groups() if named else ("", self.target)
        if case is None:
            return [nodes.Text(self.title)], []
        try:
            if other:
                cards.get(dict.fromkeys(case_ids()), other, "case")
                case = case_called(self.env, other)
            found = self.links(case, target)
        except cards.UnknownId as error:
            logger.warning("%s: %s", self.name, error, location=self.get_location(), type="whosaidso")
            return [nodes.Text(self.title)], []
        note_files(self.env, case)
        apply_prefix(found, prefix_of(self.env, case))
        for node in found:
            self.set_source_info(node)
        note_records(self.env, found)
        return found, []

    def words(self, plain: str = "") -> str:
        """Return the words that the page gives the link, or `plain` if it gives none."""
        return self.title if self.has_explicit_title else plain


class RecordRole(CaseRole):
    """{rec}`r014`, {rec}`r014, r015`, {rec}`Reuters <r014>` or, from another case, {rec}`mosul_2016:r014`."""

    def links(self, case: Case, target: str) -> list[nodes.Node]:
        """Return one link per record; one of another case is called as the page calls it."""
        names = [name.strip() for name in target.split(",")]
        text = self.words(self.target if len(names) == 1 and target != self.target else "")
        return cards.joined([cards.record_link(case, name, text) for name in names], ", ")


class PlaceRole(CaseRole):
    """{art}`southfront-convoys p2`, {art}`southfront-convoys` or {art}`its lead <southfront-convoys p1>`."""

    def links(self, case: Case, target: str) -> list[nodes.Node]:
        """Return the link."""
        article, _, paragraph = target.strip().partition(" ")
        return [cards.place_link(case, article, paragraph.strip(), self.words())]


class QuoteRole(CaseRole):
    """{q}`q012`: the exact words alone, inside a sentence of ours."""

    def links(self, case: Case, target: str) -> list[nodes.Node]:
        """Return the quotation; it links nowhere."""
        quotation = cards.get(case.quotations, target.strip(), "quotation")
        return [cards.quoted(quotation.text, cards.language_of(case, quotation.article))]


class LanguageRole(SphinxRole):
    """{fr}`mot`: words in another language than the page's."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the words, marked with their language."""
        return reference.in_language(self.text, self.name), []


def _role(make: Callable[[Case, str], list[nodes.Node]]) -> CaseRole:
    """Return a role around a function of case and target."""

    class Made(CaseRole):
        def links(self, case: Case, target: str) -> list[nodes.Node]:
            return make(case, target.strip())

    return Made()


ROLES = {
    "rec": RecordRole(),
    "art": PlaceRole(),
    "q": QuoteRole(),
    "arabic": _role(reference.arabic),
    "speaks": _role(reference.speaks),
    "count": _role(reference.count),
    **{language: LanguageRole() for language in reference.LANGUAGES},
}
