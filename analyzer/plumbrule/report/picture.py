"""The findings of a report as a graph, for every format that draws one. Hides what is drawn where not all can be.

An arrow is a dependency that findings are about, a node a file or component that one begins or ends at, or that a
finding is about itself. Several findings about one thing are one arrow in the look of the worst. Not escaped yet.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import NamedTuple

from plumbrule.report.model import Finding, Report, in_order, in_turns
from plumbrule.report.theme import theme
from plumbrule.report.wording import AHEAD, counted

STATES = ("new", "unaccepted", "known", "waived", "fixed")  # the worst first
SEVERITIES = ("error", "warning", "info")
DRAWN = 60  # findings; more is a picture of nothing


@dataclass(frozen=True, slots=True)
class Mark:
    """How a thing stands: its worst state and severity, and by which rules. Without a state nothing is said of it."""

    state: str = ""
    severity: str = ""
    rules: tuple[str, ...] = ()
    touched: bool = False  # by the change itself

    @property
    def words(self) -> str:
        """ "new: dependency-cycle, layer-breach"; what is not new needs no rule to be told apart."""
        state = "known, never accepted" if self.state == "unaccepted" else self.state
        return f"{state}: {', '.join(self.rules)}" if self.state in ("new", "unaccepted") else state

    @property
    def colour(self) -> str:
        """`#rrggbb`, of a line; words are not coloured, or some could not be read."""
        look = theme()
        if self.state == "new":
            return look.severity(self.severity)
        return {"unaccepted": look.muted, "fixed": look.fixed}.get(self.state, look.unknown)

    @property
    def width(self) -> int:
        """Of a line, from 1 to 3."""
        return 3 if self.state == "new" and self.touched else 2 if self.state in ("new", "unaccepted") else 1

    @property
    def dash(self) -> str:
        """Of a line: "" is solid."""
        return {"waived": "dotted", "fixed": "dashed"}.get(self.state, "")


@dataclass(frozen=True, slots=True)
class Node:
    """A file or a component."""

    id: str  # a letter and a number
    name: str  # whole, with its repository if that is another one
    folder: str  # the same of its folder; a component has none
    label: str  # the name inside its folder
    mark: Mark


@dataclass(frozen=True, slots=True)
class Arrow:
    src: str  # ids
    dst: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Picture:
    nodes: tuple[Node, ...]  # sorted by folder and name
    arrows: tuple[Arrow, ...]  # sorted by the names of their ends
    notes: tuple[str, ...]  # what is not drawn, one sentence each

    def by_folder(self) -> list[tuple[str, list[Node]]]:
        """Nodes of no folder first, under ""."""
        folders: dict[str, list[Node]] = {}
        for node in self.nodes:
            folders.setdefault(node.folder, []).append(node)
        return sorted(folders.items())


def picture(report: Report, *, most: int | None = DRAWN) -> Picture:
    """What is new and what touches it, or all there is where nothing is new, of so many findings at most; without a
    limit nothing is left out that can be drawn."""
    findings = [finding for finding in in_order(report.findings) if _drawn(finding, report.repo)]
    chosen = findings if most is None else _chosen(findings, report.repo, most)
    notes = []
    if more := len(findings) - len(chosen):
        notes.append(f"not drawn: {counted(more, 'more finding')}; the formats text and json have them all")
    if elsewhere := len(report.findings) - len(findings):
        notes.append(f"not drawn: {counted(elsewhere, 'finding')} about no file or dependency")
    if report.ahead:
        notes.append(f"not drawn: {counted(len(report.ahead), 'finding')} {AHEAD}")
    if report.known:
        notes.append(f"not drawn: {counted(sum(report.known.values()), 'finding')} known and accepted")

    things: dict[tuple[_End, ...], list[Finding]] = {}
    for finding in chosen:
        drawn = _drawn(finding, report.repo)
        things.setdefault(drawn, []).append(finding)
        for end in drawn if len(drawn) == 2 else ():
            things.setdefault((end,), [])
    ends = sorted((thing[0] for thing in things if len(thing) == 1), key=lambda end: (end.repo, end.folder, end.name))
    ids = {end: f"n{number}" for number, end in enumerate(ends)}
    return Picture(
        tuple(Node(ids[end], end.told, end.told_folder, end.label, _mark(things[(end,)])) for end in ends),
        tuple(Arrow(ids[t[0]], ids[t[1]], _mark(of)) for t, of in sorted(things.items()) if len(t) == 2),
        tuple(notes),
    )


class _End(NamedTuple):
    repo: str  # "" = the one that is judged
    name: str

    @property
    def folder(self) -> str:
        return self.name.rpartition("/")[0]

    @property
    def label(self) -> str:
        return self.name.rpartition("/")[2] or self.name

    @property
    def told(self) -> str:
        return f"{self.repo}: {self.name}" if self.repo else self.name

    @property
    def told_folder(self) -> str:
        return f"{self.repo}: {self.folder}".strip() if self.repo else self.folder


def _drawn(finding: Finding, repo: str) -> tuple[_End, ...]:
    """What it is about: both ends of a dependency, one file, or nothing that is drawn."""
    src, sign, dst = finding.subject.partition(" -> ")
    if finding.path and finding.subject.startswith(f"{finding.path} -> "):  # the name of a file may hold an arrow
        ends = [finding.path, finding.subject[len(finding.path) + 4 :]]
    elif sign and " -> " not in dst:
        ends = [src, dst]
    elif finding.path and (finding.subject == finding.path or finding.subject.startswith(f"{finding.path}::")):
        ends = [finding.path]
    else:
        return ()
    within = "" if finding.repo == repo else finding.repo
    return tuple(_End(within, end.partition("::")[0] or end) for end in ends)


def _chosen(findings: list[Finding], repo: str, most: int) -> list[Finding]:
    new = [finding for finding in findings if finding.state == "new" or finding.fails]
    if not new:
        return list(in_turns(findings))[:most]
    ends = {end for finding in new for end in _drawn(finding, repo)}
    groups = {(finding.rule, finding.group) for finding in new if finding.group}
    near = [
        finding
        for finding in findings
        if not (finding.state == "new" or finding.fails)
        and ((finding.rule, finding.group) in groups or ends.intersection(_drawn(finding, repo)))
    ]
    return [*new, *near] if len(new) + len(near) <= most else _core(new, repo, most)


def _core(new: list[Finding], repo: str, most: int) -> list[Finding]:
    """Of too much: what stands in files that the change touches, else the first of a group, each with the shortest way
    back inside its group, which is the cycle that a person has to see."""
    touched = {(finding.rule, finding.group) for finding in new if finding.touched}
    first = {(finding.rule, finding.group): finding for finding in reversed(new)}
    alone = [finding for kind, finding in first.items() if kind not in touched]
    leading = [*in_turns(finding for finding in new if finding.touched), *in_order(alone)]
    ways = {kind: _Ways(new, kind, repo) for kind in first if kind[1]}
    chosen: dict[str, Finding] = {}
    for finding in leading:
        if len(chosen) >= most:
            break
        way = ways.get((finding.rule, finding.group))
        chosen |= {one.id: one for one in (finding, *(way.back(finding) if way else ()))}
    return list(chosen.values())


class _Ways:
    """Where the dependencies of one group of findings lead."""

    def __init__(self, findings: Iterable[Finding], kind: tuple[str, str], repo: str) -> None:
        self._repo = repo
        self._onward: dict[_End, list[tuple[_End, Finding]]] = {}
        for finding in findings:
            ends = _drawn(finding, repo)
            if (finding.rule, finding.group) == kind and len(ends) == 2:
                self._onward.setdefault(ends[0], []).append((ends[1], finding))

    def back(self, finding: Finding) -> list[Finding]:
        """The shortest way from the end of a dependency to its beginning; empty if there is none."""
        ends = _drawn(finding, self._repo)
        came: dict[_End, tuple[_End, Finding] | None] = {ends[-1]: None}
        queue = deque([ends[-1]])
        while queue and ends[0] not in came:
            here = queue.popleft()
            for onward, by in self._onward.get(here, ()):
                if onward not in came:
                    came[onward] = (here, by)
                    queue.append(onward)
        way: list[Finding] = []
        step = came.get(ends[0])
        while step is not None:
            way.append(step[1])
            step = came[step[0]]
        return way


def _mark(findings: Collection[Finding]) -> Mark:
    ranked = sorted((STATES.index(_state(f)), SEVERITIES.index(f.severity), f.rule) for f in findings)
    if not ranked:
        return Mark()
    state, severity, _ = ranked[0]
    rules = dict.fromkeys(rule for of, _, rule in ranked if of == state)
    return Mark(STATES[state], SEVERITIES[severity], tuple(rules), any(finding.touched for finding in findings))


def _state(finding: Finding) -> str:
    return "unaccepted" if finding.unaccepted and finding.state == "known" else finding.state
