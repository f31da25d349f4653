"""Rule files: one Markdown page that a machine runs, a person reads and an agent works by.

Hides the file format. The front matter is a small part of YAML 1.2 that means the same to every YAML reader (keys and
values, one more level by indentation or in `{}` and `[]`): PyYAML would be a dependency and 20 ms on every gate for
the dozen lines of it that rules use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import field
from functools import cache
from pathlib import Path

from plumbrule.data import dataclass
from plumbrule.errors import RuleError

SEVERITIES = ("off", "info", "warning", "error")

Value = str | int | float | bool | tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A value that a policy may set."""

    name: str
    default: Value
    doc: str


@dataclass(frozen=True, slots=True)
class Part:
    """Some files at one moment or place: `now`, `before`, `series`, `branch` or `repository`."""

    kind: str
    name: str  # the branch's or repository's; for a series how often it repeats
    files: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Example:
    """One example of a rule file."""

    parts: tuple[Part, ...]
    line: int  # in the rule file


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule, as its file says it. `sql` has not been run or checked yet (see `query.reads`)."""

    id: str
    title: str
    severity: str
    message: str  # with {column} placeholders; the title unless the file gives one
    reason: str
    remedy: str  # with {column} placeholders
    sql: str
    sql_line: int
    parameters: tuple[Parameter, ...]
    formerly: tuple[str, ...]
    needs: tuple[str, ...]  # tables without a row of which it finds nothing, so that it need not run
    examples: Callable[[], tuple[tuple[Example, ...], tuple[Example, ...]]] = field(compare=False)  # bad, good
    source: str  # the file, as shown in errors
    subject: str  # the folder it lies in: "dependencies"
    text: str  # the whole page, for people and agents
    own: bool  # written by the user, not shipped: runs confined
    waivable: bool = True  # whether its findings may be accepted, unless the policy says otherwise
    alternatives: str = ""  # what else may be done
    owner: str = ""  # who answers for it
    controls: tuple[str, ...] = ()  # identifiers of the controls that it gives evidence for, as its own file says

    @property
    def bad(self) -> tuple[Example, ...]:
        return self.examples()[0]

    @property
    def good(self) -> tuple[Example, ...]:
        return self.examples()[1]

    @property
    def names(self) -> tuple[str, ...]:
        """What policies, waivers and baselines may call it: its name, and those that it had."""
        return (self.id, *self.formerly)


def load_rules(shipped: Path, own: Iterable[Path] = ()) -> tuple[Rule, ...]:
    """Every rule file below these folders, sorted by id; RuleError names the file, the line and what mends it."""
    # Those that ship are tested, and no gate reads their examples: half of the time that reading the rules takes.
    found = [_parsed(_read(file), str(file), own=False) for file in _rule_files(shipped)]
    for folder in own:
        if not folder.is_dir():
            raise RuleError(f"{folder}: there is no such folder of rules; create it, or remove it from `rules`")
        found += [parse_rule(_read(file), str(file), own=True) for file in _rule_files(folder)]
    return gather(found)


def gather(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """The rules sorted by id; RuleError if two share an id, or one takes a former id that another still has."""
    taken: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in taken:
            raise RuleError(
                f"{rule.source}: the id {rule.id!r} is taken by {taken[rule.id].source}; rename one after its fault"
            )
        taken[rule.id] = rule
    for rule in taken.values():
        for former in rule.formerly:
            if former in taken:
                raise RuleError(
                    f"{rule.source}: `formerly` names {former!r}, but {taken[former].source} is that rule; remove one"
                )
    return tuple(taken[id_] for id_ in sorted(taken))


def _rule_files(folder: Path) -> list[Path]:
    return sorted(
        file for file in folder.rglob("*.md") if file.stem[:1].islower()
    )  # README.md and the like are no rules


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise RuleError(f"{file}: is not UTF-8; save it as UTF-8") from None
    except OSError as error:
        raise RuleError(f"{file}: cannot be read ({error.strerror}); check its permissions") from None


_KEYS = (
    *("id", "title", "severity", "message", "parameters", "formerly", "needs"),
    *("alternatives", "owner", "controls", "waivable"),
)
_TAKEN = ("severity", "reason", "alternatives", "owner", "controls", "waivable")  # what a policy says of any rule
_REMEDY, _FINDS, _BAD, _GOOD = "What to do instead", "Finds", "Bad", "Good"
_NAME = re.compile(r"[a-z]+(-[a-z]+)*")


def parse_rule(text: str, source: str, *, own: bool) -> Rule:
    """One rule from the text of its file; `source` is its path: the file's name is the id, its folder the subject."""
    rule = _parsed(text, source, own=own)
    rule.examples()  # so that a fault in one shows
    return rule


