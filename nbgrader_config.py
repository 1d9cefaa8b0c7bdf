"""Course wiring for nbgrader: our folder names, and grading without running anything.

Only names are set here and nothing of ours is imported: an error in this file would make nbgrader
fall back to its defaults, and its default is to execute student notebooks. For the same reason the
gradebook has a name of its own: without this file nbgrader finds no assignment, and stops.
"""

import os
import sys
from pathlib import Path

c = get_config()
root = Path(__file__).resolve().parent

c.CourseDirectory.root = str(root)
c.CourseDirectory.db_url = "sqlite:///" + (root / "whosaidso-gradebook.db").as_posix()
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "exercises"
# Keys and debriefs must not travel to students; drafts of the forms must not travel anywhere.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "gold.toml", "debrief.md", "monday-answers.md", ".whosaidso",
    ".writing-*",
]  # fmt: skip
c.ClearSolutions.code_stub = {"python": "# Your answer stands above this line."}

# Right answers in feedback: "1" shows them. Leave it off while anyone may still hand in.
os.environ.setdefault("WHOSAIDSO_SHOW_GOLD", "0")
os.environ["WHOSAIDSO_SOLUTIONS"] = str(root / "solutions")
# nbgrader calls alembic from PATH when it makes the gradebook.
programs = str(Path(sys.executable).parent)
if programs not in os.environ.get("PATH", "").split(os.pathsep):  # formgrader reads this file at every click
    os.environ["PATH"] = os.pathsep.join([programs, os.environ.get("PATH", "")])
c.GenerateFeedback.exporter_class = "whosaidso.grading.preprocessors.FeedbackExporter"

if os.environ.get("WHOSAIDSO_EXECUTE") != "1":
    c.Autograde.exporter_class = "whosaidso.grading.preprocessors.DataExporter"
    c.Autograde.sanitize_preprocessors = ["whosaidso.grading.preprocessors.Restore"]
    # The order matters: marks are saved after they are made, penalties come after marks.
    c.Autograde.autograde_preprocessors = [
        "whosaidso.grading.preprocessors.ReadAnswers",
        "whosaidso.grading.preprocessors.SaveMarks",
        "nbgrader.preprocessors.AssignLatePenalties",
        "nbgrader.preprocessors.CheckCellMetadata",
    ]
