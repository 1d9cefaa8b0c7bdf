"""What the exercise kinds share on the student's side. Never sees graded gold."""
