"""Which commits are one piece of work, and which agent made it.

Hides how agents give themselves away: an orchestrator's word, an author's identity, a trailer, a branch name, a
repository's configuration. Every answer is a lower bound: trailers are stripped, squashing loses them, and an agent
that works under a person's name leaves none, so a batch without an agent is one of which we do not know.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from fnmatch import fnmatchcase, translate
from itertools import chain
from typing import Literal

from plumbrule.git.records import Commit, LineCommit

Kind = Literal["agent", "review-bot", "dependency-bot", "automation", "unknown"]
Channel = Literal["explicit", "identity", "trailer", "branch", "configuration", ""]

CERTAIN, HIGH, MEDIUM, LOW = 1.0, 0.9, 0.6, 0.3


@dataclass(frozen=True, slots=True)
class Agent:
    """Who made something, through which channel we know, and how sure that is."""

    name: str
    kind: Kind
    channel: Channel
    confidence: float  # CERTAIN said by whoever runs it, HIGH, MEDIUM, LOW


UNKNOWN = Agent("", "unknown", "", 0.0)


@dataclass(frozen=True, slots=True)
class Origin:
    """What an orchestrator said of a commit; either part may be empty."""

    batch: str = ""
    agent: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """The commits of one piece of work, as they stand on the main line."""

    id: str  # the orchestrator's, else the first commit's
    commits: tuple[str, ...]  # oldest first
    first_at: datetime
    last_at: datetime
    agent: Agent  # the surest coding agent, else the bot that made all of it, else UNKNOWN
    agents: tuple[Agent, ...]  # all that left a sign, coding agents first, then the surest
    told: Mapping[str, Agent] = field(
        default_factory=dict, hash=False
    )  # commits of which an orchestrator named the agent

    def agent_of(self, commit: str) -> Agent:
        """Whom the orchestrator named for this very commit, else the batch's agent."""
        return self.told.get(commit, self.agent)

    @property
    def first_commit(self) -> str:
        return self.commits[0]

    @property
    def last_commit(self) -> str:
        return self.commits[-1]


@dataclass(frozen=True, slots=True)
class BatchSettings:
    """`[batches]` of the policy."""

    window: timedelta = timedelta(minutes=60)


def batches(
    line: Iterable[LineCommit], settings: BatchSettings = BatchSettings(), said: Mapping[str, Origin] | None = None
) -> tuple[Batch, ...]:
    """The batches of a stretch of main line (oldest first), in the order they ended.

    A batch is what an orchestrator gave one id (`said`, by commit, else the commit's note), else a merge with all it
    brought, else consecutive commits of one author or agent, each less than `window` after the one before. The last
    batch may still grow, and so may any that has an id of an orchestrator, whatever lies between: to continue a line,
    begin again at the first commit of its last batch, and of every batch whose id comes again.
    """
    groups: list[list[_Work]] = []
    named: dict[str, list[_Work]] = {}
    for made in line:
        work = _work(made, (said or {}).get(made.commit.id) or origin_in(made.note))
        if work.batch in named:
            group = named[work.batch]
            groups.remove(group)
            groups.append(group)
            group.append(work)
        elif groups and not work.batch and _continues(groups[-1][-1], work, settings.window):
            groups[-1].append(work)
        else:
            groups.append([work])
            if work.batch:
                named[work.batch] = groups[-1]
    return tuple(_batch(group) for group in groups)


def origin_in(note: str) -> Origin:
    """What a note in refs/notes/plumbrule says: lines `batch: ID` and `agent: NAME`."""
    found = {key.lower(): value.strip() for key, value in _NOTE_LINE.findall(note)}
    return Origin(found.get("batch", ""), found.get("agent", ""))


def agents_of(commit: Commit) -> tuple[Agent, ...]:
    """Every agent and bot that this commit's identities and message give away, surest first."""
    found = []
    for name, email in (
        (commit.author_name, commit.author_email),
        (commit.committer_name, commit.committer_email),
    ):
        known = _identity(name, email)
        if known:
            found.append(Agent(*known, "identity", HIGH))
    found += _from_message(commit.message)
    branch = merged_branch(commit.subject)
    prefix, slash, _ = branch.partition("/")
    if slash and prefix.lower() in _BRANCH_PREFIXES:
        found.append(Agent(prefix.lower(), "agent", "branch", MEDIUM))
    return _ranked(found)


def merged_branch(subject: str) -> str:
    """The branch that a merge commit's subject names, without its owner or remote; "" if it names none."""
    for pattern in _MERGES:
        match = pattern.match(subject)
        if match:
            return match.group(1)
    return ""


