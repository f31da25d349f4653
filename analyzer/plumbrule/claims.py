"""What a change puts out of the gate's sight by where it puts files, and not by any word of the policy.

Hides which moves and marks take a file away: a label, a place that is excluded, a name that is none of code, a
submodule, a place where no component is declared.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from plumbrule.languages import language_of
from plumbrule.outcome import stray_files
from plumbrule.policy import Policy
from plumbrule.policy.loosening import Loosening, behind, left_out, relabelled, strayed
from plumbrule.walk import SUBMODULE, SYMLINK, Changes, Step, Walk


def claims_of(
    walk: Walk, step: Step, changes: Changes, renamed: Mapping[str, str], policy: Policy, proposed: Policy | None
) -> Iterator[Loosening]:
    """`walk` stands on the head, `step` led there; `proposed` is the change's own policy, if it has one."""
    yield from strayed(policy, _undeclared(walk, stray_files(policy, renamed), proposed))
    yield from (relabelled(path, label, of_itself=alone) for path, label, alone in walk.claimed)
    for path, old in renamed.items():
        if old in step.before and (path in walk.other or walk.leaves_out(path)):
            yield left_out(path, old, by_name=language_of(path) is None)
    yield from _replaced(changes, frozenset(step.before.paths()))


def new_where_excluded(
    changes: Changes, renamed: Mapping[str, str], policy: Policy, stood: Collection[str]
) -> tuple[str, ...]:
    """New files of code that the policy excludes; `stood` are all files of the tree before."""
    return tuple(
        path
        for path, file in sorted(changes.items())
        if file is not None
        and file.mode not in (SYMLINK, SUBMODULE)
        and language_of(path) is not None
        and policy.excludes(path)
        and path not in renamed
        and path not in stood
    )


def _undeclared(walk: Walk, strays: Mapping[str, str], proposed: Policy | None) -> dict[str, str]:
    """Those of them whose new place the change's own policy does not declare either. A file without code, such as the
    marker of a package, is bound by nothing; of equal ones nobody can tell which moved where."""
    found = {}
    for path, was in strays.items():
        if path in walk.graph and not (proposed is not None and proposed.component(path)):
            file = walk.graph.rows(path).file
            if file.code_lines and not file.is_test:
                found[path] = was
    return found


def _replaced(changes: Changes, analysed: Collection[str]) -> Iterator[Loosening]:
    """Submodules and links that the change puts where analysed code was."""
    for path, file in sorted(changes.items()):
        if file is None or file.mode not in (SUBMODULE, SYMLINK):
            continue
        lost = sum(old.startswith(f"{path}/") for old in analysed)
        if file.mode == SUBMODULE:
            lost += path in analysed
        if lost:
            yield behind(path, "submodule" if file.mode == SUBMODULE else "link", lost)
