"""Where the gate is run: which steps of a pipeline ran it before a change, and what the change does to them.

Hides how a platform writes its pipelines. What is YAML is looked at as such: a step is whatever names the gate, and its
conditions are the keys around it that say whether it runs and whether its failure counts. Of anything else the lines
that name Plumbrule are compared. Nothing is executed, and what no shape is known of is told rather than passed over.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from plumbrule.policy.loosening import Loosening

if TYPE_CHECKING:
    from yaml.nodes import Node

BYTES = 500_000  # of a pipeline that is looked at
_NODES = 50_000  # of one file, aliases followed: a few lines can stand for billions

_YAML = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.github/actions/.+\.ya?ml|(.*/)?action\.ya?ml|(.*/)?\.gitlab-ci[^/]*\.ya?ml"
    r"|\.gitlab/.+\.ya?ml|(.*/)?azure-pipelines[^/]*\.ya?ml|\.azure[^/]*/.+\.ya?ml|\.circleci/.+\.ya?ml"
    r"|(.*/)?bitbucket-pipelines\.ya?ml|\.(drone|travis|woodpecker|cirrus|appveyor)\.ya?ml|appveyor\.ya?ml"
    r"|\.woodpecker/.+\.ya?ml|\.buildkite/.+\.ya?ml|cloudbuild[^/]*\.ya?ml|(.*/)?\.pre-commit-config\.ya?ml"
    r"|(.*/)?lefthook\.ya?ml|(.*/)?Taskfile\.ya?ml|\.forgejo/workflows/[^/]+\.ya?ml|\.gitea/workflows/[^/]+\.ya?ml"
)
_LINES = re.compile(
    r"(.*/)?(Jenkinsfile([.-](?!md\b)[^/]+)?|[^/]+\.jenkinsfile|(GNU)?[Mm]akefile|[^/]+\.mk|[Jj]ustfile|tox\.ini|noxfile\.py|package\.json"
    r"|CODEOWNERS)|(.*/)?(\.ci|ci|\.husky|\.githooks|\.buildkite|scripts?|tools|bin|build|hack)/([^/]+/)*[^/.]+(\.(sh|bash|py))?"
)
_RUNS = re.compile(r"\bplumbrule\b[^\n;|&]*?\s(gate|rules\s+test)\b")
_NAMED = re.compile(r"plumbrule", re.IGNORECASE)
# Keys whose text takes in what others offer: an action, a template, a hook.
_TAKES = frozenset(("uses", "repo", "include", "component", "template", "project", "remote", "plugin", "plugins"))
_WORDS = frozenset(("name", "description", "title", "label", "id", "key", "displayname", "if", "when", "condition"))
# Keys that say whether a step runs, or whether its failure counts.
_CONDITIONS = frozenset((
    "if", "continue-on-error", "continueonerror", "allow_failure", "when", "only", "except", "rules", "condition",
    "enabled", "on", "true", "trigger", "triggers", "pr", "stages", "default_stages", "files", "exclude", "always_run",
    "soft_fail", "failure", "ignore_errors", "ignore_error", "branches", "shell", "skip", "filters", "workflow",
))  # fmt: skip
_HARMLESS = {
    "continue-on-error": {"false"}, "continueonerror": {"false"}, "allow_failure": {"false"}, "soft_fail": {"false"},
    "ignore_errors": {"false"}, "ignore_error": {"false"}, "when": {"on_success", "always"},
    "if": {"always()", "${{ always() }}", "true", "!cancelled()"},
    "enabled": {"true"}, "condition": {"always()", "succeededOrFailed()"},
    "always_run": {"true"}, "skip": {"false"},
}  # fmt: skip
_EVENTS = frozenset(("on", "true"))
_INPUTS = frozenset(("with", "inputs", "env", "variables", "environment"))
_SPEAKS = frozenset(("--format", "--output", "--quiet", "--memory"))  # options that change no verdict
_SEVERITIES = {"error": 0, "warning": 1, "info": 2}
_GIVES_UP = re.compile(
    r"\s*(set\s+\+\S*e|exit\b|return\b|trap\b|alias\b|(function\s+)?plumbrule\s*\(\)|(el)?if\b|false\b|exec\b|unset\b|export\s+PATH)"
)
_VERSION = re.compile(r"(?<=plumbrule)(\[[\w,]*\])?([=~<>!]=?=?|@)[\w.*+-]+", re.IGNORECASE)


class Step(NamedTuple):
    """One place that runs the gate."""

    file: str
    line: int
    command: str  # the line that runs it, or what is taken in
    kind: str  # gate | rules test | taken in
    conditions: Mapping[str, str]  # by where they stand and their key
    inputs: Mapping[str, str]  # what it is given beside its command line
    around: tuple[str, ...] = ()  # other lines of its script


def is_pipeline(path: str) -> bool:
    """Whether a file may be where the gate is run, or where its owners are named."""
    return _YAML.fullmatch(path) is not None or _LINES.fullmatch(path) is not None


def weakened(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Loosening]:
    """What a change does to the steps that ran the gate; both sides by path, the files that differ only."""
    lost, came = _lines(before), _lines(after)
    were = [step for path in sorted(before) if _YAML.fullmatch(path) for step in _steps(path, before[path])]
    now: list[Step] = []
    for path in sorted(after):
        if _YAML.fullmatch(path):
            try:
                now += _steps(path, after[path])
            except ValueError as error:
                if any(step.file == path for step in were):
                    words = f"{path} ran the gate and cannot be read any more: {error}."
                    yield Loosening("pipeline", path, words, path)
                    were = [step for step in were if step.file != path]
    for step in were:
        best = min((one for one in now if one.kind == step.kind), key=lambda one: _distance(step, one), default=None)
        what = _named(step)
        if best is None:
            words = f"{step.file} no longer runs `{what}`."
            yield Loosening("pipeline", f"{step.file}: {what}", words, step.file, 0, f"line {step.line} is gone")
            continue
        now.remove(best)
        for key, words in _weaker(step, best):
            said = f"`{what}` in {best.file} {words}."
            yield Loosening("pipeline", f"{best.file}: {what}: {key}", said, best.file, best.line, key)
    yield from _lines_gone(lost, came)


def _named(step: Step) -> str:
    return step.command if len(step.command) <= 80 else f"{step.command[:77]}..."


def _distance(old: Step, new: Step) -> tuple[int, bool, bool]:
    return len(list(_weaker(old, new))), old.file != new.file, old.command != new.command


# -- YAML --------------------------------------------------------------------------------------------------------


def _steps(path: str, text: str) -> list[Step]:
    """Every step of a YAML file that runs the gate. ValueError if it is no YAML."""
    if not _NAMED.search(text):
        return []
    import yaml

    found: list[Step] = []
    try:
        for root in yaml.compose_all(text, Loader=yaml.SafeLoader):
            if root is not None:
                _Search(path, found).into(root, (), ())
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

    def into(self, node: Node, keys: tuple[str, ...], around: tuple[Node, ...]) -> None:
        from yaml.nodes import MappingNode, ScalarNode, SequenceNode

        self._seen += 1
        if self._seen > _NODES:
            raise ValueError("it stands for more than can be looked at")
        if isinstance(node, ScalarNode):
            self._scalar(node, keys, around)
        elif isinstance(node, SequenceNode):
            for item in node.value:
                self.into(item, keys, around)
        elif isinstance(node, MappingNode):
            for key, value in _members(node):
                self.into(value, (*keys, key), (*around, node))

    def _scalar(self, node: Any, keys: tuple[str, ...], around: tuple[Node, ...]) -> None:  # Any: PyYAML has no types
        key = keys[-1].lower() if keys else ""
        hook = key == "id" and ".pre-commit" in self._path
        if not _NAMED.search(node.value) or (key in _WORDS and not hook):
            return
        line = node.start_mark.line + 1
        conditions, inputs = _conditions(around), _inputs(around)
        if key in _TAKES or hook:
            self._found.append(Step(self._path, line, node.value, "taken in", conditions, inputs))
            return
        script = _continued(node.value)
        block = node.style in ("|", ">")
        for at, text in enumerate(script):
            if (run := _RUNS.search(text)) and not text.lstrip().startswith("#"):
                rest = tuple(" ".join(one.split()) for number, one in enumerate(script) if number != at)
                kind = " ".join(run[1].split())
                command = " ".join(text.split())
                self._found.append(
                    Step(self._path, line + (at + 1 if block else 0), command, kind, conditions, inputs, rest)
                )


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


def _conditions(around: Sequence[Node]) -> dict[str, str]:
    found = {}
    for depth, node in enumerate(around):
        for key, value in _members(node):
            if key.lower() in _CONDITIONS:
                place = "" if depth == 0 else "of its job: " if depth < len(around) - 1 else ""
                found[f"{place}{'on' if key == 'true' else key}"] = _plain(value)
    return found


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


def _continued(text: str) -> list[str]:
    return text.replace("\\\n", "  ").split("\n")


# -- what is weaker ----------------------------------------------------------------------------------------------


def _weaker(old: Step, new: Step) -> Iterator[tuple[str, str]]:
    """(what changed, in words that stay the same; the rest of a sentence)."""
    yield from _weaker_run(old, new)
    for line, many in (Counter(new.around) - Counter(old.around)).items():
        if _GIVES_UP.match(line) and many:
            yield line, f"stands beside `{line}` now"
    yield from _weaker_conditions(old.conditions, new.conditions)
    yield from _weaker_inputs(old.inputs, new.inputs)


def _weaker_run(old: Step, new: Step) -> Iterator[tuple[str, str]]:
    """What is run, or taken in, and how."""
    if old.command == new.command:
        return
    if old.kind != "taken in":
        yield from _weaker_command(old.command, new.command)
    elif _source(old.command) != _source(new.command):
        yield "source", f"takes `{new.command}` now and took `{old.command}`"


def _weaker_conditions(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in sorted(new.items()):
        bare = key.rpartition(": ")[2].lower()
        was = old.get(key)
        if value == was or value in _HARMLESS.get(bare, ()):
            continue
        if bare not in _EVENTS:
            yield key, f"has `{key}: {value}` now" + (f" and had `{was}`" if was is not None else "")
        elif lost := _events_lost(was or "", value):
            yield "on", f"no longer runs on {lost} as it did"


def _weaker_inputs(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for name in sorted({*old, *new}):
        was, now = old.get(name, ""), new.get(name, "")
        if was != now and not _is_stricter(f"--{name}", was, now):
            yield name, f"is given `{name}: {now}` now and was given `{was}`" if now else f"is given no `{name}` now"


def _source(text: str) -> str:
    """Where something is taken in from, whatever its version."""
    return text.partition("@")[0].strip().removesuffix(".git").lower()


def _events_lost(old: str, new: str) -> str:
    """The events of `on:` that no longer start it, or not for everything."""
    was, now = _events(old), _events(new)
    return ", ".join(sorted(event for event, how in was.items() if now.get(event) not in (how, "")))


def _events(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    inside = text[1:-1] if text[:1] in "[{" else text
    depth = begin = 0
    for at, char in enumerate(f"{inside},"):
        depth += (char in "[{") - (char in "]}")
        if char == "," and depth == 0:
            event, _, how = inside[begin:at].partition(": ")
            found[event.strip()] = how.strip()
            begin = at + 1
    return {event: how for event, how in found.items() if event}


def _weaker_command(old: str, new: str) -> Iterator[tuple[str, str]]:
    (before, was, after), (starts, now, ends) = _parted(old), _parted(new)
    if _VERSION.sub("", before) != _VERSION.sub("", starts):
        yield "command", f"is run as `{starts}` now and was run as `{before}`"
    if after != ends and not ends.startswith("&& ") and ends:
        yield "command", f"goes on with `{ends}` now"
    for option in sorted({*was, *now}):
        first, second = was.get(option), now.get(option)
        if first != second and not _is_stricter(option, first or "", second or ""):
            given = f"has `{option} {second}`".rstrip() if second is not None else f"has no `{option}`"
            had = f" and had `{first}`" if first else ""
            yield option, f"{given} now{had}"


def _is_stricter(option: str, old: str, new: str) -> bool:
    """Whether an option that is another than before lets nothing more through."""
    if option in _SPEAKS or option in ("--sarif", "--version"):
        return True
    if option == "--strict":
        return new not in ("", "false") or old in ("", "false")
    if option == "--fail-on":
        return _SEVERITIES.get(new or "error", -1) >= _SEVERITIES.get(old or "error", 0)
    return False


def _parted(command: str) -> tuple[str, dict[str, str], str]:
    """What stands before the options of a gate, the options, and what stands behind them."""
    run = _RUNS.search(command)
    end = run.end() if run is not None else 0
    rest = command[end:]
    stop = re.search(r"\s*(\|\||&&|[;|&]|\s#|[0-9]?>)", rest)
    options_text, tail = (rest[: stop.start()], rest[stop.start() :]) if stop else (rest, "")
    try:
        words = shlex.split(options_text)
    except ValueError:
        words = options_text.split()
    options: dict[str, str] = {}
    waiting = ""
    for word in words:
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            if name == "--strict" or name == "--quiet":
                options[name], waiting = "true", ""
            else:
                options[name], waiting = value, "" if equals else name
        elif waiting:
            options[waiting], waiting = word, ""
        else:
            options[word] = ""
    return " ".join(command[:end].split()), options, tail.strip()


# -- anything else -----------------------------------------------------------------------------------------------


def _lines(files: Mapping[str, str]) -> dict[str, list[str]]:
    """The lines of what is no YAML that name Plumbrule, comments apart."""
    found: dict[str, list[str]] = {}
    for path, text in files.items():
        if _LINES.fullmatch(path) and not _YAML.fullmatch(path):
            lines = (" ".join(line.split()) for line in _continued(text))
            found[path] = [line for line in lines if _NAMED.search(line) and not line.startswith(("#", "//"))]
    return found


def _lines_gone(before: Mapping[str, Sequence[str]], after: Mapping[str, Sequence[str]]) -> Iterator[Loosening]:
    stand = Counter(_VERSION.sub("", line) for lines in after.values() for line in lines)
    for path, lines in sorted(before.items()):
        for line in lines:
            bare = _VERSION.sub("", line)
            if stand[bare]:
                stand[bare] -= 1
                continue
            run = _RUNS.search(line)
            others = [one for one in after.get(path, ()) if run and (again := _RUNS.search(one)) and again[1] == run[1]]
            if any(not list(_weaker_command(line, one)) for one in others):
                continue
            shown = line if len(line) <= 80 else f"{line[:77]}..."
            yield Loosening("pipeline", f"{path}: {shown}", f"{path} no longer says `{shown}`.", path)
