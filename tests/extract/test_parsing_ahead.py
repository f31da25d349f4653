"""Facts that are made while somebody works: waited for where they are asked for, and kept however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterable

import pytest

from plumbrule.extract import FactBook, Wanted


class Kept:
    """A cache of this test's own, which is all that outlives a book."""

    def __init__(self) -> None:
        self.facts: dict[tuple[str, str], tuple[bytes, bytes]] = {}

    def get_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], tuple[bytes, bytes]]:
        return {key: self.facts[key] for key in keys if key in self.facts}

    def put_many(self, rows: Iterable[tuple[str, str, bytes, bytes]]) -> None:
        self.facts.update({(dialect, blob): (one, other) for dialect, blob, one, other in rows})

    def skipped_many(self, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], str]:
        return {}

    def put_skipped_many(self, rows: Iterable[tuple[str, str, str]]) -> None:
        assert not list(rows)


def files(count: int) -> list[Wanted]:
    return [Wanted("python", f"{n:040x}", data=b"def f%d():\n    return %d\n" % (n, n)) for n in range(count)]


def book(kept: Kept) -> FactBook:
    return FactBook(kept, lambda: None)  # type: ignore[arg-type, return-value]  # every file brings its bytes


def name_of(facts: FactBook, one: Wanted) -> str:
    return facts.interface(one.dialect, one.blob).symbols[0].name


def test_what_is_asked_for_is_waited_for_and_nothing_is_parsed_twice():
    kept, wanted = Kept(), files(200)
    facts = book(kept)
    with facts.parsing(wanted):
        for number in (150, 0, 199):
            facts.ensure([wanted[number]])
            assert name_of(facts, wanted[number]) == f"f{number}"
        facts.ensure(wanted)
        assert facts.parsed == 200
    assert len(kept.facts) == 200


def interrupted(facts: FactBook, wanted: list[Wanted]) -> None:
    with facts.parsing(wanted):
        facts.ensure(wanted[:1])
        raise KeyboardInterrupt


def test_leaving_early_ends_the_processes_and_keeps_what_was_heard_of(monkeypatch: pytest.MonkeyPatch):
    begun: list[int] = []
    fork = os.fork

    def noted() -> int:
        pid = fork()
        begun.append(pid)
        return pid

    monkeypatch.setattr(os, "fork", noted)
    kept, wanted = Kept(), files(50_000)  # more than what may be on its way when it is interrupted
    with pytest.raises(KeyboardInterrupt):
        interrupted(book(kept), wanted)
    assert (wanted[0].dialect, wanted[0].blob) in kept.facts
    assert len(kept.facts) < len(wanted)
    assert begun
    for pid in begun:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_what_the_book_knows_is_not_begun_again():
    kept, wanted = Kept(), files(40)
    book(kept).ensure(wanted)
    again = book(kept)
    with again.parsing(wanted):
        again.ensure(wanted)
    assert again.parsed == 0
