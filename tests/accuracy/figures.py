"""Compares complexities of functions with radon's, complexipy's and lizard's on the pinned projects of accuracy.py.

    make accuracy [ONLY=go,java] [TREE=path]    or: python tests/accuracy/figures.py [--only go] [--tree path]

Prints a Markdown table. Functions are one that have one name and end on one line; `functions` is how many the tool
tells, `compared` how many of them are ours as well. Exit 1 if a language misses its floor. By how much others differ,
with examples, is kept in tests/golden/accuracy.
"""

from __future__ import annotations

import argparse
import re
import sys
import tempfile
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE))

from fetching import NotFetched, languages_pinned, projects  # noqa: E402

from accuracy import GOLDEN, graph_of  # noqa: E402 - beside this file

COLUMNS = "language, project, compared with, figure, functions, compared, equal, share, floor"
HEAD = f"| {COLUMNS.replace(', ', ' | ')} |\n|---|---|---|---|{'---:|' * 5}"
_NEAR = 200  # lines between where two tools say that a function begins: annotations, overloads with their comments
_EXAMPLES = 15
_BUILT = re.compile(r"(?:^|/)(?:dist|build|libs)/.*\.[cm]?[jt]s$")  # by a tool: several functions on each line


class Told(NamedTuple):
    """One function as a tool tells it."""

    name: str  # without what is around it
    line: int
    end: int  # line: where a function begins, decorators and overloads leave open
    value: int


@dataclass(frozen=True)
class Rival:
    """A tool, and the figure of ours that it is compared with."""

    tool: str
    figure: str  # column of the table `function`
    languages: tuple[str, ...]
    read: Callable[[Path], Iterable[Told]]  # the functions of one file
    floor: float
    within: int = 0  # how far apart two values may be and count as equal

    def version(self) -> str | None:
        try:
            return metadata.version(self.tool)
        except metadata.PackageNotFoundError:
            return None


_APART = re.compile(r"\s*(?:$|/[/*]|\*)")  # a line that is blank, or of a comment
# What lizard 1.24 is known to get wrong, by ending: found by reading differences, each with what puts it right.
_FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    # `foreach` is no decision to it in C#; a `for` is.
    ".cs": ((r"\bforeach(?=\s*\()", "for    "),),
    # Where `?:` stands close to a name it is none to it, a call of `get` begins an accessor, the arrow of a lambda a
    # function that ends with the next block.
    ".kt": (
        (r"(?<=\w)\?:", " ?:"),
        (r"(?<=\.)[gs]et\b", "got"),
        (r"(?m)^((?!.*\bwhen\b.*\{).*?\{[^\S\n]*[\w(][^\n{}]*?)->", r"\1  "),
    ),
    # The `?` of a type that may be null is a condition to it.
    ".php": ((r"\?(?=\\?[A-Za-z_][\w\\]*\s*(?:&\s*)?(?:\.\.\.)?\$|\\?[A-Za-z_][\w\\]*\s*[;{])", " "),),
    # A method called like a keyword is one to it, `unless` is no decision, and `ensure`, which always runs, is one.
    ".rb": (
        (r"(?<!\.)\.(?:if|until|while|for|when|rescue|ensure|and|or)\b", ".named"),
        (r"(?<![.:@$\w])unless\b(?![:?!]\B)", "if"),
        (r"(?m)^(\s*)ensure\b(?!:)", r"\1"),
    ),
    # Neither a bound behind `where` nor a closure without parameters is a decision.
    ".rs": ((r"\bwhere\b", "     "), (r"(?:(?<=[(,=])|(?<=\bmove))(\s*)\|\|", r"\1  ")),
    # To it a decision is what is done otherwise, a `case class`, a `catch` beside its cases, a `do` with its `while`.
    ".scala": (
        (r"\bcase(?=\s+(?:_\s*=>|class\b|object\b))", "    "),
        (r"\bcatch(?=\s*\{)", "     "),
        (r"\bdo\b", "  "),
        # The first word behind a function is one of it.
        (r"(?m)^([^\S\n]*)(?=(?:if|for|while|case)\b)", r"\1; "),
    ),
    # A pattern in a condition is a second decision to it, and a label that is called `for` or `while` is one.
    ".swift": (
        (r"(\b(?:if|guard|while|for)\s+|,\s*)case\b", r"\1    "),
        (r"(?<=[(,])(\s*)(?:for|while|if|guard)(?=\s*:|\s+\w+\s*:)", r"\1_"),
    ),
}


