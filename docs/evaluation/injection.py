"""What `make evaluate` kept of drift written into real histories, in words and tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from textwrap import fill
from typing import Any

Table = Callable[[tuple[str, ...], Iterable[tuple[str, ...]]], Iterator[str]]
TITLE = "Drift written into real histories"

_AUC10, _AUC2 = "PR-AUC at 10%", "PR-AUC at 2%"


def lines(kept: Mapping[str, Any], table: Table) -> Iterator[str]:
    """The section; `table` writes one of Markdown."""
    histories: Sequence[Mapping[str, Any]] = kept["histories"]
    units = sum(one["benign"] for one in histories)
    cases = sum(one["written"] for one in histories)
    seeds = sorted({str(one["seed"]) for one in histories})
    families = len({one["family"] for one in histories})
    yield _prose(f"""
        {len(histories)} public histories in {families} families of languages, pinned in
        `tests/evaluation/injection.toml`. The newest commits of each main line are walked; of the first 60 % only
        habits are learned, and of the rest
        every commit is judged as a scan judges it: {units} units of work, which are taken for benign though nobody has
        labelled them. Into some of them, drawn by seed {", ".join(seeds)}, drift is written in the source, in three
        doses and by turns disguised: {cases} cases. Thresholds and weights of rules are settled on the half called
        *fit*; figures are those of the half called *report* unless they say otherwise. Means are of histories, so that
        none dominates, and intervals (95 %) come from drawing histories anew. A case on a commit that is an alert by
        itself is left out, and what rules say of that commit anyway does not count. A history with too few units for a
        model to judge by counts in what must not be told, and nowhere else.
    """)
    yield from _floors(kept, table)
    yield "### How well each ranks\n"
    yield _prose("""
        *Model* is the score of `unusual-change`, *rules only* the rules at warning or error, each weighted by how
        seldom it speaks of real commits in the half for fitting. Isolation Forest and Mahalanobis are fitted on the 150
        units before. A detector is cut where it tells 5 of 100 units of the half for fitting.
    """)
    yield from table(
        ("detector", "PR-AUC at 10 %", "at 2 %", "least", "recall at 5 % told", "benign told there"),
        [
            (
                name,
                _mean(one["report"][_AUC10]),
                _mean(one["report"][_AUC2]),
                _number(one["report"][_AUC10].get("least")),
                _mean(one["report"]["recall at the cut"], 100),
                _mean(one["report"]["benign told at the cut"], 100),
            )
            for name, one in sorted(
                kept["detectors"].items(), key=lambda pair: -pair[1]["report"][_AUC10].get("mean", 0.0)
            )
        ],
    )
    yield "### What is told, by kind and dose\n"
    yield "As the product stands: the model's own threshold, rules that warn or fail, and those that fail a gate.\n"
    yield from _told(kept["recall"]["report"], table, "kind, dose")
    yield "### Disguises\n"
    yield "Of both halves: each is rare in one.\n"
    yield from _told(kept["disguises"], table, "kind: disguise")
    yield "### What must not be told\n"
    yield _prose("""
        Large changes that are none, and disguises that do no harm; of both halves. Not all of them are without a
        fault: a public file that moves breaks whoever names it from outside.
    """)
    yield from _told({**kept["controls"], **kept["harmless"]}, table, "change")
    yield "### Alerts on real commits\n"
    yield "Per 100 units, mean of the histories. Nobody has said of these commits that they are benign.\n"
    yield from table(
        ("half", "who tells", "per 100", "most", "in"),
        [
            (half, who, _mean(said), _number(said["most"]), said["worst"])
            for half in ("fit", "report")
            for who, said in kept["alerts"][half].items()
            if isinstance(said, Mapping) and "worst" in said
        ],
    )
    fired = kept["alerts"]["report"]["by rule"]
    if fired:
        yield (
            "Rules that spoke of units of the half for reporting: "
            + ", ".join(
                f"`{rule}` {count}" for rule, count in sorted(fired.items(), key=lambda pair: (-pair[1], pair[0]))
            )
            + ".\n"
        )
    yield "### Where it points\n"
    yield "Of what was told, how often one of the first three files named is one that the drift is in.\n"
    yield from table(
        ("kind", "told", "found"),
        [(kind, str(one["told"]), _share(one["found"], one["told"])) for kind, one in kept["localisation"].items()],
    )
    yield "### The histories\n"
    yield from table(
        ("history", "family", "half", "walked", "written into", "units", "cases", "no place", "did not parse"),
        [
            (
                one["name"], one["family"], one["half"], str(one["walked"]), str(one["parents"]), str(one["benign"]),
                str(one["written"]), str(one["no place"]), str(one["did not parse"]),
            )
            for one in histories
        ],
    )  # fmt: skip
    for one in histories:
        if one["left out"]:
            yield f"- Left out of {one['name']}: {one['left out']}."
    if any(one["left out"] for one in histories):
        yield ""


def _prose(text: str) -> str:
    return fill(" ".join(text.split()), 118, break_on_hyphens=False) + "\n"


def _floors(kept: Mapping[str, Any], table: Table) -> Iterator[str]:
    model = kept["detectors"]["model"]["report"]
    alerts = kept["alerts"]["report"]
    against = kept["against"]
    rows = [
        ("PR-AUC of the model at 10 %", "≥ 0.80", model[_AUC10], 1, lambda x: x >= 0.80, "mean"),
        ("PR-AUC of the model at 2 %", "≥ 0.60", model[_AUC2], 1, lambda x: x >= 0.60, "mean"),
        ("better than lines added at 10 % by", "≥ 0.10", against["model over lines added at 10%"], 1,
         lambda x: x >= 0.10, "mean"),
        ("better than Isolation Forest at 10 % by", "≥ 0.10", against["model over Isolation Forest at 10%"], 1,
         lambda x: x >= 0.10, "mean"),
        ("alerts of the model per 100 units", "3 to 7", alerts.get("model", {}), 1, lambda x: 3 <= x <= 7, "mean"),
        ("the same in the worst history", "≤ 12", alerts.get("model", {}), 1, lambda x: x <= 12, "most"),
        ("units that the gate stops, of 100", "≤ 2", alerts.get("gate", {}), 1, lambda x: x <= 2, "mean"),
    ]  # fmt: skip
    yield "### Floors\n"
    yield from table(
        ("what", "floor", "measured", ""),
        [
            (what, floor, _mean(said, factor) if of == "mean" else _number(said.get(of)), _verdict(said.get(of), holds))
            for what, floor, said, factor, holds, of in rows
        ],
    )


def _verdict(value: float | None, holds: Callable[[float], bool]) -> str:
    return "not measured" if value is None else "reached" if holds(value) else "**missed**"


def _told(rows: Mapping[str, Mapping[str, int]], table: Table, head: str) -> Iterator[str]:
    yield from table(
        (head, "cases", "model", "rules", "either", "gate"),
        [
            (name, str(one["cases"]), *(_share(one[who], one["cases"]) for who in ("model", "rules", "either", "gate")))
            for name, one in rows.items()
        ],
    )


def _share(count: int, of: int) -> str:
    return f"{count} ({count / of:.0%})" if of else "0"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}"


def _mean(said: Mapping[str, float], factor: float = 1) -> str:
    if not said:
        return ""
    shown = [f"{factor * said[name]:.{0 if factor == 100 else 2}f}" for name in ("mean", "low", "high")]
    return f"{shown[0]} ({shown[1]} to {shown[2]})"
