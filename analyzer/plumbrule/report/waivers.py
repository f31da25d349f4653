"""The text that accepts a finding for a while, to be committed to the policy."""

from __future__ import annotations

from datetime import date

from plumbrule.report.escapes import toml_string
from plumbrule.report.model import Finding


def waiver_text(finding: Finding, reason: str, owner: str, expires: date, repository: str = "") -> str:
    """One `[[waiver]]` table. `repository` is only for the policy of a fleet."""
    keys = {"rule": finding.rule, "subject": finding.subject, "reason": reason.strip(), "owner": owner.strip()}
    if repository:
        keys["repository"] = repository
    lines = [f"{key} = {toml_string(value)}" for key, value in keys.items()]
    return "\n".join(["[[waiver]]", *lines, f"expires = {expires.isoformat()}", ""])