def _lizard(file: Path) -> Iterator[Told]:
    import lizard

    source = file.read_text("utf-8", "replace")
    for wrong, right in _FAULTS.get(file.suffix, ()):
        source = re.sub(wrong, right, source)
    lines = source.split("\n")
    for one in lizard.analyze_file.analyze_source_code(str(file), source).function_list:
        end = one.end_line
        if file.suffix == ".scala":
            # To it a function ends where the next thing stands.
            end = next((at for at in range(min(end - 1, len(lines)), 0, -1) if not _APART.match(lines[at - 1])), end)
        yield Told(_bare(one.name), one.start_line, end, one.cyclomatic_complexity)


def _radon(file: Path) -> Iterator[Told]:
    from radon.complexity import cc_visit

    # It tells methods beside their classes, functions inside others not.
    waiting, told = list(cc_visit(file.read_text("utf-8"))), set()
    while waiting:
        one = waiting.pop()
        if type(one).__name__ == "Function" and (one.name, one.lineno) not in told:
            told.add((one.name, one.lineno))
            yield Told(one.name, one.lineno, one.endline, one.complexity)
        waiting += [*getattr(one, "methods", ()), *getattr(one, "closures", ()), *getattr(one, "inner_classes", ())]


def _complexipy(file: Path) -> Iterator[Told]:
    import complexipy

    for one in complexipy.file_complexity(str(file)).functions:
        yield Told(_bare(one.name), one.line_start, one.line_end, one.complexity)


def _bare(name: str) -> str:
    return name.replace("::", ".").rpartition(".")[2].partition("(")[0].partition("<")[0].strip(" &*")


_OTHERS = (
    "c",
    "cpp",
    "csharp",
    "go",
    "java",
    "javascript",
    "kotlin",
    "php",
    "ruby",
    "rust",
    "scala",
    "swift",
    "typescript",
)
RIVALS = (
    Rival("radon", "cyclomatic", ("python",), _radon, 0.99),
    Rival("complexipy", "cognitive", ("python",), _complexipy, 0.95, within=1),
    Rival("lizard", "cyclomatic", _OTHERS, _lizard, 0.97),
)


class Compared(NamedTuple):
    functions: int  # that the tool tells
    differences: Counter[int]  # ours minus theirs, of those that have one of ours
    examples: list[str]

    @property
    def compared(self) -> int:
        return self.differences.total()

    def equal(self, within: int) -> int:
        return sum(count for difference, count in self.differences.items() if abs(difference) <= within)


def compared(tree: Path, rival: Rival, ours: Mapping[str, Sequence[Told]]) -> Compared:
    """What a tool tells of the files of ours beside what we tell."""
    found = Compared(0, Counter(), [])
    functions = 0
    for path, mine in sorted(ours.items()):
        try:
            theirs = list(rival.read(tree / path))
        except (SyntaxError, ValueError, RecursionError, KeyError, IndexError):
            continue  # the tool cannot read this file
        functions += len(theirs)
        for own, one in _pairs(mine, theirs):
            found.differences[own.value - one.value] += 1
            if own.value != one.value:
                found.examples.append(f"{path}:{own.line} {own.name}: {own.value}, not {one.value}")
    return found._replace(functions=functions)


def _pairs(ours: Sequence[Told], theirs: Sequence[Told]) -> Iterator[tuple[Told, Told]]:
    """Those of one name that end on the same line, and begin near each other. Where one line has several of a name,
    nothing says which is which."""
    named = [{(one.name, one.end): one for one in told} for told in (ours, theirs)]
    several = {
        key for told in (ours, theirs) for key, times in Counter((o.name, o.end) for o in told).items() if times > 1
    }
    for key, own in named[0].items():
        one = named[1].get(key)
        if one is not None and key not in several and abs(own.line - one.line) <= _NEAR:
            yield own, one


