"""The files that a change adds, and which of them hide little: over-decomposition, as one batch brings it.

Hides that a file which moved is not new, and what is usual: in a repository of small files one more is no fault of the
change that follows its habit.
"""

from __future__ import annotations

from collections.abc import Collection
from statistics import median

from plumbrule.measures import Measure, Situation
from plumbrule.measures.module_depth import used_by
from plumbrule.tables import Row, Table, columns


def _new_modules(s: Situation) -> Collection[Row]:
    came = {path for path in s.changed if path in s.now and path not in s.before and path not in s.renamed}
    if not came or next(iter(s.before.paths()), None) is None:
        return []
    layers = {row[1] for row in s.rows["pass_through_module"] if not row[10]}
    users: dict[str, list[str]] = {}
    for path in sorted(s.changed):
        for dst in used_by(s.now, path):
            users.setdefault(dst, []).append(path)
    usual = median([row[5] for row in s.earlier.get("module_depth", ()) if row[2] == "code"] or [0])
    rows = []
    for row in s.rows["module_depth"]:
        path, kind, tokens, candidate = row[1], row[2], row[5], row[13]
        if path in came and kind in ("code", "interface"):
            shallow = "passes on to another" if path in layers else candidate
            user = users.get(path, [])
            rows.append((s.now.repo, path, kind, tokens, shallow, user[0] if len(user) == 1 else "", usual))
    return sorted(rows)


MEASURES = (
    Measure(
        Table(
            "new_module",
            "A file of code that a change adds, tests, generated and moved ones left out.",
            columns(
                """repo VARCHAR repository, by its name in the store
                path VARCHAR repository-relative file
                kind VARCHAR code or interface
                body_tokens INTEGER named tokens in bodies that do not only pass on
                shallow VARCHAR why it hides little; empty if it does not
                user_path VARCHAR the one file that uses it; empty if none or several do
                usual_tokens DOUBLE body_tokens of the median file of code before the change"""
            ),
        ),
        _new_modules,
        after=("module_depth", "pass_through_module"),
        scope="change",
    ),
)
