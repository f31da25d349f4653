"""For a person with a browser, and for an archive: one page that holds all it shows, and runs and fetches nothing.

Hides the look, which is that of the dashboard in light and dark. Every name is escaped, and the page itself forbids
scripts and addresses, so that nothing in it could do anything if one were not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import groupby

from plumbrule.report import wording
from plumbrule.report.escapes import in_xml
from plumbrule.report.model import Finding, Report, RuleText, in_order
from plumbrule.report.theme import Theme, theme

WITH_SOURCE = True
_IN_FULL = 25  # findings of a group; the rest is a table, folded away
_CODE = re.compile(r"`([^`]+)`")
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_LOOK = """
:root { color-scheme: light dark }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 62rem; background: var(--background); color: var(--text);
  overflow-wrap: anywhere; font: 16px/1.5 FONT }
h1 { margin: 0; padding: .5rem 1rem; border-left: .5rem solid var(--verdict); background: var(--surface);
  font-size: 1.5rem; line-height: 1.3 }
h2 { margin: 2.5rem 0 .25rem; font-size: 1.2rem }
h3 { margin: 1.25rem 0 .25rem; font-size: 1rem; font-weight: 600 }
p, ul { margin: .5rem 0 }
.aside, .place, dt { color: var(--muted) }
.kind { padding: .05rem .5rem; border: 1px solid currentColor; border-radius: 1rem; font-size: .8rem;
  font-weight: 600; white-space: nowrap }
.error { border-color: var(--error) } .warning { border-color: var(--warning) } .info { border-color: var(--info) }
article { margin: .75rem 0; padding: .75rem 1rem; border: 1px solid var(--line); border-left: .25rem solid var(--mark);
  border-radius: .25rem }
article > p { margin: .25rem 0 }
code, pre { font: .875rem/1.45 ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; unicode-bidi: isolate }
code { overflow-wrap: anywhere }
pre { margin: .5rem 0; padding: .5rem .75rem; overflow-x: auto; background: var(--surface) }
pre span { display: inline-block; min-width: 3ch; margin-right: 1.5ch; color: var(--muted); text-align: right;
  user-select: none }
.instead { padding-left: .75rem; border-left: .2rem solid var(--accent) }
.evidence { padding-left: 1.2rem; color: var(--muted) }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .15rem 1rem; margin: 1rem 0 }
dd { margin: 0; overflow-wrap: anywhere }
details { margin: 1rem 0; border-top: 1px solid var(--line); padding-top: .75rem }
summary { cursor: pointer; font-weight: 600 }
table { width: 100%; border-collapse: collapse; margin: .5rem 0; font-size: .9rem }
th, td { padding: .25rem .75rem .25rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top;
  overflow-wrap: anywhere }
