"""Why a finding is one, in plain words: what, the rule's reason, the evidence, the paths behind it, since when."""

from __future__ import annotations

from collections.abc import Sequence

from plumbrule.errors import QueryRefused
from plumbrule.judge import Rule
from plumbrule.questions import shortest_paths
from plumbrule.report.escapes import visible
from plumbrule.store import Store

_PATHS = 3  # ways shown from one file to another


def explanation(store: Store, wanted: str, rules: Sequence[Rule]) -> str:
    """Everything the store knows of one finding, named by its id or the beginning of it.

    QueryRefused if no finding, or more than one, begins so.
    """
    with store.reader() as reader:
        found = reader.select(
            "SELECT finding, rule, severity, state, repo, subject, path, line, message, evidence, first_commit,"
            " first_batch, first_agent, first_at, remedy FROM finding WHERE starts_with(finding, ?) ORDER BY ALL",
            wanted,
        )
        if len(found) != 1:
            listed = "".join(f"\n  {row[0]}  {row[1]}: {visible(row[5])}" for row in found[:20])
            what = "no finding begins" if not found else f"{len(found)} findings begin"
            raise QueryRefused(f"{what} with {wanted!r}.{listed}\nThe view `finding` and every report show the ids.")
        (id_, rule, severity, state, repo, subject, path, line, message, evidence, commit, batch, agent, at, remedy) = (
            found[0]
        )
        paths = []
        src, arrow, dst = subject.partition(" -> ")
        if arrow:
            edges = reader.select(
                "SELECT DISTINCT src, dst FROM dependency"
                " WHERE repo = ? AND kind = 'import' AND NOT type_only ORDER BY ALL",
                repo,
            )
            paths = shortest_paths([(a, b) for a, b in edges], dst, src, _PATHS)
    page = next((one for one in rules if one.id == rule), None)
    where = f"{path}:{line}" if line else path
    lines = [f"{id_}  {rule} ({severity}, {state})", f"{repo}: {where}", "", message]
    if page is not None:
        lines += ["", "Why it matters", *(f"  {text}" for text in page.reason.strip().splitlines())]
    if evidence:
        lines += ["", "Evidence", *(f"  {item}" for item in evidence)]
    if paths:
        lines += ["", f"Ways back from {dst} to {src}", *(f"  {' -> '.join(way)}" for way in paths)]
    lines += ["", "Since"]
    if commit:
        who = f", by at least {agent}" if agent else ""
        lines.append(f"  commit {commit} of batch {batch}, {at:%Y-%m-%d %H:%M} UTC{who}")
    else:
        lines.append("  before the first commit that was scanned")
    lines += ["", "What to do instead", *(f"  {text}" for text in remedy.strip().splitlines())]
    return "\n".join(visible(text) for text in lines) + "\n"
