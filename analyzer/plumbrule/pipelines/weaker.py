"""What makes a step that runs the gate count for less: it runs less often, elsewhere, on other code, or may fail.

Hides what is harmless about each key and option. A condition of which that is not known is told.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from plumbrule.pipelines.steps import RUNS, Step

_HARMLESS = {
    "continue-on-error": {"false"}, "continueonerror": {"false"}, "allow_failure": {"false"}, "soft_fail": {"false"},
    "ignore_errors": {"false"}, "ignore_error": {"false"}, "when": {"on_success", "always"},
    "if": {"always()", "${{ always() }}", "true", "!cancelled()"},
    "enabled": {"true"}, "condition": {"always()", "succeededOrFailed()"},
    "always_run": {"true"}, "skip": {"false"}, "shell": {"bash", "sh", "bash -e {0}", "pwsh"},
}  # fmt: skip
_EVENTS = frozenset(("on", "true"))
_SPEAKS = frozenset(("--format", "--output", "--quiet", "--memory"))  # options that change no verdict
_SEVERITIES = {"error": 0, "warning": 1, "info": 2}
GIVES_UP = re.compile(
    r"\s*(set\s+\+\S*e|exit\b|return\b|trap\b|alias\b|(function\s+)?plumbrule\s*\(\)|(el)?if\b|false\b|exec\b|unset\b|export\s+PATH)"
)
VERSION = re.compile(r"(?<=plumbrule)(\[[\w,]*\])?([=~<>!]=?=?|@)[\w.*+-]+", re.IGNORECASE)
# What turns a later command of its job into another, or onto other code.
_TURNS = re.compile(
    r"GITHUB_PATH|GITHUB_ENV|BASH_ENV|(^|[\s;])PATH=|\balias\b|plumbrule|\bln\s"
    r"|\bgit\s[^;|&]*\b(checkout|switch|reset|restore|stash|merge|rebase|pull|cherry-pick|revert|rm|mv|apply|am"
    r"|update-ref|replace|config|branch\s+-\w*[fDM])\b|checkout: (ref|repository|path|sparse)"
)
_IMAGE = re.compile(r"(:[\w.-]+)?(@sha256:\w+)?(?=[\s,}]|$)")
_RUNNER = re.compile(r"^(?:(?:timeout(?:\s+-\S+)*\s+\S+|time|nice(?:\s+-n\s*\d+)?|command)\s+)+")


def weaker(old: Step, new: Step) -> Iterator[tuple[str, str]]:
    """(what changed, in words that stay the same; the rest of a sentence)."""
    yield from _weaker_run(old, new)
    for line in _more(old.around, new.around):
        if GIVES_UP.match(line) or _TURNS.search(line):
            yield line, f"stands beside `{line}` now"
    for line in _more(old.ahead, new.ahead):
        if _TURNS.search(line):
            yield line, f"comes after `{line}` now"
    yield from _weaker_conditions(old.conditions, new.conditions)
    yield from _weaker_inputs(old.inputs, new.inputs)


def _more(old: Iterable[str], new: Iterable[str]) -> Iterator[str]:
    """Lines that were not there in any version, steps of their own left out."""
    was, now = (Counter(VERSION.sub("", line) for line in lines if not RUNS.search(line)) for lines in (old, new))
    yield from now - was


def _weaker_run(old: Step, new: Step) -> Iterator[tuple[str, str]]:
    """What is run, or taken in, and how."""
    if old.command == new.command:
        return
    if old.kind != "taken in":
        yield from weaker_command(old.command, new.command)
    elif _source(old.command) != _source(new.command):
        yield "source", f"takes `{new.command}` now and took `{old.command}`"


def _weaker_conditions(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for key, value in sorted(new.items()):
        bare = key.rpartition(": ")[2].lower()
        was = old.get(key)
        if value == was or value in _HARMLESS.get(bare, ()) or _is_same_place(bare, was or "", value):
            continue
        if bare not in _EVENTS:
            yield key, f"has `{key}: {value}` now" + (f" and had `{was}`" if was is not None else "")
        elif lost := _events_lost(was or "", value):
            yield "on", f"no longer runs on {lost} as it did"


def _is_same_place(key: str, old: str, new: str) -> bool:
    """Whether a step runs where it ran, or on more: in another version of an image, for other values of a matrix."""
    if key in ("image", "container"):
        return bool(old) and _IMAGE.sub("", old) == _IMAGE.sub("", new)
    return key == "strategy" and "[]" not in new and "exclude" not in new and "${{" not in new.replace(old, "")


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


def weaker_command(old: str, new: str) -> Iterator[tuple[str, str]]:
    (before, was, after), (starts, now, ends) = _parted(old), _parted(new)
    if _bare(before) != _bare(starts):
        yield "command", f"is run as `{starts}` now and was run as `{before}`"
    if after != ends and not ends.startswith("&& ") and ends:
        yield "command", f"goes on with `{ends}` now"
    for option in sorted({*was, *now}):
        first, second = was.get(option), now.get(option)
        if first != second and not _is_stricter(option, first or "", second or ""):
            given = f"has `{option} {second}`".rstrip() if second is not None else f"has no `{option}`"
            had = f" and had `{first}`" if first else ""
            yield option, f"{given} now{had}"


def _bare(start: str) -> str:
    """How the gate is started, without versions and what only limits or measures it."""
    return _RUNNER.sub("", VERSION.sub("", start))


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
    run = RUNS.search(command)
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
