"""Why a finding is one, in plain words: what, the rule's reason, the evidence, the paths behind it, since when."""

from __future__ import annotations

from collections.abc import Sequence

from plumbrule.errors import QueryRefused
from plumbrule.judge import Rule
from plumbrule.questions import shortest_paths
from plumbrule.report.escapes import visible
from plumbrule.report.history import Former, History, Shown
from plumbrule.store import Store
from plumbrule.store.reader import Reader

_PATHS = 3  # ways shown from one file to another


def explanation(store: Store, wanted: str, rules: Sequence[Rule]) -> str:
    """Everything the store knows of one finding, named by its id or the beginning of it.

    One that the newest judgement does not tell is told as it stood last, with what became of it. QueryRefused if no
    finding, or more than one, begins so.
    """
    with store.reader() as reader:
        shown, past = _found(History.of(reader), wanted)
        finding = shown.finding
        src, arrow, dst = finding.subject.partition(" -> ")
        paths = _ways(reader, finding.repo, dst, src) if arrow and past is None else []
    page = next((one for one in rules if one.id == finding.rule), None)
    where = f"{finding.path}:{finding.line}" if finding.line else finding.path
    state = finding.state if past is None else past.state
    lines = [f"{finding.id}  {finding.rule} ({finding.severity}, {state})", f"{finding.repo}: {where}"]
    lines += ["", past.words(str)] if past is not None else []
    lines += ["", finding.message]
    if page is not None:
        lines += ["", "Why it matters", *(f"  {text}" for text in page.reason.strip().splitlines())]
    if finding.evidence:
        lines += ["", "Evidence", *(f"  {item}" for item in finding.evidence)]
    if paths:
        lines += ["", f"Ways back from {dst} to {src}", *(f"  {' -> '.join(way)}" for way in paths)]
    lines += ["", "Since", f"  {_since(shown)}"]
    lines += ["", "What to do instead", *(f"  {text}" for text in finding.remedy.strip().splitlines())]
    return "\n".join(visible(text) for text in lines) + "\n"


def _found(history: History, wanted: str) -> tuple[Shown, Former | None]:
    """The one finding whose id begins so, and what became of it if the newest judgement does not tell it."""
    former: dict[str, Former] = {}
    found: Sequence[Shown] = history.findings(beginning=wanted)
    if not found:
        former = {one.shown.finding.id: one for one in history.former(wanted)}
        found = [one.shown for one in former.values()]
    if len(found) != 1:
        listed = "".join(f"\n  {s.finding.id}  {s.finding.rule}: {visible(s.finding.subject)}" for s in found[:20])
        what = "no finding begins" if not found else f"{len(found)} findings begin"
        raise QueryRefused(f"{what} with {wanted!r}.{listed}\nThe view `finding` and every report show the ids.")
    return found[0], former.get(found[0].finding.id)


def _since(shown: Shown) -> str:
    finding, at = shown.finding, shown.first_at
    if not finding.commit:
        return "before the first commit that was scanned"
    who = f", by at least {finding.agent}" if finding.agent else ""
    when = f", {at:%Y-%m-%d %H:%M} UTC" if at is not None else ""
    return f"commit {finding.commit} of batch {finding.batch}{when}{who}"


def _ways(reader: Reader, repo: str, src: str, dst: str) -> Sequence[Sequence[str]]:
    edges = reader.select(
        "SELECT DISTINCT src, dst FROM dependency WHERE repo = ? AND kind = 'import' AND NOT type_only ORDER BY ALL",
        repo,
    )
    return shortest_paths([(a, b) for a, b in edges], src, dst, _PATHS)
