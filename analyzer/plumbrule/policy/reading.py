"""From TOML text to a `Policy`, refusing what is not meant; every refusal names the place and what mends it."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, TypeVar

from plumbrule import __version__
from plumbrule.errors import SettingsError
from plumbrule.globs import matcher
from plumbrule.policy.contracts import COMMON, PAIR, Kind, Role, contract_tables, kind_of
from plumbrule.policy.model import (
    CODEOWNERS,
    WAIVER_DAYS,
    Component,
    Contract,
    Element,
    Forbidden,
    Governance,
    Layers,
    Limits,
    Override,
    Policy,
    Repository,
    RuleSetting,
    Setting,
    Waiver,
)

if TYPE_CHECKING:
    from plumbrule.policy.extending import Beside, Folded

_TOP = (
    "extends",
    "exclude",
    "components",
    "layers",
    "forbid",
    "rules",
    "override",
    "controls",
    "waiver",
    "repository",
    "batches",
    "limits",
    "governance",
    "mail",
)
_ABOUT = ("reason", "alternatives", "owner")  # of whatever the policy states
_CONTROL = re.compile(r"[A-Za-z][A-Za-z0-9.-]{0,31}:[A-Za-z0-9][A-Za-z0-9().-]{0,31}")
_REQUIRES = "requires_plumbrule"
_BOUND = re.compile(r"\s*(>=|<=|==|!=|>|<)\s*(\d{1,6}(?:\.\d{1,6}){0,3})\s*")
_SEVERITIES = ("off", "info", "warning", "error")
_OF_CONTRACTS = _SEVERITIES[1:]

_MAIL_TEXTS = ("from", "subject_prefix", "host", "ca_file", "username", "dashboard")
_MAIL = ("to", *_MAIL_TEXTS, "port", "starttls")
_SECRETS = ("password", "smtp_password", "secret", "token")

# What a platform or OpenSSH would take for a name of one, and nothing that only looks like one.
_OWNER = re.compile(r"@[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)*|[A-Za-z0-9][\w.+@%:/=-]*", re.ASCII)
_LONGEST_WAIVER = 3650  # days

_KEY = r"(?:[\w-]+|\"[^\"]*\"|'[^']*')"
_ASSIGNED = re.compile(rf"\s*({_KEY}(?:\s*\.\s*{_KEY})*)\s*=")

_Table = Mapping[str, object]
_Where = tuple[str | int, ...]


class OutOfReach(SettingsError):
    """A policy builds on others, and the reader was not told where those lie."""


def read(text: str, source: str, path: str = "", beside: Beside | None = None) -> Policy:
    """The policy that `text` states; `source` is its path, for messages. SettingsError says where and what mends it.

    What it builds on is read `beside` it, where it lies at `path`; OutOfReach if it does, and that is not given.
    """
    top = parsed(text, source)
    if "extends" not in top:
        return _Reading(top, text, source).policy()
    if beside is None:
        raise OutOfReach(
            f"{source}: it extends other policies, which cannot be read from here.\nRead it where it lies."
        )
    from plumbrule.policy.extending import folded  # most policies stand alone

    return _Reading(top, text, source, folded(text, source, path, beside, placed)).policy()


def placed(text: str, source: str) -> tuple[_Table, Mapping[tuple[str | int, ...], int]]:
    """The tables of a policy, not yet looked at, and the line of each header and key."""
    return parsed(text, source), _places(text.splitlines())


def parsed(text: str, source: str) -> _Table:
    """The tables of a policy, not yet looked at; SettingsError where the text is no TOML."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{source}: this is not TOML: {error}; {_mend(str(error), text)}") from None


def _mend(error: str, text: str) -> str:
    """What mends a text that is no TOML; most who write a thing twice did not know that it was there already."""
    if "'rules'" in error and re.search(r"^\s*rules\s*=", text, re.MULTILINE):
        return "in place of `rules = [...]` write [rules] and below it `folders = [...]`, which goes with [rules.ID]"
    if twice := re.match(r"Cannot declare \((.*?),?\) twice", error):
        return f"there is a table of {twice[1].replace(', ', '.')} above; add these lines to it"
    if error.startswith("Cannot overwrite a value"):
        return "the key stands there already; keep one"
    return "mend that line"


