"""The text that accepts a finding for a while, to be committed to the policy. Hides how TOML quotes."""

from __future__ import annotations

import re
from datetime import date

from plumbrule.report.model import Finding

# Everything that TOML forbids in a basic string, and what would be unreadable or misleading in a policy.
_SPELLED = re.compile(
    '[\x00-\x1f"\\\\\x7f-\x9f\xad\u0600-\u0605\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]'
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t", '"': '\\"', "\\": "\\\\"}


def waiver_text(finding: Finding, reason: str, owner: str, expires: date, repository: str = "") -> str:
    """One `[[waiver]]` table. `repository` is only for the policy of a fleet."""
    keys = {"rule": finding.rule, "subject": finding.subject, "reason": reason.strip(), "owner": owner.strip()}
    if repository:
        keys["repository"] = repository
    lines = [f"{key} = {_text(value)}" for key, value in keys.items()]
    return "\n".join(["[[waiver]]", *lines, f"expires = {expires.isoformat()}", ""])


def _text(value: str) -> str:
    return '"' + _SPELLED.sub(lambda match: _SHORT.get(match[0]) or f"\\u{ord(match[0]):04x}", value) + '"'