def _parsed(text: str, source: str, *, own: bool) -> Rule:
    """The same with its examples unread."""
    page = _Page(text.replace("\r\n", "\n"), source)
    matter = page.front_matter()
    place = source.replace("\\", "/").split("/")
    id_ = place[-1].removesuffix(".md")
    if not _NAME.fullmatch(id_):
        raise page.error(1, f"{id_!r} is no rule id; name the file after the fault in small letters and hyphens")
    for key, (_, line) in matter.items():
        if key not in _KEYS:
            raise page.error(line, f"unknown key {key!r}{_nearest(key, _KEYS)}")
    if page.text_of(matter, "id", id_) != id_:
        raise page.error(matter["id"][1], f"the id must be the file's name; write `id: {id_}`, or rename the file")
    title = page.text_of(matter, "title", None)
    severity = page.text_of(matter, "severity", None)
    if severity not in SEVERITIES:
        raise page.error(matter["severity"][1], f"severity {severity!r} is not one of {', '.join(SEVERITIES)}")
    sections = page.sections()
    for wanted in (_REMEDY, _FINDS, _BAD, _GOOD):
        if wanted not in sections:
            raise page.error(0, f"the section `## {wanted}` is missing{_renamed(wanted, sections)}")
    reason = sections[""].prose()
    if not reason:
        raise page.error(0, "no reason is given; write below the front matter why this is a fault")
    remedy = sections[_REMEDY].prose()
    if not remedy:
        raise page.error(sections[_REMEDY].line, f"`## {_REMEDY}` is empty; say who does what, and where things move")
    statements = sections[_FINDS].fences("sql")
    if len(statements) != 1:
        raise page.error(
            sections[_FINDS].line, f"`## Finds` holds {len(statements)} ```sql blocks; it must hold exactly one"
        )
    sql_line, sql = statements[0]

    @cache
    def examples() -> tuple[tuple[Example, ...], tuple[Example, ...]]:
        return page.examples(sections[_BAD], _BAD), page.examples(sections[_GOOD], _GOOD)

    return Rule(
        id=id_,
        title=title,
        severity=severity,
        message=page.text_of(matter, "message", title),
        reason=reason,
        remedy=remedy,
        sql=sql,
        sql_line=sql_line,
        parameters=page.parameters(matter),
        formerly=page.names(matter, "formerly"),
        needs=page.names(matter, "needs"),
        examples=examples,
        source=source,
        subject=place[-2] if len(place) > 1 else "",
        text=text,
        own=own,
        waivable=page.truth(matter, "waivable", usual=True),
        alternatives=page.text_of(matter, "alternatives", ""),
        owner=page.text_of(matter, "owner", ""),
        controls=page.controls(matter),
    )


