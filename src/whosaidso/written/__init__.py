"""The written part: what a person marks, by rubric, alone or with others, and how far they agree."""
