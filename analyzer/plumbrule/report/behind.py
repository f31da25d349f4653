"""What stands behind a finding, in plain words: the lines of the policy, both sides of the change, who and when.

Hides git and the policy. Whatever cannot be had, such as a commit that this clone lacks, is left out with a sentence.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence
from datetime import date

from plumbrule.errors import PlumbruleError
from plumbrule.git import Commit, Repository, Skipped
from plumbrule.judge import Rule
from plumbrule.policy import Policy
from plumbrule.report.model import Finding
from plumbrule.supposed import Part, asked

_BYTES = 2_000_000
_LINES = 12  # of one excerpt
_AROUND = 2  # lines before and after what changed
_COMMITS = 5  # that changed the file, named

Texts = tuple[str | None, str | None]  # of a file before and after; None = it was not there


def policy_lines(finding: Finding, policy: Policy, rules: Sequence[Rule], today: date) -> list[str]:
    """What in the policy makes the rule object, for a dependency from file to file."""
    src, arrow, dst = finding.subject.partition(" -> ")
    used = [rule for rule in rules if rule.id == finding.rule and any(t.startswith("policy_") for t in rule.needs)]
    if not arrow or not used or not policy.source:
        return []
    parts = [Part(path, "file", (path,), ()) for path in (src, dst)]
    answer = asked(policy, used, *parts, today=today)
    found = []
    source = policy.source.rpartition("/")[2] if policy.source.startswith("/") else policy.source
    for objection in answer.objections:
        for one in objection.stated:
            where = f"{source}:{one.line}" if one.line else source
            found.append(f'{where} [[{one.table}]] "{one.name}"{f": {one.reason}" if one.reason else ""}')
    return list(dict.fromkeys(found))


def texts_of(repository: Repository, before: str, after: str) -> Callable[[str, str], Texts]:
    """The text of a path on both sides; with the path that it had before. `after` is "" for the work tree."""

    def text(commit: str, path: str) -> str | None:
        if not commit:
            data = repository.read_disk(path, _BYTES)
        else:
            entry = repository.entry(commit, path)
            if entry is None or not entry.is_file:
                return None
            data = repository.read_blob(entry.blob, _BYTES)
        return None if isinstance(data, Skipped) else data.decode("utf-8", "replace")

    return lambda path, was: (text(before, was), text(after, path))


def both_sides(path: str, line: int, texts: Texts) -> list[str]:
    """How the file differs around a line: `-` as it was, `+` as it is."""
    before, after = texts
    if after is None:
        return [f"{path} cannot be read as it is now."]
    now = after.splitlines()
    if before is None:
        return [f"{path} was not there before.", *_excerpt(now, line)]
    hunks = list(_hunks(before.splitlines(), now))
    if not hunks:
        return [f"{path} is as it was; the change is elsewhere.", *_excerpt(now, line)]
    nearest = min(
        hunks, key=lambda hunk: 0 if hunk[0] <= line <= hunk[1] else min(abs(hunk[0] - line), abs(hunk[1] - line))
    )
    shown = nearest[2][:_LINES]
    more = [f"and {len(nearest[2]) - _LINES} more lines"] if len(nearest[2]) > _LINES else []
    others = [f"and {len(hunks) - 1} more places of {path}"] if len(hunks) > 1 else []
    return [f"{path}, line {nearest[0]}:", *shown, *more, *others]


def _excerpt(lines: Sequence[str], line: int) -> list[str]:
    if not 0 < line <= len(lines):
        return []
    first = max(line - _AROUND, 1)
    return [f"  {number}: {lines[number - 1]}" for number in range(first, min(line + _AROUND, len(lines)) + 1)]


def _hunks(before: Sequence[str], after: Sequence[str]) -> Iterable[tuple[int, int, list[str]]]:
    """First and last line as it is now, and the rows."""
    matching = difflib.SequenceMatcher(None, before, after, autojunk=len(before) + len(after) > 5_000)
    for group in matching.get_grouped_opcodes(_AROUND):
        rows: list[str] = []
        for tag, a, b, c, d in group:
            if tag == "equal":
                rows += [f"    {text}" for text in after[c:d]]
                continue
            rows += [f"  - {text}" for text in before[a:b]]
            rows += [f"  + {text}" for text in after[c:d]]
        yield group[0][3] + 1, group[-1][4], rows


def who(commit: Commit) -> str:
    """Who made a commit and when, by their own words."""
    at = f"{commit.authored_at:%Y-%m-%d %H:%M} UTC"
    return f"{commit.id[:12]} {at}, {commit.author_name} <{commit.author_email}>: {commit.subject}"


def commits_on(repository: Repository, path: str, before: str, after: str) -> list[str]:
    """The commits between the two, along first parents, that changed a path; newest first."""
    found = []
    try:
        line = repository.first_parents(after)
        between = line[: line.index(before)] if before in line else line[:200]
        for at, commit in enumerate(between):
            parent = line[at + 1] if at + 1 < len(line) else ""
            was = repository.entry(parent, path) if parent else None
            if was != repository.entry(commit, path):
                found.append(commit)
                if len(found) == _COMMITS:
                    break
        commits = repository.commits(found) if found else {}
    except PlumbruleError as error:
        return [f"not known: {str(error).splitlines()[0]}"]
    return [who(commits[one]) for one in found if one in commits]
