"""For GitLab's merge requests: a Code Quality report, the part of Code Climate's format that GitLab reads.

Hides what GitLab asks for: a file and a line for everything, and identities that tell what a merge request brings from
what the target branch has, so known findings are listed beside new ones. Waived and fixed ones are not. An empty list
is a clean bill, so that nothing could be judged is an entry of its own.
"""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha256

from plumbrule.report.escapes import json_text, shortened, visible
from plumbrule.report.model import Finding, Report, in_order
from plumbrule.report.wording import why_and_mend

_SEVERITIES = {"error": "critical", "warning": "major", "info": "info"}
_LONGEST = 1000  # characters; it is shown in one line


def render(report: Report) -> str:
    """A list of issues: `critical` for errors, `major` for warnings, `info`, and `blocker` where nothing was judged."""
    found = in_order(finding for finding in report.findings if finding.state in ("new", "known"))
    return json_text([*_unjudged(report), *(_of(finding, report) for finding in found)])


def _of(finding: Finding, report: Report) -> dict[str, object]:
    # Without the repository's own name a finding in another one would seem to lie here.
    apart = finding.repo != report.repo or not finding.path
    said = f"{finding.repo}: {finding.subject}: {finding.message}" if apart else finding.message
    if finding.remedy:
        said = f"{said.removesuffix('.')}. What to do instead: {' '.join(finding.remedy.split())}"
    path = report.policy.path if apart else finding.path
    return _issue(finding.rule, said, _SEVERITIES[finding.severity], finding.id, path, 0 if apart else finding.line)


def _unjudged(report: Report) -> Iterator[dict[str, object]]:
    for reason in report.reasons if report.verdict == "not-judged" else ():
        why, mend = why_and_mend(reason)
        said = f"Plumbrule could not judge this change: {why}" + (f" What to do: {mend}" if mend else "")
        yield _issue("not-judged", said, "blocker", sha256(visible(reason).encode()).hexdigest(), report.policy.path, 0)


def _issue(rule: str, said: str, severity: str, identity: str, path: str, line: int) -> dict[str, object]:
    return {
        "type": "issue",
        "check_name": visible(rule),
        "description": shortened(said, _LONGEST),
        "severity": severity,
        "fingerprint": identity,
        "location": {"path": visible(path or "plumbrule.toml"), "lines": {"begin": max(line, 1)}},
    }
