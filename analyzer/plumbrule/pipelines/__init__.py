"""Where the gate is run: which steps of a pipeline ran it before a change, and what the change does to them.

Hides how a platform writes its pipelines. What is YAML is looked at as such: a step is whatever names the gate, and its
conditions are the keys around it that say whether it runs and whether its failure counts. Of anything else the lines
that name Plumbrule are compared, and what catches a failure. Nothing is executed, and what no shape is known of is told
rather than passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from plumbrule.pipelines.lines import caught, gone, is_script, said_in
from plumbrule.pipelines.owners import PLACES, fewer
from plumbrule.pipelines.steps import Step, steps_in
from plumbrule.pipelines.weaker import weaker
from plumbrule.policy.loosening import Loosening

BYTES = 500_000  # of a pipeline that is looked at

_YAML = re.compile(
    r"\.github/workflows/[^/]+\.ya?ml|\.github/actions/.+\.ya?ml|(.*/)?action\.ya?ml|(.*/)?\.gitlab-ci[^/]*\.ya?ml"
    r"|\.gitlab/.+\.ya?ml|(.*/)?azure-pipelines[^/]*\.ya?ml|\.azure[^/]*/.+\.ya?ml|\.circleci/.+\.ya?ml"
    r"|(.*/)?bitbucket-pipelines\.ya?ml|\.(drone|travis|woodpecker|cirrus|appveyor)\.ya?ml|appveyor\.ya?ml"
    r"|\.woodpecker/.+\.ya?ml|\.buildkite/.+\.ya?ml|cloudbuild[^/]*\.ya?ml|(.*/)?\.pre-commit-config\.ya?ml"
    r"|(.*/)?lefthook\.ya?ml|(.*/)?Taskfile\.ya?ml|\.forgejo/workflows/[^/]+\.ya?ml|\.gitea/workflows/[^/]+\.ya?ml"
)


def is_pipeline(path: str) -> bool:
    """Whether a file may be where the gate is run, or where its owners are named."""
    return _YAML.fullmatch(path) is not None or is_script(path) or path in PLACES


def weakened(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[Loosening]:
    """What a change does to the steps that ran the gate; both sides by path, the files that differ only."""
    lost, came = said_in(before), said_in(after)
    were = [step for path in sorted(before) if _YAML.fullmatch(path) for step in steps_in(path, before[path])]
    now: list[Step] = []
    for path in sorted(after):
        if _YAML.fullmatch(path):
            try:
                now += steps_in(path, after[path])
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
        for key, words in weaker(step, best):
            said = f"`{what}` in {best.file} {words}."
            yield Loosening("pipeline", f"{best.file}: {what}: {key}", said, best.file, best.line, key)
    yield from gone(lost, came)
    yield from caught(before, after)


def _named(step: Step) -> str:
    return step.command if len(step.command) <= 80 else f"{step.command[:77]}..."


def _distance(old: Step, new: Step) -> tuple[int, bool, bool]:
    return len(list(weaker(old, new))), old.file != new.file, old.command != new.command


__all__ = ["BYTES", "PLACES", "fewer", "is_pipeline", "weakened"]
