"""`python -m plumbrule`: the same as the command."""

from plumbrule.cli import program

program()
