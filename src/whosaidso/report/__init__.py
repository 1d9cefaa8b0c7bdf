"""The instructor's page: what the class understood, which items failed, what to teach next.

Reads the gradebook, the outcomes of grading and the keys; writes nothing but the page and its tables.
The arithmetic is in `statistics`, which knows nothing of any of them.
"""