def configured_agents(paths: Iterable[str], gitignore: str = "") -> tuple[Agent, ...]:
    """The agents that a repository is prepared for, by its files and its .gitignore; says nothing of any one commit."""
    # A folder stands in a .gitignore with or without its slash, and anywhere with `**/`.
    ignored = (line.strip().removeprefix("**").lstrip("/") for line in gitignore.splitlines())
    entries = (entry for line in ignored for entry in (line, line.rstrip("/") + "/"))
    # One look at each path: a repository has thousands, and hardly any is one of these.
    likely = [path for path in chain(paths, entries) if _CONFIGURED.match(path)]
    found = {name for path in likely for pattern, name in _CONFIGURATION if fnmatchcase(path, pattern)}
    return tuple(Agent(name, "agent", "configuration", LOW) for name in sorted(found))


# How agents sign

_COPILOT, _CLAUDE, _CURSOR, _CODEX, _GEMINI = "copilot", "claude", "cursor", "codex", "gemini"

_EMAILS: Mapping[str, str] = {
    "amp@ampcode.com": "amp",
    "codex@openai.com": _CODEX,
    "cursoragent@cursor.com": _CURSOR,
    "noreply@aider.chat": "aider",
    "noreply@anthropic.com": _CLAUDE,
    "noreply@openai.com": _CODEX,
    "noreply@opencode.ai": "opencode",
    "openhands@all-hands.dev": "openhands",
    "windsurf@codeium.com": "windsurf",
}

# GitHub's own accounts, by login and by number: a login can be renamed, `NUMBER+login@users.noreply.github.com` stays.
_LOGINS: Mapping[str, tuple[str, Kind]] = {
    **dict.fromkeys(("copilot-swe-agent[bot]", "copilot[bot]"), (_COPILOT, "agent")),
    **dict.fromkeys(("claude[bot]", "anthropic-claude[bot]", "claude-code-action[bot]"), (_CLAUDE, "agent")),
    **dict.fromkeys(("openai-codex[bot]", "chatgpt-codex-connector[bot]"), (_CODEX, "agent")),
    "amazon-q-developer[bot]": ("amazon-q", "agent"),
    "cline[bot]": ("cline", "agent"),
    "codegen-sh[bot]": ("codegen", "agent"),
    "continue[bot]": ("continue", "agent"),
    "cursor[bot]": (_CURSOR, "agent"),
    "devin-ai-integration[bot]": ("devin", "agent"),
    "gemini-code-assist[bot]": (_GEMINI, "agent"),
    "google-labs-jules[bot]": ("jules", "agent"),
    "jetbrains-junie[bot]": ("junie", "agent"),
    "sourcegraph-cody[bot]": ("cody", "agent"),
    "coderabbitai[bot]": ("coderabbitai", "review-bot"),
    "copilot-pull-request-reviewer[bot]": ("copilot-reviewer", "review-bot"),
    "ellipsis-dev[bot]": ("ellipsis", "review-bot"),
    "greptile-apps[bot]": ("greptile", "review-bot"),
    "sourcery-ai[bot]": ("sourcery", "review-bot"),
    **dict.fromkeys(("dependabot[bot]", "dependabot-preview[bot]"), ("dependabot", "dependency-bot")),
    **dict.fromkeys(("renovate[bot]", "renovate-bot"), ("renovate", "dependency-bot")),
    "depfu[bot]": ("depfu", "dependency-bot"),
    "greenkeeper[bot]": ("greenkeeper", "dependency-bot"),
    "pyup-bot": ("pyup", "dependency-bot"),
    "snyk-bot": ("snyk", "dependency-bot"),
}
_NUMBERS: Mapping[str, tuple[str, Kind]] = {
    "158243242": ("devin", "agent"),
    "167198135": (_COPILOT, "agent"),
    "176961590": (_GEMINI, "agent"),
    "198982749": (_COPILOT, "agent"),
    "199175422": (_CODEX, "agent"),
    "206951365": (_CURSOR, "agent"),
    "208079219": ("amazon-q", "agent"),
    "208546643": (_CLAUDE, "agent"),
    "209825114": (_CLAUDE, "agent"),
    "223556219": (_COPILOT, "agent"),
    "29139614": ("renovate", "dependency-bot"),
    "49699333": ("dependabot", "dependency-bot"),
}
_GITHUB_EMAIL = re.compile(r"(?:(\d+)\+)?([^@]+)@users\.noreply\.github\.com")

