"""For a README or a dashboard: the verdict as a small picture (SVG), by colour and in words.

Hides how wide letters are: no font is asked, so the picture looks the same everywhere and fetches nothing.
"""

from __future__ import annotations

from plumbrule.report.model import Report
from plumbrule.report.wording import counted

IN_NUMBERS = True
# White on each is read by weak eyes too: contrasts of 5.1, 5.9 and 5.6 to 1.
_COLOURS = {"passed": "#1f7a4d", "failed": "#b3321f", "not-judged": "#8a5a00"}
_NARROW, _WIDE = "fijlrt:,.'I1 ", "mwMW"  # 4 and 9 units of eleven; all others 7
_LABEL = "plumbrule"
_HEIGHT = 20


def render(report: Report) -> str:
    """One SVG of 20 units in height, with its words as a title for who cannot see it."""
    words = _words(report)
    left, right = _width(_LABEL), _width(words)
    colour = _COLOURS.get(report.verdict, _COLOURS["not-judged"])
    return f"""<svg xmlns="http://www.w3.org/2000/svg" width="{left + right}" height="{_HEIGHT}" role="img" \
aria-label="{_LABEL}: {words}">
<title>{_LABEL}: {words}</title>
<clipPath id="round"><rect width="{left + right}" height="{_HEIGHT}" rx="3"/></clipPath>
<g clip-path="url(#round)">
<rect width="{left}" height="{_HEIGHT}" fill="#444c56"/>
<rect x="{left}" width="{right}" height="{_HEIGHT}" fill="{colour}"/>
</g>
<g fill="#ffffff" font-family="Verdana,'DejaVu Sans',Geneva,sans-serif" font-size="11" text-anchor="middle">
<text x="{left / 2:g}" y="14" textLength="{left - 12}">{_LABEL}</text>
<text x="{left + right / 2:g}" y="14" textLength="{right - 12}">{words}</text>
</g>
</svg>
"""


def _words(report: Report) -> str:
    verdict = report.verdict.replace("-", " ")
    failing = sum(finding.fails for finding in report.findings)
    warned = sum(finding.state == "new" and not finding.fails for finding in report.findings)
    if report.verdict == "failed" and failing:
        verdict = f"failed: {counted(failing, 'finding')}"
    elif report.verdict == "passed" and warned:
        verdict = f"passed, {warned:,} to look at"
    return f"preview: {verdict}" if report.policy.preview else verdict


def _width(words: str) -> int:
    return 12 + sum(4 if sign in _NARROW else 9 if sign in _WIDE else 7 for sign in words)
