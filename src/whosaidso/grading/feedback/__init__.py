"""A page for each student and assignment: the mark, how it was made, and how to contest it."""
