"""`python -m whosaidso.cli`, for where the command itself is not on PATH."""

from whosaidso.cli import main

main()
