"""What is told of a policy: whether one part may depend on another, what is odd about it, and what an edit does."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from plumbrule.linting import Oddity
from plumbrule.report.escapes import visible
from plumbrule.report.model import Report
from plumbrule.supposed import DEPENDS, MAY, Answer, Objection, Part, Stated


def explained(policy: str, source: Part, target: Part, answer: Answer, there: tuple[int, str] | None) -> str:
    """The answer in plain words, with the lines of the policy that make it."""
    words = {MAY: "may depend on", DEPENDS: "may depend in part only on"}.get(answer.answer, "may not depend on")
    sentence = f"{_named(source)} {words} {_named(target)}."
    lines = [sentence[0].upper() + sentence[1:] if source.kind == "component" else sentence]
    for one in answer.objections:
        lines += ["", *_objection(policy, one, answer)]
    if answer.answer == MAY and not answer.objections:
        lines.append("No line of the policy speaks against it.")
    if answer.silent:
        lines += ["", "Of both it says, and has nothing against it:"]
        lines += [f"  {_line(policy, one)}" for one in answer.silent]
    for part in (source, target):
        if not part.components:
            lines.append(f"{part.given} belongs to no component.")
    lines += ["", f"Today: {_today(there)}"]
    lines += [f"Not judged: {why}" for why in answer.refused]
    return "\n".join(visible(line) for line in lines) + "\n"


def explained_in_numbers(policy: str, source: Part, target: Part, answer: Answer, there: tuple[int, str] | None) -> str:
    """The same for programs."""
    told = {
        "schema": "plumbrule/policy-explain/1",
        "policy": policy,
        "from": _part(source),
        "to": _part(target),
        "answer": answer.answer,
        "because": [
            {
                "rule": one.rule,
                "severity": one.severity,
                "message": one.message,
                "remedy": one.remedy,
                "pairs": one.pairs,
                "contracts": [_stated(piece) for piece in one.stated],
            }
            for one in answer.objections
        ],
        "silent": [_stated(piece) for piece in answer.silent],
        "pairs": answer.pairs,
        "exists": None if there is None else {"imports": there[0], "example": there[1]},
        "not_judged": list(answer.refused),
    }
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"


def linted(policy: str, found: Sequence[Oddity], agreed: Sequence[str]) -> str:
    """One oddity after the other, by line, with what mends it."""
    lines = []
    for one in found:
        where = f"{policy}:{one.line}" if one.line else policy
        lines += [f"{where}: {one.kind}: {one.words}", f"    {one.mend}"]
    count = "Nothing is odd." if not found else f"{len(found)} {'thing is' if len(found) == 1 else 'things are'} odd."
    return "\n".join(visible(line) for line in [*lines, *agreed, f"{policy}: {count}"]) + "\n"


def linted_in_numbers(policy: str, found: Sequence[Oddity], agreed: Sequence[str]) -> str:
    """The same for programs."""
    told = {
        "schema": "plumbrule/policy-lint/1",
        "policy": policy,
        "oddities": [one._asdict() for one in found],
        "diagrams": list(agreed),
    }
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"


def compared(report: Report) -> str:
    """The edits of a policy by what they do, loosening first, each with examples of what it takes away or brings."""
    lines = [f"{report.policy.path or 'no policy'}: {report.base[:12] or '?'} to {report.head[:12]}"]
    edits = _edits(report)
    for effect in ("loosening", "tightening", "neutral"):
        of_it = [edit for edit in edits if edit["effect"] == effect]
        lines += [f"{effect} ({len(of_it)})"] if of_it else []
        for edit in of_it:
            where = f" (line {edit['line']})" if edit["line"] else ""
            lines.append(f"  {edit['words']}{where}")
            for key, verb in (("lost", "hides"), ("gained", "brings")):
                examples = edit[key]
                if examples and not any(one in edit["words"] for one in examples["examples"]):
                    lines.append(f"    {verb} {examples['count']}, as {'; '.join(examples['examples'][:2])}")
    if not edits:
        lines.append("No edit changes what is judged.")
    return "\n".join(visible(line) for line in lines) + "\n"


def compared_in_numbers(report: Report) -> str:
    """The same for programs."""
    told = {
        "schema": "plumbrule/policy-diff/1",
        "policy": report.policy.path,
        "base": report.base,
        "head": report.head,
        "edits": _edits(report),
    }
    return json.dumps(told, indent=2, ensure_ascii=True) + "\n"


def _edits(report: Report) -> list[dict[str, Any]]:
    """Each edit that the gate tells apart, and what is loosened beside them, such as a file that exempts itself."""
    found: list[dict[str, Any]] = [
        {
            "place": edit.place,
            "effect": edit.effect,
            "words": edit.words,
            "line": edit.line,
            "lost": _examples(edit.lost_count, edit.lost),
            "gained": _examples(edit.gained_count, edit.gained),
        }
        for edit in getattr(report.policy, "edits", ())
    ]
    told = {edit["words"] for edit in found}
    return found + [
        {"place": "", "effect": "loosening", "words": words, "line": 0, "lost": None, "gained": None}
        for words in report.policy.loosened
        if words not in told
    ]


def _examples(count: int, examples: Sequence[str]) -> dict[str, object] | None:
    return {"count": count, "examples": list(examples)} if count else None


def _objection(policy: str, one: Objection, answer: Answer) -> list[str]:
    of = "" if one.pairs == answer.pairs else f", for {one.pairs} of {answer.pairs} pairs of files looked at"
    lines = [f"{one.severity} {one.rule}{of}"]
    lines += [f"  {_line(policy, piece)}" for piece in one.stated]
    lines += [f"  {one.message}", f"  What to do instead: {' '.join(one.remedy.split())}"]
    return lines


def _line(policy: str, one: Stated) -> str:
    where = f"{policy}:{one.line}" if one.line else policy
    reason = f": {one.reason}" if one.reason else ""
    return f'{where} [[{one.table}]] "{one.name}"{reason}'


def _named(part: Part) -> str:
    many = f"{len(part.files)} files" if len(part.files) > 1 else "1 file"
    if part.kind == "component":
        return f"the component {part.given} ({many})"
    components = ", ".join(part.components[:3]) + ("…" if len(part.components) > 3 else "")
    about = [f"component {components}"] if components else []
    about += ["not there yet"] if part.kind == "file that is not there yet" else []
    about += [many] if part.kind == "folder" else []
    return part.given + (f" ({', '.join(about)})" if about else "")


def _today(there: tuple[int, str] | None) -> str:
    if there is None:
        return "not known, there is no snapshot of it in the store; `plumbrule scan` makes one."
    count, example = there
    if not count:
        return "no such import in the newest snapshot."
    return f"{count} such {'import' if count == 1 else 'imports'} in the newest snapshot, as {example}."


def _part(part: Part) -> dict[str, object]:
    return {"given": part.given, "kind": part.kind, "files": len(part.files), "components": list(part.components)}


def _stated(one: Stated) -> dict[str, object]:
    return {"table": one.table, "name": one.name, "line": one.line, "reason": one.reason, "against": one.against}