_BRANCH_PREFIXES = frozenset(
    {_COPILOT, _CODEX, _CURSOR, _CLAUDE, "devin", "jules", "cosine", "openhands", _GEMINI, "amp", "kiro"}
)
_MERGES = (
    re.compile(r"Merge pull request #\d+ from [^/\s]+/(\S+)"),
    re.compile(r"Merge (?:remote-tracking )?branch '(?:origin/|upstream/)?([^']+)'"),
    re.compile(r"Merged in (\S+) \(pull request #\d+\)"),
)

# In `Assisted-by:` and its like, where nothing but a maker can stand; what follows tells Claude from Claude Monet.
_MAKERS = re.compile(
    r"@?(?:github |google |openai |anthropic |amazon )?"
    r"(copilot|claude|cursor|codex|gemini|devin|jules|aider|openhands|opencode|windsurf|cline|junie|kiro|replit|amp)"
    r"(?=$|\s*[:(\[@/,;]|[ -](?:code|cli|agent|ai|ide|bot|assistant|chat|coding|opus|sonnet|haiku|pro|flash|gpt|v?\d))",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"\s{0,3}([A-Za-z][A-Za-z-]{2,40}):[ \t]+(\S.*)")
_PERSON = re.compile(r"(.*?)\s*<([^<>]+)>\s*")
_SIGNATURES: tuple[tuple[re.Pattern[str], float], ...] = (
    (re.compile(r"\W{0,4}Generated with \[(claude) code\]", re.IGNORECASE), HIGH),
    (re.compile(r"\W{0,4}(?:[\w-]+: )?https://(claude)\.ai/code(?:/|\b)", re.IGNORECASE), MEDIUM),
    (
        re.compile(r"\W{0,4}This (?:pull request|PR) was (?:created|opened) by (OpenHands|Devin)\b", re.IGNORECASE),
        MEDIUM,
    ),
    (re.compile(r"(aider): ", re.IGNORECASE), MEDIUM),
)
_NOTE_LINE = re.compile(r"^[ \t]*(batch|agent)[ \t]*:[ \t]*(\S.*)$", re.IGNORECASE | re.MULTILINE)
_LINE_LIMIT = 1000  # no signature is longer; a generated message may be megabytes on one line

_CONFIGURATION = (
    ("CLAUDE.md", _CLAUDE),
    ("*/CLAUDE.md", _CLAUDE),
    (".claude/*", _CLAUDE),
    ("AGENTS.md", "any"),
    ("*/AGENTS.md", "any"),
    ("GEMINI.md", _GEMINI),
    (".cursorrules", _CURSOR),
    (".cursor/rules*", _CURSOR),
    (".github/copilot-instructions.md", _COPILOT),
    (".windsurfrules", "windsurf"),
    (".clinerules*", "cline"),
    (".aider*", "aider"),
    (".junie/*", "junie"),
    (".kiro/*", "kiro"),
    (".devin/*", "devin"),
)
_CONFIGURED = re.compile("|".join(translate(pattern) for pattern, _ in _CONFIGURATION))


def _identity(name: str, email: str) -> tuple[str, Kind] | None:
    """Whom an author's, committer's or co-author's name and e-mail belong to; None for a person."""
    name, email = name.strip().lower(), email.strip().lower()
    if email in _EMAILS:
        return _EMAILS[email], "agent"
    github = _GITHUB_EMAIL.fullmatch(email)
    number, login = github.groups() if github else (None, "")
    known = (number and _NUMBERS.get(number)) or _LOGINS.get(login) or _LOGINS.get(name)
    if known:
        return known
    if number and login == "copilot":
        return _COPILOT, "agent"
    if name == "openhands":
        return "openhands", "agent"
    if name.endswith(" (aider)"):
        return "aider", "agent"
    bot = login if login.endswith("[bot]") else name
    return (bot.removesuffix("[bot]"), "automation") if bot.endswith("[bot]") else None


def _from_message(message: str) -> list[Agent]:
    """Agents that a commit message names as makers; that it merely mentions one is no evidence."""
    found = []
    for line in message.splitlines():
        if len(line) > _LINE_LIMIT:
            continue
        trailer = _TRAILER.fullmatch(line)
        if trailer:
            found += _from_trailer(trailer.group(1).lower(), trailer.group(2).strip())
        for pattern, confidence in _SIGNATURES:
            match = pattern.match(line)
            if match:
                found.append(Agent(match.group(1).lower(), "agent", "trailer", confidence))
    return found


