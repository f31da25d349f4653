"""Lines that name Plumbrule in what is no YAML: scripts, build files, pipelines in a language of their own."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from plumbrule.pipelines.steps import NAMED, RUNS, continued
from plumbrule.pipelines.weaker import VERSION, weaker_command
from plumbrule.policy.loosening import Loosening

_LINES = re.compile(
    r"(.*/)?(Jenkinsfile([.-](?!md\b)[^/]+)?|[^/]+\.jenkinsfile|(GNU)?[Mm]akefile|[^/]+\.mk|[Jj]ustfile|tox\.ini|noxfile\.py|package\.json"
    r"|pyproject\.toml)|(.*/)?(\.ci|ci|\.husky|\.githooks|\.buildkite|scripts?|tools|bin|build|hack)/([^/]+/)*[^/.]+(\.(sh|bash|py))?"
)
# Lines of such a file that take the force of another: conditions and whatever catches a failure.
_CATCHES = re.compile(
    r"\b(catchError|warnError|returnStatus)\b|\bwhen\s*\{|^\.IGNORE\b|^\.ONESHELL\b|\btry\s*\{|^set\s+\+\S*e"
    r"|^trap\b|^alias\b|^(function\s+)?plumbrule\s*\(\)|\bgit\s+(checkout|switch|reset|stash)\b|^if\s+false"
)
_ENDS = re.compile(r"^(exit(\s+0)?|true|:)$")  # of a script: what its last line says, it says
_STOPS = re.compile(r"^set\s+-\S*e")  # a script that ends at its first failure
_BLOCK = re.compile(r"/\*.*?\*/", re.DOTALL)


def is_script(path: str) -> bool:
    """Whether a file may be where the gate is run, and is no YAML."""
    return _LINES.fullmatch(path) is not None


def said_in(files: Mapping[str, str]) -> dict[str, list[str]]:
    """The lines of what is no YAML that name Plumbrule, comments apart."""
    found: dict[str, list[str]] = {}
    for path, text in files.items():
        if is_script(path):
            lines = (" ".join(line.split()) for line in continued(_BLOCK.sub(_blank, text)))
            means = RUNS if path.endswith("pyproject.toml") else NAMED
            found[path] = [line for line in lines if means.search(line) and not line.startswith(("#", "//"))]
    return found


def _blank(match: re.Match[str]) -> str:
    return "\n" * match[0].count("\n")


def gone(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> Iterator[Loosening]:
    stand = Counter(VERSION.sub("", line) for lines in after.values() for line in lines)
    for path, lines in sorted(before.items()):
        for line in lines:
            bare = VERSION.sub("", line)
            if stand[bare]:
                stand[bare] -= 1
                continue
            run = RUNS.search(line)
            others = [one for one in after.get(path, ()) if run and (again := RUNS.search(one)) and again[1] == run[1]]
            if any(not list(weaker_command(line, one)) for one in others):
                continue
            shown = line if len(line) <= 80 else f"{line[:77]}..."
            yield Loosening("pipeline", f"{path}: {shown}", f"{path} no longer says `{shown}`.", path)


def caught(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Loosening]:
    """What came into a file that runs the gate and takes the force of it."""
    for path in sorted(before.keys() & after.keys()):
        if not is_script(path) or not RUNS.search(before[path]) or not RUNS.search(after[path]):
            continue
        was, now = (Counter(" ".join(line.split()) for line in continued(side[path])) for side in (before, after))
        # Each line of a makefile has a shell of its own.
        ends = None if re.search(r"[Mm]akefile$|\.mk$|[Jj]ustfile$", path) else _ENDS
        told = [f"says `{line}` now" for line in now - was if _CATCHES.search(line) or (ends and ends.search(line))]
        told += [f"no longer says `{line}`" for line in was - now if _STOPS.search(line) and not _still(now)]
        for words in sorted(told):
            yield Loosening("pipeline", f"{path}: {words}", f"{path}, which runs the gate, {words}.", path)


def _still(lines: Counter[str]) -> bool:
    return any(_STOPS.search(line) for line in lines)
