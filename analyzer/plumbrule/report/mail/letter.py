"""What a mail says, in words: from what moved to sentences, and from sentences to plain text and HTML.

Hides the templates (`reports/mail`). Every name from analysed code passes `visible` on its way in, so that it is one
line of harmless text wherever it stands; HTML is escaped by the template engine, always.
"""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from urllib.parse import urlencode

import css_inline
import jinja2

from plumbrule.data import data_folder
from plumbrule.report.charts import at_least
from plumbrule.report.escapes import shortened, visible
from plumbrule.report.history import CountMove, Rework, Snapshot, Unrenewed
from plumbrule.report.mail.moves import STRUCTURE, Balance, Item, RepoMoves, State, importance
from plumbrule.report.mail.pictures import Picture
from plumbrule.report.model import Finding
from plumbrule.report.theme import theme
from plumbrule.report.wording import counted, place, superseded

MOST_ITEMS = 7
_NAME_LIMIT = 140  # characters of a name; of a message and a remedy more
_MESSAGE_LIMIT = 400
_REMEDY_LIMIT = 340
_SUBJECT_LIMIT = 120
_EACH = 3  # findings spelled out of one item
_REWORK_FROM = 50  # lines taken out in a week, of which a share says something
_QUIET = 12  # repositories named in which nothing moved
_TEXT_WIDTH = 76
_ASIDE = ("radon",)  # figures that a scan makes when it has time, and that nothing told here goes by
_MINUS = "\u2212"
_COUNTS = {
    "cycles.file": "cycles of files",
    "files_in_cycles": "files in cycles",
    "cycles.component": "cycles of components",
    "component_edges": "edges between components",
    "component_edges.not_allowed": "edges that are not allowed",
    "files": "files",
    "lines": "lines",
    "dependencies": "imports between files",
}


@dataclass(frozen=True, slots=True)
class Told:
    """One item in words."""

    severity: str
    rule: str
    title: str
    what: str
    where: tuple[str, ...]
    more: str  # findings of this item that are not spelled out
    since: str
    do: str
    link: str
    explain: str  # the command that says more, where there is no link


