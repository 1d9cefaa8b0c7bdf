"""What a course keeps of its students, and how it is let go: forget one of them, pack a finished term.

Knows the places in which grading, collecting and marking put things; knows nothing of what stands in an answer.
"""
