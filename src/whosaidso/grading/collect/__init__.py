"""From whatever pile of files an instructor has to nbgrader's submitted/<student>/<assignment>/<assignment>.ipynb.

`make_plan` looks at every file once and decides; nothing is written. `carry_out` reads the files that count
a second time and writes them. `archives` looks into piles, `layouts` knows the LMSs' names of files, `reading`
what a file says of itself, `names` whose it is, `index` every attempt, `students` the gradebook, `sent` what is no
hand-in, `extensions` what a worksheet grants, `problems` what needs attention.
"""

from __future__ import annotations

from whosaidso.grading.collect.archives import Piles, shown
from whosaidso.grading.collect.plan import Choices, Late, Placement, Plan, make_plan
from whosaidso.grading.collect.sources import open_sources
from whosaidso.grading.collect.write import carry_out

__all__ = ["Choices", "Late", "Piles", "Placement", "Plan", "carry_out", "make_plan", "open_sources", "shown"]
