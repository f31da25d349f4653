"""For programs: the whole report by the published schema `plumbrule/report/1`, and the way back from it."""

from __future__ import annotations

from dataclasses import asdict

import orjson

from plumbrule.errors import StoreError
from plumbrule.report.escapes import json_text
from plumbrule.report.model import (
    SCHEMA,
    Coverage,
    Finding,
    LanguageCoverage,
    PolicyEdit,
    PolicyUsed,
    Report,
    RuleText,
    in_order,
)

WITH_SOURCE = True

CONTROLS = True  # of each finding are told


def render(report: Report) -> str:
    """Everything the report holds, in the schema's order; rendering what `read` gives back yields the same bytes."""
    return json_text(
        {
            "schema": SCHEMA,
            "tool": dict(sorted(report.tool.items())),
            "verdict": report.verdict,
            "reasons": report.reasons,
            "repo": report.repo,
            "base": report.base,
            "merge_base": report.merge_base,
            "head": report.head,
            "policy": asdict(report.policy),
            "counts": dict(sorted(report.counts.items())),
            "coverage": asdict(report.coverage)
            | {
                "skipped_files": [{"path": path, "reason": reason} for path, reason in report.coverage.skipped_files],
                "read_in_part": [{"path": path, "line": line} for path, line in report.coverage.read_in_part],
                "languages": [
                    {
                        "language": one.language,
                        "files": one.files,
                        "imports": one.imports,
                        "resolved": one.resolved,
                        "low": one.is_low,
                        "missed": [{"reason": why, "count": count, "first": at} for why, count, at in one.missed],
                    }
                    for one in report.coverage.languages
                ],
            },
            "findings": [_written(finding) for finding in in_order(report.findings)],
            "ahead": [_written(finding) for finding in in_order(report.ahead)],
            "rules": [asdict(rule) for rule in report.rules],
        }
    )


def _written(finding: Finding) -> dict[str, object]:
    return asdict(finding) | {"excerpt": [{"line": line, "text": text} for line, text in finding.excerpt]}