def our_functions(tree: Path, languages: Sequence[str], figure: str) -> dict[str, list[Told]]:
    """By file, what our graph says of the functions of these languages."""
    with tempfile.TemporaryDirectory() as scratch:
        spoken = ", ".join(f"'{language}'" for language in languages)
        rows = graph_of(tree, Path(scratch)).query(
            f"SELECT f.path, f.symbol, f.line, s.end_line, f.{figure} AS value FROM function f"
            " JOIN file l USING (repo, path) JOIN symbol s USING (repo, path, symbol, line)"
            f" WHERE l.language IN ({spoken}) AND l.doubtful = 0 ORDER BY ALL"
        )
    found: dict[str, list[Told]] = defaultdict(list)
    for row in rows:
        if _BUILT.search(str(row["path"])):
            continue
        name = str(row["symbol"]).rpartition(".")[2]
        found[str(row["path"])].append(Told(name, *(int(str(row[what])) for what in ("line", "end_line", "value"))))
    return found


def page(project: str, rival: Rival, one: Compared) -> str:
    """What differs on one project, by how much."""
    lines = [f"# {project}: {rival.figure} complexity beside {rival.tool}'s", ""]
    lines += [
        f"{one.equal(rival.within)} of {one.compared} functions are equal.",
        "",
        "| ours minus theirs | functions |",
    ]
    lines += ["|---:|---:|", *(f"| {by} | {count} |" for by, count in sorted(one.differences.items())), ""]
    step = max(1, len(one.examples) // _EXAMPLES)
    return "\n".join([*lines, *(f"- {example}" for example in one.examples[::step][:_EXAMPLES])]).rstrip() + "\n"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--only", default="", help="languages, separated by commas")
    options.add_argument("--tree", default="", help="compare this tree and no pinned project")
    chosen = options.parse_args()
    warnings.simplefilter("ignore")  # what the code of others has in its strings
    wanted = chosen.only.split(",") if chosen.only else languages_pinned()
    if unknown := set(wanted).difference(languages_pinned()):
        options.error(f"no project of {', '.join(sorted(unknown))}; there are {', '.join(languages_pinned())}")
    unmet = False
    print(HEAD)
    for language in wanted:
        # The pinned projects of TypeScript hold JavaScript as well.
        spoken = ("typescript", "javascript") if language == "typescript" else (language,)
        for rival in [rival for rival in RIVALS if language in rival.languages]:
            version = rival.version()
            if version is None:
                print(f"| {language} | | {rival.tool} cannot run here | {rival.figure} | | | | | |")
                continue
            whole = Counter[int]()
            for project in projects(language, chosen.tree):
                tree = project.tree
                if isinstance(tree, NotFetched):
                    print(
                        f"| {language} | {project.title} | not to be had here: {tree} | | | | | | |".replace("\n", " ")
                    )
                    continue
                one = compared(tree, rival, our_functions(tree, spoken, rival.figure))
                whole += one.differences
                share = one.equal(rival.within) / one.compared if one.compared else 0.0
                print(
                    f"| {language} | {project.title} | {rival.tool} {version} | {rival.figure} | {one.functions} |"
                    f" {one.compared} | {one.equal(rival.within)} | {share:.2%} | {rival.floor:.0%} |",
                    flush=True,
                )
                if not chosen.tree:
                    GOLDEN.mkdir(parents=True, exist_ok=True)
                    target = f"{language}-{project.name.replace('/', '-')}-{rival.tool}.md"
                    (GOLDEN / target).write_text(page(project.title, rival, one))
            equal = Compared(0, whole, []).equal(rival.within)
            unmet |= whole.total() > 0 and equal / whole.total() < rival.floor
    sys.exit(1 if unmet else 0)


if __name__ == "__main__":
    main()