@dataclass(frozen=True, slots=True)
class Section:
    """One repository in words."""

    name: str
    heading: str
    work: str
    standing: tuple[str, ...]  # three lines, only for a reader who never heard of it
    items: tuple[Told, ...]
    fixed: str
    of_changes: str  # what the listed ones about single changes come to
    balance: tuple[str, ...]  # how what is open came from what was, one line a severity
    counts: str
    coverage: str
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail in words, the same for each of its forms."""

    subject: str
    headline: str
    warnings: tuple[str, ...]  # what speaks against taking all this for how things are now
    since: str
    tiles: tuple[tuple[str, str, str], ...]  # (number, what it counts, colour)
    sections: tuple[Section, ...]
    several: bool
    more: str
    quiet: str  # the repositories that have no section: nothing moved in them
    link: str
    footer: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Occasion:
    """To whom, when and with which links."""

    subject_prefix: str
    dashboard: str  # "" = no links
    since: datetime | None  # of the last mail; None = there was none
    unrenewed: tuple[Unrenewed, ...] = ()  # repositories that are not told of as they are now
    instead_of: str = ""  # why a newer state cannot be told
    generation: int = 0


def written(moves: Sequence[RepoMoves], occasion: Occasion) -> Letter:
    """The mail about these repositories. At most `MOST_ITEMS` items, the most important of all repositories."""
    ranked = sorted((item for one in moves for item in one.items), key=importance)
    shown = ranked[:MOST_ITEMS]
    spare = ranked[MOST_ITEMS:]
    loud = [one for one in _told_first(moves) if len(moves) == 1 or _has_section(one)]
    headline = _headline(moves, older=bool(occasion.instead_of))
    first = all(one.told is None for one in moves)
    name = visible(moves[0].repo) if len(moves) == 1 else _of_several(moves, occasion)
    subject = f"{occasion.subject_prefix} {shortened(name, 60)}: {headline}".strip()
    footer = []
    if first:
        footer.append("From now on these mails tell only what moved, and none is sent when nothing did.")
    footer.append("Agents are known by the traces they leave, so every count of their work is “at least”.")
    if any(one.muted for one in moves):
        footer.append(f"{_many(sum(one.muted for one in moves), 'finding')} that you muted left out.")
    return Letter(
        subject=shortened(subject, _SUBJECT_LIMIT),
        headline=headline[0].upper() + headline[1:],
        warnings=_warnings(occasion),
        since=_since(moves, occasion),
        tiles=() if first else _tiles(moves),
        sections=tuple(_section(one, [i for i in shown if i.repo == one.repo], occasion) for one in loud),
        several=len(moves) > 1,
        more=_more(spare),
        quiet=_quiet([one for one in moves if one not in loud]),
        link=occasion.dashboard,
        footer=tuple(footer),
    )


def as_text(letter: Letter, pictures: Sequence[Picture]) -> str:
    """The plain text part; ends with one line feed."""
    body = _templates().get_template("weekly.txt").render(letter=letter, pictures=pictures)
    return body.strip("\n") + "\n"


def as_html(letter: Letter, pictures: Sequence[Picture], sources: Mapping[str, str]) -> str:
    """The HTML part, its style inlined; `sources` says where each picture, by name, is found."""
    page = (
        _templates()
        .get_template("weekly.html")
        .render(letter=letter, pictures=pictures, sources=sources, light=theme("light"), dark=theme("dark"))
    )
    # The style element stays for what cannot be inlined: dark surroundings and narrow screens.
    inliner = css_inline.CSSInliner(keep_style_tags=True, keep_at_rules=True, load_remote_stylesheets=False)
    inlined: str = inliner.inline(page)
    return inlined


@cache
def _templates() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(data_folder("reports") / "mail"),
        autoescape=lambda name: name is None or not name.endswith(".txt"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = _wrapped
    return environment


def _wrapped(text: str, indent: str = "", first: str | None = None) -> str:
    """Lines of at most `_TEXT_WIDTH`; never broken inside a word, so that paths and addresses stay whole."""
    lines = textwrap.wrap(
        text,
        _TEXT_WIDTH,
        initial_indent=indent if first is None else first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines)


# -- sentences ----------------------------------------------------------------------------------------------------


def _warnings(occasion: Occasion) -> tuple[str, ...]:
    told = []
    if occasion.instead_of:
        told.append(" ".join(superseded(occasion.generation, visible(occasion.instead_of))))
    told += [one.words(lambda name: shortened(name, _MESSAGE_LIMIT)) for one in occasion.unrenewed[:_QUIET]]
    spare = len(occasion.unrenewed) - _QUIET
    told += [f"And {_many(spare, 'more repository')} like that."] if spare > 0 else []
    return tuple(told)


def _headline(moves: Sequence[RepoMoves], *, older: bool) -> str:
    if all(one.told is None for one in moves):
        where = "where it" if len(moves) == 1 else "where they"
        return f"an older state, {where} stood" if older else where + (" stands" if len(moves) == 1 else " stand")
    parts = ["an older state"] if older else []
    for severity in ("error", "warning"):
        number = sum(one.new(severity) for one in moves)
        parts += [_many(number, f"new {severity}")] if number else []
    of_changes = sum(one.of_changes.total() for one in moves)
    parts += [f"{of_changes:,} about single changes"] if of_changes else []
    fixed = sum(number for one in moves for _, number in one.fixed)
    parts += [f"{fixed:,} fixed"] if fixed else []
    if not parts[older:]:
        structure = [count for one in moves for count in one.counts if count.name in STRUCTURE]
        parts += [_count(count) for count in structure[:2]]
    heard = sum(one.told is None for one in moves)
    parts += [f"{_many(heard, 'repository')} new here"] if heard else []
    return ", ".join(parts if parts[older:] else [*parts, "nothing moved"])


def _of_several(moves: Sequence[RepoMoves], occasion: Occasion) -> str:
    moved = [one.repo for one in moves if one.moved]
    missing = sum(one.last is None for one in occasion.unrenewed)
    all_ = f" of {len(moves) + missing}" if missing else ""
    return visible(moved[0]) if len(moved) == 1 else f"{len(moves)}{all_} repositories"


def _since(moves: Sequence[RepoMoves], occasion: Occasion) -> str:
    known = [one for one in moves if one.told is not None]
    if not known or occasion.since is None:
        return ""
    return f"Since the mail of {_day(occasion.since)}"


def _tiles(moves: Sequence[RepoMoves]) -> tuple[tuple[str, str, str], ...]:
    errors, warnings = (sum(one.new(severity) for one in moves) for severity in ("error", "warning"))
    fixed = sum(number for one in moves for _, number in one.fixed)
    of_changes = sum(one.of_changes.total() for one in moves)
    broken = any(item.of_change and item.severity == "error" for one in moves for item in one.items)
    tiles = [
        (f"{errors:,}", "new error" if errors == 1 else "new errors", "error" if errors else "none"),
        (f"{warnings:,}", "new warning" if warnings == 1 else "new warnings", "warning" if warnings else "none"),
        (f"{fixed:,}", "fixed", "fixed" if fixed else "none"),
    ]
    if of_changes:
        tiles.insert(2, (f"{of_changes:,}", "about single changes", "error" if broken else "warning"))
    return tuple(tiles)


def _told_first(moves: Sequence[RepoMoves]) -> list[RepoMoves]:
    """Repositories with items first, the most important of them at the top; then the rest by name."""
    rank: dict[str, int] = {}
    for place_, item in enumerate(sorted((item for one in moves for item in one.items), key=importance)):
        rank.setdefault(item.repo, place_)
    return sorted(moves, key=lambda one: (rank.get(one.repo, len(rank) + 1000), not one.moved, one.repo))


def _has_section(one: RepoMoves) -> bool:
    return one.told is None or one.moved or bool(one.notes or one.unwaived)


def _quiet(moves: Sequence[RepoMoves]) -> str:
    """ "Nothing moved in search (2 commits) and 7 more. Looked at there: …"; empty if something moved everywhere."""
    if not moves:
        return ""
    ranked = sorted(moves, key=lambda one: (-one.commits, one.repo))
    named = [
        f"{shortened(one.repo, 60)} ({_many(one.commits, 'commit')})" if one.commits else shortened(one.repo, 60)
        for one in ranked[:_QUIET]
    ]
    rest = f" and {len(moves) - _QUIET:,} more" if len(moves) > _QUIET else ""
    return f"Nothing moved in {', '.join(named)}{rest}. {_coverage([one.newest for one in moves])}"


def _section(one: RepoMoves, items: Sequence[Item], occasion: Occasion) -> Section:
    notes = list(one.notes)
    if one.unwaived:
        notes.append(
            f"{_many(one.unwaived, 'finding')} open again because a waiver ended; the code did not move there."
        )
    if one.commits and (reworked := _reworked(one.rework)):
        notes.append(reworked)
    return Section(
        name=shortened(one.repo, _NAME_LIMIT),
        heading=f"at {one.newest.commit[:12]} of {_day(one.newest.at)}",
        work=_work(one),
        standing=_standing(one) if one.told is None and one.state is not None else (),
        items=tuple(_told(item, occasion) for item in items),
        fixed=_fixed(one.fixed),
        of_changes=_of_changes(one.of_changes),
        balance=tuple(_balance(severity, sum_) for severity, sum_ in one.balance.items() if any(sum_)),
        counts=", ".join(_count(count) for count in one.counts),
        coverage=_coverage([one.newest]),
        notes=tuple(notes),
    )


def _reworked(weeks: Sequence[Rework]) -> str:
    """How much of what was taken out was young; nothing of a week in which hardly anything was."""
    told = [week for week in weeks if week.removed >= _REWORK_FROM]
    if not told or told[-1] is not weeks[-1]:
        return ""
    now = told[-1]
    before = f"; {_share(told[0])} in the week of {told[0].week}" if len(told) > 1 else ""
    return (
        f"Rework: of {now.removed:,} lines of code taken out or replaced in the week of {now.week}, {now.reworked:,}"
        f" ({_share(now)}) were younger than two weeks{before}."
    )


def _share(week: Rework) -> str:
    return f"{100 * week.reworked / week.removed:.0f} %"


def _work(one: RepoMoves) -> str:
    """ "12 commits in 9 batches; at least 5 of them by agents: claude 4, cursor 1"."""
    if one.told is None:
        return ""
    if not one.commits:
        return "No new commit."
    agents = Counter(batch.agent for batch in one.batches if batch.agent)
    # A merge is one of them, however many commits it brought.
    words = f"{_many(one.commits, 'commit')} on the main line in {_many(len(one.batches), 'batch')}"
    if not agents:
        return f"{words}; no agent was recognised in any of them."
    named = [f"{shortened(agent, 40)} {number:,}" for agent, number in _commonest(agents)[:4]]
    named += [f"{len(agents) - 4} others"] if len(agents) > 4 else []
    return f"{words}; at least {sum(agents.values()):,} of them by agents and bots: {', '.join(named)}."


def _standing(one: RepoMoves) -> tuple[str, ...]:
    state = one.state
    assert state is not None
    return (_size(state), _open(state), _coverage([one.newest]))


def _size(state: State) -> str:
    count = {name: int(value) for name, value in state.counts.items()}
    cycles = count.get("cycles.file", 0)
    tangled = f"{_many(cycles, 'cycle')} with {_many(count.get('files_in_cycles', 0), 'file')} in them"
    return (
        f"{_many(count.get('files', 0), 'file')} in {_many(state.components, 'component')},"
        f" {_many(count.get('lines', 0), 'line')}, {_many(count.get('dependencies', 0), 'import')} between files;"
        f" {tangled if cycles else 'no cycle between files'}."
    )


def _open(state: State) -> str:
    if not state.open:
        return "No open finding."
    by_severity = Counter[str]()
    for severity, _, number in state.open:
        by_severity[severity] += number
    total = " and ".join(
        _many(by_severity[severity], severity) for severity in ("error", "warning") if by_severity[severity]
    )
    most = _commonest(Counter({rule: number for _, rule, number in state.open}))
    named = ", ".join(f"{shortened(rule, 60)} {number:,}" for rule, number in most[:4])
    rest = f", and {len(most) - 4} more rules" if len(most) > 4 else ""
    return f"{total} open: {named}{rest}."


def _coverage(newest: Sequence[Snapshot]) -> str:
    """How much of the code all this rests on."""
    files, parsed = sum(one.files for one in newest), sum(one.parsed for one in newest)
    imports, resolved = sum(one.imports for one in newest), sum(one.resolved for one in newest)
    skipped = sum(one.skipped for one in newest)
    # Rounded down: 100% is said of nothing that lacks one.
    share = f" ({resolved * 100 // imports}%)" if imports else ""
    parts = [
        f"{parsed:,} of {_many(files, 'file')} read",
        f"{resolved:,} of {_many(imports, 'import')} resolved{share}",
    ]
    parts += [f"{skipped:,} skipped"] if skipped else []
    unmeasured = sorted({name for one in newest for name in one.not_measured.split(", ")} - {"", *_ASIDE})
    parts += [f"not measured: {shortened(', '.join(unmeasured), 200)}"] if unmeasured else []
    return f"Looked at: {', '.join(parts)}."


def _fixed(fixed: Sequence[tuple[str, int]]) -> str:
    if not fixed:
        return ""
    named = ", ".join(f"{shortened(rule, 60)} {number:,}" for rule, number in fixed[:5])
    rest = f", and {_many(len(fixed) - 5, 'more rule')}" if len(fixed) > 5 else ""
    return f"{sum(number for _, number in fixed):,} fixed: {named}{rest}."


def _of_changes(found: Counter[str]) -> str:
    """ "2 about single changes, which are not among the open findings: contract-break 2."."""
    if not found:
        return ""
    named = ", ".join(f"{shortened(rule, 60)} {number:,}" for rule, number in _commonest(found)[:5])
    rest = f", and {_many(len(found) - 5, 'more rule')}" if len(found) > 5 else ""
    return f"{found.total():,} about single changes, which are not among the open findings: {named}{rest}."


def _balance(severity: str, balance: Balance) -> str:
    """ "Errors: 61 before + 8 new = 69 open."."""
    terms = [f"{balance.before:,} before"]
    for number, what in (
        (balance.new, "new"),
        (-balance.fixed, "fixed"),
        (balance.muted, "that you muted"),
        (balance.otherwise, "otherwise"),
    ):
        terms += [f"{'+' if number > 0 else _MINUS} {abs(number):,} {what}"] if number else []
    sum_ = f"{' '.join(terms)} = {balance.now:,} open" if terms[1:] else f"{balance.now:,} open, as before"
    return f"{severity.capitalize()}s: {sum_}."


def _count(count: CountMove) -> str:
    return f"{_COUNTS[count.name]} {count.before or 0:,.0f} → {count.now:,.0f}"


def _told(item: Item, occasion: Occasion) -> Told:
    first = item.findings[0]
    link, explain = _link(item, occasion.dashboard), ""
    if not link and not item.passing:
        explain = f"plumbrule explain {first.id}"
    spare = len(item.findings) - _EACH
    return Told(
        severity=item.severity,
        rule=visible(item.rule),
        title=_title(item),
        what=_sentence(first.message or first.subject),
        where=tuple(shortened(place(finding), _NAME_LIMIT) for finding in item.findings[:_EACH]),
        more=f"and {spare:,} more" if spare > 0 else "",
        since=_origin(item, first),
        do=_cut(first.remedy),
        link=link,
        explain=explain,
    )


def _title(item: Item) -> str:
    title = shortened(item.title, _NAME_LIMIT)
    number = len(item.findings)
    if item.before:
        return f"{title}: {number:,} new, {number + item.before:,} in all"
    if item.of_change:
        return title if number == 1 else f"{title}: {number:,} times"
    return title if number == 1 else f"{title}: {number:,} new"


def _origin(item: Item, first: Finding) -> str:
    """Since when, and who: "30 Sep 2025, commit 92f15a3ccb11, batch 7, by at least claude (by its signature in …)"."""
    parts = [_day(item.since)] if item.since else []
    parts += [f"commit {first.commit[:12]}"] if first.commit else []
    if len(item.batches) == 1:
        batch = item.batches[0]
        # A batch that nobody named is called after its first commit.
        parts += [f"batch {shortened(batch.batch, 40)}"] if batch.batch != first.commit[:12] else []
    elif item.batches:
        parts.append(f"{len(item.batches)} batches")
    agents = sorted({at_least(batch.agent, batch.channel) for batch in item.batches if batch.agent})
    if len(agents) == 1:
        parts.append(f"by {agents[0]}")
    elif agents:
        parts.append(f"by at least {', '.join(sorted({visible(b.agent) for b in item.batches if b.agent}))}")
    else:
        parts.append("no agent recognised")
    return ", ".join(parts)


def _link(item: Item, dashboard: str) -> str:
    """To the finding, or to its batch where the newest judgement knows it no more."""
    first = item.findings[0]
    if not dashboard:
        return ""
    if item.passing:
        return f"{dashboard}/batch?{_query(repo=item.repo, batch=first.batch)}" if first.batch else dashboard
    return f"{dashboard}/findings?{_query(repo=item.repo, finding=first.id)}"


def _query(**parts: str) -> str:
    return urlencode({name: value.encode("utf-8", "replace") for name, value in parts.items()})


def _more(spare: Sequence[Item]) -> str:
    if not spare:
        return ""
    number = Counter[str]()
    for item in spare:
        number[item.rule] += len(item.findings)
    named = ", ".join(f"{shortened(rule, 60)} {count:,}" for rule, count in _commonest(number)[:5])
    rest = ", and others" if len(number) > 5 else ""
    noun = "more finding" if any(item.of_change for item in spare) else "more new finding"
    return f"And {_many(number.total(), noun)}: {named}{rest}."


def _commonest(counts: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def _sentence(text: str) -> str:
    text = shortened(" ".join(text.split()), _MESSAGE_LIMIT)
    return text if text.endswith((".", "!", "?", ")")) else f"{text}."


def _cut(text: str) -> str:
    """Whole sentences, as many as fit; a mail says where to begin, the rule says all."""
    words = visible(" ".join(text.split()))
    if len(words) <= _REMEDY_LIMIT:
        return words
    end = words.rfind(". ", 0, _REMEDY_LIMIT)
    return words[: end + 1] if end > 0 else f"{words[:_REMEDY_LIMIT]}…"


def _day(at: datetime) -> str:
    return f"{at:%-d %b %Y}"


def _many(number: int, noun: str) -> str:
    """As `counted`, with the two plurals that are not regular here."""
    return counted(number, noun).replace("batchs", "batches").replace("repositorys", "repositories")
