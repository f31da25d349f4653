"""What one look at the store found out, and who else knows it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from plumbrule.report.answers import Answers
from plumbrule.report.history import open_history
from plumbrule.store import Store


def test_an_answer_is_made_once_for_all_who_ask_at_the_same_time() -> None:
    answers, made, ready = Answers(), [], threading.Barrier(8)

    def make() -> str:
        made.append(threading.get_ident())
        return "found"

    def ask() -> None:
        ready.wait(10)
        given.append(answers.once("question", make))

    given: list[str] = []
    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert given == ["found"] * 8
    assert len(made) == 1


def test_a_failure_is_told_to_who_asked_and_tried_again_by_the_next() -> None:
    answers = Answers()

    def fail() -> str:
        raise OSError("gone")

    with pytest.raises(OSError, match="gone"):
        answers.once("question", fail)
    assert answers.once("question", lambda: "found") == "found"


def test_answers_are_bounded_and_the_least_asked_go_first() -> None:
    answers = Answers()
    answers.once("kept", lambda: "old")
    for n in range(5000):
        answers.once(n, lambda: "x")
        answers.once("kept", lambda: "new")
    assert answers.once("kept", lambda: "new") == "old"
    assert answers.once(0, lambda: "made anew") == "made anew"


def test_an_answer_may_rest_on_another() -> None:
    answers = Answers()
    assert answers.once("sum", lambda: answers.once("one", lambda: 1) + 1) == 2


def test_what_is_known_is_told_without_the_database(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_history(store) as history:
        first = (history.repositories(), history.newest(), history.batches(), history.findings())

    def closed(*_: object) -> object:
        raise AssertionError("opened")

    monkeypatch.setattr(Store, "reader", closed)
    monkeypatch.setattr(Store, "again", closed)
    with open_history(store) as history:
        assert (history.repositories(), history.newest(), history.batches(), history.findings()) == first
        with pytest.raises(AssertionError, match="opened"):
            history.components("nobody asked for this yet")


def test_another_generation_is_another_history(store: Path) -> None:
    with open_history(store) as history:
        assert history.policy_in_use("late") is None
    with Store.open(store).writer(lambda _: None) as writer:
        writer.remember("policy:late", "{}")
        writer.publish()
    with open_history(store) as history:
        assert history.generation == 2
        assert history.policy_in_use("late") is not None


def test_a_store_in_the_place_of_another_is_no_longer_the_same(
    store: Path, write_store: Callable[..., Path], tmp_path: Path
) -> None:
    with open_history(store) as history:
        assert history.newest()
    other = write_store(tmp_path / "other", lambda writer: writer.remember("policy:x", "{}"))
    for part in sorted(store.rglob("*"), reverse=True):
        part.rmdir() if part.is_dir() else part.unlink()
    store.rmdir()
    other.rename(store)
    with open_history(store) as history:
        assert history.generation == 1
        assert not history.newest()


def test_a_history_goes_on_reading_the_generation_it_began_with(store: Path) -> None:
    with open_history(store) as history:
        history.repositories()
    with open_history(store) as history:  # knows it without having opened it
        with Store.open(store).writer(lambda _: None) as writer:
            writer.remember("policy:late", "{}")
            writer.publish()
        assert history.policy_in_use("late") is None
        assert history.generation == 1
