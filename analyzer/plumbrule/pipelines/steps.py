"""Steps of a pipeline written in YAML that run the gate, with all around them that says whether they do.

Hides how platforms nest jobs, templates, scripts and conditions. Nothing is executed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from yaml.nodes import Node

RUNS = re.compile(r"\bplumbrule\b[^\n;|&]*?\s(gate|rules\s+test)\b")
NAMED = re.compile(r"plumbrule", re.IGNORECASE)
_NODES = 50_000  # of one file, aliases followed: a few lines can stand for billions
_DEEPEST = 5  # jobs that jobs need or are made of, one after the other
# Keys whose text takes in what others offer: an action, a template, a hook.
_TAKES = frozenset(("uses", "repo", "include", "component", "template", "project", "remote", "plugin", "plugins"))
_WORDS = frozenset(("name", "description", "title", "label", "id", "key", "displayname", "if", "when", "condition"))
# Keys that say whether a step runs, where, or whether its failure counts.
_CONDITIONS = frozenset((
    "if", "continue-on-error", "continueonerror", "allow_failure", "when", "only", "except", "rules", "condition",
    "enabled", "on", "true", "trigger", "triggers", "pr", "stages", "default_stages", "files", "exclude", "always_run",
    "soft_fail", "failure", "ignore_errors", "ignore_error", "branches", "shell", "skip", "filters", "workflow",
    "working-directory", "workingdirectory", "strategy", "container", "image",
))  # fmt: skip
_INPUTS = frozenset(("with", "inputs", "env", "variables", "environment"))
_AHEAD = frozenset(("before_script", "before_install", "pre", "setup"))  # scripts that the same shell runs first
_HEREDOC = re.compile(r"<<-?\s*(['\"]?)(\w+)\1")


class Step(NamedTuple):
    """One place that runs the gate."""

    file: str
    line: int
    command: str  # the line that runs it, or what is taken in
    kind: str  # gate | rules test | taken in
    conditions: Mapping[str, str]  # by where they stand and their key
    inputs: Mapping[str, str]  # what it is given beside its command line
    around: tuple[str, ...] = ()  # other lines that its shell runs
    ahead: tuple[str, ...] = ()  # what the steps before it in its job do, a line each


def steps_in(path: str, text: str) -> list[Step]:
    """Every step of a YAML file that runs the gate. ValueError if it is no YAML."""
    if not NAMED.search(text):
        return []
    import yaml

    found: list[Step] = []
    try:
        for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if root is not None:
                _Search(path, found).into(root, (), (), (), ())
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark is not None else "it is nested too deep"
        raise ValueError(f"it is no YAML ({where})") from None
    return found


class _Search:
    def __init__(self, path: str, found: list[Step]) -> None:
        self._path = path
        self._found = found
        self._seen = 0

    def into(
        self,
        node: Node,
        keys: tuple[str, ...],
        around: tuple[Node, ...],
        ahead: tuple[str, ...],
        beside: tuple[str, ...],
    ) -> None:
        from yaml.nodes import MappingNode, ScalarNode, SequenceNode

        self._seen += 1
        if self._seen > _NODES:
            raise ValueError("it stands for more than can be looked at")
        if isinstance(node, ScalarNode):
            self._scalar(node, keys, around, ahead, beside)
        elif isinstance(node, SequenceNode):
            # Texts of one list are one script, run by one shell; mappings are steps, each with a shell of its own.
            script = tuple(line for item in node.value if isinstance(item, ScalarNode) for line in _lines_of(item))
            before: tuple[str, ...] = ahead
            for item in node.value:
                self.into(item, keys, around, before, script)
                if isinstance(item, MappingNode):
                    before = (*before, *_does(item))
        elif isinstance(node, MappingNode):
            for key, value in _members(node):
                self.into(value, (*keys, key), (*around, node), ahead, ())

    def _scalar(
        self,
        node: Any,  # Any: PyYAML has no types
        keys: tuple[str, ...],
        around: tuple[Node, ...],
        ahead: tuple[str, ...],
        beside: tuple[str, ...],
    ) -> None:
        key = keys[-1].lower() if keys else ""
        hook = key == "id" and ".pre-commit" in self._path
        if not NAMED.search(node.value) or (key in _WORDS and not hook):
            return
        if keys[0].startswith(".") and not _is_extended(around[0], keys[0]):
            return  # a template that no job is made of
        line = node.start_mark.line + 1
        conditions, inputs = _conditions(around, keys), _inputs(around)
        if key in _TAKES or hook:
            self._found.append(Step(self._path, line, node.value, "taken in", conditions, inputs, (), ahead))
            return
        script = continued(node.value)
        told = _told_only(script)
        block = node.style in ("|", ">")
        first = (*_first(around, keys), *beside)
        for at, text in enumerate(script):
            if at not in told and (run := RUNS.search(text)) and not text.lstrip().startswith("#"):
                own = (" ".join(one.split()) for number, one in enumerate(script) if number != at)
                command = " ".join(text.split())
                rest = tuple(one for one in (*first, *own) if one != command)
                kind = " ".join(run[1].split())
                at_line = line + (at + 1 if block else 0)
                self._found.append(Step(self._path, at_line, command, kind, conditions, inputs, rest, ahead))


def _told_only(script: Sequence[str]) -> frozenset[int]:
    """Numbers of the lines that a script only hands to a command as text."""
    inside: set[int] = set()
    mark = ""
    for at, text in enumerate(script):
        if mark:
            inside.add(at)
            mark = "" if text.strip() == mark else mark
        elif (begins := _HEREDOC.search(text)) and any(one.strip() == begins[2] for one in script[at + 1 :]):
            mark = begins[2]
    return frozenset(inside)


def _lines_of(node: Any) -> Iterator[str]:  # Any: PyYAML has no types
    if isinstance(node.value, str):
        yield from (" ".join(line.split()) for line in continued(node.value))
    elif _is_list(node):
        for item in node.value:
            yield from _lines_of(item)


def _does(step: Any) -> Iterator[str]:  # Any: PyYAML has no types
    """What a step does, a line each: its script, and what it takes in with what it is given."""
    members = list(_members(step))
    taken = next((value.value for key, value in members if key.lower() in _TAKES and isinstance(value.value, str)), "")
    taken = taken.partition("@")[0]
    for key, value in members:
        if key.lower() in _TAKES or key.lower() in _WORDS:
            continue
        if str(value.id) == "mapping":
            yield from (f"{taken or key}: {name}: {_plain(said)}" for name, said in _members(value))
        else:
            yield from _lines_of(value)


def _jobs(around: Sequence[Node], keys: Sequence[str]) -> Mapping[str, Any]:  # Any: PyYAML has no types
    """The jobs among which the one of a step is, by name."""
    at = keys.index("jobs") + 1 if "jobs" in keys[:2] else 0
    return dict(_members(around[at])) if at < len(around) else {}


def _job(around: Sequence[Node], keys: Sequence[str]) -> Any:  # Any: PyYAML has no types
    at = keys.index("jobs") + 2 if "jobs" in keys[:2] else 1
    return around[at] if at < len(around) else None


def _names(node: Any) -> list[str]:  # Any: PyYAML has no types
    """The names that `needs` or `extends` gives."""
    if isinstance(node.value, str):
        return [node.value]
    if _is_list(node):
        return [name for item in node.value for name in _names(item)]
    return [value.value for key, value in _members(node) if key == "job" and isinstance(value.value, str)]


def _is_extended(root: Any, name: str) -> bool:  # Any: PyYAML has no types
    jobs = [value for _, value in _members(root) if str(value.id) == "mapping"]
    return any(name in _names(said) for job in jobs for key, said in _members(job) if key == "extends")


def _made_of(job: Any, jobs: Mapping[str, Any], depth: int = 0) -> Iterator[Any]:  # Any: PyYAML has no types
    """The mappings that a job is made of, itself last."""
    for key, value in _members(job):
        if key == "extends" and depth < _DEEPEST:
            for name in _names(value):
                if name in jobs and str(jobs[name].id) == "mapping":
                    yield from _made_of(jobs[name], jobs, depth + 1)
    yield job


def _first(around: Sequence[Node], keys: Sequence[str]) -> Iterator[str]:
    """Lines that the same shell runs before the script of a step, by its job or by default."""
    places = list(around)
    if around:
        places += [value for key, value in _members(around[0]) if key == "default" and str(value.id) == "mapping"]
        job = _job(around, keys)
        places += list(_made_of(job, _jobs(around, keys)))[:-1] if job is not None else []
    for node in places:
        for key, value in _members(node):
            if key.lower() in _AHEAD:
                yield from _lines_of(value)


def _members(node: Any) -> Iterator[tuple[str, Any]]:  # Any: PyYAML has no types
    """Keys and values of a mapping, those that it takes over from others (`<<`) too."""
    for key, value in node.value:
        name = key.value if isinstance(key.value, str) else ""
        if name == "<<":
            for other in value.value if isinstance(value.value, list) and _is_list(value) else [value]:
                if not _is_list(other) and isinstance(other.value, list) and other is not node:
                    yield from ((k.value, v) for k, v in other.value if isinstance(k.value, str) and k.value != "<<")
        else:
            yield name, value


def _is_list(node: Any) -> bool:  # Any: PyYAML has no types
    return str(node.id) == "sequence"


def _conditions(around: Sequence[Node], keys: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    jobs, job = (_jobs(around, keys), _job(around, keys)) if around else ({}, None)
    for depth, node in enumerate(around):
        place = "" if depth in (0, len(around) - 1) else "of its job: "
        for part in _made_of(node, jobs) if node is job else (node,):
            found |= _said_by(part, place)
            for name in _twice(part):
                found[f"{place}{name}, said twice"] = "yes"
    for name, needed in _needed(job, jobs):
        found |= {f"of {name}, which it needs: {key}": value for key, value in _said_by(needed, "").items()}
    return found


def _said_by(node: Any, place: str) -> dict[str, str]:  # Any: PyYAML has no types
    found: dict[str, str] = {}
    for key, value in _members(node):
        if key.lower() in _CONDITIONS:
            found[f"{place}{'on' if key == 'true' else key}"] = _plain(value)
        elif key == "defaults" and str(value.id) == "mapping":
            for _, usual in _members(value):
                if str(usual.id) == "mapping":
                    found |= {f"{place}{name}": _plain(said) for name, said in _members(usual)}
    return found


def _needed(job: Any, jobs: Mapping[str, Any], depth: int = 0) -> Iterator[tuple[str, Any]]:  # Any: PyYAML has no types
    """Jobs without which a job is skipped."""
    for key, value in _members(job) if job is not None else ():
        if key == "needs" and depth < _DEEPEST:
            for name in _names(value):
                if name in jobs and str(jobs[name].id) == "mapping":
                    yield name, jobs[name]
                    yield from _needed(jobs[name], jobs, depth + 1)


def _twice(node: Any) -> Iterator[str]:  # Any: PyYAML has no types
    seen: set[str] = set()
    for key, _ in node.value:
        if isinstance(key.value, str) and key.value != "<<":
            if key.value in seen:
                yield key.value
            seen.add(key.value)


def _inputs(around: Sequence[Node]) -> dict[str, str]:
    found: dict[str, str] = {}
    for node in around:
        for key, value in _members(node):
            if key.lower() in _INPUTS and str(value.id) == "mapping":
                given = {name: _plain(said) for name, said in _members(value)}
                if key.lower() not in ("with", "inputs"):
                    given = {name: said for name, said in given.items() if name.startswith(("PLUMBRULE", "PATH"))}
                found |= given
    return found


def _plain(node: Any, depth: int = 0) -> str:  # Any: PyYAML has no types
    """A value as one line of text that says all of it."""
    if depth > 8:
        return "…"
    if str(node.id) == "mapping":
        return "{" + ", ".join(sorted(f"{key}: {_plain(value, depth + 1)}" for key, value in _members(node))) + "}"
    if _is_list(node):
        return "[" + ", ".join(_plain(item, depth + 1) for item in node.value) + "]"
    return " ".join(str(node.value).split())


def continued(text: str) -> list[str]:
    return text.replace("\\\n", "  ").split("\n")
