"""Remarks on findings: appended, never lost, never in each other's way."""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
from datetime import UTC, datetime
from pathlib import Path

import pytest

from plumbrule.errors import StoreError
from plumbrule.report.reviews import FILE, add_review, read_reviews

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


def test_a_store_without_remarks_has_none(tmp_path: Path) -> None:
    assert read_reviews(tmp_path).remarks == ()


def test_a_remark_is_read_back_with_who_and_when(tmp_path: Path) -> None:
    add_review(tmp_path, "ada", NOW, "f1", "wrong", 'generated\n"code" \u2028 \ud800')
    (remark,) = read_reviews(tmp_path).remarks
    assert (remark.who, remark.when, remark.finding, remark.verdict) == (
        "ada",
        "2026-05-04T10:30:00+00:00",
        "f1",
        "wrong",
    )
    assert remark.note == 'generated\n"code" \u2028 \ud800'


def test_the_last_judgement_of_a_person_counts(tmp_path: Path) -> None:
    for who, verdict in (("ada", "true"), ("bob", "wrong"), ("ada", "wrong")):
        add_review(tmp_path, who, NOW, "f1", verdict)
    standing = read_reviews(tmp_path).standing()["f1"]
    assert {who: remark.verdict for who, remark in standing.items()} == {"ada": "wrong", "bob": "wrong"}


def test_who_mutes_a_finding_keeps_what_they_judged_of_it(tmp_path: Path) -> None:
    for verdict in ("wrong", "mute"):
        add_review(tmp_path, "ada", NOW, "f1", verdict, f"said {verdict}")
    reviews = read_reviews(tmp_path)
    assert reviews.standing()["f1"]["ada"].note == "said wrong"
    assert reviews.mutes()["f1"]["ada"].note == "said mute"


@pytest.mark.parametrize(
    ("taken_back", "judgement", "muted"),
    [("retracted", None, True), ("unmute", "wrong", False), ("withdrawn", "wrong", False)],
)
def test_a_judgement_and_a_muting_are_taken_back_one_by_one(
    tmp_path: Path, taken_back: str, judgement: str | None, muted: bool
) -> None:
    for verdict in ("wrong", "mute", taken_back):
        add_review(tmp_path, "ada", NOW, "f1", verdict)
    reviews = read_reviews(tmp_path)
    standing = reviews.standing().get("f1", {})
    assert (standing["ada"].verdict if standing else None) == judgement
    assert reviews.muted_by("ada") == ({"f1"} if muted else frozenset())


@pytest.mark.parametrize("verdict", ["true", "mute"])
def test_a_withdrawn_remark_of_an_older_file_no_longer_counts_and_is_still_there(tmp_path: Path, verdict: str) -> None:
    add_review(tmp_path, "ada", NOW, "f1", verdict)
    add_review(tmp_path, "ada", NOW, "f1", "withdrawn")
    reviews = read_reviews(tmp_path)
    assert (reviews.standing(), reviews.mutes()) == ({}, {})
    assert len(reviews.remarks) == 2


def test_muting_hides_for_the_one_who_muted_only(tmp_path: Path) -> None:
    add_review(tmp_path, "ada", NOW, "f1", "mute")
    reviews = read_reviews(tmp_path)
    assert reviews.muted_by("ada") == {"f1"}
    assert reviews.muted_by("bob") == frozenset()


def test_a_torn_last_line_is_counted_and_swallows_nothing(tmp_path: Path) -> None:
    add_review(tmp_path, "ada", NOW, "f1", "true")
    with (tmp_path / FILE).open("ab") as file:
        file.write(b'{"who": "bob", "when": "2026')
    assert [remark.who for remark in read_reviews(tmp_path).remarks] == ["ada"]
    assert read_reviews(tmp_path).damaged == 1
    add_review(tmp_path, "eve", NOW, "f1", "true")
    assert [remark.who for remark in read_reviews(tmp_path).remarks] == ["ada", "eve"]


@pytest.mark.parametrize(
    "line",
    [
        b"\x00\x00\x00",
        b"\xff\xfe",
        b"[]",
        b'{"who": 3}',
        b'{"who": "a", "finding": "f", "verdict": "maybe"}',
        b"[" * 99_999,
    ],
)
def test_a_line_that_is_no_remark_is_counted_and_left_out(tmp_path: Path, line: bytes) -> None:
    (tmp_path / FILE).write_bytes(line + b"\n")
    add_review(tmp_path, "ada", NOW, "f1", "true")
    assert [remark.who for remark in read_reviews(tmp_path).remarks] == ["ada"]
    assert read_reviews(tmp_path).damaged == 1


def _write_many(folder: Path, who: str) -> None:
    for number in range(8):
        add_review(folder, who, NOW, f"f{number}", "true", "x" * 3000)


def test_writers_at_the_same_time_lose_no_remark(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    writers = [context.Process(target=_write_many, args=(tmp_path, f"writer{n}")) for n in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    reviews = read_reviews(tmp_path)
    assert len(reviews.remarks) == 24
    assert reviews.damaged == 0
    assert all(len(json.loads(line)["note"]) == 2000 for line in (tmp_path / FILE).read_bytes().splitlines())


def _write_until_full(folder: Path) -> None:
    import signal

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    size = (folder / FILE).stat().st_size
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 20, size + 20))
    try:
        add_review(folder, "bob", NOW, "f2", "true")
    except StoreError as fault:
        os._exit(0 if "was not kept" in str(fault) else 1)
    os._exit(2)


def test_a_full_disk_is_said_and_leaves_what_was_there(tmp_path: Path) -> None:
    add_review(tmp_path, "ada", NOW, "f1", "true")
    writer = multiprocessing.get_context("fork").Process(target=_write_until_full, args=(tmp_path,))
    writer.start()
    writer.join()
    assert writer.exitcode == 0
    assert [remark.who for remark in read_reviews(tmp_path).remarks] == ["ada"]
    assert read_reviews(tmp_path).damaged == 0


def test_a_reviews_file_that_cannot_be_opened_is_said(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(StoreError, match="cannot be read"):
        read_reviews(tmp_path)
    with pytest.raises(StoreError, match="was not kept"):
        add_review(tmp_path, "ada", NOW, "f1", "true")


def test_nobody_cannot_remark(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no remark"):
        add_review(tmp_path, "  ", NOW, "f1", "true")
