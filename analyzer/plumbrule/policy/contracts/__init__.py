"""The kinds of contract that a policy may state, one file each: which table of `plumbrule.toml` it is, and its keys.

A file has one `KIND`; the name of its table is the file's name, so that nothing is imported for a policy that has no
such table. What a contract means for code is judged by a rule of its own, over the tables `policy_contract`,
`policy_element` and `policy_option`, and `file_group`, which tells the files that an element selects.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import field
from functools import cache
from importlib import import_module
from typing import cast

from plumbrule.data import dataclass
from plumbrule.policy.model import Contract, Setting


@dataclass(frozen=True, slots=True)
class Role:
    """What elements of a contract are there for; the key of its table that lists them."""

    key: str
    doc: str
    least: int = 1  # elements that it takes; 0 = the key may be left out
    each: bool = False  # each folder that a glob means is an element of its own
    lets: bool = False  # more of them let more pass; otherwise more of them ask for more
    turns: bool = False  # that there is one at all changes what the contract asks for


@dataclass(frozen=True, slots=True)
class Option:
    """A key of a contract's table that says how it is meant."""

    key: str
    default: Setting  # of the kind that is wanted; () = a list of texts
    doc: str
    pairs: bool = False  # a table of texts, kept as a list of `key = value`
    # Which value asks for more: "less", the lower number or the shorter list; "more", the longer list, or true;
    # "words", none, since it only says something; "" if values cannot be compared.
    asks: str = ""
    nothing: Setting | None = None  # the value that asks for nothing at all, whatever is lower or shorter

    def asks_more(self, old: Setting, new: Setting) -> bool | None:
        """Whether `new` asks for more than `old`; None if that cannot be told, or for some more and for some less."""
        if type(old) is not type(new) or not self.asks:
            return None
        if self.nothing is not None and self.nothing in (old, new):
            return old == self.nothing
        if isinstance(old, bool):
            return bool(new)
        if isinstance(old, tuple) and isinstance(new, tuple):
            less, more = (set(old), set(new)) if self.asks == "more" else (set(new), set(old))
            return True if less <= more else False if more <= less else None
        return new < old if isinstance(old, int | float) and isinstance(new, int | float) else None

    def says_the_same(self, old: Setting, new: Setting) -> bool:
        """Whether two values ask for the same: the order of a list says nothing."""
        if self.asks == "words":
            return True
        return set(old) == set(new) if isinstance(old, tuple) and isinstance(new, tuple) else old == new


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of contract."""

    doc: str  # one sentence, for the page of the policy
    roles: tuple[Role, ...]
    options: tuple[Option, ...] = ()
    # What is wrong with a contract of which every key is right by itself; "" = nothing.
    fault: Callable[[Contract], str] = field(default=lambda contract: "")

    def keys(self) -> tuple[str, ...]:
        return (*COMMON, *(role.key for role in self.roles), *(option.key for option in self.options))


# The parts of a contract among siblings: named one by one, or as the folders that a glob means.
SIBLINGS = (
    Role("members", "parts that it is about", least=0, turns=True),
    Role("siblings", "a glob each of whose folders is a member, as in `features/*`", least=0, each=True, turns=True),
)


def lonely(contract: Contract, so_what: str) -> str:
    """What is wrong with a contract among siblings that has one at most; "" = nothing."""
    several = len(contract.of("members")) > 1 or contract.of("siblings")
    return "" if several else f'one member alone {so_what}; name two `members`, or `siblings = "folder/*"`'


PAIR = " = "  # between the two texts of a pair
COMMON = ("name", "reason", "alternatives", "owner", "severity")  # what every contract may say of itself


@cache
def contract_tables() -> tuple[str, ...]:
    """The tables of every kind, without importing one of them."""
    names = os.listdir(os.path.dirname(__file__))  # noqa: PTH120, PTH208 - as for formats
    return tuple(sorted(name[:-3] for name in names if name[:1].islower() and name.endswith(".py")))


def kind_of(table: str) -> Kind:
    """The kind of contract that a table states; the name is one of `contract_tables`."""
    return cast(Kind, import_module(f"{__name__}.{table}").KIND)  # whatever a module has is Any
