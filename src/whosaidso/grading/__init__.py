"""Grading as data: student notebooks are read, never executed, on the instructor's machine.

`literals` reads an answer cell, `notebooks` reads and rebuilds a hand-in, `marking` fills in the marks,
`preprocessors` plugs it into nbgrader. Student-written text leaves this room only as literal text.
"""
