"""What landed is told in a ledger whose lines hang together."""

from __future__ import annotations

import json
from collections.abc import Callable
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

from plumbrule.cli import main
from plumbrule.errors import StoreError
from plumbrule.store.ledger import BEGIN, Ledger

CYCLE = {"shop/tax.py": "from shop.cart import total\n\n\ndef rate() -> float:\n    return total and 0.2\n"}
POLICY = '[rules.oversized-file]\nseverity = "error"\n'


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A ledger of five lines."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append([{"kind": "landed", "commit": f"{at}"} for at in range(3)])
    ledger.append([{"kind": "landed", "commit": f"{at}"} for at in range(3, 5)])
    return ledger.file


def edited(file: Path, change: Callable[[list[bytes]], list[bytes]]) -> str:
    """What checking says after these lines were changed."""
    file.write_bytes(b"".join(change(file.read_bytes().splitlines(keepends=True))))
    return Ledger(file).verify().fault


def entries(repo: Any) -> list[dict[str, Any]]:
    text = Path(repo.path, ".plumbrule", "ledger.jsonl").read_text("ascii")
    return [json.loads(line) for line in text.splitlines()]


def test_what_was_written_is_sound(written: Path):
    verified = Ledger(written).verify()
    assert (verified.lines, verified.fault, verified.notes) == (5, "", ())
    assert [line.entry["commit"] for line in Ledger(written).lines()] == ["0", "1", "2", "3", "4"]
    assert Ledger(written.with_name("none")).verify().head == BEGIN


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            lambda lines: [*lines[:1], lines[1].replace(b'"1"', b'"9"'), *lines[2:]],
            "line 3 was not written after line 2",
        ),
        (lambda lines: [*lines[:2], *lines[3:]], "line 3 was written as line 4"),
        (lambda lines: [lines[1], lines[0], *lines[2:]], "line 1 was written as line 2"),
        (lambda lines: [*lines[:2], lines[1], *lines[2:]], "line 3 was written as line 2"),
        (lambda lines: [lines[0].replace(b":", b": ", 1), *lines[1:]], "line 1 is not spelled as it was written"),
        (lambda lines: [*lines[:2], b"nothing\n", *lines[2:]], "line 3 cannot be read"),
        (lambda lines: lines[:3], "2 lines at the end are missing"),
        (lambda lines: [*lines[:4], lines[4].replace(b'"4"', b'"9"')], "line 5 is not the one that was written"),
        (lambda lines: [], "5 lines at the end are missing"),
    ],
)
def test_the_first_broken_link_is_named(written: Path, change: Callable, words: str):
    assert words in edited(written, change)


def test_what_is_cut_off_with_the_note_beside_it_shows_by_a_head_that_was_kept(written: Path):
    kept = Ledger(written).verify().head
    written.with_name("ledger.jsonl.head").unlink()
    assert edited(written, lambda lines: lines[:3]) == ""
    assert "no line has the print" in Ledger(written).verify(kept).fault
    assert Ledger(written).verify(Ledger(written).verify().head[:16]).fault == ""


def test_the_print_before_the_first_line_is_that_of_no_line(written: Path):
    assert "no line has the print" in Ledger(written).verify("0" * 10).fault


@pytest.mark.parametrize("given", ["", " ", "abc", "../x/../yy"])
def test_a_print_that_could_check_nothing_is_refused(written: Path, given: str, capsys: pytest.CaptureFixture[str]):
    assert main(["ledger", "verify", "--file", str(written), "--head", given]) == 2
    assert "is no print of a line" in capsys.readouterr().err


def test_a_line_that_a_crash_cut_short_stays_and_the_next_writer_says_so(written: Path):
    with written.open("ab") as file:
        file.write(b'{"kind":"lan')
    verified = Ledger(written).verify()
    assert (verified.fault, len(verified.notes)) == ("", 1)
    Ledger(written).append([{"kind": "landed", "commit": "5"}])
    verified = Ledger(written).verify()
    assert (verified.lines, verified.fault) == (8, "")
    assert verified.notes == ("line 6 was cut short while it was written, and line 7 says so",)


def _write(file: str, who: int) -> None:
    for at in range(20):
        Ledger(Path(file)).append([{"kind": "landed", "repo": "shop", "commit": f"{who} {at}", "bytes": "x" * 300}])