def read(text: str | bytes) -> Report:
    """The report that `render` wrote; fields it does not know are left out. StoreError if it is none, or newer."""
    try:
        data = _Object(orjson.loads(text))
        if data.text("schema") != SCHEMA:
            raise StoreError(
                f"this report has the schema {data.text('schema')!r}, this program reads {SCHEMA!r}\n"
                "judge again with this program, or read it with the one that wrote it"
            )
        return _report(data)
    except (orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise StoreError(
            f"this is no report of the schema {SCHEMA!r}: {error}\njudge again to write a new one"
        ) from error


class _Object:
    """A JSON object whose members are asked for by type; TypeError when a member is of another."""

    def __init__(self, value: object) -> None:
        if not isinstance(value, dict):
            raise TypeError(f"an object was expected, not {value!r:.60}")
        self._members: dict[str, object] = value

    def text(self, name: str) -> str:
        value = self._members[name]
        if not isinstance(value, str):
            raise TypeError(f"{name} must be text, not {value!r:.60}")
        return value

    def number(self, name: str, *, missing: int | None = None) -> int:
        """`missing` is for members that reports had not always."""
        value = self._members[name] if missing is None else self._members.get(name, missing)
        if not isinstance(value, int):
            raise TypeError(f"{name} must be a whole number, not {value!r:.60}")
        return value

    def truth(self, name: str, *, missing: bool | None = None) -> bool:
        """`missing` is for members that reports had not always."""
        value = self._members[name] if missing is None else self._members.get(name, missing)
        if not isinstance(value, bool):
            raise TypeError(f"{name} must be true or false, not {value!r:.60}")
        return value

    def texts(self, name: str) -> tuple[str, ...]:
        items = self._list(name)
        wrong = [item for item in items if not isinstance(item, str)]
        if wrong:
            raise TypeError(f"{name} must be a list of texts, not {wrong[0]!r:.60}")
        return tuple(str(item) for item in items)

    def inner(self, name: str) -> _Object:
        return _Object(self._members[name])

    def objects(self, name: str, *, missing: bool = False) -> list[_Object]:
        """None where it is missing, if it may be."""
        if missing and name not in self._members:
            return []
        return [_Object(item) for item in self._list(name)]

    def _list(self, name: str) -> list[object]:
        value = self._members[name]
        if not isinstance(value, list):
            raise TypeError(f"{name} must be a list, not {value!r:.60}")
        return value

    def names(self) -> list[str]:
        return list(self._members)


def _report(data: _Object) -> Report:
    policy, coverage, counts, tool = (data.inner(name) for name in ("policy", "coverage", "counts", "tool"))
    return Report(
        verdict=data.text("verdict"),
        reasons=data.texts("reasons"),
        repo=data.text("repo"),
        base=data.text("base"),
        merge_base=data.text("merge_base"),
        head=data.text("head"),
        policy=PolicyUsed(
            path=policy.text("path"),
            commit=policy.text("commit"),
            hash=policy.text("hash"),
            loosened=policy.texts("loosened"),
            preview=policy.truth("preview"),
            edits=tuple(map(_edit, policy.objects("edits", missing=True))),
            known=policy.truth("known", missing=True),
        ),
        counts={name: counts.number(name) for name in counts.names()},
        coverage=Coverage(
            files=coverage.number("files"),
            parsed=coverage.number("parsed"),
            skipped=coverage.number("skipped"),
            other=coverage.number("other"),
            imports=coverage.number("imports"),
            resolved=coverage.number("resolved"),
            rules=coverage.number("rules"),
            not_measured=coverage.texts("not_measured"),
            selectors_unmatched=coverage.texts("selectors_unmatched"),
            skipped_files=tuple((row.text("path"), row.text("reason")) for row in coverage.objects("skipped_files")),
            read_in_part=tuple(
                (row.text("path"), row.number("line")) for row in coverage.objects("read_in_part", missing=True)
            ),
            history=coverage.text("history"),
            languages=tuple(map(_language, coverage.objects("languages", missing=True))),
        ),
        findings=tuple(_finding(row) for row in data.objects("findings")),
        ahead=tuple(_finding(row) for row in data.objects("ahead", missing=True)),
        tool={name: tool.text(name) for name in tool.names()},
        rules=tuple(
            RuleText(row.text("id"), row.text("title"), row.text("severity"), row.text("reason"), row.text("instead"))
            for row in data.objects("rules")
        ),
    )


def _edit(row: _Object) -> PolicyEdit:
    return PolicyEdit(
        row.text("place"),
        row.text("effect"),
        row.text("words"),
        row.number("line"),
        row.texts("lost"),
        row.texts("gained"),
        row.number("lost_count"),
        row.number("gained_count"),
    )


def _language(row: _Object) -> LanguageCoverage:
    missed = tuple((one.text("reason"), one.number("count"), one.text("first")) for one in row.objects("missed"))
    return LanguageCoverage(
        row.text("language"), row.number("files"), row.number("imports"), row.number("resolved"), missed
    )


def _finding(row: _Object) -> Finding:
    return Finding(
        id=row.text("id"),
        rule=row.text("rule"),
        severity=row.text("severity"),
        state=row.text("state"),
        repo=row.text("repo"),
        subject=row.text("subject"),
        path=row.text("path"),
        line=row.number("line"),
        message=row.text("message"),
        remedy=row.text("remedy"),
        evidence=row.texts("evidence"),
        commit=row.text("commit"),
        batch=row.text("batch"),
        agent=row.text("agent"),
        unaccepted=row.truth("unaccepted"),
        group=row.text("group"),
        fails=row.truth("fails", missing=False),
        touched=row.truth("touched", missing=False),
        excerpt=tuple((one.number("line"), one.text("text")) for one in row.objects("excerpt", missing=True)),
        step=row.number("step", missing=0),
        **{name: row.text(name) for name in ("reason", "alternatives", "owner") if name in row.names()},
        controls=row.texts("controls") if "controls" in row.names() else (),
    )
