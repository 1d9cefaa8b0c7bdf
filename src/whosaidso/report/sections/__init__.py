"""The sections of the page in their order, each from the analysis alone."""

from __future__ import annotations

from whosaidso.report.analysis import Analysis
from whosaidso.report.items import FEW, FEW_FOR_FLAT, FEWEST_SHARED
from whosaidso.report.pieces import Section
from whosaidso.report.sections.choices import choice_pieces
from whosaidso.report.sections.claims import claim_pieces
from whosaidso.report.sections.detection import class_pieces
from whosaidso.report.sections.earlier import earlier_pieces
from whosaidso.report.sections.groups import group_pieces
from whosaidso.report.sections.items import item_pieces
from whosaidso.report.sections.links import link_pieces
from whosaidso.report.sections.summary import summary_pieces
from whosaidso.report.sections.trust import confidence_pieces, reliability_pieces
from whosaidso.report.sections.words import word_pieces
from whosaidso.report.todo import todo


def sections(analysis: Analysis) -> list[Section]:
    """Return all sections of the page in order; those with nothing to say are left out."""
    whole = [
        Section("todo", "What to do", todo(analysis)),
        Section("class", "Hits and false alarms", class_pieces(analysis)),
        Section("items", "Items", item_pieces(analysis)),
        Section("links", "Links: found, reversed, invented", link_pieces(analysis)),
        Section("words", "What the class marked, word by word", word_pieces(analysis)),
        Section("claims", "Verdicts and records", claim_pieces(analysis)),
        Section("confidence", "Stated confidence", confidence_pieces(analysis, shareable=False)),
        Section("reliability", "How far the marks can be trusted", reliability_pieces(analysis)),
        Section("sections", "Sections compared", group_pieces(analysis)),
        Section("choices", "Two stories to choose from, compared", choice_pieces(analysis)),
        Section("earlier", "Compared with the earlier run", earlier_pieces(analysis)),
        Section("share", "Class summary that may be shown", summary_pieces(analysis), shareable=True),
        Section("method", "What the numbers mean", [METHOD]),
    ]
    return [section for section in whole if section.pieces]


METHOD = (
    f"Shares are hidden below {FEWEST_SHARED} students, correlations, thirds, reliability and doubts about keys below {FEW}, and "
    f"“tells nobody apart” below {FEW_FOR_FLAT}: with fewer, chance speaks louder than the class. Intervals are 95% intervals. "
    "d′ and c: log-linear correction (Hautus 1995). Shares: Wilson (1927). r: corrected item–total correlation with Fisher's "
    "interval. α: Cronbach (1951), which is KR-20 where an item is right or wrong. Agreement on words: Krippendorff's α. A key is doubted when "
    "another answer is chosen by more of the upper third than the key's, and those who chose it did better on everything "
    "else. That is a reason to look, no proof."
)