def _renamed(wanted: str, sections: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(wanted, list(sections), 1, 0.7)
    return f"; rename `## {near[0]}`" if near else "; add it"


def _nearest(word: str, known: Iterable[str]) -> str:
    from difflib import get_close_matches  # as everything that only a mistake needs

    near = get_close_matches(word, list(known), 1, 0.5)
    return f"; did you mean {near[0]!r}?" if near else f"; known are {', '.join(sorted(known))}"


@dataclass(frozen=True, slots=True)
class _Section:
    """What stands under one heading."""

    line: int
    lines: list[str]
    first: int  # line number of lines[0]

    def fences(self, kind: str) -> list[tuple[int, str]]:
        """(line of its first content line, content) of each fenced block of this kind."""
        return [(line, "\n".join(content)) for line, info, content in self._blocks() if info == kind]

    def prose(self) -> str:
        """The section without its fenced blocks, each paragraph on one line."""
        fenced = {number for line, _, content in self._blocks() for number in range(line - 1, line + len(content) + 1)}
        kept = [text for number, text in enumerate(self.lines, self.first) if number not in fenced]
        paragraphs = re.split(r"\n\s*\n", "\n".join(kept).strip())
        return "\n\n".join(
            paragraph if re.match(r"\s*([-*]|\d+\.)\s", paragraph) else " ".join(paragraph.split())
            for paragraph in paragraphs
        )

    def _blocks(self) -> Iterable[tuple[int, str, list[str]]]:
        fence, info, start = "", "", 0
        content: list[str] = []
        for number, text in enumerate(self.lines, self.first):
            if fence:
                if re.fullmatch(rf"{fence}`*\s*", text):
                    yield start, info, content
                    fence = ""
                else:
                    content.append(text)
            elif opened := re.match(r"(`{3,})\s*([^`]*)$", text):
                fence, info, start, content = opened[1], opened[2].strip(), number + 1, []


_Matter = dict[str, tuple[object, int]]  # key -> (value, line)


class _Page:
    def __init__(self, text: str, source: str) -> None:
        self.lines = text.split("\n")
        self.source = source
        self.body_at = 0

    def error(self, line: int, what: str) -> RuleError:
        return RuleError(f"{self.source}:{line}: {what}" if line else f"{self.source}: {what}")

    # Front matter

    def front_matter(self) -> _Matter:
        if self.lines[0].rstrip() != "---":
            raise self.error(1, "a rule starts with front matter; write `---`, `id:`, `title:`, `severity:`, `---`")
        try:
            end = next(at for at, text in enumerate(self.lines[1:], 1) if text.rstrip() == "---")
        except StopIteration:
            raise self.error(1, "the front matter is never closed; add a line `---`") from None
        self.body_at = end + 1
        matter, _ = self._mapping(1, end, "")
        return matter

    def _mapping(self, at: int, end: int, indent: str) -> tuple[_Matter, int]:
        found: _Matter = {}
        while at < end:
            text, number = self.lines[at], at + 1
            if not text.strip() or text.lstrip().startswith("#"):
                at += 1
                continue
            own_indent = text[: len(text) - len(text.lstrip())]
            if len(own_indent) < len(indent):
                break
            if own_indent != indent:
                raise self.error(number, "unexpected indentation; keys of one level start in one column, without tabs")
            line = re.fullmatch(r"\s*([A-Za-z_][\w-]*):(?:\s+(.*))?", text.rstrip())
            if not line:
                raise self.error(number, f"cannot read {text.strip()!r}; write `key: value`")
            key, rest = line[1], (line[2] or "").strip()
            if key in found:
                raise self.error(number, f"the key {key!r} is given twice; keep one")
            at += 1
            if rest:
                found[key] = (self._value(rest, number), number)
                continue
            deeper = next((text for text in self.lines[at:end] if text.strip()), "")
            inner = deeper[: len(deeper) - len(deeper.lstrip(" "))]
            if len(inner) <= len(indent):
                raise self.error(number, f"the key {key!r} has no value; give one, or remove it")
            nested, at = self._mapping(at, end, inner)
            found[key] = (nested, number)
        return found, at

    def _value(self, text: str, line: int) -> object:
        value, rest = self._flow(text, line, top=True)
        if rest.strip() and not rest.strip().startswith("#"):
            raise self.error(line, f"cannot read {rest.strip()!r} after the value; put the value in double quotes")
        return value

    def _flow(self, text: str, line: int, *, top: bool) -> tuple[object, str]:
        text = text.lstrip()
        if text.startswith("["):
            items: list[object] = []
            text = text[1:].lstrip()
            while not text.startswith("]"):
                item, text = self._flow(text, line, top=False)
                items.append(item)
                text = self._comma(text, "]", line)
            return items, text[1:]
        if text.startswith("{"):
            mapping: _Matter = {}
            text = text[1:].lstrip()
            while not text.startswith("}"):
                key = re.match(r"([A-Za-z_][\w-]*):\s+", text)
                if not key:
                    raise self.error(
                        line,
                        f"cannot read {text!r}; write `{{key: value, key: value}}`, values that hold commas in quotes",
                    )
                value, text = self._flow(text[key.end() :], line, top=False)
                mapping[key[1]] = (value, line)
                text = self._comma(text, "}", line)
            return mapping, text[1:]
        if quoted := re.match(r"\"((?:[^\"\\]|\\[\"\\nt])*)\"", text):
            plain = re.sub(r"\\(.)", lambda m: {"n": "\n", "t": "\t"}.get(m[1], m[1]), quoted[1])
            return plain, text[quoted.end() :]
        if quoted := re.match(r"'((?:[^']|'')*)'", text):
            return quoted[1].replace("''", "'"), text[quoted.end() :]
        scalar = re.match(r".*?(?=\s#|$)" if top else r"[^,\[\]{}]*", text)
        assert scalar is not None  # both expressions match the empty string
        word = scalar[0].strip()
        if not word or re.match(r"[\"'&*!|>%@`{}\[\]#]", word) or ": " in word or word.endswith(":"):
            raise self.error(line, f"cannot read {text!r} as a plain value; put it in double quotes")
        return _scalar(word), text[scalar.end() :]

    def _comma(self, text: str, closing: str, line: int) -> str:
        text = text.lstrip()
        if text.startswith(closing):
            return text
        if not text.startswith(","):
            raise self.error(
                line, f"expected ',' or '{closing}' before {text!r}; quote values that hold commas or braces"
            )
        return text[1:].lstrip()

    def text_of(self, matter: _Matter, key: str, default: str | None) -> str:
        if key not in matter:
            if default is None:
                raise self.error(1, f"the front matter lacks `{key}:`; add it")
            return default
        value, line = matter[key]
        if not isinstance(value, str):
            raise self.error(line, f"`{key}` must be text; put it in double quotes")
        return value

    def names(self, matter: _Matter, key: str) -> tuple[str, ...]:
        value, line = matter.get(key, ([], 0))
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            raise self.error(line, f"`{key}` must be a list of names; write `{key}: [name]`")
        return tuple(str(name) for name in value)

    def truth(self, matter: _Matter, key: str, *, usual: bool) -> bool:
        value, line = matter.get(key, (usual, 0))
        if not isinstance(value, bool):
            raise self.error(line, f"`{key}` must be true or false; write `{key}: {str(not usual).lower()}`")
        return value

    def controls(self, matter: _Matter) -> tuple[str, ...]:
        found = self.names(matter, "controls")
        for name in found:
            if not re.fullmatch(r"[A-Za-z][\w.-]{0,31}:[A-Za-z0-9][\w().-]{0,31}", name, re.ASCII):
                raise self.error(
                    matter["controls"][1], f"{name!r} is no control; write `STANDARD:CONTROL`, as in `ISO27001:A.8.27`"
                )
        return found

    def parameters(self, matter: _Matter) -> tuple[Parameter, ...]:
        value, line = matter.get("parameters", ({}, 0))
        if not isinstance(value, dict):
            raise self.error(
                line, "`parameters` must name each one; write `  limit: {default: 2, doc: what it limits}`"
            )
        return tuple(self._parameter(name, about, at) for name, (about, at) in value.items())

    def _parameter(self, name: str, about: object, line: int) -> Parameter:
        if name in _TAKEN:
            raise self.error(line, f"a policy says {name!r} of every rule; give the parameter another name")
        if not isinstance(about, dict) or set(about) != {"default", "doc"}:
            raise self.error(
                line, f"parameter {name!r} needs a default and a doc; write `{name}: {{default: 2, doc: …}}`"
            )
        default, doc = about["default"][0], about["doc"][0]
        if isinstance(default, list):
            default = tuple(default)
        if isinstance(default, dict) or not isinstance(doc, str):
            raise self.error(
                line, f"parameter {name!r}: the default is a number, text, true/false or a list, the doc a text"
            )
        return Parameter(name, default, doc)

    # Body

    def sections(self) -> dict[str, _Section]:
        """Title -> section; "" is what stands before the first title."""
        found: dict[str, _Section] = {}
        title, line, first = "", self.body_at + 1, self.body_at + 1
        kept: list[str] = []
        fence = ""

        def close() -> None:
            if title in found:
                raise self.error(line, f"the section `## {title}` is there twice; join them")
            found[title] = _Section(line, kept, first)

        for number, text in enumerate(self.lines[self.body_at :], self.body_at + 1):
            if fence:
                fence = "" if re.fullmatch(rf"{fence}`*\s*", text) else fence
            elif opened := re.match(r"(`{3,})[^`]*$", text):
                fence = opened[1]
            elif heading := re.fullmatch(r"##\s+(.+?)\s*#*\s*", text):
                close()
                title, line, first, kept = heading[1], number, number + 1, []
                continue
            kept.append(text)
        if fence:
            raise self.error(line, "a fenced block is never closed; close it with as many backticks as opened it")
        close()
        return found

    def examples(self, section: _Section, title: str) -> tuple[Example, ...]:
        blocks = section.fences("files")
        if not blocks:
            raise self.error(section.line, f"`## {title}` shows no example; add a ```files block with `--- path` parts")
        return tuple(Example(self._parts(content, line), line) for line, content in blocks)

    def _parts(self, content: str, first: int) -> tuple[Part, ...]:
        parts: list[tuple[str, str, dict[str, list[str]]]] = []
        into: list[str] | None = None
        for line, text in enumerate(content.split("\n"), first):
            if text.startswith("=== "):
                parts.append((*self._part_begun(text, line), {}))
                into = None
            elif text.startswith("--- "):
                if not parts:
                    parts.append(("now", "", {}))
                path = text[4:].strip()
                if path in parts[-1][2]:
                    raise self.error(line, f"the file {path!r} is there twice in one part; join them")
                into = parts[-1][2][path] = []
            elif into is not None:
                # A line of the file that looks like a marker is written with a backslash before it.
                into.append(text[1:] if text.startswith(("\\--- ", "\\=== ")) else text)
            elif text.strip():
                raise self.error(line, f"{text.strip()!r} belongs to no file; start one with `--- path`")
        if not parts:
            raise self.error(first, "the example holds no files; start one with `--- path`")
        return tuple(
            Part(kind, name, {path: "\n".join(lines).rstrip("\n") + "\n" for path, lines in files.items()})
            for kind, name, files in parts
        )

    def _part_begun(self, text: str, line: int) -> tuple[str, str]:
        """(kind, name) of the part of an example that begins with this line."""
        kind, _, name = text[4:].strip().partition(" ")
        if kind not in ("before", "now", "series", "branch", "repository"):
            raise self.error(line, f"{text!r} is no part of an example{_nearest(kind, ('before', 'now', 'series'))}")
        if (kind == "branch" and not name) or (kind == "repository" and not name):
            raise self.error(line, f"name it: `=== {kind} NAME`")
        return kind, name.strip()


def _scalar(word: str) -> str | int | float | bool:
    if word in ("true", "false"):
        return word == "true"
    if re.fullmatch(r"[-+]?\d+", word):
        return int(word)
    if re.fullmatch(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?", word):
        return float(word)
    return word
