"""Every word that the forms of all kinds say, in one place for whoever translates them.

What is in {braces} is filled in by the form. A kind's own words stand in its `form.py`.
"""

from __future__ import annotations

SHARED = {
    "written": "written by the form above; what you type here yourself, the form takes up",
    "before": "typed here before the form was used again:",
    "tools": "Change what you did",
    "undo": "Undo",
    "redo": "Redo",
    "clear": "Start again",
    "undone": "Undone.",
    "redone": "Done again.",
    "cleared": "Everything taken out; Undo brings it back.",
    "restored": "Your earlier work is here again.",
    "saved": "Saved {time}",
    "saving": "Saving …",
    "saved_here": "Saved in this browser {time}",
    "not_saved": "Not saved: {why}",
    "no_storage": "this browser does not let the page keep anything. Save your work as a file before you leave.",
    "storage_full": "this browser has no room left. Save your work as a file before you leave.",
    "elsewhere": "Taken over from another tab.",
    "unreadable_line": "The text below was typed into the answer and cannot be read from line {line} on. Nothing of it has been changed. Mend it where it was typed, or use the form instead.",
    "unreadable_word": "The text below was typed into the answer, and the form cannot show all of it. Nothing of it has been changed. It can be handed in as it is, or you use the form instead.",
    "unreadable_long": "The text below was typed into the answer. It has {used} characters, and only {most} can be graded. Nothing of it has been changed. Shorten it where it was typed, or use the form instead.",
    "take_over": "Use the form instead (the typed text is kept as a note)",
    "taken_over": "The form writes your answer again.",
    "locked": "The form is waiting: the answer holds typed text that it cannot show.",
    "differently": "I see it differently: {about}",
    "differently_help": "Do you think that this item or its key is unfair, or that a record is missing? Say so here. It goes to your teacher with your answer, and never lowers a mark.",
    "note_why": "What do you see differently, and why? (at most 60 words)",
    "note_record": "A record from outside, if you have one: publisher, date, address",
    "note_count": "{used} of {most} words",
    "note_long": "{used} words: please stay within {most}",
    "check": "Check",
    "check_all": "Check my answers",
    "not_yet": "Answer first, then check.",
    "try_again": "Change your answer and check again, {left} more times, or",
    "try_once": "Change your answer and check once more, or",
    "show_reason": "see our reason now",
    "changed_since": "You have changed this since you checked it.",
    "right": "Right",
    "half": "Half right",
    "wrong": "Not right",
    "neither": "Counts neither way",
    "key": "Our reason",
    "open_key": "Nothing is marked here; you see our reasons at once.",
}

# What is said instead on chapter pages, where nothing is handed in and no file is saved.
OPEN = {
    "differently_help": "Do you think that this item or its key is unfair, or that a record is missing? Write it down here; it stays in this browser. Then tell your teacher, or us: the page “Corrections” says how.",
    "no_storage": "this browser does not let the page keep anything. What you do here is gone when you leave the page.",
    "storage_full": "this browser has no room left. What you do here is gone when you leave the page.",
}

# What is said of keeping the answer in a notebook. The banner above a notebook has no Python behind it:
# its words stand in labextension/static/strings.json.
NOTEBOOK = {
    "teacher": "this is the teacher's copy, with the model answer in it. The form shows it and does not write here.",
    "outside": "the form stands outside its notebook. Go back to the notebook's own page.",
    "no_cell": "the notebook has lost the grey cell of this answer. Undo that (menu Edit, Undo Cell Operation) or download a fresh copy, then change something here.",
    "two_cells": "the notebook has the grey cell of this answer twice. Delete the copy, then change something here.",
    "read_only": "this notebook may not be changed here. In the menu choose File, Save Notebook As …, and go on in a folder of your own.",
    "changed": "the file was changed from elsewhere, and nothing was chosen in the question about it. Press Ctrl+S and choose.",
    "full": "the disk is full. What you did still stands in the notebook on screen: make room, then press Ctrl+S.",
    "disk": "the file could not be written ({why}). What you did still stands in the notebook on screen: press Ctrl+S to try again.",
    "no_reason": "no reason was given",
    "typing": "something else was written into the grey cell at the same moment, and that counts. Do it once more here.",
    "from_cell": "Taken over from the grey cell below.",
    "draft": "Draft kept {time}. Run the grey cell below (Shift+Enter): that puts your answer into the notebook.",
    "put": "Your answer stands in the grey cell below. Save the notebook now (Ctrl+S).",
    "by_hand": "This program does not let the form write into the notebook by itself. When you have filled it in, run the grey cell below (Shift+Enter), then save the notebook.",
    "no_kernel": "Python does not answer. What you did is still on screen; restart Python (menu Kernel), then run the form's cell again.",
    "draft_never": "no drafts are kept in this folder. Run the grey cell below: that puts your answer into the notebook.",
    "draft_read_only": "this folder may not be written to. Run the grey cell below: that puts your answer into the notebook.",
    "draft_full": "the disk is full. Run the grey cell below: that puts your answer into the notebook.",
    "draft_other": "the draft could not be kept ({why}). Run the grey cell below: that puts your answer into the notebook.",
}
