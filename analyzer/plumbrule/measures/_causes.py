"""Which files a figure of a change comes from.

Hides that each figure has its own evidence: the rows of one file, an edge between two, or a row that was not there.
Asked only where a change stands out, so it may look at each file alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping

from plumbrule.graph import FileRows
from plumbrule.measures import Situation
from plumbrule.measures._structure import StructuredRows, hard_links
from plumbrule.measures.components import renamed_components
from plumbrule.tables import Row

Weights = Mapping[str, Counter[str]]  # by figure; files with what each has of it, none that has nothing

_OWN = [
    "new_edges",
    "new_functions",
    "new_modules",
    "handlers",
    "raises",
    "complexity",
    "code_added",
    "code_removed",
    "files_touched",
]


def weights(
    s: Situation, by_file: Mapping[str, Mapping[str, float]], product: Callable[[str], FileRows | None]
) -> Weights:
    """`by_file` are the raw figures of each file of product code that changed; `product` gives such a file now."""
    found: dict[str, Counter[str]] = {name: Counter() for name in _OWN}
    for path, raw in by_file.items():
        for name in _OWN:
            if (value := raw.get(name, 0)) > 0:
                found[name][path] = int(value)
    found["files_in_cycles"] = found["largest_cycle"] = _in_cycles(s)
    found["new_component_pairs"] = _across(s, by_file)
    found["fan_in"], found["fan_out"] = _busiest(s, by_file, product)
    found["new_pass_throughs"] = _new(s, "pass_through_function")
    found["new_duplicates"] = _new(s, "duplicate")
    found["contract_changes"] = Counter(row[1] for row in s.rows.get("contract_change", ()))
    found["pass_through_share"] = found["new_pass_throughs"]
    found.update({f"{name}_per_size": found[name] for name in [*found] if name in _RELAXED})
    return found


_RELAXED = frozenset(["new_edges", "new_component_pairs", "contract_changes", "new_duplicates", "handlers"])


def _new(s: Situation, table: str) -> Counter[str]:
    """Files by rows of (repo, path, symbol, …) that were not there; a file that moved brings its rows along."""
    earlier = {(row[1], row[2]) for row in s.earlier.get(table, ())}
    return Counter(row[1] for row in s.rows.get(table, ()) if (s.renamed.get(row[1], row[1]), row[2]) not in earlier)


def _in_cycles(s: Situation) -> Counter[str]:
    """Files by edges inside cycles that were inside none; those whose own import it is count double."""

    def edges(rows: Collection[Row]) -> set[tuple[str, str]]:
        return {(row[4], row[5]) for row in rows if row[1] == "file"}

    found: Counter[str] = Counter()
    for src, dst in edges(s.rows.get("cycle_edge", ())) - edges(s.earlier.get("cycle_edge", ())):
        found[src] += 1 + 2 * (src in s.changed)
        found[dst] += 1
    return found


def _across(s: Situation, changed: Iterable[str]) -> Counter[str]:
    """Files by imports into components that theirs did not name before."""
    now, before = s.rows.get("component_dependency", ()), s.earlier.get("component_dependency", ())
    if not isinstance(now, StructuredRows):
        return Counter()
    called = renamed_components(s.earlier.get("file_component", ()), s.rows.get("file_component", ()), s.renamed)
    known = {(row[1], row[2]) for row in before}
    found: Counter[str] = Counter()
    for (src, dst), links in now.structure.between.items():
        if (called.get(src, src), called.get(dst, dst)) not in known:
            found.update(file for file, _ in links)
    return found


def _busiest(
    s: Situation, changed: Iterable[str], product: Callable[[str], FileRows | None]
) -> tuple[Counter[str], Counter[str]]:
    """Files by imports that they got, and by imports that they have, more than before."""
    into: Counter[str] = Counter()
    out: Counter[str] = Counter()
    for path in changed:
        rows = product(path)
        old = s.renamed.get(path, path)
        known = {link.dst for link in hard_links(old, s.before.rows(old))} if old in s.before else set()
        new = {link.dst for link in hard_links(path, rows)} - known if rows is not None else set()
        into.update(new)
        if new:
            out[path] = len(new)
    return into, out
