"""What a resolution answers, and what it keeps with an answer to know when it no longer holds."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from plumbrule.languages import Space, Target
from plumbrule.resolve.offered import Read


class Definition(NamedTuple):
    """Where a name leads in the end; `symbol` "" is the module itself."""

    path: str
    symbol: str


Question = tuple[str, int, str, int]  # module, level and name of an import row, and REQUIRED if it says so
Led = tuple[Definition | None, frozenset[Read]]  # where a name leads, and every look that was taken to find it


WHO = -1  # the level of questions that ask who has something, and no import
OF_PACKAGE = -2  # of those that ask all that is to be known of a name in a package
ANYWHERE = "/"  # the folder of such questions: the answer is the same in each
NOTHING: frozenset[Read] = frozenset()
NOWHERE: Led = (None, NOTHING)
NONE: frozenset[str] = frozenset()


class Answer:
    """What the files of one folder get for (module, level, name), and who hangs on it."""

    __slots__ = ("asked", "question", "scope", "target", "users")

    def __init__(self, scope: tuple[str, str], question: Question, target: Target, asked: Iterable[str]) -> None:
        self.scope = scope  # (language, folder), or the file where modules are nested
        self.question = question
        self.target = target
        self.asked = asked  # paths and "folder/" that were looked for
        self.users: set[str] = set()


class Gathered(Answer):
    """What there is in a package under a name, from several questions, and what was found by that."""

    __slots__ = ("adds", "found", "is_package")

    def __init__(
        self, scope: tuple[str, str], question: Question, target: Target, asked: Iterable[str], *, is_package: bool
    ) -> None:
        super().__init__(scope, question, target, asked)  # who defines it; a space if nobody does
        self.is_package = is_package
        self.adds: Target = Space()  # the file whose object adds to the package
        self.found: dict[tuple[object, ...], object] = {}


class Told(NamedTuple):
    """What is answered to a file: of its imports as to all that stand where it does, and of who has something."""

    scope: tuple[str, str]
    answers: dict[Question, Answer]
    anywhere: tuple[str, str]
    who: dict[Question, Answer]