def place_in(text: str, where: tuple[str, ...], item: str = "") -> int:
    """The line of a key in the text of a policy, or of one item in its list; 0 = it is not seen."""
    reading = _Reading({}, text, "")
    line = reading.line(where)
    if not line or not item:
        return line
    written = re.compile(rf"[\"']{re.escape(item)}[\"']")
    for number, one in enumerate(text.splitlines()[line - 1 :], line):
        if written.search(one):
            return number
        if number > line and re.match(r"\s*\[[\[\w]", one):
            break
    return line


class _Reading:
    def __init__(self, top: _Table, text: str, source: str, folded: Folded | None = None) -> None:
        """`folded` is what it builds on and it itself, as one table."""
        self.top = top if folded is None else folded.table
        self.folded = folded
        self._found: Mapping[tuple[str | int, ...], int] | None = None
        self.text = text
        self.source = source

    def policy(self) -> Policy:
        self._fitting()  # before all else: what this program does not know, the one that is asked for may
        self._known(self.top, (_REQUIRES, *_TOP, *contract_tables()), ())
        repositories = self._repositories()
        members = {member.name for member in repositories}
        exclude = self._globs(self.top.get("exclude", []), ("exclude",), members)
        components = self._components(members)
        names = {component.name for component in components}
        folders, rules = self._rules()
        whole = self.folded
        if whole is not None:
            folders = whole.rule_folders
        return Policy(
            source=self.source,
            hash=sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()[:12] if whole is None else whole.hash,
            text=self.text,
            extends=whole.extends if whole is not None else (),
            inherited=whole.inherited if whole is not None else frozenset(),
            exclude=exclude,
            components=components,
            layers=self._layers(names, members),
            forbid=self._forbid(names, members),
            contracts=self._contracts(names, members),
            rules=rules,
            overrides=self._overrides(members),
            controls=self._controls(),
            rule_folders=folders,
            waivers=self._waivers(members),
            repositories=repositories,
            batch_window=self._batch_window(),
            limits=self._limits(),
            governance=self._governance(),
            mail=self._mail(),
        )

    # Parts

    def _fitting(self) -> None:
        """Refuses a policy that says it is for another version of this program."""
        asked = self._text(self.top.get(_REQUIRES, ""), (_REQUIRES,))
        if _REQUIRES not in self.top:
            return
        bounds = [_BOUND.fullmatch(bound) for bound in asked.split(",")]
        if not all(bounds):
            raise self._error(
                (_REQUIRES,), f'{asked!r} is no range of versions; write it as `{_REQUIRES} = ">=0.9, <2"`'
            )
        ours = _numbers(__version__)
        if not all(_within(bound[1], ours, _numbers(bound[2])) for bound in bounds if bound):
            raise self._error(
                (_REQUIRES,), f"this policy is for plumbrule {asked.strip()}, and this is {__version__}; install that"
            )

    def _components(self, members: Collection[str]) -> tuple[Component, ...]:
        found = []
        for name, globs in self._table(self.top.get("components", {}), ("components",)).items():
            where = ("components", name)
            if not name.isprintable() or name.strip() != name or not name:
                raise self._error(where, f"{name!r} is no component name; use visible characters only")
            read = self._globs(globs, where, members)
            if not read:
                raise self._error(where, f"component {name!r} has no glob; give it one, or remove it")
            found.append(Component(name, read, self.line(where)))
        return tuple(found)

    def _layers(self, names: Collection[str], members: Collection[str]) -> tuple[Layers, ...]:
        found: list[Layers] = []
        for number, table in enumerate(self._tables("layers"), 1):
            where = ("layers", number)
            self._known(table, (*COMMON, "order", "closed", "transitive", "lazy"), where)
            order, places = self._order(table.get("order", []), (*where, "order"))
            for element in order:
                self._selector(element, names, members, where)
            if len(set(places)) < 2:
                raise self._error(where, "layers need an order of at least two components; add `order = [...]`")
            if len(set(order)) < len(order):
                twice = next(name for name in order if order.count(name) > 1)
                raise self._error(where, f"component {twice!r} stands twice in one order; keep one")
            said = self._said(table, where, f"layers {number}")
            if any(said["name"] == other.name for other in found):
                raise self._error(where, f"two [[layers]] are named {said['name']!r}; rename one")
            shared = places if len(set(places)) < len(places) else ()
            closed = self._flag(table.get("closed", False), (*where, "closed"))
            transitive = self._flag(table.get("transitive", False), (*where, "transitive"))
            lazy = self._flag(table.get("lazy", False), (*where, "lazy"))
            found.append(
                Layers(
                    **said, order=order, places=shared, closed=closed, transitive=transitive, lazy=lazy,
                    line=self.line(where),
                )
            )  # fmt: skip
        return tuple(found)

    def _order(self, value: object, where: _Where) -> tuple[tuple[str, ...], tuple[int, ...]]:
        """The elements from the top down, and the place of each: a list inside the list shares one."""
        if not isinstance(value, list):
            raise self._error(where, '`order` must be a list of texts, as in ["a", "b"]')
        placed = [
            (self._text(element, where), place)
            for place, item in enumerate(value, 1)
            for element in (item if isinstance(item, list) else [item])
        ]
        return tuple(element for element, _ in placed), tuple(place for _, place in placed)

    def _forbid(self, names: Collection[str], members: Collection[str]) -> tuple[Forbidden, ...]:
        found: list[Forbidden] = []
        for number, table in enumerate(self._tables("forbid"), 1):
            where = ("forbid", number)
            self._known(table, (*COMMON, "from", "to", "transitive", "lazy"), where)
            transitive, lazy = (self._flag(table.get(key, False), (*where, key)) for key in ("transitive", "lazy"))
            line = self.line(where)
            sides = {}
            for key in ("from", "to"):
                if key not in table:
                    raise self._error(where, f'[[forbid]] lacks `{key}`; add `{key} = "component"`')
                sides[key] = self._text_or_texts(table[key], (*where, key))
                for name in sides[key]:
                    self._selector(name, names, members, where)
            said = self._said(table, where, "")
            for source in sides["from"]:
                for target in sides["to"]:
                    if source == target:
                        raise self._error(
                            where, f"{source!r} cannot be forbidden to depend on itself; name two components"
                        )
                    if any((source, target) == (other.source, other.target) for other in found):
                        raise self._error(where, f"{source!r} to {target!r} is forbidden twice; keep one")
                    found.append(Forbidden(source, target, **said, transitive=transitive, lazy=lazy, line=line))
        return tuple(found)

    def _contracts(self, names: Collection[str], members: Collection[str]) -> tuple[Contract, ...]:
        found: list[Contract] = []
        for kind in contract_tables():
            for number, table in enumerate(self._tables(kind), 1):
                contract = self._contract(kind, number, table, names, members)
                if any((kind, contract.name) == (other.kind, other.name) for other in found):
                    raise self._error((kind, number), f"two [[{kind}]] are named {contract.name!r}; rename one")
                found.append(contract)
        return tuple(found)

    def _contract(
        self, table_name: str, number: int, table: _Table, names: Collection[str], members: Collection[str]
    ) -> Contract:
        where = (table_name, number)
        kind: Kind = kind_of(table_name)
        self._known(table, kind.keys(), where)
        elements: list[Element] = []
        for role in kind.roles:
            selectors = self._text_or_texts(table.get(role.key, []), (*where, role.key))
            if len(selectors) < role.least:
                raise self._error(where, f"[[{table_name}]] lacks `{role.key}`: {role.doc}; add `{role.key} = [...]`")
            elements += self._elements(role, selectors, names, members, (*where, role.key))
        options = {
            option.key: (self._pairs if option.pairs else self._option)(
                table[option.key], option.default, (*where, option.key)
            )
            if option.key in table
            else option.default
            for option in kind.options
        }
        said = self._said(table, where, f"{table_name} {number}")
        contract = Contract(
            kind=table_name, elements=tuple(elements), options=options, line=self.line(where), **said
        )  # fmt: skip
        if fault := kind.fault(contract):
            raise self._error(where, f"[[{table_name}]] {contract.name!r}: {fault}")
        return contract

    def _elements(
        self, role: Role, selectors: Sequence[str], names: Collection[str], members: Collection[str], where: _Where
    ) -> Iterator[Element]:
        """One for each selector that is no exception; what an exception means is taken from all globs beside it."""
        without = tuple(selector for selector in selectors if selector.startswith("!"))
        self._globs([*without], where, members)
        for selector in selectors:
            if selector in without:
                continue
            is_component = self._selector(selector, names, members, where)
            if role.each and (is_component or "*" not in selector):
                words = f"`{role.key}` takes a glob each of whose folders counts, as in `features/*`"
                raise self._error(where, f"{words}; {selector!r} is none")
            if is_component and without:
                words = f"{without[0]!r} takes files from globs, and {selector!r} is a component"
                raise self._error(where, f"{words}; take them from its own globs, or write a glob here")
            shown = " ".join((selector, *without))
            yield Element(role.key, shown, () if is_component else (selector, *without), role.each)
        if without and len(without) == len(selectors):
            raise self._error(where, f"{without[0]!r} only takes files away; name before it what from")

    def _said(self, table: _Table, where: _Where, name: str) -> dict[str, str]:
        """What a contract says of itself: its name, who is to be asked why, and how much a breach of it counts."""
        severity = table.get("severity", "")
        if "severity" in table and severity not in _OF_CONTRACTS:
            mend = "take the contract out" if severity == "off" else f"write one of {', '.join(_OF_CONTRACTS)}"
            raise self._error((*where, "severity"), f"severity {severity!r} is none of a contract; {mend}")
        return {key: self._text(table.get(key, name if key == "name" else ""), (*where, key)) for key in COMMON}

    def _pairs(self, value: object, default: Setting, where: _Where) -> Setting:
        """A table of texts as one text each."""
        table = self._table(value, where)
        for key in table:
            if "\n" in key or PAIR in key:
                raise self._error(where, f"{key!r} is no name; leave {PAIR!r} and line breaks out of it")
        return tuple(f"{key}{PAIR}{self._text(said, (*where, key))}" for key, said in table.items())

    def _option(self, value: object, default: Setting, where: _Where) -> Setting:
        """A value of the kind that the default is."""
        if isinstance(default, tuple):
            return self._text_or_texts(value, where)
        if isinstance(default, bool):
            return self._flag(value, where)
        if isinstance(default, str):
            return self._text(value, where)
        if isinstance(value, bool) or not isinstance(value, int if isinstance(default, int) else int | float):
            kind = "whole number" if isinstance(default, int) else "number"
            raise self._error(where, f"`{where[-1]}` must be a {kind}, not {value!r}")
        return value

    def _flag(self, value: object, where: _Where) -> bool:
        if not isinstance(value, bool):
            raise self._error(where, f"`{where[-1]}` must be true or false, not {value!r}")
        return value

    def _selector(self, selector: str, names: Collection[str], members: Collection[str], where: _Where) -> bool:
        """Whether it names a component; else it must be a glob that a path can match."""
        if selector in names:
            return True
        if not any(sign in selector for sign in "/*?["):
            self._declared(selector, names, where)
        if selector.startswith("!"):
            raise self._error(where, f"{selector!r} only takes files away; name a component that does so")
        self._globs(selector, where, members)
        return False

    def _rules(self) -> tuple[tuple[str, ...], Mapping[str, RuleSetting]]:
        value = self.top.get("rules", {})
        if isinstance(value, list):
            return self._folders(value, ("rules",)), {}
        settings: dict[str, RuleSetting] = {}
        folders: tuple[str, ...] = ()
        for name, about in self._table(value, ("rules",)).items():
            where = ("rules", name)
            if name == "folders":
                folders = self._folders(about, where)
                continue
            if not isinstance(about, dict):
                from difflib import get_close_matches  # as below

                near = get_close_matches(name, ("folders",), 1, 0.6)
                hint = f"did you mean {near[0]!r}?" if near else f'write [rules.{name}] and below it severity = "error"'
                raise self._error(where, f"rule {name!r} must be a table; {hint}")
            settings[name] = self._setting_of(about, where)
        return folders, settings

    def _setting_of(self, about: _Table, where: tuple[str | int, ...]) -> RuleSetting:
        """What one table says of one rule."""
        severity = self._text(about.get("severity", ""), (*where, "severity")) if "severity" in about else ""
        if "severity" in about and severity not in _SEVERITIES:
            raise self._error((*where, "severity"), f"severity {severity!r} is not one of {', '.join(_SEVERITIES)}")
        parameters = {
            key: self._setting(given, (*where, key))
            for key, given in about.items()
            if key not in ("severity", "waivable", "controls", *_ABOUT)
        }
        texts = {key: self._text(about[key], (*where, key)) for key in _ABOUT if key in about}
        controls = self._text_or_texts(about.get("controls", []), (*where, "controls"))
        for control in controls:
            self._require_control(control, (*where, "controls"))
        waivable = about.get("waivable")
        if not isinstance(waivable, bool | None):
            raise self._error((*where, "waivable"), f"`waivable` must be true or false, not {waivable!r}")
        if waivable is not None and where[0] != "rules":
            raise self._error((*where, "waivable"), f"`waivable` counts everywhere; write it below [rules.{where[-1]}]")
        source, line = self._origin(where)
        return RuleSetting(
            severity, parameters, waivable=waivable, line=line, **texts, controls=controls, source=source
        )

    def _controls(self) -> Mapping[str, str]:
        found = {}
        for control, words in self._table(self.top.get("controls", {}), ("controls",)).items():
            where = ("controls", control)
            self._require_control(control, where)
            found[control] = self._text(words, where)
        return found

    def _require_control(self, control: str, where: tuple[str | int, ...]) -> None:
        if not _CONTROL.fullmatch(control):
            raise self._error(
                where, f'{control!r} is no identifier of a control; write "STANDARD:CONTROL", as in "ISO27001:A.8.27"'
            )

    def _overrides(self, members: Collection[str]) -> tuple[Override, ...]:
        found: list[Override] = []
        for number, table in enumerate(self._tables("override"), 1):
            where = ("override", number)
            self._known(table, ("paths", "languages", "rules"), where)
            paths = self._globs(table.get("paths", []), (*where, "paths"), members)
            languages = self._text_or_texts(table.get("languages", []), (*where, "languages"))
            if not paths and not languages:
                raise self._error(
                    where, 'an override speaks of some files; add `paths = ["legacy/**"]` or `languages = ["php"]`'
                )
            if languages:
                from plumbrule.languages import languages as known_languages

                known = {language.name for language in known_languages().values()}
                for name in languages:
                    if name not in known:
                        raise self._error((*where, "languages"), f"there is no language {name!r}{_near(name, known)}")
            rules = self._table(table.get("rules", {}), (*where, "rules"))
            if not rules:
                raise self._error(where, 'it overrides nothing; add [override.rules.ID] and below it severity = "off"')
            settings = {
                name: self._setting_of(self._table(about, (*where, "rules", name)), (*where, "rules", name))
                for name, about in rules.items()
            }
            override = Override(paths, languages, settings, self.line(where))
            if any(override.name == other.name for other in found):
                raise self._error(where, f"two [[override]] speak of {override.name!r}; join them")
            found.append(override)
        return tuple(found)

    def _folders(self, value: object, where: tuple[str | int, ...]) -> tuple[str, ...]:
        folders = self._texts(value, where)
        for folder in folders:
            if folder.startswith("/") or ".." in folder.split("/") or not folder.strip("/. "):
                raise self._error(where, f"rule folder {folder!r} leaves the repository; name one inside it")
        return tuple(folder.strip("/") for folder in folders)

    def _waivers(self, members: Collection[str]) -> tuple[Waiver, ...]:
        found: list[Waiver] = []
        for number, table in enumerate(self._tables("waiver"), 1):
            where = ("waiver", number)
            self._known(table, ("rule", "subject", "reason", "owner", "since", "expires", "repository"), where)
            for key, example in (
                ("rule", '"dependency-cycle"'), ("subject", '"src/a.py -> src/b.py"'), ("reason", '"why it may stay"'),
                ("owner", '"@team"'), ("expires", "2030-01-31"),
            ):  # fmt: skip
                if key not in table or (isinstance(table[key], str) and not str(table[key]).strip()):
                    raise self._error(where, f"waiver {number} has no {key}; add `{key} = {example}`")
            repository = self._text(table.get("repository", ""), (*where, "repository"))
            if repository and repository not in members:
                raise self._error(
                    (*where, "repository"),
                    f"waiver {number}: no [[repository]] is named {repository!r}{_near(repository, members)}",
                )
            since = self._date(table["since"], (*where, "since")) if "since" in table else None
            waiver = Waiver(
                rule=self._text(table["rule"], (*where, "rule")),
                subject=self._text(table["subject"], (*where, "subject")),
                reason=self._text(table["reason"], (*where, "reason")),
                owner=self._text(table["owner"], (*where, "owner")),
                expires=self._date(table["expires"], (*where, "expires")),
                repository=repository,
                line=self.line(where),
                since=since,
            )
            if since is not None and since > waiver.expires:
                told = f"waiver {number} begins on {since} and ends before that; correct `since` or `expires`"
                raise self._error((*where, "since"), told)
            if any((waiver.rule, waiver.subject, repository) == (w.rule, w.subject, w.repository) for w in found):
                raise self._error(where, f"{waiver.rule} of {waiver.subject!r} is waived twice; keep one")
            found.append(waiver)
        days = self._governance().waiver_days
        return tuple(one if one.since is None else one.begun(one.since, days) for one in found)

    def _repositories(self) -> tuple[Repository, ...]:
        found: list[Repository] = []
        for number, table in enumerate(self._tables("repository"), 1):
            where = ("repository", number)
            self._known(table, ("name", "path"), where)
            for key in ("name", "path"):
                if key not in table:
                    raise self._error(where, f'[[repository]] {number} lacks `{key}`; add `{key} = "…"`')
            name = self._text(table["name"], (*where, "name"))
            if not re.fullmatch(r"[\w][\w.-]*", name):
                raise self._error(
                    (*where, "name"), f"{name!r} is no repository name; use letters, digits, '.', '-' and '_'"
                )
            path = self._text(table["path"], (*where, "path"))
            if not path or "\0" in path:
                raise self._error(where, f"repository {name!r} has no usable path; write where its checkout lies")
            if any(name == other.name for other in found):
                raise self._error(where, f"two [[repository]] are named {name!r}; rename one")
            found.append(Repository(name, path, self.line(where)))
        return tuple(found)

    def _batch_window(self) -> int:
        batches = self._table(self.top.get("batches", {}), ("batches",))
        self._known(batches, ("window",), ("batches",))
        window = batches.get("window", 60)
        if isinstance(window, bool) or not isinstance(window, int) or window < 0:
            raise self._error(("batches", "window"), f"window {window!r} must be whole minutes; write `window = 60`")
        return window

    def _limits(self) -> Limits:
        limits = self._table(self.top.get("limits", {}), ("limits",))
        self._known(limits, ("parsed", "resolved", "worse_by"), ("limits",))
        read: dict[str, float] = {}
        for name, value in limits.items():
            if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
                raise self._error(
                    ("limits", name), f"limit {name!r} must be a share from 0 to 1, as in `{name} = 0.95`"
                )
            read[name] = float(value)
        return Limits(**read)

    def _governance(self) -> Governance:
        table = self._table(self.top.get("governance", {}), ("governance",))
        self._known(table, ("owners", "allowed_signers", "waiver_days"), ("governance",))
        named = table.get("owners", [])
        owners = (CODEOWNERS,) if named == CODEOWNERS else self._texts(named, ("governance", "owners"))
        for owner in owners:
            if not _OWNER.fullmatch(owner):
                raise self._error(
                    ("governance", "owners"),
                    f"{owner!a} is no owner; write `@name` or `@group/team` as the platform has it, or a name of"
                    ' the allowed signers, as in "ada@example.org": plain ASCII, without spaces and without patterns',
                )
        path = self._text(table.get("allowed_signers", ""), ("governance", "allowed_signers"))
        if path.startswith("/") or ".." in path.split("/") or path.endswith("/") or not path.isprintable():
            raise self._error(
                ("governance", "allowed_signers"),
                f'{path!r} is no file below the policy\'s folder; name one there, such as "allowed_signers"',
            )
        days = table.get("waiver_days", WAIVER_DAYS)
        if isinstance(days, bool) or not isinstance(days, int) or not 1 <= days <= _LONGEST_WAIVER:
            raise self._error(
                ("governance", "waiver_days"),
                f"waiver_days {days!r} must be whole days from 1 to {_LONGEST_WAIVER}; write `waiver_days = 180`",
            )
        return Governance(tuple(dict.fromkeys(owners)), path, days)

    def _mail(self) -> _Table:
        """Its keys and kinds; what an address or a host is, the mail knows, which asks when it has somewhere to go."""
        mail = self._table(self.top.get("mail", {}), ("mail",))
        for key in _SECRETS:
            if key in mail:
                raise self._error(
                    ("mail", key),
                    f"{key!r}: a secret does not belong in a policy; set PLUMBRULE_SMTP_PASSWORD in the environment",
                )
        self._known(mail, _MAIL, ("mail",))
        for key, value in mail.items():
            where = ("mail", key)
            if key == "to":
                self._text_or_texts(value, where)
            elif key in _MAIL_TEXTS:
                self._text(value, where)
            elif key == "starttls" and not isinstance(value, bool):
                raise self._error(where, f"`starttls` must be true or false, not {value!r}")
            elif key == "port" and (isinstance(value, bool) or not isinstance(value, int)):
                raise self._error(where, f"`port` must be a number, as in `port = 587`, not {value!r}")
        return mail

    # Values

    def _globs(self, value: object, where: _Where, members: Collection[str]) -> tuple[str, ...]:
        globs = self._text_or_texts(value, where)
        for glob in globs:
            bare = glob.removeprefix("!")
            name, colon, rest = bare.partition(":")
            if colon and members and name not in members:
                raise self._error(where, f"glob {glob!r}: no [[repository]] is named {name!r}{_near(name, members)}")
            try:
                matcher((rest if colon and members else bare,))
            except SettingsError as error:
                raise self._error(where, str(error)) from None
        return globs

    def _setting(self, value: object, where: tuple[str | int, ...]) -> Setting:
        if isinstance(value, str | int | float | bool):
            return value
        if isinstance(value, list) and all(isinstance(item, str | int | float | bool) for item in value):
            return tuple(value)
        raise self._error(where, f"parameter {where[-1]!r} must be a number, text, true/false or a list of them")

    def _declared(self, name: str, names: Collection[str], where: tuple[str | int, ...]) -> None:
        if name not in names:
            mend = _near(name, names) if names else f'; declare it: [components] {name} = "src/{name}/**"'
            raise self._error(where, f"component {name!r} is not declared{mend}")

    def _table(self, value: object, where: tuple[str | int, ...]) -> _Table:
        if not isinstance(value, dict):
            raise self._error(where, f"`{where[-1]}` must be a table; write [{where[-1]}] and its keys below")
        return value

    def _tables(self, key: str) -> list[_Table]:
        value = self.top.get(key, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._error((key,), f"`{key}` must be written with double brackets: [[{key}]]")
        return value

    def _text(self, value: object, where: tuple[str | int, ...]) -> str:
        if not isinstance(value, str):
            raise self._error(where, f"`{where[-1]}` must be text in quotes, not {value!r}")
        return value

    def _texts(self, value: object, where: tuple[str | int, ...]) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._error(where, f'`{where[-1]}` must be a list of texts, as in ["a", "b"]')
        return tuple(value)

    def _text_or_texts(self, value: object, where: tuple[str | int, ...]) -> tuple[str, ...]:
        return (value,) if isinstance(value, str) else self._texts(value, where)

    def _date(self, value: object, where: tuple[str | int, ...]) -> date:
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise self._error(where, f"`{where[-1]}` must be a day, as in `{where[-1]} = 2030-01-31`, not {str(value)!r}")

    def _known(self, table: _Table, keys: Collection[str], where: tuple[str | int, ...]) -> None:
        for key in table:
            if key not in keys:
                raise self._error((*where, key), f"unknown key {key!r}{_near(key, keys)}")

    # Places

    def _error(self, where: tuple[str | int, ...], what: str) -> SettingsError:
        source, line = self._origin(where)
        return SettingsError(f"{source}:{line}: {what}" if line else f"{source}: {what}")

    def line(self, where: tuple[str | int, ...]) -> int:
        """The line of a key or table header in this file, 0 if it is written in a way that the search does not see. Of
        what stands in a policy that this one extends it is the line that names it."""
        source, line = self._origin(where)
        return line if source == self.source else self._at().get(("extends",), 0)

    def _origin(self, where: tuple[str | int, ...]) -> tuple[str, int]:
        """The file and line of a key or table header; line 0 as above."""
        if self.folded is None:
            return self.source, _nearest(self._at(), where) or 0
        found = _nearest(self.folded.origins, where)
        return (self.source, 0) if found is None else (found.source, found.line)

    def _at(self) -> Mapping[tuple[str | int, ...], int]:
        if self._found is None:
            self._found = _places(self.text.splitlines())
        return self._found


_At = TypeVar("_At")


def _nearest(places: Mapping[tuple[str | int, ...], _At], where: tuple[str | int, ...]) -> _At | None:
    """What stands at the place, else at the nearest one around it."""
    while len(where) > 1 and where not in places:
        where = where[:-1]
    return places.get(where)


def _places(lines: Sequence[str]) -> Mapping[tuple[str | int, ...], int]:
    """The lines of all headers and keys, of each its first one.

    tomllib keeps no positions; a header or `key =` at the start of a line is how people write policies.
    """
    found: dict[tuple[str | int, ...], int] = {}
    header: list[str] = []
    seen: dict[str, int] = {}
    for number, text in enumerate(lines, 1):
        if opened := re.match(r"\s*\[(\[?)\s*(.+?)\s*\]\]?\s*(#.*)?$", text):
            header = _keys(opened[2])
            if opened[1]:
                seen[header[0]] = seen.get(header[0], 0) + 1
            found.setdefault(_numbered(header, seen), number)
        elif assigned := _ASSIGNED.match(text):
            found.setdefault(_numbered([*header, *_keys(assigned[1])], seen), number)
    return found


def _keys(dotted: str) -> list[str]:
    return [part.strip("\"'") for part in re.findall(r"\"[^\"]*\"|'[^']*'|[^.\s]+", dotted)]


def _numbered(path: list[str], seen: Mapping[str, int]) -> tuple[str | int, ...]:
    numbered: list[str | int] = list(path)
    if numbered and path[0] in seen:
        numbered.insert(1, seen[path[0]])
    return tuple(numbered)


def _near(word: str, known: Collection[str]) -> str:
    from difflib import get_close_matches  # only a policy with a mistake needs it

    near = get_close_matches(word, sorted(known), 1, 0.5)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def _numbers(version: str) -> tuple[int, ...]:
    """The release of a version, without zeros at its end: 1.0 is 1."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    numbers = [int(part) for part in found[0].split(".")] if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _within(sign: str, ours: tuple[int, ...], bound: tuple[int, ...]) -> bool:
    return {
        ">=": ours >= bound,
        ">": ours > bound,
        "<=": ours <= bound,
        "<": ours < bound,
        "==": ours == bound,
        "!=": ours != bound,
    }[sign]