def test_many_writers_at_once_make_one_chain(tmp_path: Path):
    file = tmp_path / "ledger.jsonl"
    writers = [get_context("fork").Process(target=_write, args=(str(file), who)) for who in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    verified = Ledger(file).verify()
    assert (verified.lines, verified.fault) == (80, "")


def test_what_another_scan_has_told_meanwhile_is_told_once(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    for _ in range(2):
        ledger.append([{"kind": "landed", "repo": "shop", "commit": "a"}])
    assert ledger.verify().lines == 1


def test_names_of_hostile_code_stay_on_their_line_and_have_an_end(tmp_path: Path):
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append([{"kind": "landed", "commit": "a\n\u2028{}", "reasons": ["x" * 10_000] * 100}])
    assert (ledger.verify().lines, ledger.verify().fault) == (1, "")
    assert ledger.file.stat().st_size < 20_000


def test_a_ledger_that_is_a_link_is_refused(tmp_path: Path):
    (tmp_path / "ledger.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StoreError, match="symbolic link"):
        Ledger(tmp_path / "ledger.jsonl").append([{"kind": "begun"}])


def test_scans_tell_each_landing_and_what_landed_over_a_red_gate(shop: Callable, plumbrule: Callable):
    repo = shop({"plumbrule.toml": POLICY})
    repo.switch("main")
    assert plumbrule(repo.path, "scan", "--quiet").code == 0
    fine = repo.commit({"shop/other.py": "x = 1\n"})
    red = repo.commit(CYCLE)
    loose = repo.commit({"plumbrule.toml": POLICY.replace("error", "warning")})
    for _ in range(2):
        assert plumbrule(repo.path, "scan", "--quiet").code == 0
    told = {entry["commit"]: entry for entry in entries(repo)}
    assert [entry["kind"] for entry in entries(repo)] == ["begun", "landed", "landed", "landed"]
    assert (told[fine]["verdict"], told[red]["verdict"], told[red]["over_red"]) == ("passed", "failed", True)
    [loosened] = told[loose]["loosened"]
    assert (loosened["what"], loosened["approved"]) == ("severity oversized-file", False)
    answer = plumbrule(repo.path, "ledger", "verify")
    assert (answer.code, "4 lines, each as it was written" in answer.out) == (0, True)
    shown = plumbrule(repo.path, "ledger", "show").out
    assert f"{red[:12]} landed, over a red gate: failed" in shown
    assert "  not approved: oversized-file is warning and was error." in shown


def test_a_main_line_that_was_rewritten_is_told(shop: Callable, plumbrule: Callable):
    repo = shop()
    repo.switch("main")
    repo.commit({"shop/other.py": "x = 1\n"})
    plumbrule(repo.path, "scan", "--quiet")
    repo.git("reset", "--quiet", "--hard", "HEAD~1")
    repo.commit({"shop/more.py": "x = 1\n"})
    plumbrule(repo.path, "scan", "--quiet")
    assert [entry["kind"] for entry in entries(repo)] == ["begun", "rewritten"]


def test_a_broken_ledger_ends_with_2_and_names_the_line(shop: Callable, plumbrule: Callable):
    repo = shop()
    repo.switch("main")
    plumbrule(repo.path, "scan", "--quiet")
    file = Path(repo.path, ".plumbrule", "ledger.jsonl")
    head = plumbrule(repo.path, "ledger", "head").out.split()[1]
    assert plumbrule(repo.path, "ledger", "verify", "--head", head[:20]).code == 0
    file.write_bytes(file.read_bytes().replace(b"begun", b"began"))
    answer = plumbrule(repo.path, "ledger", "verify")
    assert (answer.code, "line 1 is not the one that was written" in answer.out) == (2, True)
    assert plumbrule(repo.path, "ledger", "head").code == 2


def test_a_gate_adds_its_verdict_to_a_ledger_that_is_named(shop: Callable, plumbrule: Callable, tmp_path: Path):
    repo = shop()
    repo.commit(CYCLE)
    file = tmp_path / "kept.jsonl"
    for _ in range(2):
        plumbrule(repo.path, "gate", "--base", "main", "--quiet", "--ledger", str(file), "--store", str(tmp_path / "s"))
    told = [line.entry for line in Ledger(file).lines()]
    assert [(one["kind"], one["verdict"], one["head"]) for one in told] == [("gate", "failed", repo.head)] * 2
    assert plumbrule(repo.path, "ledger", "verify", "--file", str(file)).code == 0