@media print { details > * { display: block } article { break-inside: avoid } }
"""


def render(report: Report) -> str:
    """The verdict, what is new by rule and group with its source, then what is known, waived and fixed, folded away."""
    return "".join(f"{line}\n" for line in _page(report))


def _page(report: Report) -> Iterator[str]:
    title = f"Plumbrule: {wording.headline(report)}"
    verdict = {"passed": "fixed", "failed": "error"}.get(report.verdict, "warning")
    yield "<!DOCTYPE html>"
    yield '<html lang="en">'
    yield "<head>"
    yield '<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{in_xml(f'{title}, {report.repo}')}</title>"
    yield "<style>"
    yield f":root {{ {_colours(theme('light'))}; --verdict: var(--{verdict}) }}"
    yield f"@media (prefers-color-scheme: dark) {{ :root {{ {_colours(theme('dark'))} }} }}"
    yield _LOOK.strip().replace("FONT", theme().font)
    yield "</style>"
    yield "</head>"
    yield "<body>"
    yield f"<h1>{in_xml(title)}</h1>"
    yield from _beginning(report)
    yield from _findings(report)
    yield from _end(report)
    yield "</body>"
    yield "</html>"


def _colours(of: Theme) -> str:
    names = ("background", "surface", "text", "muted", "line", "accent", "error", "warning", "info", "fixed", "unknown")
    return "; ".join(f"--{name}: {getattr(of, name)}" for name in names)


def _beginning(report: Report) -> Iterator[str]:
    said = []
    for why, mend in map(wording.why_and_mend, report.reasons):
        said.append(in_xml(why) + (f"<br><strong>What to do:</strong> {in_xml(mend)}" if mend else ""))
    said += [f"<strong>This change loosens the policy:</strong> {in_xml(what)}" for what in report.policy.loosened]
    yield from _list(said)
    yield "<dl>"
    for name, value in (
        ("repository", report.repo),
        ("compared", wording.compared(report)),
        ("policy", wording.policy_used(report.policy)),
        ("looked at", wording.looked_at(report.coverage)),
    ):
        yield f"<dt>{name}</dt><dd>{in_xml(value)}</dd>"
    yield "</dl>"


def _findings(report: Report) -> Iterator[str]:
    findings = in_order(report.findings)
    texts = {rule.id: rule for rule in report.rules}
    yield from _in_full("new", [f for f in findings if f.state == "new"], texts)
    unaccepted = [f for f in findings if f.state == "known" and f.unaccepted]
    yield from _in_full("known, but missing from the baseline", unaccepted, texts)
    for heading, chosen in (
        (wording.AHEAD, list(in_order(report.ahead))),
        ("waived", [f for f in findings if f.state == "waived"]),
        ("fixed", [f for f in findings if f.state == "fixed"]),
        ("known", [f for f in findings if f.state == "known" and not f.unaccepted]),
    ):
        yield from _in_brief(heading, chosen)
    if report.known:
        counts = (f"{rule} {count:,}" for rule, count in sorted(report.known.items()))
        yield f'<p class="aside">known and not told one by one: {in_xml(", ".join(counts))}</p>'


def _in_full(heading: str, findings: list[Finding], texts: dict[str, RuleText]) -> Iterator[str]:
    for severity, alike in groupby(findings, lambda finding: finding.severity):
        for rule, groups in wording.by_rule(alike):
            text = texts.get(rule)
            count = f"{sum(map(len, groups)):,} {heading}"
            yield "<section>"
            yield f'<h2>{_prose(text.title) if text else in_xml(rule)} <span class="kind {_class(severity)}">'
            yield f"{in_xml(severity)}: {count}</span></h2>"
            yield f'<p class="aside"><code>{in_xml(rule)}</code></p>' if text else ""
            for paragraph in text.reason.split("\n\n") if text else ():
                yield f"<p>{_prose(paragraph)}</p>"
            for group in groups:
                yield from _group(group, severity)
            yield "</section>"


def _group(group: list[Finding], severity: str) -> Iterator[str]:
    together = bool(group[0].group) and len(group) > 1
    full = _IN_FULL if together else len(group)
    if together:
        yield f"<h3>{in_xml(group[0].group)} ({len(group):,} together)</h3>"
    for remedy, of_remedy in groupby(group[:full], lambda finding: finding.remedy):
        alike = list(of_remedy)
        for finding in alike:
            yield f'<article style="--mark: var(--{_class(severity)})">'
            yield from _finding(finding)
            if finding is alike[-1] and remedy:
                lines = "<br>".join(in_xml(line) for line in remedy.strip().split("\n"))
                yield f'<p class="instead"><strong>What to do instead:</strong> {lines}</p>'
            yield "</article>"
    yield from _in_brief("more like these", group[full:])


def _finding(finding: Finding) -> Iterator[str]:
    yield f'<p class="place"><code>{in_xml(wording.place(finding))}</code></p>'
    yield f"<p>{in_xml(finding.message)}</p>"
    if finding.excerpt:
        lines = (f"<span>{number}</span>{in_xml(text)}" for number, text in finding.excerpt)
        yield f"<pre>{chr(10).join(lines)}</pre>"
    if finding.evidence:
        yield f'<ul class="evidence">{"".join(f"<li>{in_xml(line)}</li>" for line in finding.evidence)}</ul>'
    if finding.subject not in (*finding.message.split("\n"), wording.place(finding)):
        yield f'<p class="aside">subject: <code>{in_xml(finding.subject)}</code></p>'
    if since := wording.origin(finding):
        yield f'<p class="aside">{in_xml(since)}</p>'


def _in_brief(heading: str, findings: list[Finding]) -> Iterator[str]:
    if not findings:
        return
    yield f"<details><summary>{in_xml(heading)}: {len(findings):,}</summary>"
    yield "<table><thead><tr><th>rule</th><th>place</th><th>what</th></tr></thead><tbody>"
    for finding in findings:
        said = "<br>".join(in_xml(line) for line in (finding.message, *finding.evidence[:3]) if line)
        said += "".join(f"<br><code>{in_xml(text.strip())}</code>" for _, text in finding.excerpt[:1])
        yield (
            f"<tr><td>{in_xml(finding.rule)}</td><td><code>{in_xml(wording.place(finding))}</code></td>"
            f"<td>{said}</td></tr>"
        )
    yield "</tbody></table></details>"


def _end(report: Report) -> Iterator[str]:
    gaps = [*wording.gaps(report.coverage), *(f"skipped {p}: {why}" for p, why in report.coverage.skipped_files)]
    if gaps:
        yield f"<details><summary>what this verdict does not rest on: {len(gaps):,}</summary>"
        yield from _list(map(in_xml, gaps))
        yield "</details>"


def _list(items: Iterable[str]) -> Iterator[str]:
    items = list(items)
    if items:
        yield f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


def _prose(text: str) -> str:
    """A rule's own words: what stands between backticks is code. In a name they are what it is called by."""
    return _CODE.sub(r"<code>\1</code>", in_xml(" ".join(text.split())))


def _class(severity: str) -> str:
    return severity if severity in ("error", "warning", "info") else "unknown"
