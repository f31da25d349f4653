"""Over-decomposition of a system and of its components: how thinly the decisions are spread over files.

Hides which figures tell ceremony from design (research: measures 2.2). Thin functions and the share of interfaces with
one implementer do not; files for 100 branch points and the share of modules that nobody would miss as files do.
"""

from __future__ import annotations

from collections.abc import Collection

from plumbrule.measures import Measure, Situation
from plumbrule.measures._structure import members_of
from plumbrule.tables import Row, Table, columns


def _decomposition(s: Situation) -> Collection[Row]:
    modules, earlier = s.rows["module_depth"], s.earlier.get("decomposition")
    same = modules is s.earlier.get("module_depth") and s.rows["file_component"] is s.earlier.get("file_component")
    if earlier is not None and same:
        return earlier
    members = members_of(s.rows["file_component"])
    sums: dict[tuple[str, str], list[int]] = {}
    for row in modules:
        one = (1, row[8], row[5], row[7], bool(row[13]), row[2] == "interface", row[13] == "one implementer")
        for key in (("repository", s.now.repo), ("component", members.get(row[1], ""))):
            if key[1]:
                known = sums.setdefault(key, [0] * len(one))
                for at, value in enumerate(one):
                    known[at] += value
    rows = []
    for (level, subject), (files, branches, inside, tokens, candidates, interfaces, single) in sorted(sums.items()):
        rows.append(
            (
                s.now.repo, level, subject, files, branches, round(100 * files / max(1, branches), 1),
                candidates, round(candidates / files, 3), interfaces, single,
                round(inside / files, 1), round(1 - inside / tokens, 3) if tokens else None,
            )
        )  # fmt: skip
    return earlier if earlier is not None and rows == list(earlier) else rows


MEASURES = (
    Measure(
        Table(
            "decomposition",
            "How finely a repository, or one component of it, is cut into files.",
            columns(
                """repo VARCHAR repository, by its name in the store
                level VARCHAR repository or component
                subject VARCHAR its name
                files INTEGER files that people write, tests left out
                branches INTEGER branch points in them
                files_per_100_branches DOUBLE files for 100 branch points
                candidates INTEGER files that could be merged into another, see `module_depth`
                candidate_share DOUBLE candidates / files
                interfaces INTEGER files that only declare interfaces
                single INTEGER of which have exactly one implementer
                tokens_per_file DOUBLE named tokens in bodies, on average
                ceremony DOUBLE share of all named tokens that lie in no body"""
            ),
        ),
        _decomposition,
        after=("module_depth", "file_component"),
    ),
)
