"""Scaffold a new case or a new exercise kind, and keep a case's notebooks in step with its tasks and keys.

Writes files and knows no gold of its own: a key that a notebook's model answers are made from is handed in.
"""
