"""Directives of debriefs only: what they show tells graded gold, and no class edition has such a page."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from docutils import nodes

from whosaidso import cards
from whosaidso.book.directives import CaseDirective
from whosaidso.book.pages import ANSWERS, prefix_of
from whosaidso.book.pictures import draw_twice
from whosaidso.figures.whole import figures_of
from whosaidso.gold import read_gold
from whosaidso.records import Case


class WholeFigure(CaseDirective):
    """A figure that the gold beside the page completes: `whole_network` or `whole_wording`."""

    def show(self, case: Case, name: str) -> list[nodes.Node]:
        """Draw it from the case and the gold.toml in the page's own folder."""
        if not self.env.docname.startswith(ANSWERS):
            raise cards.Refused(
                f"the figure {name!r} tells graded answers and may stand on a page under {ANSWERS} only."
            )
        folder = PurePosixPath(self.env.docname).parent
        path = Path(self.env.srcdir) / folder / "gold.toml"
        self.env.note_dependency(str(path))
        gold, faults = read_gold(path, folder.name, case)
        if faults:
            raise cards.Refused(f"the figure {name!r} needs sound gold, and there is a fault: {faults[0]}")
        drawn = cards.get(figures_of(gold), name, f"figure of {folder.name}'s gold")
        return draw_twice(self.env, case, drawn, f"{prefix_of(self.env, case)}{name}")
