"""The policy's table `[mail]` as plain values, read strictly: a mistake is found before the first mail.

Hides what a usable address is. That every key is known, the policy's own reading has seen. Secrets have no place here;
they come from the environment.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from plumbrule.errors import SettingsError
from plumbrule.report.escapes import visible

PASSWORD = "PLUMBRULE_SMTP_PASSWORD"
USERNAME = "PLUMBRULE_SMTP_USERNAME"  # overrides `username`

_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@{_LABEL}(?:\.{_LABEL})*")
_NAMED = re.compile(r"\s*(?P<name>[^<>]*?)\s*<\s*(?P<address>[^<>\s]+)\s*>\s*")


@dataclass(frozen=True, slots=True)
class Person:
    """A sender or a recipient. `address` is ASCII and has no character that means anything in a header."""

    address: str
    name: str = ""

    @property
    def key(self) -> str:
        """By which the store remembers them: the same for every spelling of one address."""
        return self.address.casefold()

    @property
    def names(self) -> frozenset[str]:
        """What they may have signed their remarks with."""
        return frozenset({self.address, self.address.partition("@")[0], self.name} - {""})


@dataclass(frozen=True, slots=True)
class MailSettings:
    to: tuple[Person, ...]
    sender: Person
    host: str
    port: int = 587
    starttls: bool = True  # False only for a relay on a network that is trusted; then nobody logs in
    ca_file: Path | None = None  # certificates of a private authority
    username: str = ""
    subject_prefix: str = "[Plumbrule]"
    dashboard: str = ""  # "https://…" without a slash at the end; "" = no links


def read_settings(table: Mapping[str, object], source: str, folder: Path | None) -> MailSettings:
    """What `[mail]` says; `source` is the policy's path, for messages, and `ca_file` is relative to `folder`.

    SettingsError names the key and what mends it.
    """
    read = _Reading(table, source)
    port, starttls = read.port(), read.flag("starttls", default=True)
    username, ca_file = read.text("username", ""), read.text("ca_file", "")
    if username and not starttls:
        raise read.error(
            "username", "a login without STARTTLS would send the password readable; remove starttls = false"
        )
    return MailSettings(
        to=read.recipients(),
        sender=read.person("from", read.text("from")),
        host=read.host(),
        port=port,
        starttls=starttls,
        ca_file=((folder or Path()) / ca_file) if ca_file else None,
        username=username,
        subject_prefix=read.text("subject_prefix", "[Plumbrule]").strip(),
        dashboard=read.dashboard(),
    )


class _Reading:
    def __init__(self, table: Mapping[str, object], source: str) -> None:
        self.table = table
        self.source = source or "plumbrule.toml"

    def error(self, key: str, what: str) -> SettingsError:
        return SettingsError(f"{self.source}: [mail] {key}: {what}" if key else f"{self.source}: [mail]: {what}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if value is None:
            examples = {"from": "plumbrule@example.org", "host": "smtp.example.org"}
            raise self.error("", f'`{key}` is missing; add `{key} = "{examples[key]}"`')
        if not isinstance(value, str):
            raise self.error(key, f"must be text in quotes, not {value!r}")
        self._one_line(key, value)
        return value

    def flag(self, key: str, *, default: bool) -> bool:
        value = self.table.get(key, default)
        if not isinstance(value, bool):
            raise self.error(key, f"must be true or false, not {value!r}")
        return value

    def port(self) -> int:
        value = self.table.get("port", 587)
        if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 65536:
            raise self.error("port", f"must be a number from 1 to 65535, not {value!r}; 587 is usual")
        return value

    def host(self) -> str:
        host = self.text("host")
        if not re.fullmatch(r"[A-Za-z0-9._:-]+", host):
            raise self.error("host", f'{visible(host)!r} is no host name; write it as in `host = "smtp.example.org"`')
        return host

    def recipients(self) -> tuple[Person, ...]:
        value = self.table.get("to", [])
        given = [value] if isinstance(value, str) else value
        if not isinstance(given, list) or not given or not all(isinstance(one, str) for one in given):
            raise self.error("to", 'must list who gets the mail, as in `to = ["Ada <ada@example.org>"]`')
        people = [self.person("to", one) for one in given]
        for number, one in enumerate(people):
            if one.key in {other.key for other in people[:number]}:
                raise self.error("to", f"{one.address} stands there twice; keep one")
        return tuple(people)

    def person(self, key: str, text: str) -> Person:
        self._one_line(key, text)
        named = _NAMED.fullmatch(text)
        address, name = (named["address"], named["name"].strip('"')) if named else (text.strip(), "")
        if not _ADDRESS.fullmatch(address) or len(address) > 254:
            why = "" if address.isascii() else "; write an international domain in its xn-- form"
            raise self.error(key, f"{visible(text)!r} is no e-mail address{why or '; write ada@example.org'}")
        return Person(address, name)

    def dashboard(self) -> str:
        address = self.text("dashboard", "")
        try:
            parts = urlsplit(address)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and not (parts.query or parts.fragment)
        except ValueError:
            usable = False
        if address and (not usable or re.search(r"[\s\"'<>\\]", address)):
            raise self.error(
                "dashboard", f'{visible(address)!r} is no address of a page; write `dashboard = "https://…"`'
            )
        return address.rstrip("/")

    def _one_line(self, key: str, text: str) -> None:
        if visible(text) != text:
            raise self.error(key, f"{visible(text)!r} holds a line break or another unseen character; take it out")