def _from_trailer(key: str, value: str) -> list[Agent]:
    def signed(name: str, confidence: float, kind: Kind = "agent") -> list[Agent]:
        return [Agent(name, kind, "trailer", confidence)]

    if key in ("co-authored-by", "assisted-by", "generated-by", "on-behalf-of"):
        person = _PERSON.fullmatch(value)
        known = _identity(*person.groups()) if person else None
        if known:
            return signed(known[0], HIGH, known[1])
        # Who has an e-mail and is none of these is a person, whatever the name.
        maker = _MAKERS.match(value) if person is None and key != "co-authored-by" else None
        return signed(maker.group(1).lower(), MEDIUM) if maker else []
    if key in ("made-with", "entire-agent"):
        maker = _MAKERS.match(value)
        return signed(maker.group(1).lower(), HIGH) if maker else []
    if key == "replit-commit-author":
        return signed("replit", HIGH) if value.lower() == "agent" else []
    for prefix, name, confidence in (
        ("amp-thread", "amp", HIGH),
        ("claude-session", _CLAUDE, HIGH),
        ("copilot-session", _COPILOT, HIGH),
        ("agent-logs-url", _COPILOT, MEDIUM),
        ("replit-commit-session-id", "replit", HIGH),
        ("kiro-agent", "kiro", HIGH),
    ):
        if key.startswith(prefix):
            return signed(name, confidence)
    # Entire records sessions of several agents, and names them in Entire-Agent only.
    return signed("entire", MEDIUM) if re.match(r"entire-(metadata|session|strategy|checkpoint)", key) else []


# How commits become batches


@dataclass(frozen=True, slots=True)
class _Work:
    commit: Commit
    author: str
    batch: str
    agents: tuple[Agent, ...]
    is_merge: bool
    is_by_bots: bool  # nobody else wrote any of it

    @property
    def maker(self) -> str:
        """The agent that committed under its own name, or that an orchestrator named."""
        surest = self.agents[0] if self.agents else UNKNOWN
        return surest.name if surest.channel in ("explicit", "identity") else ""


def _work(made: LineCommit, origin: Origin) -> _Work:
    found = [agent for side in (made.commit, *made.merged) for agent in agents_of(side)]
    if origin.agent:
        found.append(Agent(origin.agent, "agent", "explicit", CERTAIN))
    commit = made.commit
    return _Work(
        commit=commit,
        author=(commit.author_email or commit.author_name).strip().lower(),
        batch=origin.batch,
        agents=_ranked(found),
        is_merge=len(commit.parents) > 1,
        is_by_bots=all(_identity(side.author_name, side.author_email) for side in made.merged or (commit,)),
    )


def _continues(before: _Work, work: _Work, window: timedelta) -> bool:
    """One author or agent, close together; two agents under one author's name are two."""
    if before.batch or before.is_merge or work.is_merge:
        return False
    if abs(work.commit.committed_at - before.commit.committed_at) >= window:
        return False
    names, earlier = ({agent.name for agent in side.agents} for side in (work, before))
    if names and earlier and not names & earlier:
        return False
    return work.author == before.author or (work.maker != "" and work.maker == before.maker)


def _batch(group: list[_Work]) -> Batch:
    agents = _ranked(agent for work in group for agent in work.agents)
    times = [work.commit.committed_at for work in group]
    return Batch(
        id=group[0].batch or group[0].commit.id[:12],
        commits=tuple(work.commit.id for work in group),
        first_at=min(times),
        last_at=max(times),
        agent=agents[0] if agents and (agents[0].kind == "agent" or all(w.is_by_bots for w in group)) else UNKNOWN,
        agents=agents,
        told={work.commit.id: agent for work in group for agent in work.agents if agent.channel == "explicit"},
    )


_KINDS: tuple[Kind, ...] = ("agent", "review-bot", "dependency-bot", "automation", "unknown")


def _ranked(found: Iterable[Agent]) -> tuple[Agent, ...]:
    """Each name once, by its surest sign: coding agents before bots, then the surest, then the most frequent."""
    signs = Counter(found)
    surest: dict[str, Agent] = {}
    often: Counter[str] = Counter()
    for agent in sorted(signs, key=lambda a: (-a.confidence, a.channel)):
        surest.setdefault(agent.name, agent)
        often[agent.name] += signs[agent]
    return tuple(sorted(surest.values(), key=lambda a: (_KINDS.index(a.kind), -a.confidence, -often[a.name], a.name)))
